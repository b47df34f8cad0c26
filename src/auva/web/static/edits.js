// Edits are sent to the server one after another; the page shows what the server has saved.

import { post, randomId, windowId } from "./api.js";
import { banner, showStatus } from "./bar.js";
import { unsent } from "./place.js";
import { ABSENT, NOT_JUDGED, PRESENT, saidAt, spanAt, stateOf, stretchAt, VALUES, WORDS } from "./states.js";
import { announce, changed, chosenName, refuse, state } from "./store.js";

const MOST = 200; // maximum number of edits in one message
let queue = Promise.resolve();
let waiting = 0;
let acting = Promise.resolve();
let held = 0;
let onOutside = () => {};

export const whenOutside = (listener) => { onOutside = listener; };

// Apply the annotation, or the part that an edit has changed, as the server returns it.
export function takeOver(content) {
  Object.assign(state.tracks, content.tracks);
  Object.assign(state.va, content.va);
  Object.assign(state, { undo: content.undo, redo: content.redo });
  if (content.unlisted) banner(content.unlisted, "bad");
  state.video.version = content.version;
  state.video.finished = content.finished;
  const { picked } = state;
  const there = picked && stretchAt(picked.name, picked.first);
  state.picked = there?.[2] === picked?.state ? picked && { ...picked, first: there[0], last: there[1] } : null;
  changed("tracks", "va", "history", "chosen");
}

const readOnly = () => {
  showStatus("Read-only: nothing was changed", "bad");
  return false;
};

const blocked = (kind) => state.video.files.find((file) => file.kind === kind)?.blocked ?? "";

// Send a request after all earlier ones; resolve to whether it was saved.
function save(action, content, said) {
  if (!state.writer) return Promise.resolve(readOnly());
  if (blocked(content.kind)) {
    showStatus(`Not saved: ${blocked(content.kind)}`, "bad");
    return Promise.resolve(false);
  }
  const { id: video, stamp } = state.video;
  const aided = state.aided ? { aided: true } : {};
  const message = action === "edits" ? { stamp, ...aided, ...content } : content;
  showStatus("Saving…", "busy");
  return inTurn(async () => {
    try {
      const answer = await post(`${state.base}/${video}/${action}`, { window: windowId, ...message });
      takeOver(answer);
      if (waiting === 1) showStatus("Saved", "good");
      if (said) announce(`${said}, saved`);
      return true;
    } catch (error) {
      if (error.code === "gone" && action === "edits") unsent.add({ video, content: message, said });
      showStatus(`Not saved: ${error.message}`, "bad");
      if (error.code === "outside") onOutside();
      return false;
    }
  });
}

// Run a function that saves something after all earlier saves; no other video is opened before.
export function inTurn(work) {
  waiting += 1;
  queue = queue.then(work).finally(() => { waiting -= 1; });
  return queue;
}

// Resolve when everything is saved, including saves that start in the meantime.
export async function settled() {
  while (waiting || held) await (held ? acting.catch(() => {}) : queue);
}

// Call `act`, which depends on the labels, after all edits before it are saved. Calls keep their
// order.
export function whenSaved(act) {
  if (!waiting && !held) return act();
  held += 1;
  acting = acting.catch(() => {}).then(async () => {
    while (waiting) await queue;
    held -= 1;
    return act();
  });
  return acting;
}

// Send edits that could not be sent while the server did not answer, if the frames are the same.
export function sendUnsent() {
  const edits = unsent.take(state.video.id);
  for (const { content, said } of edits.filter((each) => each.content.stamp === state.video.stamp)) {
    save("edits", content, said);
  }
  return edits;
}

// Set spans of Action Units, [{name, first, last, value, …}]; they are undone together.
export function mark(edits, said) {
  if (edits.length <= MOST) return save("edits", { kind: "au", edits }, said);
  const group = randomId();
  let last;
  for (let place = 0; place < edits.length; place += MOST) {
    last = save("edits", { kind: "au", edits: edits.slice(place, place + MOST), group }, said);
  }
  return last;
}

export function accept(name, first, last, model) {
  const edits = [{ name, first, last, value: 1 }];
  const content = { kind: "au", edits, source: "proposal", model };
  return save("edits", content, `proposal for ${name} accepted, frames ${first} to ${last}`);
}

// Set valence and arousal from a frame on: {valence: [...], arousal: [...]}. For a trace, `trace` has
// the requested speed and the time of each sample in ms: {speed, times: [[frame, ms], …]}.
export function setAffect(first, values, group, trace = null) {
  const edits = Object.entries(values).map(([name, list]) => ({ name, first, values: list }));
  return save("edits", { kind: "va", edits, ...(group && { group }), ...(trace && { trace }) });
}

