// States of an Action Unit in a frame, and their additional properties.

import { state } from "./store.js";

export const PRESENT = 1;
export const ABSENT = 0;
export const NOT_JUDGED = -1;
export const NOT_VISIBLE = -2;

export const WORDS = {
  [PRESENT]: "present", [ABSENT]: "absent", [NOT_JUDGED]: "not judged", [NOT_VISIBLE]: "not visible",
};
// The value of an edit by state, and back.
export const VALUES = { [PRESENT]: 1, [ABSENT]: 0, [NOT_JUDGED]: null, [NOT_VISIBLE]: "hidden" };
export const stateOf = (value) => ({ 1: PRESENT, 0: ABSENT, hidden: NOT_VISIBLE }[value] ?? NOT_JUDGED);

const LETTERS = ["", "A", "B", "C", "D", "E"];
// The FACS letter of an intensity, or the number if there is none.
export const grade = (intensity) => LETTERS[intensity] || String(Math.round(intensity * 100) / 100);

// The span of a track that covers a frame, in any state.
export function stretchAt(name, frame) {
  return (state.tracks[name] ?? []).find(([first, last]) => first <= frame && frame <= last) ?? null;
}

export function spanAt(name, frame) {
  const found = stretchAt(name, frame);
  return found?.[2] === PRESENT ? found : null;
}

export const saidAt = (name, frame) => stretchAt(name, frame)?.[2] ?? ABSENT;

// The intensity of a span at a frame, or null without one.
export function intensityAt([, , , , more], frame) {
  const given = more?.intensity ?? null;
  if (!Array.isArray(given)) return given;
  return given.find(([first, last]) => first <= frame && frame <= last)?.[2] ?? null;
}

// The additional properties of a span as text.
export function details([, , , origin, more]) {
  const words = [];
  const intensity = more?.intensity;
  if (Array.isArray(intensity)) words.push("intensity changes");
  else if (intensity !== undefined) words.push(`intensity ${grade(intensity)}`);
  if (more?.side) words.push(more.side === "both" ? "both sides" : `${more.side} side`);
  if (origin === 1) words.push("accepted from the model");
  if (more?.comment) words.push(`“${more.comment}”`);
  return words;
}
