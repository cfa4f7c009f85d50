// Sends a file of any size in parts, and goes on where it stopped: after a pause, a lost line, a
// closed lid, a reload. Only slices of the file are read, so a film never lies in memory.
// Semantics: https://datatracker.ietf.org/doc/draft-ietf-httpbis-resumable-upload/

import { csrf, pause, signedOut, Told, word } from "/static/registry.js";
import { digest } from "/static/signed.js";

const LEAST = 1 << 18;
const MOST = 1 << 24;
const PART_S = 3;
const EDGE = 1 << 20;
const NOTES = "uploads";

const lang = document.documentElement.lang;
const unit = (name, digits) => new Intl.NumberFormat(lang, { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: digits });

/** The uploads that this browser began and did not end, by the mark of their file. */
export const unfinished = () => JSON.parse(localStorage.getItem(NOTES) ?? "{}");

function note(mark, about) {
  const all = unfinished();
  if (about) all[mark] = about;
  else delete all[mark];
  localStorage.setItem(NOTES, JSON.stringify(all));
}

/** What tells a file from others: name, size, time, and the bytes at both ends. */
async function markOf(file) {
  const ends = new Blob([file.slice(0, EDGE), file.slice(-EDGE), `${file.name}|${file.size}|${file.lastModified}`]);
  return digest(await ends.arrayBuffer());
}

/** One request; `null` where the line was lost or given up. */
function asked(method, path, { headers = {}, body = null, onSent = () => {}, signal } = {}) {
  const request = new XMLHttpRequest();
  request.open(method, path);
  request.setRequestHeader("X-CSRF-Token", csrf);
  request.setRequestHeader("Accept-Language", lang);
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
  request.upload.addEventListener("progress", (event) => onSent(event.loaded));
  signal?.addEventListener("abort", () => request.abort());
  return new Promise((done) => {
    for (const lost of ["error", "abort", "timeout"]) request.addEventListener(lost, () => done(null));
    request.addEventListener("load", () => done(request));
    request.send(body);
  });
}

/** How far an upload is, in bytes (-1 where there is none any more, `null` without a line), and whether it is whole. */
export async function progressOf(id) {
  const answer = await asked("HEAD", `/v1/uploads/${id}`);
  if (!answer || answer.status === 429 || answer.status >= 500) return { at: null };
  if (answer.status === 401) throw signedOut();
  const said = (name) => answer.getResponseHeader(`Upload-${name}`);
  return answer.status < 300 ? { at: Number(said("Offset")), complete: said("Complete") === "?1" } : { at: -1 };
}

/** Deletes what was sent of a file, here and there. */
export async function forget(mark) {
  await asked("DELETE", `/v1/uploads/${unfinished()[mark].id}`);
  note(mark, null);
}

function refused(answer) {
  if (answer.status === 401) return signedOut();
  const said = JSON.parse(answer.responseText || "{}");
  return new Told([said.detail, said.next_step].filter(Boolean).join(" ") || word("failed"), [], answer.status);
}

/** A file on its way; `show` gets {share, rate, left, state} as it goes on, in words. */
export class Sending {
  paused = false;
  part = LEAST * 4;
  rate = 0;
  at = 0;
  wait = 1000;

  constructor(file, show) {
    Object.assign(this, { file, show });
  }

  /** Stops at once; what has left stays there. */
  hold() {
    this.paused = true;
    this.stop?.abort();
    this.tell(this.at, "paused");
  }

  goOn() {
    this.paused = false;
    this.wake?.();
  }

  /** The id of the upload, once all of the file is there. */
  async whole() {
    if (!this.file.size) throw new Told(word("file-empty"));
    this.mark = await markOf(this.file).catch(() => { throw new Told(word("file-gone")); });
    this.id = unfinished()[this.mark]?.id;
    this.at = this.id ? await this.found() : await this.begun();
    // Whole already, while nobody heard it: no further part.
    while (!this.complete) {
      if (this.paused) await new Promise((wake) => { this.wake = wake; });
      const answer = await this.next();
      if (answer?.status < 300) {
        this.wait = 1000;
        this.complete = this.at === this.file.size;
      } else if (answer && ![409, 429].includes(answer.status) && answer.status < 500) {
        throw refused(answer);
      } else {
        if (!this.paused) {
          await this.file.slice(0, 1).arrayBuffer().catch(() => { throw new Told(word("file-gone")); });
          await this.later(answer);
        }
        this.at = await this.found(this.at);
      }
    }
    note(this.mark, null);
    return this.id;
  }

  /** Waits as long as the door wants, or until the line is back. */
  async later(answer) {
    this.tell(this.at, "lost");
    const least = answer?.getResponseHeader("Retry-After") * 1000 || 0;
    await Promise.race([pause(Math.max(this.wait, least)), new Promise((back) => addEventListener("online", back, { once: true }))]);
    this.wait = Math.min(this.wait * 2, 30_000);
  }

  async begun() {
    const headers = { "Upload-Complete": "?0", "Upload-Length": this.file.size };
    let answer;
    while ((answer = await asked("POST", "/v1/uploads", { headers }))?.status === 429) await this.later(answer);
    if (!answer) throw new Told(word("no-answer"), [], 0);
    if (answer.status >= 300) throw refused(answer);
    this.id = JSON.parse(answer.responseText).id;
    note(this.mark, { id: this.id, name: this.file.name, size: this.file.size });
    return 0;
  }

  /** Where to go on; begins anew where the upload is gone. */
  async found(known = 0) {
    const { at, complete } = await progressOf(this.id);
    this.complete = complete;
    return at === -1 ? this.begun() : at ?? known;
  }

  async next() {
    const end = Math.min(this.at + this.part, this.file.size);
    const headers = {
      "Content-Type": "application/partial-upload",
      "Upload-Offset": this.at,
      "Upload-Complete": end === this.file.size ? "?1" : "?0",
    };
    const from = this.at;
    const began = performance.now();
    this.stop = new AbortController();
    const seconds = () => Math.max((performance.now() - began) / 1000, 0.001);
    const onSent = (sent) => {
      const now = sent / seconds();
      this.tell(from + sent, "sending", this.rate ? 0.7 * this.rate + 0.3 * now : now);
    };
    const answer = await asked("PATCH", `/v1/uploads/${this.id}`, { headers, body: this.file.slice(from, end), onSent, signal: this.stop.signal });
    if (answer?.status < 300) {
      this.rate = (end - from) / seconds();
      this.part = Math.min(Math.max(this.rate * PART_S, LEAST), MOST) | 0;
      this.at = end;
      this.tell(end, "sending");
    }
    return answer;
  }

  /** A part of the file that has left, as figures that people read. */
  tell(at, state, rate = this.rate) {
    const share = Math.floor((100 * at) / this.file.size);
    const seconds = rate ? (this.file.size - at) / rate : 0;
    const left = seconds >= 90 ? unit("minute", 0).format(seconds / 60) : unit("second", 0).format(seconds);
    const speed = unit("megabyte-per-second", 1).format(rate / 1e6);
    this.show({ share, state, rate: rate ? speed : "", left: rate ? left : "" });
  }
}
