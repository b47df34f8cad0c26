// The position and the begun spans in each video. The browser stores them over a reload, a change to
// another video, and a lost server.

import { changed, listen, state } from "./store.js";

const name = (what, id) => `auva:${what}:${location.pathname}:${state.annotator}:${id}`;

// The value that the browser stores under a name, by default an empty object.
export function read(store, key) {
  try {
    return JSON.parse(store.getItem(key)) ?? {};
  } catch {
    return {};
  }
}

export function write(store, key, value) {
  try {
    store.setItem(key, JSON.stringify(value));
  } catch {
    // If the browser's storage is full or disabled, only the position is lost, never a label.
  }
}

export function build() {
  listen((parts) => {
    const { video, frame, chosen, view, pending } = state;
    if (!video || !state.picture) return;
    if (["frame", "chosen", "view"].some((part) => parts.has(part))) {
      const place = { frame, chosen, view };
      write(sessionStorage, name("place", video.id), place);
      write(localStorage, name("place", video.id), place);
    }
    if (parts.has("pending") && state.writer) {
      write(localStorage, name("begun", video.id), { stamp: video.stamp, pending });
    }
  });
}

// The last position in this video, {frame, chosen, view}, or an empty object.
export function placeIn(id) {
  const here = read(sessionStorage, name("place", id));
  return "frame" in here ? here : read(localStorage, name("place", id));
}

// Restore begun spans unless they belong to an earlier conversion. Returns their names.
export function takeUpBegun() {
  const { stamp, pending = {} } = read(localStorage, name("begun", state.video.id));
  const names = Object.keys(pending);
  state.pending = stamp === state.video.stamp ? pending : {};
  changed("pending");
  return { names, fits: !names.length || stamp === state.video.stamp };
}

// Edits that could not be sent to a lost server; they are sent when it answers again.
export const unsent = {
  all: () => read(localStorage, name("unsent", "")).edits ?? [],
  add(edit) {
    write(localStorage, name("unsent", ""), { edits: [...unsent.all(), edit] });
  },
  take(id) {
    const all = unsent.all();
    write(localStorage, name("unsent", ""), { edits: all.filter((edit) => edit.video !== id) });
    return all.filter((edit) => edit.video === id);
  },
};
