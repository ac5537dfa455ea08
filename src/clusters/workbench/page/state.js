// The state of the meeting: one immutable value, and functions that return the next one.

import { chosenCentre, groupsOf } from "./reckoning.js";

/** @typedef {import("./facts.js").Facts} Facts */
/** @typedef {import("./facts.js").Plan} Plan */
/** @typedef {{school: number, before: string, after: string}} Change  "" is no cluster. */
/** @typedef {{cluster: string, before: number, after: number}} CentreChange  -1 is none. */
/** @typedef {{at: string, kind: "move" | "plan" | "pin" | "unpin", sentence: string,
 *  changes: Change[], centres: CentreChange[]}} Step */
/** @typedef {{at: string, text: string, school: number, cluster: string}} Note
 *  `school` is -1 and `cluster` "" where the note is not on one. */
/** @typedef {{name: string, at: string, plan: Plan}} Option */
/** @typedef {{at: string, what: string, why: string, plan: Plan}} Agreed */
/** @typedef {{plan: Plan, started: Plan, pins: number[], notes: Note[], options: Option[],
 *  done: Step[], undone: Step[], agreed: Agreed[]}} State
 *  The last of `undone` is the next to be done again. */

/** @param {Plan} plan @returns {State} */
export function begin(plan) {
  return { plan, started: plan, pins: [], notes: [], options: [], done: [], undone: [], agreed: [] };
}

/** @param {Plan} plan @returns {string} */
export function keyOf(plan) {
  return groupsOf(plan).map(({ label, members, centre }) =>
    JSON.stringify([label, centre, members])).sort().join("\n");
}

/** Label of the cluster of a school; "" where it has none. @param {Plan} plan @param {number} k */
export function labelOf(plan, k) {
  return plan.place[k] < 0 ? "" : plan.labels[plan.place[k]];
}

/** Schools that two plans have in clusters of different names. @param {Plan} one @param {Plan} other */
export function elsewhere(one, other) {
  return one.place.map((_, k) => k).filter((k) => labelOf(one, k) !== labelOf(other, k));
}

/**
 * The step that brings schools into clusters; both the clusters that they leave and those that they
 * join choose their centres again.
 * @param {Facts} facts
 * @param {Plan} plan
 * @param {{school: number, to: string}[]} moves
 * @returns {Pick<Step, "changes" | "centres">}
 */
export function movesStep(facts, plan, moves) {
  const changes = moves
    .map(({ school, to }) => ({ school, before: labelOf(plan, school), after: to }))
    .filter(({ before, after }) => before !== after);
  const next = planAfter(plan, { changes, centres: [] });
  const touched = new Set(changes.flatMap(({ before, after }) => [before, after]));
  const members = new Map(groupsOf(next).map((group) => [group.label, group.members]));
  const centres = [];
  for (const cluster of touched) {
    if (!cluster) continue;
    const before = plan.centres[plan.labels.indexOf(cluster)] ?? -1;
    const held = members.get(cluster) ?? [];
    const after = held.length ? chosenCentre(facts, held, before) : -1;
    if (before !== after) centres.push({ cluster, before, after });
  }
  return { changes, centres };
}

/**
 * The step from one plan to another, by the labels of their clusters.
 * @param {Plan} from
 * @param {Plan} to
 * @returns {Pick<Step, "changes" | "centres">}
 */
export function planStep(from, to) {
  const changes = from.place
    .map((_, school) => ({ school, before: labelOf(from, school), after: labelOf(to, school) }))
    .filter(({ before, after }) => before !== after);
  const centres = [...new Set([...from.labels, ...to.labels])].map((cluster) => ({
    cluster,
    before: from.centres[from.labels.indexOf(cluster)] ?? -1,
    after: to.centres[to.labels.indexOf(cluster)] ?? -1,
  })).filter(({ before, after }) => before !== after);
  return { changes, centres };
}

/** The plan after a step. @param {Plan} plan @param {Pick<Step, "changes" | "centres">} step
 * @returns {Plan} */
export function planAfter(plan, { changes, centres }) {
  const labels = [...plan.labels], place = [...plan.place], middle = [...plan.centres];
  /** @param {string} label */
  const numbered = (label) => {
    if (!label) return -1;
    const found = labels.indexOf(label);
    if (found >= 0) return found;
    middle.push(-1);
    return labels.push(label) - 1;
  };
  for (const { school, after } of changes) place[school] = numbered(after);
  for (const { cluster, after } of centres) middle[numbered(cluster)] = after;
  return { labels, place, centres: middle };
}

/** @param {Step} step @returns {Pick<Step, "changes" | "centres">} */
function reversed({ changes, centres }) {
  return {
    changes: changes.map((one) => ({ ...one, before: one.after, after: one.before })),
    centres: centres.map((one) => ({ ...one, before: one.after, after: one.before })),
  };
}

/** Pins after a step. @param {number[]} pins @param {Step} step @param {boolean} back */
function pinsAfter(pins, step, back) {
  if (step.kind !== "pin" && step.kind !== "unpin") return pins;
  const adds = (step.kind === "pin") !== back;
  const schools = step.changes.map(({ school }) => school);
  const kept = pins.filter((school) => !schools.includes(school));
  return adds ? [...kept, ...schools].sort((a, b) => a - b) : kept;
}

/** @param {State} state @param {Step} step @returns {State} */
export function done(state, step) {
  return {
    ...state,
    plan: planAfter(state.plan, step),
    pins: pinsAfter(state.pins, step, false),
    done: [...state.done, step],
    undone: [],
  };
}

/** @param {State} state @returns {State} */
export function undo(state) {
  const step = state.done.at(-1);
  if (!step) return state;
  return {
    ...state,
    plan: planAfter(state.plan, reversed(step)),
    pins: pinsAfter(state.pins, step, true),
    done: state.done.slice(0, -1),
    undone: [...state.undone, step],
  };
}

/** @param {State} state @returns {State} */
export function redo(state) {
  const step = state.undone.at(-1);
  if (!step) return state;
  return { ...done(state, step), undone: state.undone.slice(0, -1) };
}

/** The step that pins a school where it is, or frees it. @param {State} state @param {number} school
 * @param {string} at @param {string} name @returns {Step} */
export function pinStep(state, school, at, name) {
  const label = labelOf(state.plan, school);
  const free = state.pins.includes(school);
  return {
    at, kind: free ? "unpin" : "pin", centres: [],
    changes: [{ school, before: label, after: label }],
    sentence: free ? `${name} may move again.` : `${name} stays in ${label}.`,
  };
}

/** @param {State} state @param {Note} note @returns {State} */
export function noted(state, note) {
  return { ...state, notes: [...state.notes, note] };
}

/** @param {State} state @param {number} number @returns {State} */
export function withoutNote(state, number) {
  return { ...state, notes: state.notes.filter((_, k) => k !== number) };
}

/** Keep the plan under a name; an option of that name is replaced. @param {State} state
 * @param {string} name @param {string} at @returns {State} */
export function kept(state, name, at) {
  const others = state.options.filter((option) => option.name !== name);
  return { ...state, options: [...others, { name, at, plan: state.plan }] };
}

/** @param {State} state @param {string} name @returns {State} */
export function withoutOption(state, name) {
  return { ...state, options: state.options.filter((option) => option.name !== name) };
}

/** @param {State} state @param {Agreed} agreed @returns {State} */
export function agreed(state, agreed) {
  return { ...state, agreed: [...state.agreed, agreed] };
}
