// The key that somebody signs with: the file that was chosen, else the one that a passkey opens.

import { opened } from "/static/key.js";
import { Told, word } from "/static/registry.js";
import { open } from "/static/wrapped.js";

export async function chosenKey(dids, field) {
  if (field.files.length) return opened(await field.files[0].text());
  const kept = await open(dids);
  if (!kept) throw new Told(word("key-missing"));
  return kept;
}
