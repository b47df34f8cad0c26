// The annotation page: opens videos and connects keys, buttons and the live connection.

import { finishTrace, nudge, sample, toggleTrace } from "./affect.js";
import { get, live } from "./api.js";
import { asked, banner, listVideos, showStatus } from "./bar.js";
import * as edits from "./edits.js";
import { fillHelp, meaning } from "./keys.js";
import { choose } from "./lanes.js";
import * as player from "./player.js";
import { redraw, showProblem } from "./stage.js";
import { announce, byId, changed, listen, state } from "./store.js";
import * as timeline from "./timeline.js";
import { fit, zoom } from "./view.js";
import * as wheel from "./wheel.js";

const SPEEDS = [0.25, 0.5, 0.75, 1, 1.5, 2];
let turn = () => {};
let hangUp = () => {};
let hadWriter = null;
let opening = 0;

const actions = {
  back: (since) => player.step(-1, since),
  forward: (since) => player.step(1, since),
  back10: (since) => player.step(-10, since),
  forward10: (since) => player.step(10, since),
  start: (since) => { player.pause(); player.seek(1, since); },
  end: (since) => { player.pause(); player.seek(state.video.frames, since); },
  play: () => player.toggle(),
  slower: () => changeSpeed(-1),
  faster: () => changeSpeed(1),
  previousChange: () => timeline.jump(-1, false),
  nextChange: () => timeline.jump(1, false),
  previousAny: () => timeline.jump(-1, true),
  nextAny: () => timeline.jump(1, true),
  goto: () => { byId("frame").focus(); byId("frame").select(); },
  previousVideo: () => turn(-1),
  nextVideo: () => turn(1),
  up: () => choose(state.chosen - 1),
  down: () => choose(state.chosen + 1),
  span: () => edits.beginOrEnd(state.chosen, 1),
  erase: () => edits.erase(),
  unlabel: () => edits.unlabel(),
  cancel: () => edits.cancel(),
  accept: () => edits.acceptHere(),
  trace: () => toggleTrace(),
  valenceDown: () => nudge(-0.02, 0),
  valenceUp: () => nudge(0.02, 0),
  arousalDown: () => nudge(0, -0.02),
  arousalUp: () => nudge(0, 0.02),
  undo: () => edits.undo(),
  redo: () => edits.redo(),
  zoomIn: () => zoom(0.6),
  zoomOut: () => zoom(1 / 0.6),
  fit,
  box: () => { state.box = !state.box; redraw(); },
  help: () => byId("help").showModal(),
};

function act(action, since) {
  if (!state.video && !["help", "nextVideo", "previousVideo"].includes(action)) return;
  actions[action](since);
}

function onKey(event) {
  if (byId("help").open) return;
  const field = event.target.closest("input, select, textarea");
  if (field) return;
  const onButton = event.target.closest("button, a");
  if (onButton && (event.key === " " || event.key === "Enter")) return;
  const found = meaning(event);
  if (!found) return;
  event.preventDefault();
  if ("unit" in found) {
    if (!event.repeat && state.video) edits.beginOrEnd(found.unit, found.value);
  } else act(found.action, event.timeStamp);
}

function changeSpeed(direction) {
  const place = SPEEDS.indexOf(state.speed) + direction;
  if (SPEEDS[place] === undefined) return;
  byId("speed").value = SPEEDS[place];
  player.setSpeed(SPEEDS[place]);
  announce(`speed ${SPEEDS[place]}`);
}

async function openVideo(id, frame = 1, unit = null) {
  const mine = (opening += 1);
  player.pause();
  finishTrace();
  await edits.settled(); // the old video may be written to until its connection is hung up
  hangUp();
  byId("video").value = id;
  Object.assign(state, { video: null, writer: false, pending: {}, picked: null, proposals: {}, model: null });
  hadWriter = null;
  banner("");
  showStatus("Opening…", "busy");
  document.title = `${id} – auva annotate`;
  byId("agreement-link").href = `/agreement#${id}`;
  let video;
  try {
    video = await get(`/api/videos/${id}`);
  } catch (error) {
    if (mine !== opening) return;
    showProblem(error.message);
    showStatus("Cannot be opened", "bad");
    return;
  }
  if (mine !== opening) return; // another video was chosen meanwhile
  showProblem("");
  state.video = video;
  edits.takeOver(video);
  state.frame = 1;
  if (unit) state.chosen = Math.max(0, state.units.findIndex((each) => each.name === unit));
  player.open(video);
  fit();
  player.seek(frame);
  changed("video", "chosen", "pending", "frame");
  hangUp = live("annotate", id, told);
  history.replaceState(null, "", `#${id}`);
  propose(id);
}

