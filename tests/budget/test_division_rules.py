"""Claims rules: golden cases with their sources, and what must hold for any claims."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters.budget.division_rules import RULES, award, awards_exact, compare_rules
from clusters.budget.water_filling import clip_shares
from clusters.errors import MoneyError

F = Fraction
CLAIMS = [F(100), F(200), F(300)]


def exact(claims, pot, rule):
    return awards_exact([F(claim) for claim in claims], pot, rule)


@pytest.mark.parametrize(
    ("rule", "pot", "expected"),
    [
        ("talmud", 100, [F(100, 3)] * 3),
        ("talmud", 200, [50, 75, 75]),
        ("talmud", 300, [50, 100, 150]),
        ("proportional", 100, [F(100, 6), F(200, 6), 50]),
        ("proportional", 200, [F(100, 3), F(200, 3), 100]),
        ("proportional", 300, [50, 100, 150]),
        ("cea", 100, [F(100, 3)] * 3),
        ("cea", 200, [F(200, 3)] * 3),
        ("cea", 300, [100, 100, 100]),
        ("cel", 100, [0, 0, 100]),
        ("cel", 200, [0, 50, 150]),
        ("cel", 300, [0, 100, 200]),
    ],
)
def test_the_contested_garment_of_the_talmud(rule, pot, expected):
    """Aumann and Maschler 1985, table on p. 196; shared/worked_examples.md 4.1."""
    assert exact(CLAIMS, pot, rule) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("cea", [2, F(8, 3), F(8, 3), F(8, 3)]),
        ("cel", [0, 1, 4, 5]),
        ("proportional", [F(20, 21), F(40, 21), F(10, 3), F(80, 21)]),
        ("talmud", [1, 2, F(7, 2), F(7, 2)]),
    ],
)
def test_the_example_of_the_r_package_claimsproblems(rule, expected):
    """cran/ClaimsProblems: E = 10, d = (2, 4, 7, 8); shared/worked_examples.md 4.1."""
    assert exact([2, 4, 7, 8], 10, rule) == expected


def figures(text):
    return text.split()


FLOORS = figures(
    """3500.29 3164.85 17720.24 2483.86 2786.77 3904.17 5452.38 21439.30 24384.26 21203.71
19350.35 38284.47 3769.55 3937.83 2692.53 37595.35 27882.87 31758.44 33548.98 3251.24 24173.91
27861.67 5041.77 4099.38 14065.13 12627.99 8834.88"""
)
DEGREES = figures(
    """15720.66 25532.20 32960.44 13664.61 8173.76 3904.17 14869.04 289753.13 250962.13
126857.13 248338.50 227091.64 63069.72 15915.98 10059.72 530070.44 121229.15 233163.45 248008.45
169534.83 240404.84 250845.44 70752.96 140679.05 227684.44 234125.14 264726.58"""
)
EQUAL_AWARDS = figures(
    """15720.66 15911.19 30466.58 13664.61 8173.76 3904.17 14869.04 34185.64 37130.60
33950.05 32096.69 51030.81 16515.89 15915.98 10059.72 50341.69 40629.21 44504.78 46295.32 15997.58
36920.25 40608.01 17788.11 16845.72 26811.47 25374.33 21581.22"""
)
IN_PROPORTION = figures(
    """4539.85 5067.58 19016.69 3434.98 3245.03 3904.17 6253.43 44264.09 43658.68
