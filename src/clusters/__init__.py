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
    from clusters import datasets as datasets
    from clusters.budget import Formula as Formula
    from clusters.budget import Pot as Pot
    from clusters.budget import Protection as Protection
    from clusters.budget import Split as Split
    from clusters.budget import award as award
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
    from clusters.expertise import Agreement as Agreement
    from clusters.expertise import Agreements as Agreements
    from clusters.expertise import GapFloor as GapFloor
    from clusters.expertise import Provider as Provider
    from clusters.expertise import Reaches as Reaches
    from clusters.expertise import Sensitivity as Sensitivity
    from clusters.expertise import Team as Team
    from clusters.expertise import TeamRole as TeamRole
    from clusters.expertise import compare_sharing as compare_sharing
    from clusters.expertise import expertise_sensitivity as expertise_sensitivity
    from clusters.expertise import gap_floor as gap_floor
    from clusters.expertise import mapping_frame as mapping_frame
    from clusters.expertise import nearest_holders as nearest_holders
    from clusters.expertise import need_beyond_reach as need_beyond_reach
    from clusters.expertise import propose_sharing as propose_sharing
    from clusters.expertise import reach as reach
    from clusters.expertise import recode as recode
    from clusters.expertise import rules_for_fewest_gaps as rules_for_fewest_gaps
    from clusters.expertise import share_team as share_team
    from clusters.expertise import unmet_floor as unmet_floor
    from clusters.explain import Change as Change
    from clusters.explain import improve_curve as improve_curve
    from clusters.explain import repair as repair
    from clusters.explain import what_if as what_if
    from clusters.explain import why_all as why_all
    from clusters.explain import why_here as why_here
    from clusters.explain import why_no_plan as why_no_plan
    from clusters.geography import build_problem as build_problem
    from clusters.leads import Areas as Areas
    from clusters.leads import Candidate as Candidate
    from clusters.leads import LeadPriorities as LeadPriorities
    from clusters.leads import LeadRules as LeadRules
    from clusters.leads import Leads as Leads
    from clusters.leads import check_areas as check_areas
    from clusters.leads import check_leads as check_leads
    from clusters.leads import choose_leads as choose_leads
    from clusters.leads import leads_as_centres as leads_as_centres
    from clusters.leads import make_areas as make_areas
    from clusters.leads import problem_of_clusters as problem_of_clusters
    from clusters.measures import compare as compare
    from clusters.measures import measure as measure
    from clusters.need_types import BROAD_AREAS as BROAD_AREAS
    from clusters.need_types import COUNCIL_CATEGORIES as COUNCIL_CATEGORIES
    from clusters.need_types import NEED_TYPES as NEED_TYPES
    from clusters.options import Theme as Theme
    from clusters.options import propose as propose
    from clusters.options import together_in_every as together_in_every
    from clusters.options import trade_off as trade_off
    from clusters.readers import Decisions as Decisions
    from clusters.readers import read_boundary as read_boundary
    from clusters.readers import read_decisions as read_decisions
    from clusters.readers import read_links as read_links
    from clusters.readers import read_pairs as read_pairs
    from clusters.readers import read_plan as read_plan
    from clusters.readers import read_postcodes as read_postcodes
    from clusters.readers import read_schools as read_schools
    from clusters.report import write_report as write_report
    from clusters.solver import Progress as Progress
    from clusters.solver import Result as Result
    from clusters.solver import Settings as Settings
    from clusters.solver import solve as solve
    from clusters.verifier import Certificate as Certificate
    from clusters.verifier import verify as verify
    from clusters.workbench import workbench as workbench
    from clusters.workbench import write_workbench as write_workbench
    from clusters.writers import plan_frame as plan_frame
    from clusters.writers import plan_geodataframe as plan_geodataframe
    from clusters.writers import write_frame as write_frame
    from clusters.writers import write_geopackage as write_geopackage
    from clusters.writers import write_plan as write_plan
    from clusters.writers import write_run as write_run

_HOME = {
    "budget": ("Formula", "Pot", "Protection", "Split", "award", "split_budget"),
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
    "explain": (
        "Change",
        "improve_curve",
        "repair",
        "what_if",
        "why_all",
        "why_here",
        "why_no_plan",
    ),
    "geography": ("build_problem",),
    "leads": (
        "Areas",
        "Candidate",
        "LeadPriorities",
        "LeadRules",
        "Leads",
        "check_areas",
        "check_leads",
        "choose_leads",
        "leads_as_centres",
        "make_areas",
        "problem_of_clusters",
    ),
    "measures": ("compare", "measure"),
    "need_types": ("BROAD_AREAS", "COUNCIL_CATEGORIES", "NEED_TYPES"),
    "options": ("Theme", "propose", "together_in_every", "trade_off"),
    "readers": (
        "Decisions",
        "read_boundary",
        "read_decisions",
        "read_links",
        "read_pairs",
        "read_plan",
        "read_postcodes",
        "read_schools",
    ),
    "report": ("write_report",),
    "expertise": (
        "Agreement",
        "Agreements",
        "GapFloor",
        "Provider",
        "Reaches",
        "Sensitivity",
        "Team",
        "TeamRole",
        "compare_sharing",
        "expertise_sensitivity",
        "gap_floor",
        "mapping_frame",
        "nearest_holders",
        "need_beyond_reach",
        "propose_sharing",
        "reach",
        "recode",
        "rules_for_fewest_gaps",
        "share_team",
        "unmet_floor",
    ),
    "solver": ("Progress", "Result", "Settings", "solve"),
    "verifier": ("Certificate", "verify"),
    "workbench": ("workbench", "write_workbench"),
    "writers": (
        "plan_frame",
        "plan_geodataframe",
        "write_frame",
        "write_geopackage",
        "write_plan",
        "write_run",
    ),
}
_logging.getLogger(__name__).addHandler(_logging.NullHandler())  # silent unless asked for
_attach(lambda: importlib.import_module("clusters.display"))

_WHERE = {name: module for module, names in _HOME.items() for name in names}
_MODULES = ("datasets",)

__all__ = sorted([*_WHERE, *_MODULES, "__version__"])


if not TYPE_CHECKING:  # else a type checker would take any name at all to be there

    def __getattr__(name: str) -> Any:
        """Import a public name on first use (PEP 562)."""
        if name in _WHERE:
            value = getattr(importlib.import_module(f"clusters.{_WHERE[name]}"), name)
            globals()[name] = value
            return value
        if name in _MODULES:
            return importlib.import_module(f"clusters.{name}")
        msg = f"module 'clusters' has no attribute {name!r}"
        raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
