// The head of the public log, checked here: who signed it, and that it goes on from an older one.
//
// The browser keeps the last head that it saw good, so that a log which forgot something since is
// caught without anybody's help. https://c2sp.org/tlog-checkpoint, RFC 9162 section 2.1.4.2

import { ask, element, panel } from "/static/judged.js";
import { checkpointOf, consistent, logKeys, noteOf, signedByLog } from "/static/receipt.js";
import { word } from "/static/registry.js";
import { Bad } from "/static/signed.js";

const KEPT = "log-head";
const part = document.querySelector("[data-heads]");
const results = part?.querySelector("[data-results]");
const text = async (path) => new TextDecoder().decode(await ask.bytes(path));

async function stepped(steps, name, act) {
  try {
    steps.push({ name, state: "ok", code: `ok-${name}`, about: "", ...(await act()) });
  } catch (error) {
    steps.push({ name, state: "bad", code: error instanceof Bad ? error.message : "failed", about: "" });
  }
}

/** The older head: pasted, chosen, or the one that this browser saw last. */
async function older() {
  const own = document.getElementById("own-head").value.trim();
  if (own) return `${own}\n`;
  const size = document.getElementById("head").value;
  return size ? text(`/log/checkpoint/${size}`) : localStorage.getItem(KEPT);
}

async function compared(before, now, keys) {
  if (before === null) return { state: "open", code: "open-growth" };
  const old = { note: noteOf(before) };
  if (!(await signedByLog(old, keys))) throw new Bad("other-log");
  const [was, is] = [checkpointOf(old), checkpointOf(now)];
  if (was.size > is.size) throw new Bad("shrunk");
  const { proof } = JSON.parse(await text(`/log/consistency/${was.size}/${is.size}`));
  if (!(await consistent(was, is, proof))) throw new Bad("not-grown");
  return { about: String(was.size) };
}

async function check() {
  results.replaceChildren(element("p", word("working")));
  const steps = [];
  const head = await text("/log/checkpoint");
  const now = { note: noteOf(head) };
  const keys = await logKeys(await text("/log/policy"));
  await stepped(steps, "log", async () => {
    if (!(await signedByLog(now, keys))) throw new Bad("other-log");
  });
  await stepped(steps, "growth", async () => compared(await older(), now, keys));
  if (!steps.some((step) => step.state === "bad")) localStorage.setItem(KEPT, head);
  const { origin, size } = checkpointOf(now);
  results.replaceChildren(panel(origin, word("entries").replace("{about}", size), "head-", steps));
  results.focus();
}

part?.querySelector("[data-check]").addEventListener("click", () =>
  check().catch(() => results.replaceChildren(element("p", word("failed"), "said"))));
