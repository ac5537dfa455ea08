// The meeting's page: one state, drawn after every change, saved after every change.

import { button, byId, h, put } from "./dom.js";
import { readFacts } from "./facts.js";
import { decisionsIn, decisionsOut, openingOf, planOut } from "./decisions.js";
import { makeFinder } from "./finder.js";
import { LibraryPanel } from "./library.js";
import { ClusterMap, signsOf } from "./map.js";
import { asText, asWord, clock, minutesOf } from "./minutes.js";
import { priced, pricedPlan, reckon } from "./reckoned.js";
import { ask } from "./server.js";
import {
  agreed, begin, done, elsewhere, kept, keyOf, labelOf, noted, pinStep, planStep, redo, undo,
  withoutNote, withoutOption,
} from "./state.js";
import { DiskSaver, download, forget, recalled, remember, setAside, whenElsewhere } from "./storage.js";
import {
  clustersView, minutesView, notesView, optionsView, rulesView, schoolView, scoreView, standingOf,
  targetsView,
} from "./views.js";

/** @typedef {import("./facts.js").Plan} Plan */
/** @typedef {import("./facts.js").Certificate} Certificate */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./views.js").Scene} Scene */

const given = /** @type {import("./facts.js").Payload} */ (JSON.parse(byId("data").textContent ?? ""));
const facts = readFacts(given);
const { server } = given;

const opening = openingOf(facts, [given.decisions, server ? null : recalled(given)]);
if (opening.aside) setAside(given, opening.aside);
let { state } = opening;
let now = reckon(facts, state.plan);
let first = reckon(facts, state.started);
let chosen = -1;
let savedToFile = true;
/** @type {Map<string, {number: number, colour: number}>} */
let signs = new Map(given.plans[0].labels.map((label, k) => [label, {
  number: given.ground.numbers[k], colour: given.ground.colours[k] }]));
/** Certificates by plan. @type {Map<string, {certificate: Certificate, by: string}>} */
const known = new Map(given.plans.map((plan, k) => [keyOf(plan), {
  certificate: given.certificates[k], by: "by the library when this page was made" }]));
/** @type {{name: string, reckoned: import("./reckoned.js").Reckoned, own: boolean, plan: Plan}[]} */
let options = [];

function time() {
  return new Date().toISOString();
}

// ---- changes ------------------------------------------------------------------------------------

/** @param {State} next @param {string} [said]
 * @param {import("./reckoned.js").Reckoned} [reckoned] what the new plan comes to, where known */
function become(next, said, reckoned) {
  const plan = next.plan !== state.plan;
  state = next;
  if (plan) now = reckoned ?? reckon(facts, state.plan);
  draw();
  if (said) say(said);
  setTimeout(save);
  if (plan && server) verifySoon();
}

/** @param {number} school @param {string} label */
function move(school, label) {
  if (state.pins.includes(school)) {
    say(`${facts.names[school]} is pinned to ${labelOf(state.plan, school)}. Unpin it first.`, true);
    choose(school, false);
    return;
  }
  if (label === labelOf(state.plan, school)) return;
  chosen = school;
  const { step, after } = priced(facts, now, [{ school, to: label }], time());
  const next = done(state, step);
  become(next, step.sentence, { ...after, plan: next.plan });
}

/** @param {Plan} plan @param {string} what */
function takePlan(plan, what) {
  const step = planStep(state.plan, plan);
  if (!step.changes.length && !step.centres.length) {
    say("That is the plan on the table already.");
    return;
  }
  const priceless = pricedPlan(facts, now, plan, step, what, time());
  become(done(state, priceless), priceless.sentence);
}

/** @param {number} school @param {boolean} [show] */
function choose(school, show = true) {
  chosen = school;
  draw();
  if (!show) return;
  map.reveal(school);
  byId("chosen").focus({ preventScroll: !isNarrow() });
  say(`${facts.names[school]}, in ${labelOf(state.plan, school) || "no cluster"}.`, false, true);
}

function isNarrow() {
  return matchMedia("(max-width: 860px)").matches;
}

