// Hands a usage report in, and says how far reading it is and what became of its lines.

import { Told, ended, find, get, onPress, post, upload, word } from "/static/registry.js";

const form = find("[data-usage-form]");
const bar = form?.querySelector("progress");

function told(found) {
  return word("result")
    .replace("{lines}", found.lines).replace("{accepted}", found.accepted).replace("{rejected}", found.rejected);
}

onPress(form?.querySelector("button"), async (say) => {
  if (!form.reportValidity()) return;
  say(word("sending"));
  bar.hidden = false;
  bar.removeAttribute("value");
  try {
    const upload_id = await upload(form.querySelector("[type=file]").files[0]);
    const sender = form.elements.sender.value.trim() || undefined;
    const begun = await post("/v1/usage-imports", { upload_id, sender, background: true });
    say(word("reading"));
    const job = begun.job_id ? await ended({ id: begun.job_id }) : { state: "done" };
    if (job.state !== "done") throw new Told(job.error?.message ?? word("stopped"));
    say(told(await get(`/v1/usage-imports/${begun.import_id}`)));
    setTimeout(() => location.reload(), 1500);
  } finally {
    bar.hidden = true;
  }
});
