// The state of the page, and listeners for its changes.

export const state = {
  base: "/api/videos", // base of the addresses of a video
  units: [],          // [{name, text, key, colour, note, picture}] from the code book
  videos: [],         // [{id, identity, problem}]
  annotator: "",
  video: null,        // the server's description of the open video
  tracks: {},         // AU name -> [[first, last, state, origin, more]]: 1 present, 0 absent, -1 not
                      // judged, -2 not visible; absent stretches without a comment are left out
  va: { valence: [], arousal: [] },
  frame: 1,           // the frame on the screen, on which keys and buttons act
  picture: null,      // its picture
  asked: null,        // a requested frame that is not shown yet
  playing: false,
  speed: 1,
  pace: 1,            // measured playing speed as a share of `speed`
  loop: null,         // [first, last]: the repeated frames
  chosen: 0,          // index of the chosen track
  aided: false,       // whether a model's proposals are on the screen
  offered: null,      // {name, first, last}: the clicked proposal
  picked: null,       // {name, first, last, state}: the selected span
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

// Report changes of the named parts of the state; listeners are called once per animation frame.
export function changed(...parts) {
  if (waiting === null) {
    waiting = new Set();
    requestAnimationFrame(flush);
  }
  for (const part of parts) waiting.add(part);
}

// Change the state in the animation frame in which the listeners show it, so that nobody acts on a
// state that is not on the screen yet.
export function changeWhenShown(update, ...parts) {
  updates.push(update);
  changed(...parts);
}

// Call the listeners now; only inside an animation frame.
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

// Report an event to screen readers; the page shows it anyway.
export function announce(text) {
  clearTimeout(fading);
  byId("announce").classList.remove("seen");
  byId("announce").textContent = text;
}

// Show why a key or button has no effect, on the page and to screen readers.
export function refuse(text) {
  announce(text);
  byId("announce").classList.add("seen");
  fading = setTimeout(() => byId("announce").classList.remove("seen"), READABLE);
}

// The time at which a player of the original shows a frame, in seconds.
export const timeOf = (frame) => (frame - 1) / state.video.fps + state.video.start;
