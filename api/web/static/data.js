// Makes the packet of one's data while the page says how far it is, and erases after a typed name.

import { Told, find, get, leave, onPress, page, pause, post, word } from "/static/registry.js";

const performer = page.dataset.performer;
const ENDED = ["done", "failed", "cancelled"];

const packing = find("[data-export]");
if (packing) onPress(packing, async () => {
  const made = await post(`/v1/performers/${performer}/exports`);
  const shown = find("[data-progress]");
  shown.hidden = false;
  let job = made.job;
  while (!ENDED.includes(job.state)) {
    shown.querySelector("progress").value = 100 * job.progress;
    await pause(500);
    job = await get(`/v1/jobs/${job.id}`);
  }
  shown.hidden = true;
  if (job.state !== "done") throw new Told(word("packet-failed"));
  await leave(`/me/data?export=${made.id}`);
});

const form = find("[data-erase]");
const typed = find("#typed");
if (form) onPress(form.querySelector("button"), async () => {
  if (typed.value.trim() !== typed.dataset.name) throw new Told(word("erase-typed"));
  await post(`/v1/performers/${performer}/erasure`);
  await leave("/act-as");
});
