// The start page: the videos, their preparation, their annotators, and the next step.

import { get, post } from "./api.js";
import { banner, showStatus } from "./bar.js";
import { reach } from "./connection.js";
import { addRow, element } from "./dom.js";
import { byId } from "./store.js";

const SEXES = ["female", "male", "unknown"];
const STATES = { new: "not started", begun: "in progress", done: "done", given: "annotated elsewhere" };
const KINDS = { au: "Action Units", va: "valence, arousal" };
const QUICK = 2000; // intervals (ms) of updates, while videos are prepared and otherwise
const SLOW = 20000;
const rows = new Map(); // video id -> {row, shown}
const scores = new Map(); // video id -> {known, text}
let all = null;
let waiting = null;
let loading = 0;

const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
const isReady = (video) => ["converted", "finding faces", "ready"].includes(video.prepared.stage);
const isNobodys = (video) => !video.work.length;
const nameOf = (annotator) => annotator || "main annotation";

function show() {
  const { videos, annotator, preparing, unlisted } = all;
  byId("who").hidden = !annotator;
  byId("who").textContent = `Annotator ${annotator}`;
  const many = (state) => videos.filter((video) => video.state === state).length;
  const parts = Object.keys(STATES).filter(many).map((state) => `${many(state)} ${STATES[state]}`);
  byId("summary").textContent = `${count(videos.length, "video")}: ${parts.join(", ")}`;
  showPrepare(videos, preparing);
  const next = videos.find((video) => isNobodys(video) && isReady(video));
  byId("next").hidden = !next;
  if (next) byId("next").href = `/#${next.id}`;
  const said = [preparing.problem && `Preparing failed: ${preparing.problem}`, ...unlisted.map((each) => `Not listed: ${each}`)];
  banner(said.filter(Boolean).join(" · "), "bad");
  byId("people").replaceChildren(...[...new Set(videos.map((video) => video.identity))].map((name) => new Option(name)));
  for (const video of videos) showVideo(video);
  byId("note").textContent = "Give all videos of one person the same name: the split into training and test people and the neutral frame use it.";
  filter();
}

function showPrepare(videos, { running, possible }) {
  const open = videos.filter((video) => video.prepared.stage !== "ready").length;
  const button = byId("prepare");
  button.hidden = !possible || (!open && !running);
  button.textContent = running ? "Stop preparing" : `Prepare ${count(open, "video")}`;
  button.title = running ? "Files that are complete are kept" : "Convert the videos and detect the faces";
  button.className = running ? "" : "main";
}

function filter() {
  const wanted = {
    all: () => true,
    nobody: isNobodys,
    open: (video) => !["done", "given"].includes(video.state),
  }[byId("filter").value];
  for (const video of all.videos) rows.get(video.id).row.hidden = !wanted(video);
}

// Update a row if its content has changed, unless the user types in it.
function showVideo(video) {
  const known = rows.get(video.id);
  const shown = JSON.stringify(video);
  if (known?.shown === shown || known?.row.contains(document.activeElement)) return;
  const cells = [nameCell(video), personCell(video), preparedCell(video), workCell(video), changedCell(video), agreementCell(video)];
  if (!known) rows.set(video.id, { row: addRow(byId("rows"), cells), shown });
  else {
    known.shown = shown;
    known.row.replaceChildren(...cells.map((cell) => { const made = element("td"); made.append(cell); return made; }));
  }
  const { row } = rows.get(video.id);
  row.dataset.video = video.id;
  row.cells[4].className = "changed";
  row.cells[5].className = "agreement";
}

function nameCell(video) {
  const box = element("div");
  const name = element(isReady(video) ? "a" : "b", "", video.id, box);
  if (isReady(video)) name.href = `/#${video.id}`;
  element("span", "file", video.file, box);
  return box;
}

function personCell(video) {
  const box = element("div", "person");
  const name = element("input", "", "", box);
  name.value = video.identity;
  name.setAttribute("list", "people");
  name.setAttribute("aria-label", `Person in ${video.id}`);
  const sex = element("select", "", "", box);
  sex.append(...SEXES.map((each) => new Option(each)));
  sex.value = video.sex;
  sex.setAttribute("aria-label", `Sex of the person in ${video.id}`);
  const save = () => act(() => post(`/api/overview/${video.id}/person`, { identity: name.value, sex: sex.value }));
  name.onchange = sex.onchange = save;
  return box;
}

function preparedCell({ id, prepared }) {
  const { stage, done, of, problem } = prepared;
  const box = element("div");
  const words = { new: "not converted", converted: "converted, faces not detected yet" };
  const text = element("span", "stage", words[stage] ?? stage, box);
  if (done !== undefined) {
    const bar = element("progress", "", "", box);
    bar.setAttribute("aria-label", `${stage} ${id}`);
    if (of) Object.assign(bar, { value: done, max: of });
    if (done) text.textContent += ` ${done.toLocaleString("en")}${of ? ` of ${of.toLocaleString("en")}` : ""} frames`;
  }
  if (stage === "ready") {
    const link = element("a", "faces", "check the faces", box);
    link.href = `/review#${id}`;
  }
  if (problem) element("span", "problem", problem, box);
  return box;
}

