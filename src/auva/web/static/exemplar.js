// The picture of a unit from the code book. It is shown while the pointer or the focus is on the
// unit's name, and for the chosen track while it is switched on.

import { element } from "./dom.js";
import { byId, changed, listen, refuse, state } from "./store.js";

let pinned = false;
let pointed = null; // the unit under the pointer or focus

export function build() {
  listen((parts) => {
    if (parts.has("chosen") || parts.has("exemplar")) show();
  });
}

export function toggle() {
  pinned = !pinned;
  const unit = state.units[state.chosen];
  if (pinned && !says(unit)) refuse(`the code book has neither a picture nor a note for ${unit.name}`);
  changed("exemplar");
}

// Show the unit of a track's name while the pointer is on it.
export function follow(button, unit) {
  const point = (to) => () => { pointed = to; changed("exemplar"); };
  button.addEventListener("pointerenter", point(unit));
  button.addEventListener("focus", point(unit));
  button.addEventListener("pointerleave", point(null));
  button.addEventListener("blur", point(null));
}

const says = (unit) => Boolean(unit.picture || unit.note);

function show() {
  const unit = pointed ?? (pinned ? state.units[state.chosen] : null);
  const card = byId("exemplar");
  card.hidden = !unit || !says(unit);
  if (card.hidden || card.dataset.unit === unit.name) return;
  card.dataset.unit = unit.name;
  card.replaceChildren();
  if (unit.picture) {
    const picture = element("img", "", "", card);
    picture.alt = `${unit.name}, ${unit.text}: picture of the code book`;
    picture.src = `/api/units/${unit.name}.jpg`;
  }
  const text = element("figcaption", "", "", card);
  element("b", "", unit.name, text);
  text.append(` ${unit.text}`);
  if (unit.note) element("p", "", unit.note, text);
}
