// The review page: the grid of faces, corrections, and the jobs that they cause.

import { get, post, windowId } from "./api.js";
import { asked, banner, listVideos, showStatus } from "./bar.js";
import { isCovered, live } from "./connection.js";
import * as detail from "./detail.js";
import * as faces from "./faces.js";
import * as grid from "./grid.js";
import { fillSheet } from "./keys.js";
import { showPlan } from "./plan.js";
import { byId } from "./store.js";

const { view } = faces;
let writer = false;
let turn = () => {};
let hangUp = () => {};
let queue = Promise.resolve();
let opening = 0;

const KEYS = [
  ["Select", ["←", "→", "↑", "↓"], "previous, next face; with Shift select a range"],
  ["Select", ["click", "Shift click"], "select one, select a range"],
  ["Select", ["Ctrl A"], "select all that are shown"],
  ["Select", ["F", "double click"], "single frames, or groups of frames that are alike"],
  ["Correct", ["Enter"], "accept the selected faces"],
  ["Correct", ["D", "Delete"], "drop: keep no face in the selected frames"],
  ["Correct", ["C"], "choose the other candidate"],
  ["Correct", ["click a box"], "in the picture: choose that candidate"],
  ["Correct", ["U"], "remove the corrections and acceptances of the selected frames"],
  ["Correct", ["Shift A"], "accept all kept faces of the video"],
  ["Undo", ["Ctrl Z", "Ctrl Shift Z"], "undo, redo, without limit"],
  ["View", ["+", "−"], "larger, smaller faces"],
  ["View", ["P", "N"], "previous, next video"],
  ["View", ["R"], "the jobs of the next run"],
  ["View", ["?"], "list of keys"],
];

// Send one request after those before it; resolve with whether it was saved.
function save(path, content) {
  if (!writer) {
    showStatus("Read-only: nothing was changed", "bad");
    return Promise.resolve(false);
  }
  const { id } = view.video;
  showStatus("Saving…", "busy");
  queue = queue.then(async () => {
    try {
      const answer = await post(`/api/review/${id}/${path}`, { window: windowId, since: view.video.version, ...content });
      if (view.video.id === id) takeOver(answer);
      showStatus("Saved", "good");
      return true;
    } catch (error) {
      showStatus(`Not saved: ${error.message}`, "bad");
      if (error.code === "outside") offerReload();
      return false;
    }
  });
  return queue;
}

function offerReload() {
  const reload = { text: "Reload", act: () => save("reload", {}).then((done) => done && banner("")) };
  banner("Another program modified the corrections. Saving is paused until you reload.", "", reload);
}

function takeOver(answer) {
  faces.take(answer);
  showVideo();
}

function showVideo() {
  const { video } = view;
  byId("undo").disabled = !video.undo || !writer;
  byId("redo").disabled = !video.redo || !writer;
  const { kept, uncertain, open: left } = faces.counts();
  byId("count").textContent = `${kept} of ${video.frames} · ${uncertain} uncertain · ${left} open`;
  detail.showOverrides(video);
}

// Load the video again after a lost server or new files.
async function reopen() {
  const { id } = view.video;
  const video = await get(`/api/review/${id}`);
  if (view.video?.id !== id) return;
  const { cursor } = view;
  faces.open(video);
  view.cursor = cursor !== null && cursor <= video.frames ? cursor : null;
  if (view.cursor) view.chosen = new Set([view.cursor]);
  showVideo();
  grid.redraw();
}

function act(action) {
  const runs = faces.runs();
  const some = (name) => (runs.length ? save("edits", { action: name, runs }) : showStatus("Select faces first", ""));
  const actions = {
    drop: () => some("drop"),
    restore: () => some("restore"),
    other: () => some("other"),
    accept: () => { some("accept"); move(1, false); },
    acceptAll: () => {
      const kept = view.video.kept.flatMap((each, place) => (each === null ? [] : [place + 1]));
      if (kept.length) save("edits", { action: "accept", runs: faces.runs(kept) });
    },
    undo: () => save("undo", {}),
    redo: () => save("redo", {}),
  };
  actions[action]();
}

function move(step, more) {
  faces.move(step, more);
  grid.reveal();
}

