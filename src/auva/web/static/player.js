// Moving through the video: seeking, stepping, playing at a speed without leaving frames out.
//
// `state.frame` is the frame that is drawn. A frame that is asked for becomes it together with its
// picture, in one animation frame, so that box, playhead, note and keys always mean what is seen.

import { Frames } from "./frames.js";
import { announce, changed, changeWhenShown, clamp, flush, state } from "./store.js";

const LEAP = 20;
let frames = null;
let clock = null;
let seen = []; // [time, frame] of the last moments of playing
const MOMENT = 1500;
let onFrame = () => {};
let onTrouble = () => {};

export function open(video) {
  pause();
  frames?.close();
  frames = new Frames(video);
  Object.assign(state, { asked: null, picture: null });
}

// Call `listener(frame)` for each frame that playing shows.
export const whilePlaying = (listener) => { onFrame = listener; };

// Call `listener(error)` when a picture cannot be had.
export const whenTrouble = (listener) => { onTrouble = listener; };

// Ask for nothing any more: the server is gone, and somebody else may listen.
export function rest() {
  pause();
  frames?.only(null);
  if (state.asked === null) return;
  state.asked = null;
  changed("asked");
}

// Go to a frame. `since` is the time of the key press, for the measured latency.
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
    // The next task after this animation frame runs when the picture has been handed over.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      performance.measure("auva-seek", { start: since, end: performance.now(), detail: frame });
    };
    port2.postMessage(null);
  }, "frame", "asked");
}

// Step by frames. A key that is held steps on when the last step is drawn, however long that takes.
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

// The frames that are played: those of the loop, or all.
const range = () => state.loop ?? [1, state.video.frames];

// Where the frame clock is, in seconds of the converted video.
export const position = () =>
  (clock.frame - 1) / state.video.fps + ((performance.now() - clock.time) / 1000) * state.speed;

// Note how fast playing is, as a share of the speed that was asked for.
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

// Show the frame that is due; when it has not come yet, time waits for it.
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

// Let time wait at the frame after the one that is drawn (or at the first one, from the start).
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
