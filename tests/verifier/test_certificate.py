"""What a certificate says, saves and sends."""

from __future__ import annotations

import json
import pickle

from clusters import Plan, Priorities, Problem, Rules, School, verify
from clusters.domain import Capacity, NeedCount
from tests.verifier.grid import GRID, LEFT_RIGHT, LOOSE
from tests.worlds import drawn_plan


def test_the_summary_says_what_holds():
    text = verify(GRID, Rules(n_clusters=2), drawn_plan(LEFT_RIGHT)).summary()
    assert text.startswith("The plan (12 schools in 2 clusters) keeps all 5 rules checked")
    assert "Its cost under the priorities is" in text


def test_the_summary_lists_each_finding():
    text = verify(GRID, Rules(n_clusters=3), drawn_plan("A a b b\na a b b\na a b b")).summary()
    assert "breaks 2 of the 5 rules checked" in text
    assert "- centre: Cluster 2 has no centre." in text
    assert "- n_clusters: The plan has 2 clusters" in text


def test_a_certificate_can_be_saved_and_sent():
    certificate = verify(GRID, Rules(**(LOOSE | {"n_clusters": 3})), drawn_plan(LEFT_RIGHT))
    saved = json.loads(json.dumps(certificate.to_dict()))
    assert saved["ok"] is False
    assert saved["findings"][0]["rule"] == "n_clusters"
    assert pickle.loads(pickle.dumps(certificate)) == certificate
    assert list(certificate.to_frame().columns) == [
        "rule",
        "cluster",
        "schools",
        "amount",
        "message",
    ]


def test_unknown_need_counts_as_none():
    school = School(
        urn="a",
        name="a",
        easting=0,
        northing=0,
        measures={"need": 1},
        need={"asd": NeedCount(ehcps=None, sen_support=4)},
        expertise={"asd": Capacity(amount=1, unit="level")},
    )
    priorities = Priorities(travel=0, expertise=1, pupils_per_capacity={"asd": 1})
    certificate = verify(
        Problem.from_schools([school]),
        Rules(n_clusters=1, contiguous=False),
        Plan.from_assignment({"a": "a"}),
        priorities,
    )
    assert certificate.objective == 1000 * 3
