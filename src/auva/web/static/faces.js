// The faces of a video: the kept face of each frame, the shown faces in their order, and the selection.
// An item is a group of neighbouring frames with the same state, or a single frame.

import { byId } from "./store.js";

export const view = {
  video: null,       // the server's description of the video, with lists per frame: kept, reason, …
  items: [],         // [{first, last, shown, uncertain, rank, accepted}] in the order of the page
  chosen: new Set(), // frames
  anchor: null,      // the frame at which a range selection begins
  cursor: null,      // the frame whose picture is shown
};
let place = 0; // index of the cursor's item, kept after the item has disappeared
let onShow = () => {};
let onChoice = () => {};

// Call `show` when the shown items change, `choice` when the selection changes.
export function whenChanged({ show: first, choice }) {
  onShow = first;
  onChoice = choice;
}

const LISTS = ["kept", "reason", "uncertain", "rank", "accepted"];
const WHICH = {
  uncertain: (video, at) => video.kept[at] !== null && video.uncertain[at] !== "",
  open: (video, at) => WHICH.uncertain(video, at) && !video.accepted[at],
  face: (video, at) => video.kept[at] !== null,
  none: (video, at) => video.kept[at] === null,
};

export function open(video) {
  for (const list of LISTS) video[list] = new Array(video.frames).fill(null);
  Object.assign(view, { video, chosen: new Set(), anchor: null, cursor: null });
  place = 0;
  take(video);
}

// Apply changes from the server: groups of frames, and the corrections.
export function take({ faces, version, overrides, undo, redo }) {
  const { video } = view;
  for (const [first, last, ...values] of faces) {
    LISTS.forEach((list, index) => video[list].fill(values[index], first - 1, last));
  }
  Object.assign(video, { version, overrides, undo, redo });
  arrange();
}

// Rebuild the items after a change of the faces or of the filter.
export function arrange() {
  const { video } = view;
  const isShown = WHICH[byId("filter").value];
  const each = byId("as").value === "frames";
  view.items = [];
  let open = null;
  for (let at = 0; at < video.frames; at += 1) {
    if (!isShown(video, at)) open = null;
    else if (open && !each && isAlike(open.last - 1, at)) extend(open, at);
    else view.items.push(open = begin(at));
  }
  for (const item of view.items) if (!item.rank) item.shown = (item.first + item.last) >> 1;
  if (byId("order").value === "uncertain") view.items.sort((a, b) => b.rank - a.rank || a.first - b.first);
  onShow();
  onChoice();
}

function isAlike(one, other) {
  const { kept, reason, uncertain } = view.video;
  return (kept[one] === null) === (kept[other] === null)
    && reason[one] === reason[other] && uncertain[one] === uncertain[other];
}

const begin = (at) => ({
  first: at + 1, last: at + 1, shown: at + 1, rank: view.video.rank[at], accepted: Number(view.video.accepted[at]),
});

// A group is represented by its most uncertain frame.
function extend(item, at) {
  item.last = at + 1;
  item.accepted += Number(view.video.accepted[at]);
  if (view.video.rank[at] <= item.rank) return;
  item.rank = view.video.rank[at];
  item.shown = at + 1;
}

export const counts = () => {
  const { video } = view;
  const count = (filter) => video.kept.reduce((sum, _, at) => sum + Number(WHICH[filter](video, at)), 0);
  return { kept: count("face"), uncertain: count("uncertain"), open: count("open") };
};

const framesOf = ({ first, last }) => Array.from({ length: last - first + 1 }, (_, step) => first + step);
const indexOf = (frame) => view.items.findIndex(({ first, last }) => first <= frame && frame <= last);
export const isChosen = (item) => framesOf(item).every((frame) => view.chosen.has(frame));

// Select an item; `how` is "one", "more" (all from the anchor to it) or "turn" (toggle it).
export function point(index, how) {
  const item = view.items[index];
  if (!item) return;
  place = index;
  view.cursor = item.shown;
  if (how === "more" && view.anchor !== null) between(indexOf(view.anchor), index);
  else {
    view.anchor = item.shown;
    if (how !== "turn") view.chosen = new Set(framesOf(item));
    else if (isChosen(item)) for (const frame of framesOf(item)) view.chosen.delete(frame);
    else for (const frame of framesOf(item)) view.chosen.add(frame);
  }
  onChoice();
}

function between(from, to) {
  const [a, b] = [from, to].sort((x, y) => x - y);
  view.chosen = new Set(view.items.slice(Math.max(0, a), b + 1).flatMap(framesOf));
}

// The index of the cursor's item; if it is not shown any more, of the item that replaced it.
export function cursorPlace() {
  const found = view.cursor === null ? -1 : indexOf(view.cursor);
  return { place: found < 0 ? Math.min(place, view.items.length) : found, gone: found < 0 };
}

export function move(step, more) {
  const { place: here, gone } = cursorPlace();
  const next = here + (gone && step > 0 ? step - 1 : step);
  point(Math.min(Math.max(next, 0), view.items.length - 1), more ? "more" : "one");
}

export function chooseAll() {
  view.chosen = new Set(view.items.flatMap(framesOf));
  onChoice();
}

// Switch between single frames and groups; the selection is kept.
export function turnAs() {
  byId("as").value = byId("as").value === "frames" ? "stretches" : "frames";
  arrange();
}

// The selected frames as runs [first, last].
export function runs(frames = view.chosen) {
  const made = [];
  for (const frame of [...frames].sort((a, b) => a - b)) {
    if (made.length && made.at(-1)[1] === frame - 1) made.at(-1)[1] = frame;
    else made.push([frame, frame]);
  }
  return made;
}
