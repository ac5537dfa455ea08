"""The formula: how the flexible pot is shared, factor by factor, each factor a column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, TypeAlias

from clusters.arguments import checked
from clusters.budget.sparsity import Sparsity, Taper, exact_measure, remoteness, tapered
from clusters.domain import FrozenDict, Problem, SchoolId
from clusters.errors import Faults, MoneyError
from clusters.money import (
    Amount,
    Number,
    exact_number,
    largest_remainder,
    pence,
    pounds,
    proportional,
    round_half_up,
    stated_share,
)
from clusters.shown import Shown

__all__ = ["Factor", "Formula", "factors_of", "measure_names"]

_Clusters: TypeAlias = Sequence[Sequence[SchoolId]]

_COLUMNS = frozenset(
    {
        *("units", "lump_per_cluster", "lump_per_school", "sparsity"),
        *("committed", "backdated", "formula", "protection", "flexible", "total"),
        *("today", "change"),
    }
)
"""Sums of money in every split, each a column: a share of the same name would hide one."""


@checked
@dataclass(frozen=True, slots=True, repr=False)
class Formula(Shown):
    """How the flexible pot is shared: lump sums first, the rest by measures.

    Lump sums and sparsity are paid first. Of the rest, each measure in `shares` divides its share
    in proportion; what the shares leave is divided by units: the sum of weight x measure. With
    neither weights nor shares, one unit is one of the measure "need".

    Parameters
    ----------
    weights
        Units per one of each measure: ``{"ehcps": 3, "sen_support": 1}``. Any measure of the
        problem, need by type and level included (``{"ehcps_asd": 4, "sen_support_slcn": "1.5"}``).
    shares
        Share of the rest for each measure, a fraction of one or with its sign:
        ``{"pupils": "15%", "fsm": "35%", "low_attainment": "50%"}``.
    lump_per_cluster, lump_per_school
        POUNDS for each cluster; for each school. In the figures by school, a cluster's lump sum is
        divided equally among its schools.
    taper
        How the lump sum of a school falls with its size.
    sparsity
        A sum for small schools far from others.
    unit
        What a unit is called.
    name, source
        What the formula is called and where it comes from, for papers.

    Raises
    ------
    MoneyError
        Listing every fault.

    Notes
    -----
    Weights and shares that are floats count as the decimals they are written as; money may not be
    given as a float.

    Examples
    --------
    >>> Formula({"ehcps": 3, "sen_support": 1}, lump_per_cluster="50000").name
    'local formula'
    """

    weights: Mapping[str, Number] = field(default_factory=FrozenDict)
    shares: Mapping[str, Number] = field(default_factory=FrozenDict)
    lump_per_cluster: Amount = field(default=0, kw_only=True)
    lump_per_school: Amount = field(default=0, kw_only=True)
    taper: Taper | None = field(default=None, kw_only=True)
    sparsity: Sparsity | None = field(default=None, kw_only=True)
    unit: str = field(default="need unit", kw_only=True)
    name: str = field(default="local formula", kw_only=True)
    source: str = field(default="a local choice", kw_only=True)

    def __post_init__(self) -> None:
        faults = Faults()
        weights = _numbers(faults, self.weights, "weights", exact_number)
        shares = _numbers(faults, self.shares, "shares", stated_share)
        left = 1 - sum(shares.values(), Fraction(0))
        if not weights and not shares:
            weights = {"need": Fraction(1)}
        if left < 0:
            faults.add(
                "the shares add up to more than 1",
                "make them add up to 1 at most",
                value=f"{float(1 - left):g}",
            )
        if weights and not any(weights.values()):
            faults.add("every weight is 0", "give at least one measure a weight above 0")
        if weights and left == 0:
            faults.add(
                "the shares take the whole rest, and the weights would get nothing",
                "lower the shares or leave the weights out",
            )
        if not weights and left > 0 and shares:
            faults.add(
                f"the shares add up to {float(1 - left):g} and nothing says who gets the rest",
                "make them add up to 1, or give weights for the rest",
            )
        for what in ("lump_per_cluster", "lump_per_school"):
            faults.take(0, pence, getattr(self, what), what)
        faults.refuse(MoneyError)
        object.__setattr__(self, "weights", FrozenDict(weights))
        object.__setattr__(self, "shares", FrozenDict(shares))


def _numbers(
    faults: Faults, given: object, what: str, reader: Callable[..., Fraction]
) -> dict[str, Fraction]:
    if not isinstance(given, Mapping):
        faults.add(f"{what} is not a mapping", 'give numbers by measure, {"need": 1}', value=given)
        return {}
    numbers = {}
    for name, value in given.items():
        number = faults.take(Fraction(0), reader, value, f"{what}[{name!r}]")
        if number < 0:
            faults.add(f"{what}[{name!r}] is negative", "give 0 or more", value=value)
        if what == "shares" and name in _COLUMNS:
            faults.add(
                f"{what}[{name!r}] is called like a sum that every split has",
                "give the measure another name",
            )
        numbers[str(name)] = number
    return numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One factor of the formula, worked out for every school.

    Parameters
    ----------
    name
        Of its column: "units", "lump_per_cluster", "lump_per_school", "sparsity", or a measure.
    unit
        What is counted, in the singular.
    kind
        "rate" (quantity x one rate) or "lump" (a sum in whole pence, for a cluster or a school).
    total_pence
        What the factor gives out.
    rate
        Exact pence per unit; of lump sums, the full sum.
    quantity
        Units by school, exact.
    exact
        Exact pence by school.
    """

    name: str
    unit: str
    kind: Literal["rate", "lump"]
    total_pence: int
    rate: Fraction
    quantity: Mapping[SchoolId, Fraction]
    exact: Mapping[SchoolId, Fraction]


