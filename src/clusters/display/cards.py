"""Cards for notebooks: the figures that matter, and the map.

A card never shows numbers of pupils with special educational needs of one school: totals of fewer
than `FEW` schools are left out, and tables by cluster hold none.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from clusters.display.ground import ground_svg
from clusters.domain import Plan, Problem, School
from clusters.errors import ClustersError
from clusters.maps import map_svg, same_numbers, shared_colours
from clusters.maps.zones import numbers_of
from clusters.money import pounds
from clusters.text import counted, escaped

if TYPE_CHECKING:
    from clusters.budget import Split
    from clusters.measures import Comparison

__all__ = ["html"]

FEW = 10
"""Totals of pupils with special educational needs are not shown for fewer schools."""
_SENSITIVE = ("ehcps", "sen_support", "need")
_MOST_ROWS = 30
_MOST_MAPS = 6
_MOST_MARKED = 500
_SMALL = 430.0
_WIDE = 880.0
_prefixes = itertools.count(1)

_BOX = "font-family:system-ui,sans-serif;max-width:62rem;line-height:1.4"
_CELL = "text-align:{};padding:2px 10px 2px 0;vertical-align:top"

Cell = str | int | None
Row = Sequence[Cell]


def html(value: object) -> str:
    """Make the card of a value; what has no card of its own shows its summary."""
    card = next((_CARDS[c.__name__] for c in type(value).__mro__ if c.__name__ in _CARDS), _plain)
    return f'<div style="{_BOX}">{"".join(card(value))}</div>'


# ---- pieces --------------------------------------------------------------------------------------


def _heading(title: str, rest: str = "") -> str:
    return f"<p><strong>{escaped(title)}</strong> {escaped(rest)}</p>"


def _table(head: Sequence[str], rows: Iterable[Row]) -> str:
    """Lay out a table of texts; numbers stand on the right."""
    rows = list(rows)
    if not rows:
        return ""
    right = [all(_is_number(row[k]) for row in rows) for k in range(len(rows[0]))]

    def cells(tag: str, row: Row) -> str:
        return "".join(
            f'<{tag} style="{_CELL.format("right" if at_right else "left")}">'
            f"{escaped('' if cell is None else cell)}</{tag}>"
            for cell, at_right in zip(row, right, strict=True)
        )

    lines = [f"<tr>{cells('td', row)}</tr>" for row in rows[:_MOST_ROWS]]
    left_out = len(rows) - _MOST_ROWS
    more = f"<p>and {left_out:,} more: see to_frame()</p>" if left_out > 0 else ""
    top = f"<thead><tr>{cells('th', head)}</tr></thead>" if head else ""
    return f"<table>{top}<tbody>{''.join(lines)}</tbody></table>{more}"


def _is_number(cell: Cell) -> bool:
    return cell is None or str(cell).lstrip("-£+").replace(",", "").replace(".", "").isdigit()


def _prefix() -> str:
    return f"clusters-map-{next(_prefixes)}"


def _map(problem: Problem | None, plan: Plan, title: str, **options: Any) -> str:
    """Draw a plan, or say in a line why it cannot be drawn."""
    if problem is None:
        return (
            "<p>No map: this plan does not know its schools; map_svg(problem, plan) draws it.</p>"
        )
    if len(problem) > _MOST_MARKED:  # a card is to be there at once
        options |= {"enlarge": False, "names": False, "marks": False}
    fixed: dict[str, Any] = {"title": title, "id_prefix": _prefix(), "links": False, "measures": ()}
    try:
        drawn = map_svg(problem, plan, **(fixed | {"width": _WIDE} | options))
    except (ClustersError, ValueError) as error:
        return f"<p>No map: {escaped(str(error))}</p>"
    return f'<div style="max-width:60rem;overflow-x:auto">{drawn}</div>'


# ---- schools and problems ------------------------------------------------------------------------


def _school_rows(schools: Sequence[School]) -> Iterator[Row]:
    phases = Counter(school.phase for school in schools).most_common()
    yield "Schools", f"{len(schools):,}: " + ", ".join(f"{n:,} {phase}" for phase, n in phases)
    for name, label in (
        ("pupils", "Pupils"),
        ("ehcps", "EHC plans"),
        ("sen_support", "Pupils with SEN support"),
    ):
        known = [n for school in schools if (n := getattr(school, name)) is not None]
        if not known or (name in _SENSITIVE and len(known) < FEW):
            continue
        lacking = len(schools) - len(known)
        yield label, f"{sum(known):,}" + (f"; not known for {lacking:,}" if lacking else "")
    for label, name in (
        ("Pyramids", "pyramid"),
        ("Trusts", "trust"),
        ("Clusters today", "cluster"),
    ):
        if found := {getattr(school, name) for school in schools} - {None}:
            yield label, f"{len(found):,}"


def _schools(schools: Any) -> Iterator[str]:
    report = schools.report
    yield _heading("Schools", f"read from {report.where}" if report.where else "")
    rows = list(_school_rows(schools)) if schools else [("Schools", "0")]
    if report.set_aside:
        rows.append(("Set aside", f"{len(report.set_aside):,} (see .report.summary())"))
    yield _table((), rows)
    if schools:
        yield ground_svg(schools, _prefix())


def _problem(problem: Problem) -> Iterator[str]:
    yield _heading("Problem", f"of {counted(len(problem), 'school')}")
    rows = list(_school_rows(problem.schools))
    if problem.edges is not None:
        rows.append(("Neighbours", counted(len(problem.edges), "pair")))
    rows.append(("Journeys", "in metres" if problem.travel_unit == "m" else "in minutes"))
    rows.append(("Measures", ", ".join(sorted(problem.measures))))
    if problem.unknown:
        rows.append(("Not known for all", ", ".join(sorted(problem.unknown))))
    yield _table((), rows)
    if len(problem):
        yield ground_svg(problem.schools, _prefix(), problem)


# ---- plans and results ---------------------------------------------------------------------------


def _size(plan: Plan) -> str:
    return f"{counted(len(plan.clusters), 'cluster')} of {counted(len(plan.labels), 'school')}"


def _plan(plan: Plan) -> Iterator[str]:
    yield _heading("Plan", _size(plan))
    yield from _plan_body(plan)


def _plan_body(plan: Plan) -> Iterator[str]:
    if plan.clusters:
        yield _map(plan.problem, plan, f"Map of {_size(plan)}")
        yield _cluster_table(plan)


def _cluster_table(plan: Plan) -> str:
    problem = plan.problem
    if problem is None:
        rows: list[Row] = [
            (c.label, str(c.centre or ""), f"{len(c.members):,}") for c in plan.clusters
        ]
        return _table(("Cluster", "Centre", "Schools"), rows)
    unit = problem.travel_unit
    pupils = problem.measures.get("pupils")
    head = ["No.", "Cluster", "Centre", "Schools", *(["Pupils"] if pupils is not None else [])]
    head.append(f"Longest journey ({unit})")
    rows = []
    for number, cluster in zip(numbers_of(plan), plan.clusters, strict=True):
        held = [k for key in cluster.members if (k := problem.find(key)) is not None]
        centre = problem.find(cluster.centre)
        row: list[Cell] = [str(number), cluster.label]
        row += ["" if centre is None else problem.schools[centre].name, f"{len(held):,}"]
        if pupils is not None:
            row.append(f"{pupils[held].sum():,.0f}")
        longest = problem.travel[held, centre].max() if held and centre is not None else None
        rows.append([*row, None if longest is None else f"{longest:,.0f}"])
    return _table(head, rows)


def _result_rows(result: Any) -> Iterator[Row]:
    yield "Cost", f"{result.objective:,.1f}"
    if result.bound is not None:
        yield "No plan costs less than", f"{result.bound:,.1f}"
    if result.gap is not None:
        yield "Gap", "0%" if result.status == "optimal" else f"{100 * result.gap:.2f}%"
    yield "Time", f"{result.seconds:,.1f} s"


def _result(result: Any) -> Iterator[str]:
    yield _heading("Result", f"{_size(result.plan)}. {result.summary()}")
    yield _table((), _result_rows(result))
    yield from _plan_body(result.plan)


# ---- money ---------------------------------------------------------------------------------------


def _split(split: Split) -> Iterator[str]:
    pot = split.pot
    yield _heading("Split", f"of {pounds(pot.total_pence)}")
    shared = sum(share.flexible_pence for share in split.clusters)
    rows: list[Row] = [
        ("Held back", pounds(split.held_pence)),
        ("Committed to schools before", pounds(sum(s.committed_pence for s in split.clusters))),
        ("Backdated", pounds(sum(s.backdated_pence for s in split.clusters))),
        ("Shared by the formula", pounds(shared)),
    ]
    yield _table((), rows)
    yield _map(split.problem, split.plan, "Clusters that share the money", enlarge=False)
    yield _share_table(split)
    yield "".join(f"<p>{escaped(note)}</p>" for note in split.public_notes())


def _share_table(split: Split) -> str:
    today = all(share.today_pence is not None for share in split.clusters)
    head = ["No.", "Cluster", "Schools", "Money", *(["Change from today"] if today else [])]
    rows: list[Row] = []
    for number, share in zip(numbers_of(split.plan), split.clusters, strict=True):
        row = [str(number), share.name, f"{len(share.members):,}", pounds(share.total_pence)]
        if share.today_pence is not None and today:
            row.append(pounds(share.yearly_pence - share.today_pence))
        rows.append(row)
    return _table(head, rows)


# ---- several plans -------------------------------------------------------------------------------


def _maps(problem: Problem, plans: Mapping[str, Plan]) -> str:
    """Draw plans side by side; a number and a colour mean the same place in each."""
    few = dict(itertools.islice(plans.items(), _MOST_MAPS))
    try:
        numbers = same_numbers(problem, few, None)
        colours = shared_colours(problem, few, numbers)
    except (ClustersError, ValueError) as error:
        return f"<p>No maps: {escaped(str(error))}</p>"
    small = {"enlarge": False, "names": False, "legend": False, "width": _SMALL}
    boxes = [
        f"<div><p>{escaped(name)}</p>"
        f"{_map(problem, plan, name, numbers=numbers[name], colours=colours, **small)}</div>"
        for name, plan in few.items()
    ]
    more = f"<p>and {len(plans) - len(few):,} more</p>" if len(plans) > len(few) else ""
    return f'<div style="display:flex;flex-wrap:wrap;gap:1rem">{"".join(boxes)}</div>{more}'


def _options(options: Any) -> Iterator[str]:
    yield _heading("Options", f"{counted(len(options), 'option')}, of {options.asked} asked for")
    rows: list[Row] = [
        (name, f"{option.cost:,.1f}", f"{100 * option.above_best:.2f}%", option.theme)
        for name, option in options.items()
    ]
    yield _table(("Option", "Cost", "Above the best", "What it is good at"), rows)
    yield "".join(f"<p>{escaped(trade.sentence)}</p>" for trade in options.trades)
    yield _maps(options.problem, options.plans)


def _comparison(comparison: Comparison) -> Iterator[str]:
    plans = comparison.plans
    yield _heading("Comparison", f"of {counted(len(plans), 'plan')}")
    rows = {name: measures.rows("plan")[0] for name, measures in comparison.measures.items()}
    unit = comparison.problem.travel_unit
    wanted = {
        "clusters": "Clusters",
        "smallest_cluster": "Schools in the smallest",
        "largest_cluster": "Schools in the largest",
        f"mean_journey_{unit}": f"Mean journey ({unit})",
        f"worst_journey_{unit}": f"Longest journey ({unit})",
        "pyramids_split": "Pyramids split",
        "schools_moved": "Schools moved",
    }
    lines: list[Row] = []
    found = [comparison.certificates[name] for name in plans]
    if comparison.has_rules:
        lines.append(("Rules", *("kept" if one.ok else "broken" for one in found)))
    lines.append(("Cost", *(_figure(one.objective) for one in found)))
    for key, label in wanted.items():
        values = [rows[name].get(key) for name in plans]
        if any(value is not None for value in values):
            lines.append((label, *map(_figure, values)))
    yield _table(("", *plans), lines)
    yield _maps(comparison.problem, plans)


def _figure(value: Any) -> str | None:
    if isinstance(value, float):
        return f"{value:,.1f}"
    return None if value is None else f"{value:,}"


# ---- all other values ----------------------------------------------------------------------------


def _plain(value: object) -> Iterator[str]:
    """Show what a value says of itself; values by school are for those who ask for them."""
    yield _heading(type(value).__name__)
    summary, sentence = getattr(value, "summary", None), getattr(value, "sentence", None)
    text = summary() if callable(summary) else sentence or repr(value)
    yield f'<pre style="white-space:pre-wrap">{_lines(text)}</pre>'


def _lines(text: str) -> str:
    kept = text.splitlines()
    more = [f"and {len(kept) - _MOST_ROWS:,} more lines"] if len(kept) > _MOST_ROWS else []
    return "\n".join(escaped(line) for line in [*kept[:_MOST_ROWS], *more])


_CARDS: dict[str, Callable[[Any], Iterator[str]]] = {
    "Schools": _schools,
    "Problem": _problem,
    "Plan": _plan,
    "Result": _result,
    "Split": _split,
    "Options": _options,
    "Comparison": _comparison,
}
"""By the name of a class, so that nothing is imported that the value did not bring along."""
