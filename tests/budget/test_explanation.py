"""Lines of explanation re-compute to the penny."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import clusters as cl
from clusters.budget import Backdated, Sparsity, Taper, split_budget
from clusters.budget.explanation import explain, recompute
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
        problem,
        plan,
        "130000",
        cl.Formula({"ehcps": 1}),
        cl.budget.Protection(floor="80%", cap="150%"),
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
            problem, plan, pot, formula, protection and cl.budget.Protection(**protection)
        )
    except MoneyError as error:
        message = str(error)
        assert "fits" in message
        return
    for level in ("cluster", "school"):
        for share, line in zip(split.shares(level), explain(split, level).values(), strict=True):
            assert recompute(line) == (share.total_pence, share.total_pence), line
            assert on_a_calculator(line) == share.total_pence, line
            # What is called rounding is no more than a penny for each product.
            rounding = re.search(r"rounding £([0-9.]+)$", line)
            assert rounding is None or Fraction(rounding[1]) * 100 <= line.count(" x ") + 1


def on_a_calculator(line):
    """Work a line out with nothing but its text: products to the nearest penny, then a sum."""
    total = 0
    for term in re.split(r" (?=[+-] )", line.split(": ", 1)[1]):
        sums = [Fraction(text.replace(",", "")) for text in re.findall(r"£([0-9,.]+)", term)]
        count = re.match(r"(?:[+-] )?([0-9,.]+) ", term) if " x £" in term else None
        number = Fraction(count[1].replace(",", "")) if count else 1
        pence = (number * sums[0] * 100 + Fraction(1, 2)).__floor__()
        total += -pence if term.startswith("- ") else pence
    return total


def only_line(measures, pot, formula):
    problem = problem_of([school("1", measures=measures)])
    return explain(split_budget(problem, plan_of({"A": ["1"]}), pot, formula))["A"]


@pytest.mark.parametrize(
    ("value", "formula", "line"),
    [
        (1, {"weights": {"m": 1}}, "1 need unit x £30.00"),
        (2, {"weights": {"m": 1}}, "2 need units x £15.00"),
        (2, {"weights": {"m": 1}, "unit": "points"}, "2 points x £15.00"),
        (1, {"weights": {"m": 1}, "unit": "points"}, "1 points x £30.00"),
        (0.5, {"weights": {"m": 1}}, "0.5 need units x £60.00"),
        (1200, {"weights": {"m": 1}}, "1,200 need units x £0.025"),
        (20, {"shares": {"m": 1}}, "20 m x £1.50"),
        (20, {"weights": {"m": 0.125}}, "2.5 need units x £12.00"),
    ],
)
def test_how_a_product_is_written(value, formula, line):
    assert only_line({"m": value}, "30", cl.Formula(**formula)) == f"£30.00: {line}"


def test_names_of_measures_are_read_as_words():
    problem = problem_of([school("1", sen_support=1_500), school("2", sen_support=0)])
    formula = cl.Formula(shares={"sen_support": 1})
    split = split_budget(problem, plan_of({"A": ["1"], "B": ["2"]}), "3000", formula)
    assert explain(split) == {
        "A": "£3,000.00: 1,500 sen support x £2.00",
        "B": "£0.00: nothing",
    }
    assert recompute(explain(split)["A"]) == (300_000, 300_000)


def test_a_rate_has_twelve_decimals_at_most_and_rounding_is_named():
    """2 million million units and 1 share a million pounds: 0.4999999999997 of a millionth each."""
    problem = problem_of(
        [school("1", measures={"m": 2e12}), school("2", measures={"m": 1}), school("3", ehcps=0)]
    )
    problem = problem.with_measures(m=[2e12, 1, 0])
    plan = plan_of({"A": ["1"], "B": ["2"], "C": ["3"]})
    lines = explain(split_budget(problem, plan, "1000000", cl.Formula({"m": 1})))
    assert lines["A"] == "£1,000,000.00: 2,000,000,000,000 need units x £0.0000005"
    third = problem.with_measures(m=[3e12, 1, 0])
    lines = explain(split_budget(third, plan, "1000000", cl.Formula({"m": 1})))
    assert lines["A"] == (
        "£1,000,000.00: 3,000,000,000,000 need units x £0.000000333333 + rounding £1.00"
    )
    assert recompute(lines["A"]) == (100_000_000, 100_000_000)
