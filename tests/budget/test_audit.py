"""The checker of splits sees every kind of slip, and its route is its own."""

from __future__ import annotations

import ast
import itertools
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

import clusters as cl
from clusters.budget import Backdated, Taper, audit_amounts, check_split, split_budget
from clusters.domain import FrozenDict
from tests.budget.authority import authority, plan_of, problem_of, school

F = Fraction


@pytest.fixture(scope="module")
def split():
    problem, plan = authority(14, 4)
    pot = cl.Pot(
        "1600000",
        committed={problem.ids[0]: "1000.10"},
        backdated=[
            Backdated(
                urn=problem.ids[1],
                a_year="5000",
                compliance_date=date(2026, 1, 1),
                paid_from=date(2026, 4, 1),
            )
        ],
        contingency="2%",
    )
    formula = cl.Formula(
        {"ehcps": 3, "sen_support": 1},
        {"pupils": "20%"},
        lump_per_cluster="10000.01",
        lump_per_school=500,
        taper=Taper(full_to=100, none_from=1000),
    )
    return split_budget(
        problem, plan, pot, formula, cl.budget.Protection(floor="60%", cap="150%", level="school")
    )


def moved(split, level, step, i=0, j=1):
    """Move pence from one share to another."""
    name = "clusters" if level == "cluster" else "schools"
    shares = list(getattr(split, name))
    shares[i] = replace(shares[i], flexible_pence=shares[i].flexible_pence + step)
    shares[j] = replace(shares[j], flexible_pence=shares[j].flexible_pence - step)
    return replace(split, **{name: tuple(shares)})


def checks(split):
    return {finding.check for finding in check_split(split)}


def test_a_true_split_has_no_findings(split):
    assert check_split(split) == ()


@pytest.mark.parametrize("step", [1, -1, 100])
@pytest.mark.parametrize("level", ["cluster", "school"])
def test_a_penny_that_moves_is_seen(split, level, step):
    assert "sums" in checks(moved(split, level, step))


def test_a_penny_moved_at_both_levels_is_seen(split):
    first, second = split.clusters[0].members[0], split.clusters[1].members[0]
    keys = [share.key for share in split.schools]
    both = moved(moved(split, "cluster", 1), "school", 1, keys.index(first), keys.index(second))
    assert checks(both) & {"protection", "rounding"}


def test_a_penny_moved_between_schools_of_a_cluster_is_seen(split):
    keys = [share.key for share in split.schools]
    inside = split.clusters[0].members
    for a, b in itertools.pairwise(inside):
        forged = moved(split, "school", 1, keys.index(a), keys.index(b))
        assert checks(forged) & {"protection", "rounding", "limits"}


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"committed_pence": 1}, "committed"),
        ({"backdated_pence": 1}, "committed"),
        ({"formula_pence": -1}, "sums"),
        ({"flexible_pence": -1}, "sums"),
        ({"cap_pence": 0}, "limits"),
        ({"floor_pence": 10**12}, "limits"),
        ({"factor_pence": FrozenDict({"units": 5})}, "sums"),
        ({"cluster": "C4"}, "plan"),
        ({"key": "x"}, "plan"),
    ],
)
def test_a_forged_figure_is_seen(split, change, check):
    schools = (replace(split.schools[0], **change), *split.schools[1:])
    if "factor_pence" in change:
        names = split.schools[0].factor_pence
        change = {"factor_pence": FrozenDict(dict.fromkeys(names, 5))}
        schools = (replace(split.schools[0], **change), *split.schools[1:])
    assert check in checks(replace(split, schools=schools))


def test_another_pot_formula_or_protection_is_seen(split):
    assert "sums" in checks(replace(split, pot=replace(split.pot, total="1600001")))
    other = replace(split.formula, weights={"ehcps": 4, "sen_support": 1})
    assert "formula" in checks(replace(split, formula=other))
    assert "protection" in checks(replace(split, protection=None))
    scaled = replace(split.protection, cap="140%")
    assert "protection" in checks(replace(split, protection=scaled))


def test_clusters_in_another_order_are_seen(split):
    assert "plan" in checks(replace(split, clusters=split.clusters[::-1]))


def test_a_factor_that_gives_too_much_is_seen(split):
    factors = (replace(split.factors[0], total_pence=1), *split.factors[1:])
    assert "sums" in checks(replace(split, factors=factors))


