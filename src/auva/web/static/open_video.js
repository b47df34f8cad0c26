// The open video: opening, loading again, and messages of the live connection.

import { forget as forgetSources, load as loadSources, isAdjudicating, page } from "./adjudicate.js";
import { finishTrace } from "./affect.js";
import { get, post, windowId } from "./api.js";
import { banner, showStatus } from "./bar.js";
import { live } from "./connection.js";
import * as edits from "./edits.js";
import * as place from "./place.js";
import * as player from "./player.js";
import { refresh } from "./proposals.js";
import * as sound from "./sound.js";
import * as stage from "./stage.js";
import { announce, byId, changed, state } from "./store.js";
import { fit, setView } from "./view.js";

let hangUp = () => {};
let hadWriter = null;
let notice = ""; // message about an event of this video, until the user confirms it
let opening = 0;

// Open a video at a frame and track, by default where it was left.
export async function openVideo(id, frame = null, unit = null) {
  const mine = (opening += 1);
  byId("video").value = id;
  player.pause();
  finishTrace();
  await edits.settled(); // the old video can be written until its connection is closed
  if (mine !== opening) return; // another video was chosen meanwhile
  hangUp();
  Object.assign(state, {
    video: null, writer: false, pending: {}, picked: null, tracks: {}, va: {},
  });
  forgetSources();
  hadWriter = null;
  notice = "";
  banner("");
  showStatus("Opening…", "busy");
  document.title = `${id} – auva annotate`;
  byId("agreement-link").href = `/agreement#${id}`;
  let video;
  try {
    video = await get(`${state.base}/${id}`);
  } catch (error) {
    if (mine !== opening) return;
    stage.showProblem(error.message);
    showStatus("Cannot be opened", "bad");
    return;
  }
  if (mine !== opening) return;
  const left = place.placeIn(id);
  show(video, frame ?? left.frame ?? 1);
  if (frame === null && left.view) setView(left.view.first, left.view.span);
  const known = state.units.findIndex((each) => each.name === unit);
  if (known >= 0) state.chosen = known;
  else if (unit === null && state.units[left.chosen]) state.chosen = left.chosen;
  const begun = place.takeUpBegun();
  if (!begun.fits) notice = `The unfinished spans of ${begun.names.join(", ")} were discarded: they belong to an earlier conversion.`;
  changed("chosen");
  hangUp = live(page, id, { told, lost, back });
  history.replaceState(null, "", `#${id}`);
  refresh();
}

// Show a video from the server's description.
function show(video, frame) {
  stage.showProblem("");
  state.video = video;
  Object.assign(state, { tracks: {}, va: {}, frame: 1 });
  edits.takeOver(video);
  player.open(video);
  sound.open(video);
  state.loop = null;
  fit();
  player.seek(frame);
  changed("video", "chosen", "pending", "frame");
}

// Load the video again after a new conversion or a lost server; the position is kept.
async function reopen() {
  const { id, stamp } = state.video;
  const video = await get(`${state.base}/${id}`);
  if (state.video?.id !== id) return;
  if (video.stamp === stamp) {
    state.video = video;
    edits.takeOver(video);
    changed("video", "frame");
    return;
  }
  const { frame } = state;
  const begun = Object.keys(state.pending);
  state.pending = {};
  show(video, frame);
  const lostSpans = begun.length ? ` The unfinished spans of ${begun.join(", ")} were discarded.` : "";
  notice = `The video was converted again; the page has loaded it.${lostSpans}`;
  refresh();
}

function lost() {
  player.rest();
  state.writer = false;
  hadWriter = null;
  showStatus("Not connected: nothing is saved", "bad");
  changed("history");
}

async function back() {
  if (state.video) await reopen();
}

// Messages of the live connection: who may write, and whether something changed elsewhere.
async function told(news) {
  if (!state.video) return;
  const { id } = state.video;
  const gone = () => state.video?.id !== id; // another video was chosen meanwhile
  if (news.problem) {
    state.writer = false;
    hadWriter = null;
    banner(news.problem, "bad");
    showStatus("Read-only", "bad");
    changed("history");
    return;
  }
  const role = news.writer !== hadWriter;
  state.writer = news.writer;
  hadWriter = news.writer;
  try {
    if (news.stamp !== state.video.stamp) await reopen();
    else if (news.track !== state.video.track) await loadBoxes(news.track);
    if (gone()) return;
    if (news.version !== state.video.version && (role || !news.writer)) {
      const content = await get(`${state.base}/${id}/content`);
      if (gone()) return;
      edits.takeOver(content);
    }
  } catch (error) {
    if (!gone()) banner(error.message, "bad");
    return;
  }
  showNotices(news, role);
  if (role && state.writer) {
    const sent = edits.sendUnsent();
    if (sent.length) announce(`${sent.length} edits that could not be saved before are being saved`);
  }
}

// The choice of the faces has changed.
async function loadBoxes(track) {
  const { id } = state.video;
  const { boxes } = await get(`${state.base}/${id}/boxes`);
  if (state.video?.id !== id) return;
  Object.assign(state.video, { boxes, track });
  changed("frame");
}

function showNotices(news, role) {
  const denied = state.video.files.find((file) => file.denied)?.denied;
  const blocked = state.video.files.find((file) => file.blocked)?.blocked;
  if (news.outside.length) {
    const files = state.video.files.filter((file) => news.outside.includes(file.kind));
    const reload = { text: "Reload", act: () => edits.reload().then((done) => done && banner("")) };
    const named = files.map((file) => file.name).join(" and ");
    const text = `Another program modified ${named}. Saving is paused until you reload.`;
    banner(text, "", news.writer ? reload : null);
  } else if (!news.writer) {
    const { id } = state.video;
    const take = { text: "Edit here", act: () => post(`/api/live/${page}/${id}/take`, { window: windowId }) };
    banner("This video is being edited in another window. This window is read-only.", "", take);
    loadSources();
  } else if (denied) {
    banner(`Read-only: ${denied}. Nothing can be saved here.`, "bad");
    state.writer = false;
  } else if (isAdjudicating) loadSources();
  else if (blocked) banner(blocked, "bad");
  else banner(notice, "", notice ? { text: "OK", act: () => { notice = ""; banner(""); } } : null);
  if (role && state.writer) showStatus("Saved", "good");
  else if (!state.writer) showStatus("Read-only", "bad");
  changed("history");
}

edits.whenOutside(() => {
  const reload = { text: "Reload", act: () => edits.reload().then((done) => done && banner("")) };
  banner("Another program modified the annotation. The last edit was not saved.", "bad", reload);
});

// Show before the first edit what the file cannot store, and which lines of its journal are damaged.
export function showFileNote() {
  const lines = state.video.files.flatMap(({ name, format, lacks, journaled, damaged, beyond }) => {
    const words = [];
    if (lacks.length) words.push(`cannot store: ${lacks.join(", ")}`);
    if (journaled.length) words.push(`stored in the journal only: ${journaled.join(", ")}`);
    const held = words.length ? [`${name} (format ${format}): ${words.join("; ")}.`] : [];
    if (beyond) held.push(`${name} has ${beyond} frames after the end of the video: they are kept, but not shown.`);
    return damaged ? [...held, `${damaged}.`] : held;
  });
  byId("file-note").hidden = !lines.length;
  byId("file-note").textContent = lines.join(" ");
}
