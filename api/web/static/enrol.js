// Enrolling: samples, a phrase whose words appear one by one, a head that turns as asked.
// The server alone judges; this page records, sends, and shows what the server says.

import { picture, record, withBoth, withCamera, withMicrophone } from "/static/devices.js";
import { Told, ended, find, get, onPress, page, pause, post, refresh, upload, watch, word } from "/static/registry.js";

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

async function handIn(blob, modality, say) {
  say(word("sending"));
  await post(`${enrolment}/samples`, { upload_id: await upload(blob), modality });
  say(word("judging"));
  await watch();
  say(word("judged"));
}

async function answer(challenge, blob, say) {
  say(word("sending"));
  await post(`/v1/challenges/${challenge}/answer`, { upload_id: await upload(blob) });
  say(word("judging"));
  await watch();
  say(word("judged"));
}

/** A word as it is, and which way the head turns between two of them. */
const asTold = (what) => (what.startsWith("turn-") ? word(what) : what);

/** Shows each word when the server does; returns after the last has been there for a while. */
async function showWords(challenge, box, count, say) {
  box.scrollIntoView({ block: "center" });
  let item = await post(`/v1/challenges/${challenge}/beginning`);
  for (let shown = 0; ; item = await get(`/v1/challenges/${challenge}`)) {
    if (item.asked.length > shown) {
      if (!shown) say("");
      box.textContent = item.asked.slice(shown).map(asTold).join(" ");
      shown = item.asked.length;
      count.textContent = `${shown} / ${item.count}`;
    }
    if (shown === item.count) break;
    await pause(LOOK_MS);
  }
  await pause(LAST_WORD_MS);
}

function askPhrase() {
  return post(`${enrolment}/challenges`, { kind: "phrase", language: find("#phrase-language").value });
}

/** Runs what needs an answer in time; whatever comes of it, the page then says how it stands. */
async function attempt(parts, during) {
  try {
    await during();
  } finally {
    for (const part of parts) part.textContent = "";
    await refresh();
  }
}

function voice() {
  const [meter, stop] = [find("#level-sample"), find("[data-stop-sample]")];
  onPress(find("[data-record-voice]"), async (say) => {
    const sample = await withMicrophone(meter, say, async (stream, level) => {
      const recording = record(stream);
      say(word("recording"));
      await pressed(stop, SAMPLE_MS_MAX);
      const made = await recording.stop();
      if (level.wasSilent) throw new Told(word("silent"));
      return made;
    });
    await handIn(sample, "voice", say);
  });
  const [box, count] = [find("#word"), find("#word-count")];
  const [loudness, mirror] = [find("#level-phrase"), find("#camera-phrase")];
  const speak = (say) => async (stream, level) => {
    say(word("get-ready"));
    const asked = await askPhrase();
    const recording = record(stream);
    await showWords(asked.id, box, count, say);
    const said = await recording.stop();
    if (level.wasSilent) throw new Told(word("silent"));
    await answer(asked.id, said, say);
  };
  onPress(find("[data-say-phrase]"), (say) =>
    attempt([box, count], () => withBoth(loudness, mirror, say, speak(say))));
  onPress(find("[data-say-unseen]"), (say) =>
    attempt([box, count], () => withMicrophone(loudness, say, speak(say))));
  const given = find("#phrase-file");
  onPress(find("[data-show-phrase]"), (say) => attempt([box, count], async () => {
    const asked = await askPhrase();
    say(word("get-ready"));
    await showWords(asked.id, box, count, say);
    const file = await chosen(given, ANSWER_MS, say);
    await answer(asked.id, file, say);
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
  onPress(find("[data-portrait]"), async (say) => {
    const still = await withCamera(view, async () => {
      say(word("look-ahead"));
      await pressed(take, SAMPLE_MS_MAX);
      return picture(view);
    });
    await handIn(still, "face", say);
  });
  const guide = find("#move");
  onPress(find("[data-turn]"), (say) => attempt([guide], () =>
    withCamera(find("#camera-turns"), async (stream) => {
      say(word("get-ready"));
      guide.textContent = word("move-ahead");
      await pause(AHEAD_MS);
      const asked = await post(`${enrolment}/challenges`, { kind: "turns" });
      const recording = record(stream);
      say("");
      await pause(AHEAD_MS);
      for (const move of asked.asked) {
        guide.textContent = word(`move-${move}`);
        await pause(MOVE_MS);
        guide.textContent = word("move-ahead");
        await pause(AHEAD_MS);
      }
      await answer(asked.id, await recording.stop(), say);
    })));
}

function files(input) {
  const said = input.closest("section").querySelector("[role=status]");
  input.addEventListener("change", async () => {
    said.classList.remove("fault");
    try {
      for (const file of input.files) await handIn(file, input.dataset.upload, (sentence) => { said.textContent = sentence; });
    } catch (error) {
      said.textContent = error instanceof Told ? error.message : word("failed");
      said.classList.add("fault");
    }
    input.value = "";
  });
}

async function vouch(say) {
  const captured = [...document.querySelectorAll("[data-captured]")].map((part) => part.dataset.captured);
  const statement = find("#vouch-statement").textContent;
  say(word("judging"));
  await ended(await post(`${enrolment}/attestations`, { facts: ["identity", ...captured], statement }));
  say("");
  await refresh();
}

if (find("[data-record-voice]")) voice();
if (find("[data-portrait]")) face();
for (const input of document.querySelectorAll("[data-upload]")) files(input);
onPress(find("[data-vouch]"), vouch);
onPress(find("[data-identify]"), async (say) => {
  await ended(await post(`${enrolment}/identification`));
  say("");
  await refresh();
});
onPress(find("[data-withdraw]"), async (say) => {
  await post(`${enrolment}/withdrawal`);
  say("");
  await refresh();
});
// What was handed in before the page was opened; if nothing answers now, the next press says so.
await watch().catch(() => {});
