// The consent: binds a key where there is none yet, shows what will be signed, and signs it here.

import { same, signedBy } from "/static/cosign.js";
import { sign } from "/static/key.js";
import { offer } from "/static/newkey.js";
import { Told, all, find, leave, onPress, page, post, word } from "/static/registry.js";

const performer = page.dataset.performer;
let key = null;

async function bind(chosen) {
  const draft = await post(`/v1/performers/${performer}/keys`, { did: chosen.did });
  const { signature } = await sign(chosen, draft.possession);
  await post(`/v1/key-drafts/${draft.id}/signature`, { possession: signature });
  key = chosen;
  for (const part of all("[data-bound], [data-unbound]")) part.hidden = "unbound" in part.dataset;
}

const ticked = (name) => all(`[name=${name}]:checked`).map((box) => box.value);

if (find("[data-make-key]")) {
  offer(async (made, kept) => {
    await bind(made);
    find("[data-saved]").hidden = kept;
    find("[data-kept]").hidden = !kept;
  });
}

const signing = find("[data-sign]");
const form = signing.closest("form");
onPress(signing, async (say) => {
  const [modalities, purposes] = [ticked("modality"), ticked("purpose")];
  if (!modalities.length) throw new Told(word("part-missing"));
  if (!purposes.includes("matching")) throw new Told(word("matching-missing"));
  const draft = await post(`/v1/performers/${performer}/enrolments`, { modalities, purposes });
  const subject = draft.document.credentialSubject;
  if (!same(subject.modalities, modalities) || !same(subject.purposes, purposes)) throw new Told(word("key-cheated"));
  await post(`/v1/enrolments/${draft.id}/signature`, await signedBy(form, draft, key));
  say(word("signed"));
  await leave(`/me/enrol/${draft.id}${location.search}`);
});
