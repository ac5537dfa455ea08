"""Leads of clusters, areas of clusters, and their checks."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

import clusters as cl
from clusters import DataError, InfeasibleError, Plan, Problem, RulesError, choose_leads
from clusters.leads import (
    Candidate,
    LeadPriorities,
    LeadRules,
    check_areas,
    check_leads,
    leads_as_centres,
    make_areas,
    problem_of_clusters,
)
from clusters.model.lead_choice import Bound, assign, extremes
from tests.worlds import drawn_plan, world

ROW = world("1 2 3 4 5 6", phases="p s p p s p")
THREE = drawn_plan("A a B b C c")
"""Clusters 1 (schools 1, 2), 2 (3, 4), 3 (5, 6); centres 1, 3, 5."""


def with_leads(problem: Problem, able: str) -> Problem:
    schools = [replace(s, can_lead=s.urn in able.split()) for s in problem.schools]
    return replace(problem, schools=tuple(schools))


# ---- choosing -----------------------------------------------------------------------------------


def test_each_cluster_gets_the_able_school_that_is_closest_to_its_members() -> None:
    plan = drawn_plan("A a a b B b")
    assert choose_leads(ROW, plan, ["1", "2", "5", "6"]).by_cluster == {"1": "2", "2": "5"}


def test_without_candidates_those_that_can_lead_are_taken() -> None:
    found = choose_leads(with_leads(ROW, "2 3 6"), THREE)
    assert found.by_cluster == {"1": "2", "2": "3", "3": "6"}


def test_leads_come_with_a_certificate_that_holds() -> None:
    found = choose_leads(ROW, THREE, ["1", "3", "5"])
    assert found.certificate.ok
    assert "twice" in found.certificate.checked


def test_alternates_are_the_next_best() -> None:
    found = choose_leads(ROW, drawn_plan("A a a b B b"), list("123456"), LeadRules(alternates=2))
    assert found.rows[0].urn == "2"
    assert set(found.rows[0].alternates) == {"1", "3"}


def test_experience_and_release_count_as_priced() -> None:
    plan = drawn_plan("A a a b B b")
    known = [Candidate(urn="1", experience_years=8), Candidate(urn="2"), Candidate(urn="5")]
    near = choose_leads(ROW, plan, known, None, LeadPriorities(experience=0.01))
    wise = choose_leads(ROW, plan, known, None, LeadPriorities(experience=1.0))
    assert (near.by_cluster["1"], wise.by_cluster["1"]) == ("2", "1")


def test_years_beyond_the_most_count_no_more() -> None:
    known = [
        Candidate(urn="1", experience_years=30),
        Candidate(urn="2", experience_years=10),
        *("3", "5"),
    ]
    plan = drawn_plan("A a b B c C")
    found = choose_leads(ROW, plan, known, None, LeadPriorities(experience=1.0, travel_by="pupils"))
    assert found.by_cluster["1"] == "2"  # nearer to the pupils, and 30 years count as 10


@pytest.mark.parametrize(
    ("rules", "allowed", "refused"),
    [
        (LeadRules(), Candidate(urn="1"), Candidate(urn="1", able=False)),
        (LeadRules(), Candidate(urn="1"), Candidate(urn="1", willing=False)),
        (
            LeadRules(min_experience_years=3),
            Candidate(urn="1", experience_years=3),
            Candidate(urn="1", experience_years=2.5),
        ),
        (
            LeadRules(min_experience_years=3),
            Candidate(urn="1", experience_years=3),
            Candidate(urn="1"),
        ),
        (
            LeadRules(min_release_days=1),
            Candidate(urn="1", release_days=1),
            Candidate(urn="1", release_days=0.5),
        ),
        (LeadRules(at_centre=True), Candidate(urn="1"), Candidate(urn="2")),
        (LeadRules(max_travel_m=1000), Candidate(urn="2"), Candidate(urn="1")),
    ],
)
def test_each_rule_allows_one_and_refuses_another(
    rules: LeadRules, allowed: Candidate, refused: Candidate
) -> None:
    plan = drawn_plan("A a a") if rules.max_travel_m else drawn_plan("A a")
    problem = world("1 1 1") if rules.max_travel_m else world("1 1")
    assert choose_leads(problem, plan, [allowed], rules).by_cluster == {"1": allowed.urn}
    assert not check_leads(problem, plan, {"1": refused.urn}, [refused], rules).ok
    with pytest.raises(InfeasibleError, match="Cluster '1'"):
        choose_leads(problem, plan, [refused], rules)


def test_a_cluster_that_nobody_can_lead_is_named_with_the_reasons() -> None:
    known = ["1", Candidate(urn="3", willing=False), Candidate(urn="4", able=False)]
    with pytest.raises(InfeasibleError) as caught:
        choose_leads(ROW, THREE, known)
    assert caught.value.conflict == (
        "Cluster '2' (2 schools) has nobody to lead it: School 3 not willing; School 4 not able.",
        "Cluster '3' (2 schools) has nobody to lead it: none of its schools is a candidate.",
    )


def test_a_school_of_another_cluster_may_lead_only_if_allowed() -> None:
    with pytest.raises(InfeasibleError):
        choose_leads(ROW, THREE, ["1", "2", "5"])
    found = choose_leads(ROW, THREE, ["1", "2", "5"], LeadRules(outside=True))
    assert found.by_cluster == {"1": "1", "2": "2", "3": "5"}
    assert [row.outside for row in found.rows] == [False, True, False]


def test_no_school_leads_twice_and_the_clusters_that_are_short_are_named() -> None:
    with pytest.raises(InfeasibleError, match="too few candidates for clusters '1', '2', '3'"):
        choose_leads(ROW, THREE, ["2", "5"], LeadRules(outside=True))


def test_the_phase_mix_of_leads_holds_or_is_refused_with_the_numbers() -> None:
    known = list("123456")
    mixed = choose_leads(ROW, THREE, known, LeadRules(phases={"secondary": (2, 2)}))
    assert sum(row.phase == "secondary" for row in mixed.rows) == 2
    with pytest.raises(InfeasibleError, match="0 to 2 are possible, 3 to any are asked for"):
        choose_leads(ROW, THREE, known, LeadRules(phases={"secondary": (3, None)}))


def test_a_candidate_at_no_school_is_refused_by_name() -> None:
    with pytest.raises(DataError, match="URN 99: Ann Nobody is at no school of the problem"):
        choose_leads(ROW, THREE, ["1", Candidate(urn="99", senco="Ann Nobody")])


def test_a_candidate_named_twice_is_refused() -> None:
    with pytest.raises(DataError, match="the school is named twice"):
        choose_leads(ROW, THREE, ["1", "1", "3", "5"])


@pytest.mark.parametrize("name", ["experience_years", "release_days"])
def test_negative_facts_of_a_candidate_are_refused(name: str) -> None:
    with pytest.raises(DataError, match=f"{name} is not a number of 0 or more"):
        Candidate(urn="1", **{name: -1})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"alternates": -1},
        {"phases": {"secondary": (3, 2)}},
        {"at_centre": True, "outside": True},
        {"max_travel_m": math.nan},
    ],
)
def test_faulty_rules_for_leads_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(RulesError):
        LeadRules(**changes)  # type: ignore[arg-type]


def test_a_limit_in_the_wrong_unit_is_refused() -> None:
    with pytest.raises(RulesError, match="use max_travel_m"):
        choose_leads(ROW, THREE, ["1", "3", "5"], LeadRules(max_travel_min=10))


@pytest.mark.parametrize("seed", range(12))
def test_the_choice_agrees_with_brute_force(seed: int) -> None:
    dice = np.random.default_rng(seed)
    cost = np.where(dice.random((3, 5)) < 0.3, math.inf, dice.integers(-5, 9, (3, 5)))
    bounds = [Bound(inside=[0, 1, 2], least=1, most=2)]
    best = math.inf
    for chosen in itertools.permutations(range(5), 3):
        if 1 <= sum(s in (0, 1, 2) for s in chosen) <= 2:
            best = min(best, sum(cost[k, s] for k, s in enumerate(chosen)))
    found = assign(cost, bounds)
    assert (found is None) == math.isinf(best)
    if found is not None:
        assert sum(found.values()) == best


def test_the_extremes_of_a_group_are_right() -> None:
    cost = np.array([[0.0, 0.0, math.inf], [math.inf, 0.0, 0.0]])
    assert extremes(cost, [1]) == (0, 1)
    assert extremes(np.full((1, 1), math.inf), [0]) is None


# ---- checking leads that are given --------------------------------------------------------------


@pytest.mark.parametrize(
    ("leads", "rule"),
    [
        ({"1": "1", "2": "3"}, "lead"),
        ({"1": "1", "2": "3", "3": "77"}, "lead"),
        ({"1": "1", "2": "3", "3": "5", "4": "6"}, "lead"),
        ({"1": "2", "2": "3", "3": "5"}, "able"),
        ({"1": "3", "2": "4", "3": "5"}, "member"),
    ],
)
def test_what_is_wrong_with_given_leads_is_found(leads: dict[str, str], rule: str) -> None:
    certificate = check_leads(ROW, THREE, leads, ["1", "3", "4", "5", "6"])
    assert certificate.broken == (rule,)


def test_a_school_that_leads_twice_is_found() -> None:
    leads = {"1": "1", "2": "1", "3": "5"}
    certificate = check_leads(ROW, THREE, leads, ["1", "5"], LeadRules(outside=True))
    assert [finding.message for finding in certificate.findings] == [
        "School 1 (URN 1) leads 2 clusters: '1', '2'."
    ]


def test_a_broken_phase_mix_is_found() -> None:
    rules = LeadRules(phases={"secondary": (1, None)})
    leads = {"1": "1", "2": "3", "3": "6"}
    assert check_leads(ROW, THREE, leads, list(leads.values()), rules).broken == ("phases",)


# ---- jointly with the plan ----------------------------------------------------------------------


def test_centres_that_must_be_able_to_lead_make_plan_and_leads_one() -> None:
    problem = with_leads(ROW, "2 5 6").with_measures(need=np.ones(6))
    rules = leads_as_centres(problem, cl.Rules(n_clusters=2))
    found = cl.solve(problem, rules, settings=cl.Settings(time_limit_s=5, workers=1))
    assert set(found.plan.assignment.values()) <= {"2", "5", "6"}
    leads = choose_leads(problem, found.plan, rules=LeadRules(at_centre=True))
    assert set(leads.by_cluster.values()) == set(found.plan.assignment.values())


def test_centres_that_are_given_already_stay_a_limit() -> None:
    rules = leads_as_centres(ROW, cl.Rules(n_clusters=1, centres=["1", "2"]), ["2", "3"])
    assert rules.centres == ("2",)


def test_no_centre_left_is_refused() -> None:
    with pytest.raises(RulesError, match="none is able and willing to lead"):
        leads_as_centres(ROW, cl.Rules(n_clusters=1), [Candidate(urn="1", able=False)])


# ---- areas --------------------------------------------------------------------------------------

LONG = world("1 1 1 1 1 1 1 1").with_measures(need=np.ones(8))
EACH = drawn_plan("A B C D E F G H")


def test_clusters_become_schools_of_a_smaller_problem() -> None:
    small = problem_of_clusters(ROW, THREE)
    assert small.ids == ("1", "2", "3")
    assert small.measure("pupils").tolist() == [3, 7, 11]
    assert small.measure("schools").tolist() == [2, 2, 2]
    assert list(small.neighbour_pairs()) == [("1", "2"), ("2", "3")]
    assert small.travel[0, 1] == 2000


def test_a_school_in_two_clusters_cannot_be_grouped() -> None:
    twice = Plan((*THREE.clusters, replace(THREE.clusters[0], label="4")))
    with pytest.raises(DataError, match="the school is in two clusters"):
        problem_of_clusters(ROW, twice)


def test_areas_are_contiguous_balanced_and_proved() -> None:
    areas = make_areas(LONG, EACH, 2)
    assert areas.certificate.ok
    assert areas.result is not None
    assert areas.result.status == "optimal"
    # four and four costs the same 8 km as three and five, and no other halves are as good
    sides = "".join(areas.labels[key][0] for key in "12345678")
    assert sides in {"WWWEEEEE", "WWWWEEEE", "WWWWWEEE"}
    assert areas.result.objective == pytest.approx(8000.0)


def test_an_area_is_led_by_an_able_school_of_its_centre() -> None:
    problem = with_leads(LONG, "1 6")
    areas = make_areas(problem, EACH, 2)
    assert {lead.area: lead.urn for lead in areas.leads} == {"West": "1", "East": "6"}
    assert areas.leads[0].worst_journey == 2000  # 3 clusters and 5 cost least


def test_who_leads_a_cluster_can_be_kept_from_leading_an_area() -> None:
    problem = with_leads(LONG, "1 2 6 7")
    areas = make_areas(problem, EACH, 2, not_these=["2", "6"])
    assert {lead.urn for lead in areas.leads} == {"1", "7"}


def test_the_limit_on_journeys_to_the_area_lead_holds() -> None:
    problem = with_leads(LONG, "1 2 6 7")
    areas = make_areas(problem, EACH, 2, lead_rules=LeadRules(max_travel_m=2000))
    assert all(lead.worst_journey <= 2000 for lead in areas.leads)
    with pytest.raises(InfeasibleError):
        make_areas(problem, EACH, 2, lead_rules=LeadRules(max_travel_m=1000))


def test_nobody_able_to_lead_an_area_is_refused() -> None:
    with pytest.raises(InfeasibleError, match="able and willing to lead an area"):
        make_areas(LONG, EACH, 2, candidates=[Candidate(urn="1", able=False)])


def test_a_range_of_areas_has_figures_for_each() -> None:
    areas = make_areas(LONG, EACH, (2, 4), balance={})
    assert areas.result is not None
    assert [count.n_clusters for count in areas.result.by_count] == [2, 3, 4]
    assert len(areas.plan.clusters) == 4


def test_given_areas_are_checked() -> None:
    drawn = dict(zip("12345678", "NNNNSSSS", strict=True))
    areas = check_areas(LONG, EACH, drawn, n_areas=2, balance={"need": 0.1})
    assert areas.certificate.ok
    crossed = check_areas(LONG, EACH, drawn | {"1": "S", "8": "N"})
    assert crossed.certificate.broken == ("contiguous",)
    heavy = check_areas(LONG, EACH, drawn | {"4": "S"}, balance={"need": 0.1})
    assert heavy.certificate.broken == ("balance",)


def test_a_cluster_without_an_area_is_a_finding() -> None:
    areas = check_areas(LONG, EACH, dict.fromkeys("1234567", "N"))
    assert areas.certificate.broken == ("assignment",)


def test_an_area_for_an_unknown_cluster_is_refused() -> None:
    with pytest.raises(DataError, match="the plan has no cluster 'Z'"):
        check_areas(LONG, EACH, {"Z": "N"})


def test_a_given_area_that_nobody_can_lead_has_no_lead() -> None:
    drawn = dict(zip("12345678", "NNNNSSSS", strict=True))
    areas = check_areas(with_leads(LONG, "2"), EACH, drawn)
    assert [lead.area for lead in areas.leads] == ["N"]
    assert areas.certificate.broken == ("centres",)


def test_tables_are_nested() -> None:
    areas = make_areas(with_leads(ROW, "1 3 6"), THREE, 2, clusters_per_area=(1, 2), balance={})
    assert len(areas.to_frame("area")) == 2
    assert areas.to_frame("area")["schools"].sum() == 6
    assert sorted(areas.to_frame("cluster")["cluster"]) == ["1", "2", "3"]
    by_school = areas.to_frame("school")
    assert sorted(by_school["school"]) == list("123456")
    with pytest.raises(ValueError, match="there is no frame"):
        areas.to_frame("street")


def test_areas_are_a_plan_of_schools_too() -> None:
    areas = make_areas(with_leads(ROW, "1 3 6"), THREE, 2, clusters_per_area=(1, 2), balance={})
    plan = areas.schools_plan()
    assert {lead.urn for lead in areas.leads} == {cluster.centre for cluster in plan.clusters}
    assert cl.measure(ROW, plan).whole.n_schools == 6


def test_more_areas_than_winds_are_numbered() -> None:
    ten = world("1 1 1 1 1 1 1 1 1 1").with_measures(need=np.ones(10))
    plan = drawn_plan("A B C D E F G H I J")
    areas = make_areas(ten, plan, 10, clusters_per_area=(1, 1), balance={})
    assert sorted(set(areas.labels.values())) == sorted(f"Area {k}" for k in range(1, 11))
