// The valence and arousal curves above the tracks, and dragging their points.

import { curvesOf, farApart } from "./adjudicate.js";
import { dimensions, setPoint, bend, traced } from "./affect.js";
import { colour, curve, FONT, line, sharp } from "./drawing.js";
import { changed, clamp, listen, state } from "./store.js";
import { frameAt, share } from "./view.js";

const NAMES = ["valence", "arousal"];
let canvas;
let buttons;
let drag = null;

export function build(root) {
  const head = document.createElement("div");
  head.className = "head";
  buttons = ["valence", "arousal"].map((name) => {
    const button = document.createElement("button");
    button.className = name[0];
    button.textContent = name === "valence" ? "Valence" : "Arousal";
    button.title = `The mouse edits ${name}`;
    button.onclick = () => toggle(name);
    return button;
  });
  head.append(...buttons);
  canvas = document.createElement("canvas");
  canvas.id = "curves";
  canvas.setAttribute("role", "img");
  root.append(head, canvas);
  canvas.addEventListener("pointerdown", start);
  listen((parts) => {
    if (["va", "view", "frame", "curve", "trace", "tracks", "sources"].some((part) => parts.has(part))) draw();
  });
}

function toggle(name) {
  const other = name === "valence" ? "arousal" : "valence";
  if (state.curve === "both") state.curve = other;
  else if (state.curve === other) state.curve = "both";
  changed("curve");
}

const valueAt = (event) => {
  const box = canvas.getBoundingClientRect();
  return clamp(1 - (2 * (event.clientY - box.top - 4)) / (box.height - 8), -1, 1);
};

// Select the curve nearest to the pointer, among those that the mouse edits.
function start(event) {
  if (!state.video || !state.writer) return;
  const frame = clamp(Math.floor(frameAt(event)), 1, state.video.frames);
  const value = valueAt(event);
  const distance = (name) => Math.abs((state.va[name][frame - 1] ?? 0) - value);
  const name = dimensions().sort((a, b) => distance(a) - distance(b))[0];
  const { id } = state.video;
  drag = { name, frame, value };
  canvas.setPointerCapture(event.pointerId);
  canvas.onpointermove = (moving) => { drag.value = valueAt(moving); draw(); };
  canvas.onpointercancel = () => { drag = null; canvas.onpointermove = null; };
  canvas.onpointerup = () => {
    const done = drag;
    canvas.onpointercancel();
    if (done && state.video?.id === id) setPoint(done.frame, { [done.name]: done.value });
  };
  draw();
}

function draw() {
  if (!state.video) return;
  const context = sharp(canvas);
  const { clientWidth: width, clientHeight: height } = canvas;
  const { first, span } = state.view;
  const x = (frame) => share(frame + 0.5) * width;
  const y = (value) => 4 + ((1 - value) / 2) * (height - 8);
  drawLevels(context, width, y);
  drawSources(context, x, y, width, height);
  for (const name of NAMES) {
    const active = dimensions().includes(name);
    context.strokeStyle = context.fillStyle = colour(name);
    context.globalAlpha = active ? 1 : 0.35;
    context.lineWidth = active ? 1.8 : 1.2;
    curve(context, state.va[name], x, y, Math.floor(first) - 1, Math.ceil(first + span) + 1);
  }
  context.globalAlpha = 1;
  if (drag) drawDrag(context, x, y);
  drawTrace(context, x, y);
  context.lineWidth = 1;
  label();
}

function drawLevels(context, width, y) {
  context.strokeStyle = colour("line");
  context.fillStyle = colour("dim");
  context.font = FONT;
  for (const level of [-1, 0, 1]) line(context, [[0, y(level)], [width, y(level)]]);
  context.fillText("1", 3, y(1) + 11);
  context.fillText("−1", 3, y(-1) - 3);
}

// The curves of each annotator, on the adjudication page.
function drawSources(context, x, y, width, height) {
  context.globalAlpha = 0.25;
  context.fillStyle = colour("bad");
  for (const [first, last] of [...farApart("valence"), ...farApart("arousal")]) {
    context.fillRect(share(first) * width, 0, (share(last + 1) - share(first)) * width, height);
  }
  context.globalAlpha = 0.8;
  context.setLineDash([3, 3]);
  for (const name of dimensions()) {
    for (const [paint, values] of curvesOf(name)) {
      context.strokeStyle = context.fillStyle = paint;
      curve(context, values, x, y, Math.floor(state.view.first) - 1, Math.ceil(state.view.first + state.view.span) + 1);
    }
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function drawDrag(context, x, y) {
  const { first, values } = bend(drag.name, drag.frame, drag.value);
  context.strokeStyle = colour("strong");
  context.setLineDash([4, 3]);
  line(context, values.map((value, index) => [x(first + index), y(value)]));
  context.setLineDash([]);
  context.fillStyle = colour(drag.name);
  context.beginPath();
  context.arc(x(drag.frame), y(drag.value), 5, 0, 7);
  context.fill();
}

function drawTrace(context, x, y) {
  const samples = traced();
  context.lineWidth = 2.5;
  context.strokeStyle = colour("bad");
  line(context, samples.map(([frame, v]) => [x(frame), y(v)]));
  line(context, samples.map(([frame, , a]) => [x(frame), y(a)]));
}

function label() {
  const text = (name) => state.va[name][state.frame - 1]?.toFixed(2) ?? "not labelled";
  const what = `Frame ${state.frame}: valence ${text("valence")}, arousal ${text("arousal")}`;
  canvas.setAttribute("aria-label", what);
  buttons.forEach((button, index) => {
    const name = ["valence", "arousal"][index];
    button.setAttribute("aria-pressed", String(dimensions().includes(name)));
  });
}
