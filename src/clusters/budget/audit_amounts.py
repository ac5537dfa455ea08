"""The exact amounts of a split, worked out again in decimals of 60 digits, for the checker.

The duplication is on purpose: see :mod:`clusters.budget.audit`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any, TypeVar

from clusters.budget.pot import Pot
from clusters.budget.protection import Protection
from clusters.budget.sparsity import Sparsity, Taper
from clusters.budget.values import Share, Split
from clusters.domain import Problem, SchoolId

__all__ = [
    "SAME",
    "Again",
    "Part",
    "Unit",
    "half_up",
    "held_back",
    "paid_before",
    "read_decimal",
    "read_pence",
]

SAME = Decimal("1e-24")
"""Two amounts of pence that are no further apart are one."""

_ROUNDS = 260
_Key = TypeVar("_Key")


class Again:
    """The exact amounts, worked out again in decimals."""

    def __init__(self, split: Split) -> None:
        self.split = split
        self.problem: Problem = split.problem
        self.read: dict[str, dict[SchoolId, Decimal]] = {}
        ids = {str(urn): urn for urn in self.problem.ids}
        self.members: dict[str, list[SchoolId]] = {
            c.label: [ids[str(urn)] for urn in c.members] for c in split.plan.clusters
        }
        self.parts: dict[str, Part] = self.factors()

    def rank(self, share: Share) -> tuple[int, int, str]:
        """Place in the published tie rule: the lowest URN of a cluster, or the URN."""
        return min(_place(str(urn)) for urn in share.members)

    def measure(self, name: str) -> dict[SchoolId, Decimal]:
        """Read a measure as the six decimals that it is."""
        if name in self.read:
            return self.read[name]
        values = self.problem.measures[name].tolist()
        self.read[name] = {
            urn: Decimal(repr(value)).quantize(Decimal("0.000001"))
            for urn, value in zip(self.problem.ids, values, strict=True)
        }
        return self.read[name]

    def formula(self) -> dict[SchoolId, Decimal]:
        """Exact pence by school, by the formula alone."""
        return {
            urn: sum((part.amounts[urn] for part in self.parts.values()), Decimal(0))
            for urn in self.problem.ids
        }

    def factors(self) -> dict[str, Part]:
        """Quantities and exact pence by school for each factor that gives something out."""
        formula, pot = self.split.formula, self.split.pot
        lumps = {
            name: part
            for name, part in self.lumps().items()
            if name == "sparsity" or any(part.amounts.values())
        }
        flexible = read_pence(pot.total) - held_back(pot)
        flexible -= sum(sum(sums.values()) for sums in paid_before(pot))
        rest = flexible - sum(
            half_up(sum(part.amounts.values(), Decimal(0))) for part in lumps.values()
        )
        counts = {name: self.measure(name) for name in formula.shares}
        parts = [read_decimal(share) for share in formula.shares.values()]
        if formula.weights:
            counts["units"] = dict.fromkeys(self.problem.ids, Decimal(0))
            for name, weight in formula.weights.items():
                for urn, value in self.measure(name).items():
                    counts["units"][urn] += read_decimal(weight) * value
            parts.append(1 - sum(parts, Decimal(0)))
        rates = {}
        pots = _shared_out(dict(enumerate(part * rest for part in parts)), rest, lambda k: k)
        for k, (name, quantity) in enumerate(counts.items()):
            sum_ = pots[k]
            whole = sum(quantity.values()) or Decimal(1)
            amounts = {urn: value * sum_ / whole for urn, value in quantity.items()}
            rates[name] = Part(quantity, amounts)
        return rates | lumps

    def lumps(self) -> dict[str, Part]:
        """Quantities and exact pence by school of lump sums and sparsity."""
        formula = self.split.formula
        full = Decimal(read_pence(formula.lump_per_cluster))
        each = {
            urn: Decimal(1) / len(members) for members in self.members.values() for urn in members
        }
        parts = {
            "lump_per_cluster": Part(each, {urn: full * part for urn, part in each.items()}),
            "lump_per_school": _whole(
                read_pence(formula.lump_per_school),
                {urn: self.kept(formula.taper, urn) for urn in self.problem.ids},
            ),
        }
        sparsity = formula.sparsity
        if sparsity is not None:
            far = {
                urn: self.far(sparsity, k) * self.kept(sparsity.taper, urn)
                for k, urn in enumerate(self.problem.ids)
            }
            parts["sparsity"] = _whole(read_pence(sparsity.amount), far)
        return parts

    def kept(self, taper: Taper | None, urn: SchoolId) -> Decimal:
        """Find the share of a sum that a school keeps for its size."""
        if taper is None:
            return Decimal(1)
        low, high = read_decimal(taper.full_to), read_decimal(taper.none_from)
        size = self.measure(taper.measure)[urn]
        return min(Decimal(1), max(Decimal(0), (high - size) / (high - low)))

    def far(self, sparsity: Sparsity, k: int) -> Decimal:
        """Find how far a school qualifies by distance and by the size of a year group."""
        schools, row = self.problem.schools, self.problem.distance_m[k].tolist()
        mine = sparsity.by_phase.get(schools[k].phase)
        if mine is None:
            return Decimal(0)
        near = mine.near_m if sparsity.near_m is None else sparsity.near_m
        far = mine.far_m if sparsity.far_m is None else sparsity.far_m
        open_ = [
            metres
            for i, metres in enumerate(row)
            if i != k
            and (not sparsity.same_phase or _teaches(sparsity, mine.years, schools[i].phase))
        ]
        if len(open_) < sparsity.rank:
            return Decimal(0)
        whole = round(min(sorted(open_)[sparsity.rank - 1], far))
        part = max(Decimal(0), Decimal(whole - near) / (far - near))
        if sparsity.taper is not None or not sparsity.size_limit:
            return part
        pupils = (
            self.measure("pupils")[self.problem.ids[k]]
            if "pupils" in self.problem.measures
            else Decimal(schools[k].pupils or 0)
        )
        if pupils == 0:
            return Decimal(0)
        over = 2 - 2 * pupils / len(mine.years) / read_decimal(mine.year_group)
        return part * min(Decimal(1), max(Decimal(0), over))

    def groups(self) -> dict[SchoolId, list[SchoolId]]:
        """Schools by the cluster or school that limits hold for; none without a protection."""
        protection = self.split.protection
        if protection is None:
            return {}
        if protection.level == "cluster":
            return {label: urns for label, urns in self.members.items()}  # noqa: C416 (wider keys)
        return {urn: [urn] for urn in self.problem.ids}

    def units(self) -> dict[SchoolId, Unit]:
        """Gather what is known of each cluster or school that limits hold for."""
        protection, formula, today = self.split.protection, self.formula(), self.today()
        committed = paid_before(self.split.pot)[0]
        counted = protection is not None and protection.per_pupil
        pupils = self.measure("pupils") if counted else dict.fromkeys(today, Decimal(0))
        return {
            key: Unit(
                share=sum((formula[urn] for urn in group), Decimal(0)),
                today=sum(today[urn] or 0 for urn in group),
                committed=sum(committed.get(str(urn), 0) for urn in group),
                pupils=sum((pupils[urn] for urn in group), Decimal(0)),
            )
            for key, group in self.groups().items()
        }

    def flexible(self) -> dict[SchoolId, Decimal]:
        """Exact pence by school after protection."""
        formula, protection, today = self.formula(), self.split.protection, self.today()
        if protection is None:
            return formula
        pot = half_up(sum(formula.values(), Decimal(0)))
        paid = _protected(protection, list(self.units().values()), pot)
        final: dict[SchoolId, Decimal] = {}
        for group, amount in zip(self.groups().values(), paid, strict=True):
            weights = [formula[urn] for urn in group]
            weights = weights if any(weights) else [Decimal(today[urn] or 0) for urn in group]
            weights = weights if any(weights) else [Decimal(1)] * len(group)
            for urn, weight in zip(group, weights, strict=True):
                final[urn] = amount * weight / sum(weights)
        return final

    def today(self) -> dict[SchoolId, int | None]:
        """Today's spend in pence; None where it is not known."""
        protection = self.split.protection
        if protection is None or protection.today is None:
            return {school.urn: school.topup_pence for school in self.problem.schools}
        given = read_rows(protection.today_as_given)
        return {urn: given.get(str(urn)) for urn in self.problem.ids}


