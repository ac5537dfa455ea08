"""The pairs of an atom and a centre that the knapsacks choose from, own atoms apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clusters.domain import FloatArray, IntArray
from clusters.model.instance import Instance

__all__ = ["Pairs", "listed_pairs"]


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs by centre, arrays (pairs,): those of centre c are start[c] to start[c + 1].

    group: that of the atom, -1 for none and for the group of the centre's own atom. load: in the
    steps of the load that is carried. plain: whether the atom is not an excused one.
    """

    centre: IntArray
    atom: IntArray
    start: IntArray
    group: IntArray
    load: IntArray
    cost: FloatArray
    plain: np.ndarray

    def number(self, atom: int, centre: int) -> int:
        """Return the number of a pair."""
        first, last = self.start[centre], self.start[centre + 1]
        return int(first + np.flatnonzero(self.atom[first:last] == atom)[0])


def listed_pairs(
    instance: Instance, mask: np.ndarray, load: IntArray, group: IntArray, *, grouped: bool
) -> Pairs:
    """List the pairs of a mask (n, m); grouped: those of a group side by side.

    load, group: of the atoms, arrays (n,).
    """
    centre, atom = np.nonzero(mask.T)
    own = group[atom]
    # whoever is of the centre's own pyramid opens no further one
    own[own == group[instance.home[centre]]] = -1
    if grouped:
        order = np.lexsort((own, centre))
        centre, atom, own = centre[order], atom[order], own[order]
    return Pairs(
        centre=centre,
        atom=atom,
        start=np.concatenate([[0], np.cumsum(mask.sum(axis=0))]).astype(np.int64),
        group=own,
        load=load[atom],
        cost=instance.cost[atom, centre],
        plain=~np.isin(atom, instance.excused),
    )
