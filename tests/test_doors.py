"""Every public door: arguments of the wrong kind end in an error that names them."""

from __future__ import annotations

import copy
import datetime
import importlib
import inspect
import pickle
import typing
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import clusters as cl
import clusters.expertise as cl_posts
from clusters.arguments import checked
from clusters.disclosure import SmallNumbers
from clusters.domain import Problem, plan_of
from clusters.errors import ClustersError
from clusters.lasting import Forecast
from clusters.readers import Commitment
from clusters.rollout import StartRules

IDS = [f"s{k}" for k in range(6)]
XY = [[2_000 * k, 1_000 * (k % 2)] for k in range(6)]
ROOMS = (
    "budget",
    "datasets",
    "disclosure",
    "expertise",
    "explain",
    "geography",
    "lasting",
    "leads",
    "maps",
    "measures",
    "naming",
    "options",
    "readers",
    "report",
    "rollout",
    "verifier",
    "visits",
    "writers",
)


def school(k: int, **more: Any) -> cl.School:
    x, y = XY[k]
    facts: dict[str, Any] = {
        "urn": IDS[k],
        "name": f"School {k}",
        "easting": x,
        "northing": y,
        "pupils": 100 + k,
        "ehcps": 3,
        "sen_support": 5,
        "need": {"asd": cl.NeedCount(ehcps=1, sen_support=2)},
        "expertise": {"asd": cl.Capacity(amount=1, unit="places")},
        "pyramid": "P",
        "can_lead": True,
    }
    return cl.School(**facts | more)


@cache
def good() -> SimpleNamespace:
    """One of each kind of thing, made once."""
    from clusters import budget

    schools = [school(k) for k in range(6)]
    problem = cl.build_problem(schools)
    rules = cl.Rules(n_clusters=2)
    settings = cl.Settings(time_limit_s=5, work_limit=0.1, workers=1)
    plan = cl.Plan.from_assignment(dict(zip(IDS, ["s1"] * 3 + ["s4"] * 3, strict=True)))
    split = cl.split_budget(problem, plan, "1000", cl.Formula())
    return SimpleNamespace(
        schools=schools,
        problem=problem,
        rules=rules,
        settings=settings,
        plan=plan,
        split=split,
        result=cl.solve(problem, rules, settings=settings),
        priorities=cl.Priorities(),
        pot=cl.Pot("1000"),
        formula=cl.Formula(),
        protection=cl.budget.Protection(today=dict.fromkeys(IDS, "100")),
        amounts={"a": 5, "b": 7},
        budget=budget,
        even=cl.Rules(n_clusters=2, balance={"pupils": 0.9}),
        forecast=Forecast(numbers={"pupils": {"2027": dict.fromkeys(IDS, 100)}}),
        starts=StartRules(starts=["2026-09-01"]),
        answer=cl.what_if(problem, rules, plan, cl.Change.close("s0", to="s1"), settings=settings),
    )


