"""Facts that cannot be are refused where they come in."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import clusters as cl
from clusters.domain import Problem
from clusters.errors import ClustersError
from tests.doors.calls import IDS, XY, good, school

# ---- facts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        ([None, "b"], "ids\\[0\\] is None"),
        ([float("nan"), "b"], "id 1 is no number \\(nan\\)"),
        ([True, "b"], "ids\\[0\\] is True"),
        (["", "b"], "id 1 is the text ''"),
        (["a", "a "], "'a' and 'a ' cannot be told apart"),
        (["1", 1], "'1' and 1 cannot be told apart"),
        ([("a", 1), 2], "ids\\[0\\] is a tuple, not an id"),
        (["a", "a"], "URN appears more than once"),
    ],
)
def test_ids_that_name_no_school_are_refused(ids, words):
    with pytest.raises(ClustersError, match=words):
        Problem.from_arrays(ids, [[0, 0], [1, 1]])
    if all(isinstance(key, str | int) and not isinstance(key, bool) and key != "" for key in ids):
        schools = [cl.School(urn=key, name="x", easting=k, northing=0) for k, key in enumerate(ids)]
        with pytest.raises(cl.DataError, match=words):
            cl.build_problem(schools)
    else:
        with pytest.raises(ClustersError, match="urn is"):
            cl.School(urn=ids[0], name="x", easting=1, northing=2)


@pytest.mark.parametrize("home", [(415_000, 417_000), (180_000, 41_000)])  # Kirklees, Cornwall
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x, y: (x, 10 * y), "km from the middle of all schools"),
        (lambda x, y: (10 * x, y), "km from the middle of all schools"),
        (lambda *_: (0, 0), "the position is 0, 0"),
        (lambda *_: (-1.78, 53.65), "the position is in degrees"),
        (lambda *_: (53.65, -1.78), "the position is in degrees"),
    ],
)
def test_one_school_out_of_place_is_refused(home, change, words):
    rng = np.random.default_rng(1)
    xy = np.array(home) + rng.uniform(-15_000, 15_000, (12, 2))
    xy[5] = change(*xy[5])
    ids = [str(k) for k in range(12)]
    with pytest.raises(cl.DataError, match=f"URN 5.*{words}") as caught:
        Problem.from_arrays(ids, xy)
    assert len(caught.value.faults) == 1
    schools = [
        cl.School(urn=k, name=k, easting=x, northing=y) for k, (x, y) in zip(ids, xy, strict=True)
    ]
    with pytest.raises(cl.DataError, match=f"URN 5.*{words}"):
        cl.build_problem(schools)


def test_degrees_are_refused_in_plain_arrays():
    with pytest.raises(cl.DataError, match="look like degrees"):
        Problem.from_arrays(["a", "b"], [[-1.78, 53.6], [-1.7, 53.7]])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"xy_m": [["a", "b"]] * 3}, "xy_m is not an array of numbers"),
        ({"xy_m": [[0, 0], [1], [2, 2]]}, "xy_m is not an array of numbers"),
        ({"measures": {"need": ["x", 1, 2]}}, "need is not an array of numbers"),
        ({"travel_m": [["x"] * 3] * 3}, "travel_m is not an array of numbers"),
        ({"travel_m": np.ones(3)}, "travel_m has shape"),
        ({"neighbours": {"a": ["b"]}}, "pair 1 is not a pair of ids|neighbours"),
        ({"neighbours": np.ones((3, 3))}, "neighbours"),
        ({"neighbours": [("a", "b", "c")]}, "neighbours"),
        ({"measures": {"schools": [1, 50, 1]}}, "built in"),
    ],
)
def test_plain_arrays_of_the_wrong_kind_are_refused(arguments, words):
    facts = {"ids": ["a", "b", "c"], "xy_m": [[0, 0], [1, 0], [2, 0]]} | arguments
    with pytest.raises(ClustersError, match=words):
        Problem.from_arrays(**facts)


def test_a_measure_named_as_a_built_in_one_is_refused():
    with pytest.raises(cl.DataError, match="'schools', which the school has already"):
        school(0, measures={"schools": 50})
    with pytest.raises(cl.DataError, match="'pupils', which the school has already"):
        school(0, measures={"pupils": 50})
    with pytest.raises(cl.DataError, match="'ehcps_asd', which the school has already"):
        school(0, measures={"ehcps_asd": 50})
    with pytest.raises(cl.DataError, match="built in"):
        good().problem.with_measures(schools=np.ones(6))
    assert school(0, pupils=None, measures={"pupils": 50}).measures["pupils"] == 50


def test_a_total_beyond_exact_sums_is_refused_with_the_largest_that_is_exact():
    xy = [(1000 * k, 0) for k in range(8)]
    ids = [str(k) for k in range(8)]
    with pytest.raises(cl.DataError, match="exact up to 9,223,372,036,854 only"):
        Problem.from_arrays(ids, xy, {"value": np.full(8, 2e12)})
    pairs = list(pairwise(ids))
    problem = Problem.from_arrays(ids, xy, {"value": np.full(8, 1.15e12)}, pairs)
    rules = cl.Rules(n_clusters=2, balance={"value": 0.1})
    priorities = cl.Priorities(travel_by="schools")
    assert cl.solve(problem, rules, priorities, cl.Settings(time_limit_s=9)).objective == 8_000


JOURNEYS = np.hypot(*(np.array(XY)[:, None] - np.array(XY)[None]).transpose(2, 0, 1))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"travel_min": JOURNEYS / 1000 * 2.1 * 60}, "look like seconds, not minutes"),
        ({"travel_min": JOURNEYS / 1000 * 2.1 / 60}, "look like hours, not minutes"),
        ({"travel_min": JOURNEYS * 1.3}, "look like metres, not minutes"),
        ({"travel_m": JOURNEYS * 1.3 / 1000}, "look like kilometres, not metres"),
        ({"travel_m": JOURNEYS * 1.3 / 1609.344}, "look like miles, not metres"),
    ],
)
def test_journeys_in_another_unit_are_refused_with_the_unit(given, words):
    with pytest.raises(cl.DataError, match=words):
        cl.build_problem([school(k) for k in range(6)], **given)
    with pytest.raises(cl.DataError, match=words):
        Problem.from_arrays(IDS, XY, **given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"travel_min": JOURNEYS / 1000 * 25}, "30 journeys are slower than 3 km/h"),
        ({"travel_min": JOURNEYS / 1000 * 0.4}, "30 journeys are faster than 120 km/h"),
        ({"travel_m": JOURNEYS * 0.5}, "30 journeys are shorter than the straight line"),
        ({"travel_min": JOURNEYS / 1000 * 2}, None),
        ({"travel_min": JOURNEYS / 1000 * 13}, None),  # on foot
        ({"travel_m": JOURNEYS * 1.3}, None),
    ],
)
def test_odd_journeys_are_noted(given, words):
    for problem in (
        cl.build_problem([school(k) for k in range(6)], **given),
        Problem.from_arrays(IDS, XY, **given),
    ):
        said = [note for note in problem.notes if "check that they are" in note]
        assert len(said) == (words is not None)
        assert words is None or said[0].startswith(words)


@pytest.mark.parametrize("number", [2_147_483_647, 4_294_967_295, 1e9, 99_999])
def test_a_routers_number_for_no_way_is_refused(number):
    minutes = JOURNEYS / 1000 * 2
    minutes[1, 4] = number
    with pytest.raises(cl.DataError, match=r"from s1 to s4.*put infinity there"):
        Problem.from_arrays(IDS, XY, travel_min=minutes)
    minutes[1, 4] = np.inf
    assert np.isinf(Problem.from_arrays(IDS, XY, travel_min=minutes).travel[1, 4])


def test_a_wrong_id_in_bridges_is_reported_of_bridges():
    with pytest.raises(cl.DataError, match=r"^bridges, URN zz"):
        cl.build_problem([school(k) for k in range(6)], bridges=[("s0", "zz")])
