// Forms that call /v1: what stands in the fields becomes JSON, what comes of it is said below.
//
//   <form data-act="/v1/licences/LIC/revocation" data-then="/me/licences" data-sure="Really?">
//
// `data-method` is POST unless it says otherwise. Fields are text unless `data-as` says `int`,
// `list` (by commas), `decimal`, `flag`, `day`, `moment` (here, as UTC), `json`, `none-if-empty` or
// `left-out-if-empty`; a name with dots nests. A file is uploaded first and stands as its id.
// `data-then` leads on, with `{id}` or what else the answer holds; `reload` is the page anew.

import { putBack } from "/static/drafts.js";
import { decimal, find, leave, onPress, send, upload, watch, word } from "/static/registry.js";

const AS = {
  int: (text) => (text.trim() === "" ? null : Number.parseInt(text, 10)),
  list: (text) => text.split(",").map((part) => part.trim()).filter(Boolean),
  flag: (_, field) => field.checked,
  moment: (text) => (text ? new Date(text).toISOString() : null),
  json: (text) => JSON.parse(text),
  decimal,
  day: (text) => (text ? `${text}T00:00:00Z` : null),
  "none-if-empty": (text) => text.trim() || null,
  "left-out-if-empty": (text) => text.trim() || undefined,
};

/** The value of a field, or undefined where it says nothing. */
function value(field) {
  if (field.disabled || !field.name || field.type === "submit") return undefined;
  if (field.type === "file") return field.dataset.upload;
  if (field.dataset.as) return (AS[field.dataset.as] ?? String)(field.value, field);
  if (field.type === "checkbox" || field.type === "radio") return field.checked ? field.value : undefined;
  return field.value;
}

/** The fields of a form as JSON; boxes that share a name and say `data-many` make a list, of the
    value of `data-many` where none is ticked and it has one. */
export function body(form) {
  const made = {};
  for (const field of form.elements) {
    const said = value(field);
    const names = (field.name ?? "").split(".");
    const last = names.pop();
    const into = names.reduce((part, name) => (part[name] ??= {}), made);
    if (field.dataset?.many !== undefined) into[last] ??= [];
    if (said === undefined) continue;
    if (field.dataset.many !== undefined) into[last].push(said);
    else into[last] = said;
  }
  for (const field of form.elements) {
    if (field.dataset?.many && !made[field.name].length) made[field.name].push(field.dataset.many);
  }
  return made;
}

function wire(form) {
  const button = form.querySelector("button:not([type=button])");
  if (!button || form.dataset.wired) return;
  form.dataset.wired = "yes";
  if (!form.querySelector("[role=status]")) {
    form.insertAdjacentHTML("beforeend", '<p role="status"></p>');
  }
  onPress(button, async (say) => {
    if (!form.reportValidity()) return;
    if (form.dataset.sure && !window.confirm(form.dataset.sure)) return;
    for (const field of form.querySelectorAll("input[type=file]")) {
      if (field.files.length) field.dataset.upload = await upload(field.files[0]);
    }
    const answer = await send(form.dataset.method ?? "POST", form.dataset.act, body(form));
    say(form.dataset.done ?? word("done"));
    const then = form.dataset.then ?? "reload";
    if (then === "reload") await leave();
    else if (then !== "stay") await leave(then.replace(/\{(\w+)\}/g, (_, name) => answer?.[name] ?? ""));
  });
}

export function wireAll(root = document) {
  for (const form of root.querySelectorAll("form[data-act]")) wire(form);
}

putBack(document);
wireAll();

/** Takes what is under way anew, as long as any of it is. */
export async function follow() {
  if (find("[data-open]")) await watch().catch((fault) => announce(fault.message));
}

/** Says a sentence where screen readers hear it and eyes see it. */
export function announce(sentence) {
  let place = find("#announced");
  if (!place) {
    document.body.insertAdjacentHTML("beforeend", '<p id="announced" class="toast" role="status"></p>');
    place = find("#announced");
  }
  place.textContent = sentence;
}
