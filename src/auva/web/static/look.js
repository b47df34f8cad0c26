// The view of the picture: only the face, zoomed, brighter, or beside a neutral frame of the same
// person. The view never changes data.

import { fitPixels } from "./drawing.js";
import { read, write } from "./place.js";
import { announce, byId, changed, clamp, listen, refuse, state } from "./store.js";
import { scrolls } from "./view.js";

const NEAR = 5; // frames on each side over which the position of the face is averaged
const FAR = 30; // frames that are searched for a face if this one has none
const AROUND = 1.8; // side of a crop as a multiple of the box's larger side
const STEP = 1.25;
const MOST = 12;
const KNOWN = ["brightness", "contrast"];
const stage = byId("stage");
const canvases = [byId("picture"), byId("neutral")];
const look = { face: false, zoom: 1, x: 0, y: 0, light: { brightness: 1, contrast: 1 } };
let neutral = null; // {video, frame, box, picture}
let recalls = 0;

// `redraw` draws the picture again.
export function build(redraw) {
  byId("nearer").onclick = () => nearer(STEP);
  byId("farther").onclick = () => nearer(1 / STEP);
  for (const name of KNOWN) {
    byId(name).oninput = () => {
      look.light[name] = Number(byId(name).value);
      showLight();
    };
  }
  byId("plain").onclick = plain;
  stage.addEventListener("wheel", (event) => {
    if (!state.video || event.target.closest("#look, #exemplar") || (scrolls() && !event.ctrlKey)) return;
    event.preventDefault();
    nearer(Math.exp(-event.deltaY * 0.002));
  }, { passive: false });
  canvases.forEach((canvas) => canvas.addEventListener("pointerdown", drag));
  new ResizeObserver(drawNeutral).observe(byId("neutral"));
  listen((parts) => {
    if (parts.has("video") && state.video) recall();
    if (parts.has("look")) redraw();
    if (parts.has("look") || parts.has("neutral")) drawNeutral();
  });
}

export function toggleFace() {
  Object.assign(look, { face: !look.face, x: 0, y: 0 });
  byId("face").setAttribute("aria-pressed", String(look.face));
  if (look.face && !state.video.boxes) refuse("the faces of this video are not detected yet");
  else announce(look.face ? "showing only the face" : "showing the whole frame");
  changed("look");
}

export function nearer(factor) {
  look.zoom = clamp(look.zoom * factor, 1, MOST);
  if (look.zoom < 1.02) Object.assign(look, { zoom: 1, x: 0, y: 0 });
  byId("zoom").textContent = `${look.zoom.toFixed(1)}×`;
  stage.classList.toggle("near", look.zoom > 1);
  changed("look");
}

function plain() {
  Object.assign(look, { zoom: 1, x: 0, y: 0, light: { brightness: 1, contrast: 1 } });
  for (const name of KNOWN) byId(name).value = 1;
  showLight();
  nearer(1);
}

function showLight() {
  const { brightness, contrast } = look.light;
  for (const canvas of canvases) canvas.style.filter = `brightness(${brightness}) contrast(${contrast})`;
  byId("light").classList.toggle("changed", brightness !== 1 || contrast !== 1);
}

// Move the visible part, if the picture is zoomed.
function drag(event) {
  if (event.button !== 0 || (look.zoom === 1 && !look.face)) return;
  const canvas = event.currentTarget;
  const from = { x: event.clientX, y: event.clientY, at: [look.x, look.y] };
  canvas.setPointerCapture(event.pointerId);
  canvas.onpointermove = (moving) => {
    look.x = clamp(from.at[0] + (moving.clientX - from.x) / canvas.clientWidth, -look.zoom, look.zoom);
    look.y = clamp(from.at[1] + (moving.clientY - from.y) / canvas.clientHeight, -look.zoom, look.zoom);
    changed("look");
  };
  canvas.onpointerup = canvas.onpointercancel = () => { canvas.onpointermove = null; };
}

const boxAt = (frame) => state.video.boxes?.box[frame - 1] ?? null;
const centre = ([x, y, right, bottom]) => [(x + right) / 2, (y + bottom) / 2];
const side = ([x, y, right, bottom]) => Math.max(right - x, bottom - y);

