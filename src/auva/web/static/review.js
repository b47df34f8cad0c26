// The review page: the grid of faces, corrections, and what they will redo.

import { get, live, post, windowId } from "./api.js";
import * as faces from "./faces.js";
import { showPlan } from "./plan.js";
import { fillSheet } from "./keys.js";
import { byId } from "./store.js";

const { view } = faces;
const pictures = new Map();
let videos = [];
let writer = false;
let hangUp = () => {};
let queue = Promise.resolve();

const KEYS = [
  ["Choose", ["←", "→", "↑", "↓"], "move among the faces; with Shift choose all between"],
  ["Choose", ["click", "Shift click"], "choose one, choose all between"],
  ["Choose", ["Ctrl A"], "choose all that are shown"],
  ["Correct", ["Enter"], "accept the chosen faces"],
  ["Correct", ["D", "Delete"], "drop: keep no face in the chosen frames"],
  ["Correct", ["C"], "choose the other candidate"],
  ["Correct", ["click a box"], "in the picture: choose that candidate"],
  ["Correct", ["U"], "take the corrections of the chosen frames back"],
  ["Correct", ["Shift A"], "accept all kept faces of the video"],
  ["Steps", ["Ctrl Z", "Ctrl Shift Z"], "undo, redo, without limit"],
  ["View", ["+", "−"], "larger, smaller faces"],
  ["View", ["P", "N"], "previous, next video"],
  ["View", ["R"], "what the next run will redo"],
  ["View", ["?"], "this sheet"],
];

function status(text, kind) {
  byId("status").textContent = text;
  byId("status").className = `chip ${kind}`;
}

function banner(text, button = null) {
  const box = byId("banner");
  box.hidden = !text;
  box.querySelector("span").textContent = text;
  const made = box.querySelector("button");
  made.hidden = !button;
  if (button) made.textContent = button.text;
  made.onclick = button?.act ?? null;
}

function save(path, content) {
  if (!writer) {
    status("Read-only: nothing was changed", "bad");
    return queue;
  }
  const { id } = view.video;
  status("Saving…", "busy");
  queue = queue.then(async () => {
    try {
      const answer = await post(`/api/review/${id}/${path}`, { window: windowId, ...content });
      if (view.video.id === id) takeOver(answer);
      status("Saved", "good");
    } catch (error) {
      status(`Not saved: ${error.message}`, "bad");
      if (error.code === "outside") offerReload();
    }
  });
  return queue;
}

function offerReload() {
  const reload = { text: "Reload", act: () => save("reload", {}).then(() => banner("")) };
  banner("The corrections were changed outside. Nothing is saved over them.", reload);
}

function takeOver(video) {
  faces.show(video);
  byId("undo").disabled = !video.undo || !writer;
  byId("redo").disabled = !video.redo || !writer;
  const kept = video.kept.filter((each) => each !== null).length;
  const doubtful = video.doubt.filter(Boolean).length;
  const open = video.doubt.filter((doubt, place) => doubt && !view.video.acceptedSet.has(place + 1)).length;
  byId("count").textContent = `${kept} of ${video.frames} frames with a face · ${doubtful} doubtful · ${open} to look at`;
  showOverrides(video.overrides);
  showChoice();
}

function showOverrides(rows) {
  const box = byId("overrides");
  if (!rows.length) {
    box.textContent = `None. They are written to ${view.video.path}.`;
    return;
  }
  const table = document.createElement("table");
  for (const row of rows) {
    const cells = table.insertRow();
    cells.insertCell().textContent = `${row.first}–${row.last}`;
    cells.insertCell().textContent = row.action;
    cells.insertCell().textContent = row.x === undefined ? "" : `near ${row.x}, ${row.y}`;
    const button = Object.assign(document.createElement("button"), { textContent: "Take back" });
    button.setAttribute("aria-label", `Take back ${row.action} of frames ${row.first} to ${row.last}`);
    button.onclick = () => save("edits", { action: "restore", runs: [[row.first, row.last]] });
    cells.insertCell().append(button);
  }
  box.replaceChildren(table);
}

