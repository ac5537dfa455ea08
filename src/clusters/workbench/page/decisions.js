// The decisions file: what the meeting tried, noted and agreed, as JSON that people can read.

import { positionOf } from "./facts.js";
import { groupsOf } from "./reckoning.js";
import { begin, keyOf } from "./state.js";

/** @typedef {import("./facts.js").Facts} Facts */
/** @typedef {import("./facts.js").Plan} Plan */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Step} Step */

const FORMAT = "clusters decisions";

/** @param {Facts} facts @param {Plan} plan */
export function planOut(facts, plan) {
  return {
    clusters: groupsOf(plan).map(({ label, centre, members }) => ({
      label,
      centre: centre < 0 ? null : facts.ids[centre],
      members: members.map((k) => ({ urn: facts.ids[k], name: facts.names[k] })),
    })),
  };
}

/** @param {Facts} facts @param {State} state @param {string} at */
export function decisionsOut(facts, state, at) {
  /** @param {Step} step @param {boolean} undone */
  const step = ({ changes, centres, ...rest }, undone) => ({
    ...rest, undone,
    changes: changes.map(({ school, before, after }) => (
      { urn: facts.ids[school], name: facts.names[school], before, after })),
    centres: centres.map(({ cluster, before, after }) => ({
      cluster, before: before < 0 ? null : facts.ids[before],
      after: after < 0 ? null : facts.ids[after],
    })),
  });
  return {
    format: FORMAT, version: 1,
    title: facts.given.title, audience: facts.given.audience, problem: facts.given.problem,
    saved_at: at,
    plan: planOut(facts, state.plan),
    started: planOut(facts, state.started),
    pins: state.pins.map((k) => ({
      urn: facts.ids[k], name: facts.names[k], cluster: state.plan.labels[state.plan.place[k]] ?? "",
    })),
    notes: state.notes.map(({ at: when, text, school, cluster }) => ({
      at: when, text, school: school < 0 ? null : facts.ids[school],
      name: school < 0 ? "" : facts.names[school], cluster: cluster || null,
    })),
    options: state.options.map(({ name, at: when, plan }) => (
      { name, at: when, plan: planOut(facts, plan) })),
    steps: [
      ...state.done.map((one) => step(one, false)),
      ...[...state.undone].reverse().map((one) => step(one, true)),
    ],
    agreed: state.agreed.map(({ at: when, what, why, plan }) => (
      { at: when, what, why, plan: planOut(facts, plan) })),
  };
}

/**
 * The state that a decisions file holds.
 * @param {Facts} facts
 * @param {any} file
 * @returns {State}
 * @throws {Error} with a sentence for people, where it does not fit
 */
export function decisionsIn(facts, file) {
  if (!file || typeof file !== "object" || file.format !== FORMAT) {
    throw new Error("This is not a decisions file of the workbench.");
  }
  if (facts.given.audience === "public" && file.audience !== "public") {
    throw new Error("These are decisions of the working group, which may hold numbers of pupils: open " +
      "them in the working group's copy.");
  }
  if (file.version !== 1) throw new Error("This decisions file is of another version.");
  try {
    return stateIn(facts, file);
  } catch (error) {
    if (error instanceof TypeError) throw new Error("This decisions file is damaged.");
    throw error;
  }
}

/**
 * The state to begin with: the later of what the page was made with and what the browser kept, if
 * it began from the plan that the page begins with; else that plan afresh, and what was kept aside.
 * @param {Facts} facts
 * @param {any[]} saved
 * @returns {{state: State, aside: any}}
 */
export function openingOf(facts, saved) {
  const { labels, place, centres } = facts.given.plans[0];
  const fresh = begin({ labels, place, centres });
  const later = saved.filter(Boolean).sort((a, b) => String(b.saved_at).localeCompare(String(a.saved_at)))[0];
  if (!later) return { state: fresh, aside: null };
  try {
    const state = decisionsIn(facts, later);
    const same = later === facts.given.decisions || keyOf(state.started) === keyOf(fresh.plan);
    return same ? { state, aside: null } : { state: fresh, aside: later };
  } catch {
    return { state: fresh, aside: null };
  }
}

/** @param {Facts} facts @param {any} file @returns {State} */
function stateIn(facts, file) {
  const plan = planIn(facts, file.plan);
  /** @param {any} one @returns {Step} */
  const step = (one) => ({
    at: text(one.at), kind: kind(one.kind), sentence: text(one.sentence),
    changes: one.changes.map((/** @type {any} */ change) => ({
      school: known(facts, change.urn), before: text(change.before), after: text(change.after),
    })),
    centres: one.centres.map((/** @type {any} */ change) => ({
      cluster: text(change.cluster), before: centre(facts, change.before),
      after: centre(facts, change.after),
    })),
  });
  const steps = list(file.steps);
  return {
    ...begin(plan),
    started: file.started ? planIn(facts, file.started) : plan,
    pins: list(file.pins).map((pin) => known(facts, pin.urn)).sort((a, b) => a - b),
    notes: list(file.notes).map((note) => ({
      at: text(note.at), text: text(note.text), school: centre(facts, note.school),
      cluster: note.cluster === null || note.cluster === undefined ? "" : text(note.cluster),
    })),
    options: list(file.options).map((option) => (
      { name: text(option.name), at: text(option.at), plan: planIn(facts, option.plan) })),
    done: steps.filter((one) => !one.undone).map(step),
    undone: steps.filter((one) => one.undone).map(step).reverse(),
    agreed: list(file.agreed).map((one) => ({
      at: text(one.at), what: text(one.what), why: text(one.why ?? ""),
      plan: one.plan ? planIn(facts, one.plan) : plan,
    })),
  };
}

/**
 * A plan from the file or from the library; schools that it leaves out have no cluster.
 * @param {Facts} facts
 * @param {any} saved
 * @returns {Plan}
 */
export function planIn(facts, saved) {
  const place = new Array(facts.n).fill(-1);
  /** @type {string[]} */
  const labels = [];
  /** @type {number[]} */
  const centres = [];
  for (const cluster of saved.clusters) {
    const label = text(cluster.label);
    if (labels.includes(label)) throw new Error(`Two clusters of the file are called ${label}.`);
    const number = labels.push(label) - 1;
    for (const { urn } of cluster.members) {
      const school = known(facts, urn);
      if (place[school] >= 0) throw new Error(`${facts.names[school]} is in two clusters of the file.`);
      place[school] = number;
    }
    const middle = centre(facts, cluster.centre);
    centres.push(middle >= 0 && place[middle] === number ? middle : -1);
  }
  return { labels, place, centres };
}

/** @param {any} values @returns {any[]} */
function list(values) {
  return values === undefined ? [] : [...values];
}

/** @param {unknown} value @returns {string} */
function text(value) {
  if (typeof value !== "string") throw new TypeError("not text");
  return value;
}

/** @param {unknown} value @returns {Step["kind"]} */
function kind(value) {
  if (value === "move" || value === "plan" || value === "pin" || value === "unpin") return value;
  throw new TypeError("not a kind of step");
}

/** @param {Facts} facts @param {any} id */
function known(facts, id) {
  const school = positionOf(facts, id);
  if (school < 0) throw new Error(`The file names the school ${id}, which these data do not have.`);
  return school;
}

/** @param {Facts} facts @param {any} id */
function centre(facts, id) {
  return id === null || id === undefined ? -1 : known(facts, id);
}
