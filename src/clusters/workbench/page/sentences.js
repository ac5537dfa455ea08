// What things come to, in plain words.

import { MICRO, compared, minus, ratio } from "./exact.js";
import { moved } from "./money.js";
import { balanceBounds, namedBounds, sizeBounds } from "./rules.js";
import { capacityOf, total } from "./reckoning.js";

/** @typedef {import("./facts.js").Facts} Facts */
/** @typedef {import("./exact.js").Ratio} Ratio */
/** @typedef {import("./rules.js").Break} Break */
/** @typedef {import("./reckoning.js").Group} Group */
/** @typedef {import("./reckoned.js").Reckoned} Reckoned */

/** A whole number with commas. @param {bigint | number} value */
export function grouped(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A fraction with up to so many decimals, halves to the even one. @param {Ratio} value
 * @param {number} [places] */
export function shown(value, places = 2) {
  const scale = 10n ** BigInt(places), sign = value.n < 0n ? "-" : "";
  const top = (sign ? -value.n : value.n) * scale;
  let whole = top / value.d;
  const twice = 2n * (top % value.d);
  if (twice > value.d || (twice === value.d && whole % 2n)) whole += 1n;
  const decimals = String(whole % scale).padStart(places, "0").replace(/0+$/, "");
  return `${whole ? sign : ""}${grouped(whole / scale)}${decimals ? `.${decimals}` : ""}`;
}

/** Whole pence as pounds. @param {bigint} pence */
export function pounds(pence) {
  const size = pence < 0n ? -pence : pence;
  return `${pence < 0n ? "-" : ""}£${grouped(size / 100n)}.${String(size % 100n).padStart(2, "0")}`;
}

/** A journey: kilometres or minutes. @param {Facts} facts @param {number} value */
export function journey(facts, value) {
  if (!Number.isFinite(value)) return "no way";
  return facts.given.unit === "m" ? `${(value / 1000).toFixed(1)} km` : `${value.toFixed(1)} min`;
}

/** @param {string[]} texts */
export function listed(texts) {
  const few = texts.length > 5 ? [...texts.slice(0, 4), `${texts.length - 4} more`] : texts;
  return few.length < 2 ? few.join("") : `${few.slice(0, -1).join(", ")} and ${few.at(-1)}`;
}

/** @param {number} count @param {string} noun */
export function counted(count, noun) {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** @param {number} count */
export function breaches(count) {
  return count === 1 ? "1 breach" : `${grouped(count)} breaches`;
}

/** What a measure counts. @param {Facts} facts @param {string} measure @param {Ratio} [have] of one,
 * the singular */
export function words(facts, measure, have) {
  const text = measure === "clusters" || measure === "schools" ? measure :
    facts.given.words[measure] ?? measure.replaceAll("_", " ");
  return have && have.n === have.d ? text.replace(/^(\w+?)s\b|(EHC plan)s$/, "$1$2") : text;
}

const RULE_WORDS = /** @type {Object<string, string>} */ ({
  assignment: "every school has a cluster",
  centre: "every cluster has a centre",
  n_clusters: "number of clusters",
  schools_per_cluster: "schools in a cluster",
  balance: "even sizes",
  limits: "least and most",
  max_travel: "longest journey",
  contiguous: "clusters in one piece",
  expertise: "expertise in each cluster",
  phases: "phases in each cluster",
  together: "kept together",
  apart: "kept apart",
  centres: "who may be a centre",
});

/** The name of a rule for people. @param {string} rule */
export function ruleWords(rule) {
  return RULE_WORDS[rule] ?? rule.replaceAll("_", " ");
}

/** One way in which a rule is broken, as a sentence without its full stop. @param {Facts} facts
 * @param {string[]} labels @param {Break} broken */
export function breakWords(facts, labels, broken) {
  const where = broken.cluster < 0 ? "" : labels[broken.cluster];
  const names = listed(broken.schools.map((k) => facts.names[k]));
  if (broken.have && broken.bound && broken.of) {
    const side = broken.above ? "above the most allowed" : "below the least allowed";
    const thing = broken.rule === "expertise" ? `of recorded ${broken.of} capacity`
      : broken.rule === "phases" ? `${broken.of} ${broken.have.n === 1n ? "school" : "schools"}`
      : words(facts, broken.of, broken.have);
    const bound = broken.have.n % broken.have.d ? broken.bound : wholly(broken.bound, !broken.above);
    const off = difference(broken.have, bound);
    return `${where || "The plan"} has ${shown(broken.have)} ${thing}: ${shown(off)} ${side} ` +
      `(${shown(bound)})`;
  }
  /** @type {Object<string, () => string>} */
  const said = {
    assignment: () => `${names} is in no cluster`,
    centre: () => `${where} has no centre`,
    max_travel: () => Number.isFinite(broken.amount ?? 0)
      ? `${names} in ${where} travels ${journey(facts, broken.amount ?? 0)} more than allowed`
      : `${names} has no way to the centre of ${where}`,
    contiguous: () => `${where} falls into ${(broken.amount ?? 0) + 1} pieces: ${names} cut off`,
    together: () => `${names} ${broken.schools.length === 1 ? "is" : "are"} not with the group`,
    apart: () => `${where} holds schools that must be apart: ${names}`,
    centres: () => `${where} has the centre ${names}, which may not be one`,
  };
  return said[broken.rule]?.() ?? `${ruleWords(broken.rule)}: ${where}`;
}

/** The whole number that a count must not pass: the bound itself, or the next on its own side.
 * @param {Ratio} bound @param {boolean} least */
function wholly({ n, d }, least) {
  const down = n / d - (n % d < 0n ? 1n : 0n);
  return ratio(least && down * d !== n ? down + 1n : down);
}

/** @param {Ratio} a @param {Ratio} b */
function difference(a, b) {
  const off = minus(a, b);
  return off.n < 0n ? ratio(-off.n, off.d) : off;
}

/** What the journeys of a plan cost, or their sum. @param {Reckoned} one */
export function travelOf(one) {
  return one.cost?.costs.travel ?? one.journeys;
}

/** How much longer or shorter journeys are. @param {number} before @param {number} after */
export function longer(before, after) {
  if (after === before) return "journeys as long as before";
  if (!Number.isFinite(after)) return "some journeys impossible";
  if (!before || !Number.isFinite(before)) return "journeys change";
  const share = 100 * Math.abs(after - before) / before;
  const size = share < 0.005 ? "less than 0.01" : share < 10 ? share.toFixed(2) : share.toFixed(1);
  return `journeys ${size}% ${after > before ? "longer" : "shorter"}`;
}

/**
 * The size of a cluster by the measure that a rule bounds, with its bound.
 * @param {Facts} facts
 * @param {Reckoned} now
 * @param {string} label
 */
export function sizeWords(facts, now, label) {
  const group = now.groups.find((one) => one.label === label);
  if (!group) return `${label} has no school left`;
  const { measure, least, most } = mainBounds(facts, group, now.groups.length);
  const have = measure === "schools" ? ratio(BigInt(group.members.length))
    : ratio(total(facts.units[measure], group.members), MICRO);
  const { n, d } = have;
  const bound = (/** @type {Ratio} */ one, /** @type {boolean} */ low) =>
    shown(n % d ? one : wholly(one, low));
  const limit = least && compared(have, least) < 0 ? ` (at least ${bound(least, true)})`
    : most ? ` (limit ${bound(most, false)})` : "";
  return `${label} has ${shown(have)} ${words(facts, measure, have)}${limit}`;
}

/** The measure by which sizes are given, and a cluster's bounds. @param {Facts} facts
 * @param {Group} group @param {number} count
 * @returns {{measure: string, least: Ratio | null, most: Ratio | null}} */
function mainBounds(facts, group, count) {
  const { rules, measures } = facts.given;
  for (const measure of Object.keys(rules.balance)) {
    const [least, most] = balanceBounds(facts, group, measure, count);
    return { measure, least, most };
  }
  for (const measure of Object.keys(rules.limits)) {
    const [least, most] = namedBounds(facts, group, "limits", measure);
    return { measure, least, most };
  }
  if (rules.schools_per_cluster) {
    const [least, most] = sizeBounds(facts, group);
    return { measure: "schools", least, most };
  }
  return { measure: measures.pupils ? "pupils" : "schools", least: null, most: null };
}

/**
 * The rules that a change breaks, puts right or leaves broken.
 * @param {Facts} facts
 * @param {Reckoned} before
 * @param {Reckoned} after
 */
export function rulesWords(facts, before, after) {
  const alone = facts.given.alone.length ? " that the page works out" : "";
  if (!after.breaks.length) {
    return before.breaks.length ? `now keeps every rule${alone}` : `keeps every rule${alone}`;
  }
  const was = new Map(before.breaks.map((broken) => [breakKey(before, broken), broken]));
  const is = new Set(after.breaks.map((broken) => breakKey(after, broken)));
  const fresh = after.breaks.filter((broken) => !was.has(breakKey(after, broken)));
  const repaired = [...was.keys()].filter((key) => !is.has(key)).length;
  const parts = [];
  if (fresh.length) {
    const labels = after.plan.labels;
    const said = fresh.slice(0, 2).map((broken) => breakWords(facts, labels, broken));
    const more = fresh.length > 2 ? `; and ${fresh.length - 2} more` : "";
    const rules = new Set(fresh.map((broken) => broken.rule)).size;
    parts.push(`breaks ${rules === 1 ? "a rule" : `${rules} rules`} (${said.join("; ")}${more})`);
  }
  if (repaired) parts.push(`puts ${breaches(repaired)} right`);
  const old = after.breaks.length - fresh.length;
  if (old) parts.push(`${breaches(old)} stay${old === 1 ? "s" : ""} as before`);
  return parts.join(", ");
}

/** @param {Reckoned} now @param {Break} broken */
function breakKey(now, broken) {
  const label = broken.cluster < 0 ? "" : now.plan.labels[broken.cluster];
  const schools = broken.rule === "max_travel" || broken.cluster < 0 ? broken.schools.join() : "";
  return [broken.rule, label, broken.of ?? "", schools].join("|");
}

/** @param {Reckoned} before @param {Reckoned} after */
function moneyWords(before, after) {
  if (!before.money || !after.money) {
    return after.moneyWhy === "no pot was given" ? "" : "money not yet worked out";
  }
  const pence = moved(before.money, after.money);
  return pence ? `${pounds(pence)} moves` : "no money moves";
}

/** Expertise that a cluster gains or loses altogether. @param {Facts} facts @param {Reckoned} before
 * @param {Reckoned} after */
function expertiseWords(facts, before, after) {
  const old = new Map(before.groups.map(({ label, members }) => [label, members]));
  const said = [];
  for (const { label, members } of after.groups) {
    const was = old.get(label);
    if (!was || was.join() === members.join()) continue;
    const kinds = (/** @type {number[]} */ held) => Object.keys(facts.capacity)
      .filter((kind) => capacityOf(facts.capacity[kind], held).all.n);
    const [had, has] = [kinds(was), kinds(members)];
    const lost = had.filter((kind) => !has.includes(kind));
    const won = has.filter((kind) => !had.includes(kind));
    if (won.length) said.push(`${label} gains expertise in ${listed(won)}`);
    if (lost.length) said.push(`${label} has no expertise in ${listed(lost)} any more`);
  }
  return said.length > 4 ? "" : said.join(", ");
}

/** Clusters whose centre changes. @param {Facts} facts @param {{cluster: string, after: number}[]}
 * centres */
function centreWords(facts, centres) {
  const said = centres.filter(({ after }) => after >= 0)
    .map(({ cluster, after }) => `the centre of ${cluster} is now ${facts.names[after]}`);
  return said.length > 2 ? `${said.length} clusters have another centre` : listed(said);
}

/**
 * What a step comes to.
 * @param {Facts} facts
 * @param {string} head such as "Moving Brockholes to Honley"
 * @param {Reckoned} before
 * @param {Reckoned} after
 * @param {string[]} clusters whose sizes are given
 * @param {{cluster: string, before: number, after: number}[]} centres
 */
export function consequences(facts, head, before, after, clusters, centres) {
  const parts = [];
  if (before.cost && after.cost) parts.push(longer(travelOf(before), travelOf(after)));
  parts.push(...clusters.map((label) => sizeWords(facts, after, label)));
  parts.push(rulesWords(facts, before, after), moneyWords(before, after),
    expertiseWords(facts, before, after), centreWords(facts, centres));
  return `${head}: ${parts.filter(Boolean).join(", ")}.`;
}
