// What a work or a cut declares itself, as one declaration; what it changes is decided anew.

import { castRows, declaration } from "/static/declare.js";
import { all, leave, onPress, post } from "/static/registry.js";

for (const form of all("[data-declare]")) {
  castRows(form);
  onPress(form.querySelector("button.primary"), async () => {
    if (!form.reportValidity()) return;
    await post(form.dataset.declare, { declaration: declaration(form) });
    await leave();
  });
}
