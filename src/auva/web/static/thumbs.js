// Pictures of faces: requested while they are visible, cancelled when they are scrolled past.

const MOST = 600; // maximum number of cached pictures
const LANES = 3;

const kept = new Map(); // address -> object URL, the oldest first
const wanted = new Map(); // address -> listener for the object URL
const coming = new Map(); // address -> function that cancels the request

// Show pictures, {address: listener}; cancel earlier requests for other pictures.
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
    // It was scrolled past, or the page shows the server's error already.
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
