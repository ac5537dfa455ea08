"""Facts without the numbers that must not be shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from clusters.arguments import checked
from clusters.domain import Problem

__all__ = ["OPEN_MEASURES", "redacted"]

OPEN_MEASURES = ("schools", "pupils")
"""Measures that are published for every school anyway: the number on roll."""


@checked
def redacted(problem: Problem, open_measures: Iterable[str] = OPEN_MEASURES) -> Problem:
    """Copy a problem without its sensitive numbers: what is made from it cannot give them away.

    Parameters
    ----------
    open_measures
        Measures that are public for every school. All others go, with needs and top-up money;
        names, places, journeys, phases, pyramids and expertise stay.

    Examples
    --------
    >>> measures = {"pupils": [5, 7], "need": [1, 2]}
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [1, 1]], measures)
    >>> sorted(redacted(problem).measures)
    ['pupils', 'schools']
    """
    kept = frozenset(open_measures)
    schools = tuple(
        replace(
            school,
            pupils=school.pupils if "pupils" in kept else None,
            ehcps=school.ehcps if "ehcps" in kept else None,
            sen_support=school.sen_support if "sen_support" in kept else None,
            topup_pence=school.topup_pence if "topup_pence" in kept else None,
            need={},
            measures={name: value for name, value in school.measures.items() if name in kept},
        )
        for school in problem.schools
    )
    return replace(
        problem,
        schools=schools,
        measures={name: values for name, values in problem.measures.items() if name in kept},
        unknown={name: ids for name, ids in problem.unknown.items() if name in kept},
    )
