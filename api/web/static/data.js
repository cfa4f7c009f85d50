// Makes the packet of one's data while the page says how far it is, and erases after a typed name.

import { Told, ended, find, leave, onPress, page, post, word } from "/static/registry.js";

const performer = page.dataset.performer;

onPress(find("[data-export]"), async () => {
  const made = await post(`/v1/performers/${performer}/exports`);
  const shown = find("[data-progress]");
  shown.hidden = false;
  const job = await ended(made.job, ({ progress }) => { shown.querySelector("progress").value = 100 * progress; });
  shown.hidden = true;
  if (job.state !== "done") throw new Told(word("packet-failed"));
  await leave(`/me/data?export=${made.id}`);
});

const form = find("[data-erase]");
const typed = find("#typed");
onPress(form?.querySelector("button"), async () => {
  if (typed.value.trim() !== typed.dataset.name) throw new Told(word("erase-typed"));
  await post(`/v1/performers/${performer}/erasure`);
  await leave("/act-as");
});
