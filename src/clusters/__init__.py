"""Group schools into clusters, prove how good the grouping is, and split the money to the penny.

Every public name is listed in ``__all__``; the module that defines it is imported on first use, so
that ``import clusters`` stays fast.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

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
    "sharing": (
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
_WHERE = {name: module for module, names in _HOME.items() for name in names}
_MODULES = ("datasets",)

__all__ = sorted([*_WHERE, *_MODULES, "__version__"])


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
