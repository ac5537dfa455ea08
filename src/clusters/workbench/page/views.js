// The panels of the page, each drawn from the present state.

import { MICRO, compared, ratio } from "./exact.js";
import { button, form, h, table } from "./dom.js";
import { capacityOf, total } from "./reckoning.js";
import { moved } from "./money.js";
import { priced, targets } from "./reckoned.js";
import { elsewhere, labelOf } from "./state.js";
import { clock } from "./minutes.js";
import {
  breakWords, breaches, counted, grouped, journey, listed, longer, pounds, ruleWords, shown, travelOf,
  words,
} from "./sentences.js";

/** @typedef {import("./facts.js").Facts} Facts */
/** @typedef {import("./facts.js").Certificate} Certificate */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./reckoned.js").Reckoned} Reckoned */
/** @typedef {{facts: Facts, state: State, now: Reckoned, first: Reckoned, chosen: number,
 *  signs: Map<string, {number: number, colour: number}>, doing: Doing,
 *  options: {name: string, reckoned: Reckoned, own: boolean}[]}} Scene */
/** @typedef {{move: (school: number, label: string) => void, choose: (school: number) => void,
 *  pin: (school: number) => void, note: (text: string, school: number, cluster: string) => void,
 *  removeNote: (number: number) => void, keep: (name: string) => void,
 *  load: (name: string) => void, removeOption: (name: string) => void,
 *  why: ((school: number) => void) | null}} Doing */

const NEW = "A new cluster";

/** A cluster's number and name. @param {Scene} scene @param {string} label */
function chip({ signs }, label) {
  const sign = signs.get(label);
  return h("span", { class: "cluster" },
    sign ? h("span", { class: `chip chip-${sign.colour}` }, sign.number) : null, ` ${label || "no cluster"}`);
}

/** @param {bigint} microUnits */
function units(microUnits) {
  return shown(ratio(microUnits, MICRO), 1);
}

// ---- the plan in figures ------------------------------------------------------------------------

/** @param {Scene} scene */
export function scoreView({ facts, state, now, first }) {
  const sizes = now.groups.map(({ members }) => members.length);
  const rules = brokenRules(now);
  const checked = facts.given.checked.filter((rule) => !facts.given.alone.includes(rule)).length;
  const movedSchools = elsewhere(state.plan, state.started).length;
  /** @param {string} name @param {string} figure @param {string} more @param {string} [kind] */
  const tile = (name, figure, more, kind = "") => h("div", { class: `tile ${kind}` },
    h("span", { class: "name" }, name), h("strong", {}, figure), h("span", { class: "more" }, more));
  const money = now.money && first.money ? moved(first.money, now.money) : null;
  return [
    tile("Mean journey", journey(facts, now.mean), movedSchools || travelOf(now) !== travelOf(first)
      ? `${longer(travelOf(first), travelOf(now))} than at the start`.replace("as before than", "as")
      : "as at the start"),
    tile("Longest journey", journey(facts, now.longest.journey),
      now.longest.school < 0 ? "" : facts.names[now.longest.school]),
    tile("Rules", `${checked - rules.size} of ${checked} kept`, now.breaks.length
      ? breaches(now.breaks.length) : "every rule kept",
    now.breaks.length ? "bad" : "good"),
    tile("Clusters", String(now.groups.length), `${span(sizes)} schools`),
    tile("Schools moved", String(movedSchools), "from the start"),
    facts.given.money ? tile("Money", money === null ? "not yet worked out" : pounds(money),
      money === null ? now.moneyWhy : "changes cluster since the start") : null,
  ];
}

/** From the least to the most. @param {number[]} sizes */
function span(sizes) {
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  return low === high ? String(low) : `${low} to ${high}`;
}

/** @param {Reckoned} now */
function brokenRules(now) {
  return new Set(now.breaks.map(({ rule }) => rule));
}

// ---- rules --------------------------------------------------------------------------------------

/** @param {Scene} scene */
export function rulesView({ facts, now }) {
  const rows = facts.given.checked.map((rule) => {
    const alone = facts.given.alone.includes(rule);
    const broken = now.breaks.filter((one) => one.rule === rule);
    const state = alone ? "library" : broken.length ? "broken" : "kept";
    const sign = { library: "?", broken: "✗", kept: "✓" }[state];
    const said = { library: "checked by the library only", broken: "broken", kept: "kept" }[state];
    const details = broken.slice(0, 4).map((one) => h("li", {}, breakWords(facts, now.plan.labels, one)));
    if (broken.length > 4) details.push(h("li", {}, `and ${broken.length - 4} more: see the table`));
    return h("li", { class: state }, h("span", { class: "sign", "aria-hidden": "true" }, sign),
      h("span", {}, `${ruleWords(rule)}: ${said}`), details.length ? h("ul", {}, details) : null);
  });
  for (const name of facts.given.hidden) {
    rows.push(h("li", { class: "library" }, h("span", { class: "sign", "aria-hidden": "true" }, "–"),
      h("span", {}, `${name}: not in this public copy`)));
  }
  return [h("ul", { class: "rules" }, rows)];
}