def _teaches(sparsity: Sparsity, years: Sequence[int], phase: str) -> bool:
    """Whether a school of another phase is one to go to; of one of unknown phase it may be so."""
    other = sparsity.by_phase.get(phase)
    if other is None:
        return phase not in {"nursery", "special", "alternative", "16 plus", "independent"}
    return any(year in other.years for year in years)


@dataclass(frozen=True, slots=True)
class Part:
    """What one factor counts and gives, by school: units, and exact pence."""

    quantity: Mapping[SchoolId, Decimal]
    amounts: Mapping[SchoolId, Decimal]


def _whole(full: int, quantity: Mapping[SchoolId, Decimal]) -> Part:
    """Give each school its part of a sum in whole pence, halves upwards."""
    sums = {urn: Decimal(half_up(full * part)) for urn, part in quantity.items()}
    return Part(quantity, sums)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A cluster or school that limits hold for."""

    share: Decimal
    today: int
    committed: int
    pupils: Decimal

    def low(self, protection: Protection) -> Decimal:
        """Work out its floor again: whole pence, rounded up."""
        lows = [Decimal(0)]
        if protection.floor is not None:
            lows.append(read_decimal(protection.floor) * self.today - self.committed)
        if protection.loss_per_pupil is not None:
            lows.append(
                self.today - read_pence(protection.loss_per_pupil) * self.pupils - self.committed
            )
        return max(lows).to_integral_value(ROUND_CEILING)

    def high(self, protection: Protection) -> Decimal:
        """Work out its cap again: whole pence, rounded down; infinite for none."""
        highs = []
        if protection.cap is not None and self.today > 0:
            highs.append(read_decimal(protection.cap) * self.today - self.committed)
        if protection.gain_per_pupil is not None:
            highs.append(
                self.today + read_pence(protection.gain_per_pupil) * self.pupils - self.committed
            )
        if not highs:
            return Decimal("Infinity")
        return max(self.low(protection), min(highs).to_integral_value(ROUND_FLOOR))

    def top(self, protection: Protection, level: Decimal | None) -> Decimal:
        """Find the most at a common level of gains, if there is one."""
        size = self.pupils if protection.per_pupil else Decimal(self.today)
        if size == 0 or level is None:
            return Decimal("Infinity")
        base = self.today if protection.per_pupil else 0
        return max(Decimal(0), base + level * size - self.committed)


def held_back(pot: Pot) -> int:
    """Work out contingency and low-incidence fund again, in pence."""
    total = read_pence(pot.total)
    return sum(
        half_up(read_decimal(value) * (total if str(value).strip().endswith("%") else 100))
        for value in (pot.contingency, pot.low_incidence)
    )


def paid_before(pot: Pot) -> tuple[dict[str, int], dict[str, int]]:
    """Work out committed and backdated pence by school again."""
    owed = read_rows(pot.committed_as_given)
    late: dict[str, int] = {}
    for payment in pot.backdated:
        days = (payment.paid_from - payment.compliance_date).days
        pence = half_up(read_decimal(payment.a_year) * 100 * days / 365)
        late[str(payment.urn)] = late.get(str(payment.urn), 0) + pence
    return owed, late


def read_rows(given: Any) -> dict[str, int]:
    """Add up pence by school over the rows as they were given, one by one."""
    if hasattr(given, "rates_pence"):
        return _plans_again(given)
    sums: dict[str, int] = {}
    for urn, sum_ in given.items():  # of a pandas Series every row, whatever its label
        sums[str(urn).strip()] = sums.get(str(urn).strip(), 0) + read_pence(sum_)
    return sums


def _plans_again(given: Any) -> dict[str, int]:
    """Work the year's sum of every plan out again, and round the schools to their total."""
    exact: dict[str, Decimal] = {}
    for row in given.rows:
        a_year = Decimal(row.a_year_pence if row.band is None else given.rates_pence[row.band])
        part = Decimal(1)
        if given.first is not None:
            year = range(given.first.toordinal(), given.last.toordinal() + 1)
            begin = year.start if row.start is None else row.start.toordinal()
            stop = year.stop if row.end is None else row.end.toordinal() + 1
            part = Decimal(len(range(max(begin, year.start), min(stop, year.stop)))) / len(year)
        exact[str(row.urn)] = exact.get(str(row.urn), Decimal(0)) + a_year * part
    return _shared_out(exact, half_up(sum(exact.values(), Decimal(0))), _place)


