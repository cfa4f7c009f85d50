// Ways to a key: kept by a passkey, made as a file, or taken from a file. Only its public name is sent.

import { make, opened, save } from "/static/key.js";
import { Told, find, onPress, word } from "/static/registry.js";
import { keep } from "/static/wrapped.js";

/** Offers what the page shows of them; `take` gets the key, and whether a passkey keeps it. */
export function offer(take) {
  for (const way of ["keep", "make"]) {
    onPress(find(`[data-${way}-key]`), async (say) => {
      const made = await make();
      await (way === "keep" ? keep(made) : save(made, "ebenbild.key"));
      await take(made, way === "keep");
      say("");
    });
  }
  const given = find("#first-key-file");
  onPress(find("[data-bind-key]"), async (say) => {
    if (!given.files.length) throw new Told(word("key-missing"));
    await take(await opened(await given.files[0].text()), false);
    say("");
  });
}
