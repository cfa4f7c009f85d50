// Bulk acts on the release calendar: one call per picked row, what came of all of them in a sentence.

import { onPress, post, Told, word } from "/static/registry.js";

const board = document.querySelector("[data-board]");
const form = board.querySelector("[data-bulk]");

const picked = () => [...board.querySelectorAll("[data-pick]:checked")];

function price() {
  const { rate, currency, kind } = form.elements;
  return { kind: kind.value, rate: rate.value, currency: currency.value };
}

const ACTS = {
  clear: (row) => post(`/v1/submissions/${row.submission}/clearances`),
  send: (row) => post(`/v1/clearances/${row.clearance}/requests`, { tariff: price() }),
};

/** Says how many worked; where the registry refused, its last sentence says why. */
async function each(rows, act, say) {
  let done = 0;
  let refused = "";
  for (const row of rows) {
    say(word("bulk-doing").replace("7", done + 1).replace("9", rows.length));
    try {
      await act(row.dataset);
      done += 1;
    } catch (error) {
      if (!(error instanceof Told)) throw error;
      refused = error.message;
    }
  }
  const left = rows.length - done;
  const skipped = left ? ` ${word("bulk-skipped").replace("9", left)} ${refused}` : "";
  say(word("bulk-done").replace("7", done) + skipped);
}

for (const button of form?.querySelectorAll("[data-bulk-do]") ?? []) {
  onPress(button, async (say) => {
    const rows = picked();
    if (!rows.length) throw new Told(word("bulk-none"));
    if (button.dataset.bulkDo === "ask") {
      form.querySelector("[data-price]").hidden = false;
      form.elements.rate.required = true;
      form.elements.rate.focus();
      return;
    }
    if (!form.reportValidity()) return;
    await each(rows, ACTS[button.dataset.bulkDo], say);
  });
}

form?.addEventListener("submit", (event) => event.preventDefault());
form?.querySelector("[data-all]").addEventListener("change", (event) => {
  for (const box of board.querySelectorAll("[data-pick]")) box.checked = event.target.checked;
});
