// Questions to the library: the same address, one token, plain JSON.

/** @typedef {{token: string, window: string, file: string}} Server */

/** An answer of the library that is a refusal, in words for people. */
export class Refused extends Error {
  /** @param {string} message @param {number} status */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * @param {Server} server
 * @param {string} what
 * @param {Object<string, unknown>} body
 * @returns {Promise<any>}
 */
export async function ask(server, what, body) {
  let answer;
  try {
    answer = await fetch(`/api/${what}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Workbench-Token": server.token },
      body: JSON.stringify({ window: server.window, ...body }),
      credentials: "omit",
      redirect: "error",
    });
  } catch {
    throw new Refused("The library does not answer: its program was stopped, or the computer slept.", 0);
  }
  const reply = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(reply.error ?? `The library refused (${answer.status}).`, answer.status);
  return reply;
}