def calls(folder: Path) -> dict[str, dict[str, Any]]:
    """Arguments with which each public function, and each class that users make, works."""
    g = good()
    problem, plan, rules, split = g.problem, g.plan, g.rules, g.split
    both = {"problem": problem, "plan": plan}
    asked = {"problem": problem, "rules": rules, "settings": g.settings}
    plans = {"A": plan, "B": plan}
    money = {"pot": g.pot, "formula": g.formula}
    table = folder / "schools.csv"
    return {
        "budget.award": {"claims": g.amounts, "pot": "3"},
        "build_problem": {"schools": g.schools},
        "leads.check_areas": {**both, "areas": {"1": "N", "2": "S"}},
        "leads.check_leads": {**both, "leads": {"1": "s1", "2": "s4"}},
        "choose_leads": both,
        "compare": {"problem": problem, "plans": plans},
        "expertise.compare_sharing": {"problem": problem, "plans": plans},
        "expertise.expertise_sensitivity": {**both, "draws": 3},
        "expertise.gap_floor": {"problem": problem, "rules": rules},
        "explain.improve_curve": {
            **both,
            "rules": rules,
            "max_moves": 1,
            "settings": cl.Settings(time_limit_s=0.2),
        },
        "leads.leads_as_centres": {"problem": problem, "rules": rules},
        "leads.make_areas": {**both, "n_areas": 1, "settings": g.settings},
        "expertise.mapping_frame": {"mapping": {"asd": ["ASD"]}},
        "measure": both,
        "expertise.nearest_holders": both,
        "expertise.need_beyond_reach": {"problem": problem, "within_m": 500},
        "writers.plan_frame": both,
        "writers.plan_geodataframe": both,
        "leads.problem_of_clusters": both,
        "propose": {**asked, "n_options": 1},
        "propose_sharing": both,
        "expertise.reach": both,
        "read_boundary": {"source": table},
        "read_links": {"source": table},
        "read_pairs": {"source": table},
        "read_plan": {"source": table, "problem": problem},
        "readers.read_postcodes": {"source": table},
        "read_schools": {"source": table},
        "expertise.recode": {"schools": g.schools, "mapping": {"asd": ["asd"]}},
        "repair": {**both, "rules": rules, "settings": cl.Settings(time_limit_s=0.5)},
        "expertise.rules_for_fewest_gaps": {"problem": problem, "rules": rules},
        "expertise.share_team": {**both, "posts": [cl.expertise.TeamRole(name="EP", posts=2)]},
        "solve": asked,
        "split_budget": {**both, **money},
        "options.consensus": {"problem": problem, "rules": rules, "maps": plans},
        "options.fairness": {"problem": problem, "rules": rules, "plans": plans},
        "options.rank_options": {"orders": {"Ann": ["A", "B"]}},
        "options.score": {"values": {"A": {"x": 1}, "B": {"x": 2}}, "weights": {"x": 1}},
        "options.stability": {**both, "rules": rules, "settings": g.settings, "draws": 1},
        "options.together_in_every": {"problem": problem, "plans": plans},
        "options.trade_off": {**asked, "n_points": 2, "b": "pyramids"},
        "expertise.unmet_floor": {
            "problem": problem,
            "rules": rules,
            "priorities": cl.Priorities(expertise=1, pupils_per_capacity={"asd": 2}),
        },
        "verify": {**both, "rules": rules},
        "what_if": {
            **both,
            "rules": rules,
            "changes": cl.Change.together("s0", "s1"),
            "settings": g.settings,
        },
        "why_all": {**both, "rules": rules},
        "why_here": {**both, "rules": rules, "school": "s0"},
        "why_no_plan": {
            "problem": problem,
            "rules": rules,
            "settings": cl.Settings(time_limit_s=0.5),
        },
        "writers.write_frame": {"path": folder / "f.csv", "frame": pd.DataFrame({"a": [1]})},
        "writers.write_geopackage": {**both, "path": folder / "f.gpkg"},
        "write_plan": {**both, "path": folder / "p.csv"},
        "write_workbench": {**both, "rules": rules, "path": folder / "w.html"},
        "workbench.serve_workbench": {
            **both,
            "rules": rules,
            "decisions": folder / "d.json",
            "open_browser": False,
        },
        "write_report": {"path": folder / "page.html", "problem": problem, "options": plan},
        "writers.write_run": {"path": folder / "run.json", "problem": problem},
        "budget.controlled_rounding": {"table": [[Fraction(1, 2), Fraction(1, 2)]]},
        "budget.look_ahead": {
            "split": split,
            "assumptions": g.budget.Assumptions(growth=0, cost_per_plan=5),
            "n_simulations": 100,
        },
        "budget.look_years_ahead": {
            "split": split,
            "assumptions": g.budget.Assumptions(growth=0, cost_per_plan=5),
            "n_simulations": 100,
        },
        "budget.payments": {"split": split, "first": datetime.date(2026, 9, 1)},
        "budget.plan_years": {"years": [g.budget.FinancialYear(name="x", grant=5)]},
        "budget.tiers": {"split": split, "areas": {"1": "N", "2": "S"}},
        "budget.true_years": {"amounts": {"2026/27": g.amounts}},
        "budget.recompute": {"line": ""},
        "budget.by_pot": {"amounts": g.amounts, "pots": {"x": 5, "y": 7}},
        "budget.by_year": {"amounts": g.amounts},
        "budget.check_split": {"split": split},
        "budget.committed_in_a_year": {
            "commitments": [Commitment(urn="s1", a_year_pence=5)],
        },
        "budget.compare_rules": {"claims": g.amounts, "pot": "3"},
        "budget.effects": {
            "split": cl.split_budget(problem, plan, protection=g.protection, **money)
        },
        "budget.explain": {"split": split},
        "budget.fairness": {"split": split},
        "budget.fairness_frame": {"split": split},
        "budget.instalments": {"amounts": g.amounts},
        "budget.sensitivity": {"split": split},
        "budget.transition": {
            **both,
            "pots": ["1000", "1100"],
            "formula": g.formula,
            "protection": cl.budget.Protection(floor="98%", today=dict.fromkeys(IDS, "100")),
        },
        "budget.turbulence": {
            "split": cl.split_budget(problem, plan, protection=g.protection, **money)
        },
        "datasets.load_plan": {"problem": problem},
        "datasets.load_problem": {"need_weights": {"ehcps": 1}},
        "datasets.path": {"name": "schools.csv"},
        "disclosure.redacted": {"problem": problem},
        "disclosure.hide_counts": {
            "counts": {"a": 3, "b": 9},
            "clusters": {"North": ["a"], "South": ["b"]},
            "policy": SmallNumbers(),
        },
        "disclosure.hide_amounts": {
            "amounts": {"a": 3.0, "b": 9.0},
            "clusters": {"North": ["a"], "South": ["b"]},
        },
        "geography.check_connected": {"problem": problem},
        "geography.parts": {"problem": problem},
        "geography.suggest_bridges": {"problem": problem},
        "maps.map_png": {**both, "path": folder / "m.png"},
        "maps.difference_png": {
            "problem": problem,
            "before": plan,
            "after": plan,
            "path": folder / "d.png",
        },
        "maps.small_multiples_png": {
            "problem": problem,
            "plans": plans,
            "path": folder / "s.png",
        },
        "maps.certainty_svg": {**both, "shares": {"s0": 1.0}, "title": "t"},
        "maps.changes": {"problem": problem, "before": plan, "after": plan},
        "maps.difference_svg": {"problem": problem, "before": plan, "after": plan, "title": "t"},
        "maps.lay_out": both,
        "maps.map_svg": {**both, "title": "t"},
        "maps.read_backdrop": {"sources": None},
        "maps.school_numbers": {"problem": problem},
        "maps.matched_numbers": {"problem": problem, "before": plan, "after": plan},
        "maps.same_numbers": {"problem": problem, "plans": plans},
        "maps.shared_colours": {"problem": problem, "plans": plans},
        "measures.always_together": {"plans": plans},
        "measures.co_membership": {"plans": plans},
        "measures.places_of": {"problem": problem, "groups": plan},
        "naming.name_clusters": both,
        "expertise.share_posts": {
            **both,
            "posts": [cl_posts.Post(name="x", kind="asd", cost="5", covers=2)],
            "budget": "5",
            "pupils_per_capacity": {"asd": 2},
            "settings": cl.Settings(time_limit_s=0.5),
        },
        "expertise.gaps": {**both, "pupils_per_capacity": {"asd": 2}},
        "readers.read_commitments": {
            "source": pd.DataFrame({"urn": ["s1"], "a_year": ["5"]}),
            "problem": problem,
        },
        "readers.read_backdated": {
            "source": pd.DataFrame(
                {
                    "urn": ["s1"],
                    "a_year": ["5"],
                    "compliance_date": ["2026-01-01"],
                    "paid_from": ["2026-02-01"],
                }
            ),
            "problem": problem,
        },
        "readers.read_caseload": {
            "source": pd.DataFrame({"year": ["2024", "2025"], "ehcplans": ["5", "6"]})
        },
        "explain.after_changes": {
            **both,
            "rules": rules,
            "changes": cl.Change.close("s0", to="s1"),
        },
        "explain.money_of_change": {**both, "answer": g.answer, "pot": g.pot},
        "lasting.in_year": {"problem": problem, "forecast": g.forecast, "year": "2027"},
        "lasting.measure_of": {"name": "pupils", "year": "2027"},
        "lasting.price_by_horizon": {
            **asked,
            "rules": g.even,
            "forecast": g.forecast,
        },
        "lasting.price_of_lasting": {
            **asked,
            "rules": g.even,
            "forecast": g.forecast,
        },
        "lasting.project_cohorts": {
            "problem": problem,
            "groups": {key: {0: 5, 1: 6} for key in IDS},
            "today": "2026",
        },
        "lasting.rules_for_years": {"rules": g.even, "forecast": g.forecast},
        "lasting.verify_years": {**both, "rules": g.even, "forecast": g.forecast},
        "lasting.with_forecast": {"problem": problem, "forecast": g.forecast},
        "lasting.with_rate": {"problem": problem, "forecast": g.forecast, "measure": "need"},
        "lasting.with_sum": {
            "forecast": g.forecast,
            "measure": "need",
            "weights": {"pupils": 1},
        },
        "readers.read_forecast": {
            "source": pd.DataFrame({"urn": IDS, "2027": range(6)}),
            "problem": problem,
        },
        "readers.read_year_groups": {
            "source": pd.DataFrame({"urn": IDS, "Y1": range(1, 7)}),
            "problem": problem,
        },
        "rollout.check_starts": {**both, "rules": rules, "starts": {}, "asked": g.starts},
        "rollout.choose_starts": {**both, "rules": rules, "asked": g.starts},
        "visits.compare_tables": {"problems": {"a": problem}, "rules": rules, "plans": plan},
        "visits.longest_of": {"problems": {"a": problem}},
        "visits.round_trips": both,
        "visits.with_journeys": {"problem": problem, "travel_m": problem.travel},
        "report.equality_frame": both,
        "report.furthest_frame": both,
        "report.small_frame": both,
        # Classes that users make.
        "leads.Candidate": {"urn": "s1"},
        "Capacity": {"amount": 1, "unit": "places"},
        "Change": {"kind": "drop", "name": "balance"},
        "Formula": {},
        "leads.LeadPriorities": {},
        "leads.LeadRules": {},
        "NeedCount": {"ehcps": 1},
        "Pot": {"total": "5"},
        "Priorities": {},
        "Problem.from_arrays": {"ids": IDS, "xy_m": XY},
        "Problem.from_schools": {"schools": g.schools},
        "budget.Protection": {"floor": "98%", "today": dict.fromkeys(IDS, "100")},
        "expertise.Provider": {
            "urn": "x",
            "name": "X",
            "easting": 1,
            "northing": 2,
            "capacity": {"asd": cl.Capacity(amount=1, unit="places")},
        },
        "Rules": {"n_clusters": 2},
        "School": {"urn": "s1", "name": "A", "easting": 1, "northing": 2},
        "Settings": {},
        "expertise.TeamRole": {"name": "EP", "posts": 1},
        "options.Theme": {
            "name": "x",
            "sentence": "y",
            "cares_for": None,
            "priorities": g.priorities,
        },
        "lasting.Forecast": {"numbers": {"pupils": {"2027": {"s1": 5}}}},
        "rollout.StartRules": {"starts": ["2026-09-01"]},
        "budget.Assumptions": {},
        "budget.Backdated": {
            "urn": "s1",
            "a_year": "5",
            "compliance_date": datetime.date(2025, 1, 1),
            "paid_from": datetime.date(2025, 9, 1),
        },
        "budget.Contribution": {"cluster": "x", "giver": "y", "amount": "5"},
        "budget.FinancialYear": {"name": "x", "grant": "5"},
        "budget.Scenario": {"name": "x"},
        "budget.Sparsity": {"amount": "5"},
        "budget.Taper": {"full_to": 1, "none_from": 2},
        "disclosure.SmallNumbers": {},
        "expertise.Post": {"name": "x", "kind": "asd", "cost": "5", "covers": 2},
    }


