"""Fairness figures, each with its convention stated.

Statistics of a finished split, worked out in floating point: nobody is paid by them. Several have
more than one convention in use; the names here say which, and :func:`fairness` prints it beside
every number.

References
----------
Berne and Stiefel (1984), The Measurement of Equity in School Finance. Theil (1967), Economics and
Information Theory. Atkinson (1970), J. Economic Theory 2. Jain, Chiu and Hawe (1984), DEC-TR-301.
Toutkoushian and Michael (2007), An alternative approach to measuring horizontal and vertical equity
in school funding, J. Education Finance 32.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from clusters.arguments import checked
from clusters.budget.values import Split
from clusters.errors import Faults, MoneyError
from clusters.shown import Shown, framed

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FairnessFigure",
    "atkinson",
    "coefficient_of_variation",
    "fairness",
    "fairness_frame",
    "gini",
    "hoover",
    "jain",
    "mcloone",
    "need_line",
    "theil_l",
    "theil_t",
    "verstegen",
]

Numbers = Sequence[float]


def _floats(faults: Faults, values: Any, what: str) -> list[float]:
    """Read numbers of 0 or more in an order; what is not one is a fault."""
    if isinstance(values, str | bytes | Mapping | Set) or not isinstance(values, Iterable):
        faults.add(f"the {what}s are not a list", "give a list of numbers", value=values)
        return []
    numbers = []
    for value in values:
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number) or number < 0:
            faults.add(f"a {what} is not a number of 0 or more", "correct it", value=value)
        numbers.append(number)
    return numbers


def _pairs(values: Numbers, weights: Numbers | None) -> list[tuple[float, float]]:
    """Check values and weights; pairs (value, weight) with weight above 0, sorted by value."""
    faults = Faults()
    given = _floats(faults, values, "value")
    sizes = [1.0] * len(given) if weights is None else _floats(faults, weights, "weight")
    if len(sizes) != len(given):
        faults.add(f"{len(sizes)} weights for {len(given)} values", "give one weight per value")
    faults.refuse(MoneyError)
    pairs = sorted((x, w) for x, w in zip(given, sizes, strict=True) if w > 0)
    if not pairs or not any(x for x, _ in pairs):
        faults.add("there is nothing to compare: no values above 0", "give amounts per pupil")
        faults.refuse(MoneyError)
    return pairs


def _mean(pairs: Sequence[tuple[float, float]]) -> float:
    return math.fsum(x * w for x, w in pairs) / math.fsum(w for _, w in pairs)


def gini(values: Numbers, weights: Numbers | None = None, *, sample: bool = False) -> float:
    """Gini coefficient: mean absolute difference of all pairs over twice the mean.

    Convention: population (divide by n squared); with `sample` times n / (n - 1), unweighted only.

    Examples
    --------
    >>> round(gini([541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261]), 7)
    0.4620911
    """
    pairs = _pairs(values, weights)
    total = math.fsum(w for _, w in pairs)
    before, cells = 0.0, []
    for x, w in pairs:
        # Share of weight below, counting half of one's own.
        cells.append(x * w * (2 * before + w - total))
        before += w
    figure = math.fsum(cells) / (total * total * _mean(pairs))
    return figure * len(pairs) / (len(pairs) - 1) if sample and len(pairs) > 1 else figure


def theil_t(values: Numbers, weights: Numbers | None = None) -> float:
    """Theil T: mean of (x / mean) ln(x / mean); a value of 0 counts 0."""
    pairs = _pairs(values, weights)
    mean, total = _mean(pairs), math.fsum(w for _, w in pairs)
    return math.fsum(w * x / mean * math.log(x / mean) for x, w in pairs if x > 0) / total


def theil_l(values: Numbers, weights: Numbers | None = None) -> float:
    """Theil L (mean log deviation): mean of ln(mean / x); infinite where a value is 0."""
    pairs = _pairs(values, weights)
    mean, total = _mean(pairs), math.fsum(w for _, w in pairs)
    if any(x == 0 for x, _ in pairs):
        return math.inf
    return math.fsum(w * math.log(mean / x) for x, w in pairs) / total


def atkinson(values: Numbers, epsilon: float = 0.5, weights: Numbers | None = None) -> float:
    """Atkinson index with aversion to inequality `epsilon`, above 0.

    1 - (mean of (x / mean) ** (1 - epsilon)) ** (1 / (1 - epsilon)); at 1, one less the geometric
    mean over the mean.
    """
    pairs = _pairs(values, weights)
    if not (math.isfinite(epsilon) and epsilon > 0):
        raise MoneyError.of("epsilon is not above 0", "give for instance 0.5", value=epsilon)
    mean, total = _mean(pairs), math.fsum(w for _, w in pairs)
    if epsilon >= 1 and any(x == 0 for x, _ in pairs):
        return 1.0
    if epsilon == 1:
        return 1 - math.exp(math.fsum(w * math.log(x / mean) for x, w in pairs) / total)
    power = 1 - epsilon
    level = math.fsum(w * math.pow(x / mean, power) for x, w in pairs) / total
    return 1 - math.pow(level, 1 / power)


def coefficient_of_variation(
    values: Numbers, weights: Numbers | None = None, *, sample: bool = False
) -> float:
    """Divide the standard deviation by the mean.

    Convention: population (divide by n); with `sample` by n - 1, unweighted only.
    """
    pairs = _pairs(values, weights)
    mean, total = _mean(pairs), math.fsum(w for _, w in pairs)
    divisor = total - 1 if sample and len(pairs) > 1 else total
    return math.sqrt(math.fsum(w * (x - mean) ** 2 for x, w in pairs) / divisor) / mean


def jain(values: Numbers, weights: Numbers | None = None) -> float:
    """Jain's index: 1 where all are equal, 1 / n where one has everything."""
    return 1 / (1 + coefficient_of_variation(values, weights) ** 2)


