// The split over clusters, to the penny: lump sums first, the rest by quantities, largest remainder.

import { largestRemainder } from "./exact.js";

/** @typedef {import("./facts.js").Facts} Facts */
/** @typedef {import("./reckoning.js").Group} Group */
/** @typedef {{pence: bigint[] | null, why: string}} Split
 *  Pence by cluster in the order of the groups; or why the page does not reckon them. */

/**
 * What each cluster receives in all; equals the library's split, or says why it is not reckoned.
 * @param {Facts} facts
 * @param {Group[]} groups
 * @returns {Split}
 */
export function splitOf(facts, groups) {
  const { money } = facts.given;
  if (!money) return { pence: null, why: "no pot was given" };
  if (money.protected) {
    return { pence: null, why: "floors and caps are worked out by the library only" };
  }
  const placed = groups.reduce((all, group) => all + group.members.length, 0);
  if (placed !== facts.n) return { pence: null, why: "some schools are in no cluster" };
  const lump = BigInt(money.per_cluster), flexible = BigInt(money.flexible);
  const perSchool = money.per_school.map(BigInt);
  let rest = flexible - lump * BigInt(groups.length);
  for (const pence of perSchool) rest -= pence;
  if (rest < 0n) return { pence: null, why: "the lump sums come to more than there is to share" };
  const rates = money.rates.map((rate) => ({ ...rate, quantity: rate.quantity.map(BigInt) }));
  const pots = potsOf(rates, rest);
  const wholes = rates.map(({ quantity }) => quantity.reduce((a, b) => a + b, 0n) || 1n);
  const below = wholes.reduce((a, b) => a * b, 1n);
  const shares = groups.map(({ members }) => {
    let share = lump * below;
    for (const k of members) share += perSchool[k] * below;
    rates.forEach(({ quantity }, r) => {
      let held = 0n;
      for (const k of members) held += quantity[k];
      share += pots[r] * held * (below / wholes[r]);
    });
    return share;
  });
  const ranks = groups.map(({ members }) => Math.min(...members.map((k) => facts.given.tie[k])));
  const whole = largestRemainder(shares, below, flexible, ranks);
  const first = money.first.map(BigInt);
  return { why: "", pence: groups.map(({ members }, g) =>
    members.reduce((all, k) => all + first[k], whole[g])) };
}

/** What each rate gives out. @param {{part: [string, string]}[]} rates @param {bigint} rest */
function potsOf(rates, rest) {
  const parts = rates.map(({ part: [n, d] }) => ({ n: BigInt(n), d: BigInt(d) }));
  const below = parts.reduce((all, { d }) => all * d, 1n);
  const shares = parts.map(({ n, d }) => n * rest * (below / d));
  return largestRemainder(shares, below, rest, parts.map((_, k) => k));
}

/**
 * Pence that change cluster between two splits: what those who gain gain.
 * @param {Map<string, bigint>} before
 * @param {Map<string, bigint>} after
 */
export function moved(before, after) {
  let gains = 0n;
  for (const label of new Set([...before.keys(), ...after.keys()])) {
    const gain = (after.get(label) ?? 0n) - (before.get(label) ?? 0n);
    if (gain > 0n) gains += gain;
  }
  return gains;
}
