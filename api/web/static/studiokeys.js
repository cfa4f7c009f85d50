// Secrets that are shown once, and text to copy.

import { body } from "/static/act.js";
import { all, onPress, post, word } from "/static/registry.js";

for (const form of all("[data-shown-once]")) {
  onPress(form.querySelector("button"), async (say) => {
    if (!form.reportValidity()) return;
    const made = await post(form.dataset.shownOnce, body(form));
    form.querySelector("[data-secret]").textContent = made.api_key ?? made.key;
    form.querySelector("[data-once]").hidden = false;
    say(word("done"));
  });
}

for (const button of all("[data-copy]")) {
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy);
    // Without leave to write to the clipboard the text is marked, to be copied by hand.
    await navigator.clipboard?.writeText(text.textContent).catch(() => {});
    getSelection().selectAllChildren(text);
  });
}
