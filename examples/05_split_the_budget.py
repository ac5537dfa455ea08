"""Split £18m over the clusters: what comes off first, the formula, protection, and the proof.

Run it on the packaged synthetic authority, or on your own files::

    python examples/05_split_the_budget.py
    python examples/05_split_the_budget.py --schools schools.csv --plan clusters.csv
"""

from __future__ import annotations

from collections.abc import Sequence

from example_data import is_packaged, options, read_plan, read_problem, run

import clusters as cl
from clusters.budget import by_year, check_split, effects, explain, recompute


def main(argv: Sequence[str] | None = None) -> None:
    parser = options(__doc__, seconds=10.0)
    parser.add_argument("--total", default="18000000", help="the pot in pounds")
    arguments = parser.parse_args(argv)
    problem = read_problem(arguments)
    plan = read_plan(arguments, problem)

    # 1. The pot. Committed EHC plan top-ups come off first: for the packaged authority a made-up
    #    one at its first school, for a file none. Money is text, whole pounds or a Decimal.
    committed = {problem.ids[0]: "12500.00"} if is_packaged(arguments) else {}
    pot = cl.Pot(total=arguments.total, committed=committed, contingency="2.5%")
    print("\nWhat there is to share:")
    for step, pence in {**pot.steps, "shared by formula": pot.flexible_pence}.items():
        print(f"  {step:28} £{pence / 100:>16,.2f}")

    # 2. The formula: a lump sum for each cluster, then need units and pupils.
    formula = cl.Formula(
        weights={"ehcps": 3, "sen_support": 1},
        shares={"pupils": "10%"},
        lump_per_cluster="20000",
        name="example formula",
        source="made up for this example",
    )
    split = cl.split_budget(problem, plan, pot, formula)
    frame = split.to_frame("cluster")
    columns = ["cluster", "schools", "units", "units_pence", "pupils_pence", "total"]
    print("\nBy cluster (all sums in pence, the total in pounds):")
    print(frame[columns].to_string(index=False))
    whole = frame["total_pence"].sum() + split.held_pence
    print(f"\nClusters and contingency come to {whole} pence: the pot, to the penny.")

    # 3. Every line can be worked out again on a calculator.
    label, line = next(iter(explain(split).items()))
    print(f"\nWhy does {label} have this sum?\n  {line}")
    stated, again = recompute(line)
    print(f"  Worked out again from the line alone: {again} pence, as stated ({stated}).")
    print(f"  Findings of the independent checker: {len(check_split(split))}.")

    # 4. A September start: 7/12 in the first financial year, 5/12 in the next.
    years = by_year(split, start_month=9)
    print("\nBy financial year, from September:")
    for part, sum_ in zip(years.parts, years.totals, strict=True):
        print(f"  {part:24} £{sum_ / 100:>16,.2f}")

    # 5. Protection against today's spend, where it is known: a local choice.
    if any(school.topup_pence is None for school in problem.schools):
        print("\nToday's spend is not known for every school, so nothing can be protected.")
        return
    protected = cl.split_budget(problem, plan, pot, formula, cl.budget.Protection(floor="90%"))
    print("\nWith a floor of 90% of today's spend for each cluster (a local choice):")
    shown = effects(protected)[["cluster", "today_pence", "yearly_pence", "change_percent"]]
    print(shown.sort_values("change_percent").head(5).to_string(index=False))


if __name__ == "__main__":
    run(main)
