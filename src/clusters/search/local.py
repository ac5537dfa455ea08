"""Fast local moves: shift one atom to a neighbouring cluster, with a memory and a moving penalty.

Tabu search with strategic oscillation (Glover 1989): bounds may be broken at a price that rises while
the draft breaks them and falls while it keeps them, so that the search crosses between good plans.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from clusters.domain import IntArray
from clusters.model.instance import Instance
from clusters.search.draft import Draft, Found

__all__ = ["wander"]

NEAREST = 6
"""Where contiguity plays no part, an atom is offered its nearest clusters only."""


def wander(
    draft: Draft,
    rng: np.random.Generator,
    steps: int,
    patience: int,
    stop: Callable[[], bool] = lambda: False,
) -> Found | None:
    """Walk from a draft by the best allowed shifts; return the best plan met that keeps every rule.

    Parameters
    ----------
    steps
        Most moves.
    patience
        Moves without a better plan after which to stop.
    """
    n = draft.instance.n
    best: Found | None = None
    tabu = np.zeros((n, draft.instance.k), dtype=np.int64)
    penalty = first_penalty(draft)
    running, lowest, stale = draft.total(), np.inf, 0
    for step in range(steps):
        if stale > patience or (step % 32 == 0 and stop()):
            break
        atoms, targets = _offers(draft)
        if not len(atoms):
            break
        price = draft.price_moves(atoms, targets, penalty)
        allowed = tabu[atoms, targets] <= step
        order = np.argsort(np.where(allowed, price, price + 1e18), kind="stable")
        chosen = next((q for q in order[:64].tolist() if draft.can_leave(int(atoms[q]))), None)
        if chosen is None:
            break
        atom, target = int(atoms[chosen]), int(targets[chosen])
        source = draft.move(atom, target)
        tabu[atom, source] = step + 4 + int(rng.integers(0, 4 + n // 16))
        stale += 1
        if draft.excess() == 0:
            penalty *= 0.93
            running = draft.total()
            if running < lowest - 1e-9 * abs(lowest if np.isfinite(lowest) else 1.0):
                found = draft.found()
                lowest = running
                if found is not None and (best is None or found.cost < best.cost):
                    best, stale = found, 0
        else:
            penalty *= 1.03
    return best


def first_penalty(draft: Draft) -> float:
    """Return a price per mean cluster of excess that is in proportion to the costs at hand."""
    own = draft.pair[np.arange(draft.instance.n), draft.labels]
    usual = own[own < draft.barred]
    return float(usual.sum()) / draft.instance.k + 1.0 if len(usual) else draft.barred


def _offers(draft: Draft) -> tuple[IntArray, IntArray]:
    """Pairs (atom, other cluster) worth pricing; atoms that are centres may go too."""
    instance = draft.instance
    near = draft.touch > 0
    if instance.neighbours is None and instance.k > NEAREST:
        near = draft.pair <= np.partition(draft.pair, NEAREST - 1, axis=1)[:, NEAREST - 1 : NEAREST]
    near[np.arange(instance.n), draft.labels] = False
    atoms, targets = np.nonzero(near)
    return atoms, targets


def settled(instance: Instance, labels: IntArray) -> Found | None:
    """Return the plan of some labels where it keeps every rule."""
    return Draft(instance, labels).found()
