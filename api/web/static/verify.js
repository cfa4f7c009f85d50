// The verify page: takes files in, and says of each what was checked and what came of it.

import { check, kindOf } from "/static/checking.js";
import { word } from "/static/registry.js";

const drop = document.querySelector("[data-drop]");
const picked = document.getElementById("files");
const results = document.getElementById("results");
const SHAPES = { ok: "✓", bad: "▬", open: "–" };
const DAY = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" });

async function bytes(path) {
  const answer = await fetch(path, { credentials: "omit" });
  if (!answer.ok) throw new Error(path);
  return new Uint8Array(await answer.arrayBuffer());
}

let registry;
const ask = {
  bytes,
  registry: () => (registry ??= bytes("/registry").then((found) => JSON.parse(new TextDecoder().decode(found)))),
};

function element(name, text = "", className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

/** A sentence of the page about a day or a name. */
function sentence(code, about) {
  const day = /^\d{4}-\d\d-\d\dT/.test(about) ? DAY.format(new Date(about)) : about;
  return word(code).replace("{about}", day);
}

function stepsOf(steps) {
  const list = element("ol", "", "judged");
  for (const step of steps) {
    const item = element("li");
    const mark = element("strong", `${SHAPES[step.state]} ${word(`step-${step.name}`)}`, TONES[step.state]);
    item.append(mark, element("br"), element("span", sentence(step.code, step.about), "dim"));
    list.append(item);
  }
  return list;
}

const TONES = { ok: "good", bad: "bad", open: "ask" };

/** The answer in one word: bad where a step failed, whole where none is open. */
function verdict(steps) {
  if (steps.some((step) => step.state === "bad")) return ["bad", "REFUSED"];
  return steps.some((step) => step.state === "open") ? ["part", "REVIEW"] : ["whole", "CLEARED"];
}

function shown(file, kind, found) {
  const part = element("section", "", "panel");
  const [outcome, colour] = verdict(found.steps);
  part.append(element("h2", file.name), element("p", word(`kind-${kind}`), "dim"));
  part.append(element("p", word(`outcome-${kind === "receipt" ? "receipt-" : ""}${outcome}`), `verdict ${colour}`));
  part.append(stepsOf(found.steps));
  return part;
}

async function take(files) {
  results.replaceChildren(element("p", word("working")));
  const given = await Promise.all([...files].map(async (file) => ({ file, kind: await kindOf(file) })));
  const documents = given.filter((one) => one.kind !== "medium");
  const parts = documents.map(async (one) => {
    const beside = given.filter((other) => other !== one);
    return shown(one.file, one.kind, await check(one.file, one.kind, beside, ask, Date.now()));
  });
  const made = await Promise.all(parts);
  results.replaceChildren(...(made.length ? made : [element("p", word("no-document"), "said")]));
  results.focus();
}

picked.addEventListener("change", () => take(picked.files));
for (const name of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
    if (name === "drop") take(event.dataTransfer.files);
  });
}
