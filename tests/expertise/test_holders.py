"""The nearest holders of each type."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from clusters import (
    Plan,
    measure,
)
from clusters.expertise import (
    nearest_holders,
)
from tests.expertise.here import HERE, NOBODY, THREE, TWO, outreach
from tests.worlds import drawn_plan, world

SHARED = Path(__file__).parents[2] / ".." / "shared"


def test_holders_are_listed_from_the_nearest_to_the_centre() -> None:
    frame = nearest_holders(HERE, THREE, gaps_only=False)
    rows = frame[frame["cluster"] == "2"]
    # centre 3 stands at 2,000 m; holders outside are 1 (at 0 m) and 6 (at 5,000 m)
    assert rows["holder"].tolist() == ["1", "6"]
    assert rows["journey_m"].tolist() == [2000.0, 3000.0]
    assert rows["holder_cluster"].tolist() == ["1", "3"]


def test_the_nearest_holder_is_the_one_that_measure_names() -> None:
    frame = nearest_holders(HERE, THREE, n=1, gaps_only=False).set_index("cluster")
    for row in measure(HERE, THREE).expertise:
        assert frame.loc[row.cluster, "holder"] == row.nearest_outside
        assert frame.loc[row.cluster, "journey_m"] == row.nearest_outside_journey


def test_only_gaps_are_listed_unless_asked() -> None:
    frame = nearest_holders(NOBODY, TWO, providers=[outreach()])
    assert frame["cluster"].unique().tolist() == ["1"]
    assert frame["holder"].tolist() == ["4", "900"]
    assert frame["provider_m"].tolist()[1] == 400.0


def test_a_gap_that_nobody_fills_is_listed_without_a_holder() -> None:
    nothing = world("1 1", expertise={"asd": "0 0"}, need={"asd": "1 1"})
    frame = nearest_holders(nothing, drawn_plan("A B"))
    assert frame["holder"].isna().tolist() == [True, True]


KIRKLEES = SHARED / "data/kirklees/schools_jan2019_mainstream_kirklees.csv"


@pytest.mark.skipif(not KIRKLEES.exists(), reason="the real data of ../shared is not here")
@pytest.mark.parametrize(
    ("centre", "kind", "holder", "metres"),
    [
        # by hand, from the census file and arp_provision.csv
        ("107600", "VI", "131849", math.hypot(423990 - 416909, 422752 - 416770)),  # Dalton
        ("107601", "VI", "137500", math.hypot(413828 - 412500, 417792 - 414846)),  # Moor End
        ("107722", "HI", "107761", math.hypot(416288 - 414018, 412603 - 414323)),  # Newsome
    ],
)
def test_nearest_holders_of_the_real_provisions(
    centre: str, kind: str, holder: str, metres: float
) -> None:
    from benchmarks.expertise import kirklees

    problem, _ = kirklees(KIRKLEES)
    alone = ("107600", "107601", "107722")
    plan = Plan.from_assignment({key: key if key in alone else "107722x" for key in problem.ids})
    plan = Plan(tuple(c for c in plan.clusters if c.centre in alone))
    frame = nearest_holders(problem, plan, n=1)
    label = plan.labels[centre]
    row = frame[(frame["cluster"] == label) & (frame["type"] == kind)].iloc[0]
    assert row["holder"] == holder
    assert row["journey_m"] == pytest.approx(metres, abs=0.01)
