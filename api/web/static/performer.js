// Adds a performer, and goes on to the key and the consent.

import { Told, find, leave, onPress, post, word } from "/static/registry.js";

const form = find("form[data-new-performer]");

onPress(form.querySelector("button"), async () => {
  const [name, shown] = ["name", "public-name"].map((id) => document.getElementById(id).value.trim());
  if (!name) throw new Told(word("name-missing"));
  const made = await post("/v1/performers", { name, public_name: shown || name });
  await leave(`/me/performers/${made.id}/consent${location.search}`);
});
