"""Compare ways of splitting the pot: rules, formulas, who gains, who loses, and how fair it is.

Run it on the packaged synthetic authority, or on your own files::

    python examples/09_split_fairly.py
    python examples/09_split_fairly.py --schools schools.csv --plan clusters.csv
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from example_data import options, read_plan, read_problem, run

import clusters as cl
from clusters.budget import (
    compare_rules,
    effects,
    fairness,
    sensitivity,
    transition,
    turbulence,
)
from clusters.budget.presets import equal_per_school, need_units, per_pupil


def show_rules(problem: cl.Problem, plan: cl.Plan, pot: cl.Pot) -> None:
    """Show what four rules make of one pot when claims exceed it."""
    weights = problem.measure("need").tolist()
    place = {urn: k for k, urn in enumerate(problem.ids)}
    # Claims in pounds: £2,500 for each pupil with need, say.
    claims = {
        cluster.label: 2_500 * Decimal(sum(int(weights[place[urn]]) for urn in cluster.members))
        for cluster in plan.clusters
    }
    claimed = sum(claims.values())
    print(f"\n1. Clusters claim £{claimed:,.2f}; there is 80% of it. Four old answers, in pence:")
    pot_pounds = (claimed * Decimal("0.8")).quantize(Decimal("0.01"))
    table = compare_rules(claims, pot_pounds)
    print(f"   {'cluster':28}" + "".join(f"{rule:>15}" for rule in table))
    for label in list(claims)[:6]:
        print(f"   {label[:27]:28}" + "".join(f"{paid[label]:>15}" for paid in table.values()))
    print("   Equal losses favour large claims, equal awards small ones; all add up to the pot.")
    print(f"   (The pot of this example, for comparison: £{pot.total_pence / 100:,.2f}.)")


def main(argv: Sequence[str] | None = None) -> None:
    parser = options(__doc__, seconds=10.0)
    parser.add_argument("--total", default="18000000", help="the pot in pounds")
    arguments = parser.parse_args(argv)
    problem = read_problem(arguments)
    plan = read_plan(arguments, problem)
    pot = cl.Pot(arguments.total, contingency="2%")
    show_rules(problem, plan, pot)

    print("\n2. Three formulas, and what the fairness figures say (pounds per pupil):")
    formulas = [equal_per_school(), per_pupil(), need_units(ehcps=3, sen_support=1)]
    splits = {f.name: cl.split_budget(problem, plan, pot, f) for f in formulas}
    names = ["Gini", "McLoone", "vertical equity", "horizontal equity"]
    print(f"   {'formula':20}" + "".join(f"{name:>20}" for name in names))
    for formula, split in splits.items():
        figures = {figure.name: figure for figure in fairness(split)}
        print(f"   {formula:20}" + "".join(f"{figures[name].value:>20.4f}" for name in names))
    for name in names:
        print(f"   {name}: {figures[name].meaning} ({figures[name].convention}).")

    split = splits["need units"]
    moved = sensitivity(split, "10%")
    print("\n3. What if a weight were 10% higher? The cluster that changes most, for each:")
    for what, rows in moved.groupby("moved", sort=False):
        row = rows.iloc[int(rows["change_pence"].abs().to_numpy().argmax())]
        print(f"   {what}: {row['key']} {row['change_pence'] / 100:+,.2f} pounds")

    if any(school.topup_pence is None for school in problem.schools):
        print("\nToday's spend is not known for every school: gainers and losers cannot be shown.")
        return
    print("\n4. Against today's spend:")
    unrest = turbulence(split)
    print(
        f"   {unrest.gainers} schools gain and {unrest.losers} lose; "
        f"£{unrest.moved_pence / 100:,.2f} changes hands; "
        f"{unrest.beyond[20]} move by more than 20%."
    )
    worst = effects(split).sort_values("change_percent").iloc[0]
    print(f"   The cluster that loses most: {worst['cluster']} ({worst['change_percent']}%).")

    print("\n5. Three years of transition, no cluster down by more than 10% a year:")
    years = transition(
        problem, plan, [pot, pot, pot], split.formula, cl.budget.Protection(floor="90%")
    )
    for number, year in enumerate(years, start=1):
        share = next(s for s in year.clusters if s.key == worst["cluster"])
        print(f"   year {number}: {worst['cluster']} has £{share.yearly_pence / 100:,.2f}")
    print("   (Floors are a local choice; the statutory guarantee does not cover top-up money.)")


if __name__ == "__main__":
    run(main)
