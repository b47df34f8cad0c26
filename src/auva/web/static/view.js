// The range of frames on the timeline. Frame f covers [f, f + 1) of the view.

import { byId, changed, clamp, state } from "./store.js";

const MIN_SPAN = 20;

export function frameAt(event) {
  const box = byId("ruler").getBoundingClientRect();
  return state.view.first + ((event.clientX - box.left) / box.width) * state.view.span;
}

// Whether the page is longer than the screen; then a wheel without Ctrl scrolls the page.
export const scrolls = () => document.documentElement.scrollHeight > window.innerHeight + 1;

export const share = (frame) => (frame - state.view.first) / state.view.span;

// Place an element over the frames `first` to `last`.
export function place(element, first, last) {
  element.style.left = `${100 * share(first)}%`;
  element.style.width = `${100 * (share(last + 1) - share(first))}%`;
}

export const inView = ([first, last]) =>
  last >= state.view.first && first <= state.view.first + state.view.span;

export function setView(first, span) {
  const last = Math.max(1, state.video.frames + 1 - span);
  state.view = { first: clamp(first, 1, last), span };
  changed("view");
}

export function zoom(factor, centre = state.frame + 0.5) {
  const span = clamp(state.view.span * factor, MIN_SPAN, Math.max(state.video.frames, MIN_SPAN));
  setView(centre - clamp(share(centre), 0, 1) * span, span);
}

export const fit = () => setView(1, Math.max(state.video.frames, MIN_SPAN));

export const scroll = (part) => setView(state.view.first + part * state.view.span, state.view.span);

// Keep the playhead in view.
export function follow() {
  const { first, span } = state.view;
  if (state.frame >= first && state.frame + 1 <= first + span) return;
  setView(state.frame - span * (state.frame < first ? 0.8 : 0.2), span);
}
