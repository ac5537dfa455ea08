// Find a school by a part of its name or its number.

import { h } from "./dom.js";
import { labelOf } from "./state.js";

/** @typedef {import("./facts.js").Facts} Facts */
/** @typedef {import("./facts.js").Plan} Plan */

const MOST = 8;

/** @param {HTMLInputElement} input @param {HTMLElement} list @param {Facts} facts
 * @param {() => Plan} plan @param {(school: number) => void} choose */
export function makeFinder(input, list, facts, plan, choose) {
  const plain = facts.names.map((name) => simple(name));
  /** @type {number[]} */
  let found = [];
  let at = -1;

  function show() {
    const text = simple(input.value);
    const all = text ? plain.map((_, k) => k).filter((k) =>
      plain[k].includes(text) || String(facts.ids[k]).startsWith(text)) : [];
    found = all.sort((a, b) => Number(plain[b].startsWith(text)) - Number(plain[a].startsWith(text)))
      .slice(0, MOST);
    at = found.length ? 0 : -1;
    draw();
  }

  function draw() {
    list.replaceChildren(...found.map((k, row) => h("li", {
      role: "option", id: `found-${row}`, "aria-selected": row === at,
      onpointerdown: (/** @type {Event} */ event) => { event.preventDefault(); take(k); },
    }, facts.names[k], " ", h("small", {}, labelOf(plan(), k) || "no cluster"))));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(Boolean(found.length)));
    if (at >= 0) input.setAttribute("aria-activedescendant", `found-${at}`);
    else input.removeAttribute("aria-activedescendant");
  }

  function close() {
    found = [];
    at = -1;
    draw();
  }

  /** @param {number} school */
  function take(school) {
    input.value = "";
    close();
    choose(school);
  }

  input.addEventListener("input", show);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter") {
      event.preventDefault();
      if (at >= 0) take(found[at]);
    }
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found.length) {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
      draw();
    }
  });
}

/** @param {string} text */
function simple(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9 ]/g, "").trim();
}
