"""Perturbed data: the same schools, with counts that might as well have been."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from clusters.arguments import checked
from clusters.domain import Problem, is_number
from clusters.errors import Faults, RulesError

__all__ = ["perturbed"]


@checked
def perturbed(problem: Problem, spread: Mapping[str, float], seed: int = 1) -> Problem:
    """Copy a problem with measures drawn again around what they are.

    Each school's value is multiplied by a factor of its own, log-normal with mean 1: counts stay
    above nothing, and the expected total stays what it is. "schools" is 1 for each school, always.

    Parameters
    ----------
    spread
        By measure, the standard deviation of the logarithm of the factor: 0.1 is about 10%.
    seed
        Whole number of 0 or more; the same one draws the same factors.

    Raises
    ------
    RulesError
        If the problem does not have a measure, or a spread or the seed is out of range.

    Examples
    --------
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [1, 0]], {"need": [10, 20]})
    >>> drawn = perturbed(problem, {"need": 0.1}, seed=7)
    >>> [float(value) for value in drawn.measure("need").round(1)]
    [9.1, 19.1]
    """
    faults = Faults()
    for name, value in spread.items():
        if not is_number(value) or value < 0:
            what = f"the spread of {name!r} is not a number of 0 or more"
            faults.add(what, "give a spread", value=value)
    if seed < 0:
        faults.add("the seed of the draw is below 0", "give 0 or more", value=seed)
    if "schools" in spread:
        faults.add('"schools" is 1 for each school and is not drawn', "leave it out")
    faults.refuse(RulesError)
    drawn = {}
    for name, deviation in sorted(spread.items()):
        values = problem.measure(name)
        # a stream for each measure: one more of them leaves the others' draws as they are
        rng = np.random.default_rng([seed, *name.encode()])
        factors = np.exp(rng.normal(-(deviation**2) / 2, deviation, len(values)))
        drawn[name] = values * factors
    return problem.with_measures(**drawn)
