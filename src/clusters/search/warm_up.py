"""Compile the search before the clock starts: seconds once per machine, a moment ever after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numba import config

from clusters.domain import Priorities, Problem, Rules
from clusters.model.compiling import compile_instance
from clusters.model.instance import Instance
from clusters.search.arrays import Tables, tables_of
from clusters.search.bound.ascent import ascend
from clusters.search.bound.lagrangian import Relaxation
from clusters.search.bound.region_cuts import RegionCuts
from clusters.search.columns import enumeration
from clusters.search.columns.cuts import extended, triples
from clusters.search.columns.listing import Columns, Cut, Prices, list_columns
from clusters.search.columns.master import Master
from clusters.search.heuristics.improve import improve
from clusters.search.heuristics.local import wander
from clusters.search.incumbent import Shared

__all__ = ["compiling", "kept", "warm_up"]


def warm_up() -> None:
    """Compile everything, or load it; a moment where that has been done."""
    for _ in compiling():
        pass


def compiling(*, proof: bool = True) -> Iterator[None]:
    """Compile step by step, so that something can be said in between; nothing the second time.

    Parameters
    ----------
    proof
        Whether to compile what only the proof needs, too: most of it, and plans can be searched
        meanwhile.
    """
    for part, steps in (("plans", _plans), ("proof", _proof)):
        if part not in _done and (proof or part == "plans"):
            yield from steps()
            _done.add(part)


def kept() -> bool:
    """Whether an earlier run has left the proof's compiled code: it is read in a moment then."""
    folder = Path(config.CACHE_DIR or Path(enumeration.__file__).parent / "__pycache__")
    return any(folder.rglob("enumeration.dive*.nbi"))


_done: set[str] = set()


def _instance() -> Instance:
    """Make an instance of four schools."""
    problem = Problem.from_arrays(
        ["a", "b", "c", "d"],
        [[0, 0], [1, 0], [2, 0], [3, 0]],
        {"need": [1, 1, 1, 1]},
        [("a", "b"), ("b", "c"), ("c", "d")],
    )
    rules = Rules(n_clusters=2, balance={"need": 0.5})
    return compile_instance(problem, rules, Priorities(), 2)


def _plans() -> Iterator[None]:
    """Run every compiled function that makes plans once."""
    yield
    instance = _instance()
    rng = np.random.default_rng(0)
    wander(instance, tables_of(instance), np.array([0, 0, 1, 1]), rng, steps=4, patience=4)
    yield


def _proof() -> Iterator[None]:
    """Run every compiled function of the bound and of the columns once."""
    instance = _instance()
    for _ in zip(range(8), improve(Shared(instance), np.random.default_rng(0)), strict=False):
        yield
    relaxation = Relaxation(instance)
    for exact in (False, True):
        relaxation.exact = exact
        ascend(relaxation, 2, np.inf)
        yield
        relaxation.reduced_to(1e9)
        yield
    yield from _columns(relaxation, tables_of(instance))


def _columns(relaxation: Relaxation, tables: Tables) -> Iterator[None]:
    """List columns, with prices and without, and look for cuts."""
    instance = relaxation.instance
    cuts = (Cut((0, 1, 2), 2),)
    prices = Prices(
        atoms=np.zeros(instance.n),
        clusters=0.0,
        cuts=cuts,
        charges=np.ones(1),
        regions=RegionCuts.none(instance),
        pays=np.zeros(0),
        value=0.0,
    )
    for given in (None, prices):
        for step in list_columns(relaxation, tables, 1e9, prices=given, work=1.0):
            yield
            if isinstance(step, Columns):
                master = Master(step, instance, prices)
                for _ in master.solve(np.inf):
                    pass
    held = np.eye(5, dtype=np.bool_)
    extended(held, np.ones(5), triples(held, np.ones(5), 0.0)[0])
