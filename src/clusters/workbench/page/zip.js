// A zip of a few small texts, stored as they are: what a Word document takes.

/**
 * @param {Object<string, string>} files
 * @returns {Uint8Array}
 */
export function zipped(files) {
  const coder = new TextEncoder();
  /** @type {Uint8Array[]} */
  const parts = [], index = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const data = coder.encode(text), label = coder.encode(name);
    const facts = [20, 0x800, 0, 0, 0x21]; // version, names in UTF-8, stored, 1 January 1980
    const sizes = [crc(data), data.length, data.length];
    parts.push(record("PK\u0003\u0004", facts, sizes, [label.length, 0]), label, data);
    index.push(record("PK\u0001\u0002", [20, ...facts], sizes, [label.length, 0, 0, 0, 0], [0, at]), label);
    at += 30 + label.length + data.length;
  }
  const size = index.reduce((all, part) => all + part.length, 0), count = index.length / 2;
  const end = record("PK\u0005\u0006", [0, 0, count, count], [size, at], [0]);
  return joined([...parts, ...index, end]);
}

/** A signature, then groups of 2-byte and 4-byte numbers in turn. @param {string} mark
 * @param {number[][]} groups */
function record(mark, ...groups) {
  const bytes = [...mark].map((letter) => letter.charCodeAt(0));
  groups.forEach((numbers, g) => {
    for (const number of numbers) {
      for (let k = 0; k < (g % 2 ? 4 : 2); k++) bytes.push((number >>> (8 * k)) & 255);
    }
  });
  return Uint8Array.from(bytes);
}

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** @param {Uint8Array} data */
function crc(data) {
  let value = -1;
  for (const byte of data) {
    value ^= byte;
    for (let k = 0; k < 8; k++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return (value ^ -1) >>> 0;
}
