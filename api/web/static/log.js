// The head of the public log, checked here: who signed it, which witnesses saw it, and that it goes
// on from the last good one, which the browser keeps, so that a log that forgot something is caught.
//
// https://c2sp.org/tlog-checkpoint, RFC 9162 section 2.1.4.2

import { Run } from "/static/checking.js";
import { witnessed } from "/static/cosigned.js";
import { ask, element, panel } from "/static/judged.js";
import { checkpointOf, consistent, logKeys, noteOf, signedByLog } from "/static/receipt.js";
import { find, word } from "/static/registry.js";
import { Bad, Open } from "/static/signed.js";

const KEPT = "log-head";
const part = find("[data-heads]");
const results = part?.querySelector("[data-results]");
const text = async (path) => new TextDecoder().decode(await ask.bytes(path));

/** The older head: pasted, chosen, or the one that this browser saw last. */
async function older() {
  const own = find("#own-head").value.trim();
  if (own) return `${own}\n`;
  const size = find("#head").value;
  return size ? text(`/log/checkpoint/${size}`) : localStorage.getItem(KEPT);
}

async function compared(before, now, keys) {
  if (before === null) throw new Open("open-growth");
  const old = { note: noteOf(before) };
  if (!(await signedByLog(old, keys))) throw new Bad("other-log");
  const [was, is] = [checkpointOf(old), checkpointOf(now)];
  if (was.size > is.size) throw new Bad("shrunk");
  const { proof } = JSON.parse(await text(`/log/consistency/${was.size}/${is.size}`));
  if (!(await consistent(was, is, proof))) throw new Bad("not-grown");
  return ["ok-growth", String(was.size)];
}

async function check() {
  results.replaceChildren(element("p", word("working")));
  const run = new Run();
  const head = await text("/log/checkpoint");
  const now = { note: noteOf(head) };
  const policy = await text("/log/policy");
  const keys = await logKeys(policy);
  await run.step("log", false, async () => {
    if (!(await signedByLog(now, keys))) throw new Bad("other-log");
  });
  await run.step("witnesses", false, async () => witnessed(now.note, policy));
  await run.step("growth", false, async () => compared(await older(), now, keys));
  const { steps } = run;
  if (!steps.some((step) => step.state === "bad")) localStorage.setItem(KEPT, head);
  const { origin, size } = checkpointOf(now);
  results.replaceChildren(panel(origin, word("entries").replace("{about}", size), "head-", steps));
  results.focus();
}

part?.querySelector("[data-check]").addEventListener("click", () =>
  check().catch(() => results.replaceChildren(element("p", word("failed"), "said"))));