/** @param {"undo" | "redo"} which */
function back(which) {
  const step = which === "undo" ? state.done.at(-1) : state.undone.at(-1);
  if (!step) return;
  become(which === "undo" ? undo(state) : redo(state),
    `${which === "undo" ? "Undone" : "Done again"}: ${step.sentence}`);
}

const doing = {
  move, choose,
  pin: (/** @type {number} */ school) => {
    const step = pinStep(state, school, time(), facts.names[school]);
    become(done(state, step), step.sentence);
  },
  note: (/** @type {string} */ text, /** @type {number} */ school, /** @type {string} */ cluster) =>
    become(noted(state, { at: time(), text, school, cluster }), "Noted."),
  removeNote: (/** @type {number} */ number) => become(withoutNote(state, number), "The note is removed."),
  keep: (/** @type {string} */ name) => {
    if (given.plans.some((plan) => plan.name === name) || name === "Now") {
      say(`There is an option called ${name} already. Choose another name.`, true);
      return;
    }
    become(kept(state, name, time()), `Kept as ${name}.`);
  },
  load: (/** @type {string} */ name) => {
    const option = options.find((one) => one.name === name);
    if (option) takePlan(option.plan, `Looking at ${name}`);
  },
  removeOption: (/** @type {string} */ name) => become(withoutOption(state, name), `${name} is removed.`),
  why: server ? (/** @type {number} */ school) => void library?.why(school, byId("why")) : null,
};

// ---- drawing ------------------------------------------------------------------------------------

const map = new ClusterMap(byId("map"), facts, {
  choose, move,
  pass: (school) => say(`${facts.names[school]}, ${labelOf(state.plan, school) || "no cluster"}`, false, true),
});

/** @returns {Scene} */
function scene() {
  return { facts, state, now, first, chosen, signs, doing, options };
}

function gatherOptions() {
  const old = new Map(options.map((one) => [one.plan, one.reckoned]));
  const all = [...given.plans.map((plan) => ({ name: plan.name, plan, own: false })),
    ...state.options.map(({ name, plan }) => ({ name, plan, own: true }))];
  options = all.map((one) => ({ ...one, reckoned: old.get(one.plan) ?? reckon(facts, one.plan) }));
}

function draw() {
  signs = new Map([...signs, ...signsOf(facts, now, signs)]);
  gatherOptions();
  map.draw(now, signs, chosen, state.pins, new Set(elsewhere(state.plan, state.started)));
  const shown = scene();
  put(byId("score"), ...scoreView(shown));
  put(byId("rules-list"), ...rulesView(shown));
  put(byId("school"), ...schoolView(shown));
  drawStanding();
  for (const [id, steps] of [["undo", state.done], ["redo", state.undone]]) {
    byId(String(id)).toggleAttribute("disabled", !steps.length);
  }
  clearTimeout(later);
  later = setTimeout(drawTables);
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let later;

/** What stands farther down is drawn once the map and the answer are on the screen. */
function drawTables() {
  const shown = scene();
  const expertise = /** @type {HTMLDetailsElement | null} */ (document.querySelector(".expertise"))?.open;
  put(byId("clusters"), ...clustersView(shown));
  if (expertise) document.querySelector(".expertise")?.setAttribute("open", "");
  put(byId("notes"), ...notesView(shown));
  put(byId("minutes"), ...minutesView(shown, { agree, text: minutesText, word: minutesWord }));
  put(byId("options"), ...optionsView(shown));
  later = setTimeout(drawTargets);
}

function drawTargets() {
  const box = document.getElementById("targets");
  if (box && chosen >= 0) put(box, ...targetsView(scene(), time()));
}

function standing() {
  return standingOf(facts, now, known.get(keyOf(state.plan)) ?? null);
}

function drawStanding() {
  const { kind, text } = standing();
  const box = byId("standing");
  box.className = `standing ${kind}`;
  if (box.textContent !== text) put(box, text);
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let fading;

/** Say something to eyes and ears. @param {string} text @param {boolean} [urgent]
 * @param {boolean} [ears] only for those who listen */
function say(text, urgent = false, ears = false) {
  const box = byId("said");
  box.className = `said ${ears ? "ears" : "shown"} ${urgent ? "urgent" : ""}`;
  box.textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => box.classList.remove("shown", "urgent"), 12000);
}

// ---- keeping ------------------------------------------------------------------------------------

const saver = server && new DiskSaver(server, () => decisionsOut(facts, state, time()), ({ saved, text, lost }) => {
  put(byId("saved"), saved ? text : h("span", { class: "bad" }, `Not saved: ${text} `,
    lost ? "Reload this page to go on from what is on disk." : "Your changes are still here; this page " +
      "tries again, and \"Save decisions\" makes a file of them."));
});

function save() {
  savedToFile = false;
  if (saver) saver.save();
  else {
    const held = remember(given, decisionsOut(facts, state, time()));
    put(byId("saved"), held ? `Kept in this browser, ${clock(time())}. Save the decisions to have them as ` +
      "a file." : h("span", { class: "bad" }, "This browser keeps nothing: save the decisions to a file " +
      "before you close the page."));
  }
}

addEventListener("beforeunload", (event) => {
  if (saver ? !saver.clean : !savedToFile) event.preventDefault();
});

function stem() {
  return given.title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 40) || "meeting";
}

