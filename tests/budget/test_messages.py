"""Words of the money, exactly: what users read is part of what is promised.

Every error, the columns of every table, notes, conventions, presets.

The texts are in messages.txt. After a deliberate change, run
``python -m tests.budget.test_messages`` from the root of the repository, and read what changed.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import clusters as cl
from clusters import money
from clusters.budget import (
    MINUTES,
    PRESETS,
    RULES,
    Assumptions,
    Backdated,
    Scenario,
    Sparsity,
    Taper,
    by_pot,
    by_year,
    check_split,
    effects,
    explain,
    fairness,
    fairness_frame,
    instalments,
    look_ahead,
    recompute,
    sensitivity,
    split_budget,
    turbulence,
)
from clusters.budget.presets import by_type_and_level, high_needs_proxies
from clusters.budget.rounding import controlled_rounding
from clusters.budget.water_filling import find_parameter
from clusters.domain import Plan, Problem
from tests.budget.authority import authority, plan_of, problem_of, school

fair = importlib.import_module("clusters.budget.fairness")

FILE = Path(__file__).with_name("messages.txt")
F = Fraction
JANUARY, MARCH = date(2026, 1, 1), date(2026, 3, 1)
GROWS = Assumptions(growth="5%")
NEED = cl.Formula({"ehcps": 3, "sen_support": 1})


def pair(**more: Any) -> tuple[Problem, Plan]:
    return problem_of([school("1", **more), school("2")]), plan_of({"A": ["1"], "B": ["2"]})


def split(pot: Any = "10", formula: cl.Formula = NEED, protection: Any = None, **more: Any) -> Any:
    return split_budget(*pair(**more), pot, formula, protection)


def broken(**groups: Any) -> Any:
    return split_budget(pair()[0], plan_of(groups), "10", NEED)


def outside() -> Any:
    late = Backdated(urn="8", a_year=1, compliance_date=JANUARY, paid_from=MARCH)
    pot = cl.Pot("10", committed={"9": "1"}, backdated=late)
    return split(pot, NEED, cl.budget.Protection(floor="1%", today={"7": 1}))


THREE = (
    problem_of(
        [
            school("1", ehcps=10, topup=30_000, pupils=10),
            school("2", ehcps=10, topup=10_000, pupils=10),
            school("3", ehcps=20, topup=20_000, pupils=10),
        ]
    ),
    plan_of({"A": ["1"], "B": ["2"], "C": ["3"]}),
)


def protected(pot: Any, **limits: Any) -> Any:
    return split_budget(*THREE, pot, cl.Formula({"ehcps": 1}), cl.budget.Protection(**limits))


CASES: dict[str, Callable[[], Any]] = {
    "pence float": lambda: money.pence(0.1, "rent"),
    "pence words": lambda: money.pence("rent"),
    "pence part": lambda: money.pence("0.005"),
    "pence negative": lambda: money.pence("-1"),
    "pence long": lambda: money.pence("1" * 31),
    "number": lambda: money.exact_number(None),
    "percentage": lambda: money.percentage("x%"),
    "proportional": lambda: money.proportional(1, [0]),
    "largest remainder": lambda: money.largest_remainder([F(1, 3)], 2),
    "table ragged": lambda: controlled_rounding([[F(1)], [F(1), F(1)]]),
    "table sums": lambda: controlled_rounding([[F(1), F(1)]], [2], [1, 2]),
    "table rows": lambda: controlled_rounding([[F(1), F(1)]], [1, 1], [1, 1]),
    "table columns": lambda: controlled_rounding([[F(1), F(1)]], [2], [2]),
    "table negative row": lambda: controlled_rounding([[F(1), F(1)]], [-2]),
    "table negative column": lambda: controlled_rounding([[F(1), F(1)]], None, [3, -1]),
    "path": lambda: find_parameter([F(1)], lambda t: [min(t, F(1))], F(200)),
    "award everything": lambda: cl.budget.award([1.5, -2, "x"], 0.5, "rule", floors=[0.1, 0, 0]),
    "award no list": lambda: cl.budget.award("12", 3),
    "award number": lambda: cl.budget.award(12, 3),
    "award nothing": lambda: cl.budget.award([], 3),
    "award zeros": lambda: cl.budget.award([0, 0], 3),
    "award too little claimed": lambda: cl.budget.award([1, 2], 4, "cea"),
    "award floors": lambda: cl.budget.award([4, 4], 3, "proportional", [2, 2]),
    "award caps": lambda: cl.budget.award([4, 4], 3, "proportional", None, [1, 1]),
    "award floor above cap": lambda: cl.budget.award([4, 4], 3, "proportional", [1, 2], [2, 1]),
    "award one floor": lambda: cl.budget.award([4, 4], 3, "cea", [1]),
    "award to unknown ids": lambda: cl.budget.award({"a": 4}, 3, "cea", {"c": 1, "b": 1}),
    "award keys": lambda: cl.budget.award({"a": 4}, 3, "cea", [1], [1]),
    "award cap float": lambda: cl.budget.award({"a": 4}, 3, "cea", None, {"a": 2.5}),
    "pot everything": lambda: cl.Pot(
        1.5, committed={"1": 0.1, "2": "x"}, contingency=0.1, low_incidence="200%"
    ),
    "pot committed": lambda: cl.Pot(1, committed=[1]),
    "pot backdated": lambda: cl.Pot(1, backdated=[1]),
    "pot too small": lambda: cl.Pot("1", committed={"1": "2.01"}, contingency="1"),
    "backdated": lambda: Backdated(urn="1", a_year=1.5, compliance_date=MARCH, paid_from=JANUARY),
    "taper": lambda: Taper(full_to=2, none_from=1),
    "taper words": lambda: Taper(full_to="a", none_from="b"),
    "sparsity": lambda: Sparsity(amount=0.5, near_m=5, far_m=5),
    "formula everything": lambda: cl.Formula(
        {"a": -1, "b": "x"}, {"c": "120%", "d": "y"}, lump_per_cluster=0.5, lump_per_school="-1"
    ),
    "formula no mappings": lambda: cl.Formula([1], [2]),
    "formula zeros": lambda: cl.Formula({"a": 0}),
    "formula rest": lambda: cl.Formula({}, {"a": "60%"}),
    "formula no rest": lambda: cl.Formula({"a": 1}, {"b": 1}),
    "formula lumps": lambda: split("10", cl.Formula(lump_per_cluster="6")),
    "formula all 0": lambda: split_budget(
        problem_of([school("1", measures={"x": 0, "y": 0})]),
        plan_of({"A": ["1"]}),
        "10",
        cl.Formula({"x": 1, "y": 2}, {"y": "10%"}),
    ),
    "plan": lambda: broken(A=["1", "9"], B=[], C=["1"]),
    "plan labels": lambda: split_budget(pair()[0], pair()[1].relabelled({"B": "A"}), "10", NEED),
    "outside": outside,
    "today": lambda: split("10", NEED, cl.budget.Protection(floor="1%"), topup=None),
    "protection everything": lambda: cl.budget.Protection(
        floor=95, cap="x", loss_per_pupil=0.5, gain_per_pupil="-1", method="a", level="b", today=[1]
    ),
    "protection today": lambda: cl.budget.Protection(floor="1%", today={"7": 1, "1": 0.5, 7: 2}),
    "protection order": lambda: cl.budget.Protection(floor="95%", cap="90%"),
    "protection kinds": lambda: cl.budget.Protection(
        floor="9%", gain_per_pupil=1, method="capping"
    ),
    "floors": lambda: protected("400", floor="80%"),
    "floors per pupil": lambda: protected("400", loss_per_pupil="5"),
    "floors of two kinds": lambda: protected("400", floor="80%", loss_per_pupil=1),
    "caps": lambda: protected("700", cap="110%"),
    "caps per pupil": lambda: protected("700", gain_per_pupil="1"),
    "caps of two kinds": lambda: protected("700", cap="110%", gain_per_pupil=1),
    "caps beyond reason": lambda: protected("9000", cap="110%"),
    "level": lambda: split().shares("area"),
    "month": lambda: by_year({"a": 1}, 13),
    "rhythm": lambda: instalments({"a": 1}, "weekly"),
    "amounts": lambda: by_year({"a": -1, "b": 2.5}),
    "line": lambda: recompute("words"),
    "step": lambda: sensitivity(split(), "0%"),
    "step words": lambda: sensitivity(split(), "x"),
    "pots": lambda: by_pot({"a": 4}, {"x": 5}),
    "share called like a sum": lambda: cl.Formula({"need": 1}, {"total": "5%"}),
    "proxies": lambda: high_needs_proxies({"a": "b", "c": "d"}),
    "figure": lambda: fair.gini([1, -1], [1]),
    "figure nothing": lambda: fair.gini([0]),
    "figure epsilon": lambda: fair.atkinson([1], -1),
    "figure needs": lambda: fair.need_line([1, 2], [1]),
    "assumptions": lambda: Assumptions(
        growth="-100%",
        growth_spread="-1%",
        area_spread="x",
        price=50,
        staying="x",
        price_spread=-1,
        cost_per_plan=0.5,
        cost_variation=-1,
        dispersion="much",
    ),
    "staying": lambda: Assumptions(staying=2),
    "scenario": lambda: Scenario(
        name="x",
        other_pounds=-1,
        income_pounds=float("nan"),
        backlog_share="x",
        backlog_months=True,
    ),
    "outlook": lambda: look_ahead(split(), GROWS, risk=0, n_simulations=1, seed=-1),
    "outlook none": lambda: look_ahead(
        split_budget(problem_of([school("1", ehcps=0)]), plan_of({"A": ["1"]}), "1"), GROWS
    ),
    "outlook growth": lambda: look_ahead(split()),
    "outlook series": lambda: Assumptions(growth={"2024": 1, "2025": 0}),
    "outlook fall": lambda: look_ahead(split(), Assumptions(growth="-50%")),
    "outlook money": lambda: look_ahead(split("10", cl.Formula({"pupils": 1})), GROWS),
    "outlook areas": lambda: look_ahead(split(), Assumptions(growth=0, areas={"1": "x"})),
    "outlook level": lambda: look_ahead(split(), GROWS, n_simulations=100).to_frame("area"),
    "committed float": lambda: cl.Pot(Decimal(10), committed={"1": 2.5}),
}


def columns(frame: Any) -> str:
    return ", ".join(map(str, frame.columns))


def rich_split() -> Any:
    problem, plan = authority(9, 3)
    late = Backdated(urn=problem.ids[1], a_year="900", compliance_date=JANUARY, paid_from=MARCH)
    pot = cl.Pot("900000", committed={problem.ids[0]: "1000"}, backdated=late, contingency="2%")
    formula = cl.Formula(
        {"ehcps": 3, "sen_support": 1},
        {"fsm": "20%"},
        lump_per_cluster="1000",
        lump_per_school="200.01",
        taper=Taper(full_to=100, none_from=1000),
        sparsity=Sparsity(amount="300"),
    )
    return split_budget(problem, plan, pot, formula, cl.budget.Protection(floor="60%"))


def lines(items: Any) -> str:
    pairs = items.items() if hasattr(items, "items") else enumerate(items)
    return "\n".join(f"{key}: {value}" for key, value in pairs)


def forged(**change: Any) -> str:
    made = split("1000")
    schools = (replace(made.schools[0], **change), *made.schools[1:])
    return lines(check_split(replace(made, schools=schools)))


def nobody(share: Any) -> Any:
    return replace(share, committed_pence=0)


def owed_nothing() -> str:
    made = rich_split()
    schools = tuple(replace(s, committed_pence=0, backdated_pence=0) for s in made.schools)
    findings = check_split(replace(made, schools=schools))
    return lines([finding for finding in findings if finding.check == "committed"])


def preset(made: cl.Formula) -> str:
    numbers = {**made.weights, **made.shares}
    return f"{made.name} | {made.source} | {made.unit} | {lines(numbers)}"


WORDS: dict[str, Callable[[], str]] = {
    **{
        f"columns by {level}": lambda level=level: columns(rich_split().to_frame(level))
        for level in ("cluster", "school", "pot", "factor")
    },
    "steps": lambda: lines(rich_split().to_frame("pot").set_index("step")["pounds"]),
    "factors": lambda: lines(rich_split().to_frame("factor").set_index("factor")["total"]),
    "units": lambda: lines(rich_split().to_frame("factor").set_index("factor")["unit"]),
    "notes": lambda: lines(rich_split().notes),
    "lines of clusters": lambda: lines(explain(rich_split())),
    "lines of schools": lambda: lines(explain(rich_split(), "school")),
    "columns of effects": lambda: columns(effects(rich_split())),
    "columns of effects by school": lambda: columns(effects(rich_split(), "school")),
    "turbulence": lambda: str(turbulence(rich_split())),
    "columns of sensitivity": lambda: columns(sensitivity(rich_split())),
    "what sensitivity moves": lambda: ", ".join(sensitivity(rich_split())["moved"].unique()),
    "years": lambda: columns(by_year(rich_split()).to_frame()),
    "months": lambda: columns(instalments(rich_split()).to_frame()),
    "terms": lambda: columns(instalments(rich_split(), "termly").to_frame()),
    "fairness": lambda: lines(
        f"{f.name} {f.value:.6f} | {f.convention} | {f.meaning}" for f in fairness(rich_split())
    ),
    "columns of fairness": lambda: columns(fairness_frame(rich_split())),
    "presets": lambda: "\n".join(preset(make()) for make in PRESETS.values()),
    "preset by type": lambda: preset(by_type_and_level({"asd": 2})),
    "preset names": lambda: ", ".join(PRESETS),
    "rules": lambda: lines(RULES),
    "minutes": lambda: lines(MINUTES),
    "assumptions stated": lambda: lines(
        look_ahead(rich_split(), GROWS, n_simulations=100).assumptions
    ),
    "assumptions given": lambda: lines(
        look_ahead(
            split("10"),
            Assumptions(growth=0, cost_per_plan=9, cost_variation=0.5, dispersion=1.5),
            n_simulations=100,
        ).assumptions
    ),
    **{
        f"columns of the outlook by {level}": lambda level=level: columns(
            look_ahead(rich_split(), GROWS, n_simulations=100).to_frame(level)
        )
        for level in ("cluster", "school", "scenario")
    },
    "whole": lambda: str(look_ahead(split("10"), GROWS, n_simulations=100).authority.key),
    "finding formula": lambda: forged(formula_pence=1),
    "finding flexible": lambda: forged(flexible_pence=49_999, formula_pence=49_999),
    "finding negative": lambda: forged(flexible_pence=-1),
    "finding negative formula": lambda: forged(formula_pence=-1),
    "finding negative factor": lambda: forged(factor_pence={"units": -1}),
    "finding committed": lambda: forged(committed_pence=5, backdated_pence=7),
    "finding owed": lambda: owed_nothing(),
    "finding held": lambda: lines(
        check_split(replace(made, clusters=(nobody(made.clusters[0]), *made.clusters[1:])))[:2]
        if (made := rich_split())
        else ()
    ),
    "finding plan": lambda: forged(cluster="B"),
    "finding limits": lambda: forged(floor_pence=70_000),
    "finding caps": lambda: forged(cap_pence=1),
    "finding today": lambda: forged(today_pence=1),
    "finding quantity": lambda: forged(quantity={"units": Fraction(1, 3)}),
    "finding exact": lambda: forged(formula_exact=F(7, 3), flexible_exact=F(8, 3)),
    "finding members": lambda: forged(members=("1", "2")),
    "finding factor names": lambda: lines(check_split(replace(split(), factors=()))),
    "finding clusters": lambda: lines(
        check_split(replace(made, clusters=made.clusters[::-1])) if (made := split()) else ()
    ),
    "finding factors": lambda: lines(
        check_split(
            replace(made, factors=(replace(made.factors[0], total_pence=1), *made.factors[1:]))
        )
        if (made := split())
        else ()
    ),
}


def text_of(case: str) -> str:
    if case in WORDS:
        return WORDS[case]()
    with pytest.raises(cl.ClustersError) as caught:
        CASES[case]()
    return str(caught.value)


def stored() -> dict[str, str]:
    blocks = FILE.read_text(encoding="utf-8").split("\n## ")[1:]
    pairs = (block.split("\n", 1) for block in blocks)
    return {name: text.strip("\n") for name, text in pairs}


@pytest.mark.parametrize("case", [*CASES, *WORDS])
def test_the_words(case):
    assert text_of(case) == stored()[case]


if __name__ == "__main__":
    written = "".join(f"\n## {case}\n{text_of(case)}\n" for case in [*CASES, *WORDS])
    FILE.write_text(f"# Words of the money (test_messages.py)\n{written}", encoding="utf-8")
