"""Measures of plans, worked out by hand on tiny drawn worlds."""

from __future__ import annotations

import itertools
import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters import Plan, Priorities, Problem, Rules, RulesError, School, compare, measure
from clusters.domain import Cluster
from clusters.measures import always_together, co_membership, difference, gini, matches, places_of
from tests.worlds import drawn_plan, with_cluster, world

COUNTRY = world(
    """
    1 2 3
    4 5 6
    """,
    pyramids="""
    x x y
    x y ?
    """,
    phases="""
    p p s
    p s p
    """,
    need={
        "asd": """
        3 0 2
        1 ? 4
        """,
        "vi": """
        0 0 1
        0 0 0
        """,
    },
    expertise={
        "asd": """
        1 ? ?
        ? ? ?
        """
    },
    territories=True,
)
HALVES = drawn_plan(
    """
    A a b
    a b B
    """
)
ROWS = drawn_plan(
    """
    A a a
    b b B
    """
)


def test_a_cluster_is_measured_as_a_hand_count_says():
    first, second = measure(COUNTRY, HALVES, Priorities(travel_by="pupils")).clusters
    assert (first.label, first.centre, first.centre_name, first.size) == ("1", "1", "School 1", 3)
    assert first.totals["pupils"] == 7
    assert dict(first.phases) == {"primary": 3, "secondary": 0}
    assert second.journeys.mean == pytest.approx(1000 * (3 + 5) / 14)
    assert second.journeys.worst == 1000
    assert second.journeys.worst_school == "3"
    assert dict(second.journeys.by_phase) == {"primary": 0.0, "secondary": 1000.0}


def test_the_whole_plan_is_measured_as_a_hand_count_says():
    whole = measure(COUNTRY, ROWS, Priorities(travel_by="pupils"), reference=HALVES).whole
    assert (whole.n_clusters, whole.n_schools, whole.not_placed) == (2, 6, 0)
    assert (whole.smallest, whole.largest) == (3, 3)
    assert whole.journeys.mean == pytest.approx((2 * 1000 + 3 * 2000 + 4 * 2000 + 5 * 1000) / 21)
    assert whole.journeys.worst == 2000
    assert whole.balance["pupils"] == pytest.approx((6 / 10.5 - 1, 15 / 10.5 - 1))
    assert whole.balance["schools"] == (0, 0)
    assert (whole.pyramids_split, whole.extra_pieces) == (("x", "y"), 2)
    assert whole.schools_moved == 2


def test_pyramids_are_whole_or_in_part():
    first, second = measure(COUNTRY, HALVES).clusters
    assert (first.pyramids_whole, first.pyramids_part) == (("x",), ())
    assert (second.pyramids_whole, second.pyramids_part) == (("y",), ())
    assert measure(COUNTRY, ROWS).clusters[0].pyramids_part == ("x", "y")


def test_compactness_of_a_square_is_a_quarter_of_pi():
    square = world("1 1\n1 1", territories=True)
    (cluster,) = measure(square, drawn_plan("A a\na a")).clusters
    assert cluster.compactness == pytest.approx(math.pi / 4)


def test_compactness_is_none_without_territories():
    assert measure(world("1 1"), drawn_plan("A a")).clusters[0].compactness is None


def test_access_counts_what_is_known_and_what_is_not():
    rows = {(r.cluster, r.kind): r for r in measure(COUNTRY, HALVES).expertise}
    held, lacking = rows["1", "asd"], rows["2", "asd"]
    assert (held.need, held.capacity, held.holders, held.gap) == (4, 1, 1, False)
    assert (held.need_not_known, held.capacity_not_known) == (0, 2)
    assert (lacking.need, lacking.capacity, lacking.gap) == (6, 0, True)
    assert (lacking.need_not_known, lacking.capacity_not_known) == (1, 3)


def test_no_gap_where_the_need_is_known_to_be_none():
    rows = {(r.cluster, r.kind): r for r in measure(COUNTRY, HALVES).expertise}
    assert not rows["1", "vi"].gap
    assert rows["2", "vi"].gap


def test_a_school_in_two_clusters_travels_to_the_first_as_a_whole():
    twice = Plan((HALVES.clusters[0], Cluster("2", "6", ("2", "3", "5", "6"))))
    measures = measure(COUNTRY, twice, Priorities(travel_by="schools"))
    assert measures.whole.journeys.mean == pytest.approx(1000 * 4 / 6)
    assert places_of(COUNTRY, twice)[1] == 0


