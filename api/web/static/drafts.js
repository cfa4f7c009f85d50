// What somebody typed and has not sent, kept while a page is taken anew, left, or they sign in again;
// it stays in the browser, for them alone and for pages about the same performer.

const PLACE = `drafts ${document.body.dataset.who} ${location.pathname}`;
const TYPED = "form :is(textarea, select, input:not([type=hidden], [type=file], [type=password]))[id]";
const kept = JSON.parse(sessionStorage.getItem(PLACE) ?? "{}");
sessionStorage.removeItem(PLACE);

const ticks = (field) => field.type === "checkbox" || field.type === "radio";
const chosen = (field) => field.selectedIndex !== Math.max(0, [...field.options].findIndex((one) => one.defaultSelected));
const begun = (field) => (field.options ? chosen(field)
  : ticks(field) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);

/** Keeps what was typed in these parts, and what was kept before and has not been shown again. */
export function keep(...parts) {
  for (const field of parts.flatMap((part) => [...part.querySelectorAll(TYPED)])) {
    if (begun(field)) kept[field.id] = ticks(field) ? field.checked : field.value;
    else delete kept[field.id];
  }
  sessionStorage.setItem(PLACE, JSON.stringify(kept));
}

let sent = false;

/** What was typed has been sent: whoever leaves now takes nothing of it along. */
export const nothingLeft = () => { sent = true; };

// Long forms (data-keep) survive a reload and the way back and forth.
addEventListener("pagehide", () => {
  if (!sent) keep(...document.querySelectorAll("form[data-keep]"));
});

// Another language is the same page.
for (const link of document.querySelectorAll(".lang a")) link.onclick = () => keep(document);

/** Puts back what was kept of the fields of this part, and opens what folds them away. */
export function putBack(part) {
  for (const field of part.querySelectorAll(TYPED)) {
    if (!(field.id in kept)) continue;
    if (ticks(field)) field.checked = kept[field.id];
    else field.value = kept[field.id];
    delete kept[field.id];
    field.closest("details")?.setAttribute("open", "");
  }
}
