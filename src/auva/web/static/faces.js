// The grid of faces: which frames are shown in which order, the cells, and what is selected.

import { element } from "./dom.js";
import { byId } from "./store.js";

const CHUNK = 150;
const grid = byId("grid");
export const view = { video: null, order: [], chosen: new Set(), anchor: null, cursor: null };
let shown = 0;
let onChoice = () => {};

export const whenChosen = (listener) => { onChoice = listener; };

const keeps = {
  doubt: (video, place) => video.kept[place] !== null && video.doubt[place] !== "",
  open: (video, place) => keeps.doubt(video, place) && !video.acceptedSet.has(place + 1),
  face: (video, place) => video.kept[place] !== null,
  none: (video, place) => video.kept[place] === null,
};

export function build() {
  const end = element("div");
  end.style.height = "1px";
  grid.end = end;
  new IntersectionObserver((seen) => seen[0].isIntersecting && more(), { root: grid, rootMargin: "600px" })
    .observe(end);
  grid.addEventListener("click", onClick);
  byId("size").addEventListener("input", (event) => {
    grid.style.setProperty("--size", `${event.target.value}px`);
  });
}

export function show(video) {
  view.video = { ...video, acceptedSet: new Set(video.accepted) };
  const filter = keeps[byId("filter").value];
  const frames = Array.from({ length: video.frames }, (_, place) => place + 1);
  view.order = frames.filter((frame) => filter(view.video, frame - 1));
  if (byId("order").value === "doubt") {
    view.order.sort((a, b) => video.rank[b - 1] - video.rank[a - 1] || a - b);
  }
  const kept = Math.max(shown, CHUNK);
  const { scrollTop } = grid;
  shown = 0;
  grid.replaceChildren(grid.end);
  more(kept);
  grid.scrollTop = scrollTop;
}

function more(count = CHUNK) {
  const next = view.order.slice(shown, shown + count);
  shown += next.length;
  grid.end.before(...next.map(cell));
}

function cell(frame) {
  const { video } = view;
  const kept = video.kept[frame - 1];
  const reason = video.reason[frame - 1];
  const doubts = video.doubt[frame - 1].split("+").filter(Boolean);
  const accepted = video.acceptedSet.has(frame);
  const marks = reason.startsWith("manual") ? [...doubts, reason] : doubts;
  const what = `Frame ${frame}, ${reason}${marks.length ? `: ${marks.join(", ")}` : ""}`;
  const made = element("div", "face");
  made.id = `face-${frame}`;
  made.dataset.frame = frame;
  made.setAttribute("role", "option");
  made.setAttribute("aria-selected", String(view.chosen.has(frame)));
  made.setAttribute("aria-label", `${what}${accepted ? ", accepted" : ""}`);
  made.classList.toggle("doubtful", doubts.length > 0);
  made.classList.toggle("accepted", accepted);
  const picture = element("div", "picture", "", made);
  if (kept === null) element("div", "none", reason, picture);
  else {
    const image = new Image();
    image.loading = "lazy";
    image.alt = "";
    image.src = `/api/review/${video.id}/faces/${frame}/${kept}.jpg?v=${video.stamp}`;
    picture.append(image);
  }
  const label = element("div", "label", "", made);
  element("b", "", frame, label);
  element("span", "dim", kept === null ? "" : video.candidates[frame - 1][kept][0].toFixed(2), label);
  const tags = element("div", "doubts", "", made);
  for (const mark of marks) element("span", mark.startsWith("manual") ? "manual" : "", mark, tags);
  return made;
}

function onClick(event) {
  const target = event.target.closest(".face");
  if (!target) return;
  const frame = Number(target.dataset.frame);
  if (event.shiftKey && view.anchor !== null) between(view.anchor, frame);
  else if (event.ctrlKey || event.metaKey) {
    if (!view.chosen.delete(frame)) view.chosen.add(frame);
    view.anchor = frame;
  } else {
    view.chosen = new Set([frame]);
    view.anchor = frame;
  }
  view.cursor = frame;
  mark();
}

// Choose all faces from one to another in the order of the grid.
function between(from, to) {
  const [a, b] = [view.order.indexOf(from), view.order.indexOf(to)].sort((x, y) => x - y);
  view.chosen = new Set(view.order.slice(Math.max(0, a), b + 1));
}

export function move(step, extend) {
  const here = view.order.indexOf(view.cursor);
  const next = view.order[Math.min(Math.max(here + step, 0), view.order.length - 1)];
  if (next === undefined) return;
  while (!byId(`face-${next}`) && shown < view.order.length) more();
  view.cursor = next;
  if (extend) between(view.anchor ?? next, next);
  else {
    view.anchor = next;
    view.chosen = new Set([next]);
  }
  byId(`face-${next}`)?.scrollIntoView({ block: "nearest" });
  mark();
}

export function columns() {
  return getComputedStyle(grid).gridTemplateColumns.split(" ").length;
}

export function chooseAll() {
  view.chosen = new Set(view.order);
  mark();
}

export function mark() {
  for (const face of grid.querySelectorAll(".face")) {
    face.setAttribute("aria-selected", String(view.chosen.has(Number(face.dataset.frame))));
  }
  grid.setAttribute("aria-activedescendant", view.cursor ? `face-${view.cursor}` : "");
  onChoice();
}

// The chosen frames as runs [first, last].
export function runs(frames = view.chosen) {
  const made = [];
  for (const frame of [...frames].sort((a, b) => a - b)) {
    if (made.length && made.at(-1)[1] === frame - 1) made.at(-1)[1] = frame;
    else made.push([frame, frame]);
  }
  return made;
}
