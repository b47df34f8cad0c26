// What the page knows, and who wants to hear when it changes.

export const state = {
  base: "/api/videos", // where the server answers about a video
  units: [],          // [{name, text, key, colour, note, picture}], as the code book has them
  videos: [],         // [{id, identity, problem}]
  annotator: "",
  video: null,        // what the server says about the open video
  tracks: {},         // AU name -> [[first, last, state, origin, more]]: 1 present, 0 absent, -1 not
                      // judged, -2 not visible; absent stretches without a comment are left out
  va: { valence: [], arousal: [] },
  frame: 1,           // the frame that is drawn: what keys and buttons act on
  picture: null,      // its picture
  asked: null,        // a frame that is asked for and not drawn yet
  playing: false,
  speed: 1,
  pace: 1,            // how fast playing is, as a share of `speed`
  loop: null,         // [first, last]: the frames that playing repeats
  chosen: 0,          // index of the chosen track
  aided: false,       // whether a model's proposals are on the screen
  offered: null,      // {name, first, last}: the proposal that was clicked
  picked: null,       // {name, first, last, state}: the span that was clicked
  paint: 1,           // what dragging on a track draws: 1, 0, "hidden" or null
  awaits: "",         // what the next key sets: "intensity", "side" or nothing
  pending: {},        // AU name -> {start, value, more}: begun by a key, not ended yet
  view: { first: 1, span: 100 },
  writer: false,
  undo: 0,
  redo: 0,
  box: true,
  tracing: false,
  curve: "both",      // which curve the mouse edits: valence, arousal or both
  brush: 15,
};

const READABLE = 5000; // milliseconds
const listeners = new Set();
let fading = null;
let waiting = null;
let updates = [];

export function listen(listener) {
  listeners.add(listener);
}

// Note that the named parts of the state have changed; listeners hear once per animation frame.
export function changed(...parts) {
  if (waiting === null) {
    waiting = new Set();
    requestAnimationFrame(flush);
  }
  for (const part of parts) waiting.add(part);
}

// Make a change of the state in the animation frame in which the listeners show it, so that nobody
// acts on what is not on the screen yet.
export function changeWhenShown(update, ...parts) {
  updates.push(update);
  changed(...parts);
}

// Tell the listeners now; within an animation frame only.
export function flush() {
  for (const update of updates.splice(0)) update();
  if (waiting === null) return;
  const told = waiting;
  waiting = null;
  for (const listener of listeners) listener(told);
}

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
export const byId = (id) => document.getElementById(id);
export const chosenName = () => state.units[state.chosen].name;

// Tell a screen reader what has happened; it can be seen on the page anyway.
export function announce(text) {
  clearTimeout(fading);
  byId("announce").classList.remove("seen");
  byId("announce").textContent = text;
}

// Say why a key or button does nothing, for everybody.
export function refuse(text) {
  announce(text);
  byId("announce").classList.add("seen");
  fading = setTimeout(() => byId("announce").classList.remove("seen"), READABLE);
}

// When a player of the original shows a frame, in seconds.
export const timeOf = (frame) => (frame - 1) / state.video.fps + state.video.start;
