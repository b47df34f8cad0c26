// Pictures of faces: asked for while they are in view, given up when they are scrolled past.

const MOST = 600; // kept pictures
const LANES = 3;

const kept = new Map(); // address -> object URL, the oldest first
const wanted = new Map(); // address -> what to call with the object URL
const coming = new Map(); // address -> what gives the request up

// Show pictures: {address: listener}. What was wanted before and is no more is not loaded.
export function want(pictures) {
  for (const [address, controller] of coming) if (!(address in pictures)) controller.abort();
  wanted.clear();
  for (const [address, listener] of Object.entries(pictures)) {
    const known = kept.get(address);
    if (known) listener(known);
    else wanted.set(address, listener);
  }
  fill();
}

function fill() {
  for (const address of wanted.keys()) {
    if (coming.size >= LANES) return;
    if (!coming.has(address)) load(address);
  }
}

async function load(address) {
  const controller = new AbortController();
  coming.set(address, controller);
  try {
    const response = await fetch(address, { signal: controller.signal });
    if (response.status !== 200) throw new Error();
    keep(address, URL.createObjectURL(await response.blob()));
    wanted.get(address)?.(kept.get(address));
  } catch {
    // It was scrolled past, or the server says on the page what is wrong.
  }
  if (!controller.signal.aborted) wanted.delete(address);
  coming.delete(address);
  fill();
}

function keep(address, url) {
  kept.set(address, url);
  if (kept.size <= MOST) return;
  const [oldest, old] = kept.entries().next().value;
  kept.delete(oldest);
  URL.revokeObjectURL(old);
}
