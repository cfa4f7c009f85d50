// Signs the licence that the page shows, and nothing else: other bytes are refused.

import { chosenKey } from "/static/chosen.js";
import { canonical, sign } from "/static/key.js";
import { Told, get, onPress, page, post, word } from "/static/registry.js";

const licence = page.dataset.licence;
const shown = JSON.parse(document.getElementById("document").textContent);
const button = document.querySelector("[data-sign]");

if (button) {
  onPress(button, async (say) => {
    const key = await chosenKey(JSON.parse(page.dataset.dids), document.getElementById("key-file"));
    const draft = await get(`/v1/licences/${licence}/draft`);
    if (canonical(draft.document) !== canonical(shown)) throw new Told(word("key-cheated"));
    await post(`/v1/licences/${licence}/signature`, await sign(key, draft));
    say(word("signed"));
    location.assign(`/me/licences/${licence}`);
  });
}