// ---- the chosen school --------------------------------------------------------------------------

/** @param {Scene} scene */
export function schoolView(scene) {
  const { facts, state, now, chosen, doing } = scene;
  if (chosen < 0) {
    return [h("p", { class: "quiet" }, "Find a school above, or choose one on the map, to see where it " +
      "could go and what that would mean.")];
  }
  const name = facts.names[chosen], label = labelOf(state.plan, chosen);
  const { id, phase, pyramid } = facts.given.schools;
  const centre = state.plan.centres[state.plan.place[chosen]] ?? -1;
  const facts_ = [`URN ${id[chosen]}`, phase[chosen], pyramid?.[chosen] && `${pyramid[chosen]} pyramid`];
  for (const measure of ["pupils", "ehcps", "sen_support"]) {
    const held = facts.units[measure];
    if (held) facts_.push(`${units(held[chosen])} ${words(facts, measure)}`);
  }
  const pinned = state.pins.includes(chosen);
  const notes = state.notes.map((note, k) => ({ ...note, k })).filter(({ school }) => school === chosen);
  return [
    h("h3", { id: "chosen", tabindex: "-1" }, name),
    h("p", { class: "facts" }, facts_.filter(Boolean).join(" · ")),
    h("p", {}, "In ", chip(scene, label), centre === chosen ? ", its centre." : centre < 0 ? "." :
      `, ${journey(facts, facts.travel[chosen * facts.n + centre])} from its centre, ${facts.names[centre]}.`),
    pinned ? h("p", { class: "pinned" }, `Pinned: stays in ${label}. Unpin it to move it.`) : null,
    pinned ? null : mover(scene),
    h("div", { class: "row" },
      label ? button(pinned ? "Unpin" : "Pin here", () => doing.pin(chosen), {
        "aria-pressed": pinned, "data-key": "pin" }) : null,
      doing.why ? button("Why here?", () => doing.why?.(chosen)) : null),
    h("div", { id: "why" }),
    notes.length ? h("ul", { class: "notes" }, notes.map(({ text }) => h("li", {}, text))) : null,
    noteForm("Note on this school", (text) => doing.note(text, chosen, "")),
    now.groups.length > 1 && !pinned ? h("div", { id: "targets" }) : null,
  ];
}

/** The way to move by keyboard or touch. @param {Scene} scene */
function mover({ facts, state, now, chosen, doing }) {
  const own = labelOf(state.plan, chosen);
  const labels = now.groups.map((group) => group.label).filter((label) => label !== own);
  let fresh = NEW;
  for (let k = 2; state.plan.labels.includes(fresh); k++) fresh = `${NEW} ${k}`;
  const near = targets(facts, now, chosen, 1)[0];
  const list = h("select", { id: "to", "data-key": "to" },
    labels.map((label) => h("option", { value: label, selected: label === near }, label)),
    h("option", { value: fresh }, fresh));
  return form({ class: "row" },
    () => doing.move(chosen, /** @type {HTMLSelectElement} */ (list).value),
    h("label", { for: "to" }, "Move to"), list,
    h("button", { type: "submit", class: "main", "data-key": "move" }, "Move"));
}

/** What moves to clusters nearby would mean. @param {Scene} scene @param {string} at */
export function targetsView(scene, at) {
  const { facts, now, chosen, doing } = scene;
  const labels = targets(facts, now, chosen, facts.n > 600 ? 3 : 5);
  return [h("h4", {}, "Where it could go, and what follows"), h("ul", { class: "targets" },
    labels.map((label) => {
      const { step, after } = priced(facts, now, [{ school: chosen, to: label }], at);
      const fine = after.breaks.length <= now.breaks.length;
      return h("li", { class: fine ? "fine" : "costly" },
        h("button", { type: "button", "data-key": `to ${label}`,
          onclick: () => doing.move(chosen, label) }, h("span", { class: "aside" }, "Move to "),
        chip(scene, label)),
        h("p", {}, capital(step.sentence.replace(/^[^:]*: /, ""))));
    }))];
}

