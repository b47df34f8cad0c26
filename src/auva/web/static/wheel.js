// The 2-D wheel: valence from left to right, arousal from bottom to top.

import { finishTrace, hand, nudge, setHand, setPoint } from "./affect.js";
import { colour, FONT, sharp } from "./drawing.js";
import { byId, changed, clamp, listen, state } from "./store.js";

const canvas = byId("wheel");
const WORDS = [
  ["happy", 15], ["excited", 48], ["alarmed", 100], ["angry", 142],
  ["sad", 200], ["bored", 238], ["calm", 292], ["content", 338],
];
const MARGIN = 14;
const DEAD = 0.12;
let geometry = { x: 0, y: 0, radius: 1 };
let pressed = false;

export function build() {
  canvas.addEventListener("pointerdown", (event) => {
    pressed = true;
    canvas.setPointerCapture(event.pointerId);
    setHand(pointAt(event));
    changed("hand");
  });
  canvas.addEventListener("pointermove", (event) => {
    // A mouse traces without a pressed button; a finger has to touch.
    if (event.pointerType === "mouse" || pressed) setHand(pointAt(event));
    changed("hand");
  });
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", leave);
  canvas.addEventListener("pointerleave", leave);
  canvas.addEventListener("keydown", onKey);
  new ResizeObserver(() => changed("hand")).observe(canvas);
  listen((parts) => {
    if (["va", "frame", "hand", "tracing", "trace"].some((part) => parts.has(part))) draw();
  });
  requestAnimationFrame(pollGamepad);
}

function release(event) {
  pressed = false;
  if (!state.playing && state.video && state.writer) {
    const [valence, arousal] = pointAt(event);
    setPoint(state.frame, { valence, arousal });
  }
  if (event.pointerType !== "mouse") leave();
}

function leave() {
  if (pressed) return;
  setHand(null);
  finishTrace();
  changed("hand");
}

function onKey(event) {
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  const way = steps[event.key];
  if (!way || !event.altKey || !state.video) return;
  event.preventDefault();
  event.stopPropagation();
  nudge(way[0] * 0.02, way[1] * 0.02);
}

function pointAt(event) {
  const box = canvas.getBoundingClientRect();
  const v = (event.clientX - box.left - geometry.x) / geometry.radius;
  const a = -(event.clientY - box.top - geometry.y) / geometry.radius;
  return [clamp(v, -1, 1), clamp(a, -1, 1)];
}

let padUsed = false;
let padButtons = [];
export const padActions = { 0: "play", 1: "trace", 4: "back10", 5: "forward10", 14: "back", 15: "forward" };
let onPad = () => {};
export const whenPad = (listener) => { onPad = listener; };

function pollGamepad() {
  const pad = [...(navigator.getGamepads?.() ?? [])].find(Boolean);
  if (pad) {
    const [x, y] = pad.axes;
    const moved = Math.hypot(x, y) > DEAD;
    if (moved || padUsed) {
      padUsed = true;
      setHand(moved ? [clamp(x, -1, 1), clamp(-y, -1, 1)] : [0, 0]);
      changed("hand");
    }
    pad.buttons.forEach((button, index) => {
      if (button.pressed && !padButtons[index] && padActions[index]) onPad(padActions[index]);
    });
    padButtons = pad.buttons.map((button) => button.pressed);
  }
  requestAnimationFrame(pollGamepad);
}

function draw() {
  const context = sharp(canvas);
  const { clientWidth: width, clientHeight: height } = canvas;
  const radius = Math.max(10, Math.min(width, height) / 2 - MARGIN);
  geometry = { x: Math.floor(width / 2) + 0.5, y: Math.floor(height / 2) + 0.5, radius };
  const at = ([v, a]) => [geometry.x + v * radius, geometry.y - a * radius];
  drawGround(context, radius);
  if (!state.video) return;
  drawTail(context, at);
  const now = ["valence", "arousal"].map((name) => state.va[name][state.frame - 1] ?? null);
  if (now[0] !== null && now[1] !== null) dot(context, at(now), 6, colour("strong"), colour("main"));
  if (hand) dot(context, at(hand), 7, colour(state.tracing ? "bad" : "dim"), null);
  const text = (value) => (value === null ? "–" : value.toFixed(2));
  byId("valence").textContent = text(now[0]);
  byId("arousal").textContent = text(now[1]);
}

function drawGround(context, radius) {
  const { x, y } = geometry;
  context.fillStyle = colour("wheel");
  context.strokeStyle = colour("wheel-line");
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.fill();
  context.stroke();
  context.beginPath();
  context.moveTo(x - radius, y);
  context.lineTo(x + radius, y);
  context.moveTo(x, y - radius);
  context.lineTo(x, y + radius);
  context.arc(x, y, radius / 2, -Math.PI / 2, 1.5 * Math.PI);
  context.stroke();
  context.font = FONT;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = colour("dim");
  context.strokeStyle = colour("wheel");
  context.lineWidth = 4;
  for (const [word, angle] of radius < 70 ? [] : WORDS) {
    const turn = (angle * Math.PI) / 180;
    const place = [x + Math.cos(turn) * radius * 0.73, y - Math.sin(turn) * radius * 0.73];
    context.strokeText(word, ...place);
    context.fillText(word, ...place);
  }
  context.lineWidth = 1;
  context.fillStyle = colour("valence");
  context.fillText("V", x + radius + 8, y);
  context.fillStyle = colour("arousal");
  context.fillText("A", x, y - radius - 7);
}

// The last second of the curves.
function drawTail(context, at) {
  const second = Math.round(state.video.fps);
  for (let back = second; back >= 1; back -= 1) {
    const frame = state.frame - back;
    const v = state.va.valence[frame - 1] ?? null;
    const a = state.va.arousal[frame - 1] ?? null;
    if (frame < 1 || v === null || a === null) continue;
    context.globalAlpha = (second - back) / (2 * second);
    dot(context, at([v, a]), 3, colour("tail"), null);
  }
  context.globalAlpha = 1;
}

function dot(context, [x, y], size, fill, edge) {
  context.beginPath();
  context.arc(x, y, size, 0, 7);
  context.fillStyle = fill;
  context.fill();
  if (!edge) return;
  context.strokeStyle = edge;
  context.lineWidth = 2;
  context.stroke();
  context.lineWidth = 1;
}
