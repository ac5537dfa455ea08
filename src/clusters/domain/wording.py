"""Schools, groups and amounts in words, as sentences about rules need them."""

from __future__ import annotations

from typing import Any

from clusters.domain.problem import Problem
from clusters.domain.values import SchoolId
from clusters.text import amount, listed, shown

__all__ = ["UNIT_WORDS", "group_name", "pair_words", "school_name"]

UNIT_WORDS = {"m": "metres", "min": "minutes"}


def school_name(problem: Problem, key: SchoolId) -> str:
    """Name a school, with its URN."""
    school = problem.school(key)
    named = school.name.strip() and school.name != str(school.urn)
    return f"{school.name} (URN {school.urn})" if named else f"school {school.urn}"


def group_name(problem: Problem, ids: tuple[SchoolId, ...]) -> str:
    """Name a group: the pyramid that it is, else its schools."""
    held = {problem.position(key) for key in ids}
    for name, members in problem.pyramids.items():
        if {problem.position(key) for key in members} == held:
            return name if "pyramid" in name.lower() else f"the {name} pyramid"
    return listed([school_name(problem, key) for key in ids])


def pair_words(pair: Any, of: str) -> str:
    """Say what a pair of bounds asks of each cluster, of what is counted."""
    low, high = pair or (0, None)
    if not low and high is None:  # everything is at least 0
        return f"any number of {of}"
    if high is None:
        return f"at least {amount(low, of)} in each cluster"
    if not low:
        return f"at most {amount(high, of)} in each cluster"
    return f"{shown(low)} to {amount(high, of)} in each cluster"
