// Small helpers to build the page: text is always text, never markup.

/** @typedef {Node | string | number | null | undefined | false} Child */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {Object<string, any>} [attributes] "on..." is a listener; true and false are there or not
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** @param {string} tag @param {Object<string, any>} [attributes] @param {...Child} children
 * @returns {SVGElement} */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * @template {Element} T
 * @param {T} element
 * @param {Object<string, any>} attributes
 * @param {(Child | Child[])[]} children
 */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, String(value));
    }
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) {
      element.append(child instanceof Node ? child : String(child));
    }
  }
  return element;
}

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found;
}

/** Put new children in place; what had the keyboard's focus keeps it. @param {Element} box
 * @param {...(Child | Child[])} children */
export function put(box, ...children) {
  const active = document.activeElement;
  const key = active && box.contains(active) ? active.getAttribute("data-key") : null;
  box.replaceChildren(...children.flat().flatMap((child) =>
    child === null || child === undefined || child === false ? [] : [
      child instanceof Node ? child : String(child)]));
  if (key) {
    const again = box.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (again instanceof HTMLElement) again.focus({ preventScroll: true });
  }
}

/**
 * @param {string} text
 * @param {() => void} act
 * @param {Object<string, any>} [attributes]
 */
export function button(text, act, attributes = {}) {
  return h("button", { type: "button", onclick: act, "data-key": text, ...attributes }, text);
}

/** A form of one line that does something when it is sent. @param {Object<string, any>} attributes
 * @param {() => void} act @param {...(Child | Child[])} children */
export function form(attributes, act, ...children) {
  return h("form", { ...attributes, onsubmit: (/** @type {Event} */ event) => {
    event.preventDefault();
    act();
  } }, ...children);
}

/** A table with a caption and a head. @param {string} caption @param {Child[]} head
 * @param {Child[][]} rows the first cell of each heads the row @param {Object<string, any>} [more] */
export function table(caption, head, rows, more = {}) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    h("table", more, h("caption", {}, caption),
      h("thead", {}, h("tr", {}, head.map((cell) => h("th", { scope: "col" }, cell)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, k) =>
        k ? h("td", {}, cell) : h("th", { scope: "row" }, cell)))))));
}
