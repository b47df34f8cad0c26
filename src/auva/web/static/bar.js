// The bar at the top of every page: the shown video, the status, and the banner below.

import { byId } from "./store.js";

export function showStatus(text, kind) {
  byId("status").textContent = text;
  byId("status").className = `chip ${kind}`;
}

// Show a message that stays until it is replaced, optionally with a button.
export function banner(text, kind = "", button = null) {
  const box = byId("banner");
  box.hidden = !text;
  box.className = kind;
  box.querySelector("span").textContent = text;
  const made = box.querySelector("button");
  made.hidden = !button;
  made.textContent = button?.text ?? "";
  made.onclick = button?.act ?? null;
}

// List the videos; `open(id)` is called for the chosen one. Returns a function that moves by a number
// of videos.
export function listVideos(videos, note, open) {
  const list = byId("video");
  for (const video of videos) {
    const problem = video.problem ? ` – ${note}` : "";
    list.append(new Option(`${video.id} (${video.identity})${problem}`, video.id));
  }
  const turn = (direction) => {
    const next = videos[videos.findIndex((video) => video.id === list.value) + direction];
    if (next) open(next.id);
  };
  list.onchange = () => { open(list.value); list.blur(); };
  byId("previous-video").onclick = () => turn(-1);
  byId("next-video").onclick = () => turn(1);
  return turn;
}

// The parts of the address: a known video (otherwise the first), a frame, an Action Unit.
export function asked(videos) {
  const [id, frame, unit] = decodeURIComponent(location.hash.slice(1)).split("/");
  const known = videos.find((video) => video.id === id) ?? videos[0];
  return { id: known.id, frame: Number(frame) || null, unit: unit ?? null };
}