function workCell(video) {
  const list = element("ul", "work");
  if (video.state === "new" && video.work.length) list.append(workItem("", "new"));
  for (const { annotator, kinds, state } of video.work) {
    const mine = annotator === all.annotator;
    const item = workItem(nameOf(annotator), state);
    item.title = kinds.map((kind) => KINDS[kind]).join("; ");
    if (mine && state === "begun") item.append(doneButton(video.id));
    if (mine && state === "done") item.append(stateButton(video.id, "Reopen", "reopen", "not finished"));
    list.append(item);
  }
  if (!video.work.length) list.append(workItem("", "new"));
  if (video.decided) element("li", "dim", "adjudicated", list);
  return list;
}

function workItem(name, state) {
  const item = element("li");
  element("span", `state ${state}`, STATES[state], item);
  if (name) element("span", "", name, item);
  return item;
}

// A named annotator is blind until then; the agreement page explains the consequences.
function doneButton(id) {
  if (all.annotator) {
    const link = element("a", "button", "Done…");
    link.href = `/agreement#${id}`;
    return link;
  }
  return stateButton(id, "Done", "finish", "finished");
}

function stateButton(id, text, what, meaning) {
  const button = element("button", "", text);
  button.title = `Mark ${id} as ${meaning}`;
  button.onclick = () => { button.blur(); act(() => post(`/api/agreement/${id}/${what}`)); };
  return button;
}

const changedCell = ({ work }) => {
  const last = work.map((each) => each.changed).sort().at(-1);
  return last ? new Date(last).toLocaleString([], { dateStyle: "medium", timeStyle: "short" }) : "";
};

// The scores of two or more annotators; requested once after each change of their files.
function agreementCell(video) {
  const box = element("div");
  if (!video.compared) return box;
  const link = element("a", "", scores.get(video.id)?.text ?? "…", box);
  link.href = `/agreement#${video.id}`;
  if (!all.annotator) {
    box.append(" · ");
    element("a", "", "adjudicate", box).href = `/adjudicate#${video.id}`;
  }
  return box;
}

function inSight({ id }) {
  const { top, bottom, height } = rows.get(id).row.getBoundingClientRect();
  return height > 0 && bottom > 0 && top < window.innerHeight;
}

const mean = (values) => {
  const known = values.filter((value) => value !== null);
  return known.length ? (known.reduce((a, b) => a + b) / known.length).toFixed(2) : null;
};

let asking = false;

// Request the scores of visible rows only, because the server has to open a video for them.
async function askScores() {
  if (asking || !all) return;
  asking = true;
  await askForEach();
  asking = false;
}

async function askForEach() {
  for (const video of all.videos) {
    const known = JSON.stringify(video.work);
    if (!video.compared || !isReady(video) || scores.get(video.id)?.known === known || !inSight(video)) continue;
    let text;
    try {
      const { units, dimensions } = await get(`/api/agreement/${video.id}`);
      const kappa = mean(units.map((unit) => unit.cohen_kappa));
      const ccc = mean(dimensions.map((each) => each.ccc));
      text = [kappa && `κ ${kappa}`, ccc && `CCC ${ccc}`].filter(Boolean).join(", ") || "not defined";
    } catch (error) {
      text = error.code === "blind" ? "shown when you are done" : "not available";
    }
    scores.set(video.id, { known, text });
    const link = rows.get(video.id).row.querySelector(".agreement a");
    if (link) link.textContent = text;
  }
}

async function act(work, failed = "Not saved") {
  try {
    showStatus("Saving…", "busy");
    await work();
    await load();
  } catch (error) {
    showStatus(`${failed}: ${error.message}`, "bad");
  }
}

async function load() {
  clearTimeout(waiting);
  const mine = (loading += 1);
  try {
    await reach();
    const found = await get("/api/overview");
    if (mine !== loading) return; // it was asked for again meanwhile
    all = found;
    show();
    showStatus(all.preparing.running ? "Preparing" : "Up to date", all.preparing.running ? "busy" : "good");
    await askScores();
  } catch (error) {
    showStatus(error.message, "bad");
  }
  clearTimeout(waiting);
  waiting = setTimeout(load, all?.preparing.running ? QUICK : SLOW);
}

byId("filter").onchange = () => { filter(); askScores(); };
document.addEventListener("scrollend", askScores, true);
byId("prepare").onclick = () => act(() => post(all.preparing.running ? "/api/prepare/stop" : "/api/prepare"), "Preparing failed");
window.addEventListener("focus", load);
load();
