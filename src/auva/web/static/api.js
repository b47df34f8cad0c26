// Talking to the server: JSON both ways, one window id, and the live connection.

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
export const randomId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => letters[byte % 62]).join("");
export const windowId = randomId();

export class ServerError extends Error {
  constructor(status, message, code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function read(response) {
  const content = await response.json().catch(() => ({}));
  if (!response.ok) {
    const message = content.error ?? `the server answers ${response.status}`;
    throw new ServerError(response.status, message, content.code ?? "");
  }
  return content;
}

async function send(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError(0, "the server does not answer; start the command again", "gone");
  }
  return read(response);
}

export const get = (path) => send(path, {});

export const post = (path, content = {}) =>
  send(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(content),
  });

// The connection by which the server knows that this window is open. `told` gets what changes:
// {writer, version, outside}, or null when the connection is lost.
export function live(page, video, told) {
  let socket;
  let closed = false;
  const open = () => {
    const path = `ws://${location.host}/api/live/${page}/${video}?window=${windowId}`;
    socket = new WebSocket(path);
    socket.onmessage = (event) => told(JSON.parse(event.data));
    socket.onclose = () => {
      if (closed) return;
      told(null);
      setTimeout(() => closed || open(), 1000);
    };
  };
  open();
  return () => {
    closed = true;
    socket.close();
  };
}
