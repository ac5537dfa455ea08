"""Compile the search before the clock starts: seconds once per machine, a moment ever after."""

from __future__ import annotations

import functools

import numpy as np

from clusters.domain import Priorities, Problem, Rules
from clusters.model.instance import compile_instance
from clusters.search.bound import Relaxation
from clusters.search.local import tables_of, wander

__all__ = ["warm_up"]


@functools.cache
def warm_up() -> None:
    """Run every compiled function once on a problem of four schools."""
    problem = Problem.from_arrays(
        ["a", "b", "c", "d"],
        [[0, 0], [1, 0], [2, 0], [3, 0]],
        {"need": [1, 1, 1, 1]},
        [("a", "b"), ("b", "c"), ("c", "d")],
    )
    rules = Rules(n_clusters=2, balance={"need": 0.5})
    instance = compile_instance(problem, rules, Priorities(), 2)
    rng = np.random.default_rng(0)
    wander(instance, tables_of(instance), np.array([0, 0, 1, 1]), rng, steps=4, patience=4)
    relaxation = Relaxation(instance)
    for exact in (False, True):
        relaxation.exact = exact
        relaxation.ascend(2, np.inf)
        relaxation.reduced_to(1e9)
