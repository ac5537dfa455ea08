"""Plans side by side by what they share."""

from __future__ import annotations

from clusters import (
    Capacity,
    Rules,
    School,
)
from clusters.expertise import (
    Provider,
    compare_sharing,
)
from tests.expertise.here import HERE, POLICY, THREE, outreach
from tests.worlds import drawn_plan


def test_plans_stand_side_by_side() -> None:
    far = drawn_plan("a A a b B b")
    rules = Rules(n_clusters=3)
    frame = compare_sharing(
        HERE, {"three": THREE, "two": far}, POLICY, rules=rules, providers=[outreach()]
    )
    assert frame.loc["three", "unmet"] == 4
    assert frame.loc["three", "unmet_after_agreements"] == 0
    assert frame["fewest_gaps"].tolist() == [0, 0]


def test_a_school_becomes_a_provider_with_its_expertise() -> None:
    school = School(
        urn="7",
        name="Moor",
        easting=1.0,
        northing=2.0,
        expertise={"asd": Capacity(amount=2, unit="places")},
    )
    provider = Provider.from_school(school, reach_m=100)
    assert provider.capacity == school.expertise
    assert provider.gives("asd") == 2
