"""Words that the answers about several plans share."""

from __future__ import annotations

from fractions import Fraction

from clusters.domain import Problem
from clusters.rulebook import UNIT_WORDS
from clusters.text import shown

__all__ = ["called", "journey_words", "percent"]


def called(label: str) -> str:
    """Name a cluster in a sentence: "cluster 7", "Holme".

    Examples
    --------
    >>> called("7"), called("Holme")
    ('cluster 7', 'Holme')
    """
    return f"cluster {label}" if label.isdecimal() else label


def percent(share: Fraction | float) -> str:
    """Write a share in per cent.

    Examples
    --------
    >>> percent(0.015), percent(Fraction(1, 3))
    ('1.5 %', '33.33 %')
    """
    return f"{shown(100 * Fraction(share).limit_denominator(10**9))} %"


def journey_words(problem: Problem, journey: float) -> str:
    """Write a journey: "850 metres", "1.2 km", "7.5 minutes"."""
    if problem.travel_unit == "min":
        return f"{shown(round(journey, 1))} {UNIT_WORDS['min']}"
    return f"{journey / 1000:.1f} km" if journey >= 1000 else f"{journey:.0f} metres"
