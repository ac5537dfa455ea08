"""Labels of clusters: plain, unique, and the same from one option to the next."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters import Plan, Problem, School
from clusters.domain import Cluster
from clusters.naming import name_clusters, place_of


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("Berry Brow Infant and Nursery School", "Berry Brow"),
        ("Carlton Junior and Infant School", "Carlton"),
        ("Linthwaite Clough J I & EY School", "Linthwaite Clough"),
        ("Batley Girls' High School - Visual Arts College", "Batley"),
        ("Upper Batley High School", "Upper Batley"),
        ("High Bank Junior Infant and Nursery School", "High Bank"),
        ("Shelley College, A Share Academy", "Shelley"),
        ("St Aidan's Church of England Academy", "St Aidan's"),
        ("Moor End CofE (VA) First School", "Moor End"),
        ("King James's School", "King James's"),
        ("The Academy", "Academy"),
        ("School 7", "School 7"),
        ("107599", "107599"),
    ],
)
def test_the_place_is_what_is_left_of_a_name(name, place):
    assert place_of(name) == place


def school(urn, name, pupils=100, phase="primary", pyramid=None):
    return School(
        urn=urn, name=name, easting=0, northing=0, pupils=pupils, phase=phase, pyramid=pyramid
    )


def labels(schools: list[School], groups: str, keep: Plan | None = None) -> list[str]:
    problem = Problem.from_schools(schools)
    return [c.label for c in name_clusters(problem, plan_of(schools, groups), keep).clusters]


def plan_of(schools: list[School], groups: str) -> Plan:
    return Plan(
        tuple(
            Cluster(
                label=str(n),
                centre=None,
                members=tuple(s.urn for s, g in zip(schools, groups, strict=True) if g == letter),
            )
            for n, letter in enumerate(sorted(set(groups)), start=1)
        )
    )


def test_a_pyramid_gives_its_name_to_the_cluster_that_has_most_of_it():
    schools = [
        school("1", "Emley First School", 100, pyramid="Shelley"),
        school("2", "Denby First School", 50, pyramid="Shelley"),
        school("3", "Honley High School", 900, "secondary"),
    ]
    assert labels(schools, "aab") == ["Shelley", "Honley"]
    assert labels(schools, "abb") == ["Shelley", "Honley"]


def test_a_cluster_is_not_called_after_a_pyramid_of_which_it_has_the_lesser_part():
    schools = [
        school("1", "Emley First School", 100, pyramid="Shelley"),
        school("2", "Denby First School", 50, pyramid="Shelley"),
    ]
    assert labels(schools, "ab") == ["Shelley", "Denby"]


def test_without_pyramids_the_largest_secondary_gives_the_name():
    schools = [
        school("1", "Golcar Junior School", 900),
        school("2", "Colne Valley High School", 800, "secondary"),
        school("3", "Moor End Academy", 700, "secondary"),
    ]
    assert labels(schools, "aaa") == ["Colne Valley"]


def test_without_a_secondary_the_largest_school_does_and_saints_come_last():
    schools = [
        school("1", "St John's Junior School", 500),
        school("2", "Helme Primary School", 90),
        school("3", "Hepworth First School", 80),
    ]
    assert labels(schools, "aaa") == ["Helme"]
    assert labels(schools[:1], "a") == ["St John's"]


def test_the_larger_claim_gets_a_name_that_two_clusters_could_have():
    schools = [
        school("1", "Batley Grammar School", 600, "secondary"),
        school("2", "Birstall Primary School", 200),
        school("3", "Batley High School", 900, "secondary"),
        school("4", "Carlinghow Primary School", 100),
    ]
    assert labels(schools, "aabb") == ["Birstall", "Batley"]


def test_a_number_is_the_last_resort():
    schools = [school("1", "Scholes First School"), school("2", "Scholes Infant School", 90)]
    assert labels(schools, "ab") == ["Scholes", "Scholes 2"]


def test_labels_of_an_earlier_plan_stay_where_the_overlap_is_largest():
    schools = [school(str(k), f"Place{k} School") for k in range(1, 7)]
    before = Plan(
        (Cluster("Holm Valley", None, ("1", "2", "3")), Cluster("Spen", None, ("4", "5", "6")))
    )
    assert labels(schools, "aaaabb", before) == ["Holm Valley", "Spen"]
    assert labels(schools, "bbbbaa", before) == ["Spen", "Holm Valley"]


def test_a_label_is_not_kept_by_a_cluster_that_shares_little():
    schools = [school(str(k), f"Place{k} School", 100 + k) for k in range(1, 9)]
    before = Plan((Cluster("Old", None, ("1", "2", "3", "4", "5")),))
    assert labels(schools, "abbbbccc", before) == ["Place1", "Old", "Place8"]
    assert labels(schools, "aabbccdd", Plan((Cluster("Old", None, ("1", "3", "5", "7")),))) == [
        "Old", "Place4", "Place6", "Place8",
    ]  # fmt: skip


def test_a_label_is_kept_by_none_where_an_earlier_cluster_is_scattered():
    schools = [school(str(k), f"Place{k} School", 100 + k) for k in range(1, 10)]
    before = Plan((Cluster("Old", None, ("1", "4", "7")),))
    assert labels(schools, "aaabbbccc", before) == ["Place3", "Place6", "Place9"]


def test_a_cluster_is_not_called_after_the_lesser_of_its_pyramids():
    schools = [
        school("1", "Emley First School", 100, pyramid="Shelley"),
        school("2", "Honley High School", 50, "secondary", pyramid="Holm"),
        school("3", "Denby First School", 200, pyramid="Shelley"),
    ]
    assert labels(schools, "aab") == ["Honley", "Shelley"]


def test_broken_plans_are_named_as_far_as_they_go():
    problem = Problem.from_schools([school("1", "Emley First School")])
    plan = Plan((Cluster("a", None, ()), Cluster("b", None, ("1", "999", ("x", ["y"])))))  # type: ignore[arg-type]
    named = name_clusters(problem, plan)
    assert [c.label for c in named.clusters] == ["a", "Emley"]


GROUPS = st.lists(st.sampled_from("abcd"), min_size=12, max_size=12).map("".join)
KINDS = ("High School", "First School", "Infants", "Juniors")
SCHOOLS = [
    school(
        str(k),
        f"{('Holm', 'Spen', 'Calder')[k // 4]} {KINDS[k % 4]}",
        50 + 37 * k % 200,
        "secondary" if k % 4 == 0 else "primary",
        pyramid=[None, "North", "South"][k % 3],
    )
    for k in range(12)
]


@settings(max_examples=60, deadline=None)
@given(GROUPS, GROUPS, st.randoms(use_true_random=False))
def test_labels_are_unique_and_do_not_hang_on_any_order(groups, earlier, shuffler):
    keep = name_clusters(Problem.from_schools(SCHOOLS), plan_of(SCHOOLS, earlier))
    named = name_clusters(Problem.from_schools(SCHOOLS), plan_of(SCHOOLS, groups), keep)
    assert len({c.label for c in named.clusters}) == len(named.clusters)
    mixed = shuffler.sample(SCHOOLS, len(SCHOOLS))
    turned = Plan(tuple(reversed(plan_of(SCHOOLS, groups).clusters)))
    again = name_clusters(Problem.from_schools(mixed), turned)
    first = name_clusters(Problem.from_schools(SCHOOLS), plan_of(SCHOOLS, groups))
    assert {c.label: set(c.members) for c in again.clusters} == {
        c.label: set(c.members) for c in first.clusters
    }
    assert name_clusters(Problem.from_schools(SCHOOLS), first, keep=first) == first
