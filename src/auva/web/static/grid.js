// The list of faces. Only visible rows have elements, so that hours of video scroll like a minute.

import { element } from "./dom.js";
import { cursorPlace, isChosen, point, turnAs, view } from "./faces.js";
import { byId } from "./store.js";
import { want } from "./thumbs.js";

const GAP = 6;
const LABEL = 24; // height of the line below a picture
const MARGIN = 1; // additional rows above and below the visible ones

const grid = byId("grid");
const cells = byId("cells");
let made = new Map(); // index -> element
let spare = new Map(); // content of a cell -> a cell of the previous items
let coming = false;

export function build() {
  grid.addEventListener("click", onClick);
  grid.addEventListener("dblclick", (event) => {
    if (!view.video || !event.target.closest(".face")) return;
    turnAs();
    reveal();
  });
  grid.addEventListener("scroll", later);
  new ResizeObserver(redraw).observe(grid);
  byId("size").addEventListener("input", redraw);
}

function onClick(event) {
  const target = event.target.closest(".face");
  if (!target) return;
  const how = event.shiftKey ? "more" : event.ctrlKey || event.metaKey ? "turn" : "one";
  point(Number(target.dataset.place), how);
}

function layout() {
  const size = Number(byId("size").value);
  const columns = Math.max(1, Math.floor((cells.clientWidth + GAP) / (size + GAP)));
  const width = (cells.clientWidth - (columns - 1) * GAP) / columns;
  return { columns, width, height: width + LABEL + GAP };
}

export const columns = () => layout().columns;

function later() {
  if (coming) return;
  coming = true;
  requestAnimationFrame(() => { coming = false; draw(); });
}

// Draw after a change of items or sizes. Cells with unchanged content are reused.
export function redraw() {
  spare = new Map(Array.from(made.values(), (cell) => [cell.dataset.shows, cell]));
  made = new Map();
  draw();
  for (const cell of spare.values()) cell.remove();
  spare = new Map();
}

function draw() {
  const { video, items } = view;
  if (!video) return;
  const { columns: across, width, height } = layout();
  cells.style.height = `${Math.ceil(items.length / across) * height}px`;
  const top = Math.floor(grid.scrollTop / height) - MARGIN;
  const bottom = Math.ceil((grid.scrollTop + grid.clientHeight) / height) + MARGIN;
  const first = Math.max(0, top * across);
  const last = Math.min(items.length, bottom * across) - 1;
  for (const [place, cell] of made) {
    if (first <= place && place <= last) continue;
    cell.remove();
    made.delete(place);
  }
  for (let place = first; place <= last; place += 1) {
    if (made.has(place)) continue;
    const cell = cellAt(place);
    cell.style.left = `${(place % across) * (width + GAP)}px`;
    cell.style.top = `${Math.floor(place / across) * height}px`;
    cell.style.width = `${width}px`;
    cell.style.height = `${height - GAP}px`;
    made.set(place, cell);
    if (!cell.isConnected) cells.append(cell);
  }
  loadPictures();
  mark();
}

// Visible pictures first, then those of the rows above and below.
function loadPictures() {
  const { video } = view;
  const middle = grid.scrollTop + grid.clientHeight / 2;
  const away = (cell) => Math.abs(parseFloat(cell.style.top) - middle);
  const pictures = {};
  for (const cell of [...made.values()].sort((a, b) => away(a) - away(b))) {
    const image = cell.querySelector("img");
    if (!image) continue;
    const { frame } = cell.dataset;
    const address = `/api/review/${video.id}/faces/${frame}/${video.kept[frame - 1]}.jpg?v=${video.stamp}`;
    pictures[address] = (url) => { if (image.src !== url) image.src = url; };
  }
  want(pictures);
}

function cellAt(place) {
  const { video, items } = view;
  const item = items[place];
  const at = item.shown - 1;
  const shows = JSON.stringify([place, items.length, item, video.kept[at], video.reason[at], video.uncertain[at], video.stamp]);
  const cell = spare.get(shows) ?? cellOf(item, place);
  spare.delete(shows);
  cell.dataset.shows = shows;
  return cell;
}

function cellOf(item, place) {
  const { video, items } = view;
  const { first, last, shown } = item;
  const reason = video.reason[shown - 1];
  const causes = video.uncertain[shown - 1].split("+").filter(Boolean);
  const marks = reason.startsWith("manual") ? [...causes, reason] : causes;
  const long = last - first + 1;
  const accepted = item.accepted === long;
  const which = long === 1 ? `Frame ${first}` : `Frames ${first} to ${last}`;
  const words = [`${which}, ${reason}${marks.length ? `: ${marks.join(", ")}` : ""}`];
  if (item.accepted) words.push(accepted ? "accepted" : `${item.accepted} accepted`);
  const cell = element("div", "face");
  cell.id = `face-${first}`;
  Object.assign(cell.dataset, { frame: shown, first, last, place });
  cell.setAttribute("role", "option");
  cell.setAttribute("aria-label", words.join(", "));
  cell.setAttribute("aria-setsize", items.length);
  cell.setAttribute("aria-posinset", place + 1);
  cell.classList.toggle("uncertain", causes.length > 0);
  cell.classList.toggle("accepted", accepted);
  cell.classList.toggle("long", long > 1);
  const picture = element("div", "picture", "", cell);
  if (video.kept[shown - 1] === null) element("div", "none", reason, picture);
  else element("img", "", "", picture).alt = "";
  const label = element("div", "label", "", cell);
  element("b", "", long === 1 ? first : `${first}–${last}`, label);
  if (long > 1) element("span", "dim", accepted || !item.accepted ? `${long}` : `${item.accepted} of ${long}`, label);
  const tags = element("div", "causes", "", cell);
  for (const text of marks) element("span", text.startsWith("manual") ? "manual" : "", text, tags);
  return cell;
}

// Show the selection.
export function mark() {
  for (const [place, cell] of made) cell.setAttribute("aria-selected", String(isChosen(view.items[place])));
  const { place, gone } = cursorPlace();
  const cell = gone ? null : made.get(place);
  if (cell) grid.setAttribute("aria-activedescendant", cell.id);
  else grid.removeAttribute("aria-activedescendant");
}

// Scroll to the cursor.
export function reveal() {
  const { columns: across, height } = layout();
  const top = Math.floor(cursorPlace().place / across) * height;
  if (top < grid.scrollTop) grid.scrollTop = top;
  else if (top + height > grid.scrollTop + grid.clientHeight) grid.scrollTop = top + height - grid.clientHeight;
  draw();
}
