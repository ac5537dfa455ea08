"""A hand-made map of real schools with six mistakes: found, told, and repaired with few moves."""

from __future__ import annotations

from dataclasses import replace

import pytest

import clusters as cl
from clusters import Settings
from clusters.explain import repair
from tests.shared_data import shared_path


@pytest.mark.slow
def test_six_mistakes_on_real_kirklees_are_found_and_repaired():
    schools = cl.read_schools(
        shared_path("data", "kirklees", "schools_jan2019_mainstream_kirklees.csv"),
        columns={"pupils": "NOR", "ehcps": "TSENELSE", "sen_support": "TSENELK"},
    )
    problem = cl.build_problem(schools)
    rules = cl.Rules(n_clusters=18, schools_per_cluster=(3, 20), balance={"pupils": 0.3})
    priorities = cl.Priorities(travel_by="pupils")
    settings = cl.Settings(time_limit_s=5)
    good = list(cl.solve(problem, rules, priorities, settings).plan.clusters)
    # two schools missing, one twice, one unknown, one stray far from its cluster, one centre gone
    far = max(range(18), key=lambda c: _far(problem, good[0].centre, good[c].centre))
    stray = _not_centre(good[far])
    good[far] = replace(good[far], members=tuple(m for m in good[far].members if m != stray))
    good[0] = replace(good[0], members=(*good[0].members[:-1], stray, "999999"))
    good[1] = replace(good[1], members=good[1].members[1:])
    twice = _not_centre(good[2])
    good[3] = replace(good[3], members=(*good[3].members, twice))
    good[4] = replace(good[4], centre=None)
    drawn = cl.Plan(tuple(good))
    before = cl.verify(problem, rules, drawn)
    assert {"assignment", "contiguous"} <= {finding.rule for finding in before.findings}
    repaired = repair(problem, rules, drawn, priorities, settings=Settings(time_limit_s=20))
    assert cl.verify(problem, rules, repaired.plan).ok
    assert len(repaired.moved) <= 4
    print(repaired.sentence)


def _far(problem: cl.Problem, a: object, b: object) -> float:
    return float(problem.distance_m[problem.position(a), problem.position(b)])


def _not_centre(cluster: cl.Cluster) -> str | int:
    return next(m for m in cluster.members if m != cluster.centre)
