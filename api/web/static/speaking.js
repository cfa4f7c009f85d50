// Who speaks for a performer: a guardian's own key, a mandate that all sign, an estate with papers.

import { same, signedBy } from "/static/cosign.js";
import { offer } from "/static/newkey.js";
import { Told, find, leave, onPress, page, post, upload, word } from "/static/registry.js";

const performer = page.dataset.performer;

offer(({ did }) => { find("#g-did").value = did; });

const mandate = find("form[data-mandate]");
onPress(mandate?.querySelector("[data-give]"), async () => {
  if (!mandate.reportValidity()) return;
  const said = mandate.elements;
  const acts = [...mandate.querySelectorAll("[name=act]:checked")].map((box) => box.value);
  if (!acts.length) throw new Told(word("act-missing"));
  const wanted = { holder_id: said.holder_id.value.trim(), acts, valid_until: `${said.valid_until.value}T00:00:00Z` };
  const draft = await post(`/v1/performers/${performer}/mandates`, wanted);
  const subject = draft.document.credentialSubject;
  if (!same(subject.acts, acts) || !subject.holder.endsWith(`:${wanted.holder_id}`)) throw new Told(word("key-cheated"));
  await post(`/v1/mandates/${draft.id}/signature`, await signedBy(mandate, draft));
  await leave();
});

const estate = find("form[data-estate]");
if (estate) {
  const rows = estate.querySelector("[data-heirs]");
  estate.querySelector("[data-add-heir]").addEventListener("click", () => {
    const row = rows.firstElementChild.cloneNode(true);
    for (const field of row.querySelectorAll("input")) field.value = "";
    rows.append(row);
    row.querySelector("input").focus();
  });
  onPress(estate.querySelector("[data-claim]"), async () => {
    if (!estate.reportValidity()) return;
    const heirs = [...rows.children].map((row) =>
      Object.fromEntries([...row.querySelectorAll("[data-of]")].map((field) => [field.dataset.of, field.value.trim()])),
    );
    const upload_id = await upload(estate.elements.papers.files[0]);
    await post(`/v1/performers/${performer}/estates`, { deceased_on: estate.elements.deceased_on.value, upload_id, heirs });
    await leave();
  });
}
