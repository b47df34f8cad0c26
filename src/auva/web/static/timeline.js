// The timeline: ruler, eight tracks with their spans, the overview, and the mouse on them.

import { accept, beginOrEnd, mark } from "./edits.js";
import { pause, seek } from "./player.js";
import { announce, byId, changed, clamp, listen, state } from "./store.js";

const EDGE = 7;
const MIN_SPAN = 20;
const root = byId("timeline");
const lanes = [];
const names = [];
let ruler;
let overview;
let playhead;

const element = (tag, className, parent) => {
  const made = document.createElement(tag);
  made.className = className;
  parent?.append(made);
  return made;
};

export function build(curves) {
  root.replaceChildren();
  const head = element("div", "head", root);
  head.textContent = "frame";
  ruler = element("canvas", "", root);
  ruler.id = "ruler";
  curves.build(root);
  state.units.forEach((unit, index) => buildTrack(unit, index));
  element("div", "head", root).textContent = "whole video";
  overview = element("canvas", "", root);
  overview.id = "overview";
  playhead = element("div", "", root);
  playhead.id = "playhead";
  dragging(ruler, (event) => scrub(frameAt(event)));
  dragging(overview, (event) => {
    const box = overview.getBoundingClientRect();
    scrub(1 + ((event.clientX - box.left) / box.width) * state.video.frames);
  });
  root.addEventListener("wheel", onWheel, { passive: false });
  listen(render);
  new ResizeObserver(() => changed("view", "tracks", "frame")).observe(root);
}

function buildTrack(unit, index) {
  const low = index >= 4 ? " low" : "";
  const name = element("button", `name${low}`, root);
  name.dataset.unit = unit.name;
  name.append(Object.assign(document.createElement("kbd"), { textContent: index + 1 }));
  name.append(Object.assign(document.createElement("b"), { textContent: unit.name }));
  const what = element("span", "what", name);
  what.textContent = unit.text;
  name.title = `${unit.name} ${unit.text}: begin or end a span (${index + 1})`;
  name.onclick = () => beginOrEnd(index, 1);
  const lane = element("div", `lane${low}`, root);
  lane.dataset.unit = unit.name;
  lane.addEventListener("pointerdown", (event) => onLane(event, index));
  names.push(name);
  lanes.push(lane);
}

const scrub = (frame) => { pause(); seek(Math.floor(frame)); };

function dragging(target, move) {
  target.addEventListener("pointerdown", (event) => {
    if (!state.video) return;
    target.setPointerCapture(event.pointerId);
    move(event);
    target.onpointermove = move;
    target.onpointerup = target.onpointercancel = () => { target.onpointermove = null; };
  });
}

// Frames and pixels. Frame f covers [f, f + 1) of the view.
export function frameAt(event) {
  const box = ruler.getBoundingClientRect();
  return state.view.first + ((event.clientX - box.left) / box.width) * state.view.span;
}
const percent = (frame) => ((frame - state.view.first) / state.view.span) * 100;

export function zoom(factor, centre = state.frame + 0.5) {
  const most = Math.max(state.video.frames, MIN_SPAN);
  const span = clamp(state.view.span * factor, MIN_SPAN, most);
  const share = clamp((centre - state.view.first) / state.view.span, 0, 1);
  setView(centre - share * span, span);
}

export function fit() {
  setView(1, Math.max(state.video.frames, MIN_SPAN));
}

function setView(first, span) {
  const last = Math.max(1, state.video.frames + 1 - span);
  state.view = { first: clamp(first, 1, last), span };
  changed("view", "tracks");
}

function follow() {
  const { first, span } = state.view;
  if (state.frame < first || state.frame + 1 > first + span) {
    setView(state.frame - span * (state.frame < first ? 0.8 : 0.2), span);
  }
}

function onWheel(event) {
  if (!state.video) return;
  event.preventDefault();
  if (event.ctrlKey || event.metaKey) zoom(Math.exp(event.deltaY * 0.002), frameAt(event));
  else setView(state.view.first + ((event.deltaX || event.deltaY) / 1000) * state.view.span, state.view.span);
}

