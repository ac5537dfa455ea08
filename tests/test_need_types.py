"""Categories of need: mappings, recoding, and what is refused."""

from __future__ import annotations

import pytest

from clusters import DataError
from clusters.domain import Capacity, NeedCount, School
from clusters.expertise import BROAD_AREAS, COUNCIL_CATEGORIES, mapping_frame, recode
from clusters.need_types import NEED_TYPES, category_by_code, refuse_unknown_types


def school(**changes: object) -> School:
    return School(urn="1", name="Hill School", easting=0, northing=0, **changes)  # type: ignore[arg-type]


def places(amount: float) -> Capacity:
    return Capacity(amount=amount, unit="places")


def test_council_categories_hold_every_type_once() -> None:
    codes = [code for listed in COUNCIL_CATEGORIES.values() for code in listed]
    assert sorted(codes) == sorted(NEED_TYPES)


def test_broad_areas_hold_every_type_but_other_once() -> None:
    codes = [code for listed in BROAD_AREAS.values() for code in listed]
    assert sorted([*codes, "oth"]) == sorted(NEED_TYPES)


def test_a_code_in_two_categories_is_refused() -> None:
    with pytest.raises(DataError, match="'hi' is in both 'A' and 'B'"):
        category_by_code({"A": ["hi"], "B": ["hi", "vi"]})


def test_an_unknown_code_is_named_with_the_nearest() -> None:
    with pytest.raises(DataError, match="did you mean 'semh'"):
        category_by_code({"A": ["smeh"]})


def test_an_empty_category_is_refused() -> None:
    with pytest.raises(DataError, match="category 'A' has no codes"):
        category_by_code({"A": []})


def test_all_faults_of_a_mapping_are_reported_at_once() -> None:
    with pytest.raises(DataError) as caught:
        category_by_code({"A": ["zzz"], "B": [], "C": ["hi"], "D": ["hi"]})
    assert len(caught.value.faults) == 3


def test_pupils_and_capacity_of_a_category_add_up() -> None:
    given = school(
        need={"asd": NeedCount(ehcps=2, sen_support=1), "slcn": NeedCount(ehcps=3, sen_support=9)},
        expertise={"asd": places(10), "slcn": places(4)},
    )
    found = recode([given], {"CCI": ("asd", "slcn")})[0]
    assert found.need == {"CCI": NeedCount(ehcps=5, sen_support=10)}
    assert found.expertise == {"CCI": places(14)}


def test_of_levels_the_highest_is_kept() -> None:
    given = school(
        expertise={
            "asd": Capacity(amount=2, unit="level"),
            "slcn": Capacity(amount=3, unit="level"),
        }
    )
    assert recode([given], {"CCI": ("asd", "slcn")})[0].expertise["CCI"].amount == 3


def test_what_is_not_known_stays_not_known() -> None:
    given = school(need={"asd": NeedCount(ehcps=None, sen_support=None), "hi": NeedCount(ehcps=1)})
    found = recode([given], {"CCI": ("asd", "slcn"), "HI": ("hi",), "VI": ("vi",)})[0]
    assert found.need["CCI"] == NeedCount(ehcps=None, sen_support=None)
    assert found.need["HI"] == NeedCount(ehcps=1, sen_support=None)
    assert "VI" not in found.need


def test_a_type_that_is_a_category_already_stays() -> None:
    given = school(expertise={"CCI": places(20)}, need={"asd": NeedCount(ehcps=1)})
    found = recode([given], {"CCI": ("asd", "slcn")})[0]
    assert set(found.expertise) == set(found.need) == {"CCI"}


def test_a_type_in_no_category_is_refused_by_name() -> None:
    given = school(expertise={"asd": places(1), "dyslexia": places(2)})
    with pytest.raises(DataError, match=r"'dyslexia' is in no category.*; 1 school has it"):
        recode([given], {"CCI": ("asd",)})


def test_a_type_is_dropped_only_when_asked() -> None:
    given = school(expertise={"asd": places(1)}, need={"nsa": NeedCount(sen_support=4)})
    found = recode([given], {"CCI": ("asd",)}, leave_out=["nsa"])[0]
    assert not found.need


def test_units_that_cannot_be_added_are_refused() -> None:
    given = school(expertise={"asd": places(1), "slcn": Capacity(amount=2, unit="staff days")})
    with pytest.raises(DataError, match="different units: places, staff days"):
        recode([given], {"CCI": ("asd", "slcn")})


def test_the_mapping_can_be_seen_with_what_schools_record() -> None:
    given = school(need={"asd": NeedCount(ehcps=2, sen_support=1)}, expertise={"own": places(3)})
    frame = mapping_frame({"CCI": ("asd",)}, [given]).set_index("code")
    assert frame.loc["asd", "pupils"] == 3
    assert frame["category"].isna().tolist() == [False, True]
    assert frame.loc["own", "capacity"] == 3


def test_recoding_twice_changes_nothing() -> None:
    given = school(need={"asd": NeedCount(ehcps=2)}, expertise={"asd": places(1)})
    once = recode([given], COUNCIL_CATEGORIES)
    assert recode(once, COUNCIL_CATEGORIES) == once


def test_every_unknown_type_is_named() -> None:
    with pytest.raises(DataError) as caught:
        refuse_unknown_types(["asd", "x", "y"], NEED_TYPES, "capacity")
    assert [fault.value for fault in caught.value.faults] == ["x", "y"]
