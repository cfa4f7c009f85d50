// Witnesses of a log: which of them signed a checkpoint too, and whether they are enough.
//
// A witness signs the text of the checkpoint together with the second at which it saw it.
// https://c2sp.org/tlog-cosignature, https://c2sp.org/tlog-policy

import { encoder, joined, keyFrom, same } from "/static/receipt.js";
import { Bad, Open, signs } from "/static/signed.js";

const COSIGNATURE = 4;
const TIME_BYTES = 8;
const TIME_MAX = 2n ** 63n - 1n;
const NONE = "none";

/** The witnesses of a policy by name, its groups, and whom or which of them it asks for. */
async function read(policy) {
  const [witnesses, groups] = [new Map(), new Map()];
  let quorum = NONE;
  for (const line of policy.split("\n")) {
    const [word, name, said, ...members] = line.trim().split(/\s+/);
    if (word === "witness") witnesses.set(name, await keyFrom(said, COSIGNATURE));
    if (word === "group") groups.set(name, { least: { any: 1, all: members.length }[said] ?? Number(said), members });
    if (word === "quorum") quorum = name;
  }
  return { witnesses, groups, quorum };
}

/** Whether this line is the witness's own, over this very text. */
function holds(text, key, line) {
  if (line.data.length < TIME_BYTES) return false;
  const seconds = new DataView(line.data.buffer, line.data.byteOffset).getBigUint64(0);
  const said = joined(encoder.encode(`cosignature/v1\ntime ${seconds}\n`), encoder.encode(text));
  return seconds <= TIME_MAX && signs(key.key, line.data.slice(TIME_BYTES), said);
}

function reached({ groups }, name, seen) {
  const group = groups.get(name);
  if (!group) return seen.includes(name);
  return group.members.filter((member) => reached({ groups }, member, seen)).length >= group.least;
}

/** Who cosigned a note, as a step says it; null where the policy asks for no witness.
 *
 * Throws Bad where a line of a known witness does not hold, Open where they are too few.
 */
export async function witnessed(note, policy) {
  const asked = await read(policy);
  if (asked.quorum === NONE) return null;
  const seen = [];
  for (const [name, key] of asked.witnesses) {
    const lines = note.signatures.filter((one) => one.name === key.name && same(one.id, key.id));
    for (const line of lines) if (!(await holds(note.text, key, line))) throw new Bad("bad-witness", key.name);
    if (lines.length) seen.push(name);
  }
  if (!reached(asked, asked.quorum, seen)) throw new Open("open-witnesses", `${seen.length}/${asked.witnesses.size}`);
  return ["ok-witnesses", seen.join(", ")];
}
