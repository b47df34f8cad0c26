// The adjudication page: the annotation page with the labels of each annotator above each track. At
// a difference, the label of one annotator is taken, or a label is drawn.

import { get, post, windowId } from "./api.js";
import { banner, showStatus } from "./bar.js";
import { element } from "./dom.js";
import { inTurn, takeOver } from "./edits.js";
import { keyOf } from "./keys.js";
import { grade, intensityAt, NOT_JUDGED, PRESENT, stretchAt, WORDS } from "./states.js";
import { announce, byId, changed, chosenName, listen, refuse, state } from "./store.js";
import { colourOf } from "./strips.js";
import { inView, place } from "./view.js";

const TAKES = ["takeFirst", "takeSecond", "takeThird"]; // the actions of the first annotators
export const isAdjudicating = location.pathname === "/adjudicate";
export const base = isAdjudicating ? "/api/adjudicate" : "/api/videos";
export const page = isAdjudicating ? "adjudicate" : "annotate";

let sources = null;
let current = null; // the difference that the user jumped to
let seekTo = () => {};
const dimensions = ["valence", "arousal"];

// `seek(frame)` is called to jump to a difference.
export function build(seek) {
  if (!isAdjudicating) return;
  seekTo = seek;
  document.querySelector("h1").textContent = "auva adjudicate";
  document.body.classList.add("adjudicating");
  byId("decision").hidden = false;
  byId("next-difference").onclick = () => next(1);
  byId("previous-difference").onclick = () => next(-1);
  window.addEventListener("focus", () => state.video && load());
  listen((parts) => {
    if (state.video && sources && ["frame", "tracks", "va", "chosen", "sources", "history"].some((part) => parts.has(part))) show();
  });
}

const everyone = () => [...new Set([...sources.annotators.au, ...sources.annotators.va])];

// Forget the previous video.
export function forget() {
  sources = current = null;
}

// Load the labels of the annotators; the current difference is kept if it still exists.
export async function load() {
  if (!isAdjudicating) return;
  const { id } = state.video;
  try {
    const found = await get(`${base}/${id}/sources`);
    if (state.video?.id !== id) return;
    sources = found;
    const isStill = ([first, last]) => first === current.span[0] && last === current.span[1];
    if (current && !sources.differ[current.name]?.some(isStill)) current = null;
    offerToBegin();
    changed("sources", "view");
  } catch (error) {
    if (state.video?.id === id) banner(error.message, "bad");
  }
}

function offerToBegin() {
  if (!state.writer) return; // the banner says why
  const { problems, annotators } = sources;
  const made = state.video.files.some((file) => file.exists) || state.undo;
  if (problems.length) banner(problems.join(" · "), "bad");
  else if (Math.max(annotators.au.length, annotators.va.length) < 2) {
    banner("Nobody else has annotated this video: there is nothing to decide.");
  } else if (!made && state.writer) {
    const button = { text: "Create it", act: begin };
    banner("There is no consensus file yet. It starts with the labels on which the annotators agree.", "", button);
  } else banner("");
}

async function send(action, content) {
  if (!state.writer) {
    showStatus("Read-only: nothing was changed", "bad");
    return false;
  }
  const { id } = state.video;
  showStatus("Saving…", "busy");
  return inTurn(async () => {
    try {
      takeOver(await post(`${base}/${id}/${action}`, { window: windowId, ...content }));
      showStatus("Saved", "good");
      return true;
    } catch (error) {
      showStatus(`Not saved: ${error.message}`, "bad");
      return false;
    }
  });
}

async function begin() {
  if (await send("begin", {})) {
    state.video.files.forEach((file) => { file.exists = true; });
    banner("");
    next(1);
  }
}

// The parts of a difference that are not decided yet.
function isOpen(name, [first, last]) {
  if (dimensions.includes(name)) return state.va[name].slice(first - 1, last).some((value) => value === null);
  for (let frame = first; frame <= last;) {
    const found = stretchAt(name, frame);
    if (found?.[2] === NOT_JUDGED) return true;
    frame = (found?.[1] ?? nextStretch(name, frame)) + 1;
  }
  return false;
}

const nextStretch = (name, frame) =>
  (state.tracks[name].find(([first]) => first > frame)?.[0] ?? state.video.frames + 1) - 1;

const all = () => Object.entries(sources.differ).flatMap(([name, spans]) => spans.map((span) => ({ name, span })));

