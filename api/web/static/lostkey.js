// A new key instead of a lost one: it signs its own binding here, which counts after a waiting time.

import { sign } from "/static/key.js";
import { offer } from "/static/newkey.js";
import { Told, find, leave, page, post, word } from "/static/registry.js";

if (find("[data-make-key]")) {
  offer(async (made) => {
    const draft = await post(`/v1/performers/${page.dataset.performer}/key-replacements`, { did: made.did });
    if (draft.possession.document.credentialSubject.key !== made.did) throw new Told(word("key-cheated"));
    const { signature } = await sign(made, draft.possession);
    await post(`/v1/key-replacements/${draft.id}/signature`, { possession: signature });
    await leave();
  });
}
