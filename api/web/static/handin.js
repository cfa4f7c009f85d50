// Handing films in, one after the other: the file goes first, with how far it is; then the cut and
// what is declared. What fails alone stays behind.

import { castRows, declaration } from "/static/declare.js";
import { filmsOf } from "/static/films.js";
import { Told, dropped, find, leave, onPress, post, word } from "/static/registry.js";
import { forget, progressOf, Sending, unfinished } from "/static/sending.js";

const form = find("[data-hand-in]");
const picker = form.querySelector("#file");
const sending = form.querySelector("[data-sending]");

const hold = form.querySelector("[data-hold]");
const STATES = { sending: "", paused: "sent-paused", lost: "sent-lost" };
let now = null;

/** How far the file is, and why nothing moves. */
function show({ share, state, rate, left }) {
  sending.hidden = false;
  sending.querySelector("progress").value = share;
  const moving = state === "sending" ? [rate, left && word("sent-left").replace("7", left)] : [word(STATES[state])];
  const said = [word("sent-share").replace("7", share), ...moving].filter(Boolean).join(" · ");
  sending.querySelector("[data-sent]").textContent = said;
  hold.textContent = word(state === "paused" ? "sent-go-on" : "sent-hold");
}

async function uploaded(file) {
  now = new Sending(file, show);
  hold.hidden = false;
  try {
    return await now.whole();
  } finally {
    hold.hidden = true;
  }
}

hold.addEventListener("click", () => (now.paused ? now.goOn() : now.hold()));

/** What an earlier visit did not end: the same file goes on from there. */
async function remind() {
  const [mark, about] = Object.entries(unfinished())[0] ?? [];
  if (!mark) return;
  const { at } = await progressOf(about.id);
  if (at === -1) return forget(mark);
  const box = form.querySelector("[data-unfinished]");
  const share = Math.floor((100 * (at ?? 0)) / about.size);
  box.querySelector("p").textContent = word("unfinished").replace("7", share).replace("FILE", about.name);
  box.querySelector("button").addEventListener("click", async () => {
    await forget(mark);
    box.hidden = true;
    remind();
  }, { once: true });
  box.hidden = false;
}

// Kept for the next try.
const made = { work: form.dataset.work };
const known = new Map(Object.entries(JSON.parse(form.dataset.known)));
let films = [];
let busy = false;

async function workId() {
  if (made.work) return made.work;
  made.work = (await post("/v1/works", { title: form.elements.title.value, level: "film" })).id;
  history.replaceState(null, "", `/studio/new?work=${made.work}`);
  return made.work;
}

async function cutOf(film) {
  if (form.dataset.cut) return form.dataset.cut;
  const { label, format, language } = form.elements;
  const body = { label: film.label ?? label.value, format: format.value, language: language.value };
  return (await post(`/v1/works/${await workId()}/cuts`, body)).id;
}

async function handInOne(film, say) {
  // Another tab may have used the upload up.
  if (!film.upload || (await progressOf(film.upload)).at === -1) film.upload = await uploaded(film.file);
  say(word("creating"));
  film.cut ??= await cutOf(film);
  const body = { cut_id: film.cut, upload_id: film.upload, filename: film.file.name, declaration: declaration(form) };
  await post("/v1/submissions", body);
  film.done = true;
  known.set(film.label, film.cut);
  film.say(word("film-in"), film.cut);
}

// What no other film would escape either.
const concernsAll = ({ status, faults }) => status === 0 || status === 401 || status >= 500 || faults?.length;

async function handInAll(say) {
  for (const [at, film] of films.entries()) {
    if (film.done) continue;
    film.done = !film.cut && known.has(film.label);
    if (film.done) {
      film.say(word("film-known"), known.get(film.label));
      continue;
    }
    say(word("film-of").replace("7", at + 1).replace("9", films.length));
    await handInOne(film, () => {}).catch((error) => {
      film.say(error instanceof Told ? error.message : word("failed"), "", true);
      if (concernsAll(error)) throw error;
    });
  }
  const left = films.filter((film) => !film.done);
  left[0]?.row.scrollIntoView({ block: "nearest" });
  if (left.length) throw new Told(word("films-left").replace("7", left.length));
  if (!films.some((film) => film.cut)) throw new Told(word("film-known"));
}

async function handIn(say) {
  if (!films.length) throw new Told(word("file-missing"));
  if (form.dataset.cut && films.length > 1) throw new Told(word("file-one"));
  if (!form.reportValidity()) return;
  form.querySelector("[data-unfinished]").hidden = true;
  busy = true;
  try {
    await (films.length > 1 ? handInAll(say) : handInOne(films[0], say));
  } finally {
    busy = false;
  }
  await leave(films.length > 1 ? "/studio?shelf=waiting" : `/cuts/${films[0].cut}`);
}

function choose() {
  films = filmsOf(picker.files);
  const single = form.querySelector("[data-single]");
  if (single) single.hidden = single.querySelector("input").disabled = films.length > 1;
}

remind().catch(() => {});
castRows(form);
onPress(form.querySelector("button.primary"), handIn);
dropped(form.querySelector("[data-drop]"), (files) => {
  picker.files = files;
  choose();
});
picker.addEventListener("change", choose);
addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });
choose();
