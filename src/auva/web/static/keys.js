// The keys: one table (keys.json, with the changes of the code book) for the handler and the help
// sheet, and the names of key presses on any keyboard.
//
// A key is identified by the character that it types, with two exceptions. The digit row and the
// numeric keypad are digits by their position, because French keyboards type other characters there.
// Shift, AltGr and (on a Mac) Option are ignored for a character that is not a letter, because some
// keyboards need them to type it.

import { element } from "./dom.js";

const SHOWN = {
  ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", " ": "Space", Escape: "Esc", "-": "−",
};
const meanings = new Map();
let rows = [];
let units = [];

// Set the key table, the actions' keys of the code book, and the units with their keys.
export function setUp(table, changed, listed) {
  rows = table.map(([group, text, actions, more]) => [group, text, { ...actions }, more]);
  units = listed;
  meanings.clear();
  for (const [, , actions] of rows) {
    for (const action of Object.keys(actions)) {
      actions[action] = changed[action] ?? actions[action];
      for (const key of actions[action]) meanings.set(key, { action });
    }
  }
  listed.forEach(({ key }, unit) => {
    if (!key) return;
    meanings.set(key, { unit, value: 1 });
    if (!isSymbol(key)) meanings.set(`Shift+${key}`, { unit, value: 0 });
  });
}

const isSymbol = (key) => key.length === 1 && key.toLowerCase() === key.toUpperCase() && !/[0-9]/.test(key);

// The digit of a key by its position, 0 to 9, or null.
export function digitOf(event) {
  const [, row, pad] = /^(?:Digit([0-9])|Numpad([0-9]))$/.exec(event.code) ?? [];
  if (row) return row;
  // Without NumLock the keypad moves the cursor; on some systems also with Shift and NumLock.
  const on = event.getModifierState("NumLock") || /^[0-9]$/.test(event.key);
  return pad && on ? pad : null;
}

// The character of a key; on a keyboard with another alphabet, the Latin letter at its position.
export function letterOf(event) {
  if (event.key.length !== 1) return event.key;
  const place = /^Key([A-Z])$/.exec(event.code)?.[1].toLowerCase();
  return place && event.key > "\u024f" ? place : event.key.toLowerCase();
}

// The possible names of a key press in the table, most specific first.
function names(event) {
  if (event.isComposing) return [];
  const third = event.getModifierState("AltGraph"); // some systems report it as Ctrl and Alt too
  const control = (event.ctrlKey || event.metaKey) && !third ? "Ctrl+" : "";
  const alt = event.altKey && !third ? "Alt+" : "";
  const key = letterOf(event);
  const found = [];
  const digit = digitOf(event);
  if (digit && !third && !alt && !control) {
    const shifted = event.shiftKey || (event.code.startsWith("Numpad") && !/^[0-9]$/.test(event.key));
    found.push(`${shifted ? "Shift+" : ""}${digit}`);
  }
  if (isSymbol(key)) found.push(`${control}${alt}${key}`, ...(alt && !control ? [key] : []));
  else if (!found.length) found.push(`${control}${alt}${event.shiftKey ? "Shift+" : ""}${key}`);
  return found;
}

// Return {action} or {unit, value} for a key press, or null.
export function meaning(event) {
  const name = names(event).find((each) => meanings.has(each));
  return name === undefined ? null : meanings.get(name);
}

// A key in the notation for users.
const pretty = (name) => name.replace(/^((?:Ctrl\+|Alt\+|Shift\+)*)(.+)$/s, (_, mods, key) =>
  mods.replaceAll("+", " ") + (SHOWN[key] ?? (key.length === 1 ? key.toUpperCase() : key)));

// The first key of an action in the notation for users, or "".
export function keyOf(action) {
  const found = rows.find(([, , actions]) => action in actions)?.[2][action][0];
  return found === undefined ? "" : pretty(found);
}

export const keyOfUnit = (unit) => (unit.key ? pretty(unit.key) : "");

// Write the key of each button into its title.
export function nameKeys() {
  for (const each of document.querySelectorAll("[data-key], [data-do]")) {
    const key = keyOf(each.dataset.key ?? each.dataset.do);
    const then = each.dataset.then ?? "";
    if (key && each.title) each.title += ` (${[key, then].filter(Boolean).join(" ")})`;
    if (key && each.placeholder) each.placeholder += ` (${key})`;
  }
}

function keysOfUnits(shift) {
  const known = units.map(({ key }) => key).filter(Boolean).map((key) => pretty(`${shift}${key}`));
  return known.length < 3 ? known : [known[0], "…", known.at(-1)];
}

// Fill the help sheet of the annotation page.
export function fillHelp(dialog) {
  const table = rows.map(([group, text, actions, more = ""]) => {
    const keys = Object.values(actions).map(([first]) => first).filter(Boolean).map(pretty);
    const then = more.endsWith("units") ? keysOfUnits(more.slice(0, -5)) : more.split(" ").filter(Boolean);
    return [group, [...keys, ...then], text];
  });
  fillSheet(dialog, table.filter(([, keys]) => keys.length), MOUSE);
}

const MOUSE = [
  ["drag on a track", "draw the state chosen under “draw”"],
  ["drag an end of a span", "resize it"],
  ["click a span", "select it (Delete erases it; the row above the tracks changes it)"],
  ["click a dashed violet span", "select the model's proposal; Accept makes it a label"],
  ["drag a curve", "change it there; the brush sets how many neighbours change with it"],
  ["click the wheel", "set valence and arousal at this frame"],
  ["wheel, Ctrl wheel", "scroll, zoom the timeline"],
];

// Fill a dialog with a table of keys [group, keys, text] and of mouse actions.
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
