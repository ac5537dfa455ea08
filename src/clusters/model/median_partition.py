"""The clusters that disagree least with several maps: a median partition, under the rules.

For each two atoms a price for being together and one for being apart; the sum is made small (the
median partition of Regnier 1965 and Barthelemy & Monjardet 1981, as clique partitioning after
Groetschel & Wakabayashi 1989). The rules are those of the assignment model. A cluster needs some
centre there: where any member may be it, the first one is, so that no plan stands there twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import Any

import numpy as np

from clusters.domain import IntArray
from clusters.model.assignment import Core, build_core, cut_off_parts
from clusters.model.instance import Instance
from clusters.model.solving import Stopped, never, solve_and_cut

__all__ = ["Median", "least_sum", "median_clusters", "pair_sum", "quarrels"]

TRIANGLES = 40
"""Most atoms for which it is written down that being together is transitive: that helps proofs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Median:
    """What came of it: atoms by cluster (None where none were found), and what is proved.

    `bound`: no clusters that keep the rules have a smaller sum.
    """

    clusters: list[list[int]] | None
    total: int | None
    bound: int
    proved: bool


def pair_sum(clusters: Sequence[Sequence[int]], joint: IntArray, split: IntArray) -> int:
    """Add up the prices of pairs: `joint` of those together, `split` of those apart, (n, n) each.

    An atom with itself is together: the diagonal of `joint` counts once.
    """
    n = len(joint)
    label = np.empty(n, dtype=np.int64)
    for number, atoms in enumerate(clusters):
        label[list(atoms)] = number
    together = label[:, None] == label[None, :]
    upper = np.triu(np.where(together, joint, split), 1)
    return int(upper.sum() + np.trace(joint))


def least_sum(joint: IntArray, split: IntArray) -> int:
    """Return what every partition costs at the least: each pair its smaller price."""
    return int(np.triu(np.minimum(joint, split), 1).sum() + np.trace(joint))


def quarrels(joint: IntArray, split: IntArray) -> int:
    """Return by how much every partition is above the least sum, at the least.

    Where a would rather be with b, and b with c, but a not with c, one of the three pairs pays more
    than its smaller price. Triangles are packed one by one so that no pair pays for two of them
    what it pays once: a feasible dual of the triangle inequalities of clique partitioning.
    """
    left = np.abs(joint - split)
    wish = np.triu(split > joint, 1)
    wish = wish | wish.T
    parted = np.triu(joint > split, 1)
    total = 0
    for a, c in np.argwhere(parted).tolist():
        for b in np.flatnonzero(wish[a] & wish[c]).tolist():
            paid = int(min(left[a, c], left[a, b], left[b, c]))
            if paid:
                total += paid
                for x, y in ((a, c), (a, b), (b, c)):
                    left[x, y] -= paid
                    left[y, x] -= paid
            if not left[a, c]:
                break
    return total


def median_clusters(
    instance: Instance,
    joint: IntArray,
    split: IntArray,
    *,
    centred: bool,
    seconds: float,
    seed: int = 1,
    hint: list[list[int]] | None = None,
    below: int | None = None,
    stop: Callable[[], bool] = never,
) -> Median:
    """Find clusters that keep every rule and have the least sum of pair prices.

    Parameters
    ----------
    joint, split
        Arrays (n, n): price of two atoms together, and apart; whole numbers of 0 or more.
    centred
        Whether it matters who the centre is (longest journeys, given centres).
    hint
        Clusters to begin with.
    below
        Only clusters with a smaller sum are of interest.
    """
    deadline = time.monotonic() + seconds
    least = least_sum(joint, split)
    bound = least + quarrels(joint, split)
    nothing = Median(clusters=None, total=None, bound=bound, proved=False)
    if below is not None and bound >= below:
        return Median(clusters=None, total=None, bound=below, proved=True)
    try:
        core = _written(
            instance, joint, split, centred, lambda: time.monotonic() > deadline or stop()
        )
    except Stopped:
        return nothing
    price = core.objective()
    core.model.add(price >= bound - least)
    if below is not None:
        core.model.add(price <= below - 1 - least)
    if hint is not None and not centred:
        _hint(core, hint)
    last = None
    for last in solve_and_cut(
        core.model,
        core.clusters,
        partial(cut_off_parts, core),
        seeds=repeat(seed),
        seconds=deadline - time.monotonic(),
        stop=stop,
        linearised=instance.n <= TRIANGLES,
    ):
        if last.verdict != "none" and np.isfinite(last.bound):
            bound = max(bound, least + int(np.ceil(last.bound - 1e-6)))
    if last is None:
        return nothing
    if last.verdict == "none":
        return Median(clusters=None, total=None, bound=below or bound, proved=True)
    if last.verdict != "found" or last.solution is None:
        return Median(clusters=None, total=None, bound=bound, proved=False)
    clusters = list(last.solution.values())
    total = pair_sum(clusters, joint, split)
    return Median(
        clusters=clusters, total=total, bound=total if last.best else bound, proved=last.best
    )


