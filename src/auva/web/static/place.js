// Where the coder is in each video and what was begun there, kept by the browser: over a reload, a
// look at another video, and a server that was gone.

import { changed, listen, state } from "./store.js";

const name = (what, id) => `auva:${what}:${location.pathname}:${state.annotator}:${id}`;

// What the browser keeps under a name, an empty object where it keeps nothing.
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
    // A browser that keeps nothing (a full or forbidden store) loses the place, never a label.
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

// Where this video was left: {frame, chosen, view}, or an empty object.
export function placeIn(id) {
  const here = read(sessionStorage, name("place", id));
  return "frame" in here ? here : read(localStorage, name("place", id));
}

// Take up the spans that were begun; frames of an earlier conversion are others. Returns their names.
export function takeUpBegun() {
  const { stamp, pending = {} } = read(localStorage, name("begun", state.video.id));
  const names = Object.keys(pending);
  state.pending = stamp === state.video.stamp ? pending : {};
  changed("pending");
  return { names, fits: !names.length || stamp === state.video.stamp };
}

// Edits that could not be sent because the server was gone; sent when it is back.
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
