"""Sharing of expertise: reach, nearest holders, agreements, floors, sensitivity, teams."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clusters as cl
from clusters import (
    Capacity,
    DataError,
    NeedCount,
    Plan,
    Priorities,
    Problem,
    Rules,
    RulesError,
    School,
    build_problem,
    measure,
    propose_sharing,
)
from clusters.domain import Cluster
from clusters.expertise import (
    Provider,
    TeamRole,
    compare_sharing,
    expertise_sensitivity,
    gap_floor,
    nearest_holders,
    need_beyond_reach,
    reach,
    rules_for_fewest_gaps,
    share_team,
    unmet_floor,
)
from clusters.expertise.transport import transport
from tests.worlds import drawn_plan, every_plan, world

SHARED = Path(__file__).parents[1] / ".." / "shared"

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


# ---- reach --------------------------------------------------------------------------------------


def test_a_provider_fills_the_gap_of_a_cluster_within_its_reach() -> None:
    found = reach(NOBODY, TWO, POLICY, providers=[outreach()])
    assert (found.gaps, found.gaps_after) == (1, 0)
    assert (found.unmet, found.unmet_after) == (4, 1)


def test_a_provider_fills_no_gap_beyond_its_reach() -> None:
    found = reach(NOBODY, TWO, POLICY, providers=[outreach(reach_m=399.0)])
    assert (found.gaps_after, found.unmet_after) == (1, 4)


def test_a_provider_is_not_in_the_plan_nor_in_its_measures() -> None:
    before = measure(NOBODY, TWO, POLICY).whole.expertise_gaps
    reach(NOBODY, TWO, POLICY, providers=[outreach()])
    assert measure(NOBODY, TWO, POLICY).whole.expertise_gaps == before == 1


def test_without_a_policy_what_is_given_is_not_known() -> None:
    found = reach(NOBODY, TWO, providers=[outreach()])
    assert math.isnan(found.rows[0].given)
    assert math.isnan(found.unmet)


def test_pupils_within_a_stated_journey_of_a_holder_are_counted() -> None:
    near = reach(HERE, THREE, within_m=1000)
    by_cluster = {row.cluster: row.in_reach for row in near.rows}
    # holders are schools 1, 4, 6; within 1,000 m are 1, 2 | 3, 4 | 5, 6
    assert by_cluster == {"1": 5, "2": 5, "3": 5}
    none = reach(HERE, THREE, within_m=0)
    assert {row.cluster: row.in_reach for row in none.rows} == {"1": 1, "2": 2, "3": 0}
    assert none.share_in_reach == pytest.approx(3 / 15)


def test_a_limit_in_the_wrong_unit_is_refused() -> None:
    with pytest.raises(RulesError, match="within_min is given but"):
        reach(HERE, THREE, within_min=10)


def test_reach_agrees_with_measure() -> None:
    rows = reach(HERE, THREE, POLICY).rows
    access = measure(HERE, THREE, POLICY).expertise
    assert [(r.cluster, r.kind, r.capacity, r.unmet, r.gap) for r in rows] == [
        (a.cluster, a.kind, a.capacity, a.unmet, a.gap) for a in access
    ]


def test_need_beyond_reach_is_what_the_solver_is_then_pressed_by() -> None:
    far = need_beyond_reach(HERE, within_m=500)
    assert [s.need["asd"].ehcps if s.need else None for s in far.schools] == [0, 4, 3, 0, 5, None]
    assert far.measure("pupils").tolist() == HERE.measure("pupils").tolist()


def test_need_within_a_providers_reach_counts_as_served() -> None:
    far = need_beyond_reach(HERE, within_m=500, providers=[outreach(easting=1000.0)])
    assert far.schools[1].need["asd"].ehcps == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"urn": "1"}, "is a school of the problem"),
        ({"capacity": {"asd": Capacity(amount=1, unit="places")}}, "is in places, that of the"),
        ({"capacity": {"azd": Capacity(amount=1, unit="level")}}, "did you mean 'asd'"),
    ],
)
def test_a_provider_that_does_not_fit_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(DataError, match=words):
        reach(HERE, THREE, providers=[outreach(**changes)])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"capacity": {"asd": 5}}, "capacity of type 'asd' has no unit"),
        ({"reach_m": -1}, "reach_m is not a number of 0 or more"),
        ({"easting": math.nan}, "easting is not a number"),
    ],
)
def test_a_faulty_provider_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(DataError, match=words):
        outreach(**changes)


@pytest.mark.parametrize(("amount", "unit"), [(-1, "places"), (1, " "), (math.nan, "places")])
def test_capacity_without_unit_or_negative_is_refused(amount: float, unit: str) -> None:
    with pytest.raises(DataError):
        Capacity(amount=amount, unit=unit)


def test_two_clusters_with_one_label_are_refused() -> None:
    muddled = THREE.relabelled({"2": "1"})
    with pytest.raises(DataError, match="two clusters have the label '1'"):
        reach(HERE, muddled)


# ---- nearest holders ----------------------------------------------------------------------------


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


# ---- agreements ---------------------------------------------------------------------------------


def test_spare_capacity_goes_to_unmet_need() -> None:
    found = propose_sharing(HERE, THREE, POLICY)
    # cluster 1 has 9 for 5 pupils, 2 has 4 for 5, 3 has 2 for 5: 4 to spare, 1 and 3 lacking
    assert (found.unmet_before, found.unmet_after) == (4, 0)
    given = {(a.giver, a.receiver): a.amount for a in found.rows}
    assert given == {("1", "2"): 1.0, ("1", "3"): 3.0}


def test_nobody_gives_what_its_own_pupils_need() -> None:
    poor = world("1 1 1 1", expertise={"asd": "3 ? 1 ?"}, need={"asd": "2 2 4 4"})
    assert propose_sharing(poor, TWO, POLICY).rows == ()


def test_the_nearest_giver_is_taken_where_several_could() -> None:
    rich = world("1 1 1 1 1 1", expertise={"asd": "9 ? ? ? 9 ?"}, need={"asd": "1 1 3 1 1 1"})
    found = propose_sharing(rich, THREE, POLICY)
    assert [(a.giver, a.receiver, a.journey) for a in found.rows] == [("1", "2", 2000.0)]


def test_a_limit_on_the_journey_holds() -> None:
    found = propose_sharing(HERE, THREE, POLICY, within_m=2500)
    assert [(a.giver, a.receiver) for a in found.rows] == [("1", "2")]


def test_agreements_too_small_for_a_meeting_are_left_out() -> None:
    found = propose_sharing(HERE, THREE, POLICY, at_least=2)
    assert [a.receiver for a in found.rows] == ["3"]
    assert found.unmet_after == 1


def test_without_a_policy_a_gap_is_paired_with_the_nearest_holder() -> None:
    found = propose_sharing(NOBODY, TWO)
    assert [(a.giver, a.receiver, a.holder) for a in found.rows] == [("2", "1", "4")]
    assert math.isnan(found.rows[0].amount)
    assert (found.gaps_before, found.gaps_after) == (1, 0)


def test_a_provider_takes_part_in_agreements() -> None:
    found = propose_sharing(NOBODY, TWO, POLICY, providers=[outreach()])
    assert {a.giver for a in found.rows} == {"2", "Moor School"}
    assert found.unmet_after == 0


def test_agreements_read_as_sentences() -> None:
    text = str(propose_sharing(HERE, THREE, POLICY).rows[0])
    assert text == "1 gives 2 1.0 level of asd from School 1, enough for 1 pupils."


@settings(max_examples=40, deadline=None)
@given(
    supply=st.lists(st.integers(0, 9), min_size=1, max_size=4),
    demand=st.lists(st.integers(0, 9), min_size=1, max_size=4),
    seed=st.integers(0, 1000),
)
def test_transport_carries_all_that_it_can(supply: list[int], demand: list[int], seed: int) -> None:
    dice = np.random.default_rng(seed)
    journey = np.where(
        dice.random((len(supply), len(demand))) < 0.3,
        math.inf,
        dice.integers(1, 99, (len(supply), len(demand))),
    )
    carried = transport(np.array(supply, float), np.array(demand, float), journey)
    assert (carried.sum(axis=1) <= np.array(supply) + 1e-6).all()
    assert (carried.sum(axis=0) <= np.array(demand) + 1e-6).all()
    assert not carried[np.isinf(journey)].any()
    assert carried.sum() == pytest.approx(max_flow(supply, demand, journey), abs=1e-4)


def max_flow(supply: list[int], demand: list[int], journey: np.ndarray) -> float:
    """Most that can be carried: the smallest cut over all sets of suppliers."""
    best = math.inf
    for mask in range(1 << len(supply)):
        inside = [s for s in range(len(supply)) if mask >> s & 1]
        outside = sum(supply[s] for s in range(len(supply)) if s not in inside)
        reached = [d for d in range(len(demand)) if any(np.isfinite(journey[s, d]) for s in inside)]
        best = min(best, outside + sum(demand[d] for d in reached))
    return best


# ---- what no plan can better --------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_no_plan_is_below_the_floors(seed: int) -> None:
    dice = np.random.default_rng(seed)

    def line(low: int, high: int, dark: float) -> str:
        return " ".join(
            "?" if dice.random() < dark else str(dice.integers(low, high)) for _ in range(5)
        )

    problem = world(
        "1 2 1 2 1",
        expertise={"asd": line(0, 3, 0.5), "vi": line(0, 2, 0.5)},
        need={"asd": line(0, 4, 0.3), "vi": line(0, 3, 0.3)},
    )
    kinds = {kind for s in problem.schools for kind in s.need}
    rules = Rules(n_clusters=2, balance={"need": 0.6}, contiguous=bool(seed % 2))
    policy = Priorities(expertise=1, pupils_per_capacity=dict.fromkeys(kinds, 1.0))
    gaps = sum(row.least for row in gap_floor(problem, rules))
    unmet = sum(unmet_floor(problem, rules, policy).values())
    for plan in every_plan(5):
        if len(plan.clusters) == 2 and cl.verify(problem, rules, plan, policy).ok:
            whole = measure(problem, plan, policy).whole
            assert whole.expertise_gaps >= gaps
            assert (whole.unmet_need or 0) >= unmet - 1e-6


def test_schools_that_stay_together_count_as_one_holder() -> None:
    problem = world("1 1 1", expertise={"asd": "1 1 ?"}, need={"asd": "1 1 1"})
    rules = Rules(n_clusters=2, together=[("1", "2")])
    assert gap_floor(problem, rules)[0].least == 1


def test_rules_for_fewest_gaps_reach_the_floor() -> None:
    problem = world("1 1 1 1", expertise={"asd": "1 1 ? ?"}, need={"asd": "1 1 1 1"})
    free = Rules(n_clusters=2, contiguous=False)
    spread = rules_for_fewest_gaps(problem, free)
    found = cl.solve(problem, spread, settings=cl.Settings(time_limit_s=5, workers=1))
    assert (
        measure(problem, found.plan).whole.expertise_gaps == 0 == gap_floor(problem, free)[0].least
    )


def test_rules_for_fewest_gaps_refuse_an_unknown_type() -> None:
    with pytest.raises(DataError, match="unknown type of need"):
        rules_for_fewest_gaps(HERE, Rules(n_clusters=2), ["azd"])


# ---- sensitivity --------------------------------------------------------------------------------


def test_without_errors_nothing_changes() -> None:
    found = expertise_sensitivity(HERE, THREE, POLICY, share=0.0, draws=3)
    whole = measure(HERE, THREE, POLICY).whole
    assert found.gaps == found.gaps_mean == whole.expertise_gaps
    assert found.unmet == found.unmet_mean == whole.unmet_need


def test_the_chance_of_a_gap_is_that_of_the_only_holder_being_wrong() -> None:
    # one of three recorded capacities is wrong in each draw, and each cluster hangs on one
    found = expertise_sensitivity(HERE, THREE, share=1 / 3, draws=3000)
    assert found.wrong == 1
    assert found.gaps_mean == 1
    assert all(row.chance_of_gap == pytest.approx(1 / 3, abs=0.04) for row in found.rows)


def test_the_same_seed_gives_the_same_figures() -> None:
    one = expertise_sensitivity(HERE, THREE, POLICY, share=0.4, draws=20, seed=7)
    assert one == expertise_sensitivity(HERE, THREE, POLICY, share=0.4, draws=20, seed=7)


def test_what_is_not_recorded_may_turn_out_to_be_there() -> None:
    found = expertise_sensitivity(NOBODY, TWO, share=0.0, found_share=1.0, draws=5)
    assert (found.gaps, found.gaps_mean) == (1, 0)


def test_sensitivity_refuses_what_is_no_share() -> None:
    with pytest.raises(RulesError, match="share is not a fraction"):
        expertise_sensitivity(HERE, THREE, share=10)


def test_sensitivity_reads_as_a_sentence() -> None:
    text = expertise_sensitivity(HERE, THREE, share=1 / 3, draws=50).summary()
    assert text.startswith("If 33% of the recorded expertise is not there, the plan has about 1 ")


# ---- teams --------------------------------------------------------------------------------------

NEEDY = world("5 4 3 2 9 1").with_measures(need=np.array([5.0, 4, 3, 2, 9, 1]))


def test_half_posts_are_shared_by_largest_remainder() -> None:
    team = share_team(NEEDY, THREE, [TeamRole(name="psychologist", posts="2.5")])
    # 9, 5 and 10 of 24; 5 halves: 1.875, 1.042 and 2.083 -> 2, 1 and 2 halves
    assert [row.posts for row in team.rows] == [1.0, 0.5, 1.0]
    assert sum(row.share for row in team.rows) == pytest.approx(2.5)


def test_the_travel_of_a_round_of_visits_is_stated() -> None:
    team = share_team(NEEDY, THREE, [TeamRole(name="psychologist", posts=3)])
    assert [row.round for row in team.rows] == [2000.0, 2000.0, 2000.0]


def test_a_cluster_without_a_post_is_served_from_the_nearest_with_one() -> None:
    team = share_team(NEEDY, THREE, [TeamRole(name="psychologist", posts=1, step=1)])
    assert {row.base for row in team.rows} == {"3"}
    assert team.rows[0].round == 2 * (4000 + 3000)


def test_areas_come_first_and_both_levels_add_up() -> None:
    areas = {"1": "West", "2": "West", "3": "East"}
    role = TeamRole(name="psychologist", posts=6)
    team = share_team(NEEDY, THREE, [role, replace(role, name="advisor", over="area")], areas=areas)
    by_role = team.to_frame().groupby(["role", "area"])["posts"].sum().to_dict()
    assert by_role["psychologist", "West"] == by_role["advisor", "West"] == 3.5
    assert by_role["psychologist", "East"] == by_role["advisor", "East"] == 2.5


def test_posts_can_be_shared_by_a_type_of_need() -> None:
    team = share_team(HERE, THREE, [TeamRole(name="autism teacher", posts=3, by="asd", step=1)])
    assert [row.weight for row in team.rows] == [5, 5, 5]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"posts": "2.25"}, "2.25 posts cannot be shared in parts of 1/2"),
        ({"posts": -1}, "cannot be shared"),
        ({"over": "school"}, "over is neither"),
    ],
)
def test_a_faulty_role_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(DataError, match=words):
        TeamRole(**({"name": "psychologist", "posts": 1} | changes))  # type: ignore[arg-type]


def test_areas_that_do_not_fit_are_refused_by_name() -> None:
    with pytest.raises(DataError) as caught:
        share_team(NEEDY, THREE, [], areas={"1": "W", "2": "W", "9": "E"})
    assert "cluster '3' has no area" in str(caught.value)
    assert "no cluster '9'" in str(caught.value)


def test_a_role_shared_by_what_does_not_exist_is_refused() -> None:
    with pytest.raises(RulesError, match="no measure 'neeed'"):
        share_team(NEEDY, THREE, [TeamRole(name="x", posts=1, by="neeed")])


def test_a_role_over_areas_needs_areas() -> None:
    with pytest.raises(RulesError, match="shared over areas, but there are none"):
        share_team(NEEDY, THREE, [TeamRole(name="x", posts=1, over="area")])


@settings(max_examples=40, deadline=None)
@given(
    need=st.lists(st.integers(0, 50), min_size=6, max_size=6).filter(any),
    halves=st.integers(0, 40),
)
def test_posts_add_up_and_nobody_is_a_step_away(need: list[int], halves: int) -> None:
    problem = NEEDY.with_measures(need=np.array(need, dtype=float))
    team = share_team(problem, THREE, [TeamRole(name="x", posts=halves / 2)])
    assert sum(row.posts for row in team.rows) == halves / 2
    assert all(abs(row.posts - row.share) < 0.5 for row in team.rows)


# ---- side by side -------------------------------------------------------------------------------


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


# ---- found by using it --------------------------------------------------------------------------


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


ONE_EACH = Priorities(travel_by="pupils", expertise=1, pupils_per_capacity={"HI": 1})


def test_no_school_gives_more_than_it_has() -> None:
    problem = _row_of([("1", 0, 18, 0), ("2", 1000, 0, 10), ("3", 9000, 0, 10)])
    plan = Plan((Cluster("West", "1", ("1",)), Cluster("East", "2", ("2", "3"))))
    found = propose_sharing(problem, plan, ONE_EACH)
    assert [(row.holder, row.amount) for row in found.rows] == [("2", 10.0), ("3", 8.0)]
    assert found.unmet_after == 0
    # what East needs itself it keeps
    less = _row_of([("1", 0, 18, 0), ("2", 1000, 5, 10), ("3", 9000, 4, 10)])
    assert sum(row.amount for row in propose_sharing(less, plan, ONE_EACH).rows) == 11.0


def test_what_is_not_worth_a_meeting_is_left_out_before_not_after() -> None:
    problem = _row_of([("1", 0, 6, 0), ("2", 1000, 0, 3), ("3", 2000, 0, 3), ("4", 9000, 0, 6)])
    plan = Plan(
        tuple(Cluster(label, urn, (urn,)) for label, urn in zip("ABCD", "1234", strict=True))
    )
    found = propose_sharing(problem, plan, ONE_EACH, at_least=4)
    assert [(row.giver, row.amount) for row in found.rows] == [("D", 6.0)]
    assert found.unmet_after == 0
    # two schools of one cluster reach the amount between them
    both = Plan(
        (Cluster("A", "1", ("1",)), Cluster("B", "2", ("2", "3")), Cluster("D", "4", ("4",)))
    )
    rows = propose_sharing(problem, both, ONE_EACH, at_least=4).rows
    assert {row.giver for row in rows} == {"B"}
    assert sum(row.amount for row in rows) == 6.0


def test_one_record_at_the_least_is_struck_out() -> None:
    problem = _row_of([("1", 0, 6, 0), ("2", 1000, 0, 3), ("3", 2000, 0, 3)])
    plan = Plan((Cluster("West", "1", ("1", "2")), Cluster("East", "3", ("3",))))
    found = expertise_sensitivity(problem, plan, share=0.1)
    assert (found.wrong, found.recorded) == (1, 2)
    assert found.gaps_mean > found.gaps
    assert found.summary().startswith("If 1 of the 2 recorded capacities is not there")
    assert "1 gaps" not in found.summary()
    assert expertise_sensitivity(problem, plan, share=0.0).wrong == 0
