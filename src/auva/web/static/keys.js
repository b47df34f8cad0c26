// The keys: one table that both the handler and the help sheet read.

import { element } from "./dom.js";

// [group, [keys as shown], what it does, action, keys as the browser names them]
export const KEYS = [
  ["Move", ["←", "→"], "1 frame back, forward", { ArrowLeft: "back", ArrowRight: "forward" }],
  ["Move", ["Shift ←", "Shift →"], "10 frames back, forward",
    { "Shift+ArrowLeft": "back10", "Shift+ArrowRight": "forward10" }],
  ["Move", ["Home", "End"], "first, last frame", { Home: "start", End: "end" }],
  ["Move", [",", "."], "previous, next change of the chosen track",
    { ",": "previousChange", ".": "nextChange" }],
  ["Move", ["<", ">"], "previous, next change of any track",
    { "Shift+<": "previousAny", "Shift+>": "nextAny", "<": "previousAny", ">": "nextAny" }],
  ["Move", ["G"], "go to a frame by its number", { g: "goto" }],
  ["Move", ["P", "N"], "previous, next video", { p: "previousVideo", n: "nextVideo" }],
  ["Play", ["Space"], "play, pause", { " ": "play" }],
  ["Play", ["[", "]"], "slower, faster (0.25 to 2 times)", { "[": "slower", "]": "faster" }],
  ["Action Units", ["1", "…", "9"], "begin a span of that unit here; again: end it here", null],
  ["Action Units", ["Shift 1", "…", "9"], "begin and end a stretch that is looked at, absent", null],
  ["Action Units", ["↑", "↓"], "choose a track", { ArrowUp: "up", ArrowDown: "down" }],
  ["Action Units", ["Enter"], "begin or end a span on the chosen track", { Enter: "span" }],
  ["Action Units", ["V"], "begin and end a stretch that is not visible (a picked one: all of it)",
    { v: "hide" }],
  ["Action Units", ["X"], "begin and end a stretch that is not judged (a picked one: all of it)",
    { x: "unlabel" }],
  ["Action Units", ["O", "Shift O"], "what is left of the track, of all tracks: looked at, absent",
    { o: "rest", "Shift+o": "restOfAll" }],
  ["Action Units", ["Delete"], "erase the span here (or the one clicked)",
    { Delete: "erase", Backspace: "erase" }],
  ["Action Units", ["Esc"], "discard unfinished spans", { Escape: "cancel" }],
  ["Span", ["I", "A", "…", "E"], "its intensity, or 0 to 5; Backspace: none", { i: "intensity" }],
  ["Span", ["S", "L", "R", "B"], "its side: left, right, both; Backspace: none", { s: "side" }],
  ["Span", ["C"], "its comment", { c: "comment" }],
  ["Action Units", ["A"], "accept the model's proposal that is picked, or the one here", { a: "accept" }],
  ["Deciding", ["D", "Shift D"], "next, previous difference that is not decided",
    { d: "nextDifference", "Shift+d": "previousDifference" }],
  ["Deciding", ["Q", "W", "E"], "take what the first, second, third annotator says here",
    { q: "takeFirst", w: "takeSecond", e: "takeThird" }],
  ["Valence and arousal", ["T"], "trace on, off: while playing, the wheel is recorded", { t: "trace" }],
  ["Valence and arousal", ["Alt ←", "Alt →"], "valence down, up at this frame",
    { "Alt+ArrowLeft": "valenceDown", "Alt+ArrowRight": "valenceUp" }],
  ["Valence and arousal", ["Alt ↑", "Alt ↓"], "arousal up, down at this frame",
    { "Alt+ArrowUp": "arousalUp", "Alt+ArrowDown": "arousalDown" }],
  ["Steps", ["Ctrl Z"], "undo, without limit", { "Ctrl+z": "undo" }],
  ["Steps", ["Ctrl Shift Z"], "redo", { "Ctrl+Shift+z": "redo", "Ctrl+y": "redo" }],
  ["View", ["+", "−"], "zoom the timeline in, out", {
    "+": "zoomIn", "=": "zoomIn", "Shift++": "zoomIn", "-": "zoomOut", "Shift+_": "zoomOut" }],
  ["View", ["0"], "the whole video", { 0: "fit" }],
  ["View", ["B"], "box of the detected face on, off", { b: "box" }],
  ["View", ["?"], "this sheet", { "?": "help", "Shift+?": "help" }],
];

const MOUSE = [
  ["drag on a track", "draw what is chosen under “draw”"],
  ["drag an end of a span", "resize it"],
  ["click a span", "pick it (Delete erases it, the row above says more of it)"],
  ["click a dashed violet strip", "pick the model's proposal; Accept or A takes it over"],
  ["drag a curve", "bend it there; the brush says how far the neighbours follow"],
  ["click the wheel", "set valence and arousal at this frame"],
  ["wheel, Ctrl wheel", "scroll, zoom the timeline"],
];

const meanings = {};
for (const [, , , keys] of KEYS) Object.assign(meanings, keys ?? {});

// The name of a key press in the table: modifiers, then the key.
function pressed(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const control = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
  return `${control}${event.altKey ? "Alt+" : ""}${event.shiftKey ? "Shift+" : ""}${key}`;
}

// Return {action} or {unit, value} for a key press, or null.
export function meaning(event) {
  const digit = /^Digit([1-9])$/.exec(event.code);
  if (digit && !event.ctrlKey && !event.altKey && !event.metaKey) {
    return { unit: Number(digit[1]) - 1, value: event.shiftKey ? 0 : 1 };
  }
  const action = meanings[pressed(event)];
  return action ? { action } : null;
}

export const fillHelp = (dialog) => fillSheet(dialog, KEYS, MOUSE);

// Fill a dialog with a table of keys [group, keys, text] and what the mouse does.
export function fillSheet(dialog, table, mouse) {
  const groups = new Map();
  for (const [group, keys, text] of table) {
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push([keys, text]);
  }
  const title = element("h2", "", "Keys");
  title.id = "help-title";
  const columns = element("div", "keys");
  for (const [group, rows] of groups) columns.append(section(group, rows));
  const rows = mouse.map(([what, text]) => [[what], text]);
  if (rows.length) columns.append(section("Mouse and touch", rows, false));
  const close = element("button", "", "Close (Esc)");
  close.onclick = () => dialog.close();
  dialog.replaceChildren(title, columns, close);
}

function section(title, rows, keyed = true) {
  const box = element("section");
  element("h3", "", title, box);
  const list = element("dl", "", "", box);
  for (const [keys, text] of rows) {
    const term = element("dt", "", "", list);
    for (const key of keys) term.append(element(keyed && key !== "…" ? "kbd" : "span", "", key), " ");
    element("dd", "", text, list);
  }
  return box;
}