def hoover(values: Numbers, weights: Numbers | None = None) -> float:
    """Hoover index: share of the whole that would have to move for all to be equal."""
    pairs = _pairs(values, weights)
    mean, total = _mean(pairs), math.fsum(w for _, w in pairs)
    return math.fsum(w * abs(x - mean) for x, w in pairs) / (2 * total * mean)


McLoone = Literal["half", "below", "at or below"]
Verstegen = Literal["half", "at or above"]


def _median(pairs: Sequence[tuple[float, float]]) -> float:
    """Lowest value with at least half of the weight at or below it."""
    half, before = math.fsum(w for _, w in pairs) / 2, 0.0
    for x, w in pairs:
        before += w
        if before >= half:
            return x
    return pairs[-1][0]


def _half(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Sum and weight of the lower half, counting as many as fill half the weight."""
    left, total = math.fsum(w for _, w in pairs) / 2, 0.0
    weight = left
    for x, w in pairs:
        taken = min(w, left)
        total, left = total + taken * x, left - taken
    return total, weight


def mcloone(
    values: Numbers, weights: Numbers | None = None, *, convention: McLoone = "half"
) -> float:
    """McLoone index: what those in the lower half have, over what they would have at the median.

    Three conventions are in use; 1 is equal below the median in all. "half": the lower half of all
    by weight, splitting the value in the middle. "below": those strictly below the median. "at or
    below": those at or below it.
    """
    kept = operator.lt if convention == "below" else operator.le
    return _to_median(_pairs(values, weights), None if convention == "half" else kept)


def verstegen(
    values: Numbers, weights: Numbers | None = None, *, convention: Verstegen = "half"
) -> float:
    """Verstegen index: what those in the upper half have, over what they would have at the median.

    1 is equal above the median. "half": the upper half of all by weight, splitting the value in
    the middle; "at or above": those at or above the median.
    """
    pairs = _pairs(values, weights)
    return _to_median(pairs, None if convention == "half" else operator.ge, from_top=True)


def _to_median(
    pairs: Sequence[tuple[float, float]],
    kept: Callable[[float, float], bool] | None,
    *,
    from_top: bool = False,
) -> float:
    """Compare what those kept, or half by weight, have with what they would have at the median."""
    median = _median(pairs)
    if median == 0:
        return math.nan
    if kept is None:
        total, weight = _half(pairs[::-1] if from_top else pairs)
    else:
        inside = [(x, w) for x, w in pairs if kept(x, median)]
        total, weight = math.fsum(x * w for x, w in inside), math.fsum(w for _, w in inside)
    return total / (weight * median) if weight else 1.0


def need_line(
    amounts: Numbers, needs: Numbers, weights: Numbers | None = None
) -> tuple[float, float, float]:
    """Fit amount = a + b x need by least squares: (a, b, spread of what is left over).

    b is vertical equity: what one more unit of need brings. The spread, the standard deviation of
    the residuals over the mean amount, is horizontal inequity: equals treated unequally.
    Convention: population (divide by n).

    Raises
    ------
    MoneyError
        If the numbers are not one of each, or no amount is above 0.
    """
    faults = Faults()
    amounts, needs = _floats(faults, amounts, "amount"), _floats(faults, needs, "need")
    if len(amounts) != len(needs):
        faults.add(f"{len(amounts)} amounts for {len(needs)} needs", "give one of each")
    sizes = [1.0] * len(amounts) if weights is None else _floats(faults, weights, "weight")
    if len(sizes) != len(amounts):
        faults.add(f"{len(sizes)} weights for {len(amounts)} amounts", "give one of each")
    elif not any(w * y for w, y in zip(sizes, amounts, strict=True)):
        faults.add("there is nothing to compare: no amounts above 0", "give amounts per pupil")
    faults.refuse(MoneyError)
    total = math.fsum(sizes)
    y_mean = math.fsum(w * y for w, y in zip(sizes, amounts, strict=True)) / total
    x_mean = math.fsum(w * x for w, x in zip(sizes, needs, strict=True)) / total
    lines = list(zip(sizes, needs, amounts, strict=True))
    variance = math.fsum(w * (x - x_mean) ** 2 for w, x, _ in lines)
    slope = (
        math.fsum(w * (x - x_mean) * (y - y_mean) for w, x, y in lines) / variance
        if variance > 0
        else 0.0
    )
    start = y_mean - slope * x_mean
    spread = math.sqrt(math.fsum(w * (y - start - slope * x) ** 2 for w, x, y in lines) / total)
    return start, slope, spread / y_mean


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FairnessFigure(Shown):
    """One figure: its name, value, convention, and what it means in a sentence.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> split = cl.split_budget(problem, plan, "1000")
    >>> figure = cl.budget.fairness(split)[0]
    >>> figure.name, figure.convention
    ('Gini', 'pounds by pupils; population, weighted; weights: pupils')
    """

    name: str
    value: float
    convention: str
    meaning: str


_FIGURES: Sequence[tuple[str, Callable[[Numbers, Numbers], float], str, str]] = (
    (
        "Gini",
        gini,
        "population, weighted",
        "0 is equal; the average gap between two pupils over twice the mean",
    ),
    ("Theil T", theil_t, "weighted", "0 is equal; most sensitive to large amounts"),
    (
        "Theil L",
        theil_l,
        "weighted, mean log deviation",
        "0 is equal; most sensitive to small amounts",
    ),
    (
        "Atkinson (0.5)",
        lambda x, w: atkinson(x, 0.5, w),
        "weighted, epsilon 0.5",
        "0 is equal; share of the money that equality would make superfluous",
    ),
    (
        "coefficient of variation",
        coefficient_of_variation,
        "population, weighted",
        "0 is equal; the typical distance from the mean, as a share of it",
    ),
    ("Jain", jain, "weighted", "1 is equal"),
    ("Hoover", hoover, "weighted", "0 is equal; share of the money that would have to move"),
    (
        "McLoone",
        mcloone,
        "weighted, lower half by weight",
        "1 is equal; how near the lower half comes to the median",
    ),
    (
        "Verstegen",
        verstegen,
        "weighted, upper half by weight",
        "1 is equal; how far the upper half is above the median",
    ),
)


@checked
def fairness(
    split: Split,
    level: Literal["cluster", "school"] = "school",
    *,
    need: str = "need",
    per: str = "pupils",
) -> tuple[FairnessFigure, ...]:
    """Work out the fairness figures of a split: yearly pounds per pupil, weighted by pupils.

    Horizontal equity: the residual spread against need per pupil. Vertical equity: the slope, in
    pounds per pupil for one more unit of need per pupil.

    Parameters
    ----------
    need
        Measure that stands for need.
    per
        Measure by which amounts are divided and weighted. Who has 0 of it is left out.

    Raises
    ------
    MoneyError
        If a measure is missing, or there is nothing to compare.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> split = cl.split_budget(problem, plan, "1000")
    >>> {figure.name: round(figure.value, 3) for figure in fairness(split)[:2]}
    {'Gini': 0.158, 'Theil T': 0.046}
    """
    faults = Faults()
    nothing = split.problem.measures["schools"]
    sizes = faults.take(nothing, split.problem.measure, per).tolist()
    needs = faults.take(nothing, split.problem.measure, need).tolist()
    faults.refuse(MoneyError)
    size_of = dict(zip(split.problem.ids, sizes, strict=True))
    need_of = dict(zip(split.problem.ids, needs, strict=True))
    amounts, weights, per_need = [], [], []
    for share in split.shares(level):
        size = math.fsum(size_of[urn] for urn in share.members)
        if size > 0:
            weights.append(size)
            amounts.append(share.yearly_pence / 100 / size)
            per_need.append(math.fsum(need_of[urn] for urn in share.members) / size)
    figures = [
        FairnessFigure(
            name=name,
            value=figure(amounts, weights),
            convention=f"pounds by {per}; {convention}; weights: {per}",
            meaning=meaning,
        )
        for name, figure, convention, meaning in _FIGURES
    ]
    _, slope, spread = need_line(amounts, per_need, weights)
    line = f"least squares of pounds by {per} on {need} by {per}; weights: {per}"
    return (
        *figures,
        FairnessFigure(
            name="vertical equity",
            value=round(slope, 9) + 0.0,  # no minus before a zero
            convention=line,
            meaning="pounds that one more unit of need brings; 0 is blind to need",
        ),
        FairnessFigure(
            name="horizontal equity",
            value=spread,
            convention=f"{line}; spread of the residuals over the mean, population",
            meaning="0 is equal money for equal need",
        ),
    )


@checked
def fairness_frame(
    split: Split,
    level: Literal["cluster", "school"] = "school",
    *,
    need: str = "need",
    per: str = "pupils",
) -> pd.DataFrame:
    """Return the figures of :func:`fairness` as a table.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> split = cl.split_budget(problem, plan, "1000")
    >>> list(fairness_frame(split).columns)
    ['figure', 'value', 'convention', 'meaning']
    """
    frame = framed(fairness(split, level, need=need, per=per))
    return frame.rename(columns={"name": "figure"})
