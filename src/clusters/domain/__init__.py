"""The words of the problem as frozen values: schools, facts, rules, priorities and plans.

Facts (:class:`School`, :class:`Problem`), policy (:class:`Rules`, :class:`Priorities`) and
answers (:class:`Plan`) are different types. Each checks only what it can see by itself; what needs
two of them is checked where they meet. Users see ids (URNs); positions 0..n-1 in the order of
``Problem.schools`` stay inside the package.
"""

from clusters.domain.checks import check_rules
from clusters.domain.given_plan import plan_of, plans_of, positions_of
from clusters.domain.plan import Cluster, HasPlan, Plan, PlanLike, groups_of
from clusters.domain.policy import PRIORITY_NAMES, Priorities, Rules, weighing
from clusters.domain.problem import STAND_IN, Problem
from clusters.domain.problem_checks import DECIMALS, edges_of_pairs, straight_line_m
from clusters.domain.quantities import Quantity, bounded_quantities, kept_together, longest_journeys
from clusters.domain.school import Capacity, NeedCount, School
from clusters.domain.values import (
    Bounds,
    FloatArray,
    FrozenDict,
    IntArray,
    SchoolId,
    TravelUnit,
    is_number,
    is_whole,
)
from clusters.rulebook import EXCUSABLE, RULE_NAMES, RULEBOOK, Clause, Rule, phases_of

__all__ = [
    "DECIMALS",
    "EXCUSABLE",
    "PRIORITY_NAMES",
    "RULEBOOK",
    "RULE_NAMES",
    "STAND_IN",
    "Bounds",
    "Capacity",
    "Clause",
    "Cluster",
    "FloatArray",
    "FrozenDict",
    "HasPlan",
    "IntArray",
    "NeedCount",
    "Plan",
    "PlanLike",
    "Priorities",
    "Problem",
    "Quantity",
    "Rule",
    "Rules",
    "School",
    "SchoolId",
    "TravelUnit",
    "bounded_quantities",
    "check_rules",
    "edges_of_pairs",
    "groups_of",
    "is_number",
    "is_whole",
    "kept_together",
    "longest_journeys",
    "phases_of",
    "plan_of",
    "plans_of",
    "positions_of",
    "straight_line_m",
    "weighing",
]
