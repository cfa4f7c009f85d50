// Signed documents, read and checked in the browser: canonical JSON, did:key, eddsa-jcs-2022.
//
// RFC 8785 canonicalisation is what JSON.stringify does once members are sorted by UTF-16 units.
// https://www.w3.org/TR/vc-di-eddsa/ and https://w3c-ccg.github.io/did-key-spec/

export const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
export const KEY_PREFIX = [0xed, 0x01];
const SUITE = "eddsa-jcs-2022";
const MEMBERS = "@context created cryptosuite id previousProof proofPurpose proofValue type verificationMethod".split(" ");
const DEPTH_MAX = 64;
const PROOFS_MAX = 8;

class Said extends Error {
  constructor(code, about = "") {
    super(code);
    this.about = about;
  }
}

/** What is wrong with a document: a code that the page has a sentence for, and what it is about. */
export class Bad extends Said {}

/** A step that cannot be taken with what is at hand. */
export class Open extends Said {}

const bytesOf = (text) => new TextEncoder().encode(text);
export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
export const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
const isTable = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** The one canonical spelling of a JSON value. */
export function canonical(value, depth = 0) {
  if (depth > DEPTH_MAX) throw new Bad("too-deep");
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one, depth + 1)).join(",")}]`;
  if (!isTable(value)) return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name], depth + 1)}`).join(",")}}`;
}

export const hashed = (value) => sha256(bytesOf(canonical(value)));

/** The document in these bytes, which have to be its canonical form to the last byte. */
export function read(bytes) {
  let text, document;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    document = JSON.parse(text);
  } catch {
    throw new Bad("no-json");
  }
  if (!isTable(document)) throw new Bad("no-json");
  // A member that stands twice, another order, a space: none of them survives this.
  if (canonical(document) !== text) throw new Bad("not-canonical");
  return document;
}

function fromBase58(text) {
  let number = 0n;
  for (const letter of text) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0) throw new Bad("bad-signature");
    number = number * 58n + BigInt(digit);
  }
  const bytes = [];
  for (; number > 0n; number >>= 8n) bytes.unshift(Number(number & 255n));
  const zeros = text.length - text.replace(/^1+/, "").length;
  return new Uint8Array([...new Array(zeros).fill(0), ...bytes]);
}

/** The raw public key that a did:key is the name of. */
function keyOf(did) {
  if (!/^did:key:z[1-9A-HJ-NP-Za-km-z]{40,60}$/.test(did)) throw new Bad("bad-key", did);
  const bytes = fromBase58(did.slice("did:key:z".length));
  if (bytes.length !== 34 || KEY_PREFIX.some((one, at) => bytes[at] !== one)) throw new Bad("bad-key", did);
  return bytes.slice(2);
}

export const methodOf = (did) => `${did}#${did.slice("did:key:".length)}`;

export function proofsOf(document) {
  const proofs = [document.proof ?? []].flat();
  if (proofs.length > PROOFS_MAX || !proofs.every(isTable)) throw new Bad("bad-proof");
  return proofs;
}

/** Whether raw Ed25519 bytes sign a message. */
export async function signs(publicKey, signature, message) {
  try {
    const key = await crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
  } catch {
    return false;
  }
}

/** Returns the did:key behind one proof of the document; throws Bad where it does not hold. */
export async function checkProof(document, proof) {
  checkTerms(document, proof);
  const did = proof.verificationMethod.split("#")[0];
  const key = keyOf(did);
  if (proof.verificationMethod !== methodOf(did)) throw new Bad("bad-proof");
  const { proofValue, ...options } = proof;
  const signature = proofValue.startsWith("z") ? fromBase58(proofValue.slice(1)) : new Uint8Array();
  if (signature.length !== 64) throw new Bad("bad-signature");
  const { proof: _, ...body } = document;
  if ("previousProof" in proof) body.proof = earlierOf(document, proof);
  const [terms, said] = [await hashed(options), await hashed(body)];
  if (!(await signs(key, signature, new Uint8Array([...terms, ...said])))) throw new Bad("bad-signature", did);
  return did;
}

function checkTerms(document, proof) {
  const texts = Object.entries(proof).filter(([name]) => name !== "@context" && name !== "previousProof");
  const good =
    Object.keys(proof).every((name) => MEMBERS.includes(name)) &&
    texts.every(([, value]) => typeof value === "string") &&
    proof.type === "DataIntegrityProof" &&
    proof.cryptosuite === SUITE &&
    proof.proofPurpose === "assertionMethod" &&
    ["verificationMethod", "proofValue", "created"].every((name) => name in proof) &&
    canonical(proof["@context"] ?? null) === canonical(document["@context"] ?? null);
  if (!good) throw new Bad("bad-proof");
}

/** The proofs that another one builds on, so that none of them can be exchanged. */
function earlierOf(document, proof) {
  const ids = [proof.previousProof].flat();
  const good = ids.every((id) => typeof id === "string") && new Set(ids).size === ids.length &&
    (!Array.isArray(proof.previousProof) || ids.length > 1);
  const found = ids.map((id) => proofsOf(document).filter((one) => one.id === id));
  if (!good || found.some((same) => same.length !== 1)) throw new Bad("bad-proof");
  return found.map(([one]) => one);
}

/** The bits of a status list: base64url over gzip, the first bit leftmost. */
export async function bitsOf(encoded) {
  if (typeof encoded !== "string" || !encoded.startsWith("u")) throw new Bad("bad-list");
  try {
    const text = encoded.slice(1).replaceAll("-", "+").replaceAll("_", "/");
    const packed = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    const opened = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return await upTo(opened, 1 << 24);
  } catch (error) {
    throw error instanceof Bad ? error : new Bad("bad-list");
  }
}

/** No more of a stream than `most` bytes: what is packed small may be very large. */
async function upTo(stream, most) {
  const pieces = [];
  let size = 0;
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) throw new Bad("bad-list");
    pieces.push(value);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

export const isSet = (bits, index) => {
  if (index >= bits.length * 8) throw new Bad("bad-list");
  return ((bits[index >> 3] >> (7 - (index & 7))) & 1) === 1;
};

export const digest = async (bytes) => hex(await sha256(bytes));
