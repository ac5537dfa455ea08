// The buttons that ask the library: verify, money, repair, best, why no plan.

import { ask } from "./server.js";
import { button, h, put } from "./dom.js";
import { planIn, planOut } from "./decisions.js";
import { counted, pounds } from "./sentences.js";
import { elsewhere } from "./state.js";

/** @typedef {import("./facts.js").Facts} Facts */
/** @typedef {import("./facts.js").Plan} Plan */
/** @typedef {import("./state.js").State} State */
/** @typedef {{facts: Facts, state: () => State, take: (plan: Plan, what: string, certificate: any) =>
 *  void, certified: (plan: Plan, certificate: any) => void, say: (text: string) => void}} Desk */

const EVERY_MS = 400;

export class LibraryPanel {
  /** @param {HTMLElement} box @param {Desk} desk */
  constructor(box, desk) {
    this.desk = desk;
    this.server = /** @type {import("./server.js").Server} */ (desk.facts.given.server);
    this.answer = h("div", { class: "answer" });
    this.seconds = /** @type {HTMLSelectElement} */ (h("select", { id: "seconds" },
      [10, 30, 60, 300].map((s) => h("option", { value: s, selected: s === 30 }, `${s} seconds`))));
    this.buttons = [
      button("Verify now", () => this.#verify()),
      button("Split the money to the penny", () => this.#money(), {
        hidden: !desk.facts.given.money }),
      button("Repair with few moves", () => this.#job("repair")),
      button("Best with these pins", () => this.#job("best"), { class: "main" }),
      button("Why is there no plan?", () => this.#job("conflict")),
    ];
    this.stop = button("Stop", () => void this.#ask("stop", {}), { hidden: true });
    this.working = false;
    put(box, h("div", { class: "row" }, this.buttons.map((one) => one)),
      h("div", { class: "row" }, h("label", { for: "seconds" }, "Time for a search"), this.seconds, this.stop),
      this.answer);
  }

  /** @param {string} what @param {Object<string, unknown>} body */
  async #ask(what, body) {
    try {
      return await ask(this.server, what, body);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#report([h("p", { class: "bad" }, text)], text);
      return null;
    }
  }

  /** @param {(Node | string)[]} content @param {string} said */
  #report(content, said) {
    put(this.answer, ...content);
    if (said) this.desk.say(said);
  }

  #plan() {
    const { facts, state } = this.desk;
    return planOut(facts, state().plan);
  }

  async #verify() {
    const { plan } = this.desk.state();
    const reply = await this.#ask("verify", { plan: this.#plan() });
    if (!reply) return;
    this.desk.certified(plan, reply.certificate);
    this.#report([h("pre", {}, reply.summary)], reply.summary.split("\n")[0]);
  }

  async #money() {
    const reply = await this.#ask("money", { plan: this.#plan() });
    if (!reply) return;
    /** @param {{name: string, pence: string}[]} rows @param {string} head */
    const grid = (rows, head) => h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": head },
      h("table", {}, h("caption", {}, head), h("tbody", {}, rows.map(({ name, pence }) =>
        h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, pounds(BigInt(pence))))))));
    this.#report([h("p", {}, reply.said), grid(reply.clusters, "Money by cluster"),
      h("details", {}, h("summary", {}, "Indicative money by school"),
        grid(reply.schools, "Indicative money by school"))], reply.said);
  }

  /** Ask why a school is where it is. @param {number} school @param {HTMLElement} box */
  async why(school, box) {
    const { facts } = this.desk;
    put(box, h("p", { class: "quiet" }, "The library is asked…"));
    try {
      const reply = await ask(this.server, "why", { plan: this.#plan(), school: facts.ids[school] });
      put(box, h("p", { class: "why" }, reply.sentence));
      this.desk.say(reply.sentence);
    } catch (error) {
      put(box, h("p", { class: "bad" }, error instanceof Error ? error.message : String(error)));
    }
  }

  /** @param {"repair" | "best" | "conflict"} kind */
  async #job(kind) {
    if (this.working) return;
    const { facts, state } = this.desk;
    const pins = state().pins.map((k) => facts.ids[k]);
    const seconds = Number(this.seconds.value);
    this.#busy(true);
    try {
      const begun = await this.#ask("start", { kind, plan: this.#plan(), pins, seconds });
      while (begun) {
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
        const reply = await this.#ask("progress", {});
        if (!reply || reply.state === "done") {
          if (reply) this.#done(kind, reply);
          break;
        }
        this.#show(reply, seconds);
      }
    } finally {
      this.#busy(false);
    }
  }

  /** @param {boolean} busy */
  #busy(busy) {
    this.working = busy;
    for (const one of this.buttons.slice(2)) one.toggleAttribute("disabled", busy);
    this.stop.hidden = !busy;
  }

  /** @param {any} reply @param {number} seconds */
  #show(reply, seconds) {
    const bar = h("progress", { max: seconds, value: Math.min(seconds, reply.seconds), "aria-label":
      "Time used" });
    const gap = reply.gap === null ? "" : `, at most ${(100 * reply.gap).toFixed(2)}% from the best possible`;
    const used = reply.seconds ? `: ${Math.round(reply.seconds)} of ${seconds} seconds${gap}` : "";
    put(this.answer, h("p", {}, `${reply.phase}${used}`), bar);
  }

  /** @param {"repair" | "best" | "conflict"} kind @param {any} reply */
  #done(kind, reply) {
    if (reply.error) {
      this.#report([h("p", { class: "bad" }, reply.error),
        reply.conflict?.length ? h("ul", {}, reply.conflict.map((/** @type {string} */ one) => h("li", {}, one))) :
          ""], reply.error);
      return;
    }
    if (kind === "conflict") {
      this.#report([h("pre", {}, reply.said)], reply.said.split("\n")[0]);
      return;
    }
    const { facts, state } = this.desk;
    const plan = planIn(facts, reply.plan), now = state().plan;
    const count = elsewhere(plan, now).length;
    const what = kind === "repair" ? "The library's repair" : "The library's best plan with these pins";
    this.#report([h("p", {}, reply.said),
      count ? h("p", {}, `${counted(count, "school")} would change cluster. `,
        button("Take this plan", () => {
          this.desk.take(plan, what, reply.certificate);
          put(this.answer, h("p", {}, reply.said), h("p", {}, "Taken. Undo brings the earlier plan back."));
        }, { class: "main" })) : h("p", {}, "The plan on the table is that plan already."),
    ], reply.said);
  }
}
