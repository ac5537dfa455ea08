"""The pot: what comes off first, and what is left."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

import clusters as cl
from clusters.budget import Backdated
from clusters.errors import MoneyError

JANUARY, MARCH = date(2026, 1, 1), date(2026, 3, 1)


def owed(urn="1", a_year="7300", start=JANUARY, end=MARCH):
    return Backdated(urn=urn, a_year=a_year, compliance_date=start, paid_from=end)


def test_what_comes_off_in_order():
    pot = cl.Pot(
        "18,000,000.00",
        committed={"1": "250000", 2: Decimal("0.50")},
        backdated=[owed(), owed(), owed("3", "365")],
        contingency="3%",
        low_incidence=100_000,
    )
    assert list(pot.steps.items()) == [
        ("committed EHC plan top-ups", 25_000_050),
        ("backdated payments", 2 * 118_000 + 5_900),
        ("contingency", 54_000_000),
        ("low-incidence fund", 10_000_000),
    ]
    assert pot.flexible_pence == 1_800_000_000 - 25_000_050 - 241_900 - 64_000_000
    assert pot.committed_pence["1"] + pot.backdated_pence["1"] == 25_236_000


def test_a_share_needs_its_sign_and_rounds_half_a_penny_up():
    assert cl.Pot("0.50", contingency="1%").contingency_pence == 1
    assert cl.Pot("100", contingency="100%").flexible_pence == 0
    assert cl.Pot("100", contingency="5.00").contingency_pence == 500


def test_backdated_payments_count_days_over_365():
    assert owed(end=date(2027, 1, 1)).pence == 730_000
    assert owed(end=JANUARY).pence == 0
    assert owed(a_year="0.01", end=date(2026, 7, 3)).days == 183
    assert owed(a_year="0.01", end=date(2026, 7, 3)).pence == 1
    assert owed(a_year="0.01", end=date(2026, 7, 2)).pence == 0
    leap = owed(start=date(2028, 1, 1), end=date(2029, 1, 1))
    assert leap.pence == 732_000


def test_commitments_above_the_pot_are_refused_with_the_shortfall():
    with pytest.raises(MoneyError) as caught:
        cl.Pot("100", committed={"1": "90", "2": "20.01"}, contingency="1")
    assert (
        "£111.01 comes off the pot (committed EHC plan top-ups £110.01, contingency £1.00), "
        "£11.01 more than its total of £100.00" in str(caught.value)
    )


def test_a_pot_may_be_used_up_exactly():
    assert cl.Pot("100", committed={"1": "100"}).flexible_pence == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"total": 18e6}, "the total of the pot is a float"),
        ({"total": "-1"}, "the total of the pot is less than"),
        ({"total": "1", "committed": {"7": 0.5}}, "the committed top-up of 7 is a float"),
        ({"total": "1", "committed": {"7": "-1"}}, "the committed top-up of 7 is less than"),
        ({"total": "1", "committed": [("7", 1)]}, "committed is not a mapping"),
        ({"total": "1", "contingency": 0.1}, "the contingency fund is a float"),
        ({"total": "1", "contingency": "101%"}, "contingency fund is not between 0% and 100%"),
        ({"total": "1", "contingency": "-1%"}, "contingency fund is not between 0% and 100%"),
        ({"total": "1", "low_incidence": "x%"}, "the low-incidence fund is not a number"),
        ({"total": "1", "backdated": ["7"]}, "something else than Backdated"),
        ({"total": "1", "backdated": 7}, "something else than Backdated"),
    ],
)
def test_faults_of_a_pot(arguments, words):
    with pytest.raises(MoneyError, match=words):
        cl.Pot(**arguments)


def test_one_backdated_payment_needs_no_list():
    with pytest.raises(MoneyError, match="2 faults"):
        Backdated(urn="1", a_year=1.5, compliance_date=MARCH, paid_from=JANUARY)
    assert cl.Pot("10000", backdated=owed()).backdated_pence == {"1": 118_000}


def test_all_faults_of_a_pot_at_once():
    with pytest.raises(MoneyError) as caught:
        cl.Pot(1.5, committed={"1": 0.1, "2": "x"}, contingency=0.1, low_incidence="200%")
    assert len(caught.value.faults) == 5


def test_committed_top_ups_from_a_series():
    import pandas as pd

    assert cl.Pot("10", committed=pd.Series({"1": "2.50"})).committed_pence == {"1": 250}
