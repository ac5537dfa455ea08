"""The independent checker of plans.

It needs no solver and shares nothing with ``model/`` and ``search/``: every rule and the cost are
worked out again from the facts, in another way. The duplication is on purpose. A mistake in the
model would have to be made here a second time, in different code, to go unnoticed.

Sums of measures are exact: they are whole millionths, compared as fractions, and a bound such as
0.25 is taken as the decimal that was written. Journeys are compared as given.
"""

from __future__ import annotations

import math

from clusters.arguments import checked
from clusters.domain import FrozenDict, PlanLike, Priorities, Problem, Rules, check_rules, plan_of
from clusters.verifier.case import make_case
from clusters.verifier.certificate import Certificate, Finding
from clusters.verifier.checks import CHECKS, asked
from clusters.verifier.costs import recompute

__all__ = ["Certificate", "Finding", "verify"]


@checked
def verify(
    problem: Problem, rules: Rules, plan: PlanLike, priorities: Priorities | None = None
) -> Certificate:
    """Check a plan against every rule, and recompute its cost.

    Parameters
    ----------
    problem
        The facts.
    rules
        What the plan must satisfy.
    plan
        Any plan: one that `solve` returned, or one read from a file with whatever mistakes it has.
    priorities
        What the cost is made of. None means the default priorities, as for `solve`; where the
        problem lacks the measure that they need, the certificate then has no cost.

    Returns
    -------
    Certificate
        With ``.ok``, ``.findings``, ``.objective`` and ``.summary()``.

    Raises
    ------
    RulesError
        If the rules or the given priorities name what the problem does not have. A bad plan never
        raises: what is wrong with it becomes findings.

    Examples
    --------
    >>> from clusters import Plan, Problem, Rules, verify
    >>> problem = Problem.from_arrays(
    ...     ["a", "b", "c"], [[0, 0], [300, 400], [900, 0]], {"need": [5, 7, 6]}, [("a", "b")]
    ... )
    >>> plan = Plan.from_assignment({"a": "a", "b": "a", "c": "c"})
    >>> certificate = verify(problem, Rules(n_clusters=2, balance={"need": 0.25}), plan)
    >>> certificate.ok, certificate.objective
    (False, 3500.0)
    >>> print(certificate.findings[0].message)
    Cluster 1 has 12 units of need: 0.75 above the most allowed, 11.25 (mean 9, 25% allowed).
    """
    plan = plan_of(problem, plan)
    check_rules(problem, rules, priorities)
    case = make_case(problem, rules, plan)
    checked = asked(rules)
    findings = tuple(finding for name in checked for finding in CHECKS[name](case))
    if priorities is None and "need" in problem.measures:
        priorities = Priorities()
    broken = {finding.rule for finding in findings} & {"assignment", "centre"}
    costs = {} if broken or priorities is None else recompute(case, priorities)
    return Certificate(
        findings=findings,
        checked=checked,
        objective=math.fsum(costs.values()) if costs else None,
        costs=FrozenDict(costs),
        n_clusters=len(case.held),
        n_schools=len({k for group in case.groups for k in group.members}),
    )
