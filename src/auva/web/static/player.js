// Moving through the video: seeking, stepping, and playing at a speed without dropped frames.
//
// `state.frame` is the frame on the screen. A requested frame becomes `state.frame` in the animation
// frame that shows its picture, so that box, playhead, note and keys always refer to the same frame.

import { Frames } from "./frames.js";
import { announce, changed, changeWhenShown, clamp, flush, state } from "./store.js";

const LEAP = 20;
let frames = null;
let clock = null;
let seen = []; // [time, frame] of the most recently played frames
const MOMENT = 1500;
let onFrame = () => {};
let onTrouble = () => {};

export function open(video) {
  pause();
  frames?.close();
  frames = new Frames(video);
  Object.assign(state, { asked: null, picture: null });
}

// Call `listener(frame)` for each played frame.
export const whilePlaying = (listener) => { onFrame = listener; };

// Call `listener(error)` when a picture cannot be loaded.
export const whenTrouble = (listener) => { onTrouble = listener; };

// Stop all requests: the server does not answer, and another program may use its port.
export function rest() {
  pause();
  frames?.only(null);
  if (state.asked === null) return;
  state.asked = null;
  changed("asked");
}

// Seek a frame. `since` is the time of the key press, for the latency measurement.
export async function seek(frame, since = performance.now()) {
  if (!state.video) return;
  const target = clamp(Math.round(frame), 1, state.video.frames);
  const from = state.asked ?? state.frame;
  if (target === from && (state.asked !== null || state.picture)) return;
  const leapt = Math.abs(target - from) > LEAP;
  const source = frames;
  state.asked = target;
  changed("asked");
  if (leapt && !source.has(target)) source.only(target);
  const isAsked = () => source === frames && state.asked === target;
  try {
    const picture = await source.get(target);
    if (!isAsked()) return;
    show(target, picture, since);
    source.around(target, target < from ? -1 : 1, leapt);
  } catch (error) {
    if (!isAsked()) return;
    state.asked = null;
    changed("asked");
    if (error.name === "AbortError") seek(target, since);
    else onTrouble(error);
  }
}

function show(frame, picture, since) {
  const source = frames;
  changeWhenShown(() => {
    if (source !== frames || state.asked !== frame) return;
    Object.assign(state, { frame, picture, asked: null });
    // The next task after this animation frame runs when the picture has been presented.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      performance.measure("auva-seek", { start: since, end: performance.now(), detail: frame });
    };
    port2.postMessage(null);
  }, "frame", "asked");
}

// Step by frames. While a key is held, the next step starts when the last one is drawn.
export function step(count, since, held = false) {
  pause();
  if (held && state.asked !== null) return;
  seek((state.asked ?? state.frame) + count, since);
}

export function toggle() {
  if (state.playing) pause();
  else play();
}

export function play() {
  if (!state.video || state.playing) return;
  const [first, last] = range();
  const start = state.frame >= last || state.frame < first ? first : state.frame;
  Object.assign(state, { playing: true, asked: null, pace: 1 });
  clock = { frame: start, time: performance.now() };
  seen = [];
  changed("playing", "asked", "pace");
  requestAnimationFrame(tick);
}

export function pause() {
  if (!state.playing) return;
  state.playing = false;
  changed("playing");
}

// The range of played frames: the loop, or all frames.
const range = () => state.loop ?? [1, state.video.frames];

// The frame clock in seconds of the converted video.
export const position = () =>
  (clock.frame - 1) / state.video.fps + ((performance.now() - clock.time) / 1000) * state.speed;

// Measure the playing speed as a share of the requested speed.
function measure(now) {
  if (seen.length && state.frame < seen.at(-1)[1]) seen = [];
  seen.push([now, state.frame]);
  while (now - seen[0][0] > MOMENT) seen.shift();
  const passed = now - seen[0][0];
  if (passed < MOMENT / 2) return;
  const shown = ((state.frame - seen[0][1]) / state.video.fps / state.speed) * 1000;
  const pace = Math.min(1, Math.round((20 * shown) / passed) / 20);
  if (pace === state.pace) return;
  state.pace = pace;
  changed("pace");
}

export function setSpeed(speed) {
  state.speed = speed;
  seen = [];
  clock = { frame: state.frame, time: performance.now() };
  changed("playing");
}

// Show the frame that is due; if it is not loaded yet, the clock waits for it.
function tick() {
  if (!state.playing) return;
  const now = performance.now();
  const [first, last] = range();
  const passed = () => Math.floor(((now - clock.time) / 1000) * state.video.fps * state.speed);
  if (state.loop && clock.frame + passed() > last) clock = { frame: first, time: now };
  const due = Math.min(clock.frame + passed(), last);
  const picture = frames.has(due);
  if (picture) present(due, picture);
  else wait(due, now);
  measure(now);
  if (!state.loop && state.frame >= last && due >= last) pause();
  else requestAnimationFrame(tick);
}

function present(frame, picture) {
  if (frame === state.frame && state.picture) return;
  Object.assign(state, { frame, picture });
  changed("frame");
  flush();
  onFrame(frame);
  if (frame % 5 === 0) frames.around(frame, 1);
}

// Stop the clock at the frame after the shown one (at the start, at the first frame).
function wait(due, now) {
  const next = due > state.frame ? state.frame + 1 : due;
  clock = { frame: next, time: now };
  if (!frames.has(next)) frames.get(next).catch(trouble);
  frames.around(next, 1);
}

function trouble(error) {
  if (error.name === "AbortError" || !state.playing) return;
  pause();
  announce(error.message);
  onTrouble(error);
}
