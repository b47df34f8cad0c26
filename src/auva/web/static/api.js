// Requests to the server: JSON in both directions, and one window id.

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

export async function send(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError(0, "the server does not answer", "gone");
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
