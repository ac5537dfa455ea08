// One function per rule: each lists every way in which a plan breaks it, as the verifier does.

import { MICRO, compared, decimal, minus, nearest, plus, ratio, times } from "./exact.js";
import { capacityOf, mostTravel, total } from "./reckoning.js";

/** @typedef {import("./facts.js").Facts} Facts */
/** @typedef {import("./facts.js").Plan} Plan */
/** @typedef {import("./exact.js").Ratio} Ratio */
/** @typedef {import("./reckoning.js").Group} Group */
/** @typedef {{rule: string, cluster: number, schools: number[], amount: number | null,
 *  have?: Ratio, bound?: Ratio, above?: boolean, of?: string}} Break
 *  One way in which a rule is broken; `cluster` is -1 where it concerns none. */
/** @typedef {{facts: Facts, plan: Plan, groups: Group[]}} Case */

/**
 * Every way in which a plan breaks the rules that the page reckons.
 * @param {Facts} facts
 * @param {Plan} plan
 * @param {Group[]} groups
 * @returns {Break[]}
 */
export function breaksOf(facts, plan, groups) {
  const at = { facts, plan, groups };
  const { checked, alone } = facts.given;
  return checked.flatMap((rule) => alone.includes(rule) ? [] : CHECKS[rule]?.(at) ?? []);
}

/** @type {Object<string, (at: Case) => Break[]>} */
const CHECKS = {
  assignment: checkAssignment,
  centre: checkCentre,
  n_clusters: checkCount,
  schools_per_cluster: checkSizes,
  balance: checkBalance,
  limits: checkLimits,
  max_travel: checkTravel,
  contiguous: checkContiguous,
  expertise: checkExpertise,
  phases: checkPhases,
  together: checkTogether,
  apart: checkApart,
  centres: checkCentres,
};

/** @param {Case} at @returns {Break[]} */
function checkAssignment({ plan }) {
  return plan.place.flatMap((cluster, school) => cluster >= 0 ? [] :
    [{ rule: "assignment", cluster: -1, schools: [school], amount: null }]);
}

/** @param {Case} at @returns {Break[]} */
function checkCentre({ groups }) {
  return groups.filter(({ centre, members }) => !members.includes(centre)).map((group) => ({
    rule: "centre", cluster: group.number, schools: group.centre < 0 ? [] : [group.centre],
    amount: null,
  }));
}

/** @param {Case} at @returns {Break[]} */
function checkCount({ facts, groups }) {
  const [low, high] = facts.given.rules.n_clusters, have = groups.length;
  if (low <= have && have <= high) return [];
  const above = have > high;
  return [{
    rule: "n_clusters", cluster: -1, schools: [], amount: above ? have - high : low - have,
    have: ratio(BigInt(have)), bound: ratio(BigInt(above ? high : low)), above, of: "clusters",
  }];
}

/** @param {Case} at @returns {Break[]} */
function checkSizes({ facts, groups }) {
  return groups.flatMap((group) => {
    const [least, most] = sizeBounds(facts, group);
    return outside("schools_per_cluster", group, ratio(BigInt(group.members.length)), least, most,
      "schools");
  });
}

/** @param {Case} at @returns {Break[]} */
function checkBalance({ facts, groups }) {
  return sums("balance", facts, groups, (group, measure) =>
    balanceBounds(facts, group, measure, groups.length));
}

/** @param {Case} at @returns {Break[]} */
function checkLimits({ facts, groups }) {
  return sums("limits", facts, groups, (group, measure) => namedBounds(facts, group, "limits", measure));
}

/** Clusters whose sum of a measure is outside the bounds of a rule. @param {"balance" | "limits"} rule
 * @param {Facts} facts @param {Group[]} groups
 * @param {(group: Group, measure: string) => [Ratio | null, Ratio | null]} bounds @returns {Break[]} */
