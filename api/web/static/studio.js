// Acts on many cuts: those picked, or all that are sought, become one job with a page of its own.
//
// In the column of boxes arrow keys move, with Shift they pick on the way, Space picks; a click with
// Shift picks everything since the last one.

import { follow } from "/static/act.js";
import { Told, decimal, find, leave, onPress, post, word } from "/static/registry.js";

const board = find("[data-board]");
const form = board.querySelector("[data-bulk]");
const boxes = [...board.querySelectorAll("[data-pick]")];
const everything = form?.querySelector("[data-everything]");
let last = 0;

const picked = () => boxes.filter((box) => box.checked).map((box) => box.dataset.pick);

/** Says how many are picked, where eyes and screen readers find it. */
function tell() {
  const said = picked().length ? word("bulk-picked").replace("7", picked().length) : "";
  form.querySelector("[role=status]").textContent = said;
}

function pick(from, to, checked) {
  for (const box of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) box.checked = checked;
  tell();
}

/** What the act needs besides the cuts. */
const needs = {
  release: () => ({ release_at: form.elements.release_at.value }),
  ask({ rate, currency, kind } = form.elements) {
    return { tariff: { kind: kind.value, rate: decimal(rate.value), currency: currency.value } };
  },
};

/** Shows the fields of the act that is chosen, and no others'. */
function choose() {
  const act = form.elements.act.value;
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = part.dataset.for !== act;
    for (const field of part.querySelectorAll("input")) field.required = !part.hidden;
  }
}

async function begin() {
  const act = form.elements.act.value;
  const which = everything?.checked ? { sought: JSON.parse(form.dataset.sought) } : { cut_ids: picked() };
  if (which.cut_ids?.length === 0) throw new Told(word("bulk-none"));
  if (!form.reportValidity()) return;
  const sure = everything?.checked ? form.dataset.sure : act === "ask" && form.dataset.sureAsk;
  if (sure && !window.confirm(sure)) return;
  const made = await post("/v1/bulks", { act, ...which, ...needs[act]?.() });
  await leave(`/studio/bulks/${made.id}`);
}

boxes.forEach((box, at) => {
  box.addEventListener("click", (event) => {
    pick(event.shiftKey ? last : at, at, box.checked);
    last = at;
  });
  box.addEventListener("keydown", (event) => {
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (!boxes[next]) return;
    event.preventDefault();
    if (event.shiftKey) pick(at, next, true);
    boxes[next].focus();
    last = next;
  });
});

if (form) {
  onPress(form.querySelector("[data-bulk-do]"), begin);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.act.addEventListener("change", choose);
  form.querySelector("[data-all]").addEventListener("change", (event) => pick(0, boxes.length, event.target.checked));
  choose();
}

// How requests for licences stand is taken anew, row by row, as long as any of them is open.
await follow();
