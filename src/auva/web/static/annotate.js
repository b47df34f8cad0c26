// The annotation page: opens videos and connects keys, buttons and the live connection.

import * as adjudicate from "./adjudicate.js";
import { finishTrace, nudge, sample, toggleTrace } from "./affect.js";
import { get } from "./api.js";
import { asked, listVideos, showStatus } from "./bar.js";
import { isCovered } from "./connection.js";
import { whenTheme } from "./drawing.js";
import * as edits from "./edits.js";
import * as exemplar from "./exemplar.js";
import * as inspector from "./inspector.js";
import { fillHelp, meaning, nameKeys, setUp } from "./keys.js";
import { choose } from "./lanes.js";
import { openVideo, showFileNote } from "./open_video.js";
import * as look from "./look.js";
import * as place from "./place.js";
import * as player from "./player.js";
import * as proposals from "./proposals.js";
import * as sound from "./sound.js";
import * as stage from "./stage.js";
import { spanAt } from "./states.js";
import { announce, byId, changed, chosenName, listen, refuse, state } from "./store.js";
import * as timeline from "./timeline.js";
import { fit, zoom } from "./view.js";
import * as wheel from "./wheel.js";

const SPEEDS = [0.25, 0.5, 0.75, 1, 1.5, 2];
// Actions that are repeated while their key is held.
const MOVES = [
  "back", "forward", "back10", "forward10", "previousChange", "nextChange", "previousAny", "nextAny", "up", "down",
  "zoomIn", "zoomOut", "nearer", "farther", "valenceDown", "valenceUp", "arousalDown", "arousalUp", "undo", "redo",
];
let turn = () => {};

const actions = {
  back: (since, held) => player.step(-1, since, held),
  forward: (since, held) => player.step(1, since, held),
  back10: (since, held) => player.step(-10, since, held),
  forward10: (since, held) => player.step(10, since, held),
  start: (since) => { player.pause(); player.seek(1, since); },
  end: (since) => { player.pause(); player.seek(state.video.frames, since); },
  play: () => player.toggle(),
  loop: () => edits.whenSaved(toggleLoop),
  mute: () => sound.toggle(),
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
  hide: () => edits.beginOrPicked("hidden"),
  unlabel: () => edits.beginOrPicked(null),
  rest: () => edits.restAbsent([chosenName()]),
  restOfAll: () => edits.restAbsent(state.units.map((unit) => unit.name)),
  intensity: () => { state.awaits = "intensity"; changed("awaits"); },
  side: () => { state.awaits = "side"; changed("awaits"); },
  comment: () => { byId("comment").focus(); byId("comment").select(); },
  cancel: () => edits.cancel(),
  accept: () => proposals.acceptHere(),
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
  nextDifference: () => adjudicate.next(1),
  previousDifference: () => adjudicate.next(-1),
  takeFirst: () => adjudicate.take(0),
  takeSecond: () => adjudicate.take(1),
  takeThird: () => adjudicate.take(2),
  exemplar: () => exemplar.toggle(),
  face: () => look.toggleFace(),
  nearer: () => look.nearer(1.25),
  farther: () => look.nearer(0.8),
  pin: () => look.togglePin(),
  box: () => { state.box = !state.box; changed("box"); },
  help: () => byId("help").showModal(),
};

function act(action, since, held = false) {
  if (!state.video && !["help", "nextVideo", "previousVideo"].includes(action)) return;
  actions[action](since, held);
}

function onKey(event) {
  if (byId("help").open || isCovered()) return;
  const field = event.target.closest("input, select, textarea");
  if (field) return;
  const onButton = event.target.closest("button, a");
  if (onButton && (event.key === " " || event.key === "Enter")) return;
  if (state.awaits && !["Shift", "Control", "Alt", "Meta"].includes(event.key) && inspector.takeKey(event)) {
    event.preventDefault();
    return;
  }
  const found = meaning(event);
  if (!found) return;
  event.preventDefault();
  if ("unit" in found) {
    const known = state.video && found.unit < state.units.length;
    if (!event.repeat && known) edits.beginOrEnd(found.unit, found.value);
  } else if (!event.repeat || MOVES.includes(found.action)) act(found.action, event.timeStamp, event.repeat);
}

function toggleLoop() {
  const span = state.picked ?? spanAt(chosenName(), state.frame);
  const [first, last] = state.picked ? [span.first, span.last] : span ?? [];
  const same = state.loop && (!span || (state.loop[0] === first && state.loop[1] === last));
  if (!span && !state.loop) refuse("no span at this frame to repeat");
  state.loop = same || !span ? null : [first, last];
  changed("loop");
}

function changeSpeed(direction) {
  const place = SPEEDS.indexOf(state.speed) + direction;
  if (SPEEDS[place] === undefined) return;
  byId("speed").value = SPEEDS[place];
  player.setSpeed(SPEEDS[place]);
  announce(`speed ${SPEEDS[place]}`);
}

function showParts(parts) {
  if (parts.has("playing")) {
    byId("play").textContent = state.playing ? "❚❚" : "▶";
    byId("play").setAttribute("aria-label", state.playing ? "Pause" : "Play");
    if (!state.playing) finishTrace();
  }
  if (!state.video) return;
  if (parts.has("frame") && document.activeElement !== byId("frame")) {
    byId("frame").value = state.frame;
  }
  if (parts.has("video")) {
    byId("of").textContent = `of ${state.video.frames}`;
    showFileNote();
  }
  if (parts.has("loop") || parts.has("video")) {
    byId("loop").setAttribute("aria-pressed", String(Boolean(state.loop)));
    byId("loop").textContent = state.loop ? `Loop ${state.loop.join("–")}` : "Loop";
  }
  if (["pace", "playing", "video"].some((part) => parts.has(part))) {
    byId("pace").hidden = !state.playing || state.pace > 0.9;
    byId("pace").textContent = `plays at ${state.pace.toFixed(2)} of the chosen speed: the frames load too slowly`;
  }
  if (parts.has("history")) {
    byId("undo").disabled = !state.undo || !state.writer;
    byId("redo").disabled = !state.redo || !state.writer;
  }
  if (parts.has("tracing")) {
    byId("trace").setAttribute("aria-pressed", String(state.tracing));
    byId("trace-note").textContent = state.tracing
      ? "Start playing, and hold the pointer (or the gamepad's left stick) on the wheel."
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
  player.whenTrouble((error) => {
    if (error.code !== "remade") showStatus(`The frame cannot be shown: ${error.message}`, "bad");
  });
  listen(showParts);
  whenTheme(() => changed("view", "frame", "va", "tracks"));
}

async function start() {
  const [{ keys, ...project }, table] = await Promise.all([get("/api/project"), get("/static/keys.json")]);
  Object.assign(state, project, { base: adjudicate.base });
  setUp(table, keys, project.units);
  nameKeys();
  turn = listVideos(project.videos, "not converted", openVideo);
  byId("who").hidden = !project.annotator;
  byId("who").textContent = `Annotator ${project.annotator}`;
  fillHelp(byId("help"));
  place.build();
  stage.build();
  exemplar.build();
  inspector.build();
  proposals.build();
  adjudicate.build((frame) => { player.pause(); player.seek(frame); });
  timeline.build();
  wheel.build();
  connect();
  const { id, frame, unit } = asked(project.videos);
  await openVideo(id, frame, unit);
}

start().catch((error) => {
  stage.showProblem(error.message);
  showStatus("Cannot start", "bad");
});
