"""What plans are like, alone and side by side.

Measures describe; they neither check rules (:mod:`clusters.verifier`) nor choose between plans.
Every figure is one that a reader can work out again from the members of the clusters.
"""

from clusters.measures.access import Access, TypeMeasures, gini
from clusters.measures.comparing import Comparison, compare
from clusters.measures.facts import Groups, places_of
from clusters.measures.matching import (
    Difference,
    always_together,
    co_membership,
    difference,
    matches,
    overlap,
)
from clusters.measures.measuring import measure
from clusters.measures.values import ClusterMeasures, Journeys, Measures, PlanMeasures

__all__ = [
    "Access",
    "ClusterMeasures",
    "Comparison",
    "Difference",
    "Groups",
    "Journeys",
    "Measures",
    "PlanMeasures",
    "TypeMeasures",
    "always_together",
    "co_membership",
    "compare",
    "difference",
    "gini",
    "matches",
    "measure",
    "overlap",
    "places_of",
]
