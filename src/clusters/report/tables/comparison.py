"""The options side by side, and what speaks for and against each, from the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from clusters.maps import changes
from clusters.report.document.table import Column, Table, make_table
from clusters.report.material import Material
from clusters.report.release.option import Option
from clusters.report.wording.words import (
    capital,
    journey,
    measure_name,
    number,
    percent_up,
    whole_pounds,
)
from clusters.text import clean, counted

Say = Callable[[Option], str]
"""Says something of one option; "" where that is not known."""


@dataclass(frozen=True, slots=True)
class _Point:
    """A figure in which one option can be better than another.

    Parameters
    ----------
    value
        The figure, less is better; None where it is not known.
    say
        The figure in words: options of the same words are alike.
    best, worst
        What the least and the most of it are called.
    """

    value: Callable[[Option], float | None]
    say: Say
    best: str
    worst: str


def option_table(material: Material) -> Table:
    """Make the table with a column for each option."""
    options, chosen = material.options, material.chosen
    columns = [Column("Measure", False)] + [
        Column(option.name + (" (recommended)" if option is chosen else "")) for option in options
    ]
    rows = [
        [name, *said] for name, said in _said(material) if len(options) < 2 or len(set(said)) > 1
    ]
    return make_table("The options", columns, rows)


def alike(material: Material) -> str:
    """Say in one sentence in which rows all options are alike: the table has the others."""
    rows = [(name, said[0]) for name, said in _said(material) if len(set(said)) == 1]
    return "; ".join(f"{name[:1].lower()}{name[1:]}: {words}" for name, words in rows)


def _said(material: Material) -> Iterator[tuple[str, list[str]]]:
    """List the rows of the table with the words of each option."""
    for name, say in _rows(material):
        said = [say(option) for option in material.options]
        if any(said):
            yield name, [words or "not known" for words in said]


def _rows(material: Material) -> Iterator[tuple[str, Say]]:
    problem, chosen = material.reader.shown, material.chosen
    unit = problem.travel_unit
    yield "Clusters", lambda o: number(len(o.facts.clusters))
    yield "Schools in a cluster", lambda o: "{} to {}".format(*o.facts.sizes)
    for measure in ("pupils", "ehcps"):
        yield f"{capital(measure_name(measure))} in a cluster", _spread_of(measure)
    yield "Mean journey of a school", lambda o: journey(o.facts.mean_journey, unit)
    yield "Worst-off school: longest journey", lambda o: _worst_off(o, unit)
    if any(option.moved is not None for option in material.options):
        yield "Schools moved from today", _moved
    else:
        yield (
            f"Schools placed otherwise than in {chosen.name}",
            lambda o: "-" if o is chosen else number(len(changes(problem, o.plan, chosen.plan))),
        )
    if problem.pyramids:
        yield "Pyramids kept whole", lambda o: _pyramids(o, len(problem.pyramids))
    yield "Leads ready", lambda o: _leads(material, o)
    if any(school.expertise for school in problem.schools):
        yield "Gaps in expertise", lambda o: number(len(o.gaps))
    if any(_less(option) for option in material.options):
        yield "Money: clusters with less than today", lambda o: _less_words(material, o)
    yield "Rules", _rules
    yield "Proof", _proof


def _spread_of(measure: str) -> Say:
    def say(option: Option) -> str:
        spread = option.facts.spread(measure)
        return "" if spread is None else f"{number(spread[0])} to {number(spread[2])}"

    return say


def _worst_off(option: Option, unit: str) -> str:
    known = [
        (member.journey, clean(member.school.name))
        for cluster in option.facts.clusters
        for member in cluster.schools
        if member.journey is not None
    ]
    if not known:
        return ""
    far, name = max(known)
    return f"{journey(far, unit)}: {name}"


def _moved(option: Option) -> str:
    return "" if option.moved is None else number(option.moved) if option.moved else "none"


def _pyramids(option: Option, total: int) -> str:
    return f"{total - len(option.facts.measures.whole.pyramids_split)} of {total}"


def _could_lead(material: Material, option: Option) -> int | None:
    """Clusters with a lead, or with a school that could lead; None where nobody knows."""
    clusters = option.facts.clusters
    if option.leads:
        return sum(bool(option.leads.get(cluster.label)) for cluster in clusters)
    if all(school.can_lead is None for school in material.reader.shown.schools):
        return None
    return sum(any(member.school.can_lead for member in cluster.schools) for cluster in clusters)


def _leads(material: Material, option: Option) -> str:
    ready = _could_lead(material, option)
    if ready is None:
        return ""
    of = f"{ready} of {len(option.facts.clusters)}"
    return f"{of} proposed" if option.leads else f"{of} have a school that could"


def _less(option: Option) -> list[int]:
    """Pence by which clusters have less than today."""
    shares = () if option.split is None else option.split.clusters
    changes = [s.yearly_pence - s.today_pence for s in shares if s.today_pence is not None]
    return [-change for change in changes if change < 0]


def _less_words(material: Material, option: Option) -> str:
    if option.split is None:
        return "not shown" if material.reader.is_public else ""
    if any(share.today_pence is None for share in option.split.clusters):
        return ""
    losses = _less(option)
    total = sum(losses)
    if material.reader.is_public:  # today's money is known to the nearest £1,000 only
        total = 100_000 * round(total / 100_000)
    return f"{len(losses)}, {whole_pounds(total)} in all" if losses else "none"


def _rules(option: Option) -> str:
    if option.certificate is None:
        return "not checked"
    if not option.certificate.ok:
        return counted(len(option.certificate.findings), "finding")
    return "those shown hold" if option.unchecked else "all hold"


def _proof(option: Option) -> str:
    result = option.result
    if result is None:
        return "given, not searched"
    if result.status == "optimal":
        return "proved best"
    if getattr(result, "is_withheld", False):
        return "not shown"
    return "no proof" if result.gap is None else f"within {percent_up(result.gap)} of the best"


# ---- for and against ----------------------------------------------------------------------------


def for_and_against(material: Material) -> Table:
    """Say of each option in which figures it is the best and the worst of those shown."""
    points, options = list(_points(material)), material.options
    rows = []
    for option in options:
        good = [words for point in points if (words := _place(point, option, options, best=True))]
        bad = [words for point in points if (words := _place(point, option, options, best=False))]
        if option.certificate is not None and not option.certificate.ok:
            bad.append(f"breaks rules ({_rules(option)})")
        if option.result is not None and option.result.status == "optimal":
            good.append("proved best under the rules and priorities")
        rows.append([option.name, _joined(good), _joined(bad)])
    columns = [Column("Option", False), Column("For", False), Column("Against", False)]
    return make_table("What speaks for and against each", columns, rows)


def _joined(points: Sequence[str]) -> str:
    return f"{capital('; '.join(points))}." if points else "Nothing in these figures."


def _place(point: _Point, option: Option, options: Sequence[Option], *, best: bool) -> str:
    """Say that an option has the least or the most of a figure; "" where it has not.

    Figures that read alike count as alike.
    """
    values = {o.name: value for o in options if (value := point.value(o)) is not None}
    said = {o.name: point.say(o) for o in options if o.name in values}
    if option.name not in values or len(values) < 2 or len(set(said.values())) < 2:
        return ""
    end = min(values.values()) if best else max(values.values())
    there = {words for name, words in said.items() if values[name] == end}
    if said[option.name] not in there:
        return ""
    alone = sum(words in there for words in said.values()) == 1
    return f"{'' if alone else 'joint '}{point.best if best else point.worst} ({said[option.name]})"


def _points(material: Material) -> Iterator[_Point]:
    problem = material.reader.shown
    unit = problem.travel_unit
    yield _Point(
        lambda o: o.facts.mean_journey,
        lambda o: journey(o.facts.mean_journey, unit),
        "shortest mean journey",
        "longest mean journey",
    )
    yield _Point(
        lambda o: o.facts.longest_journey,
        lambda o: journey(o.facts.longest_journey, unit),
        "shortest journey for the worst-off school",
        "longest journey for the worst-off school",
    )
    yield _Point(_width, _spread_of("pupils"), "most even in pupils", "least even in pupils")
    yield _Point(
        lambda o: o.moved,
        lambda o: _moved(o),
        "fewest schools moved from today",
        "most schools moved from today",
    )
    total = len(problem.pyramids)
    yield _Point(
        lambda o: len(o.facts.measures.whole.pyramids_split) if total else None,
        lambda o: _pyramids(o, total),
        "most pyramids kept whole",
        "fewest pyramids kept whole",
    )
    yield _Point(
        lambda o: len(o.gaps) if any(s.expertise for s in problem.schools) else None,
        lambda o: number(len(o.gaps)),
        "fewest gaps in expertise",
        "most gaps in expertise",
    )
    yield _Point(
        lambda o: None if material.reader.is_public else _loss(o),
        lambda o: _less_words(material, o),
        "least money lost by clusters",
        "most money lost by clusters",
    )


def _width(option: Option) -> float | None:
    spread = option.facts.spread("pupils")
    return None if spread is None else spread[2] - spread[0]


def _loss(option: Option) -> int | None:
    shares = () if option.split is None else option.split.clusters
    known = bool(shares) and all(share.today_pence is not None for share in shares)
    return sum(_less(option)) if known else None
