// The map: territories, marks, numbers; dragging, keys, and sizes that hold on every screen.

import { s } from "./dom.js";
import { labelOf } from "./state.js";

/** @typedef {import("./facts.js").Facts} Facts */
/** @typedef {import("./reckoned.js").Reckoned} Reckoned */
/** @typedef {{choose: (school: number) => void, move: (school: number, label: string) => void,
 *  pass: (school: number) => void}} Hands */
/** @typedef {{x: number, y: number, width: number, height: number}} View */

const MARK = 5, TAP = 11, PLATE = 12.5;
const PRINTED = 620; // pixels of the map on a page of paper
const FAR_ENOUGH = 7; // pixels that make a drag

export class ClusterMap {
  /** @param {HTMLElement} box @param {Facts} facts @param {Hands} hands */
  constructor(box, facts, hands) {
    this.box = box;
    this.facts = facts;
    this.hands = hands;
    this.ground = facts.given.ground;
    this.svg = /** @type {SVGSVGElement} */ (box.querySelector("svg"));
    /** @type {View} */
    this.view = { x: 0, y: 0, width: this.ground.width, height: this.ground.height };
    this.chosen = -1;
    this.passed = -1;
    this.named = true;
    this.printing = false;
    /** @type {Reckoned | null} */
    this.now = null;
    /** @type {Map<string, {key: string, x: number, y: number, half: number}>} */
    this.spots = new Map();
    /** @type {{x: number, y: number}[]} where the marks are */
    this.at = this.ground.kinds.map((_, k) => (
      { x: this.ground.marks[2 * k], y: this.ground.marks[2 * k + 1] }));
    this.#build();
    this.#listen();
    new ResizeObserver(() => this.#size()).observe(box);
  }

  #build() {
    const { cells, outline, kinds, width, height } = this.ground;
    this.cells = cells.map((d, k) => s("path", { d, "data-k": k, class: "cell" }));
    this.borders = s("path", { class: "borders", d: "" });
    this.ring = s("circle", { class: "ring", r: 0 });
    this.ghost = s("line", { class: "ghost" });
    this.marks = kinds.map((kind, k) => {
      const centre = s("use", { href: "#mark-centre", class: "centre" });
      const pin = s("rect", { class: "pin" });
      const tap = s("circle", { class: "tap" });
      const title = s("title", {}, this.facts.names[k]);
      return s("g", { class: "mark", "data-k": k },
        title, tap, s("use", { href: `#mark-${kind}`, class: "sign" }), centre, pin);
    });
    this.plates = s("g", { class: "plates" });
    this.svg.append(
      s("rect", { width, height, class: "paper" }), s("g", { class: "ground" }, ...this.cells),
      s("path", { d: outline, class: "outline" }), this.borders,
      s("g", { class: "marks" }, ...this.marks), this.ring, this.plates, this.ghost);
    this.#look();
  }

  /** Show a plan. @param {Reckoned} now @param {Map<string, {number: number, colour: number}>} signs
   * @param {number} chosen @param {number[]} pins @param {Set<number>} moved */
  draw(now, signs, chosen, pins, moved) {
    this.now = now;
    this.chosen = chosen;
    const { place, labels } = now.plan;
    const tint = labels.map((label) => `cell tint-${signs.get(label)?.colour ?? 5}`);
    this.cells?.forEach((cell, k) => {
      const wanted = place[k] < 0 ? "cell nowhere" : tint[place[k]];
      if (cell.getAttribute("class") !== wanted) cell.setAttribute("class", wanted);
    });
    const shown = this.ground.borders.filter(([i, j]) => place[i] !== place[j]);
    this.borders?.setAttribute("d", shown.map((border) => border[2]).join(""));
    const centres = new Set(now.groups.map((group) => group.centre)), pinned = new Set(pins);
    this.marks?.forEach((mark, k) => {
      const classes = ["mark", centres.has(k) && "is-centre", pinned.has(k) && "is-pinned",
        moved.has(k) && "is-moved", k === chosen && "is-chosen"].filter(Boolean).join(" ");
      if (mark.getAttribute("class") !== classes) mark.setAttribute("class", classes);
    });
    this.#numbers(now, signs);
    this.#sizePlates();
    this.#ring();
  }

