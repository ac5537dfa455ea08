"""Formulas: what is refused when they are made, and the presets."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

import clusters as cl
from clusters.budget import Sparsity, Taper, check_split, presets, split_budget
from clusters.domain import NeedCount
from clusters.errors import MoneyError
from tests.budget.authority import authority, plan_of, problem_of, school

F = Fraction


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"weights": {"need": -1}}, r"weights\['need'\] is negative"),
        ({"weights": {"need": "x"}}, r"weights\['need'\] is not a number"),
        ({"weights": {"need": 0, "ehcps": "0.0"}}, "every weight is 0"),
        ({"weights": ["need"]}, "weights is not a mapping"),
        ({"shares": {"a": "60%", "b": "50%"}}, "shares add up to more than 1"),
        ({"shares": {"a": "60%"}}, "shares add up to 0.6 and nothing says who gets the rest"),
        ({"shares": {"a": 1}, "weights": {"need": 1}}, "the weights would get nothing"),
        ({"shares": {"a": -1}}, r"shares\['a'\] is negative"),
        ({"lump_per_cluster": 0.5}, "lump_per_cluster is a float"),
        ({"lump_per_school": "-1"}, "lump_per_school is less than"),
    ],
)
def test_faults_of_a_formula(arguments, words):
    with pytest.raises(MoneyError, match=words):
        cl.Formula(**arguments)


def test_a_share_may_not_be_called_like_a_sum_of_every_split():
    problem, plan = authority(6, 2)
    formula = cl.Formula({"ehcps": 1}, {"fsm": "10%"}, lump_per_cluster=5, lump_per_school=5)
    formula = replace(formula, sparsity=Sparsity(amount=5))
    frame = split_budget(problem, plan, "9999", formula).to_frame()
    sums = {name.removesuffix("_pence") for name in frame if name.endswith("_pence")} - {"fsm"}
    assert len(sums) == 12
    for name in sums:
        with pytest.raises(MoneyError, match=rf"shares\['{name}'\] is called like a sum"):
            cl.Formula({"need": 1}, {name: "5%"})
        assert dict(cl.Formula({name: 1}).weights) == {name: 1}


def test_a_measure_called_like_a_column_does_not_hide_it():
    problem, plan = authority(6, 2)
    names = ("cluster", "centre", "urn", "school", "units", "total")
    problem = problem.with_measures(**{name: range(1, 7) for name in names})
    plain = split_budget(problem, plan, "21", cl.Formula({"units": 1}))
    split = split_budget(problem, plan, "21", cl.Formula(dict.fromkeys(names, 1)))
    for level in ("cluster", "school"):
        frame, same = split.to_frame(level), plain.to_frame(level)
        assert frame.columns.tolist() == same.columns.tolist()
        assert frame.drop(columns="units").equals(same.drop(columns="units"))
        assert (frame["units"] == 6 * same["units"]).all()


def test_misspelt_words_fail():
    with pytest.raises(TypeError, match="lump_for_school"):
        cl.Formula(lump_for_school=1)


def test_weights_may_be_written_as_people_write_them():
    formula = cl.Formula({"a": 0.1, "b": "1,000.5", "c": 3}, {"d": "15%", "e": 0.35})
    assert dict(formula.weights) == {"a": F(1, 10), "b": F(2001, 2), "c": 3}
    assert dict(formula.shares) == {"d": F(3, 20), "e": F(7, 20)}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Taper(full_to=2, none_from=1), "full_to below none_from"),
        (lambda: Taper(full_to=1, none_from=1), "full_to below none_from"),
        (lambda: Taper(full_to=-1, none_from=1), "full_to below none_from"),
        (lambda: Taper(full_to="x", none_from=1), "full_to is not a number"),
        (lambda: Sparsity(amount=0.5), "the sparsity sum is a float"),
        (lambda: Sparsity(amount=1, near_m=3219), "near_m below far_m"),
        (lambda: Sparsity(amount=1, near_m=-1), "near_m below far_m"),
        (lambda: Sparsity(amount=1, rank=0), "a rank of 1 or more"),
        (lambda: Sparsity(amount=1, far_m=5e3), "whole metres"),
    ],
)
def test_faults_of_tapers_and_sparsity(make, words):
    with pytest.raises(MoneyError, match=words):
        make()


def test_a_taper_falls_in_a_straight_line():
    taper = Taper(full_to=100, none_from="300", measure="size")
    assert [taper.share(F(x)) for x in (0, 100, 150, 299, 300, 999)] == [
        1,
        1,
        F(3, 4),
        F(1, 200),
        0,
        0,
    ]


def test_a_taper_applies_to_sparsity_too():
    problem, plan = authority(6, 2)
    taper = Taper(full_to=100, none_from=200)
    alone = Sparsity(amount=100, near_m=0, far_m=1, same_phase=False, size_limit=False)
    small = Sparsity(amount=100, near_m=0, far_m=1, same_phase=False, taper=taper)
    everyone = split_budget(problem, plan, "1000", cl.Formula({"pupils": 1}, sparsity=alone))
    few = split_budget(problem, plan, "1000", cl.Formula({"pupils": 1}, sparsity=small))
    pupils = problem.measures["pupils"].tolist()
    assert {s.factor_pence["sparsity"] for s in everyone.schools} == {10_000}
    assert [s.factor_pence["sparsity"] for s in few.schools] == [
        {45: 10_000, 120: 8_000}.get(p, 0) for p in pupils
    ]
    assert check_split(everyone) == check_split(few) == ()


@pytest.mark.parametrize("name", presets.PRESETS)
def test_every_preset_says_where_it_comes_from_and_adds_up(name):
    formula = presets.PRESETS[name]()
    assert formula.source != "a local choice"
    problem, plan = authority(9, 3)
    missing = [m for m in (*formula.weights, *formula.shares) if m not in problem.measures]
    problem = problem.with_measures(**{m: range(1, 10) for m in missing})
    split = split_budget(problem, plan, "12345.67", formula)
    assert sum(share.total_pence for share in split.clusters) == 1_234_567
    assert formula.name in split.notes[0]


def test_the_shares_of_the_presets():
    assert list(presets.pupils_poverty_attainment("roll").shares.items()) == [
        ("roll", F(15, 100)),
        ("fsm", F(35, 100)),
        ("low_attainment", F(1, 2)),
    ]
    proxies = presets.high_needs_proxies({"pupils": "population"})
    assert sum(proxies.shares.values()) == 1
    assert proxies.shares["population"] == F(1, 2)
    assert presets.CHECK_BEFORE_USE in proxies.source
    with pytest.raises(MoneyError, match="no proxy 'pupil'"):
        presets.high_needs_proxies({"pupil": "x"})


def test_weights_by_type_and_level():
    weights = presets.by_type_and_level({"asd": "1.5", "vi": 2}, ehcps=4, sen_support="0.5").weights
    assert dict(weights) == {
        "ehcps_asd": 6,
        "sen_support_asd": F(3, 4),
        "ehcps_vi": 8,
        "sen_support_vi": 1,
    }
    assert dict(presets.need_units().weights) == {"ehcps": 3, "sen_support": 1}


def test_need_by_type_and_level_is_shared_as_it_is_weighted():
    """2 x 3 x 2 + 3 x 2 = 18 units and 1 x 3 x 2 = 6; other types count for nothing."""
    problem = problem_of(
        [
            school("1", need={"asd": NeedCount(ehcps=2, sen_support=3)}),
            school(
                "2",
                need={
                    "asd": NeedCount(ehcps=1, sen_support=0),
                    "vi": NeedCount(ehcps=9, sen_support=9),
                },
            ),
        ]
    )
    split = split_budget(
        problem, plan_of({"A": ["1"], "B": ["2"]}), "100", presets.by_type_and_level({"asd": 2})
    )
    assert [share.total_pence for share in split.schools] == [7_500, 2_500]
    assert [share.quantity["units"] for share in split.clusters] == [18, 6]


def test_the_national_shares_reproduce():
    """NFF 2018-19 (Essex paper, docsbay schools-national-funding-formula); worked_examples 4.10."""
    units = {"basic": 24_183, "additional": 5_906, "other": 33_172 - 24_183 - 5_906}
    whole = F(331_728, 10)
    percents = {name: round(float(100 * value / whole), 1) for name, value in units.items()}
    assert (percents["basic"], percents["additional"]) == (72.9, 17.8)
    for value, expected in [(12_595, 38.0), (6_668, 20.1), (4_734, 14.3), (185, 0.6)]:
        assert round(float(100 * value / whole), 1) == expected
