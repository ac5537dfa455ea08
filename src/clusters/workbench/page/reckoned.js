// Everything that the page shows of one plan, worked out in one go.

import { costsOf, groupsOf, journeysOf } from "./reckoning.js";
import { breaksOf } from "./rules.js";
import { splitOf } from "./money.js";
import { sum } from "./exact.js";
import { consequences, counted, listed, rulesWords } from "./sentences.js";
import { labelOf, movesStep, planAfter } from "./state.js";

/** @typedef {import("./facts.js").Facts} Facts */
/** @typedef {import("./facts.js").Plan} Plan */
/** @typedef {import("./state.js").Step} Step */
/** @typedef {{plan: Plan, groups: import("./reckoning.js").Group[],
 *  breaks: import("./rules.js").Break[], travel: ReturnType<typeof journeysOf>[],
 *  journeys: number, mean: number, longest: {journey: number, school: number},
 *  cost: ReturnType<typeof costsOf>, money: Map<string, bigint> | null, moneyWhy: string}} Reckoned */

/** @param {Facts} facts @param {Plan} plan @returns {Reckoned} */
export function reckon(facts, plan) {
  const groups = groupsOf(plan);
  const travel = groups.map((group) => journeysOf(facts, group));
  const split = splitOf(facts, groups);
  const longest = { journey: -1, school: -1 };
  let placed = 0;
  travel.forEach((one, g) => {
    if (!one) return;
    placed += groups[g].members.length;
    if (one.longest > longest.journey) {
      longest.journey = one.longest;
      longest.school = one.who;
    }
  });
  return {
    plan, groups, travel, longest,
    breaks: breaksOf(facts, plan, groups),
    journeys: sum(travel.flatMap((one) => one?.weighted ?? [])),
    mean: placed ? sum(travel.map((one) => one?.all ?? 0)) / placed : 0,
    cost: costsOf(facts, plan, groups),
    money: split.pence && new Map(groups.map(({ label }, g) => [label, split.pence?.[g] ?? 0n])),
    moneyWhy: split.why,
  };
}

/**
 * A step that moves schools, with its price in words.
 * @param {Facts} facts
 * @param {Reckoned} before
 * @param {{school: number, to: string}[]} moves
 * @param {string} at
 * @returns {{step: Step, after: Reckoned}}
 */
export function priced(facts, before, moves, at) {
  const step = movesStep(facts, before.plan, moves);
  const after = reckon(facts, planAfter(before.plan, step));
  const names = listed(step.changes.map(({ school }) => facts.names[school]));
  const to = [...new Set(step.changes.map((change) => change.after))];
  const head = `Moving ${names} to ${listed(to.map((label) => label || "no cluster"))}`;
  const left = [...new Set(step.changes.map((change) => change.before))];
  const said = rulesWords(facts, before, after);
  const named = [...to, ...left.filter((label) => label && isPressed(after, label) &&
    !said.includes(`${label} has `))];
  const sentence = consequences(facts, head, before, after, named.filter(Boolean), step.centres);
  return { step: { at, kind: "move", sentence, ...step }, after };
}

/** Whether a cluster that was left breaks a rule on sizes, or is empty. @param {Reckoned} after
 * @param {string} label */
function isPressed(after, label) {
  const group = after.groups.find((one) => one.label === label);
  return !group || after.breaks.some((broken) => broken.cluster === group.number && broken.bound);
}

/**
 * A step to another plan, with its price in words.
 * @param {Facts} facts
 * @param {Reckoned} before
 * @param {Plan} plan
 * @param {Pick<Step, "changes" | "centres">} step
 * @param {string} what
 * @param {string} at
 * @returns {Step}
 */
export function pricedPlan(facts, before, plan, step, what, at) {
  const after = reckon(facts, plan);
  const count = step.changes.length;
  const head = `${what} (${counted(count, "school")} ${count === 1 ? "changes" : "change"} cluster)`;
  return {
    at, kind: "plan", ...step,
    sentence: consequences(facts, head, before, after, [], step.centres),
  };
}

/**
 * The clusters that a school could go to: those that it borders on first, then by journey.
 * @param {Facts} facts
 * @param {Reckoned} now
 * @param {number} school
 * @param {number} most
 * @returns {string[]}
 */
export function targets(facts, now, school, most) {
  const own = labelOf(now.plan, school);
  const beside = new Set(facts.near[school].map((k) => labelOf(now.plan, k)));
  return now.groups.filter(({ label }) => label !== own).map(({ label, centre }) => ({
    label, away: centre < 0 ? Infinity : facts.travel[school * facts.n + centre],
    beside: beside.has(label),
  })).sort((a, b) => Number(b.beside) - Number(a.beside) || a.away - b.away)
    .slice(0, most).map(({ label }) => label);
}
