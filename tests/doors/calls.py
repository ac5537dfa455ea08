"""A correct call for every public function, and values of the wrong kind."""

from __future__ import annotations

import datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

import clusters as cl
import clusters.expertise as cl_posts
from clusters.disclosure import SmallNumbers
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


def names() -> list[str]:
    return list(calls(Path()))
