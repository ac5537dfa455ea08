"""`write_report`: from options to files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from clusters.arguments import checked
from clusters.budget import MediumTermPlan, Outlook, Split
from clusters.disclosure import SmallNumbers
from clusters.domain import (
    FrozenDict,
    HasPlan,
    Plan,
    PlanLike,
    Priorities,
    Problem,
    Rules,
    SchoolId,
    plan_of,
)
from clusters.errors import DataError, Fault
from clusters.explain import WhyHere
from clusters.leads import Areas, Leads
from clusters.maps import Backdrop, shared_colours
from clusters.report.folder import write_file, write_folder
from clusters.report.frames.every_frame import frames_of
from clusters.report.material import Area, Material
from clusters.report.parts import FILES, parts_of_a_pack, require
from clusters.report.release.audience import AUDIENCES, Reader, reader_of
from clusters.report.release.option import Option, make_option, numbers_in, result_of
from clusters.report.release.options import release
from clusters.report.render.html import render_page
from clusters.report.sections import document
from clusters.text import clean


@checked
def write_report(
    path: str | Path,
    problem: Problem,
    options: PlanLike | Mapping[str, PlanLike],
    *,
    rules: Rules | Mapping[str, Rules | None] | None = None,
    priorities: Priorities | Mapping[str, Priorities | None] | None = None,
    split: Split | Mapping[str, Split | None] | None = None,
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
    why_here: Mapping[SchoolId, WhyHere | str | Sequence[str]] | None = None,
    reference: PlanLike | str | None = None,
    leads: Leads | Mapping[str, Any] | None = None,
    areas: Areas | Mapping[str, str] | None = None,
    outlook: Outlook | None = None,
    medium_term: MediumTermPlan | None = None,
    start_month: int = 9,
    council: str = "",
    backdrop: Backdrop | None = None,
    formats: Collection[str] | None = None,
) -> tuple[Path, ...]:
    """Write the papers on one plan or several options: one page, or the whole pack.

    Parameters
    ----------
    path
        A folder for the whole pack (docs/the_pack.md lists what is in it); or a file for one paper
        alone: .html for the page, .docx or .pdf for the paper, .xlsx for the appendix.
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
    reference
        Today's clusters, from which moves are counted: a plan, or the name of an option. By default
        the option called "Today", else the reference of the priorities where that is a plan.
    leads
        Who leads each cluster: what `choose_leads` returns, or names by label; of the recommended
        option, or of each by its name.
    areas
        The areas that the clusters of the recommended option feed into: what `make_areas` returns,
        or names by label.
    outlook
        Of `clusters.budget.look_ahead`: the risk that the money runs out.
    medium_term
        Of `clusters.budget.plan_years`: the money of the coming financial years.
    start_month
        First month of the year that is paid for (9 for September), for the financial years.
    council
        Whose paper it is: the name of the council, over the title.
    backdrop
        Roads and places for the maps, of :func:`clusters.maps.read_backdrop`.
    formats
        Parts of the pack to write, of "html", "csv", "maps", "geo", "word", "excel", "letters" and
        "pdf"; what is named is written or refused. None for all that can be made here: without
        ``clusters[report]`` no pictures, Word documents and letters, without ``clusters[pdf]`` no
        PDF, and no letters for the public.

    Returns
    -------
    tuple of pathlib.Path
        The files written.

    Raises
    ------
    DataError
        If options, rules, money or parts do not fit together; nothing is written then.
    MissingLibraryError
        If what was asked for needs a library that is not installed.

    Examples
    --------
    >>> import tempfile
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [3000, 4000]], {"pupils": [5, 7]})
    >>> plan = Plan.from_assignment({"a": "a", "b": "a"})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [file.name for file in write_report(folder + "/page.html", problem, plan)]
    ['page.html']
    """
    named = _by_name(problem, options)
    target = Path(path)
    ending = target.suffix.lower()
    _check(named, recommended, audience, {"rules": rules, "priorities": priorities, "split": split})
    parts = _parts(ending, formats, public=audience == "public")
    policy = SmallNumbers(threshold=threshold) if small_numbers is None else small_numbers
    first = recommended or next(iter(named))
    by_option = _leads_by_option(leads, named, first)
    today = _today(problem, reference, named, priorities)

    def option(name: str, like: Option | None) -> Option:
        """Make an option; `like` is the recommended one, None for that itself."""
        own_split = isinstance(split, Mapping) or like is None
        return make_option(
            problem,
            name,
            named[name],
            rules=_of(rules, name),
            priorities=_of(priorities, name),
            split=_of(split, name) if own_split else None,
            like=like,
            leads=by_option.get(name),
            today=today,
        )

    chosen = option(first, None)
    made = [chosen if name == first else option(name, chosen) for name in named]
    if audience == "public":
        # From here on nothing but what the public may see is within reach.
        simulated = medium_term is not None and medium_term.demand is not None
        reader, made = release(problem, made, chosen, policy, risk=outlook is not None or simulated)
        chosen = made[list(named).index(first)]
        outlook, why_here = None, None
        medium_term = None if simulated else medium_term
    else:
        reader = reader_of(audience, problem, chosen.plan, policy)
    sources = tuple(sources)
    material = Material(
        reader=reader,
        options=made,
        chosen=chosen,
        title=title,
        date="" if date is None else str(date),
        sources=sources,
        run_file=run_file or "",
        is_synthetic=_is_synthetic(problem, sources) if synthetic is None else synthetic,
        decisions=tuple(decisions),
        together=tuple(together),
        why_here=_reasons(why_here),
        areas=_areas(areas, chosen.plan),
        outlook=outlook,
        medium_term=medium_term,
        start_month=start_month,
        council=clean(council),
        backdrop=backdrop,
        colours=_colours(reader, made),
    )
    material = replace(material, frames=frames_of(material))
    if ending not in FILES:
        return write_folder(target, material, parts)
    if FILES[ending] != "html":
        return (write_file(target, material, FILES[ending]),)
    return (_save(target, render_page(material, document(material, "page"))),)


def _colours(reader: Reader, made: Sequence[Option]) -> Mapping[int, int]:
    """One colour for each cluster, whichever option a map shows."""
    plans = {option.name: option.plan for option in made}
    numbers = {option.name: numbers_in(option) for option in made}
    return FrozenDict(shared_colours(reader.shown, plans, numbers))


def _by_name(problem: Problem, options: Any) -> dict[str, Any]:
    """Options by name: results stay what they are, anything else becomes a plan."""
    kinds = (Plan, HasPlan, Mapping)
    several = isinstance(options, Mapping) and all(isinstance(o, kinds) for o in options.values())
    return {
        name: given
        if isinstance(given, HasPlan) and hasattr(result_of(given), "objective")
        else plan_of(problem, given, f"options[{name!r}]")
        for name, given in (options if several else {"Plan": options}).items()
    }


_OTHER_FILES = frozenset(
    {".doc", ".odt", ".rtf", ".xls", ".ods", ".csv", ".txt", ".md", ".json", ".png", ".svg", ".zip"}
)


def _parts(ending: str, formats: Collection[str] | None, *, public: bool) -> tuple[str, ...]:
    """Decide what is written, before anything is; refuse what cannot be."""
    if ending in _OTHER_FILES:
        raise DataError.of(
            f"no paper is written as {ending}",
            f"end the path in {', '.join(FILES)}, or give a folder",
            where="path",
        )
    if ending not in FILES:
        return parts_of_a_pack(formats, public=public)
    if formats is not None:
        raise DataError.of(
            f"formats are parts of a folder, and the path is one {ending} file",
            "leave formats out, or give a folder",
            where="formats",
            value=formats,
        )
    require(FILES[ending])
    return (FILES[ending],)


def _reasons(given: Mapping[SchoolId, Any] | None) -> FrozenDict:
    """Lines for each school: texts, lists of texts, or answers of `why_all`."""
    return FrozenDict(
        {
            urn: (why,) if isinstance(why, str) else tuple(why)
            for urn, answer in (given or {}).items()
            for why in [getattr(answer, "sentence", answer)]
        }
    )


def _leads_by_option(
    given: Any, named: Mapping[str, Any], first: str
) -> dict[str, Mapping[str, str]]:
    """Lead of each cluster in words, by option and label."""
    several = isinstance(given, Mapping) and any(not isinstance(v, str) for v in given.values())
    by_option = given if several else {first: given or {}}
    if unknown := [name for name in by_option if name not in named]:
        raise _no_option("leads", unknown[0], named)
    return {name: _named_leads(leads) for name, leads in by_option.items()}


def _named_leads(given: Any) -> FrozenDict:
    """Lead of each cluster in words, by label: texts, or the leads that `choose_leads` returns."""
    rows = getattr(given, "rows", None)
    if rows is None:
        return FrozenDict(given or {})
    return FrozenDict(
        {row.cluster: f"{row.senco}, {row.name}" if row.senco else row.name for row in rows}
    )


def _areas(given: Areas | Mapping[str, str] | None, plan: Plan) -> tuple[Area, ...]:
    """Gather the areas: what `make_areas` returns, or names by label of the cluster."""
    if given is None:
        return ()
    leads = {lead.area: lead.name for lead in getattr(given, "leads", ())}
    of = given if isinstance(given, Mapping) else given.labels
    labels = [cluster.label for cluster in plan.clusters]
    if unknown := [label for label in of if label not in labels]:
        raise DataError.of(
            f"areas name a cluster {unknown[0]!r} that the recommended option lacks",
            f"use its labels: {', '.join(labels)}",
            where="areas",
        )
    return tuple(
        Area(
            name=clean(name),
            labels=tuple(clean(label) for label in labels if of.get(label) == name),
            lead=clean(leads.get(name, "")),
        )
        for name in dict.fromkeys(of.values())
    )


def _today(
    problem: Problem, reference: Any, named: Mapping[str, Any], priorities: Any
) -> Plan | None:
    """Find today's clusters; None where nobody gives them."""
    if isinstance(reference, str):
        if reference not in named:
            raise _no_option("reference", reference, named)
        return plan_of(problem, named[reference])
    if reference is not None:
        return plan_of(problem, reference, "reference")
    if "Today" in named:
        return plan_of(problem, named["Today"])
    several = priorities.values() if isinstance(priorities, Mapping) else [priorities]
    plans = [each.reference for each in several if each is not None]
    return next((plan for plan in plans if isinstance(plan, Plan)), None)


def _no_option(where: str, name: object, named: Mapping[str, Any]) -> DataError:
    return DataError.of(
        f"{where} names the option {name!r}, which is not given",
        f"use one of {', '.join(map(repr, named))}",
        where=where,
    )


def _of(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else value


def _check(
    named: Mapping[str, Any], recommended: str | None, audience: str, by_option: Mapping[str, Any]
) -> None:
    faults = []
    if not named:
        faults.append(Fault("there are no options", "give at least one plan"))
    if recommended is not None and recommended not in named:
        faults.append(
            Fault(
                "the recommended option is not among the options",
                f"use one of {', '.join(named)}",
                value=recommended,
            )
        )
    if audience not in AUDIENCES:
        faults.append(
            Fault(
                "there is no such audience",
                f"use one of {', '.join(AUDIENCES)}",
                value=str(audience),
            )
        )
    for what, value in by_option.items():
        if isinstance(value, Mapping):
            faults += [
                Fault(
                    f"{what} are given for an option that does not exist",
                    f"use the names {', '.join(named)}",
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
