// The live connection: it shows the server that a window is open, and reports changes to the window.
//
// While the server does not answer, a notice covers the page and its controls are disabled, so that
// no work is lost. When the server answers again, also after a restart on the same port, the page
// continues: the server proves that it knows the old key, then the page does (`auva.web.resume`).

import { get, post, randomId, send, ServerError, windowId } from "./api.js";
import { byId } from "./store.js";

const RETRY = 1000;
const SILENCE = 8000;
let known = null;

async function learnKey() {
  const { server, key } = await get("/api/key");
  const bytes = Uint8Array.from(key.match(/../g), (byte) => parseInt(byte, 16));
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  known = { server, key: await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]) };
}

async function proof(who, nonce) {
  const signed = await crypto.subtle.sign("HMAC", known.key, new TextEncoder().encode(`${who}:${nonce}`));
  return Array.from(new Uint8Array(signed), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Check that the server answers and accepts requests of this page.
export async function reach() {
  if (!known) {
    await learnKey();
    return;
  }
  const mine = Array.from(randomId(), (letter) => letter.charCodeAt(0).toString(16)).join("");
  // No cookie is sent before the server has proved its identity.
  const hello = await send(`/api/hello?nonce=${mine}`, { credentials: "omit" });
  if (hello.proof !== await proof("server", mine + hello.nonce)) {
    throw new ServerError(0, "another program, or auva with other videos, answers at this address", "other");
  }
  if (hello.server === known.server) return;
  await post("/api/resume", { nonce: hello.nonce, proof: await proof("page", hello.nonce) });
  await learnKey();
}

function cover(text) {
  const box = byId("gone");
  box.hidden = !text;
  box.querySelector("p").textContent = text;
  for (const each of document.querySelectorAll("header.bar, main")) each.inert = Boolean(text);
}

export const isCovered = () => !byId("gone").hidden;

// Keep a connection for a page and video. `told` gets the changes one after another until the
// connection is closed: {writer, version, stamp, outside, problem}. `lost` is called when the server
// does not answer, `back` before messages are read again.
export function live(page, video, { told, lost = () => {}, back = () => {} }) {
  let socket = null;
  let closed = false;
  let heard = 0;
  let gone = false;
  let telling = Promise.resolve();

  const fail = (text) => {
    if (closed) return;
    if (!gone) lost();
    gone = true;
    cover(text);
    setTimeout(open, RETRY);
  };
  const dead = "The server does not answer. Nothing can be saved. Start the same command again; "
    + "this page then continues by itself.";

  async function open() {
    if (closed) return;
    try {
      await reach();
      if (gone && !closed) await back();
    } catch (error) {
      const text = error.code === "gone" ? dead
        : error.status === 401 ? "The server was restarted and does not accept this page. Open the address that it printed."
        : `${error.message[0].toUpperCase()}${error.message.slice(1)}. Nothing can be saved here.`;
      fail(text);
      return;
    }
    if (closed) return;
    const path = `ws://${location.host}/api/live/${page}/${video}?window=${windowId}`;
    const mine = new WebSocket(path);
    socket = mine;
    heard = performance.now();
    socket.onmessage = (event) => {
      heard = performance.now();
      if (gone) cover("");
      gone = false;
      telling = telling.catch(() => {}).then(() => closed || gone || mine !== socket || told(JSON.parse(event.data)));
    };
    socket.onclose = () => fail(dead);
  }

  const watch = setInterval(() => {
    const silent = socket?.readyState === WebSocket.OPEN && performance.now() - heard > SILENCE;
    if (!silent || document.hidden || gone) return;
    socket.onclose = null;
    socket.close();
    fail(dead);
  }, RETRY);
  open();
  return () => {
    closed = true;
    clearInterval(watch);
    if (gone) cover("");
    if (socket) socket.onclose = null;
    socket?.close();
  };
}