// The difference at the playhead: of the chosen track, else of valence or arousal.
function here() {
  const covers = ([first, last]) => first <= state.frame && state.frame <= last;
  if (current && covers(current.span) && [chosenName(), ...dimensions].includes(current.name)) return current;
  const found = [chosenName(), ...dimensions].flatMap((name) =>
    sources.differ[name].filter(covers).map((span) => ({ name, span })));
  return found.find(({ name, span }) => isOpen(name, span)) ?? found[0] ?? null;
}

// Jump to the next or previous difference that is not decided.
export function next(direction) {
  if (!sources) return;
  const order = (a, b) => a.span[0] - b.span[0] || a.name.localeCompare(b.name);
  const open = all().filter(({ name, span }) => isOpen(name, span)).sort(order);
  const now = here() ?? { name: chosenName(), span: [state.frame] };
  const found = direction > 0 ? open.find((each) => order(each, now) > 0) ?? open[0]
    : open.findLast((each) => order(each, now) < 0) ?? open.at(-1);
  if (!found) {
    refuse("every difference is decided");
    return;
  }
  current = found;
  const unit = state.units.findIndex((each) => each.name === found.name);
  if (unit >= 0) state.chosen = unit;
  state.picked = null;
  changed("chosen");
  seekTo(found.span[0]);
}

// Take the label of the annotator with that number for the difference at the playhead.
export async function take(number) {
  const difference = sources && here();
  if (!difference) {
    refuse(`${chosenName()}: no difference at this frame`);
    return;
  }
  const { name, span: [first, last] } = difference;
  const from = sources.annotators[dimensions.includes(name) ? "va" : "au"][number];
  if (!from) return;
  if (await send("take", { stamp: state.video.stamp, name, first, last, from })) {
    announce(`${name}, frames ${first} to ${last}: label of ${from}, saved`);
    next(1);
  }
}

// The curves of all annotators of a dimension with their colours, and where they are far apart.
export const curvesOf = (name) => (sources ? sources.annotators.va.map((who) =>
  [colourOf(everyone(), who), sources.curves[who][name]]) : []);
export const farApart = (name) => (sources ? sources.differ[name].filter(inView) : []);

// The rows above a track: where the annotators differ, and a strip for each annotator.
export function above(name) {
  if (!sources) return [];
  const regions = sources.differ[name].filter(inView).map(([first, last]) => {
    const region = element("i", `differs${isOpen(name, [first, last]) ? " open" : ""}`);
    place(region, first, last);
    return region;
  });
  const strips = sources.annotators.au.flatMap((who, index) => sources.tracks[who][name]
    .filter((stretch) => stretch[2] === PRESENT && inView(stretch))
    .map(([first, last]) => {
      const strip = element("i", "source");
      strip.style.background = colourOf(everyone(), who);
      strip.style.top = `${1 + 4 * index}px`;
      place(strip, first, last);
      return strip;
    }));
  return [...regions, ...strips];
}

function show() {
  const differences = all();
  const open = differences.filter(({ name, span }) => isOpen(name, span)).length;
  byId("open-differences").textContent = `${open} of ${differences.length} differences open`;
  const difference = here();
  const box = byId("takes");
  byId("difference").textContent = difference
    ? `${difference.name} differs, frames ${difference.span[0]} to ${difference.span[1]}` : "no difference at this frame";
  const names = sources.annotators[difference && dimensions.includes(difference.name) ? "va" : "au"];
  box.replaceChildren(...names.map((who, index) => button(who, index, difference)));
}

function button(who, index, difference) {
  const made = element("button", "take");
  element("i", "", "", made).style.background = colourOf(everyone(), who);
  const says = difference ? `: ${saysOf(who, difference.name)}` : "";
  made.append(`${who}${says}`);
  const key = keyOf(TAKES[index]);
  made.title = `Take the label of ${who}${key ? ` (${key})` : ""}`;
  made.disabled = !difference || !state.writer;
  made.onclick = () => take(index);
  return made;
}

function saysOf(who, name) {
  if (dimensions.includes(name)) return sources.curves[who][name][state.frame - 1]?.toFixed(2) ?? "not labelled";
  const stretch = sources.tracks[who][name].find(([first, last]) => first <= state.frame && state.frame <= last);
  const said = stretch?.[2] ?? 0;
  const intensity = said === PRESENT ? intensityAt(stretch, state.frame) : null;
  return `${WORDS[said]}${intensity === null ? "" : ` ${grade(intensity)}`}`;
}
