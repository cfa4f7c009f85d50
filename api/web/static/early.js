// What is pressed or chosen before a page's scripts are there is done once they are.
//
// The one script that is not a module: it runs before anything can be pressed.

const held = [];

function hold(event) {
  const pressed = event.type === "click";
  const part = event.target.closest(pressed ? "button" : "input, select");
  if (!part) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  held.push(() => (pressed ? part.click() : part.dispatchEvent(new Event("change", { bubbles: true }))));
}

for (const type of ["click", "change"]) addEventListener(type, hold, true);
addEventListener("DOMContentLoaded", () => {
  for (const type of ["click", "change"]) removeEventListener(type, hold, true);
  for (const act of held) act();
});
