// What the pages' scripts share: words of the page's language, calls to /v1, and a fresh page.

import { keep, nothingLeft } from "/static/drafts.js";

/** The first part of the page that fits. */
export const find = (selector) => document.querySelector(selector);
export const all = (selector) => [...document.querySelectorAll(selector)];
/** What a page says of what it is about, and the word that forms of the session carry. */
export const page = find("[data-page]") ?? document.body;
export const csrf = document.body.dataset.csrfWord;
export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Hands files that are dropped on a part to `take`. */
export function dropped(part, take) {
  for (const kind of ["dragover", "dragleave", "drop"]) {
    part.addEventListener(kind, (event) => {
      event.preventDefault();
      part.classList.toggle("over", kind === "dragover");
      if (kind === "drop") take(event.dataTransfer.files);
    });
  }
}

/** An amount as people write it. */
export const decimal = (text) => text.trim().replace(",", ".");

/** A sentence of the page, which alone knows its language. */
export function word(key) {
  return find(`[data-word="${key}"]`)?.textContent ?? key;
}

/** A sentence of the page's language; `faults` name fields, `status` is 0 where nothing answered. */
export class Told extends Error {
  constructor(sentence, faults = [], status = null) {
    super(sentence);
    Object.assign(this, { faults, status });
  }
}

/** Whoever is signed out finds what they typed once they have signed in and are back on the page. */
export function signedOut() {
  keep(document);
  return new Told(word("signed-out"), [], 401);
}

async function answered(path, options) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new Told(word("no-answer"), [], 0);
  }
  if (answer.status === 401) throw signedOut();
  const data = await answer.json().catch(() => ({}));
  if (data.code === "foreign-form") keep(document); // signed in anew elsewhere: the page is of the session before
  if (!answer.ok) throw new Told([data.detail, data.next_step].filter(Boolean).join(" "), data.faults, answer.status);
  return data;
}

const headers = () => ({
  "X-CSRF-Token": csrf,
  "Accept-Language": document.documentElement.lang,
});

export const get = (path) => answered(path, { headers: headers() });

const unanswered = new Map();

/** Sends it; what no answer came to is sent again under the same key (or its `own`), so that it is done once. */
export async function send(method, path, body = {}, own = null) {
  const text = JSON.stringify(body);
  const what = `${method} ${path} ${text}`;
  const key = own ?? unanswered.get(what) ?? crypto.randomUUID();
  unanswered.set(what, key);
  const json = { ...headers(), "Content-Type": "application/json", "Idempotency-Key": key };
  const answer = await answered(path, { method, headers: json, body: text });
  unanswered.delete(what);
  return answer;
}

export const post = (path, body = {}) => send("POST", path, body);

/** Hands a file in and returns the id of the upload. */
export async function upload(blob) {
  const bytes = { ...headers(), "Content-Type": "application/octet-stream" };
  return (await answered("/v1/uploads", { method: "POST", headers: bytes, body: blob })).id;
}

/** The job once it has ended; `show` gets it each time before. */
export async function ended(job, show = () => {}) {
  for (let found = job; ; found = await get(`/v1/jobs/${job.id}`)) {
    show(found);
    if (["done", "failed", "cancelled"].includes(found.state)) return found;
    await pause(500);
  }
}

let asked = 0;

/** Takes every live part of the page anew from the server, which alone makes sentences.

    An answer that a later question overtook is dropped: it tells what was. */
export async function refresh() {
  const turn = (asked += 1);
  const html = { credentials: "same-origin", headers: { Accept: "text/html" } };
  const answer = await fetch(location.href, html).catch(() => null);
  if (answer?.status === 401) throw signedOut();
  if (!answer?.ok) throw new Told(word("no-answer"));
  const text = await answer.text();
  if (turn !== asked) return;
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const part of all("[data-live]")) {
    const other = fresh.getElementById(part.id);
    if (!other) part.replaceChildren(); // it is over: nothing of it is there any more
    else if (part.dataset.live === "hidden") part.hidden = other.hidden;
    else if (part.innerHTML !== other.innerHTML) part.innerHTML = other.innerHTML;
  }
}

const waiting = () => all("[data-open]");
let watching = false;

/** Refreshes as long as something is being judged, as often as the most urgent of it says (in seconds). */
export async function watch() {
  if (watching) return;
  watching = true;
  try {
    await refresh();
    for (let open = waiting(); open.length; open = waiting()) {
      await pause(Math.min(...open.map((part) => Number(part.dataset.open) || 1)) * 1000);
      await refresh();
    }
  } finally {
    watching = false;
  }
}

/** Goes to an address, or takes the page anew; what was pressed stays so until a page is there. */
export function leave(address) {
  nothingLeft();
  if (address) location.assign(address);
  else location.reload();
  return new Promise((done) => addEventListener("pageshow", done, { once: true }));
}

const last = (name) => name.split(".").at(-1);

/** What an error says of single fields, each with the form's own field that it is about, where there is one. */
function faulty(error, form) {
  const there = [...(form?.elements ?? [])].filter((field) => field.name && field.labels?.length);
  return error.faults.map(({ field: place, label, message }) => {
    const name = place.replace(/^body\./, "").replace(/\.\d.*$/, "");
    const field = there.find((one) => one.name === name) ?? there.find((one) => last(one.name) === last(name));
    return { field, label, message };
  });
}

/** Says below a field what is wrong there, to eyes and to screen readers. */
function mark({ field, message }) {
  const id = `fault-${field.id || field.name}`;
  if (document.getElementById(id)) return;
  const said = Object.assign(document.createElement("p"), { id, className: "fault beside", textContent: message });
  (field.closest("label") ?? field).after(said);
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", [id, field.getAttribute("aria-describedby")].filter(Boolean).join(" "));
}

function unmark(form) {
  for (const field of form?.querySelectorAll("[aria-invalid]") ?? []) {
    const [id, ...others] = field.getAttribute("aria-describedby").split(" ");
    document.getElementById(id)?.remove();
    field.removeAttribute("aria-invalid");
    if (others.length) field.setAttribute("aria-describedby", others.join(" "));
    else field.removeAttribute("aria-describedby");
  }
}

/** What is wrong with a field that no form shows, by the word that people have for it. */
const elsewhere = ({ label, message }) => (!label || message.includes(label) ? message : `${label}: ${message}`);

/** What a fault says to people; where it is about fields of the form, it is said beside them, and the first is gone to. */
function sentenceOf(error, form) {
  if (!(error instanceof Told)) return word("failed");
  const faults = faulty(error, form);
  const found = faults.filter(({ field }) => field);
  found.forEach(mark);
  const first = found[0]?.field;
  first?.closest("details")?.setAttribute("open", "");
  first?.focus();
  const names = [...new Set(found.map(({ field }) => field.labels[0].textContent.trim()))].join(", ");
  const others = [...new Set(faults.filter(({ field }) => !field).map(elsewhere))].join("; ");
  return [names && word("mend").replace("{fields}", names), others].filter(Boolean).join(" ") || error.message;
}

/** Does what a button is for, if there is one, and says below it what came of it; nothing is lost in a console. */
export function onPress(button, act) {
  if (!button) return;
  const said = button.closest("section, form").querySelector("[role=status]");
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    said.classList.remove("fault");
    unmark(button.form);
    button.disabled = true;
    try {
      await act((sentence) => { said.textContent = sentence; });
    } catch (error) {
      said.classList.add("fault");
      said.textContent = sentenceOf(error, button.form);
    } finally {
      button.disabled = false;
      // Whoever came by keyboard stays where they were.
      if (document.activeElement === document.body) button.focus();
    }
  });
}
