// What is checked of a signed document, step by step; nothing leaves the browser.
//
// The registry of the page is asked for what it publishes to everybody (its name, its lists, the key
// of its log), never about a document. A step is `ok`, `bad` or `open`: what could not be checked
// never counts as good.

import { witnessed } from "/static/cosigned.js";
import { Bad, Open, bitsOf, checkProof, digest, isSet, methodOf, proofsOf, read } from "/static/signed.js";
import { HEADER, checkpointOf, commitsTo, included, logKeys, parse, signedByLog } from "/static/receipt.js";

const LIST_BYTES = 16_384;
const DOCUMENT_MAX = 1 << 20;
const MEDIUM_MAX = 1 << 31; // the browser hashes a file whole
const SKEW_MS = 60_000;
const DAY_MS = 86_400_000;
const LICENCE = "LikenessConsentLicence";
const CERTIFICATE = "ClearanceCertificate";
const LICENCE_MEMBERS = "@context,credentialStatus,credentialSubject,id,issuer,proof,type,validFrom,validUntil";

/** The steps so far; after a vital one that failed the rest stays open. */
export class Run {
  steps = [];
  broken = false;

  async step(name, vital, check) {
    if (this.broken) return this.#add(name, "open", "earlier");
    try {
      const said = await check();
      if (said === null) return; // there is nothing of the kind
      const [code, about] = said ?? [];
      this.#add(name, "ok", code ?? `ok-${name}`, about);
    } catch (error) {
      if (error instanceof Open) return this.#add(name, "open", error.message, error.about);
      this.broken ||= vital;
      this.#add(name, "bad", error instanceof Bad ? error.message : "failed", error.about);
    }
  }

  #add(name, state, code, about = "") {
    this.steps.push({ name, state, code, about });
  }
}

const typesOf = (document) => [document.type ?? []].flat();

/** What a file says that it is: licence, certificate, receipt, signed, or a medium. */
export async function kindOf(file) {
  const begin = await file.slice(0, HEADER.length).text();
  if (begin === HEADER) return "receipt";
  if (!begin.trimStart().startsWith("{") || file.size > DOCUMENT_MAX) return "medium";
  try {
    const types = typesOf(JSON.parse(await file.text()));
    return types.includes(LICENCE) ? "licence" : types.includes(CERTIFICATE) ? "certificate" : "signed";
  } catch {
    return "signed";
  }
}

