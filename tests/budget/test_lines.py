"""Lines of explanation re-compute to the penny."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import clusters as cl
from clusters.budget import Backdated, Sparsity, Taper, split_budget
from clusters.budget.lines import explain, recompute
from clusters.errors import MoneyError
from tests.budget.authority import authority, plan_of, problem_of, school


def test_a_line_read_by_people():
    problem = problem_of(
        [school("1", ehcps=3, sen_support=10), school("2", ehcps=2, sen_support=6)]
    )
    plan = plan_of({"North": ["1"], "South": ["2"]})
    formula = cl.Formula({"ehcps": "2.5", "sen_support": 1}, lump_per_cluster="50000")
    pot = cl.Pot("400000", committed={"1": "1000.50"})
    split = split_budget(problem, plan, pot, formula)
    assert explain(split) == {
        "North": "£234,596.68: EHC plan top-ups £1,000.50 + 17.5 need units x £10,491.2105 "
        "+ cluster lump sum £50,000.00",
        "South": "£165,403.32: 11 need units x £10,491.2105 + cluster lump sum £50,000.00",
    }


def test_floors_caps_and_scaling_are_named():
    problem = problem_of(
        [
            school("1", ehcps=1, topup=9_000_000),
            school("2", ehcps=50, topup=1_000_000),
            school("3", ehcps=20, topup=3_000_000),
        ]
    )
    plan = plan_of({"A": ["1"], "B": ["2"], "C": ["3"]})
    split = split_budget(
        problem, plan, "130000", cl.Formula({"ehcps": 1}), cl.Protection(floor="80%", cap="150%")
    )
    lines = explain(split)
    assert "+ floor £" in lines["A"]
    assert "- cap £" in lines["B"]
    assert " scaling £" in lines["C"]
    assert "its part of the cluster's protection £" in explain(split, "school")["2"]


def test_a_line_of_nothing():
    problem = problem_of([school("1", ehcps=0), school("2")])
    split = split_budget(problem, plan_of({"A": ["1"], "B": ["2"]}), "1", cl.Formula({"ehcps": 1}))
    assert explain(split)["A"] == "£0.00: nothing"
    assert recompute("£0.00: nothing") == (0, 0)


@pytest.mark.parametrize("line", ["", "£1.00", "£1.00: words", "1 pupil x £1.00"])
def test_what_is_no_line(line):
    with pytest.raises(MoneyError, match="no line of explanation"):
        recompute(line)


def test_a_line_that_does_not_agree_is_seen():
    assert recompute("£2.00: 2 pupils x £1.01") == (200, 202)
    assert recompute("£1.00: - cap £1.00 + 1.5 a-b units x £1.333") == (100, 100)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(
    st.integers(1, 10),
    st.integers(0, 10**6),
    st.integers(10**7, 2 * 10**9),
    st.sampled_from([None, {"floor": "20%"}, {"cap": "300%", "level": "school"}]),
)
def test_every_line_recomputes_to_the_penny(n, seed, pot_pence, protection):
    from datetime import date

    problem, plan = authority(n, max(1, n // 3), seed)
    first = problem.ids[0]
    pot = cl.Pot(
        Fraction(pot_pence, 100),
        committed={first: "321.09"},
        backdated=[
            Backdated(
                urn=first,
                a_year="1000",
                compliance_date=date(2026, 1, 1),
                paid_from=date(2026, 2, 3),
            )
        ],
    )
    formula = cl.Formula(
        {"ehcps": Fraction(10, 3), "sen_support": 1},
        {"pupils": "12%"},
        lump_per_cluster="100.01",
        lump_per_school="50",
        taper=Taper(full_to=100, none_from=500),
        sparsity=Sparsity(amount="77.77"),
    )
    try:
        split = split_budget(
            problem, plan, pot, formula, protection and cl.Protection(**protection)
        )
    except MoneyError as error:
        message = str(error)
        assert "fits" in message
        return
    for level in ("cluster", "school"):
        for share, line in zip(split.shares(level), explain(split, level).values(), strict=True):
            assert recompute(line) == (share.total_pence, share.total_pence), line
