"""How the sums come about: the formula in words and numbers, to be worked out on a calculator.

Everything here is reckoned from the split of the pack; in public that is the released one, which
holds nothing but sums that may be shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING

from clusters.money import pounds
from clusters.report.wording.words import measure_name, one_of
from clusters.text import all_listed, clean

if TYPE_CHECKING:
    from clusters.budget import Share, Split
    from clusters.budget.formula import Factor


def formula_sentences(split: Split, start_month: int) -> list[str]:
    """Say how the pot becomes the sums of the clusters, with every number that takes part."""
    return [
        _pot_sentence(split),
        *_lump_sentences(split),
        *_weight_sentences(split),
        *(_rate_sentence(split, f) for f in split.factors if f.kind == "rate" and f.total_pence),
        _year_sentence(start_month),
    ]


def units_words(split: Split, share: Share) -> str:
    """Write how the units of a share come about: "3 x 69 + 1 x 208 = 415"; "" without units.

    Examples
    --------
    >>> from clusters.budget import Formula, split_budget
    >>> from clusters.domain import Plan, Problem
    >>> problem = Problem.from_arrays(["a"], [[0, 0]], {"ehcps": [69], "sen_support": [208]})
    >>> plan = Plan.from_assignment({"a": "a"})
    >>> split = split_budget(problem, plan, "100", Formula({"ehcps": 3, "sen_support": 1}))
    >>> units_words(split, split.clusters[0])
    '3 x 69 + 1 x 208 = 415'
    """
    from clusters.budget.sparsity import exact_measure

    if "units" not in share.quantity:
        return ""
    terms = []
    for name, weight in split.formula.weights.items():
        values = exact_measure(split.problem, name)
        held = sum((values[urn] for urn in share.members), Fraction(0))
        terms.append(f"{exact(Fraction(weight))} x {exact(held)}")
    return f"{' + '.join(terms)} = {exact(share.quantity['units'])}"


def sum_words(line: str) -> str:
    """Turn a line of `explain` round: what a sum is made of, then the sum.

    Examples
    --------
    >>> sum_words("£66.67: 2 need units x £33.333")
    '2 need units x £33.333 = £66.67'
    """
    total, _, terms = line.partition(": ")
    return f"{terms} = {total}"


def exact(value: Fraction) -> str:
    """Write a number in full, or as a fraction where decimals do not end.

    Examples
    --------
    >>> exact(Fraction(3)), exact(Fraction(5, 2)), exact(Fraction(12345)), exact(Fraction(1, 3))
    ('3', '2.5', '12,345', '1/3')
    """
    if value.denominator == 1:
        return f"{value.numerator:,}"
    with localcontext() as context:
        context.prec = 40
        decimal = Decimal(value.numerator) / Decimal(value.denominator)
        short = decimal.quantize(Decimal(1).scaleb(-12), ROUND_DOWN)
    return f"{short.normalize():,f}" if Fraction(short) == value else str(value)


def _pot_sentence(split: Split) -> str:
    pot = split.pot
    less = ", ".join(f"less {pounds(sum_)} for {name}" for name, sum_ in _steps(split))
    return (
        f"The pot of {pounds(pot.total_pence)}, {less}, leaves {pounds(pot.flexible_pence)} to be "
        "shared by the formula."
    )


def _steps(split: Split) -> Iterator[tuple[str, int]]:
    """List what comes off the pot; sums of nothing too where a reader would ask for them."""
    names = {"contingency": "the contingency", "low-incidence fund": "the low-incidence fund"}
    for name, sum_ in split.pot.steps.items():
        if sum_ or name in ("committed EHC plan top-ups", "contingency"):
            yield names.get(name, name), sum_


def _lump_sentences(split: Split) -> Iterator[str]:
    formula, count = split.formula, len(split.plan.clusters)
    lumps = {f.name: f for f in split.factors if f.kind == "lump"}
    if not lumps:
        yield "There are no lump sums."
    for name, factor in lumps.items():
        total = pounds(factor.total_pence)
        each = pounds(round(factor.rate))
        if name == "lump_per_cluster":
            number = count if factor.rate == 0 else int(factor.total_pence / factor.rate)
            yield f"Each cluster has the same lump sum: {number} x {each} = {total}."
        elif name == "lump_per_school":
            taper = " It falls with the size of a school." if formula.taper else ""
            yield f"Each school brings its cluster a lump sum of {each}, {total} in all.{taper}"
        else:
            yield (
                f"Small schools far from others bring their clusters up to {each}, {total} in all."
            )


def _weight_sentences(split: Split) -> Iterator[str]:
    if not split.formula.weights:
        return
    unit = clean(split.formula.unit)
    counts = [
        f"each {one_of(name)} counts {exact(Fraction(weight))}"
        for name, weight in split.formula.weights.items()
    ]
    yield f"Need is counted in {unit}s: {all_listed(counts)}."


def _rate_sentence(split: Split, factor: Factor) -> str:
    units = sum(factor.quantity.values(), Fraction(0))
    what = clean(factor.unit) if factor.name == "units" else one_of(factor.name)
    many = f"{what}s" if factor.name == "units" else measure_name(factor.name)
    share = split.formula.shares.get(factor.name)
    of = f"{exact(100 * Fraction(share))}% of the rest, " if share is not None else ""
    rate = exact_rate(factor)
    return (
        f"For {many} there are {of}{pounds(factor.total_pence)}. All clusters together have "
        f"{exact(units)}, so one {what} brings {pounds(factor.total_pence)} / {exact(units)} = "
        f"{rate}."
    )


def exact_rate(factor: Factor) -> str:
    """Pounds for one unit, to a hundredth of a penny where pence do not do."""
    with localcontext() as context:
        context.prec = 40
        rate = Decimal(factor.rate.numerator) / Decimal(factor.rate.denominator) / 100
        places = rate.quantize(Decimal("0.0001"))
    return f"£{places:,f}".removesuffix("00")


def _year_sentence(start_month: int) -> str:
    from clusters.budget.years import MONTHS, year_parts

    month = MONTHS[start_month - 1]
    parts = [
        f"{12 * part} of 12 months fall into the {name}"
        for name, part in year_parts(start_month).items()
    ]
    return f"The sums are for a year from {month}: {all_listed(parts)} (April to March)."
