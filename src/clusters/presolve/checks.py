"""Every check, in the order in which reasons are given: the plainest come first."""

from __future__ import annotations

from clusters.presolve.company import forced_company, walled_in
from clusters.presolve.connectivity import long_connections, parted_groups, parts_of_the_map
from clusters.presolve.groups import (
    together_and_apart,
    too_few_centres,
    too_many_apart,
    too_many_clusters,
)
from clusters.presolve.reach import out_of_reach, thin_surroundings, too_far_apart
from clusters.presolve.sizes import (
    contradicting_bounds,
    heavy_atoms,
    too_few_holders,
    too_many_heavy,
    totals,
)

__all__ = ["CHECKS"]

CHECKS = (
    too_many_clusters,
    together_and_apart,
    heavy_atoms,
    totals,
    contradicting_bounds,
    too_few_centres,
    too_many_apart,
    too_many_heavy,
    too_few_holders,
    parted_groups,
    parts_of_the_map,
    walled_in,
    out_of_reach,
    too_far_apart,
    thin_surroundings,
    long_connections,
    forced_company,
)