export const undo = () => whenSaved(() => (state.undo ? save("undo", {}, "undone") : refuse("nothing to undo")));
export const redo = () => whenSaved(() => (state.redo ? save("redo", {}, "redone") : refuse("nothing to redo")));
export const reload = () => save("reload", {}, "reloaded");

// A key begins a span of a track at this frame, and ends it when pressed again: present, absent,
// "hidden" or not judged (null).
export function beginOrEnd(index, value) {
  const { name } = state.units[index];
  state.chosen = index;
  const open = state.pending[name];
  if (!open) {
    if (!state.writer) {
      readOnly();
      return;
    }
    state.pending[name] = { start: state.frame, value, more: {} };
    announce(`${name} ${WORDS[stateOf(value)]} begins at frame ${state.frame}`);
  } else {
    delete state.pending[name];
    const first = Math.min(open.start, state.frame);
    const last = Math.max(open.start, state.frame);
    const what = WORDS[stateOf(open.value)];
    const edit = { name, first, last, value: open.value, ...open.more };
    mark([edit], `${name} ${what}, frames ${first} to ${last}`).then((saved) => {
      if (saved || unsent.all().length) return;
      state.pending[name] ??= open; // it was refused; the begun span is kept
      changed("pending");
    });
  }
  changed("pending", "chosen");
}

// Mark a span of the chosen track, or the whole selected span.
export function beginOrPicked(value) {
  const { picked } = state;
  if (!picked || state.pending[picked.name]) {
    beginOrEnd(state.chosen, value);
    return;
  }
  whenSaved(() => {
    const { name } = picked;
    const [first, last] = stretchAt(name, picked.first) ?? [picked.first, picked.last];
    mark([{ name, first, last, value }], `${name} ${WORDS[stateOf(value)]}, frames ${first} to ${last}`);
  });
}

export function cancel() {
  Object.assign(state, { pending: {}, picked: null, awaits: "" });
  changed("pending", "chosen", "awaits");
}

// The state of frames whose span is erased: absent if the frame before or after the span was judged,
// otherwise not judged.
export function besides(name, first, last) {
  const beside = [];
  if (first > 1) beside.push(saidAt(name, first - 1));
  if (last < state.video.frames) beside.push(saidAt(name, last + 1));
  const masks = !state.video.files[0].lacks.includes("not judged");
  return masks && !beside.some((each) => each === ABSENT || each === PRESENT) ? NOT_JUDGED : ABSENT;
}

// Erase the selected span, or the span of the chosen track at the playhead.
export function erase() {
  const { name, frame } = place();
  const find = state.picked ? stretchAt : spanAt;
  state.picked = null;
  changed("chosen");
  whenSaved(() => eraseSpan(name, find(name, frame)));
}

function eraseSpan(name, span) {
  if (!span) {
    refuse(`${name}: no span at this frame`);
    return;
  }
  const [first, last] = span;
  const left = besides(name, first, last);
  const edit = { name, first, last, value: VALUES[left] };
  mark([edit], `${name} erased, frames ${first} to ${last} ${WORDS[left]}`);
}

// Mark all frames that are not judged as absent.
export const restAbsent = (names) => state.video && whenSaved(() => {
  const edits = names.flatMap((name) => state.tracks[name]
    .filter(([, , said]) => said === NOT_JUDGED)
    .map(([first, last]) => ({ name, first, last, value: 0 })));
  if (edits.length) mark(edits, `${names.join(", ")}: the frames that were not judged are absent`);
  else refuse(`${names.join(", ")}: every frame is judged already`);
});

// The track and a frame of the selected span, or of the chosen track at the playhead.
const place = () => ({ name: state.picked?.name ?? chosenName(), frame: state.picked?.first ?? state.frame });

// The span to which an intensity, a side or a comment belongs.
export function target({ name, frame } = place()) {
  const found = stretchAt(name, frame);
  return found && { name, stretch: found };
}

// The target of an intensity, a side or a comment: a begun span, or the place of a span.
export function subject() {
  const begun = state.pending[chosenName()];
  return begun?.value === 1 ? { begun } : place();
}

// Set the intensity, side or comment of the begun or selected span, or of the span at the playhead.
export function set(more, about = subject()) {
  if (about.begun) {
    Object.assign(about.begun.more, more);
    changed("pending");
  } else whenSaved(() => setStretch(more, target(about)));
}

function setStretch(more, found) {
  const onlyPresent = "intensity" in more || "side" in more;
  if (!found || (onlyPresent && found.stretch[2] !== PRESENT)) {
    refuse(`${chosenName()}: no span at this frame`);
    return;
  }
  const [first, last, said] = found.stretch;
  const edit = { name: found.name, first, last, value: VALUES[said], ...more };
  const words = Object.entries(more).map(([key, value]) => `${key} ${value || "none"}`).join(", ");
  mark([edit], `${found.name}, frames ${first} to ${last}: ${words}`);
}