function onKey(event) {
  if (isCovered() || byId("help").open || byId("plan").open || event.target.closest("input, select")) return;
  if (event.target.closest("button, a") && (event.key === " " || event.key === "Enter")) return;
  const control = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -grid.columns(), ArrowDown: grid.columns() };
  const size = (change) => {
    byId("size").value = Number(byId("size").value) + change;
    byId("size").dispatchEvent(new Event("input"));
  };
  const found = key in steps ? () => move(steps[key], event.shiftKey)
    : control && key === "z" ? () => act(event.shiftKey ? "redo" : "undo")
    : control && key === "y" ? () => act("redo")
    : control && key === "a" ? () => faces.chooseAll()
    : control || event.altKey ? null
    : key === "a" && event.shiftKey ? () => act("acceptAll")
    : { Enter: () => act("accept"), d: () => act("drop"), Delete: () => act("drop"),
      c: () => act("other"), f: () => { faces.turnAs(); grid.reveal(); }, u: () => act("restore"), "+": () => size(16), "=": () => size(16),
      "-": () => size(-16), n: () => turn(1), p: () => turn(-1), r: () => showPlan(byId("plan"), view.video.id),
      "?": () => byId("help").showModal() }[key];
  if (!found) return;
  event.preventDefault();
  if (view.video || key === "?" || key === "n" || key === "p") found();
}

async function open(id) {
  const mine = (opening += 1);
  byId("video").value = id;
  for (let last = null; last !== queue;) await (last = queue); // also what was begun meanwhile
  if (mine !== opening) return; // another video was chosen meanwhile
  hangUp();
  document.title = `${id} – auva review`;
  Object.assign(view, { video: null, items: [], chosen: new Set(), anchor: null, cursor: null });
  writer = false;
  banner("");
  showStatus("Opening…", "busy");
  try {
    const video = await get(`/api/review/${id}`);
    if (mine !== opening) return;
    byId("grid").scrollTop = 0;
    faces.open(video);
    showVideo();
    hangUp = live("review", id, { told, lost, back });
    history.replaceState(null, "", `#${id}`);
    move(0, false);
    byId("grid").focus();
  } catch (error) {
    if (mine !== opening) return;
    grid.redraw();
    banner(error.message, "bad");
    showStatus("Cannot be opened", "bad");
  }
}

function lost() {
  writer = false;
  showStatus("Not connected: nothing is saved", "bad");
}

async function back() {
  if (view.video) await reopen();
}

async function told(news) {
  if (!view.video) return;
  const before = writer;
  const { id, denied, damaged } = view.video;
  writer = !news.problem && news.writer && !denied;
  const take = { text: "Review here", act: () => post(`/api/live/review/${id}/take`, { window: windowId }) };
  if (news.problem) banner(news.problem, "bad");
  else if (news.outside.length) offerReload();
  else if (denied) banner(`Read-only: ${denied}. Nothing can be saved here.`, "bad");
  else if (!writer) banner("This video is being reviewed in another window. This window is read-only.", "", take);
  else banner(damaged ? `${damaged}.` : "");
  try {
    if (!news.problem && news.stamp !== view.video.stamp) await reopen();
    else if (!news.problem && news.version !== view.video.version) {
      const since = view.video.version;
      const answer = await get(`/api/review/${id}/changes?since=${since}`);
      // An answer to an edit that came meanwhile says more.
      if (view.video?.id === id && view.video.version === since) takeOver(answer);
    }
  } catch (error) {
    if (view.video?.id === id) banner(error.message, "bad");
  }
  if (view.video?.id !== id) return;
  if (writer && !before) showStatus("Saved", "good");
  if (!writer) showStatus("Read-only", "bad");
  byId("undo").disabled = !view.video.undo || !writer;
  byId("redo").disabled = !view.video.redo || !writer;
}

function connect() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    const action = event.target.closest("[data-do]")?.dataset.do;
    if (action && view.video) act(action);
  });
  byId("show-plan").onclick = () => view.video && showPlan(byId("plan"), view.video.id);
  byId("show-help").onclick = () => byId("help").showModal();
  for (const id of ["filter", "as", "order"]) {
    byId(id).onchange = () => {
      if (view.video) faces.arrange();
      byId("grid").scrollTop = 0;
      byId("grid").focus();
    };
  }
  detail.build((action, runs, point = {}) => save("edits", { action, runs, ...point }));
  faces.whenChanged({ show: grid.redraw, choice: () => { grid.mark(); detail.showChoice(); } });
}

async function start() {
  const project = await get("/api/review");
  turn = listVideos(project.videos, "no faces yet", open);
  fillSheet(byId("help"), KEYS, []);
  grid.build();
  connect();
  await open(asked(project.videos).id);
}

start().catch((error) => showStatus(error.message, "bad"));
