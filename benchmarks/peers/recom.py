"""GerryChain (MGGG): random spanning trees cut into balanced parts, and short bursts of ReCom.

Sources: DeFord, Duchin & Solomon 2021, "Recombination"; Cannon, Goldbloom-Helzner, Gupta, Matthews
& Suwal 2023, "Voting rights, Markov chains, and optimization by short bursts".
"""

from __future__ import annotations

import random
import time
from typing import Any

import numpy as np

from benchmarks.case import Task
from benchmarks.measuring import NotApplicableError
from benchmarks.peers.balanced import balanced_measure, n_clusters

__all__ = ["recursive_tree", "short_bursts"]

BURST = 10
TRIES = 200
CUTS = 50
"""Trees drawn for one cut before the whole plan is drawn afresh."""


def recursive_tree(task: Task, seconds: float, seed: int) -> tuple[list[int], None]:
    """Draw plans by cutting random trees until the time is up (5 s at most); keep the best."""
    graph, measures = _graph(task), _Measured(task)
    rng = random.Random(seed)
    until = time.monotonic() + min(5.0, seconds)
    best: tuple[float, dict[int, int]] | None = None
    while best is None or time.monotonic() < until:
        plan = _first(task, graph, rng)
        value = measures.travel(plan)
        if best is None or value < best[0]:
            best = (value, plan)
    return [best[1][p] for p in range(len(task.problem))], None


def short_bursts(task: Task, seconds: float, seed: int) -> tuple[list[int], None]:
    """Make short bursts of merge-and-split moves, each from the best plan of the last."""
    from functools import partial

    from gerrychain import Partition, constraints, updaters
    from gerrychain.optimization import SingleMetricOptimizer
    from gerrychain.proposals import recom

    graph, measures = _graph(task), _Measured(task)
    rng = random.Random(seed)
    values, share = balanced_measure(task)
    goal = float(np.rint(values).sum()) / n_clusters(task)
    begin = Partition(graph, _first(task, graph, rng), {"load": updaters.Tally("load")})
    move = partial(recom, pop_col="load", pop_target=goal, epsilon=share)
    keep = constraints.within_percent_of_ideal_population(begin, share, pop_key="load")
    search = SingleMetricOptimizer(
        proposal_fn=move,
        constraints=[keep],
        initial_state=begin,
        optimization_metric_fn=lambda partition: measures.travel(
            dict(partition.assignment.mapping)
        ),
        maximize=False,
        rng=rng,
    )
    until = time.monotonic() + seconds
    for _ in search.short_bursts(BURST, 10**9):
        if time.monotonic() > until:
            break
    mapping = dict(search.best_part.assignment.mapping)
    return [int(mapping[p]) for p in range(len(task.problem))], None


class _Measured:
    """Weighted travel to the best centre of each part."""

    def __init__(self, task: Task) -> None:
        weight = task.problem.measure(task.priorities.travel_by)
        self.travel_of = weight[:, None] * task.problem.travel

    def travel(self, assignment: dict[int, int]) -> float:
        parts: dict[int, list[int]] = {}
        for p, part in assignment.items():
            parts.setdefault(part, []).append(p)
        return sum(
            float(self.travel_of[np.ix_(members, members)].sum(axis=0).min())
            for members in parts.values()
        )


def _graph(task: Task) -> Any:
    import networkx as nx
    from gerrychain import Graph

    values, _ = balanced_measure(task)
    if task.problem.edges is None:
        msg = "GerryChain needs neighbours"
        raise NotApplicableError(msg)
    graph: Any = nx.Graph()
    for p, value in enumerate(np.rint(values).astype(int).tolist()):
        graph.add_node(p, load=value)
    graph.add_edges_from(task.problem.edges.tolist())
    return Graph.from_networkx(graph)


def _first(task: Task, graph: Any, rng: random.Random) -> dict[int, int]:
    """Draw a first plan; some draws fail where a school has much of a cluster's load."""
    from functools import partial

    from gerrychain.partition import recursive_tree_part
    from gerrychain.tree import BipartitionWarning, bipartition_tree

    values, share = balanced_measure(task)
    k = n_clusters(task)
    goal = float(np.rint(values).sum()) / k
    cut, reason = partial(bipartition_tree, max_attempts=CUTS), "no reason given"
    for _ in range(TRIES):
        try:
            plan = recursive_tree_part(
                graph, range(k), goal, "load", share, bipartition_tree_fn=cut, rng=rng
            )
        except (RuntimeError, ValueError, BipartitionWarning) as error:
            reason = str(error)  # no tree had a balanced cut: draw afresh
            continue
        return {int(p): int(part) for p, part in plan.items()}
    msg = f"GerryChain found no first plan in {TRIES} tries: {reason}"
    raise NotApplicableError(msg)