  /** Put each cluster's number where it hides least. @param {Reckoned} now
   * @param {Map<string, {number: number, colour: number}>} signs */
  #numbers(now, signs) {
    /** @type {{x: number, y: number, half: number}[]} */
    const taken = [];
    const plates = now.groups.map((group) => {
      const half = 4.6 * (group.label.length + 3);
      const key = group.members.join();
      const old = this.spots.get(group.label);
      const spot = old?.key === key ? old : {
        key, half, ...this.#freeSpot(group.members, half, taken) };
      taken.push(spot);
      this.spots.set(group.label, spot);
      const number = signs.get(group.label)?.number ?? 0;
      return s("g", { class: "plate", "data-x": spot.x, "data-y": spot.y },
        s("text", {}, s("tspan", { class: "number" }, number),
          s("tspan", { class: "label" }, ` ${group.label}`)));
    });
    this.plates?.replaceChildren(...plates);
  }

  /** A place inside the cluster, far from marks and from other names. @param {number[]} members
   * @param {number} half of its width @param {{x: number, y: number, half: number}[]} taken */
  #freeSpot(members, half, taken) {
    const { at } = this;
    const middle = members.reduce((all, k) => ({
      x: all.x + at[k].x / members.length, y: all.y + at[k].y / members.length }), { x: 0, y: 0 });
    const held = new Set(members);
    let best = at[members[0]], most = -Infinity;
    for (let ring = 0; ring < 5; ring++) {
      for (let turn = 0; turn < (ring ? 10 : 1); turn++) {
        const angle = (turn * Math.PI) / 5, far = ring * this.ground.width / 60;
        const spot = { x: middle.x + far * Math.cos(angle), y: middle.y + far * Math.sin(angle) };
        let worth = -far / 6;
        for (const aside of [0, -half, half]) {
          let near = Infinity, whose = -1;
          at.forEach((mark, k) => {
            const gap = Math.hypot(mark.x - spot.x - aside, mark.y - spot.y);
            if (gap < near) [near, whose] = [gap, k];
          });
          worth += Math.min(near, 20) - (held.has(whose) ? 0 : aside ? 8 : 1000);
        }
        for (const other of taken) {
          const gap = Math.hypot((other.x - spot.x) / (half + other.half), (other.y - spot.y) / 18);
          if (gap < 1) worth -= 40 * (1 - gap);
        }
        if (worth > most) [most, best] = [worth, spot];
      }
    }
    const { width } = this.ground;
    return { x: Math.min(width - half, Math.max(half, best.x)), y: best.y };
  }

  /** Units of the drawing in one pixel. */
  get #unit() {
    if (this.printing || matchMedia("print").matches) return this.view.width / PRINTED;
    return this.view.width / (this.svg.clientWidth || this.view.width);
  }

  /** Marks and letters keep their size on the screen. */
  #size() {
    const { unit, mark } = this.#scale();
    this.marks?.forEach((group, k) => {
      const { x, y } = this.at[k];
      for (const part of group.children) {
        const side = part.classList.contains("centre") ? 4.6 * mark : 3.4 * mark;
        if (part.tagName === "use") place(part, x - side / 2, y - side / 2, side);
        else if (part.tagName === "rect") place(part, x - 1.7 * mark, y - 1.7 * mark, 3.4 * mark);
        else if (part.tagName === "circle") {
          part.setAttribute("cx", String(x));
          part.setAttribute("cy", String(y));
          part.setAttribute("r", String(Math.max(TAP * unit, 1.6 * mark)));
        }
      }
    });
    this.#sizePlates();
    this.#ring();
  }

  /** Units of the drawing in a pixel, and the sizes that follow. */
  #scale() {
    const root = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const unit = this.#unit, letter = root / 16, narrow = this.svg.clientWidth < 500 && !this.printing;
    return { unit, narrow, mark: MARK * letter * unit * (narrow ? 0.75 : 1),
      size: PLATE * letter * unit * (narrow ? 0.85 : 1) };
  }

  #sizePlates() {
    const { size, narrow } = this.#scale();
    this.plates?.setAttribute("font-size", size.toFixed(2));
    this.box.classList.toggle("without-names", !this.named || (narrow && this.view.width > 700));
    for (const plate of this.plates?.children ?? []) {
      const x = plate.getAttribute("data-x"), y = Number(plate.getAttribute("data-y"));
      plate.firstElementChild?.setAttribute("x", x ?? "0");
      plate.firstElementChild?.setAttribute("y", String(y + size / 3));
    }
  }

  #ring() {
    const { mark } = this.#scale(), ring = this.passed >= 0 ? this.passed : this.chosen;
    if (ring >= 0) {
      this.ring?.setAttribute("cx", String(this.at[ring].x));
      this.ring?.setAttribute("cy", String(this.at[ring].y));
    }
    this.ring?.setAttribute("r", ring < 0 ? "0" : String(2.6 * mark));
  }

  #look() {
    const { x, y, width, height } = this.view;
    this.svg.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
    this.box.classList.toggle("is-close", width < this.ground.width);
  }

  /** Closer (above 1) or farther, round a point of the drawing. @param {number} times
   * @param {{x: number, y: number}} [round] */
  zoom(times, round) {
    const { ground, view } = this;
    const width = Math.min(ground.width, Math.max(ground.width / 12, view.width / times));
    const height = (width * ground.height) / ground.width;
    const middle = round ?? (this.chosen >= 0 ? this.at[this.chosen] : {
      x: view.x + view.width / 2, y: view.y + view.height / 2 });
    const across = (middle.x - view.x) / view.width, down = (middle.y - view.y) / view.height;
    const keep = round ? [across, down] : [0.5, 0.5];
    this.#show({ x: middle.x - keep[0] * width, y: middle.y - keep[1] * height, width, height });
  }

  /** @param {View} view */
  #show(view) {
    const { ground } = this;
    this.view = {
      ...view,
      x: Math.min(ground.width - view.width, Math.max(0, view.x)),
      y: Math.min(ground.height - view.height, Math.max(0, view.y)),
    };
    this.#look();
    this.#size();
  }

  /** @param {boolean} named */
  names(named) {
    this.named = named;
    this.#size();
  }

  /** Bring a school into view. @param {number} school */
  reveal(school) {
    const spot = this.at[school], { x, y, width, height } = this.view;
    if (!spot || width >= this.ground.width) return;
    if (spot.x < x || spot.y < y || spot.x > x + width || spot.y > y + height) {
      this.#show({ ...this.view, x: spot.x - width / 2, y: spot.y - height / 2 });
    }
  }

  // ---- hands -----------------------------------------------------------------------------------

  #listen() {
    for (const [when, printing] of /** @type {[string, boolean][]} */ (
      [["beforeprint", true], ["afterprint", false]])) {
      addEventListener(when, () => { this.printing = printing; this.#size(); });
    }
    this.svg.addEventListener("pointerdown", (event) => this.#grip(event));
    this.svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.25 : 0.8, this.#point(event));
    }, { passive: false });
    this.box.addEventListener("keydown", (event) => this.#key(event));
    this.box.addEventListener("blur", () => { this.passed = -1; this.#ring(); });
  }

  /** @param {{clientX: number, clientY: number}} event */
  #point(event) {
    const frame = this.svg.getBoundingClientRect();
    return {
      x: this.view.x + ((event.clientX - frame.left) / frame.width) * this.view.width,
      y: this.view.y + ((event.clientY - frame.top) / frame.height) * this.view.height,
    };
  }

  /** @param {PointerEvent} event */
  #grip(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    const mark = /** @type {Element} */ (event.target).closest(".mark");
    const cell = /** @type {Element} */ (event.target).closest(".cell");
    const school = mark ? Number(mark.getAttribute("data-k")) : -1;
    const start = event, view = this.view, from = this.#point(event);
    let dragging = false;
    let over = "";
    /** @param {PointerEvent} move */
    const moved = (move) => {
      if (move.pointerId !== start.pointerId) return;
      if (!dragging && Math.hypot(move.clientX - start.clientX, move.clientY - start.clientY) <
        FAR_ENOUGH) return;
      dragging = true;
      move.preventDefault();
      if (school >= 0) {
        over = this.#labelAt(move);
        this.#trace(school, this.#point(move), over);
      } else if (view.width < this.ground.width) {
        const unit = view.width / this.svg.clientWidth;
        this.#show({ ...view, x: view.x - (move.clientX - start.clientX) * unit,
          y: view.y - (move.clientY - start.clientY) * unit });
      }
    };
    /** @param {Event} end */
    const ended = (end) => {
      if (end instanceof PointerEvent && end.pointerId !== start.pointerId) return;
      if (end instanceof KeyboardEvent && end.key !== "Escape") return;
      window.removeEventListener("pointermove", moved);
      window.removeEventListener("pointerup", ended);
      window.removeEventListener("pointercancel", ended);
      window.removeEventListener("keydown", ended);
      this.#trace(-1, from, "");
      if (end.type !== "pointerup") return;
      if (!dragging) {
        const near = school >= 0 ? school : cell ? Number(cell.getAttribute("data-k")) : -1;
        if (near >= 0) this.hands.choose(near);
      } else if (school >= 0 && over && this.now && over !== labelOf(this.now.plan, school)) {
        this.hands.move(school, over);
      }
    };
    window.addEventListener("pointermove", moved, { passive: false });
    window.addEventListener("pointerup", ended);
    window.addEventListener("pointercancel", ended);
    window.addEventListener("keydown", ended);
  }

  /** The cluster under a pointer. @param {PointerEvent} event */
  #labelAt(event) {
    const found = document.elementsFromPoint(event.clientX, event.clientY)
      .find((element) => element.classList.contains("cell"));
    return found && this.now ? labelOf(this.now.plan, Number(found.getAttribute("data-k"))) : "";
  }

  /** Show what is dragged and where it would go. @param {number} school
   * @param {{x: number, y: number}} to @param {string} over */
  #trace(school, to, over) {
    const from = school >= 0 ? this.at[school] : null;
    for (const [name, value] of Object.entries({
      x1: from?.x ?? 0, y1: from?.y ?? 0, x2: from ? to.x : 0, y2: from ? to.y : 0 })) {
      this.ghost?.setAttribute(name, String(value));
    }
    this.box.classList.toggle("is-dragging", school >= 0);
    const own = school >= 0 && this.now ? labelOf(this.now.plan, school) : "";
    this.cells?.forEach((cell, k) => cell.classList.toggle("over", Boolean(over) && over !== own &&
      this.now !== null && labelOf(this.now.plan, k) === over));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const ways = /** @type {Object<string, [number, number]>} */ ({
      ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] });
    const way = ways[event.key];
    if (way) {
      event.preventDefault();
      this.#step(way);
    } else if ((event.key === "Enter" || event.key === " ") && this.passed >= 0) {
      event.preventDefault();
      const school = this.passed;
      this.passed = -1;
      this.hands.choose(school);
    } else if (event.key === "+" || event.key === "=") this.zoom(1.5);
    else if (event.key === "-") this.zoom(1 / 1.5);
  }

  /** Go to the next school in a direction. @param {[number, number]} way */
  #step([right, down]) {
    const { at } = this;
    const from = this.passed >= 0 ? this.passed : Math.max(0, this.chosen);
    let best = -1, least = Infinity;
    at.forEach((spot, k) => {
      const along = (spot.x - at[from].x) * right + (spot.y - at[from].y) * down;
      const aside = Math.abs((spot.x - at[from].x) * down) + Math.abs((spot.y - at[from].y) * right);
      if (k === from || along <= 0) return;
      const cost = along + 2.5 * aside;
      if (cost < least) [best, least] = [k, cost];
    });
    this.passed = best >= 0 ? best : from;
    this.reveal(this.passed);
    this.#ring();
    this.hands.pass(this.passed);
  }
}

