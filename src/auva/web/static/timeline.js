// The timeline: the ruler, the curves, the tracks, the overview and the playhead; jumping to changes.

import * as curves from "./curves.js";
import { colour, FONT, sharp } from "./drawing.js";
import { buildTrack, extent, renderLane, renderName } from "./lanes.js";
import { pause, seek } from "./player.js";
import * as sound from "./sound.js";
import { ABSENT, NOT_JUDGED, NOT_VISIBLE } from "./states.js";
import { byId, changed, listen, refuse, state } from "./store.js";
import { follow, frameAt, scroll, scrolls, share, zoom } from "./view.js";

const root = byId("timeline");
const STEPS = [1, 5, 10, 30, 60, 150, 300, 900, 1800, 9000, 18000, 54000];
const OTHERS = { [NOT_JUDGED]: "other", [NOT_VISIBLE]: "unseen", [ABSENT]: "absent" };
let ruler;
let overview;
let playhead;
let strips = null; // the overview without the playhead
let place = null; // left edge and width of the lanes
let coming; // marker of a requested frame that is not shown yet

export function build() {
  ruler = canvas("frame", "ruler", "Ruler of the timeline");
  dragging(sound.build(root), (event) => scrub(frameAt(event)));
  curves.build(root);
  state.units.forEach((unit, index) => buildTrack(root, unit, index));
  overview = canvas("whole video", "overview", "All spans of the video");
  playhead = Object.assign(document.createElement("div"), { id: "playhead" });
  coming = Object.assign(document.createElement("div"), { id: "coming" });
  root.append(coming, playhead);
  dragging(ruler, (event) => scrub(frameAt(event)));
  dragging(overview, (event) => {
    const box = overview.getBoundingClientRect();
    scrub(1 + ((event.clientX - box.left) / box.width) * state.video.frames);
  });
  root.addEventListener("wheel", onWheel, { passive: false });
  listen(render);
  new ResizeObserver(() => changed("view")).observe(root);
}

function canvas(title, id, label) {
  const head = Object.assign(document.createElement("div"), { className: "head", textContent: title });
  const made = Object.assign(document.createElement("canvas"), { id });
  made.setAttribute("role", "img");
  made.setAttribute("aria-label", label);
  root.append(head, made);
  return made;
}

const scrub = (frame) => { pause(); seek(Math.floor(frame)); };

function dragging(target, move) {
  target.addEventListener("pointerdown", (event) => {
    if (!state.video) return;
    target.setPointerCapture(event.pointerId);
    move(event);
    target.onpointermove = (moving) => state.video && move(moving);
    target.onpointerup = target.onpointercancel = () => { target.onpointermove = null; };
  });
}

function onWheel(event) {
  if (!state.video || (scrolls() && !event.ctrlKey && !event.deltaX)) return;
  event.preventDefault();
  if (event.ctrlKey || event.metaKey) zoom(Math.exp(event.deltaY * 0.002), frameAt(event));
  else scroll((event.deltaX || event.deltaY) / 1000);
}

function render(parts) {
  if (!state.video) return;
  const any = (...names) => names.some((name) => parts.has(name));
  if (any("view", "video")) place = null;
  if (any("frame")) follow();
  if (any("tracks", "chosen", "view", "proposals", "sources")) {
    const anew = any("proposals", "sources");
    state.units.forEach((unit, index) => renderLane(unit.name, index, anew));
  }
  if (any("frame", "pending", "view", "chosen", "tracks")) {
    state.units.forEach((unit, index) => renderName(unit, index));
    stand(playhead, state.frame);
  }
  if (any("asked", "view", "frame")) stand(coming, state.asked);
  if (any("view", "frame")) drawRuler();
  if (any("view", "tracks")) strips = null;
  if (any("view", "frame", "tracks")) drawOverview();
}

function stand(line, frame) {
  place ??= extent();
  const [left, width] = place;
  const part = frame === null ? -1 : share(frame + 0.5);
  line.style.transform = `translateX(${left + width * part}px)`;
  line.hidden = part < 0 || part > 1;
}

function drawRuler() {
  const context = sharp(ruler);
  const { clientWidth: width, clientHeight: height } = ruler;
  const { first, span } = state.view;
  const step = STEPS.find((each) => (each / span) * width >= 62) ?? STEPS.at(-1);
  context.fillStyle = colour("dim");
  context.font = FONT;
  for (let tick = Math.ceil(first / step) * step; tick <= first + span; tick += step) {
    const x = share(tick) * width;
    context.fillRect(x, height - 5, 1, 5);
    context.fillText(String(tick), x + 3, height - 6);
  }
  context.fillStyle = colour("strong");
  context.fillRect(share(state.frame) * width, height - 4, Math.max(2, width / span), 4);
}

function drawOverview() {
  const context = sharp(overview);
  const { clientWidth: width, clientHeight: height } = overview;
  const all = state.video.frames;
  strips ??= drawStrips(overview.width, overview.height, width, height);
  context.drawImage(strips, 0, 0, width, height);
  context.strokeStyle = colour("strong");
  const left = ((state.view.first - 1) / all) * width;
  const long = Math.min(width - left, (state.view.span / all) * width);
  context.strokeRect(left + 0.5, 0.5, long - 1, height - 1);
  context.fillStyle = colour("strong");
  context.fillRect(((state.frame - 0.5) / all) * width, 0, 1, height);
}

// The tracks of the whole video, drawn once and not for each frame.
function drawStrips(pixelsAcross, pixelsDown, width, height) {
  const made = new OffscreenCanvas(Math.max(1, pixelsAcross), Math.max(1, pixelsDown));
  const context = made.getContext("2d");
  context.scale(made.width / Math.max(1, width), made.height / Math.max(1, height));
  const all = state.video.frames;
  const row = (height - 4) / state.units.length;
  context.fillStyle = colour("absent");
  context.fillRect(0, 0, width, height);
  state.units.forEach(({ name, colour: own }, index) => {
    for (const [first, last, said] of state.tracks[name]) {
      context.fillStyle = said in OTHERS ? colour(OTHERS[said]) : own || colour(index < 4 ? "upper" : "lower");
      const x = ((first - 1) / all) * width;
      const long = Math.max(1, ((last - first + 1) / all) * width);
      context.fillRect(x, 2 + index * row, long, Math.max(1, row - 0.5));
    }
  });
  return made;
}

// The first frame of each span of a track, or of all tracks.
function changes(units) {
  const found = new Set();
  for (const name of units) {
    for (const [first, last] of state.tracks[name]) {
      found.add(first);
      if (last < state.video.frames) found.add(last + 1);
    }
  }
  return [...found].sort((a, b) => a - b);
}

export function jump(direction, everywhere) {
  const units = everywhere ? state.units.map((unit) => unit.name) : [state.units[state.chosen].name];
  const places = changes(units);
  const here = state.asked ?? state.frame;
  const next = direction > 0 ? places.find((frame) => frame > here) : places.findLast((frame) => frame < here);
  if (next === undefined) refuse(`no ${direction > 0 ? "next" : "previous"} change`);
  else scrub(next);
}
