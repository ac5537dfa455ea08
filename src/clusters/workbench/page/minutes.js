// The minutes of the meeting, as text and as a Word document.

import { elsewhere, labelOf, keyOf } from "./state.js";
import { counted, listed, pounds } from "./sentences.js";
import { zipped } from "./zip.js";

/** @typedef {import("./facts.js").Facts} Facts */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./reckoned.js").Reckoned} Reckoned */
/** @typedef {{style: "Title" | "Heading1" | "Normal" | "ListBullet", text: string,
 *  struck?: boolean}} Line */

/** A time as people say it. @param {string} at */
export function clock(at) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  return `${date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" })}, ` +
    date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

/**
 * @param {Facts} facts
 * @param {State} state
 * @param {Reckoned} now
 * @param {string} standing what is known of the plan: verified or not
 * @param {string} at
 * @returns {Line[]}
 */
export function minutesOf(facts, state, now, standing, at) {
  /** @type {Line[]} */
  const lines = [{ style: "Title", text: facts.given.title },
    { style: "Normal", text: `Minutes written on ${clock(at)}.` },
    { style: "Normal", text: standing }];
  if (facts.given.audience !== "public") {
    lines.push({ style: "Normal", text: "For the working group: holds numbers of pupils or sums of " +
      "money. Not for publication." });
  }
  /** @param {string} text */
  const heading = (text) => lines.push({ style: "Heading1", text });
  /** @param {string} text @param {boolean} [struck] */
  const point = (text, struck = false) => lines.push({ style: "ListBullet", text, struck });
  heading("Agreed");
  if (!state.agreed.length) point("Nothing has been recorded as agreed.");
  for (const { at: when, what, why, plan } of state.agreed) {
    const same = keyOf(plan) === keyOf(state.plan);
    point(`${clock(when)}: ${what}${why ? ` Why: ${why}` : ""}${same ? "" :
      " (The plan has changed since.)"}`);
  }
  heading("What was tried");
  if (!state.done.length && !state.undone.length) point("Nothing was moved.");
  for (const step of state.done) point(`${clock(step.at)}: ${step.sentence}`);
  for (const step of [...state.undone].reverse()) {
    point(`${clock(step.at)} (undone): ${step.sentence}`, true);
  }
  heading("Moves from the plan at the start");
  const moves = elsewhere(state.plan, state.started);
  if (!moves.length) point("No school is in another cluster than at the start.");
  for (const k of moves) {
    point(`${facts.names[k]} (URN ${facts.ids[k]}): from ${labelOf(state.started, k) || "no cluster"}` +
      ` to ${labelOf(state.plan, k) || "no cluster"}.`);
  }
  if (state.pins.length) heading("Schools that stay where they are");
  for (const k of state.pins) point(`${facts.names[k]}, in ${labelOf(state.plan, k)}.`);
  if (state.notes.length) heading("Notes");
  for (const note of state.notes) {
    const about = note.school >= 0 ? facts.names[note.school] : note.cluster;
    point(`${clock(note.at)}${about ? `, on ${about}` : ""}: ${note.text}`);
  }
  if (state.options.length) heading("Options kept");
  for (const { name, at: when, plan } of state.options) {
    const off = elsewhere(plan, state.plan).length;
    point(`${name}, kept ${clock(when)}: ${counted(off, "school")} in another cluster than in the ` +
      "plan as it stands.");
  }
  heading("The plan as it stands");
  for (const { label, members, centre } of now.groups) {
    const money = now.money?.get(label);
    point(`${label}: ${counted(members.length, "school")}${centre < 0 ? "" :
      `, centre ${facts.names[centre]}`}${money === undefined ? "" : `, ${pounds(money)}`}. ` +
      `${members.map((k) => facts.names[k]).join("; ")}.`);
  }
  const left = state.plan.place.flatMap((cluster, k) => cluster < 0 ? [facts.names[k]] : []);
  if (left.length) point(`In no cluster: ${listed(left)}.`);
  return lines;
}

/** @param {Line[]} lines */
export function asText(lines) {
  return lines.map(({ style, text }) => ({
    Title: `${text}\n${"=".repeat(Math.min(78, text.length))}\n`,
    Heading1: `\n${text}\n${"-".repeat(text.length)}`,
    ListBullet: `- ${text}`,
    Normal: text,
  })[style]).join("\n") + "\n";
}

const W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const R = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/** A Word document with styles, in British English. @param {Line[]} lines @returns {Uint8Array} */
export function asWord(lines) {
  const body = lines.map(({ style, text, struck }) =>
    `<w:p><w:pPr><w:pStyle w:val="${style}"/></w:pPr><w:r>${struck ? "<w:rPr><w:strike/></w:rPr>" :
      ""}<w:t xml:space="preserve">${xml(style === "ListBullet" ? `• ${text}` : text)}</w:t></w:r></w:p>`
  ).join("");
  /** @param {string} id @param {string} name @param {string} more */
  const style = (id, name, more) => `<w:style w:type="paragraph" w:styleId="${id}"${
    id === "Normal" ? ' w:default="1"' : ""}><w:name w:val="${name}"/>${
    id === "Normal" ? "" : '<w:basedOn w:val="Normal"/>'}<w:qFormat/>${more}</w:style>`;
  return zipped({
    "[Content_Types].xml": `${HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/` +
      'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package' +
      '.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override ' +
      'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.' +
      'wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType=' +
      '"application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>',
    "_rels/.rels": `${HEAD}<Relationships xmlns="${R}"><Relationship Id="rId1" Type="${OFFICE}/` +
      'officeDocument" Target="word/document.xml"/></Relationships>',
    "word/_rels/document.xml.rels": `${HEAD}<Relationships xmlns="${R}"><Relationship Id="rId1" ` +
      `Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
    "word/styles.xml": `${HEAD}<w:styles xmlns:w="${W}"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts ` +
      'w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial"/><w:sz w:val="22"/><w:lang w:val="en-GB"/></w:rPr>' +
      '</w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="120"/></w:pPr></w:pPrDefault>' +
      "</w:docDefaults>" + style("Normal", "Normal", "") +
      style("Title", "Title", '<w:rPr><w:b/><w:sz w:val="36"/></w:rPr>') +
      style("Heading1", "heading 1", '<w:pPr><w:keepNext/><w:spacing w:before="240"/><w:outlineLvl ' +
        'w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="28"/></w:rPr>') +
      style("ListBullet", "List Bullet", '<w:pPr><w:ind w:left="360" w:hanging="240"/></w:pPr>') +
      "</w:styles>",
    "word/document.xml": `${HEAD}<w:document xmlns:w="${W}"><w:body>${body}<w:sectPr><w:pgSz w:w="11906"` +
      ' w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567"' +
      ' w:footer="567" w:gutter="0"/></w:sectPr></w:body></w:document>',
  });
}

/** @param {string} text */
function xml(text) {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
