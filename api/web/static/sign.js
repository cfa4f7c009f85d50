// Signs the licence that the page shows, and nothing else: other bytes are refused.

import { present } from "/static/cosign.js";
import { sign } from "/static/key.js";
import { Told, find, get, leave, onPress, page, post, word } from "/static/registry.js";
import { canonical } from "/static/signed.js";

const licence = page.dataset.licence;
const shown = JSON.parse(find("#document").textContent);
const button = find("[data-sign]");

onPress(button, async (say) => {
  const keys = await present(button.closest("form"), JSON.parse(page.dataset.dids));
  let made;
  for (const key of keys) {
    const draft = await get(`/v1/licences/${licence}/draft?signer=${encodeURIComponent(key.did)}`);
    if (canonical(draft.document) !== canonical(shown)) throw new Told(word("key-cheated"));
    made = await post(`/v1/licences/${licence}/signature`, await sign(key, draft));
  }
  say(word("signed"));
  if (made.awaiting.length) await leave();
  else await leave(`/me/licences/${licence}`);
});
