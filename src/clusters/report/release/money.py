"""A split as the public may see it: worked out again from the sums that are shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from clusters.disclosure import OPEN_MEASURES, Hidden, SmallNumbers, hide_amounts, hide_counts
from clusters.domain import FrozenDict, Plan, Problem, SchoolId
from clusters.money import as_pounds, exact_number, pounds, round_half_up
from clusters.text import clean

if TYPE_CHECKING:
    from clusters.budget import Pot, Share, Split
    from clusters.budget.formula import Factor

_LARGEST_COUNT = 100_000
"""Larger sums are no counts of pupils, and are judged by the number of schools behind them."""

_POUND, _THOUSAND_POUNDS = 100, 100_000

_ALL = "all schools"

_Members = Mapping[str, tuple[SchoolId, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """The money that may be shown.

    Parameters
    ----------
    split
        Shares of the clusters whose money may be shown, none of schools; None where nothing of it
        may be shown.
    masked
        Labels of the other clusters.
    step
        Pence to which sums are rounded.
    notes
        Sentences on what is left out.
    """

    split: Split | None = None
    masked: frozenset[str] = frozenset()
    step: int = 1
    notes: tuple[str, ...] = ()


def sums_hidden(
    problem: Problem,
    name: str,
    members: _Members,
    policy: SmallNumbers,
    rolls: Mapping[SchoolId, int],
) -> Hidden:
    """Choose which sums of a measure to hide that is not shown school by school."""
    values = dict(zip(problem.ids, problem.measure(name).tolist(), strict=True))
    whole = all(float(value).is_integer() for value in values.values())
    if whole and sum(values.values()) <= _LARGEST_COUNT:
        counts = {urn: int(value) for urn, value in values.items()}
        return hide_counts(counts, members, policy, most=rolls, by_school=False)
    return hide_amounts(values, members)


def release_money(
    split: Split | None,
    members: _Members,
    counts: Mapping[str, Hidden],
    policy: SmallNumbers,
    masked: Collection[str],
) -> Released:
    """Work a split out again from the sums over clusters that may be shown.

    Parameters
    ----------
    members
        Ids of the schools of each group of which a sum may be known.
    counts
        What is hidden of the counts that tables show.
    masked
        Labels of the clusters of which a count is hidden.
    """
    if split is None:
        return Released()
    from clusters.budget.formula import measure_names

    rolls = {s.urn: s.pupils for s in split.problem.schools if s.pupils is not None}
    names = [name for name in measure_names(split.formula) if name not in OPEN_MEASURES]
    hidden = [
        counts.get(name) or sums_hidden(split.problem, name, members, policy, rolls)
        for name in names
    ]
    paid, spent = _paid_to_schools(split), _spent_today(split)
    amounts = [hide_amounts(sums, members) for sums in paid]
    labels = frozenset(clean(share.key) for share in split.clusters)
    away = frozenset(masked).union(*(each.clusters for each in (*hidden, *amounts))) & labels
    if any(each.total for each in (*hidden, *amounts)) or _is_bent(split):
        return Released(
            masked=labels,
            notes=("The money is left out: numbers of single schools could be read off it.",),
        )
    protection = split.protection
    today = bool(any(spent.values()) and not hide_amounts(spent, members).clusters)
    if protection is not None and (protection.level == "school" or away or not today):
        away = labels
    need = (
        "need" in split.problem.measures
        and not (
            counts.get("need") or sums_hidden(split.problem, "need", members, policy, rolls)
        ).clusters
    )
    step = _THOUSAND_POUNDS if paid or protection is not None else _POUND if away else 1
    return Released(
        split=_split(split, away, step, [*names, *(["need"] if need else [])], today=today),
        masked=away,
        step=step,
        notes=tuple(
            _notes(labels, away, step, silent=any(spent.values()) and not today and away != labels)
        ),
    )


def _notes(
    labels: Collection[str], away: Collection[str], step: int, *, silent: bool
) -> Iterable[str]:
    if away:
        which = "all clusters" if len(away) == len(labels) else "some clusters"
        yield f"The money of {which} is hidden: numbers of single schools could be read off it."
    if step > 1 and len(away) < len(labels):
        yield f"Sums of money by cluster are rounded to {pounds(step).removesuffix('.00')}."
    if silent:
        yield "Gains and losses are left out: what single schools have today could be read off."


def _paid_to_schools(split: Split) -> list[dict[SchoolId, float]]:
    """Money that goes to schools by their pupils, before the formula."""
    found: list[Mapping[SchoolId, int]] = [
        {share.key: share.committed_pence for share in split.schools},
        {share.key: share.backdated_pence for share in split.schools},
    ]
    return [{u: float(v) for u, v in sums.items()} for sums in found if any(sums.values())]


def _spent_today(split: Split) -> dict[SchoolId, float]:
    """Today's money by school; none where it is not known for every one."""
    sums = {share.key: share.today_pence for share in split.schools}
    return {} if None in sums.values() else {urn: float(sum_ or 0) for urn, sum_ in sums.items()}


def _is_bent(split: Split) -> bool:
    """Whether a lump sum falls with a number of each school that is not shown."""
    formula = split.formula
    tapers = [formula.taper, formula.sparsity.taper if formula.sparsity else None]
    return any(taper is not None and taper.measure not in OPEN_MEASURES for taper in tapers)