function act(action) {
  const runs = faces.runs();
  const some = (name) => (runs.length ? save("edits", { action: name, runs }) : status("Choose faces first", ""));
  const actions = {
    drop: () => some("drop"),
    restore: () => some("restore"),
    other: () => some("other"),
    accept: () => { some("accept"); faces.move(1, false); },
    acceptAll: () => {
      const kept = view.video.kept.flatMap((each, place) => (each === null ? [] : [place + 1]));
      if (kept.length) save("edits", { action: "accept", runs: faces.runs(kept) });
    },
    undo: () => save("undo", {}),
    redo: () => save("redo", {}),
  };
  actions[action]();
}

const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

// The picture of the frame under the cursor, with all candidates.
async function showChoice() {
  const { video, cursor, chosen } = view;
  const runs = faces.runs();
  byId("first").value = runs[0]?.[0] ?? "";
  byId("last").value = runs[0]?.[1] ?? "";
  if (!cursor) {
    byId("what").textContent = "Choose a face to see its frame.";
    return;
  }
  const place = cursor - 1;
  const doubt = video.doubt[place] ? ` · doubtful: ${video.doubt[place].replaceAll("+", ", ")}` : "";
  const more = chosen.size > 1 ? ` · ${chosen.size} frames chosen` : "";
  const text = `frame ${cursor} · ${video.reason[place]} · ${count(video.candidates[place].length, "candidate")}${doubt}${more}`;
  byId("what").textContent = text;
  byId("frame").setAttribute("aria-label", text);
  byId("annotate-link").href = `/#${video.id}/${cursor}`;
  const path = `/api/review/${video.id}/frames/${cursor}.jpg?v=${video.stamp}`;
  if (!pictures.has(path)) {
    pictures.clear();
    const picture = new Image();
    picture.src = path;
    pictures.set(path, picture.decode().then(() => picture));
  }
  try {
    const picture = await pictures.get(path);
    if (view.cursor === cursor) draw(picture);
  } catch {
    byId("what").textContent = `${text} · the frame cannot be shown`;
  }
}

function draw(picture) {
  const canvas = byId("frame");
  const { video, cursor } = view;
  Object.assign(canvas, { width: video.width, height: video.height });
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const thick = Math.max(2, video.width / 240);
  video.candidates[cursor - 1].forEach(([score, left, top, right, bottom], index) => {
    const kept = index === video.kept[cursor - 1];
    context.lineWidth = kept ? thick * 1.5 : thick;
    context.setLineDash(kept ? [] : [thick * 4, thick * 2]);
    context.strokeStyle = kept ? "#62d6a0" : "#ffd479";
    context.strokeRect(left, top, right - left, bottom - top);
    context.font = `${Math.max(11, video.width / 45)}px system-ui, "DejaVu Sans", sans-serif`;
    context.fillStyle = context.strokeStyle;
    context.fillText(score.toFixed(2), left + 4, bottom - 5);
  });
}

// A click in the picture chooses the candidate under it for the chosen frames.
function onPicture(event) {
  const { video, cursor } = view;
  if (!cursor) return;
  const box = byId("frame").getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * video.width;
  const y = ((event.clientY - box.top) / box.height) * video.height;
  const hit = video.candidates[cursor - 1].find(([, left, top, right, bottom]) =>
    left <= x && x <= right && top <= y && y <= bottom);
  if (!hit) return;
  const [, left, top, right, bottom] = hit;
  save("edits", { action: "choose", runs: faces.runs(), x: (left + right) / 2, y: (top + bottom) / 2 });
}

