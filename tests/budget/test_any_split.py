"""Any split adds up, passes the checker, and never punishes need."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import clusters as cl
from clusters.budget import check_split, split_budget
from clusters.errors import MoneyError
from tests.budget.authority import NEED, authority, plan_of, problem_of

amounts = st.integers(0, 10**9)


@st.composite
def cases(draw):
    n = draw(st.integers(1, 9))
    k = draw(st.integers(1, n))
    problem, plan = authority(n, k, seed=draw(st.integers(0, 10**6)))
    pot = cl.Pot(
        Fraction(draw(amounts) + 10**6, 100),
        committed={problem.ids[0]: Fraction(draw(st.integers(0, 10**5)), 100)},
        contingency=draw(st.sampled_from(["0", "2.5%", "100"])),
    )
    formula = draw(
        st.sampled_from(
            [
                NEED,
                cl.Formula({"pupils": 1}),
                cl.Formula(shares={"pupils": "15%", "fsm": "0%", "sen_support": "85%"}),
                cl.Formula({"sen_support": "0.37"}, {"pupils": Fraction(1, 3)}, lump_per_school=10),
                cl.Formula({"sen_support": 1}, lump_per_cluster="33.33"),
            ]
        )
    )
    return problem, plan, pot, formula


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(cases())
def test_any_split_adds_up_and_passes_the_checker(case):
    problem, plan, pot, formula = case
    split = split_budget(problem, plan, pot, formula)
    assert sum(share.total_pence for share in split.clusters) == pot.total_pence - split.held_pence
    assert check_split(split) == ()


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(
    cases(),
    st.sampled_from(["cluster", "school"]),
    st.sampled_from(["scaling", "capping"]),
    st.sampled_from(
        [
            {"floor": "95%"},
            {"cap": "110%"},
            {"floor": "90%", "cap": "120%"},
            {"loss_per_pupil": 20},
            {"gain_per_pupil": 25},
            {"loss_per_pupil": 20, "gain_per_pupil": "31.07"},
        ]
    ),
    st.integers(50, 150),
)
def test_any_protection_holds_or_is_refused(case, level, method, limits, percent):
    problem, plan, _, formula = case
    today = sum(school.topup_pence for school in problem.schools)
    ids = dict.fromkeys((problem.ids[0], problem.ids[-1]), "777.77")
    pot = cl.Pot(Fraction(today * percent, 10_000).__floor__() + Fraction(50_000, 1), committed=ids)
    protection = cl.budget.Protection(level=level, method=method, **limits)
    try:
        split = split_budget(problem, plan, pot, formula, protection)
    except MoneyError as error:
        refused = str(error)
        assert "fits" in refused
        return
    assert sum(share.total_pence for share in split.clusters) == pot.total_pence
    assert check_split(split) == ()


def with_more_need(problem, formula, more):
    """The same schools, the first of which has more of every measure that the formula reads."""
    names = {*formula.weights, *formula.shares}
    changed = {name: problem.measure(name).tolist() for name in names}
    for values in changed.values():
        values[0] += more
    return problem.with_measures(**changed)


def more_need_never_less_money(case, more, protection):
    """A school with more need, and its cluster, have no less.

    With limits by school the cluster is left out: a school at its cap cannot rise, and what its
    need takes from the others, measure by measure, may take a little from those of its own cluster.
    """
    problem, plan, pot, formula = case
    try:
        before = split_budget(problem, plan, pot, formula, protection)
        after = split_budget(with_more_need(problem, formula, more), plan, pot, formula, protection)
    except MoneyError as error:
        refused = str(error)
        assert "fits" in refused
        return
    assert after.schools[0].total_pence >= before.schools[0].total_pence
    if protection is None or protection.level == "cluster":
        (cluster,) = [k for k, s in enumerate(plan.clusters) if problem.ids[0] in s.members]
        assert after.clusters[cluster].total_pence >= before.clusters[cluster].total_pence
    assert min(share.flexible_pence for share in (*after.schools, *after.clusters)) >= 0


PROTECTIONS = st.one_of(
    st.none(),
    st.builds(
        cl.budget.Protection,
        floor=st.sampled_from([None, "0%", "40%"]),
        cap=st.sampled_from([None, "150%", "900%"]),
        level=st.sampled_from(["cluster", "school"]),
        method=st.sampled_from(["scaling", "capping"]),
    ),
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(cases(), st.integers(1, 50), PROTECTIONS)
def test_more_need_is_never_less_money(case, more, protection):
    more_need_never_less_money(case, more, protection)


@pytest.mark.slow
@pytest.mark.long
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(), st.integers(1, 50), PROTECTIONS)
def test_ten_thousand_times_more_need_is_never_less_money(case, more, protection):
    more_need_never_less_money(case, more, protection)


@pytest.mark.slow
@pytest.mark.long
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(), PROTECTIONS, st.randoms())
def test_ten_thousand_splits_of_a_pot(case, protection, random):
    """Exact sums, floors and caps, each share within a penny, whatever the order of the rows.

    The checker works each out again; what it does not look at is the order.
    """
    problem, plan, pot, formula = case
    try:
        split = split_budget(problem, plan, pot, formula, protection)
    except MoneyError as error:
        refused = str(error)
        assert "fits" in refused
        return
    assert check_split(split) == ()
    schools, groups = list(problem.schools), list(plan.clusters)
    random.shuffle(schools)
    random.shuffle(groups)
    mixed = plan_of({g.label: random.sample(g.members, len(g.members)) for g in groups})
    again = split_budget(problem_of(schools), mixed, pot, formula, protection)
    assert {s.key: s.total_pence for s in again.schools} == {
        s.key: s.total_pence for s in split.schools
    }