/** @param {string} text */
function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** @param {string} label @param {(text: string) => void} add */
function noteForm(label, add) {
  const id = `note-${label.replace(/\W+/g, "-").toLowerCase()}`;
  const text = h("input", { id, type: "text", maxlength: "2000", "data-key": id });
  return form({ class: "row note" }, () => {
    const { value } = /** @type {HTMLInputElement} */ (text);
    if (value.trim()) add(value.trim());
  }, h("label", { for: id }, label), text, h("button", { type: "submit" }, "Add"));
}

// ---- clusters -----------------------------------------------------------------------------------

const SHOWN = ["pupils", "ehcps", "sen_support", "need"];

/** @param {Scene} scene */
export function clustersView(scene) {
  const { facts, now, first, state } = scene;
  const { measures, rules } = facts.given;
  const names = SHOWN.filter((name) => measures[name]);
  for (const name of [...Object.keys(rules.balance), ...Object.keys(rules.limits)]) {
    if (!names.includes(name) && name !== "schools") names.push(name);
  }
  const before = new Map(first.groups.map((group) => [group.label, group]));
  const kinds = Object.keys(facts.capacity);
  const head = ["Cluster", "Centre", "Schools", ...names.map((name) => capital(words(facts, name))),
    "Mean journey", "Longest journey", ...(facts.given.money ? ["Money"] : []),
    ...(kinds.length ? ["Expertise gaps"] : []), "Rules"];
  const rows = now.groups.map((group, g) => {
    const was = before.get(group.label), travel = now.travel[g];
    const broken = now.breaks.filter((one) => one.cluster === group.number);
    const bad = new Set(broken.map((one) => one.rule === "schools_per_cluster" ? "schools" : one.of));
    /** @param {bigint} have @param {bigint | null} had @param {string} name */
    const cell = (have, had, name) => h("span", { class: bad.has(name) ? "bad" : "" },
      shown(ratio(have), 1), bad.has(name) ? " ✗" : "", change(have, had));
    const pence = now.money?.get(group.label), had = first.money?.get(group.label);
    return [
      chip(scene, group.label),
      group.centre < 0 ? "none" : facts.names[group.centre],
      cell(BigInt(group.members.length), was ? BigInt(was.members.length) : null, "schools"),
      ...names.map((name) => {
        const have = total(facts.units[name], group.members);
        const old = was ? total(facts.units[name], was.members) : null;
        return h("span", { class: bad.has(name) ? "bad" : "" }, units(have),
          bad.has(name) ? " ✗" : "", old === null || old === have ? "" :
            h("small", {}, ` ${signed(shown(ratio(have - old, MICRO), 1))}`));
      }),
      travel ? journey(facts, travel.mean) : "",
      travel ? journey(facts, travel.longest) : "",
      ...(facts.given.money ? [pence === undefined ? "not yet worked out" : h("span", {}, pounds(pence),
        had === undefined || had === pence ? "" : h("small", {}, ` ${signed(pounds(pence - had))}`))] : []),
      ...(kinds.length ? [`${gapsOf(facts, group.members).length} of ${kinds.length}`] : []),
      broken.length ? h("span", { class: "bad" },
        listed([...new Set(broken.map((one) => ruleWords(one.rule)))])) : "kept",
    ];
  });
  const left = state.plan.place.flatMap((cluster, k) => cluster < 0 ? [facts.names[k]] : []);
  return [
    left.length ? h("p", { class: "bad" }, `In no cluster: ${listed(left)}.`) : null,
    table("Every cluster: sizes, need, journeys and rules", head, rows, { class: "wide" }),
    expertiseView(scene),
  ];
}

/** @param {bigint} have @param {bigint | null} had */
function change(have, had) {
  return had === null || had === have ? "" : h("small", {}, ` ${signed(grouped(have - had))}`);
}

/** @param {string} text */
function signed(text) {
  return text.startsWith("-") ? `(−${text.slice(1)})` : `(+${text})`;
}

/** Types of need for which some schools record nothing. @param {Facts} facts
 * @param {number[]} members */
function gapsOf(facts, members) {
  return Object.keys(facts.capacity).filter((kind) => !capacityOf(facts.capacity[kind], members).all.n);
}