def _place(urn: str) -> tuple[int, int, str]:
    """Place of an id in the published tie rule: numbers by size, then texts."""
    return (0, int(urn), "") if urn.isdecimal() else (1, 0, urn)


def _shared_out(
    exact: Mapping[_Key, Decimal], total: int, place: Callable[[_Key], Any]
) -> dict[_Key, int]:
    """Whole pence that come to the total: what is over goes to the largest remainders."""
    whole = {key: int((due + SAME).to_integral_value(ROUND_FLOOR)) for key, due in exact.items()}
    left = total - sum(whole.values())
    over = {key: ((whole[key] - due).quantize(SAME), place(key)) for key, due in exact.items()}
    for key in sorted(exact, key=lambda key: over[key])[:left]:
        whole[key] += 1
    return whole


def _protected(protection: Protection, units: Sequence[Unit], pot: int) -> list[Decimal]:
    """Find the scale, or the level of gains, by halving an interval."""
    lows = [unit.low(protection) for unit in units]
    highs = [unit.high(protection) for unit in units]

    def paid(scale: Decimal, level: Decimal | None) -> list[Decimal]:
        return [
            max(low, min(high, scale * unit.share, unit.top(protection, level)))
            for unit, low, high in zip(units, lows, highs, strict=True)
        ]

    if protection.method == "scaling":
        return _halve(lambda scale: paid(scale, None), Decimal(0), pot)
    lowest, highest = _levels(protection, units)
    if highest is not None and sum(paid(Decimal(1), highest)) < pot:
        return _halve(lambda scale: paid(scale, highest), Decimal(1), pot)
    if sum(paid(Decimal(1), lowest)) > pot:
        return _halve(lambda scale: paid(scale, lowest), Decimal(0), pot)
    return _halve(lambda level: paid(Decimal(1), level), lowest, pot)


