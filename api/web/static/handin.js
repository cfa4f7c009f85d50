// Handing a film in: the file goes first, with how far it is; then the cut and what is declared.

import { castRows, declaration } from "/static/declare.js";
import { leave, onPress, post, word, Told } from "/static/registry.js";
import { forget, offsetOf, Sending, unfinished } from "/static/sending.js";

const form = document.querySelector("[data-hand-in]");
const picker = form.querySelector("#file");
const sending = form.querySelector("[data-sending]");

const hold = form.querySelector("[data-hold]");
const STATES = { sending: "", paused: "sent-paused", lost: "sent-lost" };
let now = null;

/** How far the file is, in words: share, speed, time left, and why nothing moves. */
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

/** What an earlier visit began and did not end: the same file goes on from there. */
async function remind() {
  const [mark, about] = Object.entries(unfinished())[0] ?? [];
  if (!mark) return;
  const at = await offsetOf(about.id);
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

// What was made or sent in a try that failed later is not made again in the next one.
const made = { cut: form.dataset.cut, work: form.dataset.work, upload: null, file: null };

async function cutId() {
  const { title, label, format, language } = form.elements;
  made.work ||= (await post("/v1/works", { title: title.value, level: "film" })).id;
  const body = { label: label?.value, format: format?.value, language: language.value };
  made.cut ||= (await post(`/v1/works/${made.work}/cuts`, body)).id;
  return made.cut;
}

async function handIn(say) {
  const [file] = picker.files;
  if (!file) throw new Told(word("file-missing"));
  if (!form.reportValidity()) return;
  if (made.file !== file) Object.assign(made, { upload: await uploaded(file), file });
  form.querySelector("[data-unfinished]").hidden = true;
  say(word("creating"));
  const body = { cut_id: await cutId(), upload_id: made.upload, filename: file.name, declaration: declaration(form) };
  await post("/v1/submissions", body);
  await leave(`/cuts/${made.cut}`);
}

remind().catch(() => {});
castRows(form);
onPress(form.querySelector("button.primary"), handIn);
const drop = form.querySelector("[data-drop]");
drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  picker.files = event.dataTransfer.files;
});
