// A declaration as people fill it in, as the data that /v1 takes.

/** Lets rows of the cast be added and taken away. */
export function castRows(form) {
  const rows = form.querySelector("[data-cast]");
  let made = 0;
  const add = () => {
    const row = form.querySelector("[data-cast-row]").content.cloneNode(true);
    made += 1;
    for (const part of row.querySelectorAll("[id], [for]")) {
      for (const name of ["id", "for"]) {
        if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace("-n-", `-new${made}-`));
      }
    }
    rows.append(row);
    rows.lastElementChild.querySelector("input").focus();
  };
  form.querySelector("[data-add-cast]").addEventListener("click", add);
  rows.addEventListener("click", (event) => {
    if (event.target.closest("[data-drop-cast]")) event.target.closest("[data-use]").remove();
  });
}

const filled = (data) => Object.fromEntries(Object.entries(data).filter(([, value]) => value !== ""));

function cast(form) {
  return [...form.querySelectorAll("[data-cast] [data-use]")]
    .map((row) => filled(Object.fromEntries([...row.querySelectorAll("[data-use-of]")].map((field) => [field.dataset.useOf, field.value.trim()]))))
    .filter((use) => use.performer_id);
}

/** What the form says; fields left empty say nothing. */
export function declaration(form) {
  const field = (name) => form.elements.namedItem(name)?.value?.trim() ?? "";
  const said = filled({
    release_at: field("release_at"),
    medium: field("medium"),
    language: field("language"),
    stage: field("stage"),
  });
  const shares = filled(Object.fromEntries(["script", "visuals", "voice", "effects"].map((name) => [name, field(`ai_use.${name}`)])));
  const reference = field("extras_reference");
  const some = (list) => (list.length ? list : undefined);
  return {
    ...said,
    territories: some(field("territories").toUpperCase().split(/[\s,]+/).filter(Boolean)),
    uses: some(cast(form)),
    ai_labelled: form.elements.namedItem("ai_labelled").checked || undefined,
    ai_use: Object.keys(shares).length ? shares : undefined,
    descriptors: some([...form.querySelectorAll("[name=descriptors]:checked")].map((box) => box.value)),
    extras: reference ? [{ reference, count: Number(field("extras_count")) || 1 }] : undefined,
  };
}
