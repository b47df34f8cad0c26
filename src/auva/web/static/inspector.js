// The row above the tracks: the state that dragging draws, and the properties of the selected span.

import { restAbsent, set, subject, target } from "./edits.js";
import { digitOf, letterOf } from "./keys.js";
import { ABSENT, grade, intensityAt, PRESENT, WORDS } from "./states.js";
import { byId, changed, chosenName, listen, state } from "./store.js";

const PAINTS = { present: 1, absent: 0, hidden: "hidden", open: null };
const INTENSITIES = { "": null, A: 1, B: 2, C: 3, D: 4, E: 5 };

export function build() {
  for (const button of document.querySelectorAll("#paint button")) {
    button.onclick = () => { state.paint = PAINTS[button.value]; changed("paint"); };
  }
  for (const button of document.querySelectorAll("#intensity button")) {
    button.onclick = () => set({ intensity: INTENSITIES[button.value] });
  }
  for (const button of document.querySelectorAll("#side button")) {
    button.onclick = () => set({ side: button.value });
  }
  byId("rest").onclick = () => restAbsent([chosenName()]);
  const comment = byId("comment");
  let about = null; // a click elsewhere, which ends the writing, has chosen something else already
  comment.onfocus = () => { about = subject(); };
  comment.addEventListener("keydown", (event) => {
    if (event.key === "Enter") comment.blur();
    else if (event.key === "Escape") { comment.value = comment.dataset.known; comment.blur(); }
  });
  comment.onblur = () => { if (comment.value !== comment.dataset.known) set({ comment: comment.value.trim() }, about); };
  listen((parts) => {
    const touched = ["chosen", "tracks", "frame", "video", "paint", "pending", "awaits", "history"];
    if (state.video && touched.some((part) => parts.has(part))) show();
  });
}

// Handle the key after `I` or `S`; return whether it was a valid one.
export function takeKey(event) {
  const { awaits } = state;
  state.awaits = "";
  changed("awaits");
  const key = letterOf(event).toUpperCase();
  const digit = digitOf(event) ?? "";
  if (awaits === "intensity") {
    if (/^[0-5]$/.test(digit)) set({ intensity: Number(digit) });
    else if (key in INTENSITIES) set({ intensity: INTENSITIES[key] });
    else if (["BACKSPACE", "DELETE", "-"].includes(key)) set({ intensity: null });
    else return key === "ESCAPE";
    return true;
  }
  const side = { L: "left", R: "right", B: "both", BACKSPACE: "", DELETE: "", "-": "" }[key];
  if (side === undefined) return key === "ESCAPE";
  set({ side });
  return true;
}

function show() {
  for (const button of document.querySelectorAll("#paint button")) {
    button.setAttribute("aria-pressed", String(PAINTS[button.value] === state.paint));
    const lacking = { hidden: "not visible", open: "not judged" }[button.value];
    button.disabled = !state.writer || state.video.files[0].lacks.includes(lacking);
  }
  const begun = state.pending[chosenName()];
  const found = begun?.value === 1 ? begunStretch(begun) : target();
  const said = found?.stretch[2] ?? ABSENT;
  const more = found?.stretch[4] ?? {};
  const open = state.writer && said === PRESENT;
  const intensity = found && said === PRESENT ? intensityAt(found.stretch, found.at ?? found.stretch[0]) : null;
  const changes = Array.isArray(more.intensity);
  byId("what").textContent = title(found, said);
  for (const button of document.querySelectorAll("#intensity button")) {
    const same = !changes && INTENSITIES[button.value] === intensity;
    button.setAttribute("aria-pressed", String(open && same));
    button.disabled = !open;
  }
  byId("odd").textContent = !open || Number.isInteger(intensity ?? 0) && !changes ? ""
    : changes ? "changes" : grade(intensity);
  for (const button of document.querySelectorAll("#side button")) {
    button.setAttribute("aria-pressed", String(open && button.value === (more.side ?? "")));
    button.disabled = !open;
  }
  byId("rest").disabled = !state.writer;
  showComment(found, more.comment ?? "");
  byId("awaits").textContent = { intensity: "intensity: A to E or 0 to 5", side: "side: L, R or B" }[state.awaits] ?? "";
}

const begunStretch = ({ start, more }) => ({
  name: chosenName(), stretch: [start, state.frame, PRESENT, 0, more], begun: true,
});

function title(found, said) {
  const name = found?.name ?? chosenName();
  if (!found) return `${name} absent`;
  const [first, last] = found.stretch;
  return found.begun ? `${name} begins at ${first}` : `${name} ${WORDS[said]}, ${first} to ${last}`;
}

function showComment(found, text) {
  const comment = byId("comment");
  comment.disabled = !state.writer || !found;
  if (document.activeElement === comment) return;
  comment.value = text;
  comment.dataset.known = text;
}
