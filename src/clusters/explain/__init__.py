"""Answers: why here, what if, how to repair a map, why there is no plan."""

from clusters.explain.changes import Change, after_changes
from clusters.explain.improve_curve import Curve, CurvePoint, improve_curve
from clusters.explain.money_of_change import MoneyMove, MoneyOfChange, money_of_change
from clusters.explain.plan_distance import Moved
from clusters.explain.repair import Repair, repair
from clusters.explain.single_moves import Move
from clusters.explain.what_if import WhatIf, what_if
from clusters.explain.why_here import Answers, WhyHere, why_all, why_here
from clusters.explain.why_no_plan import Relaxation, WhyNoPlan, why_no_plan

__all__ = [
    "Answers",
    "Change",
    "Curve",
    "CurvePoint",
    "MoneyMove",
    "MoneyOfChange",
    "Move",
    "Moved",
    "Relaxation",
    "Repair",
    "WhatIf",
    "WhyHere",
    "WhyNoPlan",
    "after_changes",
    "improve_curve",
    "money_of_change",
    "repair",
    "what_if",
    "why_all",
    "why_here",
    "why_no_plan",
]