def factors_of(
    problem: Problem, clusters: _Clusters, formula: Formula, flexible_pence: int
) -> tuple[Factor, ...]:
    """Work out every factor of a formula for every school.

    Raises
    ------
    MoneyError
        If a measure is missing, lump sums exceed the pot (with the share of them that fits), or
        nothing says how to share.
    """
    faults = Faults()
    lumps = [
        factor
        for factor in _lumps(faults, problem, clusters, formula)
        if factor.total_pence or factor.name == "sparsity"  # asked for: shown where nobody has it
    ]
    counts = _counts(faults, problem, formula)
    faults.refuse(MoneyError)
    taken = sum(factor.total_pence for factor in lumps)
    rest = flexible_pence - taken
    if rest < 0:
        fits = int(Fraction(flexible_pence, taken) * 10_000) / 100
        faults.add(
            f"the lump sums come to {pounds(taken)}, {pounds(-rest)} more than the "
            f"{pounds(flexible_pence)} there is to share",
            f"lower them: {fits:.2f}% of these would fit",
        )
        faults.refuse(MoneyError)
    return (*_rates(faults, formula, counts, rest), *lumps)


def _rates(
    faults: Faults,
    formula: Formula,
    counts: Mapping[str, Mapping[SchoolId, Fraction]],
    rest: int,
) -> list[Factor]:
    parts = {name: exact_number(share) for name, share in formula.shares.items()}
    if formula.weights:
        parts["units"] = 1 - sum(parts.values(), Fraction(0))
    pots = largest_remainder([part * rest for part in parts.values()], rest)
    factors = []
    for (name, _), pot in zip(parts.items(), pots, strict=True):
        quantity = counts[name]
        if pot and not any(quantity.values()):
            what = "every school has 0 of " + (
                " and ".join(formula.weights) if name == "units" else name
            )
            faults.add(f"{what}, so nothing says how to share {pounds(pot)}", "use another measure")
            continue
        shares = proportional(pot, list(quantity.values()))
        factors.append(
            Factor(
                name=name,
                unit=formula.unit if name == "units" else name,
                kind="rate",
                total_pence=pot,
                rate=Fraction(pot) / (sum(quantity.values()) or 1),
                quantity=FrozenDict(quantity),
                exact=FrozenDict(zip(quantity, shares, strict=True)),
            )
        )
    faults.refuse(MoneyError)
    return factors


def _counts(
    faults: Faults, problem: Problem, formula: Formula
) -> dict[str, dict[SchoolId, Fraction]]:
    """Quantities by factor: each measure of the shares, and the units."""
    nothing = dict.fromkeys(problem.ids, Fraction(0))
    counts = {name: faults.take(nothing, exact_measure, problem, name) for name in formula.shares}
    units = dict(nothing)
    for name, weight in formula.weights.items():
        measure = faults.take(nothing, exact_measure, problem, name)
        units = {urn: units[urn] + exact_number(weight) * measure[urn] for urn in units}
    return counts | {"units": units}


def _lumps(faults: Faults, problem: Problem, clusters: _Clusters, formula: Formula) -> list[Factor]:
    """Lump sums, each a whole number of pence for a cluster or for a school."""
    size = {urn: len(members) for members in clusters for urn in members}
    per_cluster = pence(formula.lump_per_cluster)
    ones = dict.fromkeys(problem.ids, Fraction(1))
    part = ones if formula.taper is None else tapered(faults, problem, formula.taper)
    factors = [
        Factor(
            name="lump_per_cluster",
            unit="cluster",
            kind="lump",
            total_pence=per_cluster * len(clusters),
            rate=Fraction(per_cluster),
            quantity=FrozenDict({urn: Fraction(1, n) for urn, n in size.items()}),
            exact=FrozenDict({urn: Fraction(per_cluster, n) for urn, n in size.items()}),
        ),
        _lump("lump_per_school", pence(formula.lump_per_school), part),
    ]
    if formula.sparsity is not None:
        far = remoteness(faults, problem, formula.sparsity)
        factors.append(_lump("sparsity", pence(formula.sparsity.amount), far))
    return factors


def _lump(name: str, full_pence: int, part: Mapping[SchoolId, Fraction]) -> Factor:
    """Give each school its part of a full sum in whole pence, halves upwards."""
    sums = {urn: round_half_up(full_pence * share) for urn, share in part.items()}
    return Factor(
        name=name,
        unit="school",
        kind="lump",
        total_pence=sum(sums.values()),
        rate=Fraction(full_pence),
        quantity=FrozenDict(part),
        exact=FrozenDict({urn: Fraction(sum_) for urn, sum_ in sums.items()}),
    )


def measure_names(formula: Formula) -> tuple[str, ...]:
    """Every measure that a formula reads."""
    tapers = [formula.taper, formula.sparsity.taper if formula.sparsity else None]
    names = [*formula.weights, *formula.shares, *(t.measure for t in tapers if t is not None)]
    return tuple(dict.fromkeys(names))
