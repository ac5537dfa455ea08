"""Providers, worlds and policies that these tests share."""

from __future__ import annotations

import itertools

from clusters import (
    Capacity,
    NeedCount,
    Priorities,
    Problem,
    School,
    build_problem,
)
from clusters.expertise import (
    Provider,
)
from tests.worlds import drawn_plan, world

HERE = world(
    "1 1 1 1 1 1",
    expertise={"asd": "9 ? ? 4 ? 2"},
    need={"asd": "1 4 3 2 5 ?"},
)


THREE = drawn_plan("A a B b C c")
"""Clusters 1 (schools 1, 2), 2 (3, 4) and 3 (5, 6); centres 1, 3 and 5; a step is 1,000 m."""


POLICY = Priorities(expertise=1.0, pupils_per_capacity={"asd": 1.0}, travel_by="schools")


NOBODY = world("1 1 1 1", expertise={"asd": "0 ? ? 5"}, need={"asd": "2 2 2 2"})
"""Clusters 1 and 2 of TWO: the first holds nothing."""


TWO = drawn_plan("A a B b")


def outreach(**changes: object) -> Provider:
    given: dict[str, object] = {
        **{"urn": "900", "name": "Moor School", "easting": 0.0, "northing": 400.0},
        "capacity": {"asd": Capacity(amount=3, unit="level")},
        "reach_m": 500.0,
    }
    return Provider(**(given | changes))  # type: ignore[arg-type]


def _row_of(spots: list[tuple[str, int, int, int]]) -> Problem:
    """Schools along a road: id, easting, pupils in need of HI, places for HI."""
    return build_problem(
        [
            School(
                urn=urn,
                name=f"School {urn}",
                easting=float(easting),
                northing=0.0,
                pupils=100,
                need={"HI": NeedCount(ehcps=need)},
                expertise={"HI": Capacity(amount=places, unit="places")} if places else {},
            )
            for urn, easting, need, places in spots
        ],
        neighbours=[(a[0], b[0]) for a, b in itertools.pairwise(spots)],
    )