LEFT_OUT = {
    # They take no plan, problem or choice of the user's, only numbers, texts and arrays.
    *("clean", "escape", "escaped", "gini", "difference", "matches", "overlap", "place_of"),
    # A path alone, in tests of its own.
    *("read_decisions", "read_cells", "read_group"),
    # No arguments, or texts only.
    *("load_barriers", "load_boundary", "load_schools"),
}


def callables() -> Iterator[tuple[str, Any]]:
    for name in cl.__all__:
        yield name, getattr(cl, name)
    for room in ROOMS:
        module = importlib.import_module(f"clusters.{room}")
        for name in module.__all__:
            if name not in cl.__all__:
                yield f"{room}.{name}", getattr(module, name)


def function_of(name: str) -> Callable[..., Any]:
    first, _, rest = name.partition(".")
    start = importlib.import_module(f"clusters.{first}") if first in ROOMS else getattr(cl, first)
    function: Callable[..., Any] = getattr(start, rest) if rest else start
    return function


class Alien:
    """Of no kind that any function takes."""


def wrong_values() -> dict[str, Any]:
    g = good()
    return {
        "None": None,
        "number": -7,
        "fraction": 2.5,
        "nan": float("nan"),
        "text": "no such thing",
        "bytes": b"bytes",
        "list": [],
        "list of None": [None],
        "list of lists": [[1, "a"], None],
        "mapping": {},
        "mapping to None": {"a": None},
        "mapping of numbers": {1: {2: 3}},
        "set": {1, 2},
        "frame": pd.DataFrame({"a": [1, 2]}),
        "array": np.array([["a", "b"], ["c", "d"]]),
        "generator": (k for k in [Alien()]),
        "alien": Alien(),
        "class": Alien,
        "problem": g.problem,
        "rules": g.rules,
        "plan": g.plan,
        "split": g.split,
    }


