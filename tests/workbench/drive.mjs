// Drives the page's own modules without a browser: reads a payload and sequences of moves, writes
// what the page reckons after each move. Usage: node drive.mjs PAGE_FOLDER < input.json
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const folder = pathToFileURL(`${process.argv[2]}/`);
const load = (name) => import(new URL(name, folder).href);
const { readFacts } = await load("facts.js");
const { reckon, priced } = await load("reckoned.js");
const state = await load("state.js");
const decisions = await load("decisions.js");
const minutes = await load("minutes.js");

const { payload, sequences, task } = JSON.parse(readFileSync(0, "utf8"));
const facts = readFacts(payload);
const number = (x) => (x === null || Number.isFinite(x) ? x : String(x));

function told(now) {
  return {
    place: now.plan.place, centres: now.plan.centres, labels: now.plan.labels,
    objective: now.cost && number(now.cost.objective),
    costs: now.cost && Object.fromEntries(
      Object.entries(now.cost.costs).map(([k, v]) => [k, number(v)])),
    breaks: now.breaks.map(({ rule, cluster, schools, amount }) => ({
      rule, cluster: cluster < 0 ? null : now.plan.labels[cluster],
      schools: schools.map((k) => facts.ids[k]), amount: number(amount) })),
    money: now.money && Object.fromEntries([...now.money].map(([k, v]) => [k, String(v)])),
    moneyWhy: now.moneyWhy,
    longest: number(now.longest.journey), mean: number(now.mean),
    totals: Object.fromEntries(Object.entries(facts.units).map(([name, units]) => [
      name, now.groups.map(({ members }) =>
        String(members.reduce((all, k) => all + units[k], 0n)))])),
  };
}

function run(sequence) {
  let meeting = state.begin(payload.plans[0]);
  const answers = [told(reckon(facts, meeting.plan))];
  for (const move of sequence) {
    if (move === "undo") meeting = state.undo(meeting);
    else if (move === "redo") meeting = state.redo(meeting);
    else {
      const now = reckon(facts, meeting.plan);
      const { step } = priced(facts, now, [move], "2026-11-03T10:00:00.000Z");
      meeting = state.done(meeting, step);
    }
    answers.push({ ...told(reckon(facts, meeting.plan)), sentence: meeting.done.at(-1)?.sentence });
  }
  return { answers, meeting };
}

const at = "2026-11-03T10:00:00.000Z";
const tasks = {
  moves: () => sequences.map((sequence) => run(sequence).answers),
  decisions: () => sequences.map((sequence) => {
    const { meeting } = run(sequence);
    const file = JSON.parse(JSON.stringify(decisions.decisionsOut(facts, meeting, at)));
    const again = decisions.decisionsOut(facts, decisions.decisionsIn(facts, file), at);
    return { file, again };
  }),
  minutes: () => sequences.map((sequence) => {
    const { meeting } = run(sequence);
    const lines = minutes.minutesOf(facts, meeting, reckon(facts, meeting.plan), "Not verified yet.", at);
    return { text: minutes.asText(lines), word: Buffer.from(minutes.asWord(lines)).toString("base64") };
  }),
  load: () => sequences.map(() => {
    try {
      return decisions.decisionsIn(facts, payload.decisions).done.length;
    } catch (error) {
      return error.message;
    }
  }),
  opening: () => sequences.map((saved) => {
    const { state: begun, aside } = decisions.openingOf(facts, [payload.decisions, ...saved]);
    return { steps: begun.done.length, labels: [...new Set(begun.plan.labels)], aside: aside !== null };
  }),
  timing: () => {
    let now = reckon(facts, payload.plans[0]);
    const times = [];
    for (const move of sequences[0]) {
      const start = performance.now();
      now = priced(facts, now, [move], at).after;
      times.push(performance.now() - start);
    }
    return times;
  },
};
process.stdout.write(JSON.stringify(tasks[task ?? "moves"]()));
