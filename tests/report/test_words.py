"""Numbers, rules and priorities in words."""

import pytest

from clusters.domain import Priorities, Rules
from clusters.report.wording.words import journey, priority_sentences, rule_sentences
from tests.worlds import world

PROBLEM = world("1111", pyramids="aa??")


SENTENCES = [
    ({"n_clusters": 18}, "18 clusters."),
    ({"n_clusters": (16, 20)}, "16 to 20 clusters."),
    ({"schools_per_cluster": (5, None)}, "At least 5 schools in each cluster."),
    ({"limits": {"need": (None, 300)}}, "At most 300 units of need in each cluster."),
    ({"balance": {"pupils": 0.25}}, "Pupils within 25% of the mean cluster."),
    ({"max_travel_m": 15_000}, "No journey to a centre above 15,000 metres."),
    ({"phases": {"secondary": 1}}, "At least 1 secondary school in each cluster."),
    (
        {"expertise": {"asd": 1}},
        "At least 1 of capacity for autistic spectrum disorder in each cluster.",
    ),
    (
        {"together": [["1", "2"]]},
        "The a pyramid (2 schools) must share a cluster: School 1 and School 2.",
    ),
    (
        {"together": [["1", "3"]]},
        "School 1 (URN 1) and School 3 (URN 3) (2 schools) must share a cluster.",
    ),
    (
        {"apart": [["1", "3"]]},
        "School 1 (URN 1) and School 3 (URN 3) (2 schools) may not share a cluster.",
    ),
    ({"centres": ["1", "2"]}, "Only 2 schools may be a centre."),
    (
        {"exceptions": {"1": {"balance": {"pupils": 0.6}}}},
        "An exception: the cluster of School 1 is excused from the rule on balance (instead: "
        "pupils within 60% of the mean cluster).",
    ),
    (
        {"exceptions": {"1": {"schools_per_cluster": None}}},
        "An exception: the cluster of School 1 is excused from the rule on the number of schools.",
    ),
    ({}, "Each cluster is one piece of the map."),
]


@pytest.mark.parametrize(("rules", "sentence"), SENTENCES)
def test_every_rule_is_said_as_the_rulebook_says_it(rules, sentence):
    said = rule_sentences(PROBLEM, Rules(**{"n_clusters": 2, **rules}))
    assert sentence in [words for _, words in said]


def test_a_large_group_is_named_in_full():
    problem = world("1" * 12)
    (words,) = (
        words
        for rule, words in rule_sentences(problem, Rules(n_clusters=2, together=[problem.ids]))
        if rule == "together"
    )
    assert all(f"School {k}" in words for k in range(1, 13))


def test_priorities_are_said_with_their_prices():
    said = priority_sentences(Priorities(travel_by="pupils", pyramids=2.5))
    assert said == [
        "Short journeys to the centre of the cluster, each school counted by its pupils.",
        "Pyramids kept in one piece (price: 2.5 km of travel).",
    ]


@pytest.mark.parametrize(
    ("length", "unit", "words"),
    [(None, "m", "not known"), (0, "m", "0.0 km"), (float("inf"), "m", "no way there")],
)
def test_journeys(length, unit, words):
    assert journey(length, unit) == words