/** The document attached to a PDF, as it is, else the file itself; and whether it is a PDF. */
export async function inside(file) {
  const paper = file.size < 1 << 24 && (await file.slice(0, 5).text()) === "%PDF-";
  const text = paper ? new TextDecoder("latin1").decode(await file.arrayBuffer()) : "";
  const found = /<<([^>]*\/EmbeddedFile\b[^>]*)>>\s*stream\r?\n(?=\{)/.exec(text);
  const [, length] = /\/Length (\d+)/.exec(found?.[1]) ?? [];
  const at = found && found.index + found[0].length;
  return { file: length ? new File([file.slice(at, at + Number(length))], file.name) : file, paper };
}

/** The steps of one file; `beside` are the other files handed in, `ask` reads what is published. */
export async function check(file, kind, beside, ask, now) {
  const run = new Run();
  const bytes = new Uint8Array(await file.arrayBuffer());
  const facts = { bytes, beside, ask, now, document: null };
  await (kind === "receipt" ? ofReceipt : ofDocument)(run, facts, kind);
  return { steps: run.steps, document: facts.document };
}

async function ofDocument(run, facts, kind) {
  await run.step("form", true, async () => { facts.document = read(facts.bytes); });
  if (kind === "licence") await run.step("licence", true, async () => licenceOf(facts));
  await run.step("signatures", true, async () => signaturesOf(facts, kind));
  await run.step("registry", false, async () => trusted(facts));
  await run.step("term", false, async () => inForce(facts));
  if (kind === "licence") {
    await run.step("revocation", false, async () => listed(facts, "revocation"));
    await run.step("suspension", false, async () => listed(facts, "suspension"));
    await run.step("rest", false, async () => { throw new Open("open-rest"); });
  }
  if (kind === "certificate") {
    await run.step("state", false, async () => stateOf(facts));
    await run.step("media", false, async () => sameMedium(facts));
  }
}

/** The licence says the members of a licence and nothing beside them. */
function licenceOf({ document }) {
  const good =
    Object.keys(document).sort().join() === LICENCE_MEMBERS &&
    /^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(document.id) &&
    typesOf(document).join() === `VerifiableCredential,${LICENCE}` &&
    entriesOf(document).every((entry) => entry.statusListCredential?.startsWith(baseOf(document)));
  if (!good) throw new Bad("no-licence");
}

const baseOf = (document) => `${String(document["@context"]?.[1]).split("/ns/")[0]}/status/`;
const entriesOf = (document) => [document.credentialStatus ?? []].flat();

async function signaturesOf(facts, kind) {
  const { document } = facts;
  const proofs = proofsOf(document);
  if (proofs.length === 0) throw new Bad("unsigned");
  if (kind === "licence") chainOf(document, proofs);
  if (kind === "certificate" && !(proofs.length === 1 && proofs[0].verificationMethod === methodOf(document.issuer))) {
    throw new Bad("bad-proof");
  }
  for (const proof of proofs) await checkProof(document, proof);
  facts.last = proofs.at(-1).verificationMethod;
  return ["ok-signatures", String(proofs.length)];
}

/** Performer, guardians in order, then a registry whose proof builds on all of theirs. */
function chainOf(document, proofs) {
  const signers = [document.issuer, ...(document.credentialSubject?.guardian ?? [])];
  const methods = signers.map((did) => methodOf(String(did)));
  const earlier = proofs.slice(0, -1);
  const last = proofs.at(-1);
  const ids = earlier.map((proof) => proof.id);
  const good =
    proofs.length === signers.length + 1 &&
    new Set(methods).size === methods.length &&
    earlier.every((proof, at) => proof.verificationMethod === methods[at]) &&
    earlier.every((proof) => !("previousProof" in proof) && typeof proof.id === "string") &&
    new Set([...ids, last.id]).size === ids.length + 1 &&
    JSON.stringify(last.previousProof) === JSON.stringify(ids.length > 1 ? ids : ids[0]) &&
    !methods.includes(last.verificationMethod);
  if (!good) throw new Bad("bad-chain");
}

async function trusted(facts) {
  const registry = await facts.ask.registry();
  if (facts.last !== registry.verification_method) throw new Bad("other-registry", facts.last.split("#")[0]);
}

function inForce({ document, now }) {
  const [from, until] = [Date.parse(document.validFrom), Date.parse(document.validUntil)];
  if (Number.isNaN(from) && Number.isNaN(until)) throw new Open("open-term");
  if (now < from) throw new Bad("not-yet", document.validFrom);
  if (now >= until) throw new Bad("over", document.validUntil);
  return Number.isNaN(until) ? ["ok-term-open"] : ["ok-term", document.validUntil];
}

async function listed(facts, purpose) {
  const entry = entriesOf(facts.document).find((one) => one.statusPurpose === purpose);
  if (!entry) {
    if (purpose === "suspension") return ["ok-none"];
    throw new Bad("no-licence");
  }
  const bits = await readList(facts, entry.statusListCredential, purpose);
  if (isSet(bits, Number(entry.statusListIndex))) throw new Bad(purpose === "revocation" ? "revoked" : "suspended");
}

/** What this registry publishes at an address, signed by it and in force; `fits` knows its kind. */
async function published(facts, address, name, fits) {
  const { verification_method } = await facts.ask.registry();
  if (facts.last !== verification_method) throw new Open(`open-${name}`);
  const made = read(await facts.ask.bytes(new URL(address).pathname));
  const proofs = proofsOf(made);
  const [from, until] = [Date.parse(made.validFrom), Date.parse(made.validUntil)];
  const good =
    made.id === address &&
    fits(made, until - from) &&
    proofs.length === 1 &&
    proofs[0].verificationMethod === verification_method &&
    from <= facts.now + SKEW_MS && facts.now < until;
  if (!good) throw new Bad(`bad-${name}`);
  await checkProof(made, proofs[0]);
  return made.credentialSubject;
}

/** A list of this registry, fetched whole, so that nobody learns which licence is meant. */
async function readList(facts, address, purpose) {
  const list = await published(facts, address, "list", (made) => made.credentialSubject?.statusPurpose === purpose);
  const bits = await bitsOf(list.encodedList);
  if (bits.length !== LIST_BYTES) throw new Bad("bad-list");
  return bits;
}

/** What this registry says of a certificate today, signed and good for a day. */
async function stateOf(facts) {
  const address = String(facts.document.credentialSubject?.clearance?.state);
  const { standing } = await published(facts, address, "state", (made, term) =>
    typesOf(made).includes("CertificateStatus") &&
    made.credentialSubject.id === facts.document.id && term <= DAY_MS);
  if (["VOID", "EXPIRED"].includes(standing.state)) throw new Bad(`state-${standing.state}`, standing.since);
  return [standing.state === "VALID" ? "ok-state" : `state-${standing.state}`, standing.since];
}

async function sameMedium({ document, beside }) {
  const media = beside.filter((one) => one.kind === "medium");
  const wanted = document.credentialSubject?.clearance?.media?.sha256;
  if (media.length === 0) throw new Open("open-media");
  if (!wanted) throw new Open("open-media-hidden");
  if (media.some(({ file }) => file.size > MEDIUM_MAX)) throw new Open("open-media-large");
  for (const { file } of media) {
    if ((await digest(await file.arrayBuffer())) !== wanted) throw new Bad("other-medium", file.name);
  }
}

/** Who cosigned the receipt, by the list that the step before read. */
async function seenBy({ receipt, policy }) {
  if (policy === undefined) throw new Open("earlier");
  return witnessed(receipt.note, policy);
}

async function ofReceipt(run, facts) {
  await run.step("receipt", true, async () => {
    facts.receipt = parse(new TextDecoder().decode(facts.bytes));
    facts.leaf = read(facts.receipt.leaf);
    facts.document = facts.leaf;
  });
  await run.step("inclusion", true, async () => {
    if (!(await included(facts.receipt))) throw new Bad("not-in-log");
    return ["ok-inclusion", String(checkpointOf(facts.receipt).size)];
  });
  await run.step("log", false, async () => {
    facts.policy = new TextDecoder().decode(await facts.ask.bytes("/log/policy"));
    const keys = await logKeys(facts.policy);
    if (!(await signedByLog(facts.receipt, keys))) throw new Bad("other-log", checkpointOf(facts.receipt).origin);
  });
  await run.step("witnesses", false, async () => seenBy(facts));
  await run.step("commitment", false, async () => committed(facts));
}

/** Which of the documents handed in beside it the receipt is of. */
async function committed({ receipt, leaf, beside }) {
  const documents = beside.filter((one) => one.kind !== "medium" && one.kind !== "receipt");
  if (documents.length === 0) throw new Open("open-document");
  if (!receipt.salt) throw new Open("open-public");
  for (const { file } of documents) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const answer = await commitsTo(receipt, leaf, bytes, JSON.parse(new TextDecoder().decode(bytes)));
    if (answer === null) throw new Open("open-document");
    if (answer) return ["ok-commitment", file.name];
  }
  throw new Bad("other-document");
}
