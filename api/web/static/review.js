// The review desk: what lies on it is the server's, taken anew after each word without a reload.
//
// 1 to 4 decide, j and k go on and back, Space plays, a and b play the voice that was found and the
// enrolled one, u takes the last word back, ? shows the keys.

import { announce } from "/static/act.js";
import { Told, all, find, post, refresh, word } from "/static/registry.js";

const desk = find("#desk");
const keys = find("#keys");
const undoing = find("[data-undo]");
const said = []; // the acts since the page was opened, the newest last

const item = () => desk.querySelector("[data-item]").dataset;

/** Lays the first of these items on the desk that still waits. */
async function lay(at, then = "") {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries({ at, then, of: item().of })) address.searchParams.set(name, value);
  history.replaceState(null, "", address);
  await refresh();
  undoing.disabled = said.length === 0;
  desk.querySelector("h1").focus();
}

async function say(verdict) {
  const { id, match, name, following, previous } = item();
  if (!match) return;
  const why = verdict === "cannot_say" ? "too_poor" : desk.querySelector("[data-why]").value;
  const act = await post(`/v1/matches/${match}/reviews`, { verdict, why });
  said.push({ act: act.id, id, name });
  // The item itself comes first: it may hold another find.
  await lay(id, following || previous);
  announce(word(`said.${verdict}`).replace("{name}", name));
}

async function undo() {
  const last = said.at(-1);
  if (!last) throw new Told(word("nothing-said"));
  await post(`/v1/acts/${last.act}/undo`);
  said.pop();
  await lay(last.id);
  announce(word("undone").replace("{name}", last.name));
}

async function move(to) {
  const next = item()[to];
  if (!next) throw new Told(word(to === "following" ? "last" : "first"));
  await lay(next);
}

function play(media) {
  if (!media) return;
  if (!media.paused) return media.pause();
  for (const other of desk.querySelectorAll("audio, video")) if (other !== media) other.pause();
  media.play().catch(() => {});
}

const voice = (of) => desk.querySelector(`[data-${of}] .shown audio`);
const scene = () => desk.querySelector("[data-scene][open] :is(video, audio)");

/** One act at a time: what is pressed meanwhile was meant for what lay there. */
async function act(what) {
  if (desk.ariaBusy === "true") return;
  desk.ariaBusy = "true";
  try {
    await what();
  } catch (error) {
    announce(error instanceof Told ? error.message : word("failed"));
  } finally {
    desk.ariaBusy = "false";
  }
}

const KEYS = {
  1: () => act(() => say("confirmed")),
  2: () => act(() => say("rejected")),
  3: () => act(() => say("cannot_say")),
  4: () => act(() => say("second_opinion")),
  j: () => act(() => move("following")),
  k: () => act(() => move("previous")),
  u: () => act(undo),
  a: () => play(voice("found")),
  b: () => play(voice("enrolled")),
  " ": () => play(scene() ?? voice("found")),
  "?": () => keys.showModal(),
};

document.addEventListener("keydown", (event) => {
  const meant = KEYS[event.key];
  // A box in a dialog that was just closed keeps the focus until the next picture.
  const elsewhere = event.target.closest("input, select, textarea, dialog, audio, video")?.checkVisibility();
  const pressed = event.key === " " && event.target.closest("a, button, summary");
  const off = event.key !== "?" && !find("[data-keys-on]").checked;
  if (!meant || elsewhere || pressed || off || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  meant();
});

desk.addEventListener("click", (event) => {
  const button = event.target.closest("[data-say]");
  if (button) act(() => say(button.dataset.say));
});
for (const button of all("[data-move]")) {
  button.addEventListener("click", () => act(() => move(button.dataset.move)));
}
undoing.addEventListener("click", () => act(undo));
find("[data-help]").addEventListener("click", () => keys.showModal());

// A scene stops where the find ends; what is not kept says so. Neither event bubbles.
desk.addEventListener("timeupdate", ({ target }) => {
  if (target.currentTime * 1000 >= Number(target.dataset.until ?? Infinity)) {
    target.pause();
    delete target.dataset.until;
  }
}, true);
desk.addEventListener("error", ({ target }) => {
  const place = target.closest(".shown");
  if (place) place.textContent = place.dataset.kept;
}, true);
