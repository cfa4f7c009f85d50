// A performer's signing key: made or opened in this browser, and never sent anywhere.
//
// What is signed is computed here from the document that is shown, so that a registry cannot have
// something else signed. W3C Data Integrity, eddsa-jcs-2022; RFC 8785 for documents of text,
// numbers, lists and objects, as ours are.

import { Told, word } from "/static/registry.js";
import { ALPHABET, KEY_PREFIX, hashed, methodOf } from "/static/signed.js";

async function signingInput(document, options) {
  const terms = {
    type: "DataIntegrityProof",
    cryptosuite: "eddsa-jcs-2022",
    created: options.created,
    verificationMethod: options.verification_method,
    proofPurpose: options.purpose,
  };
  if ("@context" in document) terms["@context"] = document["@context"];
  if (options.id !== null) terms.id = options.id;
  return new Uint8Array([...(await hashed(terms)), ...(await hashed(document))]);
}

export const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
export const fromBase64 = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

function base58(bytes) {
  let number = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let text = "";
  for (; number > 0n; number /= 58n) text = ALPHABET[Number(number % 58n)] + text;
  return text;
}

/** A private key with its public name. */
export async function held(privateKey) {
  const { x } = await crypto.subtle.exportKey("jwk", privateKey);
  const raw = fromBase64(x);
  return { privateKey, did: `did:key:z${base58([...KEY_PREFIX, ...raw])}` };
}

/** A fresh key. */
export async function make() {
  try {
    const made = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
    return await held(made.privateKey);
  } catch {
    throw new Told(word("key-unknown"));
  }
}

/** The key in a file as `ebenbild key new` writes it: PKCS #8 in PEM, without a passphrase. */
export async function opened(text) {
  if (text.includes("ENCRYPTED PRIVATE KEY")) throw new Told(word("key-locked"));
  const body = /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/.exec(text);
  if (!body) throw new Told(word("key-none"));
  try {
    const der = fromBase64(body[1].replaceAll(/\s/g, ""));
    return await held(await crypto.subtle.importKey("pkcs8", der, "Ed25519", true, ["sign"]));
  } catch {
    throw new Told(word("key-none"));
  }
}

/** Hands the key to its owner as a file. */
export async function save(key, name) {
  const der = base64(await crypto.subtle.exportKey("pkcs8", key.privateKey));
  const pem = `-----BEGIN PRIVATE KEY-----\n${der.match(/.{1,64}/g).join("\n")}\n-----END PRIVATE KEY-----\n`;
  const href = URL.createObjectURL(new Blob([pem], { type: "application/x-pem-file" }));
  Object.assign(document.createElement("a"), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

/** The signature over what a request shows; refuses when other bytes are asked for. */
export async function sign(key, request) {
  const method = methodOf(key.did);
  if (request.options.verification_method !== method) throw new Told(word("key-other"));
  const wanted = await signingInput(request.document, request.options);
  const asked = request.signing_input ?? base64(wanted);
  if (base64(wanted) !== asked) throw new Told(word("key-cheated"));
  const signature = base64(await crypto.subtle.sign("Ed25519", key.privateKey, wanted));
  return { verification_method: method, signature };
}
