// Editing valence and arousal: point edits with a brush, and the trace while playing.

import { randomId } from "./api.js";
import { setAffect, whenSaved } from "./edits.js";
import { pause } from "./player.js";
import { changed, clamp, state } from "./store.js";

const CHUNK = 30;
const round = (value) => Math.round(clamp(value, -1, 1) * 1000) / 1000;
export const dimensions = () => (state.curve === "both" ? ["valence", "arousal"] : [state.curve]);

// Change a curve so that it has `value` at `frame`; frames within the brush change with it.
export function bend(name, frame, value) {
  const curve = state.va[name];
  const here = curve[frame - 1];
  const reach = state.brush;
  const first = Math.max(1, frame - reach);
  const last = Math.min(state.video.frames, frame + reach);
  const values = [];
  for (let each = first; each <= last; each += 1) {
    const share = reach ? (1 + Math.cos((Math.PI * (each - frame)) / (reach + 1))) / 2 : 1;
    const old = curve[each - 1];
    values.push(round(old === null || here === null ? value : old + share * (value - here)));
  }
  return { first, values };
}

// Set points of both curves at a frame, {valence: 0.3, arousal: 0.1}; they are undone together.
export const setPoint = (frame, point) => whenSaved(() => sendPoint(frame, point));

function sendPoint(frame, point) {
  const bent = Object.entries(point).map(([name, value]) => [name, bend(name, frame, value)]);
  const first = bent[0][1].first;
  return setAffect(first, Object.fromEntries(bent.map(([name, each]) => [name, each.values])));
}

export function nudge(valence, arousal) {
  const { frame } = state;
  return whenSaved(() => {
    const at = (name) => state.va[name][frame - 1] ?? 0;
    const point = {};
    if (valence) point.valence = at("valence") + valence;
    if (arousal) point.arousal = at("arousal") + arousal;
    return sendPoint(frame, point);
  });
}

// The trace: one sample per shown frame; frames that were not shown lie between two samples.
const trace = { samples: [], group: null, begun: 0 };
export let hand = null;
export const setHand = (point) => { hand = point; };

export function toggleTrace() {
  if (state.tracing) finishTrace();
  state.tracing = !state.tracing;
  changed("tracing");
}

export function sample(frame) {
  if (!state.tracing || !state.writer) return;
  if (!hand) {
    finishTrace();
    return;
  }
  const last = trace.samples.at(-1);
  if (last && frame <= last[0]) {
    if (frame < last[0]) finishTrace();
    else return;
  }
  const now = performance.now();
  if (!trace.group) Object.assign(trace, { group: randomId(), begun: now });
  trace.samples.push([frame, round(hand[0]), round(hand[1]), Math.round(now - trace.begun)]);
  if (trace.samples.length > CHUNK) sendTrace();
  changed("trace");
}

function sendTrace() {
  const { samples } = trace;
  if (!samples.length) return;
  const first = samples[0][0];
  const valence = [];
  const arousal = [];
  for (let index = 0; index < samples.length; index += 1) {
    const [frame, v, a] = samples[index];
    const next = samples[index + 1] ?? [frame + 1, v, a];
    for (let each = frame; each < next[0]; each += 1) {
      const share = (each - frame) / (next[0] - frame);
      valence.push(round(v + share * (next[1] - v)));
      arousal.push(round(a + share * (next[2] - a)));
    }
  }
  const times = samples.map(([frame, , , time]) => [frame, time]);
  setAffect(first, { valence, arousal }, trace.group, { speed: state.speed, times }).then((saved) => {
    if (!saved) pause(); // later samples could not be saved either
  });
  trace.samples = [samples.at(-1)];
}

// Send the rest of a trace; later samples belong to another undo step.
export function finishTrace() {
  if (trace.samples.length) sendTrace();
  trace.samples = [];
  trace.group = null;
}

export const traced = () => trace.samples;