// Mouse and touch on a lane: press a span's end to resize it, press elsewhere and drag to make one.
function onLane(event, index) {
  if (event.button !== 0 || !state.video) return;
  const lane = lanes[index];
  const { name } = state.units[index];
  if (event.target.classList.contains("proposal")) {
    accept(name, Number(event.target.dataset.first), Number(event.target.dataset.last));
    return;
  }
  state.chosen = index;
  state.picked = null;
  pause();
  const at = clamp(Math.floor(frameAt(event)), 1, state.video.frames);
  const grabbed = grab(event, name);
  const drag = grabbed?.side ? { ...grabbed, moved: false } : { first: at, last: at, anchor: at };
  const preview = element("div", "span preview", lane);
  const startX = event.clientX;
  lane.setPointerCapture(event.pointerId);
  const move = (moving) => {
    drag.moved ||= Math.abs(moving.clientX - startX) > 3;
    const frame = clamp(Math.floor(frameAt(moving)), 1, state.video.frames);
    stretch(drag, frame);
    if (drag.moved) place(preview, drag.first, drag.last);
  };
  lane.onpointermove = state.writer ? move : null;
  lane.onpointercancel = () => { lane.onpointermove = lane.onpointerup = null; preview.remove(); };
  lane.onpointerup = () => {
    lane.onpointercancel();
    if (drag.moved) finish(name, grabbed, drag);
    else {
      if (grabbed) state.picked = { name, first: grabbed.from[0], last: grabbed.from[1] };
      seek(at);
    }
    changed("chosen");
  };
  changed("chosen");
}

// The span under the pointer and which of its ends, if any.
function grab(event, name) {
  const span = event.target.closest(".span");
  if (!span || span.classList.contains("unknown")) return null;
  const from = [Number(span.dataset.first), Number(span.dataset.last)];
  const box = span.getBoundingClientRect();
  const left = event.clientX - box.left;
  const right = box.right - event.clientX;
  const edge = Math.min(EDGE, box.width / 3);
  const side = left <= edge ? "first" : right <= edge ? "last" : null;
  return { name, from, side, first: from[0], last: from[1] };
}

function stretch(drag, frame) {
  if (drag.side === "first") drag.first = Math.min(frame, drag.last);
  else if (drag.side === "last") drag.last = Math.max(frame, drag.first);
  else {
    drag.first = Math.min(drag.anchor, frame);
    drag.last = Math.max(drag.anchor, frame);
  }
}

function finish(name, grabbed, { first, last, side }) {
  if (!side) {
    mark([{ name, first, last, value: 1 }], `${name} set, frames ${first} to ${last}`);
    return;
  }
  const [from, to] = grabbed.from;
  const edits = [];
  if (first < from) edits.push({ name, first, last: from - 1, value: 1 });
  if (first > from) edits.push({ name, first: from, last: first - 1, value: 0 });
  if (last > to) edits.push({ name, first: to + 1, last, value: 1 });
  if (last < to) edits.push({ name, first: last + 1, last: to, value: 0 });
  if (edits.length) mark(edits, `${name} now from ${first} to ${last}`);
}

function place(span, first, last) {
  span.style.left = `${percent(first)}%`;
  span.style.width = `${percent(last + 1) - percent(first)}%`;
}

function render(parts) {
  if (!state.video) return;
  if (parts.has("frame")) follow();
  if (["tracks", "chosen", "view", "proposals"].some((part) => parts.has(part))) {
    state.units.forEach((unit, index) => renderLane(unit.name, index));
  }
  if (["frame", "pending", "view", "chosen", "tracks"].some((part) => parts.has(part))) {
    state.units.forEach((unit, index) => renderName(unit, index));
    const lane = lanes[0].getBoundingClientRect();
    const share = (state.frame + 0.5 - state.view.first) / state.view.span;
    playhead.style.left = `${lanes[0].offsetLeft + lane.width * share}px`;
    playhead.hidden = share < 0 || share > 1;
  }
  if (parts.has("view") || parts.has("frame")) drawRuler();
  if (["view", "frame", "tracks"].some((part) => parts.has(part))) drawOverview();
}

