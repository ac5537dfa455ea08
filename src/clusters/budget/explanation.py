"""One plain line for every cluster and school, which re-computes to the penny.

A line is a sum of terms: "£412,310.22: 38.2 need units x £9,100.11 + lump sum £50,000.00 - cap
£1,201.00". Each product rounds to the nearest penny (halves upwards); :func:`recompute` works a
line out again from its text alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_FLOOR, Decimal, localcontext
from fractions import Fraction

from clusters.arguments import checked
from clusters.budget.formula import Factor
from clusters.budget.values import Share, Split
from clusters.domain import SchoolId
from clusters.errors import Faults, MoneyError
from clusters.money import pounds, round_half_up

__all__ = ["explain", "recompute"]

_MOST_DECIMALS = 12


@checked
def explain(split: Split, level: str = "cluster") -> dict[SchoolId, str]:
    """Write one line for every cluster or school of a split, by label or id.

    Each line names the total, then what it is made of: committed top-ups, backdated payments,
    units x rate for each factor, lump sums, protection ("floor", "cap", or "scaling" of those
    between), and the pennies of rounding.

    Raises
    ------
    MoneyError
        If the level is neither "cluster" nor "school".

    Examples
    --------
    >>> from clusters.budget import Formula, split_budget
    >>> from clusters.domain import Plan, Problem
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [1, 1]], {"need": [1, 2]})
    >>> plan = Plan.from_assignment({"a": "a", "b": "b"}, {"a": "North", "b": "South"})
    >>> explain(split_budget(problem, plan, "100", Formula()))["South"]
    '£66.67: 2 need units x £33.333'
    """
    shares = split.shares(level)
    rates = {f.name: _rate(f, shares) for f in split.factors if f.kind == "rate"}
    return {share.key: _line(split, share, rates) for share in shares}


def _line(split: Split, share: Share, rates: dict[str, Decimal]) -> str:
    terms: list[tuple[str, int]] = [
        ("EHC plan top-ups " + pounds(share.committed_pence), share.committed_pence),
        ("backdated payments " + pounds(share.backdated_pence), share.backdated_pence),
    ]
    for factor in split.factors:
        quantity = share.quantity[factor.name]
        if not quantity:
            continue
        if factor.kind == "rate":
            number, rate = _number(quantity), rates[factor.name]
            words = f"{number} {_unit(factor, quantity)} x £{rate:,f}"
            terms.append((words, _product(Decimal(number.replace(",", "")), rate)))
        else:
            sum_ = share.factor_pence[factor.name]
            terms.append((f"{_LUMPS[factor.name]} {pounds(sum_)}", sum_))
    change = share.protection_pence
    terms.append((f"{_protection_words(split, share)} {pounds(abs(change))}", change))
    left = share.total_pence - sum(sum_ for _, sum_ in terms)
    terms.append((f"rounding {pounds(abs(left))}", left))
    return f"{pounds(share.total_pence)}: {_joined(terms)}"


def _protection_words(split: Split, share: Share) -> str:
    """Say why protection changed a share."""
    if share.floor_pence is None:
        return "its part of the cluster's protection" if split.protection else "protection"
    if share.flexible_pence == share.floor_pence:
        return "floor"
    return "cap" if share.flexible_pence == share.cap_pence else "scaling"


_LUMPS = {
    "lump_per_cluster": "cluster lump sum",
    "lump_per_school": "school lump sum",
    "sparsity": "sparsity sum",
}


def _joined(terms: Iterable[tuple[str, int]]) -> str:
    text = ""
    for words, sum_ in terms:
        if sum_:
            sign = "-" if sum_ < 0 else "+"
            text += f" {sign} {words}" if text or sum_ < 0 else words
    return text.strip() or "nothing"


def _rate(factor: Factor, shares: Iterable[Share]) -> Decimal:
    """Pounds per unit, with as many decimals as every product needs to come out to the penny."""
    quantities = {share.quantity[factor.name] for share in shares}
    for places in range(2, _MOST_DECIMALS):
        rate = _decimal(factor.rate / 100, places)
        if all(
            _product(Decimal(_number(q).replace(",", "")), rate) == round_half_up(q * factor.rate)
            for q in quantities
        ):
            return rate
    return _decimal(factor.rate / 100, _MOST_DECIMALS)


def _decimal(value: Fraction, places: int) -> Decimal:
    return Decimal(round_half_up(value * 10**places)).scaleb(-places)


def _number(value: Fraction) -> str:
    """Write a quantity exactly where it has up to twelve decimals."""
    text = f"{_decimal(value, _MOST_DECIMALS):,f}"
    return text.rstrip("0").rstrip(".")


def _unit(factor: Factor, quantity: Fraction) -> str:
    """Name what is counted; only units, whose name is given in the singular, take an s."""
    if factor.name != "units":
        return factor.unit.replace("_", " ")
    return factor.unit if quantity == 1 or factor.unit.endswith("s") else f"{factor.unit}s"


def _product(number: Decimal, rate_pounds: Decimal) -> int:
    with localcontext() as context:
        context.prec = 60
        return int((number * rate_pounds * 100 + Decimal("0.5")).to_integral_value(ROUND_FLOOR))


_TERM = re.compile(
    r"(?P<sign>[+-] |^)"
    r"(?:(?P<number>[0-9,.]+) [^£]*? x £(?P<rate>[0-9,.]+)|[^£+]*?£(?P<sum>[0-9,.]+))"
)


@checked
def recompute(line: str) -> tuple[int, int]:
    """Work a line out again from its text: (pence that it states, pence that its terms give).

    Raises
    ------
    MoneyError
        If it is not such a line.

    Examples
    --------
    >>> recompute("£412,310.22: 39.82 need units x £9,100.113 + lump sum £50,000.00 - cap £56.28")
    (41231022, 41231022)
    """
    head, colon, tail = line.partition(": ")
    terms = list(_TERM.finditer(tail))
    if not colon or (not terms and tail != "nothing"):
        faults = Faults()
        faults.add(
            "this is no line of explanation", 'give one like "£2.00: 2 pupils x £1.00"', value=line
        )
        raise MoneyError(faults)
    total = 0
    for term in terms:
        if term["number"]:
            sum_ = _product(_read(term["number"]), _read(term["rate"]))
        else:
            sum_ = _product(Decimal(1), _read(term["sum"]))
        total += -sum_ if term["sign"].startswith("-") else sum_
    return _product(Decimal(1), _read(head.removeprefix("£"))), total


def _read(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))
