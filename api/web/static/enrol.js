// Enrolling: samples, a phrase whose words appear one by one, a head that turns as asked.
// The server alone judges; this page records, sends, and shows what the server says.

import { picture, record, withBoth, withCamera, withMicrophone } from "/static/devices.js";
import { forget, keep, left } from "/static/recordings.js";
import { Told, all, ended, find, get, onPress, page, pause, post, refresh, send, upload, watch, word } from "/static/registry.js";

const enrolment = `/v1/enrolments/${page.dataset.enrolment}`;
const SAMPLE_MS_MAX = 60_000;
const LOOK_MS = 100;
const LAST_WORD_MS = 1_800; // from when it appears until it is said
const ANSWER_MS = 20_000; // the server waits no longer for the recording
const AHEAD_MS = 1_500;
const MOVE_MS = 1_800;

/** Waits until the button is pressed, `ms` at most. */
function pressed(button, ms) {
  button.hidden = false;
  button.focus();
  return new Promise((done) => {
    button.addEventListener("click", done, { once: true });
    setTimeout(done, ms);
  }).finally(() => { button.hidden = true; });
}

const item = () => ({ key: crypto.randomUUID(), who: document.body.dataset.who, about: enrolment, at: Date.now() });
const sample = (modality) => ({ path: `${enrolment}/samples`, body: { modality } });
const answer = (challenge) => ({ path: `/v1/challenges/${challenge}/answer`, body: {} });

/** Sends a recording until the registry has answered; what it refuses is not kept. */
async function deliver(made, say) {
  say(word("sending"));
  for (let wait = 1000; ; wait = Math.min(2 * wait, 30_000)) {
    try {
      if (made.blob) made.body.upload_id = await upload(made.blob);
      delete made.blob;
      await keep(made);
      await send("POST", made.path, made.body, made.key);
      break;
    } catch (error) {
      const again = [0, 429].includes(error.status) || error.status >= 500;
      if (!again && error.status >= 400 && ![401, 403].includes(error.status)) await forget(made.key);
      if (!again) throw error;
      say(word("kept"));
      await pause(wait);
    }
  }
  await forget(made.key);
  say(word("judging"));
  await watch();
  say(word("judged"));
}

/** Makes a recording, keeps it and hands it in; `making` tells in it what it is `of`. */
async function handIn(say, making, of) {
  const made = { ...item(), of };
  try {
    made.blob = await making(made);
  } catch (error) {
    await forget(made.key);
    throw error;
  }
  Object.assign(made, made.of);
  await keep(made);
  await deliver(made, say);
}

/** What comes from a stream `during` this; a page that ends meanwhile leaves word of it. */
async function recorded(made, stream, level, during) {
  const recording = record(stream);
  await keep(made);
  await during();
  const blob = await recording.stop();
  if (level?.wasSilent) throw new Told(word("silent"));
  return blob;
}

/** A word as it is, and which way the head turns between two of them. */
const asTold = (what) => (what.startsWith("turn-") ? word(what) : what);

/** Shows each word when the server does; returns after the last has been there for a while. */
async function showWords(challenge, box, count, say) {
  box.scrollIntoView({ block: "center" });
  let seen = await post(`/v1/challenges/${challenge}/beginning`);
  for (let shown = 0; ; seen = await get(`/v1/challenges/${challenge}`)) {
    if (seen.asked.length > shown) {
      if (!shown) say("");
      box.textContent = seen.asked.slice(shown).map(asTold).join(" ");
      shown = seen.asked.length;
      count.textContent = `${shown} / ${seen.count}`;
    }
    if (shown === seen.count) break;
    await pause(LOOK_MS);
  }
  await pause(LAST_WORD_MS);
}

/** Asks for a phrase that what was `made` answers. */
async function askPhrase(made, say) {
  say(word("get-ready"));
  const { id } = await post(`${enrolment}/challenges`, { kind: "phrase", language: find("#phrase-language").value });
  made.of = answer(id);
  return id;
}

/** Runs what needs an answer in time; whatever comes of it, the page then says how it stands. */
async function attempt(parts, say, making) {
  try {
    await handIn(say, making);
  } finally {
    for (const part of parts) part.textContent = "";
    await refresh();
  }
}

