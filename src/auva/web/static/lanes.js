// The tracks: spans, the model's proposals, and drawing by dragging.

import { above } from "./adjudicate.js";
import { element } from "./dom.js";
import { beginOrEnd, besides, mark, whenSaved } from "./edits.js";
import { follow } from "./exemplar.js";
import { keyOfUnit } from "./keys.js";
import { pause, seek } from "./player.js";
import { curveOf, proposed } from "./proposals.js";
import {
  ABSENT, details, grade, intensityAt, NOT_JUDGED, NOT_VISIBLE, PRESENT, saidAt, stateOf, VALUES, WORDS,
} from "./states.js";
import { announce, changed, clamp, state } from "./store.js";
import { frameAt, inView, place } from "./view.js";

const EDGE = 7;
const CLASSES = { [PRESENT]: "span", [NOT_JUDGED]: "unjudged", [NOT_VISIBLE]: "hidden-part" };
const SIDES = { left: "L", right: "R", both: "L+R" };
const lanes = [];
const names = [];
const drawn = []; // the content from which each lane was drawn

export function buildTrack(root, unit, index) {
  const low = index >= 4 ? " low" : "";
  const name = element("button", `name${low}`, "", root);
  name.dataset.unit = unit.name;
  const key = keyOfUnit(unit);
  element("kbd", "", key, name);
  element("b", "", unit.name, name);
  element("span", "what", unit.text, name);
  name.title = `${unit.name} ${unit.text}: begin or end a span${key ? ` (${key})` : ""}`;
  follow(name, unit);
  name.onclick = () => beginOrEnd(index, 1);
  const lane = element("div", `lane${low}`, "", root);
  lane.dataset.unit = unit.name;
  lane.addEventListener("pointerdown", (event) => onLane(event, index));
  for (const part of unit.colour ? [name, lane] : []) paintWith(part, unit.colour);
  names.push(name);
  lanes.push(lane);
}

function paintWith(part, colour) {
  const [red, green, blue] = [1, 3, 5].map((place) => parseInt(colour.slice(place, place + 2), 16));
  part.style.setProperty("--unit", colour);
  part.style.setProperty("--on-unit", red * 0.3 + green * 0.59 + blue * 0.11 > 115 ? "#06101f" : "#fff");
}

export function choose(index) {
  state.chosen = clamp(index, 0, state.units.length - 1);
  state.picked = null;
  changed("chosen");
  const { name, text } = state.units[state.chosen];
  const spans = state.tracks[name].filter(([, , said]) => said === PRESENT);
  announce(`${name}, ${text}, ${spans.length} spans`);
}

// Dragging the end of a span resizes it; dragging elsewhere draws the chosen state.
function onLane(event, index) {
  if (event.button !== 0 || !state.video) return;
  const lane = lanes[index];
  const { name } = state.units[index];
  const offered = event.target.closest(".proposal")?.dataset;
  state.chosen = index;
  state.picked = null;
  pause();
  const at = clamp(Math.floor(frameAt(event)), 1, state.video.frames);
  const grabbed = grab(event, name);
  const drag = grabbed?.side ? { ...grabbed, moved: false } : { first: at, last: at, anchor: at };
  const shade = grabbed?.side ? PRESENT : stateOf(state.paint);
  const preview = element("div", `preview ${CLASSES[shade] ?? "absent"}`, "", lane);
  const startX = event.clientX;
  lane.setPointerCapture(event.pointerId);
  const { id } = state.video;
  const isHere = () => state.video?.id === id; // else another video was chosen meanwhile
  const move = (moving) => {
    if (!isHere()) return;
    drag.moved ||= Math.abs(moving.clientX - startX) > 3;
    stretch(drag, clamp(Math.floor(frameAt(moving)), 1, state.video.frames));
    if (drag.moved) place(preview, drag.first, drag.last);
  };
  lane.onpointermove = state.writer ? move : null;
  lane.onpointercancel = () => { lane.onpointermove = lane.onpointerup = null; preview.remove(); };
  lane.onpointerup = () => {
    lane.onpointercancel();
    if (!isHere()) return;
    if (drag.moved) whenSaved(() => finish(name, grabbed, drag, state.paint));
    else {
      state.offered = offered ? { name, first: Number(offered.first), last: Number(offered.last) } : null;
      if (grabbed) state.picked = { name, first: grabbed.from[0], last: grabbed.from[1], state: grabbed.said };
      seek(at);
    }
    changed("chosen");
  };
  changed("chosen");
}

// The span under the pointer, and which of its ends if any.
function grab(event, name) {
  const found = event.target.closest("[data-said]");
  if (!found) return null;
  const from = [Number(found.dataset.first), Number(found.dataset.last)];
  const said = Number(found.dataset.said);
  const span = state.tracks[name].find(([first]) => first === from[0]);
  const box = found.getBoundingClientRect();
  const left = event.clientX - box.left;
  const right = box.right - event.clientX;
  const edge = said === PRESENT ? Math.min(EDGE, box.width / 3) : -1;
  const side = left <= edge ? "first" : right <= edge ? "last" : null;
  return { name, from, said, span, side, first: from[0], last: from[1] };
}

function stretch(drag, frame) {
  if (drag.side === "first") drag.first = Math.min(frame, drag.last);
  else if (drag.side === "last") drag.last = Math.max(frame, drag.first);
  else {
    drag.first = Math.min(drag.anchor, frame);
    drag.last = Math.max(drag.anchor, frame);
  }
}

