"""How tests write a pack and read it again."""

import csv
import io
from types import SimpleNamespace

from clusters.budget import Assumptions, look_ahead
from clusters.domain import Plan, Priorities, Rules
from clusters.report import write_report

NO_PDF = ["html", "csv", "maps", "geo", "word", "excel", "letters"]


def found(plan: Plan, **more: object) -> SimpleNamespace:
    """A result as `solve` returns it."""
    known = {
        "plan": plan,
        "status": "feasible",
        "objective": 1000.0,
        "bound": 992.1,
        "gap": 0.0079,
        "seconds": 60.0,
        "history": ((1.0, 1200.0, None), (2.0, 1100.0, 900.0), (60.0, 1000.0, 992.1)),
        "stopped": "time limit",
    }
    return SimpleNamespace(**{**known, **more})


def write(folder, problem, plan, other, split, **more):
    known = {
        "rules": Rules(n_clusters=4),
        "priorities": Priorities(travel_by="ehcps"),
        "split": split,
        "outlook": look_ahead(split, Assumptions(growth="5%"), n_simulations=200),
        "run_file": "run.json",
        "sources": ["Census"],
        "leads": {"1": "Ms Lead"},
        "why_here": {"1": ["It is near the others."]},
        "formats": [
            part for part in NO_PDF if part != "letters" or more.get("audience") != "public"
        ],
    }
    options = {"Shortest": found(plan), "Another": other}
    return write_report(folder, problem, options, **{**known, **more})


def rows(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def files(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
