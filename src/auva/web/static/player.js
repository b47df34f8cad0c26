// Moving through the video: seeking, stepping, playing at a speed without leaving frames out.

import { Frames } from "./frames.js";
import { draw } from "./stage.js";
import { byId, changed, clamp, state } from "./store.js";

const LEAP = 20;
let frames = null;
let clock = null;
let onFrame = () => {};

export function open(video) {
  pause();
  frames?.close();
  frames = new Frames(video);
}

// Call `listener(frame)` for each frame that playing shows.
export function whilePlaying(listener) {
  onFrame = listener;
}

// Go to a frame. `since` is the time of the key press, for the measured latency.
export async function seek(frame, since = performance.now()) {
  if (!state.video) return;
  const target = clamp(Math.round(frame), 1, state.video.frames);
  const direction = target < state.frame ? -1 : 1;
  const leapt = Math.abs(target - state.frame) > LEAP;
  state.frame = target;
  changed("frame");
  const source = frames;
  if (leapt && !source.has(target)) source.only(target);
  try {
    const picture = await source.get(target);
    if (source === frames && state.frame === target) show(target, picture, since);
  } catch (error) {
    if (error.name !== "AbortError") byId("stage-note").textContent = error.message;
  }
  if (source === frames && state.frame === target && !state.playing) {
    source.around(target, direction, 1, leapt);
  }
}

function show(frame, picture, since) {
  requestAnimationFrame(() => {
    if (state.frame !== frame) return;
    draw(frame, picture);
    // The next task after this animation frame runs when the picture has been handed over.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      performance.measure("auva-seek", { start: since, end: performance.now(), detail: frame });
    };
    port2.postMessage(null);
  });
}

export function step(count, since) {
  pause();
  return seek(state.frame + count, since);
}

export function toggle() {
  if (state.playing) pause();
  else play();
}

export function play() {
  if (!state.video || state.playing) return;
  if (state.frame >= state.video.frames) state.frame = 1;
  state.playing = true;
  clock = { frame: state.frame, time: performance.now() };
  changed("playing", "frame");
  requestAnimationFrame(tick);
}

export function pause() {
  if (!state.playing) return;
  state.playing = false;
  changed("playing");
}

export function setSpeed(speed) {
  state.speed = speed;
  clock = { frame: state.frame, time: performance.now() };
  changed("playing");
}

// Show the frame that is due; when it has not come yet, time waits for it.
function tick() {
  if (!state.playing) return;
  const now = performance.now();
  const due = clock.frame + Math.floor(((now - clock.time) / 1000) * 30 * state.speed);
  const target = Math.min(due, state.video.frames);
  const picture = frames.has(target);
  if (!picture) {
    clock = { frame: state.frame, time: now };
    const next = Math.min(state.frame + 1, state.video.frames);
    if (!frames.has(next)) frames.get(next).catch(() => {});
    frames.around(state.frame, 1);
  } else if (target !== state.frame || target === clock.frame) {
    if (target !== state.frame) {
      state.frame = target;
      changed("frame");
    }
    draw(target, picture);
    onFrame(target);
    if (target % 5 === 0) frames.around(target, 1);
  }
  if (state.frame >= state.video.frames) pause();
  else requestAnimationFrame(tick);
}