function saveFile() {
  const text = `${JSON.stringify(decisionsOut(facts, state, time()), null, 1)}\n`;
  download(`${stem()}-decisions.json`, text, "application/json");
  savedToFile = true;
  say("The decisions are saved as a file.");
}

/** @param {File} file */
async function loadFile(file) {
  try {
    if (file.size > 20e6) throw new Error("The file is too large to be a decisions file.");
    const next = decisionsIn(facts, JSON.parse(await file.text()));
    first = reckon(facts, next.started);
    chosen = -1;
    become(next, `Loaded: ${next.done.length} steps, ${next.notes.length} notes.`);
  } catch (error) {
    const text = error instanceof SyntaxError ? "This file is not JSON: take the one that was saved here."
      : error instanceof Error ? error.message : String(error);
    say(`Not loaded. ${text}`, true);
  }
}

function minutes() {
  return minutesOf(facts, state, now, standing().text, time());
}

function minutesText() {
  download(`${stem()}-minutes.txt`, asText(minutes()), "text/plain;charset=utf-8");
  say("The minutes are saved as text.");
}

function minutesWord() {
  download(`${stem()}-minutes.docx`, /** @type {BlobPart} */ (asWord(minutes())),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
  say("The minutes are saved for Word.");
}

/** @param {string} why */
function agree(why) {
  const { kind, text } = standing();
  const what = `the plan of ${now.groups.length} clusters, as it stands after ${state.done.length} ` +
    `step${state.done.length === 1 ? "" : "s"}. ${kind === "open" ? "Not verified at that time." : text}`;
  become(agreed(state, { at: time(), what, why, plan: state.plan }), "Recorded as agreed.");
}

function startAgain() {
  if (!confirm("Begin again from the first plan? What was tried, noted and agreed is forgotten; save the " +
    "decisions first to keep them.")) return;
  forget(given);
  chosen = -1;
  const { labels, place, centres } = given.plans[0];
  const fresh = begin({ labels, place, centres });
  first = reckon(facts, fresh.started);
  become(fresh, "Begun again.");
}

// ---- the library --------------------------------------------------------------------------------

/** @type {ReturnType<typeof setTimeout> | undefined} */
let verifying;

function verifySoon() {
  clearTimeout(verifying);
  verifying = setTimeout(verify, 120);
}

async function verify() {
  if (!server) return;
  const { plan } = state;
  if (known.has(keyOf(plan))) return;
  try {
    const reply = await ask(server, "verify", { plan: planOut(facts, plan) });
    certified(plan, reply.certificate);
  } catch {
    // the banner goes on saying that the plan is not verified
  }
}

/** @param {Plan} plan @param {Certificate} certificate */
function certified(plan, certificate) {
  known.set(keyOf(plan), { certificate, by: `by the library, ${clock(time())}` });
  drawStanding();
}

const library = server ? new LibraryPanel(byId("library-box"), {
  facts, state: () => state, say, certified,
  take: (plan, what, certificate) => {
    known.set(keyOf(plan), { certificate, by: `by the library, ${clock(time())}` });
    takePlan(plan, what);
  },
}) : null;

// ---- the bar ------------------------------------------------------------------------------------

function buildBar() {
  const file = /** @type {HTMLInputElement} */ (h("input", { type: "file", accept: ".json,application/json",
    hidden: true, "aria-label": "Decisions file", onchange: () => {
      if (file.files?.[0]) void loadFile(file.files[0]);
      file.value = "";
    } }));
  const big = button("Big letters", () => {
    const on = document.documentElement.classList.toggle("big");
    big.setAttribute("aria-pressed", String(on));
    map.names(byId("names").getAttribute("aria-pressed") === "true");
  }, { "aria-pressed": "false" });
  put(byId("bar"),
    button("Undo", () => back("undo"), { id: "undo", title: "Ctrl+Z" }),
    button("Redo", () => back("redo"), { id: "redo", title: "Ctrl+Y" }),
    button("Save decisions", saveFile), button("Load decisions", () => file.click()), file,
    button("Print", () => print()), big, button("Begin again", startAgain, { class: "plain" }));
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement;
    if (!(event.ctrlKey || event.metaKey) || typing) return;
    const key = event.key.toLowerCase();
    if (key === "z" || key === "y") {
      event.preventDefault();
      back(key === "y" || event.shiftKey ? "redo" : "undo");
    }
  });
}

