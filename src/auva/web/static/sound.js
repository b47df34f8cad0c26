// The original's sound: the loudness of each frame along the timeline, and synchronised playing.

import { get } from "./api.js";
import { colour, sharp } from "./drawing.js";
import { element } from "./dom.js";
import { read, write } from "./place.js";
import { position } from "./player.js";
import { byId, clamp, listen, state } from "./store.js";
import { share } from "./view.js";

const QUIETEST = 48; // range of the lane in decibels below full scale
const FOLLOW = 250; // ms between two comparisons of the sound with the frame clock
const FAR = 0.3; // difference in s above which the sound jumps instead of changing its speed
const SLOWEST = 0.3; // share of the speed below which no sound is played
const audio = new Audio();
audio.preload = "auto";
audio.hidden = true;
audio.id = "audio";
document.body.append(audio);
let loudness = null;
let wanted = null; // the video whose sound was requested
let looked = 0;
let button;
let canvas;
let note;

export function build(root) {
  const head = element("div", "head", "", root);
  button = element("button", "", "Sound", head);
  button.id = "sound-on";
  button.title = "Sound on, off (U)";
  button.onclick = toggle;
  const lane = element("div", "", "", root);
  lane.id = "sound-lane";
  canvas = element("canvas", "", "", lane);
  canvas.id = "sound";
  canvas.setAttribute("role", "img");
  note = element("p", "", "", lane);
  note.id = "sound-note";
  audio.muted = read(localStorage, "auva:sound").muted === true;
  audio.onerror = () => loudness && say("the browser cannot play the sound");
  showButton();
  listen((parts) => {
    if (parts.has("playing") || parts.has("loop")) begin();
    if (!state.video) return;
    if (parts.has("frame") || parts.has("pace")) follow();
    if (parts.has("view") || parts.has("sound")) draw();
  });
  return canvas;
}

function say(text) {
  note.textContent = text;
  canvas.setAttribute("aria-label", text || "Loudness of the original sound");
  byId("sound-lane").dataset.ready = String(Boolean(loudness));
}

const showButton = () => button.setAttribute("aria-pressed", String(!audio.muted));

export function toggle() {
  audio.muted = !audio.muted;
  write(localStorage, "auva:sound", { muted: audio.muted });
  showButton();
}

// Request the sound of a video; the first time, the server extracts it from the original.
export async function open(video) {
  wanted = video;
  loudness = null;
  audio.pause();
  audio.removeAttribute("src");
  draw();
  say("reading the sound of the original video …");
  try {
    const found = await get(`${state.base}/${video.id}/sound?v=${video.stamp}`);
    if (wanted !== video) return;
    loudness = found.loudness ?? null;
    if (!loudness) {
      say(found.problem);
      return;
    }
    audio.src = `${state.base}/${video.id}/sound.wav?v=${video.stamp}`;
    say(loudness.some(Boolean) ? found.choice : "the whole sound is silent");
  } catch (error) {
    if (wanted !== video) return;
    say(error.message);
  }
  draw();
  begin();
}

const isHeard = () => state.playing && loudness && state.pace >= SLOWEST;

function begin() {
  if (!isHeard()) {
    audio.pause();
    return;
  }
  audio.currentTime = position();
  audio.playbackRate = state.speed;
  audio.play().catch(() => {}); // paused before it has started
}

// The sound follows the frame clock: it plays slightly faster or slower, or jumps.
function follow() {
  const now = performance.now();
  if (now - looked < FOLLOW) return;
  looked = now;
  if (!isHeard() || audio.paused) {
    if (isHeard() || !audio.paused) begin();
    return;
  }
  const ahead = audio.currentTime - position();
  if (Math.abs(ahead) > FAR) audio.currentTime = position();
  const rate = state.speed * state.pace * clamp(1 - ahead, 0.8, 1.2);
  if (Math.abs(rate - audio.playbackRate) > 0.02) audio.playbackRate = rate;
}

// One bar per frame, or per pixel if frames are narrower: decibels below full scale.
function draw() {
  if (!canvas.clientWidth) return;
  const context = sharp(canvas);
  if (!loudness) return;
  const { clientWidth: width, clientHeight: height } = canvas;
  const { first, span } = state.view;
  const step = Math.max(1, Math.ceil(span / width));
  context.fillStyle = colour("sound");
  for (let frame = Math.max(1, Math.floor(first / step) * step); frame <= first + span; frame += step) {
    const loud = Math.max(0, ...loudness.slice(frame - 1, frame - 1 + step));
    const tall = loud ? Math.max(0, 1 + (20 * Math.log10(loud / 255)) / QUIETEST) * (height - 2) : 0;
    const left = share(frame) * width;
    context.fillRect(left, (height - tall) / 2, Math.max(1, (step / span) * width - 0.5), Math.max(tall, 0.5));
  }
}