SLOW = (
    *("maps.map_png", "maps.difference_png", "maps.small_multiples_png", "datasets.load_problem"),
    *("budget.look_ahead", "budget.look_years_ahead", "budget.sensitivity"),
    "propose",
    "options.trade_off",
    "write_report",
    "leads.make_areas",
    "writers.write_geopackage",
    "explain.improve_curve",
    "lasting.price_by_horizon",
    "lasting.price_of_lasting",
)


def refused(function: Callable[..., Any], arguments: Mapping[str, Any], what: str) -> str | None:
    """Call; the message where it is refused. Any other error fails the test."""
    try:
        function(**arguments)
    except ClustersError as error:
        return str(error)
    except (TypeError, ValueError, KeyError, AttributeError, IndexError, AssertionError) as error:
        raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error
    return None


def test_every_public_function_is_walked(tmp_path):
    walked = {name.rpartition(".")[2] for name in calls(tmp_path)}
    missing = [
        name
        for name, value in callables()
        if inspect.isfunction(value) and name.rpartition(".")[2] not in walked | LEFT_OUT
    ]
    assert not missing


def names() -> list[str]:
    return list(calls(Path()))


@pytest.mark.parametrize("name", names())
def test_wrong_kinds_are_refused_by_name(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments, function = calls(tmp_path)[name], function_of(name)
    signature = inspect.signature(function)
    for parameter in signature.parameters.values():
        if parameter.name.startswith("_") or parameter.name in ("sources", "decisions"):
            continue
        anything = parameter.annotation in ("Any", "object")
        for label, value in wrong_values().items():
            if name in SLOW and label not in ("None", "number", "list of None", "alien", "plan"):
                continue
            what = f"{name}({parameter.name}={label})"
            said = refused(function, {**arguments, parameter.name: value}, what)
            if label == "alien" and not anything:
                assert said is not None, f"{what} was accepted"
            in_words = "Amount" in str(parameter.annotation) or "Number" in str(
                parameter.annotation
            )
            if said is not None and label == "alien" and not anything and not in_words:
                assert parameter.name in said, f"{what}: {said}"


def test_methods_of_answers_refuse_wrong_kinds():
    g = good()
    measures = cl.measure(g.problem, g.plan)
    methods: list[tuple[Callable[..., Any], str]] = [
        (g.problem.measure, "name"),
        (g.problem.position, "school_id"),
        (g.problem.school, "school_id"),
        (g.plan.cluster_of, "school_id"),
        (g.plan.relabelled, "labels"),
        (cl.Plan.from_assignment, "assignment"),
        (g.split.to_frame, "level"),
        (measures.to_frame, "kind"),
        (measures.rows, "kind"),
        (measures.coverage, "value"),
        (cl.compare(g.problem, {"A": g.plan}).to_frame, "kind"),
    ]
    for method, name in methods:
        for label in ("None", "number", "text", "list", "frame", "alien"):
            what = f"{method.__qualname__}({name}={label})"
            assert refused(method, {name: wrong_values()[label]}, what), f"{what} was accepted"


# ---- the call ------------------------------------------------------------------------------------


def test_swapped_arguments_are_named():
    g = good()
    with pytest.raises(cl.ArgumentError, match=r"problem and rules look swapped.*solve\(problem, "):
        cl.solve(g.rules, g.problem)
    with pytest.raises(cl.ArgumentError, match="school and priorities look swapped"):
        cl.why_here(g.problem, g.rules, g.plan, g.priorities, "s0")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda g: cl.solve(g.problem), "missing a required argument: 'rules'"),
        (lambda g: cl.solve(g.problem, g.rules, seting=1), "did you mean settings"),
        (lambda _g: cl.Rules(n_cluster=3), "did you mean n_clusters"),
        (lambda _g: cl.build_problem("schools.csv"), "schools is the text 'schools.csv'"),
        (lambda _g: cl.build_problem(Path("schools.csv")), "schools is a PosixPath"),
        (
            lambda _g: cl.build_problem(["101", "102"]),
            "schools\\[0\\] is the text '101', not a School",
        ),
        (lambda g: cl.solve(g.problem, g.rules, settings={}), "settings is a dict, not a Settings"),
        (lambda _g: cl.Rules(n_clusters=2, together=None), "together is not a list of groups"),
        (lambda _g: cl.Rules(n_clusters=2, apart=None), "apart is not a list of groups"),
        (lambda _g: cl.Rules(n_clusters=2, centres=5), "centres is not a list of ids"),
        (lambda _g: cl.Rules(n_clusters=2, centres="107600"), "centres is not a list of ids"),
        (lambda _g: cl.Rules(n_clusters=2, exceptions={"a": None}), "exceptions\\['a'\\] names no"),
        (lambda _g: cl.School(urn="1", name=5, easting=1, northing=2), "name is the number 5"),
        (
            lambda g: cl.measure(g.problem, g.plan).to_frame("x"),
            "no frame 'x'.*to_frame\\('cluster'",
        ),
    ],
)
def test_the_right_call_is_shown(call, words):
    with pytest.raises(ClustersError, match=words):
        call(good())


