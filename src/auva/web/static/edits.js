// Edits: sent to the server one after another; the page shows what the server has saved.

import { post, windowId } from "./api.js";
import { showStatus } from "./bar.js";
import { announce, changed, chosenName, spanAt, state } from "./store.js";

let queue = Promise.resolve();
let waiting = 0;
let onOutside = () => {};

export const whenOutside = (listener) => { onOutside = listener; };

// Take over what the server says the annotation is.
export function takeOver(content) {
  Object.assign(state, {
    tracks: content.tracks, va: content.va, undo: content.undo, redo: content.redo,
  });
  state.video.version = content.version;
  state.video.finished = content.finished;
  changed("tracks", "va", "history");
}

// Send one request after those before it; resolve with whether it was saved.
function save(action, content, said) {
  if (!state.writer) {
    showStatus("Read-only: nothing was changed", "bad");
    return Promise.resolve(false);
  }
  const video = state.video.id;
  waiting += 1;
  showStatus("Saving…", "busy");
  queue = queue.then(async () => {
    try {
      const answer = await post(`/api/videos/${video}/${action}`, { window: windowId, ...content });
      waiting -= 1;
      if (state.video?.id === video) takeOver(answer);
      if (waiting === 0) showStatus("Saved", "good");
      if (said) announce(`${said}, saved`);
      return true;
    } catch (error) {
      waiting -= 1;
      showStatus(`Not saved: ${error.message}`, "bad");
      if (error.code === "outside") onOutside();
      return false;
    }
  });
  return queue;
}

export const settled = () => queue;

// Set stretches of Action Units: [{name, first, last, value}], undone together.
export function mark(edits, said) {
  return save("edits", { kind: "au", edits }, said);
}

export function accept(name, first, last) {
  const edits = [{ name, first, last, value: 1 }];
  const content = { kind: "au", edits, source: "proposal", model: state.model };
  return save("edits", content, `proposal for ${name} accepted, frames ${first} to ${last}`);
}

// Set valence and arousal from a frame on: {valence: [...], arousal: [...]}.
export function setAffect(first, values, group) {
  const edits = Object.entries(values).map(([name, list]) => ({ name, first, values: list }));
  return save("edits", { kind: "va", edits, ...(group ? { group } : {}) });
}

export const undo = () => (state.undo ? save("undo", {}, "undone") : announce("nothing to undo"));
export const redo = () => (state.redo ? save("redo", {}, "done again") : announce("nothing to redo"));
export const reload = () => save("reload", {}, "reloaded");

// A key begins a stretch of an Action Unit (or of its absence) here, and ends it when pressed again.
export function beginOrEnd(index, value) {
  const { name } = state.units[index];
  state.chosen = index;
  const open = state.pending[name];
  if (!open) {
    if (!state.writer) {
      showStatus("Read-only: nothing was changed", "bad");
      return;
    }
    state.pending[name] = { start: state.frame, value };
    announce(`${name} ${value ? "begins" : "erasing begins"} at frame ${state.frame}`);
  } else {
    delete state.pending[name];
    const first = Math.min(open.start, state.frame);
    const last = Math.max(open.start, state.frame);
    const what = open.value ? "set" : "erased";
    mark([{ name, first, last, value: open.value }], `${name} ${what}, frames ${first} to ${last}`);
  }
  changed("pending", "chosen");
}

export function cancel() {
  state.pending = {};
  state.picked = null;
  changed("pending", "chosen");
}

// Erase the picked span, or the one of the chosen track at the playhead.
export function erase() {
  const name = state.picked?.name ?? chosenName();
  const frame = state.picked?.first ?? state.frame;
  const span = spanAt(name, frame);
  state.picked = null;
  changed("chosen");
  if (!span) {
    announce(`${name}: no span here`);
    return;
  }
  const [first, last] = span;
  mark([{ name, first, last, value: 0 }], `${name} erased, frames ${first} to ${last}`);
}

// Say that the chosen unit cannot be judged on its span here (formats that can hold it).
export function unlabel() {
  const name = chosenName();
  if (!state.video.files[0].masks) {
    showStatus(`The format ${state.video.files[0].format} cannot say "not labelled"`, "bad");
    return;
  }
  const [first, last] = spanAt(name, state.frame) ?? [state.frame, state.frame];
  mark([{ name, first, last, value: null }], `${name} not labelled, frames ${first} to ${last}`);
}

export function acceptHere() {
  const name = chosenName();
  const span = (state.proposals[name] ?? []).find(([a, b]) => a <= state.frame && state.frame <= b);
  if (span) accept(name, ...span);
  else announce(`${name}: no proposal here`);
}
