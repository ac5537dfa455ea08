"""A small ledger, and how tests read it."""

from __future__ import annotations

from datetime import date, timedelta

import clusters as cl
from clusters.budget import split_budget
from tests.budget.authority import plan_of, problem_of, school

FIRST = date(2026, 9, 1)


CLUSTERS = {"North": ["1", "2"], "South": ["3"], "West": ["4", "5", "6"]}


def split_of(total="120000", committed=None, **more):
    problem = problem_of([school(str(k), ehcps=1 + k % 3) for k in range(1, 7)])
    pot = cl.Pot(total, committed=committed or {}, **more)
    return split_budget(problem, plan_of(CLUSTERS), pot, cl.Formula({"schools": 1}))


def of(ledger, cluster):
    return next(one for one in ledger.balances() if one.cluster == cluster)


def day(n):
    return FIRST + timedelta(days=n)