/** @param {Scene} scene */
function expertiseView(scene) {
  const { facts, now } = scene, kinds = Object.keys(facts.capacity);
  if (!kinds.length) return null;
  const rows = now.groups.map((group) => [
    chip(scene, group.label),
    ...kinds.map((kind) => {
      const { all, known } = capacityOf(facts.capacity[kind], group.members);
      const broken = now.breaks.some((one) =>
        one.rule === "expertise" && one.cluster === group.number && one.of === kind);
      const none = !known || compared(all, ratio(0n)) === 0;
      return h("span", { class: broken ? "bad" : none ? "none" : "" },
        known ? shown(all) : "none known", broken ? " ✗" : "");
    }),
  ]);
  const gaps = now.groups.reduce((count, { members }) => count + gapsOf(facts, members).length, 0);
  const units_ = [...new Set(kinds.map((kind) => facts.given.expertise[kind].unit))];
  return h("details", { class: "expertise", "data-key": "expertise" },
    h("summary", {}, `Expertise in each cluster: ${counted(gaps, "gap")}`),
    table(`Recorded capacity to share (${listed(units_)}), by type of need`, ["Cluster", ...kinds], rows,
      { class: "wide" }));
}

// ---- options ------------------------------------------------------------------------------------

/** @param {Scene} scene */
export function optionsView(scene) {
  const { facts, now, options, doing, first } = scene;
  const columns = [...options, { name: "Now", reckoned: now, own: false }];
  /** @param {string} name @param {(one: Reckoned) => import("./dom.js").Child} cell */
  const row = (name, cell) => [name, ...columns.map(({ reckoned }) => cell(reckoned))];
  const rows = [
    row("Clusters", (one) => String(one.groups.length)),
    row("Schools in a cluster", (one) => span(one.groups.map(({ members }) => members.length))),
    ...(facts.units.pupils ? [row("Pupils in a cluster", (one) => {
      const sizes = one.groups.map(({ members }) => total(facts.units.pupils, members));
      const [low, high] = [sizes.reduce((a, b) => a < b ? a : b), sizes.reduce((a, b) => a > b ? a : b)];
      return `${units(low)} to ${units(high)}`;
    })] : []),
    row("Mean journey", (one) => journey(facts, one.mean)),
    row("Journeys, weighted", (one) => travelOf(one) === travelOf(first) ? "as at the start" :
      longer(travelOf(first), travelOf(one)).replace("journeys ", "")),
    row("Longest journey", (one) => journey(facts, one.longest.journey)),
    row("Rules", (one) => one.breaks.length
      ? h("span", { class: "bad" }, breaches(one.breaks.length)) : "kept"),
    ...(facts.given.money ? [row("Money that changes cluster since the start", (one) =>
      one.money && first.money ? pounds(moved(first.money, one.money)) : "not yet worked out")] : []),
    row("Schools elsewhere than now", (one) => different(scene, one)),
  ];
  const name = h("input", { id: "option", type: "text", maxlength: "80", required: true,
    "data-key": "option" });
  return [
    table("Options beside one another, and the plan as it stands", ["Figure", ...columns.map((one) => h("span", {},
      one.name))], rows, { class: "wide options" }),
    h("div", { class: "row" }, options.map((one) => [
      button(`Look at ${one.name}`, () => doing.load(one.name)),
      one.own ? button(`Remove ${one.name}`, () => doing.removeOption(one.name), { class: "plain" }) : null,
    ]).flat()),
    form({ class: "row" },
      () => doing.keep(/** @type {HTMLInputElement} */ (name).value.trim() || "Option"),
      h("label", { for: "option" }, "Keep the plan as it stands under the name"), name,
      h("button", { type: "submit" }, "Keep")),
  ];
}

/** Which schools are in another cluster than now. @param {Scene} scene @param {Reckoned} one */
function different({ facts, now }, one) {
  const schools = elsewhere(one.plan, now.plan);
  if (!schools.length) return "0";
  return h("details", {}, h("summary", {}, String(schools.length)), h("ul", {}, schools.slice(0, 60)
    .map((k) => h("li", {}, `${facts.names[k]}: ${labelOf(one.plan, k) || "no cluster"}; now ` +
      `${labelOf(now.plan, k) || "no cluster"}`)),
  schools.length > 60 ? h("li", {}, `and ${schools.length - 60} more`) : null));
}

// ---- notes and minutes --------------------------------------------------------------------------

