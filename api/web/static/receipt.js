// Receipts of the public log: whether a leaf is in the tree that the log signed.
//
// https://c2sp.org/tlog-proof, https://c2sp.org/signed-note, RFC 6962 section 2.1

import { Bad, canonical, digest, hex, read, sha256, signs } from "/static/signed.js";

export const HEADER = "c2sp.org/tlog-proof@v1";
const HASHES_MAX = 63;
const ED25519 = 1;
export const encoder = new TextEncoder();

function fromBase64(text) {
  try {
    return Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  } catch {
    throw new Bad("bad-receipt");
  }
}

export const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);
export const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const half = (number) => Math.floor(number / 2);
const isRight = (at, last) => at % 2 === 1 || at === last;

/** The place of the next node that has one beside it. */
function above(at, last) {
  if (isRight(at, last)) while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
  return [half(at), half(last)];
}

const node = (left, right) => sha256(joined([1], left, right));

/** What a receipt says, nothing of it checked. */
export function parse(text) {
  const gap = text.indexOf("\n\n");
  const lines = text.slice(0, Math.max(gap, 0)).split("\n");
  if (lines.shift() !== HEADER) throw new Bad("bad-receipt");
  const extra = lines[0]?.startsWith("extra ") ? fromBase64(lines.shift().slice(6)) : new Uint8Array();
  const place = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? "");
  if (!place || lines.length > HASHES_MAX) throw new Bad("bad-receipt");
  const opened = read(extra);
  if (typeof opened.leaf !== "string") throw new Bad("bad-receipt");
  return {
    index: Number(place[1]),
    hashes: lines.map(fromBase64),
    note: noteOf(text.slice(gap + 2)),
    leaf: encoder.encode(opened.leaf),
    salt: /^([0-9a-f]{2})+$/.test(opened.salt ?? "") ? opened.salt : "",
  };
}

/** A signed note: its text, and who signed it. */
export function noteOf(text) {
  const gap = text.lastIndexOf("\n\n");
  const block = text.slice(gap + 2);
  if (gap < 0 || !block.endsWith("\n")) throw new Bad("bad-receipt");
  const signatures = block.trimEnd().split("\n").map((line) => {
    const found = /^\u2014 (\S+) (\S+)$/.exec(line);
    if (!found) throw new Bad("bad-receipt");
    const bytes = fromBase64(found[2]);
    return { name: found[1], id: bytes.slice(0, 4), data: bytes.slice(4) };
  });
  return { text: `${text.slice(0, gap)}\n`, signatures };
}

/** The checkpoint of a receipt: whose log, how many leaves, which root. */
export function checkpointOf(receipt) {
  const [origin, size, root, ...more] = receipt.note.text.split("\n");
  if (!origin || !/^(0|[1-9][0-9]{0,15})$/.test(size ?? "") || more.at(-1) !== "") throw new Bad("bad-receipt");
  return { origin, size: Number(size), root: fromBase64(root ?? "") };
}

/** A key as people exchange it: of a log, or of another `kind`. */
export async function keyFrom(vkey, kind = ED25519) {
  // Base64 has plus signs of its own.
  const [, name, id, packed] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey ?? "") ?? [];
  const bytes = fromBase64(packed ?? "");
  if (bytes.length !== 33 || bytes[0] !== kind) throw new Bad("bad-policy");
  const known = (await sha256(joined(encoder.encode(`${name}\n`), bytes))).slice(0, 4);
  if (hex(known) !== id) throw new Bad("bad-policy");
  return { name, id: known, key: bytes.slice(1) };
}

/** The keys of logs in a policy (https://c2sp.org/tlog-policy). */
export function logKeys(policy) {
  const lines = policy.split("\n").map((line) => line.trim().split(/\s+/));
  return Promise.all(lines.filter(([word]) => word === "log").map(([, vkey]) => keyFrom(vkey)));
}

/** Whether a log of these keys signed the checkpoint. */
export async function signedByLog(receipt, keys) {
  const { origin } = checkpointOf(receipt);
  for (const key of keys.filter((one) => one.name === origin)) {
    const line = receipt.note.signatures.find((one) => one.name === key.name && same(one.id, key.id));
    if (line) return signs(key.key, line.data, encoder.encode(receipt.note.text));
  }
  return false;
}

/** Whether the leaf is in the tree of the receipt's own checkpoint (RFC 9162, 2.1.3.2). */
export async function included(receipt) {
  const { size, root } = checkpointOf(receipt);
  if (receipt.index >= size) return false;
  let [at, last] = [receipt.index, size - 1];
  let hash = await sha256(joined([0], receipt.leaf));
  for (const beside of receipt.hashes) {
    if (last === 0 || beside.length !== 32) return false;
    hash = await (isRight(at, last) ? node(beside, hash) : node(hash, beside));
    [at, last] = above(at, last);
  }
  return last === 0 && same(hash, root);
}

/** Whether the tree of one checkpoint goes on in that of another (RFC 9162, 2.1.4.2). */
export async function consistent(was, is, proof) {
  const hashes = proof.map(fromBase64);
  if (was.size === is.size) return hashes.length === 0 && same(was.root, is.root);
  if (was.size < 1 || was.size > is.size || hashes.some((hash) => hash.length !== 32)) return false;
  let [at, last] = [was.size - 1, is.size - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  // A tree whose size is a power of two is itself the node from which the proof goes on.
  if (at === 0) hashes.unshift(was.root);
  const [first, ...rest] = hashes;
  if (!first) return false;
  let [old, now] = [first, first];
  for (const beside of rest) {
    if (last === 0) return false;
    const right = isRight(at, last);
    if (right) old = await node(beside, old);
    now = await (right ? node(beside, now) : node(now, beside));
    [at, last] = above(at, last);
  }
  return last === 0 && same(old, was.root) && same(now, is.root);
}

/** Whether the leaf commits to the credential in these bytes; null where it does not say. */
export async function commitsTo(receipt, leaf, bytes, document) {
  if (!receipt.salt || !/^(licence|certificate|standing)\./.test(leaf.kind ?? "")) return null;
  const payload = canonical({ vc_id: document.id ?? null, sha256: await digest(bytes) });
  const salt = Uint8Array.from(receipt.salt.match(/../g), (pair) => Number.parseInt(pair, 16));
  return (await digest(joined(salt, encoder.encode(payload)))) === leaf.commitment;
}