function buildRest() {
  byId("said").addEventListener("click", () => byId("said").classList.remove("shown", "urgent"));
  const open = given.audience === "public";
  put(byId("audience"), open ? "Public copy: no numbers of pupils, no money."
    : "Working group only: numbers of pupils or sums of money are in it. Do not publish or send on.");
  byId("audience").classList.toggle("closed", !open);
  const notices = given.notices.map((notice) => h("li", {}, notice));
  if (opening.aside) {
    const earlier = h("li", {}, "This browser keeps decisions of an earlier sitting, which began from " +
      `another plan (saved ${clock(String(opening.aside.saved_at))}). `, button("Go on from them", () => {
      const next = decisionsIn(facts, opening.aside);
      first = reckon(facts, next.started);
      earlier.remove();
      become(next, "Taken up from the earlier sitting.");
    }));
    notices.push(earlier);
  }
  byId("notices").hidden = !notices.length;
  put(byId("notices"), ...notices);
  byId("library").hidden = !server;
  if (!server) {
    whenElsewhere(given, () => say("This page is open in another window too, and was changed there: the " +
      "last change of either is kept. Close one of them.", true));
  }
  byId("closer").addEventListener("click", () => map.zoom(1.5));
  byId("farther").addEventListener("click", () => map.zoom(1 / 1.5));
  byId("whole").addEventListener("click", () => map.zoom(1 / 100));
  byId("names").addEventListener("click", () => {
    const on = byId("names").getAttribute("aria-pressed") !== "true";
    byId("names").setAttribute("aria-pressed", String(on));
    map.names(on);
  });
  put(byId("key"), h("span", {}, "Ring: centre of a cluster."), h("span", {}, "Frame: pinned."),
    h("span", {}, "Orange: moved since the start."));
  put(byId("about"), h("ul", {}, given.notes.map((note) => h("li", {}, note)),
    h("li", {}, `Journeys are weighted by ${given.words[given.priorities.travel_by] ??
      given.priorities.travel_by}. When a school moves, the cluster that it leaves and the one that it ` +
      "joins choose their centres again: the member to which the journeys are shortest."),
    h("li", {}, "Money that moves is what the clusters that gain gain; it is worked out to the penny.")));
  put(byId("saved"), server ? given.decisions
    ? `Goes on from ${server.file}, saved ${clock(given.decisions.saved_at)}, and is saved there.`
    : `Saved on this computer after every change, in ${server.file}.`
    : state.done.length ? `Taken up from this browser: ${state.done.length} steps.` : "");
  makeFinder(/** @type {HTMLInputElement} */ (byId("find")), byId("found"), facts, () => state.plan, choose);
  byId("finder").addEventListener("submit", (event) => event.preventDefault());
}

buildBar();
buildRest();
draw();
if (server && !known.has(keyOf(state.plan))) verifySoon();