/** @param {Scene} scene */
export function notesView(scene) {
  const { facts, state, now, doing } = scene;
  const about = h("select", { id: "note-about", "data-key": "note-about" },
    h("option", { value: "" }, "the meeting"),
    now.groups.map(({ label }) => h("option", { value: label }, label)));
  const text = h("input", { id: "note-text", type: "text", maxlength: "2000", "data-key": "note-text" });
  return [
    state.pins.length ? h("ul", { class: "notes" }, state.pins.map((k) => h("li", {},
      `${facts.names[k]} stays in ${labelOf(state.plan, k)}. `,
      button(`Unpin ${facts.names[k]}`, () => doing.pin(k), { class: "plain" }))))
      : h("p", { class: "quiet" }, "No school is pinned."),
    state.notes.length ? h("ul", { class: "notes" }, state.notes.map((note, k) => h("li", {},
      note.school >= 0 || note.cluster ? h("strong", {}, `${facts.names[note.school] ?? note.cluster}: `)
        : null, note.text, " ",
      h("small", {}, clock(note.at)), " ",
      button("Remove", () => doing.removeNote(k), { class: "plain",
        "aria-label": `Remove the note ${note.text.slice(0, 40)}`, "data-key": `remove ${k}` }))))
      : h("p", { class: "quiet" }, "No notes yet."),
    form({ class: "row note" }, () => {
      const { value } = /** @type {HTMLInputElement} */ (text);
      if (value.trim()) doing.note(value.trim(), -1, /** @type {HTMLSelectElement} */ (about).value);
    }, h("label", { for: "note-about" }, "Note on"), about, h("label", { for: "note-text", class: "aside" },
      "Text of the note"), text, h("button", { type: "submit" }, "Add")),
  ];
}

/** @param {Scene} scene @param {{agree: (why: string) => void, text: () => void, word: () => void}} doing */
export function minutesView({ state }, doing) {
  const why = h("input", { id: "why-agreed", type: "text", maxlength: "2000", "data-key": "why-agreed" });
  /** @param {import("./state.js").Step} step @param {boolean} undone */
  const line = (step, undone) => h("li", { class: undone ? "undone" : "" },
    h("small", {}, `${clock(step.at)}${undone ? " (undone)" : ""}`), " ",
    undone ? h("s", {}, step.sentence) : step.sentence);
  const steps = [...state.undone.map((step) => line(step, true)),
    ...[...state.done].reverse().map((step) => line(step, false))];
  return [
    state.agreed.length ? h("ul", { class: "agreed" }, state.agreed.map(({ at, what, why: reason }) =>
      h("li", {}, h("small", {}, clock(at)), " ", h("strong", {}, "Agreed: "), what,
        reason ? ` Why: ${reason}` : ""))) : null,
    form({ class: "row note" },
      () => doing.agree(/** @type {HTMLInputElement} */ (why).value.trim()),
      h("label", { for: "why-agreed" }, "The plan as it stands is agreed, because"), why,
      h("button", { type: "submit" }, "Record")),
    h("h3", {}, "What was tried"),
    steps.length ? h("ol", { class: "steps", reversed: true }, steps)
      : h("p", { class: "quiet" }, "Nothing yet. Every move is listed here with what it means."),
    h("div", { class: "row" }, button("Minutes as text", doing.text),
      button("Minutes for Word", doing.word)),
  ];
}

// ---- what is known of the plan ------------------------------------------------------------------

/** Whether a plan is verified, in a sentence, and how to show it. @param {Facts} facts
 * @param {Reckoned} now @param {{certificate: Certificate, by: string} | null} known */
export function standingOf(facts, now, known) {
  if (!known) {
    return { kind: "open", text: facts.given.server
      ? "Not verified yet: the figures are this page's own. The library is asked."
      : "Not verified yet: the figures are this page's own. The library verifies saved decisions: " +
        "python -m clusters check --plan FILE" };
  }
  const { certificate, by } = known;
  const theirs = new Set(certificate.findings.map(({ rule }) => rule));
  const ours = brokenRules(now);
  const alone = new Set(facts.given.alone);
  const differ = [...theirs].some((rule) => !ours.has(rule) && !alone.has(rule)) ||
    [...ours].some((rule) => !theirs.has(rule)) ||
    (now.cost !== null && Number(certificate.objective) !== now.cost.objective &&
      certificate.objective !== null);
  if (differ) {
    return { kind: "bad", text: `The page and the library differ: trust the library. It found ` +
      `${counted(certificate.findings.length, "finding")}. Please report this as a fault.` };
  }
  if (certificate.ok) {
    const hidden = facts.given.hidden.length ? " of this public copy" : "";
    return { kind: "good", text: `Verified ${by}: keeps all ${certificate.checked.length} rules${hidden}.` };
  }
  return { kind: "bad", text: `Verified ${by}: breaks ${theirs.size} of ${certificate.checked.length} ` +
    `rules (${listed([...theirs].map(ruleWords))}).` };
}
