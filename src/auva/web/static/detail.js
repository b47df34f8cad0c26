// The selected face in its frame with all candidates, and the corrections of the video.

import { get } from "./api.js";
import { addRow, element } from "./dom.js";
import * as faces from "./faces.js";
import { byId } from "./store.js";

const { view } = faces;
const pictures = new Map();
const boxes = new Map(); // address -> the boxes of each frame of a video; corrections do not change them
const MOST = 200; // maximum number of listed corrections
let listed = null;
let correct = () => {};

// `act(action, runs, point)` saves a correction.
export function build(act) {
  correct = act;
  byId("frame").onclick = onPicture;
  byId("range").onsubmit = (event) => {
    event.preventDefault();
    correct("drop", [[Number(byId("first").value), Number(byId("last").value)]]);
  };
}

export function showOverrides({ overrides: rows, path }) {
  const box = byId("overrides");
  const shown = JSON.stringify(rows);
  if (shown === listed) return;
  listed = shown;
  if (!rows.length) {
    box.textContent = `None. Corrections are written to ${path}.`;
    return;
  }
  const table = element("table");
  for (const { first, last, action, x, y } of rows.slice(0, MOST)) {
    const button = element("button", "", "Remove");
    button.setAttribute("aria-label", `Remove ${action} of frames ${first} to ${last}`);
    button.onclick = () => correct("restore", [[first, last]]);
    addRow(table, [`${first}–${last}`, action, x === undefined ? "" : `near ${x}, ${y}`, button]);
  }
  box.replaceChildren(table);
  if (rows.length > MOST) element("p", "dim", `and ${rows.length - MOST} more, in ${path}`, box);
}

const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

// Cache the result of a request, only for the last address.
async function once(kept, address, ask) {
  if (!kept.has(address)) {
    kept.clear();
    const coming = ask();
    kept.set(address, coming);
    coming.catch(() => kept.get(address) === coming && kept.delete(address)); // the next call requests it again
  }
  return kept.get(address);
}

async function decoded(address) {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  return picture;
}

function candidates({ id, stamp }) {
  const address = `/api/review/${id}/candidates?v=${stamp}`;
  return once(boxes, address, async () => (await get(address)).candidates);
}

// The picture of the frame under the cursor, with all candidates.
export async function showChoice() {
  const { video, cursor, chosen } = view;
  const runs = faces.runs();
  byId("first").value = runs[0]?.[0] ?? "";
  byId("last").value = runs[0]?.[1] ?? "";
  if (!cursor) {
    byId("what").textContent = "Select a face to see its frame.";
    return;
  }
  byId("annotate-link").href = `/#${video.id}/${cursor}`;
  const isNow = () => view.video === video && view.cursor === cursor;
  const place = cursor - 1;
  const causes = video.uncertain[place];
  const uncertain = causes ? ` · uncertain: ${causes.replaceAll("+", ", ")}` : "";
  const more = chosen.size > 1 ? ` · ${chosen.size} frames selected` : "";
  const text = `frame ${cursor} · ${video.reason[place]}`;
  byId("what").textContent = `${text}${uncertain}${more}`;
  try {
    const path = `/api/review/${video.id}/frames/${cursor}.jpg?v=${video.stamp}`;
    const [picture, found] = await Promise.all([once(pictures, path, () => decoded(path)), candidates(video)]);
    if (!isNow()) return;
    draw(picture, found[place]);
    const all = `${text} · ${count(found[place].length, "candidate")}${uncertain}${more}`;
    byId("what").textContent = all;
    byId("frame").setAttribute("aria-label", all);
  } catch {
    if (isNow()) byId("what").textContent = `${text} · the frame cannot be shown`;
  }
}

function draw(picture, found) {
  const canvas = byId("frame");
  const { video, cursor } = view;
  Object.assign(canvas, { width: video.width, height: video.height });
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const scale = video.width / canvas.clientWidth;
  const thick = 1.5 * scale;
  found.forEach(([score, left, top, right, bottom], index) => {
    const kept = index === video.kept[cursor - 1];
    context.lineWidth = kept ? thick * 1.5 : thick;
    context.setLineDash(kept ? [] : [thick * 4, thick * 2]);
    context.strokeStyle = kept ? "#62d6a0" : "#ffd479";
    context.strokeRect(left, top, right - left, bottom - top);
    context.font = `${12 * scale}px system-ui, "DejaVu Sans", sans-serif`;
    context.fillStyle = context.strokeStyle;
    context.setLineDash([]);
    context.lineWidth = 3 * scale;
    context.strokeStyle = "rgb(0 0 0 / 80%)";
    const label = [score.toFixed(2), left + 4 * scale, bottom - 5 * scale];
    context.strokeText(...label);
    context.fillText(...label);
  });
}

// A click in the picture chooses the candidate under it for the selected frames.
async function onPicture(event) {
  const { video, cursor } = view;
  if (!cursor) return;
  const runs = faces.runs();
  const box = byId("frame").getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * video.width;
  const y = ((event.clientY - box.top) / box.height) * video.height;
  const found = (await candidates(video).catch(() => []))[cursor - 1];
  if (view.video !== video || view.cursor !== cursor) return; // something else was chosen meanwhile
  const hit = found?.find(([, left, top, right, bottom]) =>
    left <= x && x <= right && top <= y && y <= bottom);
  if (!hit) return;
  const [, left, top, right, bottom] = hit;
  correct("choose", runs, { x: (left + right) / 2, y: (top + bottom) / 2 });
}