function onKey(event) {
  if (byId("help").open || byId("plan").open || event.target.closest("input, select")) return;
  if (event.target.closest("button, a") && (event.key === " " || event.key === "Enter")) return;
  const control = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -faces.columns(), ArrowDown: faces.columns() };
  const size = (change) => {
    byId("size").value = Number(byId("size").value) + change;
    byId("size").dispatchEvent(new Event("input"));
  };
  const found = key in steps ? () => faces.move(steps[key], event.shiftKey)
    : control && key === "z" ? () => act(event.shiftKey ? "redo" : "undo")
    : control && key === "y" ? () => act("redo")
    : control && key === "a" ? () => faces.chooseAll()
    : control || event.altKey ? null
    : key === "a" && event.shiftKey ? () => act("acceptAll")
    : { Enter: () => act("accept"), d: () => act("drop"), Delete: () => act("drop"),
      c: () => act("other"), u: () => act("restore"), "+": () => size(16), "=": () => size(16),
      "-": () => size(-16), n: () => turn(1), p: () => turn(-1), r: () => showPlan(byId("plan")),
      "?": () => byId("help").showModal() }[key];
  if (!found) return;
  event.preventDefault();
  if (view.video || key === "?" || key === "n" || key === "p") found();
}

function turn(direction) {
  const place = videos.findIndex((video) => video.id === byId("video").value) + direction;
  if (videos[place]) open(videos[place].id);
}

async function open(id) {
  await queue;
  hangUp();
  byId("video").value = id;
  document.title = `${id} – auva review`;
  Object.assign(view, { video: null, order: [], chosen: new Set(), anchor: null, cursor: null });
  writer = false;
  banner("");
  status("Opening…", "busy");
  try {
    const video = await get(`/api/review/${id}`);
    takeOver(video);
    byId("grid").scrollTop = 0;
    hangUp = live("review", id, told);
    history.replaceState(null, "", `#${id}`);
    faces.move(0, false);
    byId("grid").focus();
  } catch (error) {
    byId("grid").replaceChildren();
    banner(error.message);
    status("Cannot be opened", "bad");
  }
}

async function told(news) {
  if (!view.video) return;
  const before = writer;
  writer = Boolean(news?.writer) && !view.video.denied;
  if (news === null) status("Not connected: start the command again", "bad");
  else if (news.outside.length) offerReload();
  else if (view.video.denied) banner(`Read-only: ${view.video.denied}. Nothing can be saved here.`);
  else if (!writer) banner("This video is being reviewed in another window. This window is read-only.");
  else banner("");
  if (news && news.version !== view.video.version) takeOver(await get(`/api/review/${view.video.id}`));
  if (news && writer && !before) status("Saved", "good");
  if (news && !writer) status("Read-only", "bad");
  byId("undo").disabled = !view.video.undo || !writer;
  byId("redo").disabled = !view.video.redo || !writer;
}

function connect() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    const action = event.target.closest("[data-do]")?.dataset.do;
    if (action && view.video) act(action);
  });
  byId("video").onchange = (event) => { open(event.target.value); event.target.blur(); };
  byId("previous-video").onclick = () => turn(-1);
  byId("next-video").onclick = () => turn(1);
  byId("show-plan").onclick = () => showPlan(byId("plan"));
  byId("show-help").onclick = () => byId("help").showModal();
  for (const id of ["filter", "order"]) {
    byId(id).onchange = () => {
      faces.show(view.video);
      byId("grid").scrollTop = 0;
      byId("grid").focus();
    };
  }
  byId("frame").onclick = onPicture;
  byId("range").onsubmit = (event) => {
    event.preventDefault();
    const [first, last] = [Number(byId("first").value), Number(byId("last").value)];
    save("edits", { action: "drop", runs: [[first, last]] });
  };
  faces.whenChosen(showChoice);
}

async function start() {
  const project = await get("/api/review");
  videos = project.videos;
  for (const video of videos) {
    const note = video.problem ? " – no faces yet" : "";
    byId("video").append(new Option(`${video.id} (${video.identity})${note}`, video.id));
  }
  fillSheet(byId("help"), KEYS, []);
  faces.build();
  connect();
  const id = decodeURIComponent(location.hash.slice(1)).split("/")[0];
  await open(videos.find((video) => video.id === id)?.id ?? videos[0].id);
}

start().catch((error) => status(error.message, "bad"));
