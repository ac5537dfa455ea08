"""A checker of splits that works everything out again, by another route.

It shares nothing with the modules that made the split but the inputs: it reckons in decimals of 60
digits where they use fractions, finds the protection's number by halving an interval where they
follow exact paths, and tests the property that defines largest remainder where they sort. The
duplication is on purpose. It raises nothing: what is wrong comes back as findings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Context, Decimal, localcontext
from fractions import Fraction

from clusters.budget.audit_amounts import (
    SAME,
    Again,
    held_back,
    paid_before,
    read_decimal,
    read_pence,
)
from clusters.budget.values import Share, Split
from clusters.domain import SchoolId
from clusters.shown import Shown

__all__ = ["MoneyFinding", "check_split"]

_CONTEXT = Context(prec=60)


@dataclass(frozen=True, slots=True, repr=False)
class MoneyFinding(Shown):
    """Something about a split that does not hold: which check, of whom, and the figures.

    Examples
    --------
    >>> MoneyFinding(check="total", message="the shares do not come to the pot")
    MoneyFinding(check='total', message='the shares do not come to the pot')
    """

    check: str
    message: str
    key: SchoolId | None = None


def check_split(split: Split) -> tuple[MoneyFinding, ...]:
    """Work a split out again from its inputs and list what does not agree; empty if all does.

    Checks: "sums" (of schools, clusters, factors and the pot), "committed", "today", "factors",
    "formula", "rounding", "limits", "protection", "plan".

    Examples
    --------
    >>> from clusters.budget import Formula, split_budget
    >>> from clusters.domain import Plan, Problem
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [1, 1]], {"need": [1, 2]})
    >>> plan = Plan.from_assignment({"a": "a", "b": "b"})
    >>> check_split(split_budget(problem, plan, "100", Formula()))
    ()
    """
    with localcontext(_CONTEXT):
        findings = [*_plan(split)]
        if findings:
            return tuple(findings)
        again = Again(split)
        findings += [*_sums(split), *_committed(split), *_today(again)]
        findings += [*_limits(split), *_limits_again(again), *_factors(again)]
        formula, flexible = again.formula(), again.flexible()
        for share in (*split.clusters, *split.schools):
            findings += _exact(share, "formula", formula, share.formula_exact)
            findings += _exact(share, "protection", flexible, share.flexible_exact)
        findings += _amounts(again, "formula", formula, "formula")
        findings += _amounts(again, "protection", flexible, "flexible")
        return tuple(findings)


def _plan(split: Split) -> Iterator[MoneyFinding]:
    """Every school of the problem once, in the cluster that the plan says."""
    label = {str(urn): c.label for c in split.plan.clusters for urn in c.members}
    wanted = {str(urn): label.get(str(urn)) for urn in split.problem.ids}
    found = {str(share.key): share.cluster for share in split.schools}
    alone = all(share.members == (share.key,) for share in split.schools)
    if wanted != found or len(split.schools) != len(split.problem.ids) or not alone:
        yield MoneyFinding("plan", "the schools of the split are not those of the plan")
    planned = [(c.label, c.label, [str(urn) for urn in c.members]) for c in split.plan.clusters]
    shown = [(s.key, s.cluster, [str(urn) for urn in s.members]) for s in split.clusters]
    if planned != shown:
        yield MoneyFinding("plan", "the clusters of the split are not those of the plan")


_STEPS = ("committed", "backdated", "formula", "flexible", "total")


def _sums(split: Split) -> Iterator[MoneyFinding]:
    held = held_back(split.pot)
    total = sum(share.total_pence for share in split.clusters)
    if total != read_pence(split.pot.total) - held:
        yield MoneyFinding("sums", f"clusters and money held back come to {total + held} pence")
    for cluster in split.clusters:
        yield from _sums_of_schools(split, cluster)
    for share in (*split.clusters, *split.schools):
        if sum(share.factor_pence.values()) != share.formula_pence:
            yield MoneyFinding("sums", "its factors do not add up to its formula share", share.key)
        if min(share.flexible_pence, share.formula_pence, *share.factor_pence.values()) < 0:
            yield MoneyFinding("sums", "it has a negative sum", share.key)
    for factor in split.factors:
        for shares in (split.clusters, split.schools):
            given = sum(share.factor_pence[factor.name] for share in shares)
            if given != factor.total_pence:
                yield MoneyFinding("sums", f"factor {factor.name} gives out {given} pence")


def _sums_of_schools(split: Split, cluster: Share) -> Iterator[MoneyFinding]:
    members = [share for share in split.schools if share.cluster == cluster.key]
    for step in _STEPS:
        parts = sum(_pence(share, step) for share in members)
        if parts != _pence(cluster, step):
            message = f"{step}: its schools have {parts} pence, it has {_pence(cluster, step)}"
            yield MoneyFinding("sums", message, cluster.key)


def _pence(share: Share, step: str) -> int:
    return int(getattr(share, f"{step}_pence"))


def _committed(split: Split) -> Iterator[MoneyFinding]:
    owed, late = paid_before(split.pot)
    given = sum(owed.values()), sum(late.values())
    shown = split.pot.steps["committed EHC plan top-ups"], split.pot.steps["backdated payments"]
    if shown != given:
        message = f"the rows that were given come to {given[0]} pence and {given[1]} backdated"
        yield MoneyFinding("committed", message)
    for share in split.schools:
        wanted = (owed.get(str(share.key), 0), late.get(str(share.key), 0))
        if (share.committed_pence, share.backdated_pence) != wanted:
            message = f"it is owed {wanted[0]} pence and {wanted[1]} backdated"
            yield MoneyFinding("committed", message, share.key)


def _limits(split: Split) -> Iterator[MoneyFinding]:
    for share in (*split.clusters, *split.schools):
        low = 0 if share.floor_pence is None else share.floor_pence
        high = share.cap_pence
        if share.flexible_pence < low or (high is not None and share.flexible_pence > high):
            message = f"{share.flexible_pence} pence is not between {_words(low, high)}"
            yield MoneyFinding("limits", message, share.key)


def _words(low: int | None, high: int | None) -> str:
    floor = "no floor" if low is None else f"a floor of {low}"
    return f"{floor} and {'no cap' if high is None else f'a cap of {high}'}"


def _limits_again(again: Again) -> Iterator[MoneyFinding]:
    """Floors and caps worked out again; none where no limit holds at that level."""
    protection = again.split.protection
    units = again.units()
    at_school = protection is not None and protection.level == "school"
    for shares, here in ((again.split.clusters, not at_school), (again.split.schools, at_school)):
        for share in shares:
            wanted: tuple[int | None, int | None] = (None, None)
            if protection is not None and here:
                unit = units[share.key]
                low, high = unit.low(protection), unit.high(protection)
                wanted = (int(low), int(high) if high.is_finite() else None)
            if (share.floor_pence, share.cap_pence) != wanted:
                yield MoneyFinding("limits", f"its limits are {_words(*wanted)}", share.key)


def _today(again: Again) -> Iterator[MoneyFinding]:
    """Today's spend, which everybody's change is measured from."""
    spend = again.today()
    for share in (*again.split.clusters, *again.split.schools):
        sums = [spend[urn] for urn in share.members]
        wanted = None if None in sums else sum(sum_ or 0 for sum_ in sums)
        if share.today_pence != wanted:
            message = f"today's spend is {'not known' if wanted is None else wanted}"
            yield MoneyFinding("today", message, share.key)


_NEAR_PENCE = 2
"""Tables of factors keep their totals, for which a cell may move beyond the penny next to it."""


def _factors(again: Again) -> Iterator[MoneyFinding]:
    """Every factor by itself: what is counted, exactly, and what it gives, within two pence."""
    names = [factor.name for factor in again.split.factors]
    if names != list(again.parts):
        yield MoneyFinding("factors", f"the factors of the formula are {', '.join(again.parts)}")
        return
    for share in (*again.split.clusters, *again.split.schools):
        for name, part in again.parts.items():
            counted = sum((part.quantity[urn] for urn in share.members), Decimal(0))
            due = sum((part.amounts[urn] for urn in share.members), Decimal(0))
            if abs(read_decimal(share.quantity[name]) - counted) > SAME:
                yield MoneyFinding("factors", f"{name} counts {counted:.6f}", share.key)
            if abs(share.factor_pence[name] - due) > _NEAR_PENCE:
                yield MoneyFinding("factors", f"{name} gives {due:.4f} pence", share.key)


def _exact(
    share: Share, check: str, wanted: Mapping[SchoolId, Decimal], exact: Fraction
) -> Iterator[MoneyFinding]:
    """Compare the exact share before rounding."""
    due = sum((wanted[urn] for urn in share.members), Decimal(0))
    if abs(read_decimal(exact) - due) > SAME:
        yield MoneyFinding(check, f"its exact share is {due:.4f} pence", share.key)


def _amounts(
    again: Again,
    check: str,
    exact: Mapping[SchoolId, Decimal],
    step: str,
) -> Iterator[MoneyFinding]:
    """Whole pence against exact shares: within a penny, and rounded by largest remainder."""
    split = again.split
    schools = {share.key: share for share in split.schools}
    due = {
        label: sum((exact[urn] for urn in members), Decimal(0))
        for label, members in again.members.items()
    }
    groups: list[tuple[Sequence[Share], list[Decimal]]] = [
        (split.clusters, [due[share.cluster] for share in split.clusters])
    ]
    for members in again.members.values():
        groups.append(([schools[urn] for urn in members], [exact[urn] for urn in members]))
    for shares, wanted in groups:
        for share, amount in zip(shares, wanted, strict=True):
            if abs(_pence(share, step) - amount) >= 1 - SAME:
                message = f"it has {_pence(share, step)} pence and is due {amount:.4f}"
                yield MoneyFinding(check, message, share.key)
        yield from _largest_remainder(again, shares, wanted, step)


def _largest_remainder(
    again: Again, shares: Sequence[Share], wanted: Sequence[Decimal], step: str
) -> Iterator[MoneyFinding]:
    """Nobody rounded down has a larger remainder than somebody rounded up."""
    up: list[tuple[Decimal, Share]] = []
    down: list[tuple[Decimal, Share]] = []
    for share, amount in zip(shares, wanted, strict=True):
        whole = (amount + SAME).to_integral_value(ROUND_FLOOR)
        (up if _pence(share, step) > whole else down).append((amount - whole, share))
    for remainder, loser in down:
        for other, winner in up:
            tie = abs(remainder - other) <= SAME
            if (tie and again.rank(loser) < again.rank(winner)) or remainder > other + SAME:
                yield MoneyFinding("rounding", f"{winner.key!r} has its penny", loser.key)
