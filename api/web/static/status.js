// Takes the status anew twice a minute; where none comes, it says that what stands here is old.

import { find, pause, refresh } from "/static/registry.js";

const EVERY_MS = 30_000;
const stale = find("[data-stale]");

for (;;) {
  await pause(EVERY_MS);
  try {
    await refresh();
    stale.hidden = true;
  } catch {
    stale.hidden = false;
  }
}
