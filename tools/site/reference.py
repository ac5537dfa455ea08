"""The API reference: a page for the face and for each group, made from ``__all__``."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
from typing import Any

import clusters

__all__ = ["GROUPS", "public_names", "reference_pages"]

GROUPS = {
    "": ("The face: clusters", "What most scripts need, as `import clusters as cl`."),
    "budget": ("Money", "Pots, formulas, protections, splits, years, the ledger."),
    "options": ("Options", "Several plans under discussion."),
    "explain": ("Explanations", "Why here, what if, why no plan, repair."),
    "expertise": ("Expertise", "Who shares what, posts, gaps, sensitivity."),
    "leads": ("Leads and areas", "Who leads a cluster, and areas of clusters."),
    "maps": ("Maps", "Plans as pictures."),
    "measures": ("Measures", "What plans are like, side by side."),
    "study": ("Studies", "Many cases as one."),
    "lasting": ("Lasting plans", "Plans that hold for several years of forecasts."),
    "rollout": ("Starting", "Which clusters start when."),
    "visits": ("Visits", "Journeys of visiting teachers."),
    "readers": ("Reading", "Files into values."),
    "writers": ("Writing", "Values into files."),
    "datasets": ("The packaged authority", "Invented data to try things with."),
    "disclosure": ("Disclosure", "Small numbers that are not shown."),
    "report": ("The pack", "Papers for the Schools Forum."),
    "need_types": ("Types of need", "Codes of the Department for Education, and councils' own."),
}
"""Title and a line on each group, in the order of the site; one that is not there has no page."""


def public_names(group: str) -> dict[str, Any]:
    """Return the public names of a group with what they stand for; "" is the face."""
    module = importlib.import_module(f"clusters.{group}" if group else "clusters")
    names = getattr(module, "__all__", ())
    return {name: getattr(module, name) for name in names if not name.startswith("__")}


def groups() -> list[str]:
    """List the groups that there are."""
    return [g for g in GROUPS if not g or importlib.util.find_spec(f"clusters.{g}")]


def reference_pages() -> dict[str, str]:
    """Make a page for each group, and one that lists them."""
    made, rows, seen = {}, [], set[str]()
    for group in groups():
        title, line = GROUPS[group]
        page = f"reference/{group or 'clusters'}.md"
        parts = [f"# {title}\n\n{line}\n"]
        for name, value in public_names(group).items():
            if inspect.ismodule(value):
                parts.append(f"- `clusters.{name}`: {_first_line(value)}\n")
                continue
            home = _home(group, name, value)
            if home in seen:
                parts.append(f"- [`{name}`][{home}]\n")
            else:
                seen.add(home)
                parts.append(f"::: {home}\n")
        made[page] = "\n".join(parts)
        rows.append(f"| [{title}]({group or 'clusters'}.md) | {line} |")
    head = f"# API reference\n\nOf version {clusters.__version__}, made from the docstrings.\n\n"
    made["reference/index.md"] = (
        head + "| part | what is in it |\n|---|---|\n" + "\n".join(rows) + "\n"
    )
    return made


def _first_line(module: Any) -> str:
    return (inspect.getdoc(module) or "").partition("\n")[0]


def _home(group: str, name: str, value: Any) -> str:
    """Where a name is defined: functions and classes say it, constants are looked for."""
    module = getattr(value, "__module__", None)
    if isinstance(module, str) and module.startswith("clusters") and hasattr(value, "__name__"):
        return f"{module}.{value.__name__}"
    # where the face finds it
    room = group or clusters._WHERE[name]
    return f"clusters.{room}.{name}"
