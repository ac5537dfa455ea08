"""`write_report`: from options to files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clusters.disclosure import SmallNumbers
from clusters.domain import FrozenDict, Plan, Priorities, Problem, Rules, SchoolId
from clusters.errors import DataError, Fault
from clusters.report.audience import AUDIENCES, reader_of
from clusters.report.figures import figures_of
from clusters.report.folder import FORMATS, write_folder
from clusters.report.html import render_page
from clusters.report.material import Material
from clusters.report.option import Option, make_option
from clusters.report.page import page_context
from clusters.report.release import release

if TYPE_CHECKING:
    from clusters.budget import Outlook, Split
    from clusters.explain import WhyHere
    from clusters.leads import Leads
    from clusters.options import Option as Proposed
    from clusters.solver import Result


def write_report(
    path: str | Path,
    problem: Problem,
    options: Plan | Result | Mapping[str, Plan | Result] | Mapping[str, Proposed],
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
    threshold: int = 5,
    small_numbers: SmallNumbers | None = None,
    decisions: Iterable[object] = (),
    together: Iterable[object] = (),
    why_here: Mapping[SchoolId, WhyHere | Sequence[str]] | None = None,
    leads: Leads | Mapping[str, str] | None = None,
    outlook: Outlook | None = None,
    start_month: int = 9,
    formats: Collection[str] = FORMATS,
) -> tuple[Path, ...]:
    """Write the papers on one plan or several options: one page, or the whole pack.

    Parameters
    ----------
    path
        A file that ends in .html for the page alone, or a folder for the whole pack
        (docs/the_pack.md lists what is in it).
    problem
        The facts.
    options
        A plan, a result of `solve`, or several of them by name, as `propose` returns them.
    rules, priorities
        What the plans were asked to satisfy, for all options or by option; without rules nothing
        is verified.
    split
        The money of the recommended option, or by option.
    recommended
        Name of the option that the page describes in full; the first where not given.
    audience
        "working group": every number is shown. "public": small numbers of pupils are hidden, with
        as many others as it takes that nobody can work them out; whatever is worked out from hidden
        numbers is left out, and letters are (docs/disclosure.md).
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
    threshold, small_numbers
        Counts of pupils below the threshold are hidden in public; 5 or 10. The whole policy where
        more than the threshold is to be set.
    decisions
        What the Forum is asked to decide: one sentence each. General ones where not given.
    together
        Sentences on the schools that share a cluster in every option; worked out where not given.
    why_here
        For each school (by id), lines that say why it is in its cluster, as `why_all` returns them
        or as texts; printed in its letter.
    leads
        Who leads each cluster: what `choose_leads` returns, or names by label.
    outlook
        Of `clusters.budget.look_ahead`: the risk that the money runs out.
    start_month
        First month of the year that is paid for (9 for September), for the financial years.
    formats
        Parts of the pack to write, of "html", "csv", "maps", "geo", "word", "excel", "letters" and
        "pdf". Those whose library is not installed are left out (install ``clusters[report]``,
        and ``clusters[pdf]`` for "pdf").

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
    named = dict(options) if isinstance(options, Mapping) else {"Plan": options}
    _check(named, recommended, audience, {"rules": rules, "priorities": priorities, "split": split})
    policy = SmallNumbers(threshold=threshold) if small_numbers is None else small_numbers
    first = recommended or next(iter(named))
    chosen = _option(problem, first, named, rules, priorities, split, None)
    made = [
        chosen
        if name == first
        else _option(problem, name, named, rules, priorities, split, chosen.plan)
        for name in named
    ]
    if audience == "public":
        # From here on nothing but what the public may see is within reach.
        reader, made = release(problem, made, chosen, policy, risk=outlook is not None)
        chosen = made[list(named).index(first)]
        outlook, why_here = None, None
    else:
        reader = reader_of(audience, problem, chosen.plan, policy)
    sources = tuple(sources)
    material = Material(
        reader=reader,
        options=made,
        chosen=chosen,
        figures=figures_of(reader, made, chosen, outlook=outlook, start_month=start_month),
        title=title,
        date="" if date is None else str(date),
        sources=sources,
        run_file=run_file or "",
        is_synthetic=_is_synthetic(problem, sources) if synthetic is None else synthetic,
        decisions=tuple(decisions),
        together=tuple(together),
        why_here=_reasons(why_here),
        leads=_named_leads(leads),
        outlook=outlook,
    )
    target = Path(path)
    if target.suffix.lower() not in (".html", ".htm"):
        return write_folder(target, material, formats)
    return (_save(target, render_page("page.html.jinja", material, page_context(material))),)


def _reasons(given: Mapping[SchoolId, Any] | None) -> FrozenDict:
    """Lines for each school: texts, lists of texts, or answers of `why_all`."""
    return FrozenDict(
        {
            urn: (why,) if isinstance(why, str) else tuple(why)
            for urn, answer in (given or {}).items()
            for why in [getattr(answer, "sentence", answer)]
        }
    )


def _named_leads(given: Any) -> FrozenDict:
    """Lead of each cluster in words, by label: texts, or the leads that `choose_leads` returns."""
    rows = getattr(given, "rows", None)
    if rows is None:
        return FrozenDict(given or {})
    return FrozenDict(
        {row.cluster: f"{row.senco}, {row.name}" if row.senco else row.name for row in rows}
    )


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


def _save(path: Path, text: str) -> Path:
    """Write a file whole or not at all."""
    from clusters.writers.atomic import write_bytes

    path.parent.mkdir(parents=True, exist_ok=True)
    return write_bytes(path, text.encode())