def test_a_pyramid_in_one_cluster_is_not_split():
    assert measure(COUNTRY, HALVES).whole.pyramids_split == ()
    assert measure(COUNTRY, HALVES).whole.extra_pieces == 0


def test_the_nearest_holder_outside_is_named_with_its_journey_from_the_centre():
    rows = {(r.cluster, r.kind): r for r in measure(COUNTRY, HALVES).expertise}
    assert rows["2", "asd"].nearest_outside == "1"
    assert rows["2", "asd"].nearest_outside_journey == pytest.approx(1000 * math.sqrt(5))
    assert rows["1", "asd"].nearest_outside is None
    assert rows["1", "asd"].mean_journey == pytest.approx(1000 * 1 / 4)
    assert math.isnan(rows["2", "asd"].mean_journey)


def test_a_recorded_absence_is_no_holder():
    problem = world("1 1", expertise={"asd": "0 ?"}, need={"asd": "1 1"})
    (access,) = measure(problem, drawn_plan("A a")).expertise
    assert (access.holders, access.capacity_not_known, access.gap) == (0, 1, True)
    assert access.nearest_outside is None


def test_pupils_travel_to_the_nearest_of_several_holders():
    problem = world("1 1 1", expertise={"asd": "1 ? 1"}, need={"asd": "4 0 1"})
    (access,) = measure(problem, drawn_plan("a A a")).expertise
    assert access.mean_journey == 0


def test_unmet_need_follows_what_a_unit_of_capacity_covers():
    priorities = Priorities(travel_by="pupils", pupils_per_capacity={"asd": 3})
    measures = measure(COUNTRY, HALVES, priorities)
    assert measures.whole.unmet_need == 1 + 6
    assert measures.types[0].unmet == 7
    assert measure(COUNTRY, HALVES).whole.unmet_need is None


def test_a_type_is_measured_over_the_plan():
    asd, vi = measure(COUNTRY, HALVES).types
    assert (asd.kind, asd.need, asd.capacity, asd.gaps) == ("asd", 10, 1, 1)
    assert asd.covered_share == pytest.approx(0.4)
    # Capacity per pupil is 1/4 for 4 pupils and 0 for 6.
    assert asd.unevenness == pytest.approx(0.6)
    assert asd.mean_journey == pytest.approx(1000 * (3 * 0 + 2 * 2 + 1 * 1 + 4 * math.sqrt(5)) / 10)
    assert vi.covered_share == 0
    assert math.isnan(vi.unevenness)


def test_gini_of_the_worked_example():
    # ../shared/worked_examples.md 4.2: R package ineq.
    values = [541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261]
    assert gini(np.array(values, float), np.ones(10)) == pytest.approx(0.4620911, abs=5e-8)


def test_rural_journeys_are_those_of_rural_schools():
    schools = [
        School(urn=k, name=k, easting=x, northing=0, pupils=1, traits={"rurality": rurality})
        for k, x, rurality in (("a", 0, "Urban city and town"), ("b", 700, "Rural village"))
    ]
    measures = measure(Problem.from_schools(schools), Plan.from_assignment({"a": "a", "b": "a"}))
    assert measures.whole.journeys.rural == 700
    assert math.isnan(measure(COUNTRY, HALVES).whole.journeys.rural)


def test_numbers_that_some_schools_lack_are_summed_where_known_and_counted_where_not():
    problem = world("1 ? 3")
    (cluster,) = measure(problem, drawn_plan("A a a")).clusters
    assert cluster.totals["pupils"] == 4
    assert cluster.not_known == {"pupils": 1}
    assert measure(problem, drawn_plan("A a a")).travel_by == "schools"


def test_schools_that_count_for_nothing_still_have_a_mean_journey():
    problem = world("0 0")
    measures = measure(problem, drawn_plan("A a"), Priorities(travel_by="pupils"))
    assert measures.whole.journeys.mean == 500


def test_a_journey_without_a_way_does_not_spoil_the_mean_of_those_that_count():
    travel = np.array([[0, 7.0, 5], [math.inf, 0, 5], [3, 5, 0]])
    problem = Problem.from_arrays("abc", np.zeros((3, 2)), {"need": [1, 0, 1]}, travel_m=travel)
    by_need = Priorities(travel_by="need")
    measures = measure(problem, Plan.from_assignment(dict.fromkeys("abc", "a")), by_need)
    assert measures.whole.journeys.mean == 1.5
    assert measures.whole.journeys.worst == math.inf


