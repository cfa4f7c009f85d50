// Handing a film in: the file goes first, with how far it is; then the cut and what is declared.

import { castRows, declaration } from "/static/declare.js";
import { csrf, onPress, post, Told, word } from "/static/registry.js";

const form = document.querySelector("[data-hand-in]");
const picker = form.querySelector("#file");
const sending = form.querySelector("[data-sending]");

/** The id of the upload; `fetch` cannot tell how much of a body has left, so this asks as of old. */
function uploaded(file) {
  const asked = new XMLHttpRequest();
  asked.open("POST", "/v1/uploads");
  asked.setRequestHeader("X-CSRF-Token", csrf);
  asked.setRequestHeader("Accept-Language", document.documentElement.lang);
  asked.setRequestHeader("Content-Type", "application/octet-stream");
  asked.responseType = "json";
  sending.hidden = false;
  asked.upload.addEventListener("progress", (event) => {
    const share = Math.floor((100 * event.loaded) / (event.total || 1));
    sending.querySelector("progress").value = share;
    sending.querySelector("[data-sent]").textContent = word("sent-share").replace("7", share);
  });
  return new Promise((done, fail) => {
    asked.addEventListener("error", () => fail(new Told(word("no-answer"))));
    asked.addEventListener("load", () => {
      const said = asked.response ?? {};
      if (asked.status < 300) done(said.id);
      else fail(new Told([said.detail, said.next_step].filter(Boolean).join(" ") || word("failed")));
    });
    asked.send(file);
  });
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
  say(word("creating"));
  const body = { cut_id: await cutId(), upload_id: made.upload, filename: file.name, declaration: declaration(form) };
  await post("/v1/submissions", body);
  location.assign(`/cuts/${made.cut}`);
}

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