def test_the_signature_and_the_documentation_stay():
    assert str(inspect.signature(cl.solve)).startswith("(problem: 'Problem', rules: 'Rules'")
    assert list(inspect.signature(cl.Rules).parameters)[:2] == ["n_clusters", "schools_per_cluster"]
    assert "Examples" in (cl.verify.__doc__ or "")
    assert typing.get_type_hints(cl.verify)["problem"] is Problem


def test_examples_of_checked_functions_are_still_found_by_doctest():
    """Doctest leaves out functions whose globals are not those of the module it looks at."""
    import doctest

    module = importlib.import_module("clusters.geography.parts")
    found = {test.name for test in doctest.DocTestFinder().find(module) if test.examples}
    assert "clusters.geography.parts.suggest_bridges" in found


def test_an_iterator_is_read_once_and_a_series_is_a_mapping():
    @checked
    def twice(names: list[str] | typing.Iterable[str], by: Mapping[str, int]) -> tuple[int, int]:
        return len(list(names)) + len(list(names)), by["a"]

    assert twice((name for name in "ab"), pd.Series([7], index=["a"])) == (4, 7)
    assert twice({"a": 1}.keys(), {"a": 7}) == (2, 7)
    table = pd.DataFrame({"x": [0, 5], "y": [0, 5]}, index=[101, 102])
    by_index = Problem.from_arrays(table.index, table, {"need": pd.Series([1, 2])})
    assert by_index.ids == Problem.from_arrays({101: 1, 102: 2}.keys(), table).ids == (101, 102)
    with pytest.raises(cl.ArgumentError, match="by is a Series with a label that occurs twice"):
        twice(["a"], pd.Series([7, 8], index=["a", "a"]))


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


