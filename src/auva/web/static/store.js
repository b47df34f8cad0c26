// What the page knows, and who wants to hear when it changes.

export const state = {
  units: [],          // [{name, text}]
  videos: [],         // [{id, identity, problem}]
  annotator: "",
  video: null,        // what the server says about the open video
  tracks: {},         // AU name -> [[first, last, presence, origin]]
  va: { valence: [], arousal: [] },
  proposals: {},      // AU name -> [[first, last]]
  model: null,
  frame: 1,           // where the playhead is
  playing: false,
  speed: 1,
  chosen: 0,          // index of the chosen track
  picked: null,       // {name, first, last}: the span that was clicked
  pending: {},        // AU name -> {start, value}: begun by a key, not ended yet
  view: { first: 1, span: 100 },
  writer: false,
  undo: 0,
  redo: 0,
  box: true,
  tracing: false,
  curve: "both",      // which curve the mouse edits: valence, arousal or both
  brush: 15,
};

const listeners = new Set();
let waiting = null;

export function listen(listener) {
  listeners.add(listener);
}

// Note that the named parts of the state have changed; listeners hear once per animation frame.
export function changed(...parts) {
  if (waiting === null) {
    waiting = new Set();
    requestAnimationFrame(() => {
      const told = waiting;
      waiting = null;
      for (const listener of listeners) listener(told);
    });
  }
  for (const part of parts) waiting.add(part);
}

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
export const byId = (id) => document.getElementById(id);
export const chosenName = () => state.units[state.chosen].name;
export const announce = (text) => { byId("announce").textContent = text; };

export function spanAt(name, frame) {
  return (state.tracks[name] ?? []).find(([first, last, presence]) =>
    presence === 1 && first <= frame && frame <= last) ?? null;
}
