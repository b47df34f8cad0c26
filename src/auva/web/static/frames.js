// Pictures of frames: requested by number, decoded once, cached around the playhead.

import { state } from "./store.js";

const KEPT_BYTES = 160e6;
const AHEAD = 30;
const BEHIND = 4;
const LANES = 3;
const SETTLED = 150;

export class Frames {
  constructor(video) {
    this.video = video;
    this.kept = new Map();
    this.coming = new Map();
    const most = Math.floor(KEPT_BYTES / (video.width * video.height * 4));
    this.most = Math.min(Math.max(most, AHEAD + BEHIND + 10), 400);
    this.wanted = [];
    this.later = null;
  }

  has(frame) {
    return this.kept.get(frame);
  }

  // Resolve to the picture of a frame, immediately if it is cached.
  async get(frame) {
    // Requests around the previous position would cancel this one.
    clearTimeout(this.later);
    const kept = this.kept.get(frame);
    if (kept) {
      this.kept.delete(frame);
      this.kept.set(frame, kept);
      return kept;
    }
    return (this.coming.get(frame) ?? this.ask(frame)).promise;
  }

  ask(frame) {
    const controller = new AbortController();
    const path = `${state.base}/${this.video.id}/frames/${frame}.jpg?v=${this.video.stamp}`;
    const promise = fetch(path, { signal: controller.signal })
      .then(async (response) => {
        if (!response.ok) {
          const { error = "no picture came", code } = await response.json().catch(() => ({}));
          throw Object.assign(new Error(error), { code });
        }
        return createImageBitmap(await response.blob());
      })
      .then((picture) => {
        this.keep(frame, picture);
        return picture;
      })
      .catch((error) => {
        if (error.name !== "AbortError") this.wanted = []; // further requests would fail too
        throw error;
      })
      .finally(() => {
        this.coming.delete(frame);
        this.fill();
      });
    promise.catch(() => {});
    const item = { promise, controller };
    this.coming.set(frame, item);
    return item;
  }

  keep(frame, picture) {
    this.kept.set(frame, picture);
    while (this.kept.size > this.most) {
      const [oldest, old] = this.kept.entries().next().value;
      this.kept.delete(oldest);
      if (old !== state.picture) old.close();
    }
  }

  // Cancel requests for frames ahead, so that they do not delay a frame that is needed now.
  only(frame) {
    clearTimeout(this.later);
    this.wanted = [];
    for (const [number, item] of this.coming) if (number !== frame) item.controller.abort();
  }

  // Request the frames that are likely to be shown next: `AHEAD` frames in the direction of movement.
  // After a jump this waits until the playhead rests, because it would delay the next jump.
  around(frame, direction, leapt = false) {
    clearTimeout(this.later);
    if (leapt) {
      this.later = setTimeout(() => this.around(frame, direction), SETTLED);
      return;
    }
    this.wanted = [];
    for (let step = 1; step <= AHEAD; step += 1) this.wanted.push(frame + direction * step);
    for (let step = 1; step <= BEHIND; step += 1) this.wanted.push(frame - direction * step);
    const near = new Set([frame, ...this.wanted]);
    for (const [number, item] of this.coming) if (!near.has(number)) item.controller.abort();
    this.fill();
  }

  fill() {
    while (this.coming.size < LANES && this.wanted.length) {
      const frame = this.wanted.shift();
      const inside = frame >= 1 && frame <= this.video.frames;
      if (inside && !this.kept.has(frame) && !this.coming.has(frame)) this.ask(frame);
    }
  }

  close() {
    clearTimeout(this.later);
    this.wanted = [];
    for (const item of this.coming.values()) item.controller.abort();
    for (const picture of this.kept.values()) picture.close();
    this.kept.clear();
  }
}