// The face around a frame as [x, y, right, bottom], averaged so that the crop does not shake; if the
// frame has none, that of the nearest frame, or null.
export function faceAround(frame) {
  let at = frame;
  for (let away = 1; !boxAt(at) && away <= FAR; away += 1) at = boxAt(frame - away) ? frame - away : frame + away;
  const boxes = [];
  for (let each = at - NEAR; each <= at + NEAR; each += 1) if (boxAt(each)) boxes.push(boxAt(each));
  if (!boxAt(at)) return null;
  const mean = (values) => values.reduce((a, b) => a + b) / values.length;
  return [0, 1, 2, 3].map((place) => mean(boxes.map((box) => box[place])));
}

// The position of a picture in a canvas, {scale, left, top}: x is drawn at left + x * scale.
function transform(canvas, [width, height], box) {
  const shown = look.face && box;
  const [x, y] = shown ? centre(box) : [width / 2, height / 2];
  const fit = shown ? Math.min(canvas.width, canvas.height) / (AROUND * side(box))
    : Math.min(canvas.width / width, canvas.height / height);
  const scale = fit * look.zoom;
  return {
    scale,
    left: canvas.width * (0.5 + look.x) - x * scale,
    top: canvas.height * (0.5 + look.y) - y * scale,
  };
}

// Draw a picture into a canvas with the current view; return its position.
export function draw(canvas, picture, box) {
  fitPixels(canvas);
  const context = canvas.getContext("2d");
  const place = transform(canvas, [picture.width, picture.height], box);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, place.left, place.top, picture.width * place.scale, picture.height * place.scale);
  return place;
}

// The browser stores the pinned frame of each person.
const key = () => {
  const { identity } = state.videos.find(({ id }) => id === state.video.id);
  return `auva:neutral:${identity}`;
};

export function togglePin() {
  if (neutral) {
    write(localStorage, key(), {});
    unpin();
    announce("the neutral frame is removed");
    return;
  }
  const { id, stamp } = state.video;
  const pin = { video: id, stamp, frame: state.frame, box: faceAround(state.frame) };
  write(localStorage, key(), pin);
  announce(`frame ${state.frame} is now the neutral frame`);
  recall();
}

function unpin() {
  neutral?.picture.close();
  neutral = null;
  showPinned();
}

// Show the pinned neutral frame of the person in this video.
async function recall() {
  const { id } = state.video;
  const mine = (recalls += 1);
  const isOver = () => state.video?.id !== id || mine !== recalls;
  unpin();
  const pin = read(localStorage, key());
  if (!pin.video) return;
  const response = await fetch(`${state.base}/${pin.video}/frames/${pin.frame}.jpg?v=${pin.stamp}`).catch(() => null);
  if (isOver()) return;
  if (!response?.ok) {
    if (response?.status === 409) write(localStorage, key(), {}); // the video was converted again
    refuse("the neutral frame no longer exists");
    return;
  }
  const picture = await createImageBitmap(await response.blob());
  if (isOver()) {
    picture.close();
    return;
  }
  neutral = { ...pin, picture };
  showPinned();
}

function showPinned() {
  stage.classList.toggle("pinned", Boolean(neutral));
  byId("pin").setAttribute("aria-pressed", String(Boolean(neutral)));
  byId("neutral").hidden = byId("neutral-note").hidden = !neutral;
  if (!neutral) return;
  const where = neutral.video === state.video.id ? "" : ` of ${neutral.video}`;
  byId("neutral-note").textContent = `neutral: frame ${neutral.frame}${where}`;
  byId("neutral").setAttribute("aria-label", byId("neutral-note").textContent);
  changed("neutral");
}

function drawNeutral() {
  if (!neutral || !byId("neutral").clientWidth) return;
  // The frame may have been pinned before the detection of the faces.
  const isHere = state.video && neutral.video === state.video.id;
  draw(byId("neutral"), neutral.picture, isHere ? faceAround(neutral.frame) : neutral.box);
}
