"""Add one rule at a time and see what each costs in journeys; then ask for the impossible.

Run it on the packaged synthetic authority, or on your own file::

    python examples/03_one_rule_at_a_time.py
    python examples/03_one_rule_at_a_time.py --schools census.csv --columns pupils=NOR
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from example_data import options, read_problem, run

import clusters as cl


def steps(problem: cl.Problem, n_clusters: int) -> Iterator[tuple[str, cl.Rules]]:
    """Yield rules that grow by one, each with a sentence. Rules are values: none is changed."""
    mean = len(problem) / n_clusters
    fewest, most = int(mean * 0.5), int(mean * 1.7)
    rules = cl.Rules(n_clusters=n_clusters)
    yield f"{n_clusters} connected clusters", rules
    rules = replace(rules, schools_per_cluster=(fewest, most))
    yield f"+ {fewest} to {most} schools in each", rules
    rules = replace(rules, balance={"pupils": 0.25})
    yield "+ pupils within 25% of the mean", rules
    if sum("secondary" in cl.domain.phases_of(s) for s in problem.schools) >= n_clusters:
        rules = replace(rules, phases={"secondary": 1})
        yield "+ a secondary school in each", rules
    if not problem.pyramids:
        return
    # The largest pyramid may have more schools or pupils than a cluster is allowed. An exception
    # excuses the cluster that holds it, by name and in writing; all others keep the rule.
    pyramid, members = max(problem.pyramids.items(), key=lambda item: len(item[1]))
    rules = replace(
        rules,
        together=[members],
        exceptions={members[0]: ["schools_per_cluster", "balance"]},
    )
    yield f"+ pyramid {pyramid} ({len(members)} schools) whole", rules


def main(argv: Sequence[str] | None = None) -> None:
    parser = options(__doc__, seconds=3.0)
    arguments = parser.parse_args(argv)
    problem = read_problem(arguments)
    priorities = cl.Priorities(travel_by="pupils")
    settings = cl.Settings(time_limit_s=arguments.seconds)
    unit = problem.travel_unit

    # 1. The same search under one more rule each time. A further rule can never make the best plan
    #    shorter (an exception can: it loosens another rule). The gap says how much of a difference
    #    could be the search's short time instead.
    print(f"\n{'rules':48} {f'mean journey ({unit})':>18} {'gap':>8} {'schools':>9} {'pupils':>14}")
    plans: list[tuple[str, cl.Rules, cl.Plan]] = []
    for sentence, rules in steps(problem, arguments.clusters):
        try:
            result = cl.solve(problem, rules, priorities, settings)
        except cl.NoPlanError as error:
            print(f"{sentence:48} no plan: {error}")
            continue
        whole = cl.measure(problem, result.plan, priorities).whole
        low, high = whole.balance["pupils"]
        gap = "?" if result.gap is None else f"{100 * result.gap:.1f}%"
        sizes = f"{whole.smallest}-{whole.largest}"
        spread = f"{100 * low:+.0f} to {100 * high:+.0f}%"
        print(f"{sentence:48} {whole.journeys.mean:>18,.0f} {gap:>8} {sizes:>9} {spread:>14}")
        plans.append((sentence, rules, result.plan))

    # 2. Was each rule needed, or would the first plan have kept it anyway?
    if plans:
        print("\nWhich of the later rules does the very first plan break?")
        first = plans[0][2]
        for sentence, rules, _ in plans[1:]:
            broken = cl.verify(problem, rules, first, priorities).broken
            print(f"  {sentence:48} {', '.join(broken) or 'none'}")

    # 3. Ask for what cannot be: it is refused before any search, with the numbers in the sentence.
    too_many = len(problem) // arguments.clusters + 1
    print(f"\nAt least {too_many} schools in each of {arguments.clusters} clusters?")
    impossible = cl.Rules(n_clusters=arguments.clusters, schools_per_cluster=(too_many, None))
    try:
        cl.solve(problem, impossible, priorities, settings)
    except cl.InfeasibleError as error:
        print(error)


if __name__ == "__main__":
    run(main)
