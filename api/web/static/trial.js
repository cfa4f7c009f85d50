// Waits with whoever tries a demonstration, as long as something of theirs is being looked at.

import { watch } from "/static/registry.js";

await watch().catch(() => {});
