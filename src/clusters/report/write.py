"""`write_report`: from options to files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clusters.domain import Plan, Priorities, Problem, Rules
from clusters.errors import DataError, Fault
from clusters.report.html import render, safe, style
from clusters.report.option import Option, make_option
from clusters.report.page import page_context

if TYPE_CHECKING:
    from clusters.budget import Split
    from clusters.solver import Result

AUDIENCES = {
    "working group": "For the working group. Not for publication: small numbers are shown in full.",
}
"""Who may read a pack, and what its first line says."""


def write_report(
    path: str | Path,
    problem: Problem,
    options: Plan | Result | Mapping[str, Plan | Result],
    *,
    rules: Rules | Mapping[str, Rules] | None = None,
    priorities: Priorities | Mapping[str, Priorities] | None = None,
    split: Split | Mapping[str, Split] | None = None,
    recommended: str | None = None,
    audience: str = "working group",
    title: str = "Proposed clusters for SEND support",
    sources: Iterable[object] = (),
    date: object = None,
    run_file: str | None = None,
    synthetic: bool | None = None,
) -> tuple[Path, ...]:
    """Write the page on one plan or several options.

    Parameters
    ----------
    path
        A file that ends in .html, or a folder for the whole pack.
    problem
        The facts.
    options
        A plan, a result of `solve`, or several of them by name.
    rules, priorities
        What the plans were asked to satisfy, for all options or by option; without rules nothing
        is verified.
    split
        The money of the recommended option, or by option.
    recommended
        Name of the option that the page describes in full; the first where not given.
    audience
        "working group": every number is shown. See docs/report.md.
    title
        Heading of the page.
    sources
        Where the data come from, with dates: one text each.
    date
        Printed as given; nothing is printed without it, so that the same input gives the same
        bytes.
    run_file
        Name of the record of the run, to be named on the page.
    synthetic
        Whether the data are made up; by default this is read off the problem's notes.

    Returns
    -------
    tuple of pathlib.Path
        The files written.

    Raises
    ------
    DataError
        If options, rules or money do not fit together; nothing is written then.

    Examples
    --------
    >>> import tempfile
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [3000, 4000]], {"pupils": [5, 7]})
    >>> plan = Plan.from_assignment({"a": "a", "b": "a"})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [file.name for file in write_report(folder + "/page.html", problem, plan)]
    ['page.html']
    """
    sources = tuple(sources)
    named = dict(options) if isinstance(options, Mapping) else {"Plan": options}
    _check(named, recommended, audience, {"rules": rules, "priorities": priorities, "split": split})
    first = recommended or next(iter(named))
    chosen = _option(problem, first, named, rules, priorities, split, None)
    made = [
        chosen
        if name == first
        else _option(problem, name, named, rules, priorities, split, chosen.plan)
        for name in named
    ]
    context = page_context(problem, made, chosen, sources)
    invented = _is_synthetic(problem, sources) if synthetic is None else synthetic
    text, digest = style()
    page = render(
        "page.html.jinja",
        {
            **context,
            "map": safe(context["map"]),
            "option_maps": [
                {**entry, "map": safe(entry["map"])} for entry in context.get("option_maps", ())
            ],
            "title": title,
            "audience_note": AUDIENCES[audience],
            "date": "" if date is None else str(date),
            "synthetic": invented,
            "run_file": run_file or "",
            "style": safe(text),
            "style_hash": digest,
            "version": _version(),
        },
    )
    return (_save(_page_path(Path(path)), page),)


def _option(
    problem: Problem,
    name: str,
    named: Mapping[str, Any],
    rules: Any,
    priorities: Any,
    split: Any,
    like: Plan | None,
) -> Option:
    given = named[name]
    return make_option(
        problem,
        name,
        given,
        rules=_of(rules, name),
        priorities=_of(priorities, name),
        split=split.get(name) if isinstance(split, Mapping) else split if like is None else None,
        like=like,
    )


def _of(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else value


def _check(
    named: Mapping[str, Any], recommended: str | None, audience: str, by_option: Mapping[str, Any]
) -> None:
    faults = []
    if not named:
        faults.append(Fault(what="there are no options", remedy="give at least one plan"))
    if recommended is not None and recommended not in named:
        faults.append(
            Fault(
                what="the recommended option is not among the options",
                remedy=f"use one of {', '.join(named)}",
                value=recommended,
            )
        )
    if audience not in AUDIENCES:
        faults.append(
            Fault(
                what="there is no such audience",
                remedy=f"use one of {', '.join(AUDIENCES)}",
                value=str(audience),
            )
        )
    for what, value in by_option.items():
        if isinstance(value, Mapping):
            faults += [
                Fault(
                    what=f"{what} are given for an option that does not exist",
                    remedy=f"use the names {', '.join(named)}",
                    value=str(name),
                )
                for name in value
                if name not in named
            ]
    if faults:
        raise DataError(faults)


def _is_synthetic(problem: Problem, sources: Iterable[object]) -> bool:
    """Whether notes, sources or schools say that the data are made up."""
    said = " ".join([*problem.notes, *map(str, sources)]).casefold()
    marked = any("synthetic" in school.traits for school in problem.schools)
    return marked or "synthetic" in said


def _page_path(path: Path) -> Path:
    return path if path.suffix.lower() in (".html", ".htm") else path / "report.html"


def _save(path: Path, text: str) -> Path:
    """Write a file whole or not at all."""
    from clusters.writers.atomic import write_bytes

    path.parent.mkdir(parents=True, exist_ok=True)
    return write_bytes(path, text.encode())


def _version() -> str:
    from clusters import __version__

    return __version__
