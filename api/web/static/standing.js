// What is said to everybody: the choices become a declaration, which all who must sign it sign here.

import { allSign, same } from "/static/cosign.js";
import { Told, decimal, find, leave, onPress, post, word } from "/static/registry.js";

const form = find("form[data-standing]");

/** One offer to everybody, for the kinds that were put on terms. */
function offer(kinds) {
  const said = form.elements;
  return {
    kinds,
    modalities: [...form.querySelectorAll("[name=modality]:checked")].map((box) => box.value),
    ...Object.fromEntries(["territories", "languages", "media", "works"].map((name) => [name, "*"])),
    description: said.description.value.trim(),
    valid_from: `${said.valid_from.value}T00:00:00Z`,
    valid_until: `${said.valid_until.value}T00:00:00Z`,
    tariff: { kind: said.per.value, rate: decimal(said.rate.value), currency: said.currency.value },
  };
}

function declared(rows) {
  const by = (stance) => rows.filter((row) => row.value === stance);
  const kinds = (found) => found.map((row) => row.dataset.kind);
  const kept = by("keep").map((row) => ({ ...JSON.parse(row.dataset.terms), kinds: [row.dataset.kind] }));
  const offered = kinds(by("terms"));
  return { never: kinds(by("never")), ask: kinds(by("ask")), terms: offered.length ? [...kept, offer(offered)] : kept };
}

/** Whether a draft says what was chosen, and nothing else. */
function says(document, rows) {
  const { prohibition, permission, "eb:offer": offers } = document.credentialSubject.policy;
  const actions = (...stances) => rows.filter((row) => stances.includes(row.value)).map((row) => row.dataset.action);
  const said = (rules) => rules.map((rule) => rule.action);
  return same(said(prohibition), actions("never")) && same(said(permission), actions("ask")) && offers.length === actions("keep", "terms").length;
}

async function declare(rows) {
  const path = `/v1/performers/${form.dataset.standing}/standing`;
  const draft = await post(path, declared(rows));
  if (!draft.requests.every((request) => says(request.document, rows))) throw new Told(word("key-cheated"));
  await post(`${path}/signature`, { draft_id: draft.id, signatures: await allSign(form, draft.requests) });
  await leave();
}

if (form) {
  const rows = [...form.querySelectorAll("select[data-kind]")];
  const terms = form.querySelector("[data-terms-form]");
  const show = () => {
    if (!terms) return;
    terms.hidden = !rows.some((row) => row.value === "terms");
    terms.disabled = terms.hidden;
  };
  for (const row of rows) row.addEventListener("change", show);
  show();
  onPress(form.querySelector("[data-declare]"), async () => {
    const chosen = rows.filter((row) => row.value);
    if (!chosen.length) throw new Told(word("stance-missing"));
    if (form.reportValidity()) await declare(chosen);
  });
  onPress(form.querySelector("[data-take-back]"), async () => {
    for (const row of rows) row.value = row.value ? "ask" : "";
    show();
    await declare(rows.filter((row) => row.value));
  });
}
