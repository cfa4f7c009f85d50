// Ways to a key: kept by a passkey, made as a file, or taken from a file. Only its public name is sent.

import { make, opened, save } from "/static/key.js";
import { Told, onPress, word } from "/static/registry.js";
import { keep } from "/static/wrapped.js";

/** Offers what the page shows of them; `take` gets the key, and whether a passkey keeps it. */
export function offer(take) {
  onPress(document.querySelector("[data-keep-key]"), async (say) => {
    const made = await make();
    await keep(made);
    await take(made, true);
    say("");
  });
  onPress(document.querySelector("[data-make-key]"), async (say) => {
    const made = await make();
    await save(made, "ebenbild.key");
    await take(made, false);
    say("");
  });
  const given = document.getElementById("first-key-file");
  onPress(document.querySelector("[data-bind-key]"), async (say) => {
    if (!given.files.length) throw new Told(word("key-missing"));
    await take(await opened(await given.files[0].text()), false);
    say("");
  });
}
