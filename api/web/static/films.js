// Films handed in together, each in a row with the name of its cut.

const list = document.querySelector("[data-films]");
const blank = document.querySelector("[data-film]");
const order = new Intl.Collator(document.documentElement.lang, { numeric: true });

class Film {
  constructor(file, row, label) {
    this.file = file;
    this.row = row;
    if (!row) return;
    row.querySelector("small").textContent = file.name;
    this.field = row.querySelector("input");
    this.field.value = label;
    this.field.ariaLabel = `${blank.dataset.film}: ${file.name}`;
  }

  get label() {
    return this.field?.value.trim();
  }

  /** Says where it stands; what has a cut leads there. */
  say(sentence, cut = "", fault = false) {
    if (!this.row) return;
    const said = this.row.querySelector("span");
    said.replaceChildren(cut ? Object.assign(document.createElement("a"), { href: `/cuts/${cut}`, textContent: sentence }) : sentence);
    said.classList.toggle("fault", fault);
    this.field.readOnly = Boolean(cut);
  }
}

/** In the order in which people count; no two are called the same. */
export function filmsOf(files) {
  const sorted = [...files].sort((one, other) => order.compare(one.name, other.name));
  const many = list && sorted.length > 1;
  const names = new Set();
  const films = sorted.map((file) => {
    const stem = file.name.replace(/\.[^.]+$/, "");
    const label = names.has(stem) ? `${file.name} (${names.size + 1})` : stem;
    names.add(label);
    return new Film(file, many ? blank.content.firstElementChild.cloneNode(true) : null, label);
  });
  list?.replaceChildren(...films.map((film) => film.row).filter(Boolean));
  return films;
}