function voice() {
  const [meter, stop] = [find("#level-sample"), find("[data-stop-sample]")];
  onPress(find("[data-record-voice]"), (say) => handIn(say, (made) =>
    withMicrophone(meter, say, (stream, level) => recorded(made, stream, level, () => {
      say(word("recording"));
      return pressed(stop, SAMPLE_MS_MAX);
    })), sample("voice")));
  const [box, count] = [find("#word"), find("#word-count")];
  const [loudness, mirror] = [find("#level-phrase"), find("#camera-phrase")];
  const speak = (made, say) => async (stream, level) => {
    const asked = await askPhrase(made, say);
    return recorded(made, stream, level, () => showWords(asked, box, count, say));
  };
  onPress(find("[data-say-phrase]"), (say) =>
    attempt([box, count], say, (made) => withBoth(loudness, mirror, say, speak(made, say))));
  onPress(find("[data-say-unseen]"), (say) =>
    attempt([box, count], say, (made) => withMicrophone(loudness, say, speak(made, say))));
  const given = find("#phrase-file");
  onPress(find("[data-show-phrase]"), (say) => attempt([box, count], say, async (made) => {
    await showWords(await askPhrase(made, say), box, count, say);
    return chosen(given, ANSWER_MS, say);
  }));
}

/** The file that is chosen in time. */
async function chosen(input, ms, say) {
  say(word("choose-file"));
  input.value = "";
  input.parentElement.hidden = false;
  input.focus();
  const file = await Promise.race([
    new Promise((done) => input.addEventListener("change", () => done(input.files[0]), { once: true })),
    pause(ms),
  ]);
  input.parentElement.hidden = true;
  if (!file) throw new Told(word("too-late"));
  return file;
}

function face() {
  const [view, take] = [find("#camera-portrait"), find("[data-take]")];
  onPress(find("[data-portrait]"), (say) => handIn(say, () => withCamera(view, async () => {
    say(word("look-ahead"));
    await pressed(take, SAMPLE_MS_MAX);
    return picture(view);
  }), sample("face")));
  const guide = find("#move");
  const turn = (made, say) => async (stream) => {
    say(word("get-ready"));
    guide.textContent = word("move-ahead");
    await pause(AHEAD_MS);
    const { id, asked } = await post(`${enrolment}/challenges`, { kind: "turns" });
    made.of = answer(id);
    return recorded(made, stream, null, async () => {
      say("");
      await pause(AHEAD_MS);
      for (const move of asked) {
        guide.textContent = word(`move-${move}`);
        await pause(MOVE_MS);
        guide.textContent = word("move-ahead");
        await pause(AHEAD_MS);
      }
    });
  };
  onPress(find("[data-turn]"), (say) => attempt([guide], say, (made) => withCamera(find("#camera-turns"), turn(made, say))));
}

/** Does what no button is pressed for, and says what came of it. */
async function telling(said, act) {
  said.classList.remove("fault");
  try {
    await act((sentence) => { said.textContent = sentence; });
  } catch (error) {
    said.textContent = error instanceof Told ? error.message : word("failed");
    said.classList.add("fault");
  }
}

function files(input) {
  const said = input.closest("section").querySelector("[role=status]");
  input.addEventListener("change", async () => {
    await telling(said, async (say) => {
      for (const blob of input.files) await deliver({ ...item(), ...sample(input.dataset.upload), blob }, say);
    });
    input.value = "";
  });
}

/** Goes on with what an earlier page recorded, and says what broke off. */
async function goOn(made, say) {
  if (!made.path) {
    await forget(made.key);
    throw new Told(word("broke-off"));
  }
  await deliver(made, say).catch((error) => {
    throw error.status >= 400 ? new Told(`${word("not-taken")} ${error.message}`) : error;
  });
}

/** Does it, and shows how it stands. */
const then = (selector, act) => onPress(find(selector), async (say) => {
  await act(say);
  say("");
  await refresh();
});

if (find("[data-record-voice]")) voice();
if (find("[data-portrait]")) face();
for (const input of all("[data-upload]")) files(input);
then("[data-vouch]", async (say) => {
  const captured = all("[data-captured]").map((part) => part.dataset.captured);
  const statement = find("#vouch-statement").textContent;
  say(word("judging"));
  await ended(await post(`${enrolment}/attestations`, { facts: ["identity", ...captured], statement }));
});
then("[data-identify]", async () => ended(await post(`${enrolment}/identification`)));
then("[data-withdraw]", () => post(`${enrolment}/withdrawal`));
for (const made of await left(document.body.dataset.who, enrolment)) {
  await telling(find("#kept").appendChild(document.createElement("p")), (say) => goOn(made, say));
}
// What was handed in before the page was opened; if nothing answers now, the next press says so.
await watch().catch(() => {});
