"""Weighted scoring by the group's own weights, and how far the weights decide who wins: exactly."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from numbers import Rational
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from clusters.arguments import checked
from clusters.domain import FrozenDict
from clusters.errors import ArgumentError, Fault, Faults
from clusters.options.wording import percent
from clusters.shown import Shown
from clusters.text import listed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Scores", "Win", "score"]

Number: TypeAlias = int | float | Decimal | Fraction


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Win(Shown):
    """An option wins while the share of one criterion in all weight is from `low` to `high`.

    At an end that it shares with another option both have the same score.

    Examples
    --------
    >>> from fractions import Fraction
    >>> Win(option="Short", low=Fraction(0), high=Fraction(1, 2)).option
    'Short'
    """

    option: str
    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Scores(Shown):
    """Scores of options under weights.

    Parameters
    ----------
    points
        For each option, for each criterion, from 0 (the worst of the options) to 1 (the best).
    weights
        Share of each criterion in all weight; they add up to 1.
    totals
        Score of each option, the best first: the sum of share x points.

    Examples
    --------
    >>> from clusters.options import score
    >>> table = {"Short": {"journey": 900}, "Whole": {"journey": 1200}}
    >>> score(table, {"journey": 1}, less_is_better=["journey"]).winners
    ('Short',)
    """

    points: Mapping[str, Mapping[str, Fraction]]
    weights: Mapping[str, Fraction]
    totals: Mapping[str, Fraction]

    @property
    def winners(self) -> tuple[str, ...]:
        """The options with the highest score."""
        best = max(self.totals.values())
        return tuple(name for name, total in self.totals.items() if total == best)

    @checked
    def wins(self, criterion: str) -> tuple[Win, ...]:
        """List for which shares of one criterion each option wins, from 0 to 1.

        The other criteria keep their proportions to one another; where they have no weight, equal
        ones. A tie over a whole range gives a `Win` to each.

        Raises
        ------
        ArgumentError
            If there is no such criterion.
        """
        if criterion not in self.weights:
            raise ArgumentError.of(
                f"there is no criterion {criterion!r}", f"use one of {', '.join(self.weights)}"
            )
        return tuple(_wins(self._lines(criterion)))

    def _lines(self, criterion: str) -> dict[str, tuple[Fraction, Fraction]]:
        """Score of each option as a straight line: at share 0 and at share 1."""
        others = {name: weight for name, weight in self.weights.items() if name != criterion}
        rest = sum(others.values(), Fraction(0))
        if others and not rest:
            others, rest = dict.fromkeys(others, Fraction(1)), Fraction(len(others))
        if not others:  # alone it has all the weight, whatever its share
            return {option: (own[criterion],) * 2 for option, own in self.points.items()}
        lines = {}
        for option, own in self.points.items():
            without = sum((w * own[name] for name, w in others.items()), Fraction(0)) / rest
            lines[option] = (without, own[criterion])
        return lines

    def to_frame(self, kind: str = "option") -> pd.DataFrame:
        """Make a frame.

        Parameters
        ----------
        kind
            "option": points by criterion, and the score. "range": for each criterion and each
            option that wins for some share of it, from which to which share, and the share now.
        """
        import pandas as pd

        if kind == "option":
            rows = [
                {"option": option, "score": float(total)}
                | {name: float(value) for name, value in self.points[option].items()}
                for option, total in self.totals.items()
            ]
        elif kind == "range":
            rows = [
                {
                    "criterion": name,
                    "share_now": float(self.weights[name]),
                    "option": win.option,
                    "from": float(win.low),
                    "to": float(win.high),
                }
                for name in self.weights
                for win in self.wins(name)
            ]
        else:
            fault = Fault(f"there is no frame {kind!r}", "use option or range")
            raise ArgumentError(fault)
        return pd.DataFrame(rows)

    def summary(self) -> str:
        """Say who wins, and how far each weight could change before another option does."""
        totals = [f"{name} {float(total):.2f}" for name, total in self.totals.items()]
        wins = "win" if len(self.winners) > 1 else "wins"
        lines = [f"{listed(self.winners)} {wins} under these weights ({', '.join(totals)})."]
        if len(self.weights) > 1:
            lines += [self._range_words(name) for name in self.weights]
        return "\n".join(lines)

    def _range_words(self, criterion: str) -> str:
        now, held = self.weights[criterion], self.wins(criterion)
        parts = []
        for win in held:
            if win.low == win.high:
                when = f"only at {percent(win.low)}"
            elif win.low == 0 and win.high == 1:
                when = "whatever its weight"
            else:
                when = f"from {percent(win.low)} to {percent(win.high)}"
            parts.append(f"{win.option} wins {when}")
        return f"{criterion} (now {percent(now)} of the weight): {'; '.join(parts)}."


@checked
def score(
    values: Mapping[str, Mapping[str, Number]],
    weights: Mapping[str, Number],
    *,
    less_is_better: Collection[str] = (),
) -> Scores:
    """Score options by criteria and weights, and say for which weights each option wins.

    Each criterion is brought to points between 0 for the worst of the options and 1 for the best
    (where all are alike, each gets 1). The score is the sum of weight x points. All in fractions:
    a decimal number counts as it is written, so that ties are ties.

    Parameters
    ----------
    values
        For each option the value of each criterion, such as rows of ``compare(...).to_frame()``:
        ``frame[["mean_journey_m", "pyramids_split"]].to_dict("index")``.
    weights
        Of each criterion that counts; 0 or more, one above 0.
    less_is_better
        Criteria of which less is better: journeys, costs.

    Raises
    ------
    ArgumentError
        Listing every value that is missing or no number, and every weight that does not fit.

    Notes
    -----
    Points depend on which options are compared: leaving one out can change the order of the others.
    Show the values beside the scores.

    Examples
    --------
    >>> found = score(
    ...     {"Short": {"journey": 900, "split": 6}, "Whole": {"journey": 1200, "split": 2}},
    ...     {"journey": 2, "split": 1}, less_is_better=["journey", "split"])
    >>> found.winners
    ('Short',)
    >>> print(found.summary())
    Short wins under these weights (Short 0.67, Whole 0.33).
    journey (now 66.67% of the weight): Whole wins from 0% to 50%; Short wins from 50% to 100%.
    split (now 33.33% of the weight): Short wins from 0% to 50%; Whole wins from 50% to 100%.
    """
    _refuse(values, weights, less_is_better)
    total = sum((_exact(weight) for weight in weights.values()), Fraction(0))
    shares = {name: _exact(weight) / total for name, weight in weights.items()}
    points: dict[str, dict[str, Fraction]] = {option: {} for option in values}
    for name in weights:
        column = {option: _exact(own[name]) for option, own in values.items()}
        low, high = min(column.values()), max(column.values())
        for option, value in column.items():
            gained = high - value if name in less_is_better else value - low
            points[option][name] = gained / (high - low) if high > low else Fraction(1)
    sums = {
        option: sum((shares[name] * value for name, value in own.items()), Fraction(0))
        for option, own in points.items()
    }
    order = sorted(sums, key=lambda option: -sums[option])
    return Scores(
        points=FrozenDict({option: FrozenDict(own) for option, own in points.items()}),
        weights=FrozenDict(shares),
        totals=FrozenDict({option: sums[option] for option in order}),
    )


def _wins(lines: Mapping[str, tuple[Fraction, Fraction]]) -> Iterator[Win]:
    """Go along the upper envelope of straight lines over [0, 1], from one crossing to the next."""
    ends = {Fraction(0), Fraction(1)}
    for (a0, a1), (b0, b1) in itertools.combinations(lines.values(), 2):
        slope = (a1 - a0) - (b1 - b0)
        if slope:
            ends.add((b0 - a0) / slope)
    cuts = sorted(end for end in ends if 0 <= end <= 1)

    def best(share: Fraction) -> set[str]:
        at = {name: low + share * (high - low) for name, (low, high) in lines.items()}
        return {name for name, value in at.items() if value == max(at.values())}

    found: dict[str, tuple[Fraction, Fraction]] = {}
    for low, high in itertools.pairwise(cuts):
        for name in best((low + high) / 2):  # a line is on top between two crossings, or nowhere
            found[name] = (found[name][0] if name in found else low, high)
    for cut in cuts:  # who only touches the top in one point
        for name in best(cut) - found.keys():
            found[name] = (cut, cut)
    for name, (low, high) in sorted(found.items(), key=lambda each: (each[1], each[0])):
        yield Win(option=name, low=low, high=high)


def _exact(value: Number) -> Fraction:
    """Take a number as it is written."""
    if isinstance(value, Rational):  # also whole numbers of numpy, which would overflow as they are
        return Fraction(int(value.numerator), int(value.denominator))
    return Fraction(str(value))


def _is_known(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, Rational | Decimal | float | np.floating):
        return False
    return bool(np.isfinite(float(value)))


def _refuse(
    values: Mapping[str, Mapping[str, Number]],
    weights: Mapping[str, Number],
    less_is_better: Collection[str],
) -> None:
    faults = Faults()
    if not values:
        faults.add("no option is given", "give each option's values by name")
    for name, weight in weights.items():
        if not _is_known(weight) or weight < 0:
            what = f"the weight of {name} is not a number of 0 or more"
            faults.add(what, "give a weight", str(weight))
    if not faults and not any(weights.values()):
        faults.add("no criterion has a weight", "give one a weight above 0")
    for name in less_is_better:
        if name not in weights:
            what = f"less_is_better names {name!r}, which has no weight"
            faults.add(what, f"use some of {', '.join(weights)}")
    for option, name in itertools.product(values, weights):
        value = values[option].get(name)
        if not _is_known(value):
            what = f"{name} of option {option} is missing or not a number"
            remedy = "give a number, or leave the criterion out of the weights"
            faults.add(what, remedy, str(value))
    faults.refuse(ArgumentError)
