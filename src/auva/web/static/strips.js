// One row of the agreement page: the labels of each annotator along the video, and differences.

import { colour, curve, sharp } from "./drawing.js";
import { element } from "./dom.js";

const COLOURS = 6;
export const colourOf = (everyone, name) => colour(`who-${(everyone.indexOf(name) % COLOURS) + 1}`);

// The address of a span on the annotation page.
export const placeOf = (content, target, [first]) =>
  `/#${content.id}/${first}${"spans" in target ? `/${target.name}` : ""}`;

function strip(target, content) {
  const box = element("div", "strip");
  for (const [first, last] of target.differ) {
    const link = element("a", "", "", box);
    put(link, first, last, content.frames);
    link.href = placeOf(content, target, [first, last]);
    link.title = `${target.name} differs on frames ${first} to ${last}: open them`;
    link.setAttribute("aria-label", link.title);
  }
  return box;
}

function put(made, first, last, frames) {
  made.style.left = `${(100 * (first - 1)) / frames}%`;
  made.style.width = `${(100 * (last - first + 1)) / frames}%`;
}

// A lane per annotator with that annotator's spans.
export function spansOf(unit, content, everyone) {
  const box = strip(unit, content);
  for (const name of content.annotators.au) {
    const lane = element("div", "lane", "", box);
    for (const [first, last] of unit.spans[name]) {
      const span = element("i", "", "", lane);
      span.style.background = colourOf(everyone, name);
      put(span, first, last, content.frames);
    }
  }
  return box;
}

// A curve per annotator.
export function curvesOf(dimension, content, everyone) {
  const box = strip(dimension, content);
  box.classList.add("tall");
  const canvas = element("canvas", "", "", box);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${dimension.name} of each annotator`);
  const draw = () => {
    const context = sharp(canvas);
    const { clientWidth: width, clientHeight: height } = canvas;
    const x = (frame) => ((frame - 0.5) / content.frames) * width;
    const y = (value) => 3 + ((1 - value) / 2) * (height - 6);
    context.fillStyle = colour("line");
    context.fillRect(0, y(0), width, 1);
    context.lineWidth = 1.6;
    for (const name of content.annotators.va) {
      context.strokeStyle = context.fillStyle = colourOf(everyone, name);
      curve(context, dimension.curves[name], x, y, 1, content.frames);
    }
  };
  new ResizeObserver(draw).observe(canvas);
  return box;
}
