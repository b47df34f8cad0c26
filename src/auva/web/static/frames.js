// Pictures of frames: asked of the server by number, decoded once, kept around the playhead.

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

  // Resolve with the picture of a frame, at once if it is kept.
  async get(frame) {
    // What was to be fetched around the place before would give this frame up.
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
    const path = `/api/videos/${this.video.id}/frames/${frame}.jpg?v=${this.video.stamp}`;
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
        if (error.name !== "AbortError") this.wanted = []; // more would fail likewise
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

  // Give up what was being fetched ahead, so that nothing stands before a frame that is wanted now.
  only(frame) {
    clearTimeout(this.later);
    this.wanted = [];
    for (const [number, item] of this.coming) if (number !== frame) item.controller.abort();
  }

  // Fetch what is likely to be shown next: `AHEAD` frames in the direction of travel. After a leap
  // this waits until the playhead has come to rest, for the next leap would have to wait for it.
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
