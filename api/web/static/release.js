// Releases a child's blocked money: all guardians sign the same document, here.

import { signedBy } from "/static/cosign.js";
import { Told, find, leave, onPress, post, word } from "/static/registry.js";

const form = find("form[data-release]");

onPress(form?.querySelector("button"), async () => {
  if (!form.reportValidity()) return;
  const valid_until = `${form.elements.valid_until.value}T00:00:00Z`;
  const draft = await post(`/v1/performers/${form.dataset.release}/money-releases`, { valid_until });
  const { type, validUntil, credentialSubject } = draft.document;
  const own = credentialSubject.id.endsWith(`:${form.dataset.release}`);
  if (!type.includes("MoneyRelease") || !own || new Date(validUntil) > new Date(valid_until)) throw new Told(word("key-cheated"));
  await post(`/v1/money-releases/${draft.id}/signature`, await signedBy(form, draft));
  await leave();
});
