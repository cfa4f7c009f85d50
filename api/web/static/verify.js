// The verify page: takes files in, and says of each what was checked and what came of it.

import { check, kindOf } from "/static/checking.js";
import { ask, element, panel } from "/static/judged.js";
import { find, word } from "/static/registry.js";

const drop = find("[data-drop]");
const picked = find("#files");
const results = find("#results");

async function take(files) {
  results.replaceChildren(element("p", word("working")));
  const given = await Promise.all([...files].map(async (file) => ({ file, kind: await kindOf(file) })));
  const documents = given.filter((one) => one.kind !== "medium");
  const parts = documents.map(async ({ file, kind }) => {
    const beside = given.filter((other) => other.file !== file);
    const { steps } = await check(file, kind, beside, ask, Date.now());
    return panel(file.name, word(`kind-${kind}`), kind === "receipt" ? "outcome-receipt-" : "outcome-", steps);
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
