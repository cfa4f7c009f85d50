// Recordings that the registry has not answered for: kept in this browser alone, so that a page, a
// browser or a registry that ends loses none of them. Gone once answered, or after a day.

const PLACE = "recordings";
const DAY_MS = 86_400_000;

async function within(mode, act) {
  const opening = indexedDB.open(PLACE);
  opening.onupgradeneeded = () => opening.result.createObjectStore(PLACE, { keyPath: "key" });
  const base = await new Promise((done, failed) => Object.assign(opening, { onsuccess: () => done(opening.result), onerror: failed }));
  const steps = base.transaction(PLACE, mode);
  const asked = act(steps.objectStore(PLACE));
  await new Promise((done, failed) => Object.assign(steps, { oncomplete: done, onabort: failed }));
  base.close();
  return asked.result;
}

/** Keeps one under its `key`; where a browser keeps nothing, it is sent all the same. */
export const keep = (item) => within("readwrite", (all) => all.put(item)).catch(() => {});
export const forget = (key) => within("readwrite", (all) => all.delete(key)).catch(() => {});

/** What is left of somebody's, for one enrolment. */
export async function left(who, about) {
  const all = await within("readonly", (all) => all.getAll()).catch(() => []);
  const old = all.filter((item) => Date.now() - item.at > DAY_MS);
  await Promise.all(old.map((item) => forget(item.key)));
  return all.filter((item) => item.who === who && item.about === about && !old.includes(item));
}