def test_the_measure_that_weights_journeys_must_exist():
    with pytest.raises(RulesError, match="no measure 'staff'"):
        measure(COUNTRY, HALVES, Priorities(travel_by="staff"))


@pytest.mark.parametrize(
    "change",
    [
        {"members": ("1", "1", "999", math.nan, ["x"])},
        {"members": ()},
        {"members": None},
        {"centre": None},
        {"centre": "999"},
        {"centre": "6"},
        {"label": None},
    ],
)
def test_a_broken_plan_is_measured_as_far_as_it_goes(change):
    plan = with_cluster(HALVES, 1, **change)
    measures = measure(COUNTRY, plan, reference=HALVES)
    for kind in ("cluster", "plan", "expertise", "type"):
        measures.to_frame(kind)
    measures.coverage()
    assert measures.whole.n_schools + measures.whole.not_placed == 6
    compare(COUNTRY, {"good": HALVES, "bad": plan}, rules=Rules(n_clusters=2)).to_frame()


def test_a_plan_without_clusters_is_measured_too():
    whole = measure(COUNTRY, Plan(())).whole
    assert (whole.n_clusters, whole.n_schools, whole.not_placed) == (0, 0, 6)
    assert math.isnan(whole.journeys.mean)


def test_frames_have_the_rows_and_the_units_that_they_say():
    measures = measure(COUNTRY, HALVES)
    assert measures.to_frame().shape[0] == 2
    assert "mean_journey_m" in measures.to_frame("plan")
    assert measures.to_frame("expertise").shape[0] == 2 * 2
    assert list(measures.to_frame("type")["type"]) == ["asd", "vi"]
    assert measures.coverage("need").loc["2", "asd"] == 6
    minutes = Problem.from_arrays("ab", np.zeros((2, 2)), travel_min=[[0, 4], [4, 0]])
    assert (
        "mean_journey_min"
        in measure(minutes, Plan.from_assignment({"a": "a", "b": "a"})).to_frame()
    )


def test_a_frame_that_does_not_exist_is_refused_by_name():
    with pytest.raises(ValueError, match="no frame 'clusters': use one of cluster, plan"):
        measure(COUNTRY, HALVES).to_frame("clusters")


# Comparing ------------------------------------------------------------------------------------


def test_plans_stand_side_by_side_with_certificates_and_bounds():
    result = SimpleNamespace(status="feasible", objective=14_000.0, bound=13_000.0, gap=1 / 14)
    frame = compare(
        COUNTRY,
        {"halves": HALVES, "rows": ROWS},
        Priorities(travel_by="pupils"),
        rules=Rules(n_clusters=2, together=[["1", "4"]]),
        results={"halves": result},
        reference=HALVES,
    ).to_frame()
    assert list(frame.index) == ["halves", "rows"]
    assert frame["rules_hold"].tolist() == [True, False]
    assert frame["findings"].tolist() == [0, 1]
    assert frame["cost"].tolist() == [14_000, 21_000]
    assert frame.loc["halves", ["status", "bound"]].tolist() == ["feasible", 13_000]
    assert frame["schools_moved"].tolist() == [0, 2]


def test_a_label_means_the_same_place_in_every_plan():
    turned = Plan((Cluster("x", "6", ("3", "5", "6")), Cluster("y", "1", ("1", "2", "4"))))
    comparison = compare(COUNTRY, {"halves": HALVES, "turned": turned})
    assert comparison.labels["turned"] == ("2", "1")
    frame = comparison.to_frame("cluster")
    assert frame[frame["plan"] == "turned"]["place"].tolist() == ["2", "1"]


def test_a_new_cluster_has_a_label_of_its_own_that_later_plans_take_over():
    three = Plan((*[Cluster(c.label, c.centre, c.members[:2]) for c in HALVES.clusters],
                  Cluster("1", "4", ("4", "6"))))  # fmt: skip
    again = Plan(tuple(reversed(three.clusters)))
    comparison = compare(COUNTRY, {"halves": HALVES, "three": three, "again": again})
    assert comparison.labels["three"] == ("1", "2", "1 (2)")
    assert comparison.labels["again"] == ("1 (2)", "2", "1")