def _split(
    split: Split, away: Collection[str], step: int, names: Iterable[str], *, today: bool
) -> Split:
    """Copy a split with what may be shown.

    Parameters
    ----------
    names
        Measures of which sums may be shown.
    today
        Whether today's money may be.
    """
    kept = [share for share in split.clusters if clean(share.key) not in away]
    known = [
        name
        for name in dict.fromkeys(("schools", "pupils", "ehcps", "sen_support", *names))
        if name in split.problem.measures
    ]
    wholes = {name: _sum(split, name, split.problem.ids) for name in known}
    sums = {share.key: {name: _sum(split, name, share.members) for name in known} for share in kept}
    shares = tuple(
        replace(
            _share(split, share, sums[share.key], wholes, step),
            today_pence=_rounded(share.today_pence or 0, _THOUSAND_POUNDS) if today else None,
        )
        for share in kept
    )
    return replace(
        split,
        problem=_clusters_as_units(sums),
        plan=Plan(clusters=tuple(c for c in split.plan.clusters if clean(c.label) not in away)),
        pot=_pot(split.pot),
        protection=None if split.protection is None else replace(split.protection, today=None),
        factors=tuple(_factor(factor) for factor in split.factors),
        clusters=shares,
        schools=(),
        protected=None,
    )


def _sum(split: Split, name: str, members: Collection[SchoolId]) -> Fraction:
    from clusters.budget.sparsity import exact_measure

    values = exact_measure(split.problem, name)
    return sum((values[urn] for urn in members), Fraction(0))


def _share(
    split: Split,
    share: Share,
    sums: Mapping[str, Fraction],
    wholes: Mapping[str, Fraction],
    step: int,
) -> Share:
    """Work a share out from sums over its cluster and over all."""
    quantity, exact = {}, {}
    for factor in split.factors:
        if factor.kind == "rate":
            quantity[factor.name] = _quantity(split, factor, sums)
            part = quantity[factor.name] / (_quantity(split, factor, wholes) or 1)
            exact[factor.name] = factor.total_pence * part
        else:  # by schools, pupils and journeys alone
            quantity[factor.name] = share.quantity[factor.name]
            exact[factor.name] = sum((factor.exact[urn] for urn in share.members), Fraction(0))
    formula = sum(exact.values(), Fraction(0))
    if formula != share.formula_exact:
        raise AssertionError(share.key)  # what is shown must be what is paid
    known: dict[str, Any] = {
        "members": (share.key,),
        "quantity": FrozenDict(quantity),
        "formula_exact": formula,
        "flexible_exact": formula if split.protection is None else share.flexible_exact,
    }
    if step == 1:
        return replace(share, **known)
    cells = {name: _rounded(value, step) for name, value in exact.items()}
    by_formula = sum(cells.values())
    return replace(
        share,
        **known,
        committed_pence=_rounded(share.committed_pence, step),
        backdated_pence=_rounded(share.backdated_pence, step),
        factor_pence=FrozenDict(cells),
        formula_pence=by_formula,
        flexible_pence=by_formula
        if split.protection is None
        else _rounded(share.flexible_exact, step),
        floor_pence=_rounded_or_none(share.floor_pence, step),
        cap_pence=_rounded_or_none(share.cap_pence, step),
    )


def _quantity(split: Split, factor: Factor, sums: Mapping[str, Fraction]) -> Fraction:
    if factor.name != "units":
        return sums[factor.name]
    weights = split.formula.weights
    return sum((exact_number(w) * sums[name] for name, w in weights.items()), Fraction(0))


def _rounded(value: Fraction | int, step: int) -> int:
    return step * round_half_up(Fraction(value) / step)


def _rounded_or_none(value: int | None, step: int) -> int | None:
    return None if value is None else _rounded(value, step)


def _factor(factor: Factor) -> Factor:
    """Copy a factor with nothing but its sum over all schools."""
    return replace(
        factor,
        quantity=FrozenDict({_ALL: sum(factor.quantity.values(), Fraction(0))}),
        exact=FrozenDict({_ALL: Fraction(factor.total_pence)}),
    )


def _pot(pot: Pot) -> Pot:
    """Copy a pot with nothing but its sums over all schools."""
    from clusters.budget import Backdated

    committed, backdated = sum(pot.committed_pence.values()), sum(pot.backdated_pence.values())
    day = date(2001, 1, 1)
    paid = Backdated(
        urn=_ALL,
        a_year=as_pounds(backdated),
        compliance_date=day,
        paid_from=day + timedelta(days=365),
    )
    return replace(
        pot,
        committed={_ALL: as_pounds(committed)} if committed else {},
        backdated=(paid,) if backdated else (),
    )


def _clusters_as_units(sums: Mapping[Any, Mapping[str, Fraction]]) -> Problem:
    """Make facts in which every cluster stands for one school: its sums, and no school's own."""
    if not sums:
        return Problem.from_arrays([_ALL], [[0.0, 0.0]])
    names = [name for name in next(iter(sums.values())) if name != "schools"]
    return Problem.from_arrays(
        list(sums),
        [[0.0, 0.0]] * len(sums),
        {name: [float(each[name]) for each in sums.values()] for name in names},
    )