/** @param {Element} part @param {number} x @param {number} y @param {number} side */
function place(part, x, y, side) {
  part.setAttribute("x", x.toFixed(2));
  part.setAttribute("y", y.toFixed(2));
  part.setAttribute("width", side.toFixed(2));
  part.setAttribute("height", side.toFixed(2));
}

/**
 * Number and colour of each cluster: kept from before; a colour changes only where two clusters that
 * touch would have the same.
 * @param {Facts} facts
 * @param {Reckoned} now
 * @param {Map<string, {number: number, colour: number}>} before
 */
export function signsOf(facts, now, before) {
  const { place, labels } = now.plan, { borders } = facts.given.ground;
  /** @type {Map<string, Set<string>>} */
  const beside = new Map(now.groups.map(({ label }) => [label, new Set()]));
  for (const [i, j] of borders) {
    if (place[i] !== place[j] && place[i] >= 0 && place[j] >= 0) {
      beside.get(labels[place[i]])?.add(labels[place[j]]);
      beside.get(labels[place[j]])?.add(labels[place[i]]);
    }
  }
  /** @type {Map<string, {number: number, colour: number}>} */
  const signs = new Map();
  const numbers = new Set([...before.values()].map(({ number }) => number));
  for (const { label } of now.groups) {
    const old = before.get(label);
    let number = old?.number ?? 1;
    while (!old && numbers.has(number)) number += 1;
    numbers.add(number);
    const taken = new Set([...(beside.get(label) ?? [])].map((other) => signs.get(other)?.colour));
    let colour = old?.colour ?? 0;
    for (let k = 0; taken.has(colour) && k < 7; k++) colour = k;
    signs.set(label, { number, colour });
  }
  return signs;
}
