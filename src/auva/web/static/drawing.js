// Canvases in the resolution of the screen, with the colours of the theme.

const known = new Map();
const scheme = window.matchMedia("(prefers-color-scheme: light)");
scheme.addEventListener("change", () => known.clear());

// A colour of base.css by its name, in the current theme of the system.
export function colour(name) {
  if (!known.has(name)) {
    known.set(name, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim());
  }
  return known.get(name);
}

// Call `redraw` when the system changes its theme.
export const whenTheme = (redraw) => scheme.addEventListener("change", redraw);

// Set the size of a canvas in screen pixels; return the number of screen pixels per CSS pixel.
export function fitPixels(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  return ratio;
}

// Return the cleared context of a canvas, in CSS pixels.
export function sharp(canvas) {
  const ratio = fitPixels(canvas);
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  return context;
}

export function line(context, points) {
  if (points.length === 1) context.fillRect(points[0][0] - 1, points[0][1] - 1, 2, 2);
  if (points.length < 2) return;
  context.beginPath();
  points.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}

// Draw the values of the frames `first` to `last`; the line has a gap where a value is null.
export function curve(context, values, x, y, first, last) {
  let points = [];
  for (let frame = Math.max(1, first); frame <= Math.min(values.length, last); frame += 1) {
    const value = values[frame - 1];
    if (value === null) {
      line(context, points);
      points = [];
    } else points.push([x(frame), y(value)]);
  }
  line(context, points);
}

export const FONT = '11px system-ui, "DejaVu Sans", sans-serif';
