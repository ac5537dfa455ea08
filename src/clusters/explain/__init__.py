"""Answers: why here, what if, how to repair a map, why there is no plan."""

from clusters.explain.changes import Change
from clusters.explain.conflicts import Relaxation, WhyNoPlan, why_no_plan
from clusters.explain.curve import Curve, CurvePoint, improve_curve
from clusters.explain.ground import Move
from clusters.explain.mending import Repair, repair
from clusters.explain.nearby import Moved
from clusters.explain.what_if import WhatIf, what_if
from clusters.explain.why import Answers, WhyHere, why_all, why_here

__all__ = [
    "Answers",
    "Change",
    "Curve",
    "CurvePoint",
    "Move",
    "Moved",
    "Relaxation",
    "Repair",
    "WhatIf",
    "WhyHere",
    "WhyNoPlan",
    "improve_curve",
    "repair",
    "what_if",
    "why_all",
    "why_here",
    "why_no_plan",
]