def _written(
    instance: Instance, joint: IntArray, split: IntArray, centred: bool, late: Callable[[], bool]
) -> Core:
    """Write the rules, and as the objective what pairs pay above the least sum.

    Raises
    ------
    Stopped
        When `late` becomes true meanwhile.
    """
    core = build_core(instance, None if centred else _first_members(instance), unit=1.0, stop=late)
    core.cost_coefficients, core.cost_variables = [], []  # the maps alone count
    _price(core, joint, split, late)
    core.model.clear_objective()
    core.model.minimize(core.objective())
    return core


def _first_members(instance: Instance) -> Any:
    """Allow each atom only centres of atoms up to itself, one for each atom: array (n, m)."""
    allowed = instance.home[None, :] <= np.arange(instance.n)[:, None]
    once = np.zeros(instance.m, dtype=np.bool_)
    once[np.unique(instance.home, return_index=True)[1]] = True
    return allowed & once[None, :]


def _price(core: Core, joint: IntArray, split: IntArray, late: Callable[[], bool]) -> None:
    """Charge what pairs pay above the least sum; a variable for each pair that counts."""
    instance, model = core.instance, core.model
    full = instance.n <= TRIANGLES
    pair: dict[tuple[int, int], Any] = {}
    for a in range(instance.n):
        if late():
            raise Stopped
        for b in range(a + 1, instance.n):
            more = int(joint[a, b] - split[a, b])
            if not more and not full:
                continue
            pair[a, b] = model.new_bool_var("")
            _tie(core, a, b, pair[a, b], joined=full or more > 0, parted=full or more < 0)
            if more:
                core.charge(abs(more), pair[a, b] if more > 0 else ~pair[a, b])
    if full:
        _transitive(core, pair)


def _tie(core: Core, a: int, b: int, together: Any, *, joined: bool, parted: bool) -> None:
    """Say what "together" means: of one centre.

    `joined`: who share a centre are together; `parted`: who are together share their centres.
    """
    model = core.model
    shared = set(core.by_atom[a]) & set(core.by_atom[b])
    if joined:
        for c in shared:
            model.add_bool_or([~core.x[a, c], ~core.x[b, c], together])
    if parted:
        for one, other in ((a, b), (b, a)):
            for c in core.by_atom[one]:
                if c in shared:
                    model.add_bool_or([~together, ~core.x[one, c], core.x[other, c]])
                else:
                    model.add_implication(together, ~core.x[one, c])


def _transitive(core: Core, pair: dict[tuple[int, int], Any]) -> None:
    """Who is with one of two that are together is with the other."""
    n = core.instance.n
    for a in range(n):
        for b in range(a + 1, n):
            for c in range(b + 1, n):
                three = (pair[a, b], pair[b, c], pair[a, c])
                for left_out in range(3):
                    one, other = (three[k] for k in range(3) if k != left_out)
                    core.model.add_bool_or([~one, ~other, three[left_out]])


def _hint(core: Core, clusters: list[list[int]]) -> None:
    home = {min(atoms): set(atoms) for atoms in clusters}
    for (a, c), variable in core.x.items():
        core.model.add_hint(variable, a in home.get(int(core.instance.home[c]), ()))