function sums(rule, facts, groups, bounds) {
  return Object.keys(facts.given.rules[rule]).flatMap((measure) => groups.flatMap((group) => {
    const have = ratio(total(facts.units[measure], group.members), MICRO);
    return outside(rule, group, have, ...bounds(group, measure), measure);
  }));
}

/** @param {Case} at @returns {Break[]} */
function checkTravel({ facts, groups }) {
  return groups.flatMap(({ members, centre, number }) => centre < 0 ? [] : members.flatMap((k) => {
    const journey = facts.travel[k * facts.n + centre], most = mostTravel(facts, k);
    if (Number.isFinite(journey) && journey <= most) return [];
    const amount = Number.isFinite(most) ? journey - most : journey;
    return [{ rule: "max_travel", cluster: number, schools: [k], amount }];
  }));
}

/** @param {Case} at @returns {Break[]} */
function checkContiguous({ facts, plan, groups }) {
  return groups.flatMap((group) => {
    const pieces = piecesOf(facts, plan, group.members);
    if (pieces.length === 1) return [];
    let main = pieces[0];
    for (const piece of pieces) {
      const more = piece.length - main.length;
      const centred = Number(piece.includes(group.centre)) - Number(main.includes(group.centre));
      if (more > 0 || (more === 0 && centred > 0)) main = piece;
    }
    const schools = pieces.filter((piece) => piece !== main).flat().sort((a, b) => a - b);
    return [{ rule: "contiguous", cluster: group.number, schools, amount: pieces.length - 1 }];
  });
}

/** Connected pieces of some schools, by their lowest member. @param {Facts} facts
 * @param {Plan} plan @param {number[]} members */
export function piecesOf(facts, plan, members) {
  const seen = new Set(), pieces = [];
  for (const first of members) {
    if (seen.has(first)) continue;
    seen.add(first);
    const piece = [first];
    for (let k = 0; k < piece.length; k++) {
      for (const other of facts.near[piece[k]]) {
        if (plan.place[other] === plan.place[first] && !seen.has(other)) {
          seen.add(other);
          piece.push(other);
        }
      }
    }
    pieces.push(piece);
  }
  return pieces;
}

/** @param {Case} at @returns {Break[]} */
function checkExpertise({ facts, groups }) {
  return Object.keys(facts.given.rules.expertise).flatMap((kind) => groups.flatMap((group) => {
    const least = expertiseBound(facts, group, kind);
    const { all } = capacityOf(facts.capacity[kind] ?? [], group.members);
    if (!least || compared(all, least) >= 0) return [];
    const amount = nearest(minus(least, all));
    return [{ rule: "expertise", cluster: group.number, schools: group.members, amount,
      have: all, bound: least, above: false, of: kind }];
  }));
}

/** @param {Case} at @returns {Break[]} */
function checkPhases({ facts, groups }) {
  return Object.keys(facts.given.rules.phases).flatMap((phase) => groups.flatMap((group) => {
    const [least, most] = namedBounds(facts, group, "phases", phase);
    const alike = new Set(facts.given.of_phase[phase]);
    const have = ratio(BigInt(group.members.filter((k) => alike.has(k)).length));
    return outside("phases", group, have, least, most, phase);
  }));
}

/** @param {Case} at @returns {Break[]} */
function checkTogether({ facts, groups }) {
  return facts.given.rules.together.flatMap((wanted) => {
    const parts = groups.map(({ members }) => members.filter((k) => wanted.includes(k)))
      .filter((part) => part.length).sort((a, b) => a[0] - b[0]);
    if (parts.length < 2) return [];
    const main = parts.reduce((best, part) => part.length > best.length ? part : best);
    const schools = parts.filter((part) => part !== main).flat().sort((a, b) => a - b);
    return [{ rule: "together", cluster: -1, schools, amount: null }];
  });
}

/** @param {Case} at @returns {Break[]} */
function checkApart({ facts, groups }) {
  return facts.given.rules.apart.flatMap((kept) => groups.flatMap(({ members, number }) => {
    const schools = members.filter((k) => kept.includes(k));
    return schools.length < 2 ? [] : [{ rule: "apart", cluster: number, schools, amount: null }];
  }));
}

