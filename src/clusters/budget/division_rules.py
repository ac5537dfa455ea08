"""Rules that divide one sum among claims: proportional, equal awards, equal losses, Talmud.

Each rule pays along a *path*: as one number (its parameter) rises from 0, every award rises or
stands still, in straight pieces. The sum to be divided fixes the parameter; a floor and a cap cut a
path off below and above. One exact solver (:mod:`clusters.budget.water_filling`) serves them all.

Max-min, leximin and weighted Nash of one divisible sum with limits are one answer,
clip(weight x t, floor, cap): the rule "maxmin" (see docs/money.md for the proof).

References
----------
Aumann and Maschler (1985), Game theoretic analysis of a bankruptcy problem from the Talmud, Journal
of Economic Theory 36, 195-213. Thomson (2019), How to Divide When There Isn't Enough, Cambridge.
Pulido, Sanchez-Soriano and Llorca (2002), Annals of Operations Research 109 (floors paid first).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypeAlias, overload

from clusters.arguments import checked
from clusters.budget.given import gathered, is_keyed
from clusters.budget.water_filling import clip_shares, find_parameter
from clusters.errors import Faults, MoneyError
from clusters.money import (
    Amount,
    exact_pence,
    largest_remainder,
    lowest_first,
    pence,
    pounds,
)

__all__ = ["RULES", "Rule", "award", "awards_exact", "compare_rules"]

Rule: TypeAlias = Literal["proportional", "cea", "cel", "talmud", "maxmin"]

RULES: Mapping[str, str] = {
    "proportional": "the same share of every claim",
    "cea": "constrained equal awards: the same sum to all, nobody more than claimed",
    "cel": "constrained equal losses: the same sum short of every claim, nobody below 0",
    "talmud": "equal awards up to half of every claim, then equal losses",
    "maxmin": "claims are weights: weight x t, kept between floor and cap",
}
"""What each rule does, in words, by the name that `award` takes."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """One claim in exact pence: `rest` is what is left of it once the floor is paid."""

    amount: Fraction
    floor: int
    cap: int | None

    @property
    def rest(self) -> Fraction:
        return max(Fraction(0), self.amount - self.floor)

    @property
    def room(self) -> int | None:
        """How far the award may rise above the floor."""
        return None if self.cap is None else self.cap - self.floor


@overload
def award(
    claims: Mapping[Any, Amount], pot: Amount, rule: str = ..., floors: Any = ..., caps: Any = ...
) -> dict[Any, int]: ...
@overload
def award(
    claims: Iterable[Amount], pot: Amount, rule: str = ..., floors: Any = ..., caps: Any = ...
) -> list[int]: ...
@checked(leave=("claims", "floors", "caps"))
def award(
    claims: Any,
    pot: Amount,
    rule: str = "proportional",
    floors: Any = None,
    caps: Any = None,
) -> dict[Any, int] | list[int]:
    """Divide a pot of POUNDS among claims in POUNDS; the awards come back in whole PENCE.

    The awards add up to the pot. Every sum that goes in is pounds, however it is written:
    "1234.50", 1234, Decimal("1234.50") or a Fraction; floats are refused, because they cannot hold
    pounds and pence. Floors are paid first; the rule then divides the remainder on what is left
    of each claim; a cap limits the award, and what it takes away is divided again by the same rule.
    Pennies go by largest remainder, ties to the lower key (or the earlier position).

    Parameters
    ----------
    claims
        Pounds, 0 or more: a sequence (numpy arrays of whole numbers too), or a mapping or pandas
        Series by key. With "proportional" and "maxmin" only their ratios matter where there are no
        floors, so they may be any measure of need.
    pot
        Pounds to be divided, whole pence.
    rule
        "proportional"; "cea" (constrained equal awards); "cel" (constrained equal losses);
        "talmud"; or "maxmin" (claims are weights: clip(weight x t, floor, cap)).
    floors, caps
        Pounds in whole pence: one for all, a sequence, or a mapping (keys left out have none; None
        is no limit). A floor above its claim raises the claim.

    Returns
    -------
    list of int or dict
        Whole pence in the order of the claims, or by their keys.

    Raises
    ------
    MoneyError
        Listing every fault: floats, negative claims, floors above the pot (with the share of them
        that fits), caps or claims below it, claims that are all 0.

    Examples
    --------
    >>> award([100, 200, 300], 200, rule="talmud")
    [5000, 7500, 7500]
    >>> award({"A": "100", "B": "200"}, "100.01")
    {'A': 3334, 'B': 6667}
    """
    keys, amounts, named = _keyed(claims)
    faults = Faults()
    pot_pence = faults.take(0, pence, pot, "the pot")
    if rule not in RULES:
        faults.add("there is no such rule", f"use one of {', '.join(RULES)}", value=rule)
    low_of = _limits(faults, floors, keys, named, "floor")
    high_of = _limits(faults, caps, keys, named, "cap")
    lows, highs = [low_of.get(key, 0) for key in keys], [high_of.get(key) for key in keys]
    exact = []
    for key, amount, low, high in zip(keys, amounts, lows, highs, strict=True):
        claim = faults.take(Fraction(0), exact_pence, amount, f"claim {key!r}")
        exact.append(claim)
        if claim < 0:
            faults.add(f"claim {key!r} is negative", "give 0 or more", value=amount)
        if high is not None and high < low:
            faults.add(
                f"the cap of claim {key!r}, {pounds(high)}, is below its floor, {pounds(low)}",
                "raise the cap or lower the floor",
            )
    if not faults:
        _check_fit(faults, _claims(exact, lows, highs), pot_pence, rule)
    faults.refuse(MoneyError)
    paid = largest_remainder(awards_exact(exact, pot_pence, rule, lows, highs), pot_pence, keys)
    return dict(zip(keys, paid, strict=True)) if named else paid


def awards_exact(
    claims: Sequence[Fraction],
    pot: int,
    rule: str,
    floors: Sequence[int] | None = None,
    caps: Sequence[int | None] | None = None,
) -> list[Fraction]:
    """Divide a pot of pence by a rule, in exact fractions of pence (no checks, no rounding)."""
    lows, highs = floors or [0] * len(claims), caps or [None] * len(claims)
    if rule == "maxmin":
        return clip_shares(claims, pot, lows, highs)
    items = _claims(claims, lows, highs)
    bends, pay = _PATHS[rule](items)

    def at(parameter: Fraction) -> list[Fraction]:
        return [
            item.floor + (paid if item.room is None else min(paid, Fraction(item.room)))
            for item, paid in zip(items, pay(parameter), strict=True)
        ]

    return at(find_parameter(bends, at, Fraction(pot)))


def _claims(
    amounts: Sequence[Fraction], floors: Sequence[int], caps: Sequence[int | None]
) -> list[_Claim]:
    return [_Claim(*line) for line in zip(amounts, floors, caps, strict=True)]


_Path: TypeAlias = tuple[list[Fraction], Callable[[Fraction], list[Fraction]]]


def _proportional_path(items: Sequence[_Claim]) -> _Path:
    rests = [item.rest for item in items]
    bends = [item.room / item.rest for item in items if item.room is not None and item.rest > 0]
    return bends, lambda t: [t * rest for rest in rests]


def _equal_awards_path(items: Sequence[_Claim]) -> _Path:
    rests = [item.rest for item in items]
    bends = [*rests, *(Fraction(item.room) for item in items if item.room is not None)]
    return bends, lambda t: [min(t, rest) for rest in rests]


def _equal_losses_path(items: Sequence[_Claim]) -> _Path:
    rests = [item.rest for item in items]
    top = max(rests, default=Fraction(0))
    bends = [top, *(top - rest for rest in rests)]
    bends += [top - item.rest + item.room for item in items if item.room is not None]
    return bends, lambda t: [min(rest, max(Fraction(0), rest - top + t)) for rest in rests]


def _talmud_path(items: Sequence[_Claim]) -> _Path:
    rests = [item.rest for item in items]
    top = max(rests, default=Fraction(0))
    bends = [top / 2, top]
    for item in items:
        bends += [item.rest / 2, top - item.rest / 2]
        if item.room is not None:
            bends += [Fraction(item.room), top - item.rest + item.room]

    def pay(t: Fraction) -> list[Fraction]:
        if t <= top / 2:
            return [min(rest / 2, t) for rest in rests]
        return [min(rest, max(rest / 2, rest - top + t)) for rest in rests]

    return bends, pay


_PATHS: Mapping[str, Callable[[Sequence[_Claim]], _Path]] = {
    "proportional": _proportional_path,
    "cea": _equal_awards_path,
    "cel": _equal_losses_path,
    "talmud": _talmud_path,
}


@checked(leave=("claims", "floors", "caps"))
def compare_rules(
    claims: Mapping[Any, Amount], pot: Amount, floors: Any = None, caps: Any = None
) -> dict[str, dict[Any, int]]:
    """Divide POUNDS by every claims rule, for a table side by side; whole PENCE by rule and key.

    Examples
    --------
    >>> compare_rules({"A": 100, "B": 300}, 200)["cel"]
    {'A': 0, 'B': 20000}
    """
    rules = [rule for rule in RULES if rule != "maxmin"]
    return {rule: award(claims, pot, rule, floors, caps) for rule in rules}


def _keyed(claims: Any) -> tuple[list[Any], list[Any], bool]:
    """Keys, claims, and whether the caller gave the keys."""
    if is_keyed(claims):
        one_each = _one_each(claims, "claim")
        return list(one_each), list(one_each.values()), True
    if not _is_list(claims):
        raise MoneyError.of(
            "claims are not a list or a mapping", "give one per claimant", value=claims
        )
    values = list(claims)
    return list(range(len(values))), values, False


def _one_each(given: Any, what: str) -> dict[Any, Any]:
    """Look the values up by key; a second one for a key is refused, not lost."""
    faults = Faults()
    rows = gathered(faults, given, f"the {what}", add=False)
    faults.refuse(MoneyError)
    return {key: values[0] for key, values in rows.items()}


def _is_list(given: object) -> bool:
    """Whether values come in an order: not a text, and not a set, which has none."""
    return isinstance(given, Iterable) and not isinstance(given, str | bytes | Set)


def _limits(
    faults: Faults, given: Any, keys: Sequence[Any], named: bool, what: str
) -> dict[Any, int]:
    """Floors or caps in whole pence by key; faults are noted."""
    return {
        key: faults.take(0, pence, value, f"the {what} of {key!r}")
        for key, value in _limits_by_key(faults, given, keys, named, what).items()
        if value is not None
    }


def _limits_by_key(
    faults: Faults, given: Any, keys: Sequence[Any], named: bool, what: str
) -> dict[Any, Any]:
    if is_keyed(given):
        nothing: dict[Any, Any] = {}
        given = faults.take(nothing, _one_each, given, what)
        unknown = sorted(set(given) - set(keys), key=lowest_first)
        for key in unknown:
            faults.add(f"there is a {what} for {key!r}, which has no claim", "check the key")
        return {key: given[key] for key in given if key not in unknown}
    if isinstance(given, Set):
        faults.add(f"the {what}s are a set, which has no order", "give a list", value=given)
        return {}
    if not _is_list(given):
        return dict.fromkeys(keys, given)
    values = list(given)
    if named:
        faults.add(f"claims have keys but {what}s have none", f"give the {what}s as a mapping")
        return {}
    if len(values) != len(keys):
        faults.add(f"{len(values)} {what}s for {len(keys)} claims", f"give one {what} per claim")
        return {}
    return dict(zip(keys, values, strict=True))


def _check_fit(faults: Faults, items: Sequence[_Claim], pot: int, rule: str) -> None:
    """Note why the pot cannot be given out, with what would fit."""
    floors = sum(item.floor for item in items)
    if floors > pot:
        fits = int(Fraction(pot, floors) * 10_000) / 100
        faults.add(
            f"the floors come to {pounds(floors)}, {pounds(floors - pot)} more than the "
            f"{pounds(pot)} there is",
            f"lower them: floors of {fits:.2f}% of these would fit",
        )
        return
    most = _most(items, rule)
    if most is not None and most < pot:
        names = "caps" if any(item.cap is not None for item in items) else "claims"
        if not items:
            names = "claims (there are none)"
        short = Fraction(pot) - most
        faults.add(
            f"the {names} allow at most £{float(most) / 100:,.2f}, "
            f"£{float(short) / 100:,.2f} less than the pot",
            "make the pot smaller, raise caps or claims, or use rule='maxmin', "
            "where claims are weights",
        )


def _most(items: Sequence[_Claim], rule: str) -> Fraction | None:
    """Most that the rule can give out; None for no limit."""
    total = Fraction(0)
    for item in items:
        if rule in ("proportional", "maxmin"):
            weight = item.rest if rule == "proportional" else item.amount
            top: Fraction | int | None = item.cap if weight > 0 else item.floor
        else:
            claimed = item.floor + item.rest
            top = claimed if item.cap is None or item.cap > claimed else item.cap
        if top is None:
            return None
        total += top
    return total