def test_the_reference_gives_the_labels():
    north = Plan((Cluster("North", "1", ("1", "2", "3")), Cluster("South", "6", ("4", "5", "6"))))
    assert compare(COUNTRY, {"rows": ROWS}, reference=north).labels["rows"] == ("North", "South")


def test_differences_of_two_plans_by_hand():
    (row,) = compare(COUNTRY, {"halves": HALVES, "rows": ROWS}).differences().to_dict("records")
    # Clusters share 2 and 1 schools: of 3 + 3 pairs each, 1 + 1 are common.
    assert row["schools_moved"] == 2
    assert row["share_moved"] == pytest.approx(1 / 3)
    assert row["pairs_differ"] == pytest.approx(1 - 2 / 10)
    entropy = -(2 / 3 * math.log2(2 / 3) + 1 / 3 * math.log2(1 / 3))
    assert row["variation_of_information"] == pytest.approx(2 * entropy)


def test_co_membership_is_the_share_of_plans():
    frame = compare(COUNTRY, {"halves": HALVES, "rows": ROWS}).co_membership()
    assert frame.loc["1"].tolist() == [1, 1, 0.5, 0.5, 0, 0]


def test_schools_together_in_every_plan():
    comparison = compare(COUNTRY, {"halves": HALVES, "rows": ROWS})
    assert comparison.always_together() == (("1", "2"), ("5", "6"))


def test_a_school_that_a_plan_leaves_out_is_together_with_none():
    gap = drawn_plan("A a b\n- b B")
    assert always_together([HALVES, gap], COUNTRY) == (("3", "5", "6"), ("1", "2"))
    assert co_membership([gap], COUNTRY).loc["4"].sum() == 0


def test_two_schools_that_a_plan_leaves_out_are_not_together():
    assert always_together([drawn_plan("A a b\n- b -")], COUNTRY) == (("1", "2"), ("3", "5"))


def test_clusters_without_a_common_school_are_not_matched():
    assert matches(np.array([[2, 0], [0, 0]])) == {0: 0}


def test_results_of_a_plan_that_is_not_given_are_refused():
    with pytest.raises(ValueError, match="plans that are not given: x"):
        compare(COUNTRY, {"halves": HALVES}, results={"x": None})


def test_groups_by_id_may_be_the_reference():
    today = {str(k): "A" if k < 4 else "B" for k in range(1, 7)}
    assert measure(COUNTRY, ROWS, reference=today).whole.schools_moved == 0
    assert places_of(COUNTRY, today).tolist() == [0, 0, 0, 1, 1, 1]


PLACES = st.lists(st.integers(-1, 3), min_size=8, max_size=8)


def compact(places: list[int]) -> np.ndarray:
    """Number groups in the order in which they appear, -1 for none."""
    seen: dict[int, int] = {}
    return np.array([-1 if p < 0 else seen.setdefault(p, len(seen)) for p in places])


@settings(max_examples=100, deadline=None)
@given(PLACES, PLACES)
def test_differences_agree_with_a_plain_count(one, other):
    a, b = compact(one), compact(other)
    found = difference(a, b)
    pairs = list(itertools.combinations(range(8), 2))
    in_a = {p for p in pairs if a[p[0]] == a[p[1]] >= 0}
    in_b = {p for p in pairs if b[p[0]] == b[p[1]] >= 0}
    either = len(in_a | in_b)
    assert found.pairs_differ == pytest.approx(len(in_a ^ in_b) / either if either else 0)
    names = range(max(a.max(), b.max(), 0) + 1)
    stay = max(
        sum(a[k] >= 0 and b[k] >= 0 and renamed[b[k]] == a[k] for k in range(8))
        for renamed in itertools.permutations(names)
    )
    assert found.schools_moved == sum((a >= 0) | (b >= 0)) - stay


@settings(max_examples=60, deadline=None)
@given(PLACES, PLACES, PLACES)
def test_variation_of_information_is_a_metric(one, two, three):
    a, b, c = (compact([max(0, p) for p in places]) for places in (one, two, three))
    ab, bc, ac = (difference(*pair).variation_of_information for pair in ((a, b), (b, c), (a, c)))
    assert ab == pytest.approx(difference(b, a).variation_of_information)
    assert ac <= ab + bc + 1e-9
    assert difference(a, a).variation_of_information == 0
