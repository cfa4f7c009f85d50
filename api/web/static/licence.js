// Fills in a contract, or makes another offer: what stands in the fields becomes terms.

import { Told, decimal, find, leave, onPress, post, word } from "/static/registry.js";

const moment = (day) => `${day}T00:00:00Z`;

/** A value of a terms file; a list is written with commas, and "*" stands for any. */
function told(field) {
  const text = field.value.trim();
  if (field.dataset.list === undefined || text === "*") return field.inputMode ? +text : text;
  return text.split(",").map((part) => part.trim()).filter(Boolean);
}

function answers(form) {
  const said = form.elements;
  const licensee = said.known?.value || said.licensee_id.value.trim();
  if (!licensee) throw new Told(word("licensee-missing"));
  const made = {
    performer_id: form.dataset.performer,
    licensee_id: licensee,
    description: said.description.value.trim(),
    valid_from: moment(said.valid_from.value),
    tariff: { kind: said.per.value, rate: decimal(said.rate.value), currency: said.currency.value },
  };
  if (said.valid_until.value) made.valid_until = moment(said.valid_until.value);
  for (const field of form.querySelectorAll("[data-field]")) {
    if (!field.value.trim()) continue;
    if (field.name === "formation") made.formation = { court_approval_ref: field.value.trim() };
    else made[field.name] = told(field);
  }
  return made;
}

const contract = find("form[data-contract]");
onPress(contract?.querySelector("button"), async () => {
  if (!contract.reportValidity()) return;
  const filled = await post(`/v1/templates/${contract.dataset.contract}/terms`, { answers: answers(contract) });
  const draft = await post("/v1/licences", { terms: filled.terms });
  await leave(`/me/drafts/${draft.id}`);
});

const offer = find("form[data-offer]");
onPress(offer?.querySelector("button"), async () => {
  if (!offer.reportValidity()) return;
  const terms = JSON.parse(offer.dataset.terms);
  terms.tariff.rate = decimal(offer.elements.rate.value);
  terms.valid_until = moment(offer.elements.valid_until.value);
  terms.territories = offer.elements.territories.value.toUpperCase().split(/[\s,]+/).filter(Boolean);
  const body = { terms, message: offer.elements.message.value.trim() };
  await post(`/v1/requests/${offer.dataset.offer}/offers`, body);
  await leave();
});
