// The timeline of a cut: lanes drawn from the page's own data, stepped through by keys, played.
//
// Arrow keys step from span to span and from lane to lane, Enter opens what is known of a span,
// Space plays from it, + and - zoom. The table below says the same without any of this.

import { announce, wireAll } from "/static/act.js";
import { keep, putBack } from "/static/drafts.js";
import { all, find, watch } from "/static/registry.js";

const SVG = "http://www.w3.org/2000/svg";
const ROW = 32;
const RULER = 24;
const ZOOMS = [1, 2, 4, 8, 16, 32];
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800];
const TICK_PX = 88;

function made(name, values = {}, text = "") {
  const part = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(values)) part.setAttribute(key, value);
  part.textContent = text;
  return part;
}

/** Media time as H:MM:SS, hours only where there are any. */
function clock(ms) {
  const whole = new Date(ms).toISOString().slice(11, 19);
  return ms >= 3_600_000 ? whole.replace(/^0/, "") : whole.slice(3);
}

/** Patterns, so that no verdict is told by its colour alone. */
function patterns() {
  const defs = made("defs");
  const pattern = (id, over, turned = {}) => {
    const part = made("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", ...turned });
    part.append(made("rect", { width: 6, height: 6, class: "under" }), over);
    defs.append(part);
  };
  pattern("hatch", made("rect", { width: 3, height: 6, class: "over" }), { patternTransform: "rotate(45)" });
  pattern("dots", made("circle", { cx: 3, cy: 3, r: 1.5, class: "over" }));
  return defs;
}

class Timeline {
  constructor(root) {
    this.root = root;
    this.data = JSON.parse(find("#timeline-data").textContent);
    this.scroller = root.querySelector("[data-scroller]");
    this.player = find("[data-player]");
    this.zoom = 0;
    this.spans = this.data.lanes.flatMap((pieces, lane) =>
      pieces.map(([start, end, verdict, answer]) => ({ lane, start, end, verdict, answer })));
    this.at = -1;
    root.hidden = false;
    this.draw();
    this.listen();
  }

  get width() {
    return Math.max(this.scroller.clientWidth, 200) * ZOOMS[this.zoom];
  }

  x(ms) {
    return (ms / this.data.length) * this.width;
  }

  draw() {
    const height = RULER + ROW * (this.data.lanes.length + (this.data.notes ? 1 : 0));
    this.svg = made("svg", { width: this.width, height, class: "track", "aria-hidden": "true" });
    this.svg.append(patterns());
    this.ruler(height);
    this.spans.forEach((span, index) => this.svg.append(this.bar(span, index)));
    if (this.data.notes) {
      const y = RULER + ROW * this.data.lanes.length + 12;
      this.svg.append(made("rect", { class: "note", x: 0, y, width: this.width, height: 8 }));
    }
    this.head = made("line", { class: "head", y1: 0, y2: height, x1: 0, x2: 0 });
    this.svg.append(this.head);
    this.scroller.replaceChildren(this.svg);
    this.mark();
    this.follow();
  }

  ruler(height) {
    const whole = this.data.length / 1000;
    const step = STEPS_S.find((s) => (s / whole) * this.width >= TICK_PX) ?? 3600;
    for (let at = 0; at <= whole; at += step) {
      const x = this.x(at * 1000);
      this.svg.append(made("line", { class: "tick", x1: x, x2: x, y1: RULER - 6, y2: height }));
      if (x + 40 < this.width) this.svg.append(made("text", { class: "when", x: x + 4, y: 14 }, clock(at * 1000)));
    }
  }

  bar(span, index) {
    const y = RULER + ROW * span.lane + 6;
    const width = Math.max(this.x(span.end) - this.x(span.start), 3);
    const bar = made("rect", { class: `span ${span.verdict.split(" ")[0]}`, x: this.x(span.start), y, width, height: ROW - 12, rx: 3 });
    bar.dataset.index = index;
    return bar;
  }

  /** Shows which span is looked at, and says it where screen readers hear it. */
  mark() {
    this.svg.querySelector(".chosen")?.classList.remove("chosen");
    const span = this.spans[this.at];
    if (!span) return;
    const bar = this.svg.querySelector(`[data-index="${this.at}"]`);
    bar.classList.add("chosen");
    const left = this.x(span.start);
    if (left < this.scroller.scrollLeft || left > this.scroller.scrollLeft + this.scroller.clientWidth - 24) {
      this.scroller.scrollLeft = left - 48;
    }
    const name = this.root.querySelectorAll(".names > div")[span.lane].firstElementChild.textContent;
    const verdict = find(`.legend li:nth-child(${["CLEARED", "REFUSED", "REVIEW", "UNKNOWN PERSON"].indexOf(span.verdict) + 1})`);
    this.root.querySelector("[data-now]").textContent = `${name}, ${clock(span.start)}–${clock(span.end)}, ${verdict.textContent.trim()}`;
  }

