// The eight tracks: their spans, the model's proposals, and making and resizing spans by dragging.

import { element } from "./dom.js";
import { accept, beginOrEnd, mark } from "./edits.js";
import { pause, seek } from "./player.js";
import { announce, changed, clamp, state } from "./store.js";
import { frameAt, inView, place } from "./view.js";

const EDGE = 7;
const lanes = [];
const names = [];

export function buildTrack(root, unit, index) {
  const low = index >= 4 ? " low" : "";
  const name = element("button", `name${low}`, "", root);
  name.dataset.unit = unit.name;
  element("kbd", "", index + 1, name);
  element("b", "", unit.name, name);
  element("span", "what", unit.text, name);
  name.title = `${unit.name} ${unit.text}: begin or end a span (${index + 1})`;
  name.onclick = () => beginOrEnd(index, 1);
  const lane = element("div", `lane${low}`, "", root);
  lane.dataset.unit = unit.name;
  lane.addEventListener("pointerdown", (event) => onLane(event, index));
  names.push(name);
  lanes.push(lane);
}

export function choose(index) {
  state.chosen = clamp(index, 0, state.units.length - 1);
  state.picked = null;
  changed("chosen");
  const { name, text } = state.units[state.chosen];
  announce(`${name}, ${text}, ${state.tracks[name].length} spans`);
}

// Press a span's end to resize it, press elsewhere and drag to make one.
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
  const preview = element("div", "span preview", "", lane);
  const startX = event.clientX;
  lane.setPointerCapture(event.pointerId);
  const move = (moving) => {
    drag.moved ||= Math.abs(moving.clientX - startX) > 3;
    stretch(drag, clamp(Math.floor(frameAt(moving)), 1, state.video.frames));
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

export function renderLane(name, index) {
  const lane = lanes[index];
  const spans = state.tracks[name].filter(inView).map((span) => spanOf(name, span));
  const labelled = ([first, last]) => state.tracks[name].some(
    ([from, to, presence]) => presence === 1 && from <= first && last <= to);
  const open = (state.proposals[name] ?? []).filter((span) => inView(span) && !labelled(span));
  const proposals = open.map(([first, last]) => {
    const what = `${name} proposed by the model, frames ${first} to ${last}: accept`;
    return block("proposal", what, first, last);
  });
  lane.replaceChildren(...spans, ...proposals, ...lane.querySelectorAll(".preview"));
  lane.classList.toggle("chosen", index === state.chosen);
}

function spanOf(name, [first, last, presence, origin]) {
  const from = origin === 1 ? ", accepted from the model" : "";
  const what = presence === 1 ? name : `${name} not labelled`;
  const span = block("span", `${what}, frames ${first} to ${last}${from}`, first, last);
  span.classList.toggle("accepted", origin === 1);
  span.classList.toggle("unknown", presence !== 1);
  span.classList.toggle("picked", state.picked?.name === name && state.picked.first === first);
  return span;
}

function block(className, what, first, last) {
  const made = element("button", className);
  made.tabIndex = -1;
  made.title = what;
  made.setAttribute("aria-label", what);
  Object.assign(made.dataset, { first, last });
  place(made, first, last);
  return made;
}

export function renderName(unit, index) {
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
    const span = element("div", `span preview begun${pending.value ? "" : " off"}`, "", lanes[index]);
    place(span, Math.min(pending.start, state.frame), Math.max(pending.start, state.frame));
  }
}

// Where the first lane begins and how wide it is, in pixels of the timeline.
export const extent = () => [lanes[0].offsetLeft, lanes[0].getBoundingClientRect().width];
