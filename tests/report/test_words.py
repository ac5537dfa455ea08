"""Numbers, rules and priorities in words."""

import pytest

from clusters.domain import Priorities, Rules
from clusters.report.words import journey, priority_sentences, rule_sentences
from tests.worlds import world

PROBLEM = world("1111", pyramids="aa??")


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"n_clusters": 18}, "There are exactly 18 clusters."),
        ({"n_clusters": (16, 20)}, "There are between 16 and 20 clusters."),
        ({"schools_per_cluster": (5, None)}, "A cluster has at least 5 schools."),
        ({"schools_per_cluster": (5, 20)}, "A cluster has between 5 and 20 schools."),
        ({"limits": {"need": (None, 300)}}, "A cluster has at most 300 units of need."),
        (
            {"balance": {"pupils": 0.25}},
            "The pupils of a cluster are no more than 25% above or below those of the average "
            "cluster.",
        ),
        (
            {"max_travel_m": 15_000},
            "No school is more than 15.0 km from the centre of its cluster.",
        ),
        (
            {"max_travel_min": 20},
            "No school is more than 20 minutes from the centre of its cluster.",
        ),
        (
            {"expertise": {"asd": 1}},
            "Each cluster holds expertise for autistic spectrum disorder: at least 1.",
        ),
        (
            {"together": [["1", "2"]]},
            "The 2 schools of the a pyramid stay in one cluster: School 1 and School 2.",
        ),
        (
            {"apart": [["1", "3"]]},
            "These schools are all in different clusters: School 1 and School 3.",
        ),
        ({"centres": ["1", "2"]}, "The centre of a cluster is one of 2 named schools."),
        (
            {"exceptions": {"1": {"balance": {"pupils": 0.6}}}},
            "An exception: the cluster of School 1 is excused from the rule on balance (pupils "
            "may differ by 60%).",
        ),
    ],
)
def test_every_rule_is_said_in_one_sentence(rules, sentence):
    said = rule_sentences(PROBLEM, Rules(**{"n_clusters": 2, **rules}))
    assert sentence in [words for _, words in said]


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