# ---- errors --------------------------------------------------------------------------------------


def subclasses(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)


def make(kind: type) -> ClustersError:
    fault = cl.Fault(what="a", remedy="b", urn="7")
    if kind is cl.InfeasibleError:
        return cl.InfeasibleError("none", ["one rule", "another"])
    error: ClustersError = kind("text") if issubclass(kind, cl.NoPlanError) else kind([fault] * 2)
    return error


@pytest.mark.parametrize("kind", [k for k in subclasses(ClustersError) if k.__name__[0] != "_"])
def test_every_error_survives_pickling_and_copying(kind):
    error = make(kind)
    error.add_note("seen in row 5")
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is kind
        assert str(again) == str(error)
        assert getattr(again, "faults", ()) == getattr(error, "faults", ())
        assert getattr(again, "conflict", ()) == getattr(error, "conflict", ())
        assert again.__notes__ == ["seen in row 5"]


# ---- facts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        ([None, "b"], "ids\\[0\\] is None"),
        ([float("nan"), "b"], "id 1 is no number \\(nan\\)"),
        ([True, "b"], "ids\\[0\\] is True"),
        (["", "b"], "id 1 is the text ''"),
        (["a", "a "], "'a' and 'a ' cannot be told apart"),
        (["1", 1], "'1' and 1 cannot be told apart"),
        ([("a", 1), 2], "ids\\[0\\] is a tuple, not an id"),
        (["a", "a"], "URN appears more than once"),
    ],
)
def test_ids_that_name_no_school_are_refused(ids, words):
    with pytest.raises(ClustersError, match=words):
        Problem.from_arrays(ids, [[0, 0], [1, 1]])
    if all(isinstance(key, str | int) and not isinstance(key, bool) and key != "" for key in ids):
        schools = [cl.School(urn=key, name="x", easting=k, northing=0) for k, key in enumerate(ids)]
        with pytest.raises(cl.DataError, match=words):
            cl.build_problem(schools)
    else:
        with pytest.raises(ClustersError, match="urn is"):
            cl.School(urn=ids[0], name="x", easting=1, northing=2)


