// What a plan comes to: groups, sums, journeys, costs, centres. Everything equals the library's.

import { MICRO, decimal, minus, nearest, plus, ratio, sum, times } from "./exact.js";

/** @typedef {import("./facts.js").Facts} Facts */
/** @typedef {import("./facts.js").Plan} Plan */
/** @typedef {import("./exact.js").Ratio} Ratio */
/** @typedef {{number: number, label: string, members: number[], centre: number}} Group
 *  One cluster that holds schools; `number` is its place in the plan's list of labels. */

/**
 * The clusters that hold at least one school, in the plan's order.
 * @param {Plan} plan
 * @returns {Group[]}
 */
export function groupsOf(plan) {
  /** @type {number[][]} */
  const members = plan.labels.map(() => []);
  plan.place.forEach((cluster, school) => { if (cluster >= 0) members[cluster].push(school); });
  return plan.labels
    .map((label, number) => ({
      number, label, members: members[number], centre: plan.centres[number] ?? -1,
    }))
    .filter((group) => group.members.length);
}

/** The total of a measure in millionths. @param {bigint[]} units @param {number[]} members */
export function total(units, members) {
  let all = 0n;
  for (const k of members) all += units[k];
  return all;
}

/** Capacity known among some schools, and for how many it is. @param {(Ratio | null)[]} amounts
 * @param {number[]} members */
export function capacityOf(amounts, members) {
  let all = ratio(0n), known = 0;
  for (const k of members) {
    const amount = amounts[k];
    if (amount) { all = plus(all, amount); known += 1; }
  }
  return { all, known };
}

/**
 * Mean and longest journey of a cluster to its centre; null without a centre.
 * @param {Facts} facts
 * @param {Group} group
 */
export function journeysOf(facts, group) {
  if (group.centre < 0) return null;
  let longest = -1, who = -1;
  const weights = facts.given.measures[facts.given.priorities.travel_by];
  const weighted = [], all = [];
  for (const k of group.members) {
    const journey = facts.travel[k * facts.n + group.centre];
    if (journey > longest) [longest, who] = [journey, k];
    all.push(journey);
    if (weights && weights[k]) weighted.push(weights[k] * journey);
  }
  return { longest, who, mean: sum(all) / all.length, all: sum(all), weighted };
}

/**
 * Costs by priority and their sum, as the verifier works them out; null where a school has no
 * place or a cluster no centre.
 * @param {Facts} facts
 * @param {Plan} plan
 * @param {Group[]} groups
 * @returns {{costs: Object<string, number>, objective: number} | null}
 */
export function costsOf(facts, plan, groups) {
  const broken = plan.place.includes(-1) ||
    groups.some((group) => group.centre < 0 || plan.place[group.centre] !== group.number);
  if (broken) return null;
  const { priorities } = facts.given;
  /** @type {Object<string, () => number>} */
  const parts = {
    travel: () => travelCost(facts, groups),
    balance: () => balanceCost(facts, groups),
    expertise: () => expertiseCost(facts, groups),
    pyramids: () => nearest(times(averageSchool(facts), ratio(BigInt(extraPieces(facts, groups))))),
    change: () => nearest(times(averageSchool(facts), ratio(BigInt(movedFromToday(facts, groups))))),
  };
  /** @type {Object<string, number>} */
  const costs = {};
  for (const [name, cost] of Object.entries(parts)) {
    const weight = /** @type {any} */ (priorities)[name];
    if (weight) costs[name] = weight * cost();
  }
  return { costs, objective: sum(Object.values(costs)) };
}

/** @param {Facts} facts @param {Group[]} groups */
function travelCost(facts, groups) {
  const weights = facts.given.measures[facts.given.priorities.travel_by];
  const terms = [];
  for (const { members, centre } of groups) {
    for (const k of members) {
      if (weights[k]) terms.push(weights[k] * facts.travel[k * facts.n + centre]);
    }
  }
  return sum(terms);
}

/** @param {Facts} facts */
function step(facts) {
  return facts.given.unit === "m" ? 1000n : 1n;
}