function renderLane(name, index) {
  const lane = lanes[index];
  const end = state.view.first + state.view.span;
  const inView = ([first, last]) => last >= state.view.first && first <= end;
  const spans = state.tracks[name].filter(inView).map(([first, last, presence, origin]) => {
    const span = element("button", "span");
    span.tabIndex = -1;
    span.classList.toggle("accepted", origin === 1);
    span.classList.toggle("unknown", presence !== 1);
    const picked = state.picked?.name === name && state.picked.first === first;
    span.classList.toggle("picked", picked);
    const from = origin === 1 ? ", accepted from the model" : "";
    const what = presence === 1 ? `${name}, frames ${first} to ${last}${from}`
      : `${name} not labelled, frames ${first} to ${last}`;
    span.setAttribute("aria-label", what);
    span.title = what;
    Object.assign(span.dataset, { first, last });
    place(span, first, last);
    return span;
  });
  const labelled = ([first, last]) => state.tracks[name].some(
    ([from, to, presence]) => presence === 1 && from <= first && last <= to);
  const open = (span) => inView(span) && !labelled(span);
  const proposals = (state.proposals[name] ?? []).filter(open).map(([first, last]) => {
    const span = element("button", "proposal");
    span.tabIndex = -1;
    const what = `${name} proposed by the model, frames ${first} to ${last}: accept`;
    span.setAttribute("aria-label", what);
    span.title = what;
    Object.assign(span.dataset, { first, last });
    place(span, first, last);
    return span;
  });
  const kept = [...lane.querySelectorAll(".preview")];
  lane.replaceChildren(...spans, ...proposals, ...kept);
  lane.classList.toggle("chosen", index === state.chosen);
}

function renderName(unit, index) {
  const button = names[index];
  const pending = state.pending[unit.name];
  const on = state.tracks[unit.name].some(([first, last, presence]) =>
    presence === 1 && first <= state.frame && state.frame <= last);
  button.classList.toggle("on", on);
  button.classList.toggle("chosen", index === state.chosen);
  button.classList.toggle("pending", Boolean(pending));
  const now = pending ? `begun at frame ${pending.start}, press to end` : on ? "present" : "absent";
  button.setAttribute("aria-label", `${unit.name}, ${unit.text}: ${now}. Key ${index + 1}`);
  lanes[index].querySelector(".begun")?.remove();
  if (pending) {
    const span = element("div", `span preview begun${pending.value ? "" : " off"}`, lanes[index]);
    place(span, Math.min(pending.start, state.frame), Math.max(pending.start, state.frame));
  }
}

export function sharp(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  return context;
}

function drawRuler() {
  const context = sharp(ruler);
  const { clientWidth: width, clientHeight: height } = ruler;
  const { first, span } = state.view;
  const steps = [1, 5, 10, 30, 60, 150, 300, 900, 1800, 9000, 18000];
  const step = steps.find((each) => (each / span) * width >= 62) ?? 54000;
  context.fillStyle = "#aab4c5";
  context.font = '11px system-ui, "DejaVu Sans", sans-serif';
  for (let tick = Math.ceil(first / step) * step; tick <= first + span; tick += step) {
    const x = ((tick - first) / span) * width;
    context.fillRect(x, height - 5, 1, 5);
    context.fillText(String(tick), x + 3, height - 6);
  }
  const x = ((state.frame - first) / span) * width;
  context.fillStyle = "#ffffff";
  context.fillRect(x, height - 4, Math.max(2, width / span), 4);
}

function drawOverview() {
  const context = sharp(overview);
  const { clientWidth: width, clientHeight: height } = overview;
  const all = state.video.frames;
  const row = (height - 2) / state.units.length;
  context.fillStyle = "#1b2230";
  context.fillRect(0, 0, width, height);
  state.units.forEach(({ name }, index) => {
    context.fillStyle = index < 4 ? "#6aa5f8" : "#4cc296";
    for (const [first, last, presence] of state.tracks[name]) {
      if (presence !== 1) continue;
      const x = ((first - 1) / all) * width;
      context.fillRect(x, 1 + index * row, Math.max(1, ((last - first + 1) / all) * width), Math.max(1, row - 0.5));
    }
  });
  context.strokeStyle = "#ffffffb0";
  const left = ((state.view.first - 1) / all) * width;
  context.strokeRect(left + 0.5, 0.5, Math.min(width, (state.view.span / all) * width) - 1, height - 1);
  context.fillStyle = "#fff";
  context.fillRect(((state.frame - 0.5) / all) * width, 0, 1, height);
}

// Where anything changes on a track (or on all): the first frame of each new stretch.
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
  const next = direction > 0 ? places.find((frame) => frame > state.frame)
    : places.findLast((frame) => frame < state.frame);
  if (next === undefined) announce(`no ${direction > 0 ? "next" : "previous"} change`);
  else scrub(next);
}

export function choose(index) {
  state.chosen = clamp(index, 0, state.units.length - 1);
  state.picked = null;
  changed("chosen");
  const { name, text } = state.units[state.chosen];
  announce(`${name}, ${text}, ${state.tracks[name].length} spans`);
}