@pytest.mark.parametrize("home", [(415_000, 417_000), (180_000, 41_000)])  # Kirklees, Cornwall
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x, y: (x, 10 * y), "km from the middle of all schools"),
        (lambda x, y: (10 * x, y), "km from the middle of all schools"),
        (lambda *_: (0, 0), "the position is 0, 0"),
        (lambda *_: (-1.78, 53.65), "the position is in degrees"),
        (lambda *_: (53.65, -1.78), "the position is in degrees"),
    ],
)
def test_one_school_out_of_place_is_refused(home, change, words):
    rng = np.random.default_rng(1)
    xy = np.array(home) + rng.uniform(-15_000, 15_000, (12, 2))
    xy[5] = change(*xy[5])
    ids = [str(k) for k in range(12)]
    with pytest.raises(cl.DataError, match=f"URN 5.*{words}") as caught:
        Problem.from_arrays(ids, xy)
    assert len(caught.value.faults) == 1
    schools = [
        cl.School(urn=k, name=k, easting=x, northing=y) for k, (x, y) in zip(ids, xy, strict=True)
    ]
    with pytest.raises(cl.DataError, match=f"URN 5.*{words}"):
        cl.build_problem(schools)


def test_degrees_are_refused_in_plain_arrays():
    with pytest.raises(cl.DataError, match="look like degrees"):
        Problem.from_arrays(["a", "b"], [[-1.78, 53.6], [-1.7, 53.7]])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"xy_m": [["a", "b"]] * 3}, "xy_m is not an array of numbers"),
        ({"xy_m": [[0, 0], [1], [2, 2]]}, "xy_m is not an array of numbers"),
        ({"measures": {"need": ["x", 1, 2]}}, "need is not an array of numbers"),
        ({"travel_m": [["x"] * 3] * 3}, "travel_m is not an array of numbers"),
        ({"travel_m": np.ones(3)}, "travel_m has shape"),
        ({"neighbours": {"a": ["b"]}}, "pair 1 is not a pair of ids|neighbours"),
        ({"neighbours": np.ones((3, 3))}, "neighbours"),
        ({"neighbours": [("a", "b", "c")]}, "neighbours"),
        ({"measures": {"schools": [1, 50, 1]}}, "built in"),
    ],
)
def test_plain_arrays_of_the_wrong_kind_are_refused(arguments, words):
    facts = {"ids": ["a", "b", "c"], "xy_m": [[0, 0], [1, 0], [2, 0]]} | arguments
    with pytest.raises(ClustersError, match=words):
        Problem.from_arrays(**facts)


