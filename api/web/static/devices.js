// Microphone and camera: opened on request, shown while they are open, closed when done with.

import { Told, pause, word } from "/static/registry.js";

const CAUSES = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "absent",
  OverconstrainedError: "absent",
};
// A voice is compared as it is: nothing may be taken out of it.
const VOICE = {
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 },
};
const PICTURE = { video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 720 } } };
// A mouth is read at 25 pictures a second and needs few pixels.
const FILM = { video: { facingMode: "user", width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } } };
const KINDS = {
  audio: ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"],
  video: ["video/webm;codecs=vp8,opus", "video/webm;codecs=vp8", "video/webm", "video/mp4"],
};
const QUIET_DB = -60;
const SILENT_DB = -85; // less than any microphone's own noise
const FLOOR_DB = -70;

/** The stream of a device; raises Told with what to do about it. */
async function open(wanted) {
  const kind = wanted.audio ? (wanted.video ? "both" : "microphone") : "camera";
  if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) throw new Told(word(`${kind}-insecure`));
  try {
    return await navigator.mediaDevices.getUserMedia(wanted);
  } catch (error) {
    throw new Told(word(`${kind}-${CAUSES[error.name] ?? "busy"}`));
  }
}

function close(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/** Records a stream; `stop` gives the recording. */
export function record(stream) {
  const kind = stream.getVideoTracks().length ? "video" : "audio";
  const mimeType = KINDS[kind].find((type) => MediaRecorder.isTypeSupported(type));
  const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 96_000, videoBitsPerSecond: 2_000_000 });
  const pieces = [];
  recorder.ondataavailable = (event) => pieces.push(event.data);
  const stopped = new Promise((done) => { recorder.onstop = () => done(new Blob(pieces, { type: mimeType })); });
  recorder.start();
  return {
    /** The recording so far; a device that was unplugged has ended it already. */
    async stop() {
      if (recorder.state !== "inactive") recorder.stop();
      return stopped;
    },
  };
}

/** Shows how loud a microphone is, and knows whether anything was to be heard so far. */
function measure(stream, meter) {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let loudest = -Infinity;
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, value) => sum + value * value, 0) / samples.length;
    const level = 10 * Math.log10(power + 1e-12);
    loudest = Math.max(loudest, level);
    meter.value = Math.max(0, Math.min(1, (level - FLOOR_DB) / -FLOOR_DB));
  }, 50);
  return {
    get wasQuiet() { return loudest < QUIET_DB; },
    get wasSilent() { return loudest < SILENT_DB; },
    close() {
      clearInterval(timer);
      meter.value = 0;
      context.close();
    },
  };
}

/** Runs `during` with what is `wanted`, loud in a meter and seen in a view where there is one, and closes it. */
async function using(wanted, { meter, view, say }, during) {
  const stream = await open(wanted);
  const level = meter && measure(stream, meter);
  const warned = meter && pause(3000).then(() => { if (level.wasQuiet && stream.active) say(word("quiet")); });
  if (meter) meter.parentElement.hidden = false;
  try {
    if (view) {
      Object.assign(view, { srcObject: stream, hidden: false }).scrollIntoView({ block: "center" });
      await view.play();
    }
    return await during(stream, level);
  } finally {
    if (view) Object.assign(view, { srcObject: null, hidden: true });
    if (meter) meter.parentElement.hidden = true;
    level?.close();
    close(stream);
    await warned;
  }
}

export const withMicrophone = (meter, say, during) => using(VOICE, { meter, say }, during);
export const withBoth = (meter, view, say, during) => using({ ...VOICE, ...FILM }, { meter, view, say }, during);
export const withCamera = (view, during) => using(PICTURE, { view }, during);

/** What a camera shows now, as a JPEG file. */
export function picture(view) {
  const canvas = document.createElement("canvas");
  canvas.width = view.videoWidth;
  canvas.height = view.videoHeight;
  canvas.getContext("2d").drawImage(view, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.95));
}
