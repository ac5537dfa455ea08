"""Round trips a month, and plans under several tables of journeys."""

from __future__ import annotations

import numpy as np
import pytest

import clusters as cl
from clusters import visits
from tests.shared_data import shared_path
from tests.worlds import drawn_plan, world

#  a - b - c - d in minutes; winter is longer over the moor between c and d, and one way only
SUMMER = np.array([[0, 5, 9, 14], [6, 0, 4, 9], [9, 4, 0, 5], [14, 9, 5, 0]], dtype=float)
WINTER = SUMMER.copy()
WINTER[2, 3], WINTER[1, 3] = 25, 29


def problem_of(minutes):
    return cl.Problem.from_arrays(
        ["1", "2", "3", "4"],
        [[0, 0], [4000, 0], [7000, 0], [11000, 0]],
        {"need": [1, 2, 3, 4]},
        [("1", "2"), ("2", "3"), ("3", "4")],
        travel_min=minutes,
        names=["Ash", "Birch", "Cedar", "Durmast"],
    )


HALVES = drawn_plan("A a B b")
MIDDLE = drawn_plan("A b B b")


def test_round_trips_count_both_directions():
    found = visits.round_trips(problem_of(SUMMER), HALVES, 2)
    assert [row.a_month for row in found.clusters] == [2 * (5 + 6), 2 * (5 + 5)]
    assert found.a_month == 42
    assert found.worst.cluster == "1"
    assert "to Birch, takes 11 minutes" in found.sentence
    frame = found.to_frame()
    assert frame["a_month_min"].sum() == 42
    assert found.to_frame("school")["visits"].tolist() == [0, 2, 0, 2]


def test_visits_by_school_and_another_base():
    often = {"1": 1, "2": 0.5, "3": 0, "4": 3}
    found = visits.round_trips(problem_of(SUMMER), HALVES, often, bases={"1": "2", "2": "1"})
    # from 2 to 1 and back once; from 1 to 3 never, to 4 and back three times
    assert [row.a_month for row in found.clusters] == [6 + 5, 3 * 28]
    assert found.clusters[1].trips == 3
    with pytest.raises(cl.RulesError, match="bases has no school for the cluster 2"):
        visits.round_trips(problem_of(SUMMER), HALVES, bases={"1": "2"})
    with pytest.raises(cl.DataError, match="visits lack 3 schools"):
        visits.round_trips(problem_of(SUMMER), HALVES, {"1": 1})
    with pytest.raises(cl.DataError, match="not a number of 0 or more"):
        visits.round_trips(problem_of(SUMMER), HALVES, -1)
    with pytest.raises(cl.DataError, match="does not place 1 school exactly once: 4"):
        visits.round_trips(problem_of(SUMMER), drawn_plan("A a B -"))


def test_which_plan_holds_under_both_tables_and_who_is_worst():
    summer = problem_of(SUMMER)
    winter = visits.with_journeys(summer, travel_min=WINTER)
    at_cedar = cl.Plan.from_assignment({"1": "2", "2": "2", "3": "3", "4": "3"})
    at_durmast = cl.Plan.from_assignment({"1": "2", "2": "2", "3": "4", "4": "4"})
    winter_back = visits.with_journeys(summer, travel_min=WINTER.T)
    tables = {"summer": summer, "winter": winter_back}
    rules = cl.Rules(n_clusters=2, max_travel_min=10)
    found = visits.compare_tables(tables, rules, {"Cedar": at_cedar, "Durmast": at_durmast})
    assert found.holds == {"Cedar": ("summer",), "Durmast": ("summer", "winter")}
    assert found.holds_in_all == ("Durmast",)
    table, there, base = found.worst_school("Cedar")
    assert (table, there.name) == ("winter", "Durmast")
    assert (there.out + there.back, base.out + base.back) == (30, 10)
    said = found.sentences()
    assert said[0] == "Under both tables (summer and winter) every rule is kept by Durmast."
    assert any(text.startswith("Cedar, winter: Cluster 2: Durmast") for text in said)
    assert any("takes 30 minutes instead of 10" in text for text in said)
    by_school = found.to_frame("school")
    assert by_school.iloc[0]["name"] == "Durmast"
    assert {"summer_min", "winter_min"} <= set(found.to_frame("cluster").columns)
    assert found.to_frame()["keeps_rules"].tolist() == [True, False, True, True]
    assert winter.travel_unit == "min"


def test_the_longest_of_the_tables_gives_a_plan_that_holds_in_each():
    summer = problem_of(SUMMER)
    tables = {"summer": summer, "winter": visits.with_journeys(summer, travel_min=WINTER.T)}
    both = visits.longest_of(tables)
    rules = cl.Rules(n_clusters=2, max_travel_min=10)
    best = cl.solve(both, rules, settings=cl.Settings(time_limit_s=5, workers=1))
    assert visits.compare_tables(tables, rules, best).holds_in_all == ("The plan",)


def test_tables_have_to_be_alike():
    summer = problem_of(SUMMER)
    with pytest.raises(cl.DataError, match="is in metres, 'summer' in minutes"):
        visits.longest_of({"summer": summer, "lines": world("1234")})
    with pytest.raises(cl.DataError, match="of other schools"):
        visits.longest_of({"summer": summer, "other": world("123")})
    with pytest.raises(cl.DataError, match="no table"):
        visits.longest_of({})
    with pytest.raises(cl.RulesError, match="several plans"):
        visits.compare_tables(
            {"a": summer},
            cl.Rules(n_clusters=2),
            {"x": HALVES, "y": MIDDLE},
            bases={"1": "1", "2": "3"},
        )


@pytest.mark.parametrize("authority", ["durham", "cornwall"])
def test_real_authorities(authority):
    import pandas as pd

    name = f"schools_jan2019_mainstream_{authority}.csv"
    frame = pd.read_csv(
        shared_path("data", "authorities", authority, name), dtype=str, encoding="utf-8-sig"
    )
    counts = ["Easting", "NOR", "TSENELSE", "TSENELK"]
    known = frame[counts].apply(pd.to_numeric, errors="coerce").notna().all(axis=1)
    columns = {"pupils": "NOR", "ehcps": "TSENELSE", "sen_support": "TSENELK"}
    problem = cl.build_problem(cl.readers.read_schools(frame[known], columns=columns))
    minutes = problem.travel / 1000 * 60 / 45
    slow = minutes * np.where(problem.xy_m[:, 1] > np.median(problem.xy_m[:, 1]), 1.4, 1.1)[:, None]
    summer = visits.with_journeys(problem, travel_min=minutes)
    winter = visits.with_journeys(problem, travel_min=slow)
    far = [int(np.argmin(problem.travel.sum(axis=0)))]
    while len(far) < 20:
        far.append(int(np.argmax(problem.travel[:, far].min(axis=1))))
    nearest = problem.travel[:, far].argmin(axis=1)
    plan = {problem.ids[k]: problem.ids[far[c]] for k, c in enumerate(nearest.tolist())}
    found = visits.compare_tables(
        {"summer": summer, "winter": winter}, cl.Rules(n_clusters=20, contiguous=False), plan
    )
    in_summer, in_winter = (row.visits for row in found.rows)
    assert 1.1 < in_winter.a_month / in_summer.a_month < 1.4
    assert len(in_summer.schools) == len(problem) > 200
