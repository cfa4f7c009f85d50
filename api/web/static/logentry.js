// One entry of the public log: its receipt, checked here as soon as the page is open.

import { check } from "/static/checking.js";
import { ask, panel } from "/static/judged.js";
import { find, word } from "/static/registry.js";

const results = find("[data-results]");
const receipt = new Blob([await ask.bytes(`/log/receipts/${results.dataset.index}`)]);
// What the entry commits to is not at hand here: that step belongs to whoever holds the document.
const { steps } = await check(receipt, "receipt", [], ask, Date.now());
const own = steps.filter((step) => step.name !== "commitment");
results.replaceChildren(panel(word("entry-checked"), word("kind-receipt"), "entry-", own));
