"""A Result, or a mapping, goes wherever a plan goes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

import clusters as cl
from clusters.domain import plan_of
from clusters.errors import ClustersError
from tests.doors.calls import IDS, good

# ---- what stands for a plan ----------------------------------------------------------------------


def test_a_result_or_a_mapping_goes_wherever_a_plan_goes():
    g = good()
    labels = {key: "North" if k < 3 else "South" for k, key in enumerate(IDS)}
    for given in (g.result, labels, g.result.plan.assignment):
        assert cl.verify(g.problem, g.rules, given).ok
        assert cl.measure(g.problem, given).whole.n_clusters == 2
        assert (
            sum(s.formula_pence for s in cl.split_budget(g.problem, given, "1000").schools)
            == 100_000
        )
        assert len(cl.writers.plan_frame(g.problem, given)) == 6
        assert cl.compare(g.problem, {"one": given, "two": g.plan}).to_frame().shape[0] == 2
        assert cl.solve(g.problem, g.rules, settings=g.settings, start=given).status
        assert cl.Priorities(change=1.0, reference=given).reference is not None


def test_a_mapping_names_its_clusters_and_its_centres():
    problem = good().problem
    plan = plan_of(problem, {"s0": "A", "s1": "A", "s2": "A", "s3": 7})
    assert [(c.label, c.centre, c.members) for c in plan.clusters] == [
        ("A", "s1", ("s0", "s1", "s2")),
        ("7", "s3", ("s3",)),
    ]
    by_centre = plan_of(problem, {"s0": "s2", "s1": "s2", "s2": "s2"})
    assert by_centre.assignment == {"s0": "s2", "s1": "s2", "s2": "s2"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"s0": None}, "plan has no cluster for this school"),
        ({"s0": float("nan")}, "plan has no cluster for this school"),
        ({"zz": "A"}, "plan names a school that the problem does not have"),
        (None, "plan is None"),
        ("today.csv", "plan is the text 'today.csv'"),
        (SimpleNamespace(plan=None), "plan holds no plan"),
    ],
)
def test_what_stands_for_no_plan_is_refused(given, words):
    with pytest.raises(ClustersError, match=words):
        cl.measure(good().problem, given)
