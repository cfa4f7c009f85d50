// What was checked, as people read it: a verdict on top, and under it each step with its sentence.

import { word } from "/static/registry.js";

const SHAPES = { ok: "✓", bad: "▬", open: "–" };
const TONES = { ok: "good", bad: "bad", open: "ask" };
const DAY = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" });

/** What the registry publishes to everybody, as it is now, asked for without saying who asks. */
export async function bytes(path) {
  const answer = await fetch(path, { credentials: "omit", cache: "no-store" });
  if (!answer.ok) throw new Error(path);
  return new Uint8Array(await answer.arrayBuffer());
}

let registry;
export const ask = {
  bytes,
  registry: () => (registry ??= bytes("/registry").then((found) => JSON.parse(new TextDecoder().decode(found)))),
};

export function element(name, text = "", className = "") {
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

/** The answer in one word: bad where a step failed, whole where none is open. */
function verdict(steps) {
  if (steps.some((step) => step.state === "bad")) return ["bad", "REFUSED"];
  return steps.some((step) => step.state === "open") ? ["part", "REVIEW"] : ["whole", "CLEARED"];
}

/** A panel for what was checked of a thing; `outcome` begins the name of its sentence. */
export function panel(title, what, outcome, steps) {
  const part = element("section", "", "panel");
  const [ended, colour] = verdict(steps);
  part.append(element("h2", title), element("p", what, "dim"));
  part.append(element("p", word(`${outcome}${ended}`), `verdict ${colour}`), stepsOf(steps));
  return part;
}