/** @param {Case} at @returns {Break[]} */
function checkCentres({ facts, groups }) {
  const able = new Set(facts.given.rules.centres);
  return groups.filter(({ centre }) => centre >= 0 && !able.has(centre)).map((group) => ({
    rule: "centres", cluster: group.number, schools: [group.centre], amount: null,
  }));
}

// ---- bounds: the loosest of a rule and the exceptions of its members; null is no bound ---------

/** @param {Facts} facts @param {Group} group @returns {[Ratio | null, Ratio | null]} */
export function sizeBounds(facts, group) {
  return loosest(facts.given.rules.schools_per_cluster, excuses(facts, group, "schools_per_cluster"));
}

/** Least and most of a measure or a phase. @param {Facts} facts @param {Group} group
 * @param {"limits" | "phases"} rule @param {string} name @returns {[Ratio | null, Ratio | null]} */
export function namedBounds(facts, group, rule, name) {
  const base = facts.given.rules[rule][name];
  return loosest(base, excuses(facts, group, rule).map((excuse) => entry(excuse, name, base)));
}

/** @param {Facts} facts @param {Group} group @param {string} measure @param {number} count
 * @returns {[Ratio | null, Ratio | null]} */
export function balanceBounds(facts, group, measure, count) {
  const base = facts.given.rules.balance[measure];
  const shares = [base, ...excuses(facts, group, "balance").map((x) => entry(x, measure, base))];
  if (shares.includes(null)) return [null, null];
  const widest = shares.map(decimal).reduce((a, b) => compared(a, b) < 0 ? b : a);
  const mean = ratio(facts.whole[measure], MICRO * BigInt(Math.max(1, count)));
  return [times(minus(ratio(1n), widest), mean), times(plus(ratio(1n), widest), mean)];
}

/** @param {Facts} facts @param {Group} group @param {string} kind @returns {Ratio | null} */
export function expertiseBound(facts, group, kind) {
  const base = facts.given.rules.expertise[kind];
  const all = [base, ...excuses(facts, group, "expertise").map((x) => entry(x, kind, base))];
  if (all.includes(null)) return null;
  return all.map(decimal).reduce((a, b) => compared(a, b) > 0 ? b : a);
}

/** What holds instead of a rule for each excused member. @param {Facts} facts @param {Group} group
 * @param {string} rule @returns {any[]} */
function excuses(facts, group, rule) {
  return facts.given.rules.exceptions
    .filter(({ school, instead }) => rule in instead && group.members.includes(school))
    .map(({ instead }) => instead[rule]);
}

/** @param {any} excuse @param {string} name @param {any} base @returns {any} */
function entry(excuse, name, base) {
  return excuse === null ? null : name in excuse ? excuse[name] : base;
}

/** @param {any} base @param {any[]} others @returns {[Ratio | null, Ratio | null]} */
function loosest(base, others) {
  const pairs = [base, ...others].map((pair) => pair ?? [null, null]);
  /** @param {number} end @param {number} sign */
  const side = (end, sign) => pairs.some((pair) => pair[end] === null) ? null :
    pairs.map((pair) => decimal(pair[end])).reduce((a, b) => compared(a, b) * sign < 0 ? b : a);
  return [side(0, -1), side(1, 1)];
}

/** @param {string} rule @param {Group} group @param {Ratio} have @param {Ratio | null} least
 * @param {Ratio | null} most @param {string} of @returns {Break[]} */
function outside(rule, group, have, least, most, of) {
  const above = most !== null && compared(have, most) > 0;
  const bound = above ? most : least !== null && compared(have, least) < 0 ? least : null;
  if (!bound) return [];
  const amount = nearest(above ? minus(have, bound) : minus(bound, have));
  return [{ rule, cluster: group.number, schools: group.members, amount, have, bound, above, of }];
}
