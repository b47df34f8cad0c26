// The picture of the current frame with the box of the kept face.

import * as look from "./look.js";
import { byId, listen, state, timeOf } from "./store.js";

const canvas = byId("picture");
const note = byId("stage-note");

export function build() {
  look.build(redraw);
  listen((parts) => {
    if (parts.has("frame") || parts.has("box")) redraw();
  });
  new ResizeObserver(redraw).observe(canvas);
}

export function showProblem(text) {
  byId("stage").classList.toggle("broken", Boolean(text));
  if (text) note.textContent = text;
}

function redraw() {
  if (!state.picture || !state.video) return;
  const { scale, left, top } = look.draw(canvas, state.picture, look.faceAround(state.frame));
  drawBox(canvas.getContext("2d"), scale, left, top, window.devicePixelRatio || 1);
  describe();
}

function drawBox(context, scale, left, top, ratio) {
  const box = state.box && state.video.boxes?.box[state.frame - 1];
  if (!box) return;
  const [x, y, right, bottom] = box;
  const place = [left + x * scale, top + y * scale, (right - x) * scale, (bottom - y) * scale];
  context.strokeStyle = "rgb(0 0 0 / 70%)";
  context.lineWidth = 4 * ratio;
  context.strokeRect(...place);
  context.strokeStyle = "#62d6a0";
  context.lineWidth = 2 * ratio;
  context.strokeRect(...place);
}

function describe() {
  const { frame } = state;
  const { boxes, sourceFrame } = state.video;
  const seconds = timeOf(frame).toFixed(3);
  const face = !boxes ? "faces not detected yet"
    : boxes.box[frame - 1] ? "face" : `no face: ${boxes.reason[boxes.why[frame - 1]]}`;
  const text = `frame ${frame} · ${seconds} s · original frame ${sourceFrame[frame - 1]} · ${face}`;
  note.textContent = text;
  canvas.setAttribute("aria-label", text);
  canvas.dataset.frame = frame;
}
