// Signing keys on the account page: saved as a file, or opened by a second passkey as well.

import { save } from "/static/key.js";
import { all, leave, onPress, word } from "/static/registry.js";
import { keep, open } from "/static/wrapped.js";

for (const row of all("[data-signing-key]")) {
  const did = row.dataset.signingKey;
  onPress(row.querySelector("[data-save-key]"), async (say) => {
    await save(await open([did]), "ebenbild.key");
    say("");
  });
  let signing = null;
  // Two presses, because two devices are touched and their owner has to know which one is next.
  onPress(row.querySelector("[data-share-key]"), async (say) => {
    if (!signing) {
      signing = await open([did]);
      return say(word("passkey-other-now"));
    }
    await keep(signing);
    return leave();
  });
}