  /** The next span of the lane, or the nearest of the next lane. */
  step(along, across) {
    const now = this.spans[this.at];
    if (!now) return this.choose(0);
    if (along) {
      const next = this.spans[this.at + along];
      return next?.lane === now.lane ? this.choose(this.at + along) : undefined;
    }
    const there = this.spans.filter((span) => span.lane === now.lane + across);
    const near = there.sort((a, b) => Math.abs(a.start - now.start) - Math.abs(b.start - now.start))[0];
    return near && this.choose(this.spans.indexOf(near));
  }

  choose(index) {
    if (!this.spans[index]) return;
    this.at = index;
    this.mark();
    this.seek(this.spans[index].start);
  }

  seek(ms) {
    if (this.player?.readyState) this.player.currentTime = ms / 1000;
  }

  follow() {
    const x = this.x((this.player?.currentTime ?? 0) * 1000);
    this.head.setAttribute("x1", x);
    this.head.setAttribute("x2", x);
  }

  zoomBy(steps) {
    this.zoom = Math.min(Math.max(this.zoom + steps, 0), ZOOMS.length - 1);
    this.draw();
  }

  listen() {
    this.scroller.addEventListener("keydown", (event) => this.key(event));
    this.scroller.addEventListener("click", (event) => {
      const index = event.target.dataset?.index;
      if (index === undefined) return;
      this.choose(Number(index));
      open(this.spans[index].answer);
    });
    for (const button of this.root.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => this.zoomBy(Number(button.dataset.zoom)));
    }
    this.player?.addEventListener("timeupdate", () => this.follow());
    new ResizeObserver(() => this.draw()).observe(this.root);
  }

  key(event) {
    const does = {
      ArrowRight: () => this.step(1, 0),
      ArrowLeft: () => this.step(-1, 0),
      ArrowDown: () => this.step(0, 1),
      ArrowUp: () => this.step(0, -1),
      Enter: () => this.spans[this.at] && open(this.spans[this.at].answer, true),
      " ": () => toggle(this.player),
      "+": () => this.zoomBy(1),
      "-": () => this.zoomBy(-1),
    }[event.key];
    if (!does || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    does();
  }
}

function toggle(player) {
  if (!player?.readyState) return;
  if (player.paused) player.play().catch(() => {});
  else player.pause();
}

// What was opened of each answer, with what was typed there.
const opened = new Map();

/** Opens what is known of an answer beside the picture; `enter` takes whoever uses keys there. */
function open(answer, enter = false) {
  const told = find("#told");
  const kept = find(`template[data-answer-of="${answer}"]`);
  if (!told || !kept) return;
  if (!opened.has(answer)) {
    const part = document.createElement("div");
    part.append(kept.content.cloneNode(true));
    opened.set(answer, part);
    putBack(part);
    wireAll(part);
  }
  told.replaceChildren(opened.get(answer));
  if (enter) told.focus();
}

// Says so where a picture or sound is no longer kept, instead of showing a broken one; that event does not bubble.
document.addEventListener("error", ({ target }) => {
  const place = target.closest(".shown");
  if (!place) return;
  place.textContent = place.dataset.kept;
  place.classList.add("dim");
}, true);

function screen(place) {
  const player = place.querySelector("[data-player]");
  const fault = place.querySelector("[data-unplayable]");
  const failed = () => { fault.hidden = false; };
  if (player?.error) failed();
  player?.addEventListener("error", failed);
  fault.querySelector("input").addEventListener("change", (event) => {
    const [file] = event.target.files;
    if (!file) return;
    player.src = URL.createObjectURL(file);
    fault.hidden = true;
  });
}

function begin() {
  const root = find("[data-lanes]");
  if (!root) return;
  const place = find("[data-screen]");
  screen(place);
  const drawn = new Timeline(root);
  for (const button of all("[data-play]")) {
    button.addEventListener("click", () => {
      drawn.seek(Number(button.dataset.play));
      open(button.dataset.answer);
      find("#told").scrollIntoView({ block: "nearest" });
    });
  }
}

/** Takes the page anew once nobody is typing, with what was typed and not sent. */
function anew() {
  if (document.activeElement?.closest("form")) {
    document.addEventListener("focusout", () => setTimeout(anew), { once: true });
    return;
  }
  keep(document, ...opened.values());
  location.reload();
}

begin();
putBack(document);
// What is under way or was asked for is taken anew part by part; once it has ended, all of the page is.
if (find("[data-open]")) {
  watch().then(anew, (fault) => announce(fault.message));
}