// Ask for the model's proposals; predicting takes a while, and the page goes on meanwhile.
async function propose(id) {
  try {
    const found = await get(`/api/videos/${id}/proposals`);
    if (state.video?.id !== id) return;
    Object.assign(state, { model: found.model, proposals: found.proposals });
    byId("model").hidden = !found.model;
    byId("model").textContent = `Proposals of ${found.model}`;
    if (found.note) announce(found.note);
    changed("proposals");
  } catch (error) {
    announce(error.message);
  }
}

// What the live connection tells: who may write, and whether something changed elsewhere.
async function told(news) {
  if (!state.video) return;
  if (news === null) {
    state.writer = false;
    hadWriter = null;
    showStatus("Not connected: start the command again", "bad");
    return;
  }
  const role = news.writer !== hadWriter;
  state.writer = news.writer;
  hadWriter = news.writer;
  if (news.version !== state.video.version && !news.writer) {
    edits.takeOver(await get(`/api/videos/${state.video.id}/content`));
  }
  showNotices(news, role);
}

function showNotices(news, role) {
  const denied = state.video.files.find((file) => file.denied);
  if (news.outside.length) {
    const files = state.video.files.filter((file) => news.outside.includes(file.kind));
    const reload = { text: "Reload", act: () => edits.reload().then((done) => done && banner("")) };
    const named = files.map((file) => file.name).join(" and ");
    banner(`${named} was changed outside. Nothing is saved over it.`, "", news.writer ? reload : null);
  } else if (denied) {
    banner(`Read-only: ${denied.denied}. Nothing can be saved here.`, "bad");
    state.writer = false;
  } else if (!news.writer) {
    banner("This video is being edited in another window. This window is read-only.");
  } else banner("");
  if (role && state.writer) showStatus("Saved", "good");
  else if (!state.writer) showStatus("Read-only", "bad");
  changed("history");
}

edits.whenOutside(() => {
  const reload = { text: "Reload", act: () => edits.reload().then((done) => done && banner("")) };
  banner("The annotation was changed outside. The last edit was not saved.", "bad", reload);
});

function showParts(parts) {
  if (!state.video) return;
  if (parts.has("frame") && document.activeElement !== byId("frame")) {
    byId("frame").value = state.frame;
  }
  if (parts.has("video")) byId("of").textContent = `of ${state.video.frames}`;
  if (parts.has("playing")) {
    byId("play").textContent = state.playing ? "❚❚" : "▶";
    byId("play").setAttribute("aria-label", state.playing ? "Pause" : "Play");
    if (!state.playing) finishTrace();
  }
  if (parts.has("history")) {
    byId("undo").disabled = !state.undo || !state.writer;
    byId("redo").disabled = !state.redo || !state.writer;
  }
  if (parts.has("tracing")) {
    byId("trace").setAttribute("aria-pressed", String(state.tracing));
    byId("trace-note").textContent = state.tracing
      ? "Play, and hold the pointer (or the gamepad's left stick) on the wheel."
      : "Pause to edit points: click the wheel, or drag the curves.";
  }
}

function connect() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    const action = event.target.closest("[data-do]")?.dataset.do;
    if (action) act(action, event.timeStamp);
  });
  byId("trace").onclick = () => act("trace");
  byId("show-help").onclick = () => act("help");
  byId("speed").onchange = (event) => { player.setSpeed(Number(event.target.value)); event.target.blur(); };
  byId("brush").onchange = (event) => { state.brush = Number(event.target.value); event.target.blur(); };
  byId("frame").addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      player.pause();
      const frame = Number(event.target.value);
      event.target.blur();
      if (Number.isInteger(frame)) player.seek(frame, event.timeStamp);
    } else if (event.key === "Escape") event.target.blur();
  });
  byId("frame").onblur = () => changed("frame");
  byId("help").addEventListener("click", (event) => event.target === byId("help") && byId("help").close());
  wheel.whenPad((action) => act(action));
  player.whilePlaying(sample);
  new ResizeObserver(redraw).observe(byId("picture"));
  listen(showParts);
}

async function start() {
  const project = await get("/api/project");
  Object.assign(state, project);
  turn = listVideos(project.videos, "not converted", openVideo);
  byId("who").hidden = !project.annotator;
  byId("who").textContent = `Annotator ${project.annotator}`;
  fillHelp(byId("help"));
  timeline.build();
  wheel.build();
  connect();
  const { id, frame, unit } = asked(project.videos);
  await openVideo(id, frame, unit);
}

start().catch((error) => {
  showProblem(error.message);
  showStatus("Cannot start", "bad");
});
