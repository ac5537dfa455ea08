// Nothing lost: the browser's own storage in a file, the disk beside the decisions when served.

import { ask } from "./server.js";

/** @typedef {import("./facts.js").Payload} Payload */

/** @param {Payload} given */
function place(given) {
  return `clusters workbench ${given.problem} ${given.audience} ${given.title}`;
}

/** What the browser kept of an earlier sitting. @param {Payload} given @returns {any} */
export function recalled(given) {
  try {
    const text = localStorage.getItem(place(given));
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/** Keep what began from another plan under a name of its own. @param {Payload} given
 * @param {unknown} decisions */
export function setAside(given, decisions) {
  try {
    localStorage.setItem(`${place(given)} aside`, JSON.stringify(decisions));
  } catch {
    // then it stays where it is until the next change
  }
}

/** Whether the browser kept it. @param {Payload} given @param {unknown} decisions */
export function remember(given, decisions) {
  try {
    localStorage.setItem(place(given), JSON.stringify(decisions));
    return true;
  } catch {
    return false;
  }
}

/** Say when another window of this browser keeps something for the same page. @param {Payload} given
 * @param {() => void} report */
export function whenElsewhere(given, report) {
  addEventListener("storage", (event) => { if (event.key === place(given) && event.newValue) report(); });
}

/** @param {Payload} given */
export function forget(given) {
  try {
    localStorage.removeItem(place(given));
  } catch {
    // there was nothing to forget
  }
}

/** Hand a file to the reader of the page. @param {string} name @param {BlobPart} content
 * @param {string} type */
export function download(name, content, type) {
  const link = document.createElement("a");
  const address = URL.createObjectURL(new Blob([content], { type }));
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/**
 * Saves one after the other to the library's disk; what comes in the meantime goes next.
 */
export class DiskSaver {
  /** @param {import("./server.js").Server} server @param {() => unknown} decisions
   * @param {(said: {saved: boolean, text: string, lost?: boolean}) => void} report */
  constructor(server, decisions, report) {
    this.server = server;
    this.decisions = decisions;
    this.report = report;
    this.busy = false;
    this.waiting = false;
    this.clean = true;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.again = undefined;
  }

  save() {
    this.clean = false;
    this.waiting = true;
    if (!this.busy) void this.#next();
  }

  async #next() {
    this.busy = true;
    clearTimeout(this.again);
    while (this.waiting) {
      this.waiting = false;
      try {
        const reply = await ask(this.server, "save", { decisions: this.decisions() });
        if (!this.waiting) {
          this.clean = true;
          this.report({ saved: true, text: reply.said });
        }
      } catch (error) {
        const refused = /** @type {import("./server.js").Refused} */ (error);
        this.report({ saved: false, text: refused.message, lost: refused.status === 409 });
        if (refused.status !== 409) this.again = setTimeout(() => this.save(), 3000);
        break;
      }
    }
    this.busy = false;
  }
}