def test_a_measure_named_as_a_built_in_one_is_refused():
    with pytest.raises(cl.DataError, match="'schools', which the school has already"):
        school(0, measures={"schools": 50})
    with pytest.raises(cl.DataError, match="'pupils', which the school has already"):
        school(0, measures={"pupils": 50})
    with pytest.raises(cl.DataError, match="'ehcps_asd', which the school has already"):
        school(0, measures={"ehcps_asd": 50})
    with pytest.raises(cl.DataError, match="built in"):
        good().problem.with_measures(schools=np.ones(6))
    assert school(0, pupils=None, measures={"pupils": 50}).measures["pupils"] == 50


def test_a_total_beyond_exact_sums_is_refused_with_the_largest_that_is_exact():
    xy = [(1000 * k, 0) for k in range(8)]
    ids = [str(k) for k in range(8)]
    with pytest.raises(cl.DataError, match="exact up to 9,223,372,036,854 only"):
        Problem.from_arrays(ids, xy, {"value": np.full(8, 2e12)})
    pairs = list(pairwise(ids))
    problem = Problem.from_arrays(ids, xy, {"value": np.full(8, 1.15e12)}, pairs)
    rules = cl.Rules(n_clusters=2, balance={"value": 0.1})
    priorities = cl.Priorities(travel_by="schools")
    assert cl.solve(problem, rules, priorities, cl.Settings(time_limit_s=9)).objective == 8_000


JOURNEYS = np.hypot(*(np.array(XY)[:, None] - np.array(XY)[None]).transpose(2, 0, 1))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"travel_min": JOURNEYS / 1000 * 2.1 * 60}, "look like seconds, not minutes"),
        ({"travel_min": JOURNEYS / 1000 * 2.1 / 60}, "look like hours, not minutes"),
        ({"travel_min": JOURNEYS * 1.3}, "look like metres, not minutes"),
        ({"travel_m": JOURNEYS * 1.3 / 1000}, "look like kilometres, not metres"),
        ({"travel_m": JOURNEYS * 1.3 / 1609.344}, "look like miles, not metres"),
    ],
)
def test_journeys_in_another_unit_are_refused_with_the_unit(given, words):
    with pytest.raises(cl.DataError, match=words):
        cl.build_problem([school(k) for k in range(6)], **given)
    with pytest.raises(cl.DataError, match=words):
        Problem.from_arrays(IDS, XY, **given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"travel_min": JOURNEYS / 1000 * 25}, "30 journeys are slower than 3 km/h"),
        ({"travel_min": JOURNEYS / 1000 * 0.4}, "30 journeys are faster than 120 km/h"),
        ({"travel_m": JOURNEYS * 0.5}, "30 journeys are shorter than the straight line"),
        ({"travel_min": JOURNEYS / 1000 * 2}, None),
        ({"travel_min": JOURNEYS / 1000 * 13}, None),  # on foot
        ({"travel_m": JOURNEYS * 1.3}, None),
    ],
)
def test_odd_journeys_are_noted(given, words):
    for problem in (
        cl.build_problem([school(k) for k in range(6)], **given),
        Problem.from_arrays(IDS, XY, **given),
    ):
        said = [note for note in problem.notes if "check that they are" in note]
        assert len(said) == (words is not None)
        assert words is None or said[0].startswith(words)


@pytest.mark.parametrize("number", [2_147_483_647, 4_294_967_295, 1e9, 99_999])
def test_a_routers_number_for_no_way_is_refused(number):
    minutes = JOURNEYS / 1000 * 2
    minutes[1, 4] = number
    with pytest.raises(cl.DataError, match=r"from s1 to s4.*put infinity there"):
        Problem.from_arrays(IDS, XY, travel_min=minutes)
    minutes[1, 4] = np.inf
    assert np.isinf(Problem.from_arrays(IDS, XY, travel_min=minutes).travel[1, 4])


def test_a_wrong_id_in_bridges_is_told_of_bridges():
    with pytest.raises(cl.DataError, match=r"^bridges, URN zz"):
        cl.build_problem([school(k) for k in range(6)], bridges=[("s0", "zz")])
