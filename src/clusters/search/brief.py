"""Short searches for callers that ask many small questions: find a plan, improve some plans."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from clusters.domain import Plan, Problem
from clusters.model.cp_sat import ends_by
from clusters.model.instance import Instance
from clusters.naming import name_clusters
from clusters.search.found import Found
from clusters.search.improve import descend, improve
from clusters.search.start import start
from clusters.search.state import Shared
from clusters.search.tables import tables_of
from clusters.search.warm import warm_up

__all__ = ["any_plan", "found_of", "improved", "plan_of"]

PATIENCE = 4.0
"""Units of work (about seconds) without a better plan after which a search is given up."""


def any_plan(
    instance: Instance, *, seconds: float, seed: int = 1, tries: int = 1000
) -> Found | None:
    """Find some plan that keeps every rule; None where none was found in time."""
    warm_up()
    deadline = time.monotonic() + seconds
    rng = np.random.default_rng(seed)
    tables = tables_of(instance)
    for _ in range(tries):
        found = start(
            instance,
            tables,
            rng,
            stop=lambda: time.monotonic() > deadline,
            register=ends_by(deadline),
        )
        if found is not None or time.monotonic() > deadline:
            return found
    return None


def improved(
    instance: Instance,
    starts: Sequence[Found],
    *,
    seconds: float,
    seed: int = 1,
    work: float = np.inf,
    patience: float = PATIENCE,
    stop: Callable[[], bool] = lambda: False,
) -> Found | None:
    """Improve plans: first descend from each, then search on until nothing better turns up.

    Parameters
    ----------
    starts
        Plans of this instance to begin from; may be empty.
    seconds, work
        Limits on wall-clock time and on deterministic work (about seconds).
    """
    warm_up()
    shared = Shared(instance)
    shared.deadline = time.monotonic() + seconds
    for found in starts:
        shared.submit(found, "given plan")
    rng = np.random.default_rng(seed)
    spent, since, best = 0.0, 0.0, shared.target
    proved: set[frozenset[tuple[int, ...]]] = set()

    def steps() -> Iterator[float]:
        for found in starts:
            yield from descend(shared, found, rng, proved)
        yield from improve(shared, rng)

    for used in steps():
        spent, since = spent + used, since + used
        if shared.target < best:
            best, since = shared.target, 0.0
        if spent >= work or since >= patience or stop() or shared.stop():
            break
    return shared.best


def plan_of(problem: Problem, instance: Instance, found: Found, keep: Plan | None = None) -> Plan:
    """Turn clusters of atoms into a named plan, keyed by id."""
    ids = problem.ids
    assignment = {
        ids[p]: ids[int(instance.centre_school[centre])]
        for atoms, centre in zip(found.clusters, found.centres, strict=True)
        for p in sorted(p for a in atoms for p in instance.members[a])
    }
    return name_clusters(problem, Plan.from_assignment(assignment), keep=keep)


def found_of(problem: Problem, instance: Instance, plan: Plan) -> Found | None:
    """See a plan as clusters of atoms; None where it breaks a rule of the instance."""
    atom_of = {p: a for a, schools in enumerate(instance.members) for p in schools}
    clusters = [
        sorted({atom_of[problem.position(key)] for key in cluster.members})
        for cluster in plan.clusters
        if cluster.members
    ]
    return Found.of(instance, clusters)
