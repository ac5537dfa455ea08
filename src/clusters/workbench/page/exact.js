// Exact arithmetic: fractions of whole numbers of any size, sums of floats rounded once.

/** @typedef {{n: bigint, d: bigint}} Ratio  A fraction; d is above 0. */

/** Measures are whole millionths. */
export const MICRO = 1000000n;

/**
 * @param {bigint} n
 * @param {bigint} [d]
 * @returns {Ratio}
 */
export function ratio(n, d = 1n) {
  return d < 0n ? { n: -n, d: -d } : { n, d };
}

/** @param {Ratio} a @param {Ratio} b @returns {Ratio} */
export function plus(a, b) {
  return ratio(a.n * b.d + b.n * a.d, a.d * b.d);
}

/** @param {Ratio} a @param {Ratio} b @returns {Ratio} */
export function minus(a, b) {
  return ratio(a.n * b.d - b.n * a.d, a.d * b.d);
}

/** @param {Ratio} a @param {Ratio} b @returns {Ratio} */
export function times(a, b) {
  return ratio(a.n * b.n, a.d * b.d);
}

/** Below, at or above 0 as a is below, at or above b. @param {Ratio} a @param {Ratio} b */
export function compared(a, b) {
  const left = a.n * b.d, right = b.n * a.d;
  return left < right ? -1 : left > right ? 1 : 0;
}

/**
 * Read a decimal as it was written: "0.25", "1e-05", "-3".
 * @param {string} text
 * @returns {Ratio}
 */
export function decimal(text) {
  const parts = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text.trim());
  if (!parts || !(parts[2] || parts[3])) throw new Error(`${text} is not a number`);
  const digits = BigInt((parts[2] ?? "") + (parts[3] ?? ""));
  const power = Number(parts[4] ?? 0) - (parts[3] ?? "").length;
  const n = parts[1] === "-" ? -digits : digits;
  return power < 0 ? ratio(n, 10n ** BigInt(-power)) : ratio(n * 10n ** BigInt(power));
}

const BITS = new DataView(new ArrayBuffer(8));

/**
 * What a float stands for, exactly.
 * @param {number} value
 * @returns {Ratio}
 */
export function exactly(value) {
  if (Number.isInteger(value)) return ratio(BigInt(value));
  BITS.setFloat64(0, value);
  const bits = BITS.getBigUint64(0);
  const power = Number((bits >> 52n) & 0x7ffn);
  const part = bits & 0xfffffffffffffn;
  const size = power ? part | 0x10000000000000n : part;
  const n = bits >> 63n ? -size : size;
  const shift = (power || 1) - 1075;
  return shift < 0 ? ratio(n, 1n << BigInt(-shift)) : ratio(n << BigInt(shift));
}

/** A measure in whole millionths. @param {number} value @returns {bigint} */
export function micro(value) {
  if (Number.isInteger(value)) return BigInt(value) * MICRO;
  if (Math.abs(value) < 1e9) return BigInt(Math.round(value * 1e6));
  const { n, d } = exactly(value);
  return (2n * n * MICRO + d) / (2n * d);
}

/**
 * The float nearest to a fraction.
 * @param {Ratio} value
 * @returns {number}
 */
export function nearest({ n, d }) {
  if (n < 0n) return -nearest({ n: -n, d });
  if (n === 0n) return 0;
  const shift = 66 - (length(n) - length(d));
  const [top, bottom] = shift > 0 ? [n << BigInt(shift), d] : [n, d << BigInt(-shift)];
  let quotient = top / bottom;
  if (quotient * bottom !== top) quotient |= 1n; // what is left breaks ties
  return Number(quotient) * 2 ** -shift;
}

/** @param {bigint} n */
function length(n) {
  return n.toString(16).length * 4;
}

/**
 * The sum of floats, rounded once (Shewchuk 1997), as Python's math.fsum.
 * @param {Iterable<number>} values
 * @returns {number}
 */
export function sum(values) {
  /** @type {number[]} */
  const partials = [];
  for (let x of values) {
    if (!Number.isFinite(x)) return x;
    let kept = 0;
    for (let y of partials) {
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y;
      const low = y - (high - x);
      if (low) partials[kept++] = low;
      x = high;
    }
    partials.length = kept;
    partials.push(x);
  }
  let at = partials.length;
  if (!at) return 0;
  let high = partials[--at], low = 0;
  while (at > 0) {
    const x = high, y = partials[--at];
    high = x + y;
    low = y - (high - x);
    if (low) break;
  }
  // halfway cases: the partials below decide
  if (at > 0 && ((low < 0 && partials[at - 1] < 0) || (low > 0 && partials[at - 1] > 0))) {
    const y = low * 2, x = high + y;
    if (y === x - high) high = x;
  }
  return high;
}

/**
 * Whole numbers that add up to a total, nearest below their exact shares; what is left goes, one
 * each, to the largest remainders, of equal ones to the lowest rank.
 * @param {bigint[]} shares numerators
 * @param {bigint} below their common denominator
 * @param {bigint} total
 * @param {number[]} ranks
 * @returns {bigint[]}
 */
export function largestRemainder(shares, below, total, ranks) {
  const whole = shares.map((share) => share / below);
  const rest = shares.map((share) => share % below);
  const left = Number(total - whole.reduce((a, b) => a + b, 0n));
  const order = shares.map((_, k) => k).sort((a, b) =>
    rest[a] === rest[b] ? ranks[a] - ranks[b] : rest[a] > rest[b] ? -1 : 1);
  for (const k of order.slice(0, left)) whole[k] += 1n;
  return whole;
}
