// What holds for every cut below a work, as one declaration; cuts below are decided anew.

import { castRows, declaration } from "/static/declare.js";
import { onPress, post } from "/static/registry.js";

const form = document.querySelector("[data-declare-work]");

castRows(form);
onPress(form.querySelector("button.primary"), async () => {
  if (!form.reportValidity()) return;
  await post(`/v1/works/${form.dataset.declareWork}/declaration`, { declaration: declaration(form) });
  location.reload();
});
