// The facts and the policy as the page works with them, read from what the library wrote.

import { micro, decimal } from "./exact.js";

/** @typedef {import("./exact.js").Ratio} Ratio */
/** @typedef {number | string} Id */
/** @typedef {[string | null, string | null]} Pair  Least and most, as decimals. */
/** @typedef {{labels: string[], place: number[], centres: number[]}} Plan
 *  Labels of the clusters; the cluster of each school (-1: none); the centre of each (-1: none). */
/** @typedef {{rule: string, message: string, cluster: string | null, schools: Id[],
 *  amount: number | string | null}} Finding  Of the library. */
/** @typedef {{ok: boolean, checked: string[], findings: Finding[], objective: number | string | null,
 *  costs: Object<string, number | string>, n_clusters: number, n_schools: number}} Certificate */
/** @typedef {{n_clusters: [number, number], schools_per_cluster: Pair | null,
 *  balance: Object<string, string>, limits: Object<string, Pair>, max_travel: number | null,
 *  contiguous: boolean, expertise: Object<string, string>, phases: Object<string, Pair>,
 *  together: number[][],
 *  apart: number[][], centres: number[] | null,
 *  exceptions: {school: number, instead: Object<string, any>}[]}} Rules */
/** @typedef {{travel: number, travel_by: string, balance: number, balance_by: string,
 *  expertise: number, pyramids: number, change: number, reference: number[] | null}} Priorities */
/** @typedef {{total: string, flexible: string, per_cluster: string, per_school: string[],
 *  first: string[], rates: {name: string, part: [string, string], quantity: string[]}[],
 *  protected: boolean, split: Object<string, string> | null}} Money */
/** @typedef {{width: number, height: number, metre: number, cells: string[],
 *  borders: [number, number, string][], outline: string, marks: number[], kinds: string[],
 *  numbers: number[], colours: number[]}} Ground */
/** @typedef {{title: string, audience: string, problem: string, notes: string[],
 *  unit: "m" | "min", schools: {id: Id[], name: string[], phase: string[],
 *  pyramid: (string | null)[] | null}, tie: number[],
 *  travel: {kind: string, symmetric: boolean, scale: number, data: string},
 *  edges: number[] | null, measures: Object<string, number[]>, words: Object<string, string>,
 *  expertise: Object<string, {unit: string, at: number[], amount: string[]}>,
 *  need: Object<string, {covers: string, pupils: number[]}>, rules: Rules, checked: string[],
 *  of_phase: Object<string, number[]>,
 *  alone: string[], hidden: string[], priorities: Priorities, start: string,
 *  plans: ({name: string} & Plan)[], certificates: Certificate[], notices: string[],
 *  money: Money | null, ground: Ground, decisions: any, tints: string[],
 *  server: {token: string, window: string, file: string} | null}} Payload */
/** @typedef {{n: number, ids: Id[], names: string[], index: Map<string, number>,
 *  pyramids: number[] | null, travel: Float64Array, near: number[][],
 *  units: Object<string, bigint[]>, whole: Object<string, bigint>, capacity: Object<string, (Ratio | null)[]>,
 *  given: Payload}} Facts */

/**
 * @param {Payload} given
 * @returns {Facts}
 */
export function readFacts(given) {
  const n = given.schools.id.length;
  /** @type {Object<string, bigint[]>} */
  const units = {};
  for (const [name, values] of Object.entries(given.measures)) units[name] = values.map(micro);
  /** @type {Object<string, (Ratio | null)[]>} */
  const capacity = {};
  for (const [kind, row] of Object.entries(given.expertise)) {
    /** @type {(Ratio | null)[]} */
    const amounts = new Array(n).fill(null);
    row.at.forEach((school, k) => { amounts[school] = decimal(row.amount[k]); });
    capacity[kind] = amounts;
  }
  return {
    n, ids: given.schools.id, names: given.schools.name,
    index: new Map(given.schools.id.map((id, k) => [String(id), k])),
    pyramids: numbered(given.schools.pyramid),
    travel: readTravel(given.travel, n),
    near: neighbours(given.edges, n),
    units, capacity, given,
    whole: Object.fromEntries(Object.entries(units).map(([name, all]) => [
      name, all.reduce((a, b) => a + b, 0n)])),
  };
}

/** @param {(string | null)[] | null} names @returns {number[] | null} */
function numbered(names) {
  if (!names) return null;
  const numbers = new Map();
  return names.map((name) => {
    if (name === null) return -1;
    if (!numbers.has(name)) numbers.set(name, numbers.size);
    return numbers.get(name);
  });
}

/** @param {Payload["travel"]} packed @param {number} n */
function readTravel(packed, n) {
  const text = atob(packed.data);
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  const view = new DataView(bytes.buffer);
  const whole = packed.kind === "u4";
  /** @param {number} at */
  const value = (at) => {
    if (!whole) return view.getFloat64(8 * at, true);
    const units = view.getUint32(4 * at, true);
    return units === 4294967295 ? Infinity : units / packed.scale;
  };
  const travel = new Float64Array(n * n);
  let at = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < (packed.symmetric ? i + 1 : n); j++) {
      travel[i * n + j] = value(at++);
      if (packed.symmetric) travel[j * n + i] = travel[i * n + j];
    }
  }
  return travel;
}

/** @param {number[] | null} edges @param {number} n */
function neighbours(edges, n) {
  /** @type {number[][]} */
  const near = Array.from({ length: n }, () => []);
  for (let k = 0; edges && k < edges.length; k += 2) {
    near[edges[k]].push(edges[k + 1]);
    near[edges[k + 1]].push(edges[k]);
  }
  return near;
}

/** The position of a school by its id, whether text or number. @param {Facts} facts @param {Id} id */
export function positionOf(facts, id) {
  return facts.index.get(String(id)) ?? -1;
}
