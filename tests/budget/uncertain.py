"""Splits of tiny worlds that tests of outlook and demand share."""

from __future__ import annotations

import clusters as cl
from clusters.budget import split_budget
from clusters.budget.assumptions import Assumptions
from clusters.budget.demand import demand_of, simulated_years
from tests.budget.authority import plan_of, problem_of, school

STILL = Assumptions(growth=0, growth_spread=0, area_spread=0, cost_variation=0, dispersion=0)


GROWS = Assumptions(growth="5%")


PLANS = cl.Formula({"ehcps": 1})


def world(costs=(10_000,) * 12, ehcps=10, k=3, pot=None, committed=True, formula=PLANS, **more):
    """Schools in k clusters, in blocks; pounds a plan at each school, all committed or none."""
    n = len(costs)
    schools = [
        school(str(i), ehcps=ehcps, pupils=200, topup=100 * ehcps * cost, phase="primary")
        for i, cost in enumerate(costs)
    ]
    problem = problem_of(schools, **more)
    plan = plan_of(
        {f"C{c}": [str(i) for i in range(c * n // k, (c + 1) * n // k)] for c in range(k)}
    )
    sums = {str(i): ehcps * cost for i, cost in enumerate(costs)}
    held = cl.Pot(pot or str(sum(sums.values())), committed=sums if committed else {})
    return split_budget(problem, plan, held, formula)


def first_year(split, assumptions, n=4_000, seed=1):
    (costs,) = simulated_years(demand_of(split, assumptions), n, seed)
    return costs