// A drawn span gets the state `paint`. A resized span keeps its intensity, side and comment; frames
// that it leaves get the state beside it.
function finish(name, grabbed, { first, last, side }, paint) {
  if (!side) {
    mark([{ name, first, last, value: paint }], `${name} ${WORDS[stateOf(paint)]}, frames ${first} to ${last}`);
    return;
  }
  const [from, to] = grabbed.from;
  const grown = (edge) => ({ name, value: 1, ...same(grabbed.span, edge) });
  const left = (edge) => ({ name, value: VALUES[given(name, edge)] });
  const edits = [];
  if (first < from) edits.push({ ...grown(from), first, last: from - 1 });
  if (first > from) edits.push({ ...left(from - 1), first: from, last: first - 1 });
  if (last > to) edits.push({ ...grown(to), first: to + 1, last });
  if (last < to) edits.push({ ...left(to + 1), first: last + 1, last: to });
  if (edits.length) mark(edits, `${name} now from ${first} to ${last}`);
}

const same = (span, edge) => ({
  intensity: intensityAt(span, edge), side: span[4]?.side ?? "", comment: span[4]?.comment ?? "",
});

function given(name, frame) {
  if (frame < 1 || frame > state.video.frames) return besides(name, 1, state.video.frames);
  const said = saidAt(name, frame);
  return { [PRESENT]: ABSENT, [NOT_VISIBLE]: NOT_JUDGED }[said] ?? said;
}

// Draw a lane if it has changed, or if `anew` is set.
export function renderLane(name, index, anew) {
  const lane = lanes[index];
  lane.classList.toggle("chosen", index === state.chosen);
  const of = (what) => (what?.name === name ? what.first : null);
  const shows = [state.video, state.tracks[name], state.view, of(state.picked), of(state.offered)];
  if (!anew && drawn[index]?.every((each, place) => each === shows[place])) return;
  drawn[index] = shows;
  const said = state.tracks[name].filter(inView).map((stretch) => stretchOf(name, stretch));
  const labelled = ([first, last]) => state.tracks[name].some(
    ([from, to, presence]) => presence === 1 && from <= first && last <= to);
  const open = proposed(name).filter((span) => inView(span) && !labelled(span));
  const proposals = open.map(([first, last]) => {
    const what = `${name} proposed by the model, frames ${first} to ${last}: click it, then Accept`;
    const made = block("proposal", what, first, last);
    made.classList.toggle("offered", state.offered?.name === name && state.offered.first === first);
    return made;
  });
  lane.replaceChildren(...above(name), ...said, ...proposals, ...probabilityCurve(name), ...lane.querySelectorAll(".preview"));
}

function probabilityCurve(name) {
  const { first, span } = state.view;
  const points = curveOf(name, Math.floor(first), Math.ceil(first + span), 300);
  if (!points.length) return [];
  const made = polyline(points.map(([frame, value]) => `${frame - first},${1 - value}`), span, 1);
  made.classList.add("probability");
  return [made];
}

function polyline(points, width, height) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  line.setAttribute("points", points.join(" "));
  svg.append(line);
  return svg;
}

function stretchOf(name, stretch) {
  const [first, last, said, origin, more] = stretch;
  const what = said === PRESENT ? name : `${name} ${WORDS[said]}`;
  const words = [`${what}, frames ${first} to ${last}`, ...details(stretch)].join(", ");
  const made = block(CLASSES[said] ?? "absent", words, first, last);
  made.dataset.said = said;
  made.classList.toggle("accepted", origin === 1);
  made.classList.toggle("commented", Boolean(more?.comment));
  made.classList.toggle("picked", state.picked?.name === name && state.picked.first === first);
  if (said === PRESENT) showGrade(made, first, last, more ?? {});
  return made;
}

// The intensity and the side as letters, or the curve of a changing intensity.
function showGrade(made, first, last, { intensity, side }) {
  const words = [];
  if (typeof intensity === "number") words.push(grade(intensity));
  if (side) words.push(SIDES[side]);
  if (words.length) element("span", "grade", words.join(" "), made);
  if (!Array.isArray(intensity)) return;
  const points = intensity.flatMap(([from, to, value]) => {
    const y = 5 - (value ?? 0);
    return [`${from - first},${y}`, `${to - first + 1},${y}`];
  });
  made.append(polyline(points, last - first + 1, 5));
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
  const said = saidAt(unit.name, state.frame);
  button.classList.toggle("on", said === PRESENT);
  button.classList.toggle("open", said === NOT_JUDGED);
  button.classList.toggle("chosen", index === state.chosen);
  button.classList.toggle("pending", Boolean(pending));
  const now = pending ? `${WORDS[stateOf(pending.value)]} from frame ${pending.start}, press to end` : WORDS[said];
  const key = keyOfUnit(unit);
  const label = `${unit.name}, ${unit.text}: ${now}${key ? `. Key ${key}` : ""}`;
  if (button.getAttribute("aria-label") !== label) button.setAttribute("aria-label", label);
  lanes[index].querySelector(".begun")?.remove();
  if (pending) {
    const shade = CLASSES[stateOf(pending.value)] ?? "absent";
    const span = element("div", `preview begun ${shade}`, "", lanes[index]);
    place(span, Math.min(pending.start, state.frame), Math.max(pending.start, state.frame));
  }
}

// The left edge and the width of the first lane, in pixels of the timeline.
export const extent = () => [lanes[0].offsetLeft, lanes[0].getBoundingClientRect().width];