def test_findings_name_who_and_how_much(split):
    forged = moved(split, "cluster", 100)
    keys = {finding.key for finding in check_split(forged)}
    assert {"C1", "C2"} <= keys
    messages = [finding.message for finding in check_split(forged) if finding.check == "protection"]
    assert any("is due" in message for message in messages)


def test_the_checker_shares_no_arithmetic():
    """It may import what splits are made of, not what makes them."""
    allowed = {
        "clusters.budget.audit_amounts",
        "clusters.budget.values",
        "clusters.budget.pot",
        "clusters.budget.protection",
        "clusters.budget.sparsity",
        "clusters.domain",
        "clusters.shown",
    }
    types = {
        "Shown",
        "Pot",
        "Protection",
        "Share",
        "Split",
        "Sparsity",
        "Taper",
        "Problem",
        "SchoolId",
    }
    for name in ("audit.py", "audit_amounts.py"):
        tree = ast.parse((Path(audit_amounts.__file__).parent / name).read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("clusters"):
                assert node.module in allowed
                if node.module != "clusters.budget.audit_amounts":
                    assert {alias.name for alias in node.names} <= types


def forged_pennies(paid, measures, **more):
    """Findings for three schools, each its own cluster, with other pence than they are due."""
    problem = problem_of([school(urn, measures={"m": value}) for urn, value in measures.items()])
    plan = plan_of({f"C{urn}": [urn] for urn in measures})
    made = split_budget(problem, plan, more.pop("pot"), cl.Formula({"m": 1}))

    def change(shares):
        return tuple(
            replace(
                share,
                formula_pence=pence,
                flexible_pence=pence,
                factor_pence=FrozenDict({"units": pence}),
            )
            for share, pence in zip(shares, paid, strict=True)
        )

    again = replace(made, schools=change(made.schools), clusters=change(made.clusters))
    return [(f.check, f.message, f.key) for f in check_split(again)]


def test_equal_remainders_must_go_to_the_lower_urn():
    measures = {"9": 1, "10": 1, "100": 1}
    assert forged_pennies([1, 1, 0], measures, pot="0.02") == []
    assert (
        forged_pennies([0, 1, 1], measures, pot="0.02")
        == [
            ("rounding", "'C10' has its penny", "C9"),
            ("rounding", "'C100' has its penny", "C9"),
        ]
        * 2
    )
    assert (
        forged_pennies([1, 0, 1], measures, pot="0.02")
        == [("rounding", "'C100' has its penny", "C10")] * 2
    )
    words = {"b": 1, "10": 1, "a": 1}
    assert forged_pennies([0, 1, 1], words, pot="0.02") == []
    assert (
        forged_pennies([1, 1, 0], words, pot="0.02")
        == [("rounding", "'Cb' has its penny", "Ca")] * 2
    )


def test_larger_remainders_come_first():
    measures = {"1": 1, "2": 5, "3": 2}
    # 10 pence: 1.25, 6.25, 2.5
    assert forged_pennies([1, 6, 3], measures, pot="0.10") == []
    assert (
        forged_pennies([2, 6, 2], measures, pot="0.10")
        == [("rounding", "'C1' has its penny", "C3")] * 2
    )
    # 8 pence: 1, 5, 2 exactly
    assert forged_pennies([1, 5, 2], measures, pot="0.08") == []
    assert ("formula", "it has 2 pence and is due 1.0000", "C1") in forged_pennies(
        [2, 4, 2], measures, pot="0.08"
    )


def test_sums_that_do_not_reach_the_pot_are_named():
    measures = {"1": 1, "2": 1, "3": 1}
    findings = forged_pennies([1, 1, 0], measures, pot="0.03")
    assert ("sums", "clusters and money held back come to 2 pence", None) in findings


def test_caps_are_named():
    problem, plan = authority(4, 2)
    made = split_budget(problem, plan, "1000", cl.Formula({"pupils": 1}))
    schools = (replace(made.schools[0], cap_pence=1), *made.schools[1:])
    findings = check_split(replace(made, schools=schools))
    assert [finding.message for finding in findings] == [
        f"{made.schools[0].flexible_pence} pence is not between a floor of 0 and a cap of 1",
        "its limits are no floor and no cap",
    ]


def forge(split, level, change, i=0):
    """One share of a split with figures that are not its own."""
    shares = list(split.shares(level))
    shares[i] = replace(shares[i], **change)
    return replace(split, **{f"{level}s": tuple(shares)})


@pytest.mark.parametrize("level", ["cluster", "school"])
def test_figures_beside_the_money_are_worked_out_again_too(split, level):
    share = split.shares(level)[0]
    first = next(iter(share.quantity))
    more = FrozenDict({**share.quantity, first: share.quantity[first] + F(1, 10**6)})
    for change, message in [
        ({"today_pence": share.today_pence + 1}, f"today's spend is {share.today_pence}"),
        ({"today_pence": None}, f"today's spend is {share.today_pence}"),
        ({"quantity": more}, f"{first} counts {float(share.quantity[first]):.6f}"),
        ({"formula_exact": share.formula_exact + F(1, 10**9)}, "its exact share is"),
        ({"flexible_exact": share.flexible_exact + F(1, 10**9)}, "its exact share is"),
        ({"floor_pence": 1}, "its limits are"),
        ({"cap_pence": 10**12}, "its limits are"),
    ]:
        (finding,) = check_split(forge(split, level, change))
        assert finding.message.startswith(message)
        assert finding.key == share.key


@pytest.mark.parametrize("level", ["cluster", "school"])
def test_limits_must_stand_at_their_own_level(level):
    problem, plan = authority(6, 2)
    protection = cl.budget.Protection(floor="10%", cap="900%", level=level)
    pot = sum(one.topup_pence for one in problem.schools) // 100
    made = split_budget(problem, plan, pot, cl.Formula({"pupils": 1}), protection)
    assert check_split(made) == ()
    share = made.shares(level)[1]
    (finding,) = check_split(forge(made, level, {"floor_pence": share.floor_pence - 1}, 1))
    limits = f"a floor of {share.floor_pence} and a cap of {share.cap_pence}"
    assert (finding.check, finding.message) == ("limits", f"its limits are {limits}")
    other = "school" if level == "cluster" else "cluster"
    (finding,) = check_split(forge(made, other, {"floor_pence": 0}, 1))
    assert finding.message == "its limits are no floor and no cap"


def test_money_moved_between_factors_is_seen(split):
    """Three pence from one factor to another at two places: every total stays as it was."""
    moved_ = split
    for level, k, step in [("school", 0, 3), ("school", 4, -3)]:
        share = moved_.shares(level)[k]
        assert share.cluster == "C1"
        cells = dict(share.factor_pence)
        cells["units"] += step
        cells["pupils"] -= step
        moved_ = forge(moved_, level, {"factor_pence": FrozenDict(cells)}, k)
    found = [(finding.check, finding.key) for finding in check_split(moved_)]
    assert set(found) == {("factors", split.schools[0].key), ("factors", split.schools[4].key)}
    assert any("gives" in finding.message for finding in check_split(moved_))


def test_factors_that_are_not_the_formulas_are_seen(split):
    assert "factors" in checks(replace(split, factors=split.factors[::-1]))
    (finding,) = [f for f in check_split(replace(split, factors=())) if f.check == "factors"]
    assert finding.message == (
        "the factors of the formula are pupils, units, lump_per_cluster, lump_per_school"
    )


def test_members_that_are_not_the_plans_are_seen(split):
    first = split.clusters[0]
    assert checks(forge(split, "cluster", {"members": first.members[:-1]})) == {"plan"}
    assert checks(forge(split, "cluster", {"cluster": "C2"})) == {"plan"}
    assert checks(forge(split, "school", {"members": first.members})) == {"plan"}


def test_spend_that_nobody_knows_is_not_known_to_the_checker_either():
    problem = problem_of([school("1", topup=None), school("2", topup=5)])
    made = split_budget(problem, plan_of({"A": ["1", "2"]}), "10", cl.Formula({"pupils": 1}))
    assert check_split(made) == ()
    assert [f.message for f in check_split(forge(made, "cluster", {"today_pence": 5}))] == [
        "today's spend is not known"
    ]


def test_two_sums_for_one_school_are_added():
    problem, plan = authority(4, 2)
    owed = Backdated(
        urn=problem.ids[0],
        a_year="365",
        compliance_date=date(2026, 1, 1),
        paid_from=date(2026, 1, 11),
    )
    pot = cl.Pot("1,000.00", backdated=[owed, owed], low_incidence="1.05%", contingency="£10")
    made = split_budget(problem, plan, pot, cl.Formula({"pupils": 0.5}))
    assert made.schools[0].backdated_pence == 2_000
    assert check_split(made) == ()
