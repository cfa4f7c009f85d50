// A signing key that a passkey opens: encrypted in this browser under a secret of the passkey, and
// kept by the registry as bytes that it cannot read. So the key is wherever the passkey is.
//
// Web Authentication Level 3, section 10.1.4 (prf); HKDF with SHA-256, RFC 5869; AES-256-GCM, bound
// to the key's public name.

import { base64, fromBase64 as bytes, held } from "/static/key.js";
import { Told, csrf, get, post, word } from "/static/registry.js";

const PATH = "/account/signing-keys";
const USE = new TextEncoder().encode("ebenbild signing key 1");
const random = (count) => crypto.getRandomValues(new Uint8Array(count));

const text = (raw) => base64(raw).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** The passkey that answered, and the key that only it gives for the salt it was asked with. */
async function secretOf(salts) {
  if (!("PublicKeyCredential" in window)) throw new Told(word("passkey-none"));
  const evalByCredential = Object.fromEntries(Object.entries(salts).map(([id, salt]) => [id, { first: salt }]));
  const allowCredentials = Object.keys(salts).map((id) => ({ type: "public-key", id: bytes(id) }));
  let answer;
  try {
    answer = await navigator.credentials.get({
      publicKey: { challenge: random(32), allowCredentials, userVerification: "required", extensions: { prf: { evalByCredential } } },
    });
  } catch (fault) {
    throw new Told(word(fault.name === "SecurityError" ? "passkey-address" : "passkey-unconfirmed"));
  }
  const secret = answer.getClientExtensionResults().prf?.results?.first;
  if (!secret) throw new Told(word("passkey-weak"));
  const material = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: USE };
  const aes = { name: "AES-GCM", length: 256 };
  return { id: text(answer.rawId), key: await crypto.subtle.deriveKey(how, material, aes, false, ["encrypt", "decrypt"]) };
}

const sealing = (nonce, did) => ({ name: "AES-GCM", iv: nonce, additionalData: new TextEncoder().encode(did) });

/** Has the registry keep a key that a passkey opens: the one of those without it that answers. */
export async function keep(signing) {
  const { passkeys, keys } = await get(PATH);
  const opening = new Set(keys.filter((item) => item.did === signing.did).map((item) => item.credential_id));
  const free = passkeys.filter((item) => !opening.has(item.credential_id));
  if (!free.length) throw new Told(word("passkey-first"));
  const salt = random(32);
  const { id, key } = await secretOf(Object.fromEntries(free.map((item) => [item.credential_id, salt])));
  const nonce = random(12);
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", signing.privateKey);
  const wrapped = await crypto.subtle.encrypt(sealing(nonce, signing.did), key, pkcs8);
  await post(PATH, {
    credential_id: id,
    did: signing.did,
    salt: text(salt),
    nonce: text(nonce),
    wrapped: text(wrapped),
    csrf,
  });
}

/** The key of one of these public names, opened by its owner's passkey; null where none is kept. */
export async function open(dids) {
  const { keys } = await get(PATH);
  // A passkey is asked with one salt, so of several keys that it opens only the first is meant.
  const named = keys.filter((item) => dids.includes(item.did));
  const kept = named.filter((item, place) => named.findIndex((other) => other.credential_id === item.credential_id) === place);
  if (!kept.length) return null;
  const { id, key } = await secretOf(Object.fromEntries(kept.map((item) => [item.credential_id, bytes(item.salt)])));
  const found = kept.find((item) => item.credential_id === id);
  try {
    const pkcs8 = await crypto.subtle.decrypt(sealing(bytes(found.nonce), found.did), key, bytes(found.wrapped));
    const signing = await held(await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]));
    if (signing.did === found.did) return signing;
  } catch {
    // Told below: nothing but this passkey and these bytes opens it.
  }
  throw new Told(word("passkey-broken"));
}