/** @param {Facts} facts @param {Group[]} groups */
function balanceCost(facts, groups) {
  const units = facts.units[facts.given.priorities.balance_by];
  const all = facts.whole[facts.given.priorities.balance_by], count = BigInt(groups.length);
  let off = 0n;
  for (const { members } of groups) {
    const gap = total(units, members) * count - all;
    off += gap < 0n ? -gap : gap;
  }
  return nearest(ratio(step(facts) * off, count * MICRO));
}

/** @param {Facts} facts @param {Group[]} groups */
function expertiseCost(facts, groups) {
  let unmet = ratio(0n);
  for (const [kind, { covers, pupils }] of Object.entries(facts.given.need)) {
    const each = decimal(covers);
    for (const { members } of groups) {
      let need = 0;
      for (const k of members) need += pupils[k];
      const held = capacityOf(facts.capacity[kind] ?? [], members).all;
      const left = minus(ratio(BigInt(need)), times(each, held));
      if (left.n > 0n) unmet = plus(unmet, left);
    }
  }
  return nearest(times(ratio(step(facts)), unmet));
}

/** Pieces beyond one of each pyramid. @param {Facts} facts @param {Group[]} groups */
export function extraPieces(facts, groups) {
  if (!facts.pyramids) return 0;
  let extra = -new Set(facts.pyramids.filter((pyramid) => pyramid >= 0)).size;
  for (const { members } of groups) {
    const held = new Set();
    for (const k of members) if (facts.pyramids[k] >= 0) held.add(facts.pyramids[k]);
    extra += held.size;
  }
  return extra;
}

/** @param {Facts} facts @param {Group[]} groups */
function movedFromToday(facts, groups) {
  const before = facts.given.priorities.reference ?? [];
  let moved = 0;
  for (const { members, centre } of groups) {
    for (const k of members) if (before[k] !== before[centre]) moved += 1;
  }
  return moved;
}

/** @param {Facts} facts */
function averageSchool(facts) {
  const all = facts.whole[facts.given.priorities.travel_by];
  return ratio(step(facts) * all, MICRO * BigInt(facts.n));
}

/** The longest journey that a school may have. @param {Facts} facts @param {number} school */
export function mostTravel(facts, school) {
  const { max_travel: base, exceptions } = facts.given.rules;
  let most = base ?? Infinity;
  for (const { school: excused, instead } of exceptions) {
    if (excused === school && "max_travel" in instead) {
      most = Math.max(most, instead.max_travel ?? Infinity);
    }
  }
  return most;
}

/**
 * The centre that a cluster chooses: the member that the rules allow to which the others' journeys
 * (and what they cost by the priority on change) are least. Where no member keeps the rules, the
 * same without the longest journey; where none may be a centre, the present one or any.
 * @param {Facts} facts
 * @param {number[]} members
 * @param {number} present
 */
export function chosenCentre(facts, members, present) {
  const { priorities, rules } = facts.given;
  const weights = facts.given.measures[priorities.travel_by];
  const before = priorities.change ? priorities.reference ?? [] : [];
  const price = priorities.change ? priorities.change * nearest(averageSchool(facts)) : 0;
  const limits = members.map((k) => mostTravel(facts, k));
  const allowed = rules.centres && new Set(rules.centres);
  let candidates = members.filter((k) => !allowed || allowed.has(k));
  if (!candidates.length) {
    if (members.includes(present)) return present;
    candidates = members;
  }
  let best = -1, least = Infinity, kept = false;
  for (const centre of candidates) {
    let cost = 0, keeps = true;
    members.forEach((k, at) => {
      const journey = facts.travel[k * facts.n + centre];
      if (journey > limits[at] || !Number.isFinite(journey)) keeps = false;
      if (weights[k]) cost += priorities.travel * weights[k] * journey;
      if (price && before[k] !== before[centre]) cost += price;
    });
    if (best < 0 || (keeps && !kept) || (keeps === kept && cost < least)) {
      [best, least, kept] = [centre, cost, keeps];
    }
  }
  return best;
}
