"""Group schools into clusters, prove how good the grouping is, and split the money to the penny.

Every public name is listed in ``__all__``; the module that defines it is imported on first use, so
that ``import clusters`` stays fast. Type checkers see ordinary imports.
"""

from __future__ import annotations

import importlib
import logging as _logging
from typing import TYPE_CHECKING, Any

from clusters.shown import attach as _attach

__version__ = "0.2.0.dev0"

if TYPE_CHECKING:  # what type checkers and editors read; a test holds it against _HOME
    from clusters import budget as budget
    from clusters import datasets as datasets
    from clusters import expertise as expertise
    from clusters import explain as explain
    from clusters import lasting as lasting
    from clusters import leads as leads
    from clusters import maps as maps
    from clusters import options as options
    from clusters import readers as readers
    from clusters import rollout as rollout
    from clusters import solver as solver
    from clusters import study as study
    from clusters import verifier as verifier
    from clusters import visits as visits
    from clusters import workbench as workbench
    from clusters import writers as writers
    from clusters.budget import Formula as Formula
    from clusters.budget import Pot as Pot
    from clusters.budget import split_budget as split_budget
    from clusters.domain import Capacity as Capacity
    from clusters.domain import Cluster as Cluster
    from clusters.domain import NeedCount as NeedCount
    from clusters.domain import Plan as Plan
    from clusters.domain import Priorities as Priorities
    from clusters.domain import Problem as Problem
    from clusters.domain import Rules as Rules
    from clusters.domain import School as School
    from clusters.errors import ArgumentError as ArgumentError
    from clusters.errors import ClustersError as ClustersError
    from clusters.errors import DataError as DataError
    from clusters.errors import Fault as Fault
    from clusters.errors import InfeasibleError as InfeasibleError
    from clusters.errors import MoneyError as MoneyError
    from clusters.errors import NoPlanError as NoPlanError
    from clusters.errors import OutOfTimeError as OutOfTimeError
    from clusters.errors import RulesError as RulesError
    from clusters.expertise import propose_sharing as propose_sharing
    from clusters.explain import Change as Change
    from clusters.explain import repair as repair
    from clusters.explain import what_if as what_if
    from clusters.explain import why_all as why_all
    from clusters.explain import why_here as why_here
    from clusters.explain import why_no_plan as why_no_plan
    from clusters.geography import build_problem as build_problem
    from clusters.leads import choose_leads as choose_leads
    from clusters.measures import compare as compare
    from clusters.measures import measure as measure
    from clusters.need_types import NEED_TYPES as NEED_TYPES
    from clusters.options import propose as propose
    from clusters.readers import read_boundary as read_boundary
    from clusters.readers import read_decisions as read_decisions
    from clusters.readers import read_links as read_links
    from clusters.readers import read_pairs as read_pairs
    from clusters.readers import read_plan as read_plan
    from clusters.readers import read_schools as read_schools
    from clusters.report import write_report as write_report
    from clusters.solver import Result as Result
    from clusters.solver import Settings as Settings
    from clusters.solver import solve as solve
    from clusters.verifier import verify as verify
    from clusters.workbench import write_workbench as write_workbench
    from clusters.writers import write_plan as write_plan

_HOME = {
    "budget": (
        "Formula",
        "Pot",
        "split_budget",
    ),
    "domain": (
        "Capacity",
        "Cluster",
        "NeedCount",
        "Plan",
        "Priorities",
        "Problem",
        "Rules",
        "School",
    ),
    "errors": (
        "ArgumentError",
        "ClustersError",
        "DataError",
        "Fault",
        "InfeasibleError",
        "MoneyError",
        "NoPlanError",
        "OutOfTimeError",
        "RulesError",
    ),
    "expertise": ("propose_sharing",),
    "explain": (
        "Change",
        "repair",
        "what_if",
        "why_all",
        "why_here",
        "why_no_plan",
    ),
    "geography": ("build_problem",),
    "leads": ("choose_leads",),
    "measures": (
        "compare",
        "measure",
    ),
    "need_types": ("NEED_TYPES",),
    "options": ("propose",),
    "readers": (
        "read_boundary",
        "read_decisions",
        "read_links",
        "read_pairs",
        "read_plan",
        "read_schools",
    ),
    "report": ("write_report",),
    "solver": (
        "Result",
        "Settings",
        "solve",
    ),
    "verifier": ("verify",),
    "workbench": ("write_workbench",),
    "writers": ("write_plan",),
}
_logging.getLogger(__name__).addHandler(_logging.NullHandler())  # silent unless asked for
_attach(lambda: importlib.import_module("clusters.display"))

_WHERE = {name: module for module, names in _HOME.items() for name in names}
_GROUPS = (
    "budget",
    "datasets",
    "expertise",
    "explain",
    "lasting",
    "leads",
    "maps",
    "options",
    "readers",
    "rollout",
    "solver",
    "study",
    "verifier",
    "visits",
    "workbench",
    "writers",
)
"""Modules whose names are used as ``clusters.budget.award``; each is imported on first use."""

__all__ = sorted([*_WHERE, *_GROUPS, "__version__"])


if not TYPE_CHECKING:  # else a type checker would take any name at all to be there

    def __getattr__(name: str) -> Any:
        """Import a public name on first use (PEP 562)."""
        if name in _WHERE:
            value = getattr(importlib.import_module(f"clusters.{_WHERE[name]}"), name)
            globals()[name] = value
            return value
        if name in _GROUPS:
            return importlib.import_module(f"clusters.{name}")
        msg = f"module 'clusters' has no attribute {name!r}"
        raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