def _levels(protection: Protection, units: Sequence[Unit]) -> tuple[Decimal, Decimal | None]:
    if protection.per_pupil:
        loss, gain = protection.loss_per_pupil, protection.gain_per_pupil
        worst = max((unit.today / unit.pupils for unit in units if unit.pupils), default=Decimal(0))
        lowest = -worst if loss is None else Decimal(-read_pence(loss))
        return lowest, None if gain is None else Decimal(read_pence(gain))
    floor, cap = protection.floor, protection.cap
    return (
        Decimal(0) if floor is None else read_decimal(floor),
        None if cap is None else read_decimal(cap),
    )


def _halve(paid: Callable[[Decimal], list[Decimal]], start: Decimal, pot: int) -> list[Decimal]:
    """Follow rising amounts to where they add up to the pot."""
    low, high, width = start, start + 1, Decimal(1)
    for _ in range(_ROUNDS):
        if sum(paid(high)) >= pot:
            break
        width *= 2
        low, high = high, high + width
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        low, high = (low, middle) if sum(paid(middle)) >= pot else (middle, high)
    return paid(high)


def read_decimal(value: Any) -> Decimal:
    """Read a number again: "5%", "1,234.50", a float as written, a Fraction."""
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / value.denominator
    text = str(value).replace(",", "").replace("£", "").strip()
    return Decimal(text[:-1]) / 100 if text.endswith("%") else Decimal(text)


def read_pence(value: Any) -> int:
    """Read pounds again, as pence."""
    return half_up(read_decimal(value) * 100)


def half_up(value: Decimal) -> int:
    """Round to a whole number, halves upwards."""
    return int((value + Decimal("0.5") + SAME).to_integral_value(ROUND_FLOOR))
