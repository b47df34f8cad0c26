// Proposals of a trained model: its probability along each track, the spans above a threshold, and
// accepting a span. A blind annotator does not see them unless they are switched on; the journal
// records which edits were made while they were on the screen.

import { isAdjudicating } from "./adjudicate.js";
import { get } from "./api.js";
import { accept } from "./edits.js";
import { byId, changed, chosenName, listen, refuse, state } from "./store.js";

const STEPS = 250;
const NOTHING = 255;
let found = null;       // the server's proposals for the open video
let shownByHand = null; // whether the user switched them on or off
let threshold = null;   // null: the thresholds of the model
let cache = new Map();

const isBlind = () => Boolean(state.annotator) && !state.video.finished;
const isShown = () => !isAdjudicating && (shownByHand ?? !isBlind());

export function build() {
  byId("model").onclick = () => {
    if (!state.video) return;
    shownByHand = !isShown();
    refresh();
  };
  byId("threshold").oninput = (event) => setThreshold(Number(event.target.value) / 100);
  byId("own").onclick = () => setThreshold(null);
  byId("accept").onclick = () => acceptHere();
  listen((parts) => {
    if (state.video && ["frame", "chosen", "proposals", "tracks", "video"].some((part) => parts.has(part))) show();
  });
}

function setThreshold(value) {
  threshold = value;
  cache = new Map();
  changed("proposals");
}

// Request the model's proposals; prediction takes some time, in which the page can be used.
export async function refresh() {
  const { id } = state.video;
  if (found?.id !== id) found = null;
  cache = new Map();
  state.aided = false;
  state.offered = null;
  changed("proposals");
  if (!isShown()) return;
  try {
    const known = found;
    const answer = known ?? { id, ...await get(`/api/videos/${id}/proposals`) };
    if (state.video?.id !== id || !isShown()) return;
    found = answer;
    for (const [name, text] of Object.entries(found.probabilities)) {
      if (typeof text === "string") found.probabilities[name] = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    }
    state.aided = Boolean(found.model);
    if (!known && (found.note || (shownByHand && !found.model))) refuse(found.note || "no model has been evaluated");
    changed("proposals");
  } catch (error) {
    if (state.video?.id !== id) return;
    shownByHand = false; // a click requests them again
    refuse(error.message);
    changed("proposals");
  }
}

export const isOn = () => Boolean(state.aided && found?.model);

// The probability of a unit at a frame, or null.
export function probability(name, frame) {
  const value = isOn() ? found.probabilities[name]?.[frame - 1] ?? NOTHING : NOTHING;
  return value === NOTHING ? null : value / STEPS;
}

// The spans that the model proposes on a track: [[first, last], …].
export function proposed(name) {
  if (!isOn()) return [];
  const bytes = found.probabilities[name];
  if (threshold === null || !bytes) return found.proposals[name] ?? [];
  if (!cache.has(name)) cache.set(name, spansFrom(bytes, Math.ceil(threshold * STEPS - 1e-9), found.window));
  return cache.get(name);
}

// The spans of the majority of the `window` frames around each frame, as computed by the server.
function spansFrom(bytes, least, window) {
  const half = (window - 1) / 2;
  const said = Array.from(bytes, (value) => Number(value !== NOTHING && value >= least));
  const spans = [];
  let votes = 0;
  for (let ahead = 0; ahead < half; ahead += 1) votes += said[ahead] ?? 0;
  for (let place = 0; place < said.length; place += 1) {
    votes += (said[place + half] ?? 0) - (said[place - half - 1] ?? 0);
    if (votes * 2 <= window) continue;
    if (spans.at(-1)?.[1] === place) spans.at(-1)[1] = place + 1;
    else spans.push([place + 1, place + 1]);
  }
  return spans;
}

// Points of a curve of the probability over the frames `first` to `last`: [frame, probability].
export function curveOf(name, first, last, most) {
  const bytes = isOn() ? found.probabilities[name] : null;
  if (!bytes) return [];
  const step = Math.max(1, Math.ceil((last - first + 1) / most));
  const points = [];
  for (let frame = Math.max(1, first); frame <= Math.min(bytes.length, last); frame += step) {
    const some = Array.from(bytes.subarray(frame - 1, frame - 1 + step)).filter((value) => value !== NOTHING);
    points.push([frame + step / 2, some.length ? Math.max(...some) / STEPS : 0]);
  }
  return points;
}

// The clicked proposal, or the proposal of the chosen track at the playhead, with its name.
function offer() {
  if (state.offered) return state.offered;
  const name = chosenName();
  const span = proposed(name).find(([first, last]) => first <= state.frame && state.frame <= last);
  return span ? { name, first: span[0], last: span[1] } : null;
}

export function acceptHere() {
  const offered = offer();
  state.offered = null;
  if (offered) accept(offered.name, offered.first, offered.last, found.model);
  else refuse(`${chosenName()}: no proposal at this frame`);
  changed("proposals");
}

function show() {
  const button = byId("model");
  const known = found && !found.model;
  button.hidden = isAdjudicating || Boolean(known);
  button.setAttribute("aria-pressed", String(isOn()));
  button.textContent = !isShown() ? "Proposals off" : found ? "Proposals" : "Predicting…";
  byId("model-tools").hidden = !isOn();
  if (!isOn()) return;
  byId("model-name").textContent = found.model;
  const can = Object.keys(found.probabilities).length > 0;
  byId("threshold").disabled = !can;
  byId("threshold-text").textContent = threshold === null ? "as evaluated" : threshold.toFixed(2);
  byId("own").disabled = threshold === null;
  const offered = offer();
  const name = offered?.name ?? chosenName();
  const value = probability(name, state.frame);
  byId("probability").textContent = value === null ? `${name} –` : `${name} ${value.toFixed(2)}`;
  byId("accept").disabled = !offered || !state.writer;
  byId("accept").textContent = offered ? `Accept ${offered.first} to ${offered.last}` : "Accept";
}
