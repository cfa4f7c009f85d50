// Who signs here: everybody with their own key, from a file or opened by a passkey.

import { opened, sign } from "/static/key.js";
import { Told, word } from "/static/registry.js";
import { open } from "/static/wrapped.js";

/** Whether two lists name the same, in whatever order. */
export const same = (some, others) => JSON.stringify([...some].sort()) === JSON.stringify([...others].sort());

/** The keys whose files were chosen in a form, by public name. */
async function inFiles(form) {
  const files = [...form.querySelectorAll("[data-signer]")].flatMap((field) => [...field.files]);
  const keys = await Promise.all(files.map(async (file) => opened(await file.text())));
  return new Map(keys.map((key) => [key.did, key]));
}

/** The keys of those of `dids` who sign now: of the files chosen, else the one a passkey opens. */
export async function present(form, dids) {
  const keys = await inFiles(form);
  const found = dids.map((did) => keys.get(did)).filter(Boolean);
  if (found.length) return found;
  const kept = keys.size ? null : await open(dids);
  if (!kept) throw new Told(word(keys.size ? "key-other" : "key-missing"));
  return [kept];
}

/** A signature for each request, in order; `own` is a key that the page holds already. */
export async function allSign(form, requests, own = null) {
  const keys = await inFiles(form);
  if (own) keys.set(own.did, own);
  const made = [];
  for (const request of requests) {
    const [did] = request.options.verification_method.split("#");
    const key = keys.get(did) ?? (await open([did]));
    if (!key) throw new Told(word(keys.size < requests.length ? "key-missing" : "key-other"));
    made.push(await sign(key, request));
  }
  return made;
}

/** The signatures under a consent or a mandate, where guardians sign what the performer signs. */
export async function signedBy(form, draft, own = null) {
  const others = draft.guardians.map((options) => ({ document: draft.document, options }));
  const [first, ...guardians] = await allSign(form, [draft, ...others], own);
  return { ...first, guardians };
}
