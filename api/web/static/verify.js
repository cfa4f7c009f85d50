// The verify page: takes files in, and says of each what was checked and what came of it.

import { check, inside, kindOf } from "/static/checking.js";
import { ask, element, panel } from "/static/judged.js";
import { dropped, find, word } from "/static/registry.js";

const picked = find("#files");
const results = find("#results");

async function take(files) {
  results.replaceChildren(element("p", word("working")));
  const held = await Promise.all([...files].map(inside));
  const given = await Promise.all(held.map(async (one) => ({ ...one, kind: await kindOf(one.file) })));
  const documents = given.filter((one) => one.kind !== "medium");
  const parts = documents.map(async ({ file, kind, paper }) => {
    const beside = given.filter((other) => other.file !== file);
    const { steps, document } = await check(file, kind, beside, ask, Date.now());
    const about = document?.credentialSubject?.clearance?.title ?? "–";
    if (paper) steps.push({ name: "paper", state: "open", code: "open-paper", about });
    return panel(file.name, word(`kind-${kind}`), kind === "receipt" ? "outcome-receipt-" : "outcome-", steps);
  });
  const made = await Promise.all(parts);
  results.replaceChildren(...(made.length ? made : [element("p", word(held.some((one) => one.paper) ? "no-attached" : "no-document"), "said")]));
  results.focus();
}

picked.addEventListener("change", () => take(picked.files));
dropped(find("[data-drop]"), take);