30191.38 38829.80 54345.83 8814.07 4956.78 3319.24 79488.98 35823.61 48891.46 51792.52 17396.57
42568.14 46830.35 10631.66 15717.87 32237.19 31470.20 30602.95"""
)


@pytest.mark.parametrize(
    ("rule", "expected", "pence_restored"),
    [("cea", EQUAL_AWARDS, 3), ("proportional", IN_PROPORTION, 1)],
)
def test_a_real_public_budget_with_entitlements(rule, expected, pence_restored):
    """Universidad Miguel Hernandez, 27 degrees: Pulido et al. 2002; worked_examples.md 4.8.

    The published figures are rounded singly and fall short of the budget by a few pence, which
    largest remainder restores to those nearest to the next penny.
    """
    paid = award(DEGREES, "717293.11", rule, floors=FLOORS)
    difference = [got - int(Decimal(want) * 100) for got, want in zip(paid, expected, strict=True)]
    assert sum(paid) == 71729311
    assert set(difference) == {0, 1}
    assert sum(difference) == pence_restored


def test_eighteen_million_pounds_shared_equally():
    """Worked_examples.md 4.11."""
    assert award([1] * 18, 18_000_000) == [100_000_000] * 18
    assert sorted(award([1] * 17, "18000000")) == [105_882_352] + [105_882_353] * 16


@pytest.mark.parametrize("rule", ["proportional", "cea", "cel", "talmud"])
@pytest.mark.parametrize(
    "claims",
    [
        ["100.50", "200.25"],
        [Decimal("100.5"), Decimal("200.25")],
        (F(201, 2), F(801, 4)),
        {"a": "100.50", "b": "£200.25"},
    ],
)
def test_every_way_of_writing_a_claim_gives_one_answer(rule, claims):
    paid = award(claims, "150.37", rule)
    values = list(paid.values()) if isinstance(paid, dict) else paid
    assert values == award(["100.50", "200.25"], F(15037, 100), rule)
    assert sum(values) == 15037


def test_arrays_and_series_of_whole_pounds():
    import pandas as pd

    assert award(np.array([1, 2, 3]), 6) == [100, 200, 300]
    assert award(pd.Series([1, 2], index=["x", "y"]), np.int64(3)) == {"x": 100, "y": 200}


def test_equal_remainders_go_to_the_lower_key_whatever_the_order():
    assert award({"107600": 1, "99": 1, "107599": 1}, "0.01") == {
        "107600": 0,
        "99": 1,
        "107599": 0,
    }


def test_floors_are_paid_first_and_what_a_cap_takes_is_shared_again():
    assert award([10, 20, 30], 60, floors=[20, 0, 0]) == [2000, 1600, 2400]
    assert award([100, 200, 300], 300, caps=[None, None, 100]) == [6667, 13333, 10000]
    assert award([100, 200, 300], 300, "cel", caps=[None, None, 150]) == [2500, 12500, 15000]
    assert award([100, 200, 300], 250, "cea", floors={2: 120}) == [4334, 4333, 16333]
    assert award([1, 1], 600, "maxmin", floors=100, caps="350.00") == [30000, 30000]


def test_weights_between_floors_and_caps():
    assert award([1, 2, 3], 600, "maxmin", floors=[150, 0, 0]) == [15000, 18000, 27000]
    assert award([1, 2, 3], 600, "maxmin", caps=[400, 150, 400]) == [11250, 15000, 33750]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([1.5, 2], 3), "claim 0 is a float"),
        (([1, 2], 3.0), "the pot is a float"),
        (([1, 2], "3.001"), "the pot is not a whole number of pence"),
        (([1, -2], 3), "claim 1 is negative"),
        (([1, 2], -3), "the pot is less than £0.00"),
        (([1, "two"], 3), "claim 1 is not a number"),
        (([1, True], 3), "claim 1 is not a number"),
        (([1, Decimal("NaN")], 3), "claim 1 is not a number"),
        (([0, 0], 3), "at most £0.00, £3.00 less than the pot"),
        (([], 3), r"claims \(there are none\)"),
        (([1, 2], 4, "cea"), "the claims allow at most £3.00, £1.00 less than the pot"),
        (([1, 2], 4, "cel"), "the claims allow at most £3.00"),
        (([1, 2], 3, "hamilton"), "no such rule"),
        (("12", 3), "not a list or a mapping"),
        (([4, 4], 3, "proportional", [2, 2]), r"£4.00, £1.00 more than.*75.00% of these would"),
        (([4, 4], 3, "proportional", None, [1, 1]), "the caps allow at most £2.00"),
        (([4, 4], 3, "proportional", [1, 2], [2, 1]), "cap of claim 1, £1.00, is below its floor"),
        (([4, 4], 3, "cea", [1]), "1 floors for 2 claims"),
        (({"a": 4}, 3, "cea", {"b": 1}), "a floor for 'b', which has no claim"),
        (({"a": 4}, 3, "cea", [1]), "claims have keys but floors have none"),
        (({"a": 4}, 3, "cea", None, {"a": 2.5}), "the cap of 'a' is a float"),
        (([1, 2], 3, "proportional", [1, 2.5]), "the floor of 1 is a float"),
        (([1, 1], 600, "proportional", [100, 100]), "at most £200.00.*where claims are weights"),
    ],
)
def test_what_cannot_be_shared_is_refused_with_the_figures(arguments, words):
    with pytest.raises(MoneyError, match=words):
        award(*arguments)


def test_every_fault_is_named_at_once():
    with pytest.raises(MoneyError) as caught:
        award([1.5, -2, "x"], 0.5, "rule", floors=[0.1, 0, 0])
    assert len(caught.value.faults) == 6


def test_nothing_to_share_is_shared_exactly():
    assert award([], 0) == []
    assert award([0, 0], 0, "talmud") == [0, 0]


def test_the_rules_side_by_side():
    table = compare_rules({"A": 100, "B": 200, "C": 300}, 300)
    assert set(table) == set(RULES) - {"maxmin"}
    assert table["cea"] == {"A": 10000, "B": 10000, "C": 10000}


sums = st.lists(st.integers(0, 5_000), min_size=1, max_size=8)


@given(sums, st.fractions(0, 1), st.sampled_from(["proportional", "cea", "cel", "talmud"]))
def test_awards_add_up_and_stay_between_nothing_and_the_claim(claims, part, rule):
    pot = int(part * sum(claims))
    paid = award(claims, F(pot, 100) * 100, rule)
    assert sum(paid) == 100 * pot
    assert all(0 <= got <= 100 * claim for got, claim in zip(paid, claims, strict=True))


@given(sums, st.fractions(0, 1))
def test_equal_awards_and_equal_losses_are_dual(claims, part):
    """CEA(E, d) = d - CEL(D - E, d); worked_examples.md 4.1."""
    pot = int(part * sum(claims))
    losses = exact(claims, sum(claims) - pot, "cel")
    mirrored = [claim - loss for claim, loss in zip(claims, losses, strict=True)]
    assert exact(claims, pot, "cea") == mirrored


@given(sums, st.fractions(0, 1))
def test_the_talmud_is_its_own_dual(claims, part):
    pot = int(part * sum(claims))
    losses = exact(claims, sum(claims) - pot, "talmud")
    mirrored = [claim - loss for claim, loss in zip(claims, losses, strict=True)]
    assert exact(claims, pot, "talmud") == mirrored


@given(st.data())
def test_floors_and_caps_hold_under_every_rule(data):
    n = data.draw(st.integers(1, 6))
    claims = data.draw(st.lists(st.integers(1, 500), min_size=n, max_size=n))
    floors = data.draw(st.lists(st.integers(0, 100), min_size=n, max_size=n))
    caps = [
        low + extra
        for low, extra in zip(
            floors, data.draw(st.lists(st.integers(0, 300), min_size=n, max_size=n)), strict=True
        )
    ]
    rule = data.draw(st.sampled_from(sorted(RULES)))
    reach = caps
    if rule != "maxmin":
        reach = [
            min(cap, max(low, claim)) for low, cap, claim in zip(floors, caps, claims, strict=True)
        ]
    pot = data.draw(st.integers(100 * sum(floors), 100 * sum(reach)))
    paid = award(claims, F(pot, 100), rule, floors, caps)
    assert sum(paid) == pot
    assert all(
        100 * low <= got <= 100 * high for low, got, high in zip(floors, paid, caps, strict=True)
    )


@given(sums, st.integers(0, 10**6), st.randoms())
def test_the_order_of_the_claims_does_not_matter(claims, pot, random):
    named = {f"u{k}": claim + 1 for k, claim in enumerate(claims)}
    keys = list(named)
    random.shuffle(keys)
    assert award({key: named[key] for key in keys}, F(pot, 100)) == award(named, F(pot, 100))


@given(sums, st.integers(1, 10**6), st.integers(1, 500))
def test_more_need_is_never_less_money(claims, pot, more):
    before = award([claim + 1 for claim in claims], F(pot, 100))
    after = award([claims[0] + 1 + more, *(claim + 1 for claim in claims[1:])], F(pot, 100))
    assert after[0] >= before[0]


def water_fill(weights, pot, floors, caps):
    """Max-min by another route: fix whoever hits a limit, round by round."""
    fixed: dict[int, Fraction] = {}
    while len(fixed) < len(weights):
        free = [i for i in range(len(weights)) if i not in fixed]
        t = F(pot - sum(fixed.values())) / sum(weights[i] for i in free)
        wanted = {i: weights[i] * t for i in free}
        low = {i: F(floors[i]) for i in free if wanted[i] < floors[i]}
        high = {i: F(caps[i]) for i in free if wanted[i] > caps[i]}
        lacking = sum(low.values()) - sum(wanted[i] for i in low)
        excess = sum(wanted[i] for i in high) - sum(high.values())
        if not low and not high:
            fixed |= wanted
        else:
            fixed |= low if lacking >= excess else high
    return [fixed[i] for i in range(len(weights))]


@given(st.data())
def test_max_min_leximin_and_nash_are_one_answer(data):
    """clip(w t, l, u) equals an independent water-fill and meets the conditions of Nash.

    Weighted Nash maximises sum w log x: at its optimum w / x is equal for all who are strictly
    between their limits, no higher for those at the floor, no lower for those at the cap.
    Max-min of x / w has the same condition, and leximin refines max-min, which is unique here.
    """
    n = data.draw(st.integers(1, 6))
    weights = [F(w) for w in data.draw(st.lists(st.integers(1, 50), min_size=n, max_size=n))]
    floors = data.draw(st.lists(st.integers(0, 50), min_size=n, max_size=n))
    caps = [low + data.draw(st.integers(1, 100)) for low in floors]
    pot = data.draw(st.integers(sum(floors) + 1, sum(caps)))
    shares = clip_shares(weights, pot, floors, caps)
    assert sum(shares) == pot
    assert shares == water_fill(weights, pot, floors, caps)
    level = [share / weight for share, weight in zip(shares, weights, strict=True)]
    risen = [x for x, share, low in zip(level, shares, floors, strict=True) if share > low]
    held = [x for x, share, high in zip(level, shares, caps, strict=True) if share < high]
    # Nobody above a floor has more per weight than somebody below a cap: no transfer helps.
    assert not risen or not held or max(risen) <= min(held)


def test_a_thousand_claims():
    claims = [F(k, 7) + 1 for k in range(1000)]
    for rule in RULES:
        assert sum(award(claims, 12345, rule)) == 1234500


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None)
@given(sums, st.integers(0, 10**9), st.integers(1, 500))
def test_ten_thousand_splits_are_exact(claims, pot, more):
    weights = [F(claim + 1) for claim in claims]
    paid = award(weights, F(pot, 100))
    total = sum(weights)
    assert sum(paid) == pot
    assert all(abs(got - pot * w / total) < 1 for got, w in zip(paid, weights, strict=True))
    assert award([weights[0] + more, *weights[1:]], F(pot, 100))[0] >= paid[0]


def test_the_comparison_keeps_floors_and_caps():
    claims = {"A": 100, "B": 200}
    table = compare_rules(claims, 200, floors={"A": 90}, caps={"B": 105})
    assert table == {
        rule: award(claims, 200, rule, {"A": 90}, {"B": 105})
        for rule in ("proportional", "cea", "cel", "talmud")
    }
    assert table != compare_rules(claims, 200)
    assert table["cel"] == {"A": 9500, "B": 10500}


def test_the_share_of_floors_that_fits_is_rounded_down():
    with pytest.raises(MoneyError, match=r"floors of 33\.33% of these"):
        award([3, 3], 2, floors=[3, 3])


def test_one_limit_for_all_and_limits_from_a_series():
    import pandas as pd

    assert award([100, 300], 100, floors="30") == [3824, 6176]
    assert award([1, 3], 100, caps=60) == [4000, 6000]
    claims, floors = pd.Series({"x": 100, "y": 300}), pd.Series({"x": 40})
    assert award(claims, 100, floors=floors) == {"x": 5000, "y": 5000}
    with pytest.raises(MoneyError) as caught:
        award(claims, 100, floors={"z": 1, "10": 1, "9": 1})
    assert [fault.what.split("'")[1] for fault in caught.value.faults] == ["9", "10", "z"]


def test_claims_that_cannot_be_read_are_not_weighed_against_the_pot_as_well():
    with pytest.raises(MoneyError) as caught:
        award([1, -2], 1, floors=[2, 2])
    assert [fault.what for fault in caught.value.faults] == ["claim 1 is negative"]


def test_claims_may_be_parts_of_a_penny():
    """Only their ratios matter: 1 : 2 of 300 pounds, the second held at 150."""
    assert award(["0.001", "0.002"], 300, caps=[None, 150]) == [15000, 15000]
    assert award(["0.001", "0.002"], 300, "maxmin", caps=[200, 200]) == [10000, 20000]
    assert award(["0.001", 0], 300, caps=[300, 5]) == [30000, 0]


@pytest.mark.parametrize(
    ("pot", "expected"),
    [
        # equal awards up to half; the third is held at 220
        (120, [4000, 4000, 4000]),
        # 100 - 300 + t is below half of 100, 200 - 300 + 230 = 130, and 230 is above 220
        (400, [5000, 13000, 22000]),
        # 290 for the others: 90 and 190
        (500, [9000, 19000, 22000]),
    ],
)
def test_the_talmud_with_a_cap(pot, expected):
    assert award([100, 200, 300], pot, "talmud", caps=[None, None, 220]) == expected
    # 200 - 300 + 220 = 120 is below the cap of 130, which the second meets at 230
    middle = award([100, 200, 300], 390, "talmud", caps=[None, 130, None])
    assert middle == [5000, 12000, 22000]


def test_a_cap_above_the_claim_changes_nothing():
    assert award([100, 200], 250, "cel", caps=[100, 900]) == award([100, 200], 250, "cel")
    with pytest.raises(MoneyError, match=r"at most £250\.00, £0\.01 less than the pot"):
        award([100, 200], "250.01", "cea", caps=[900, 150])
