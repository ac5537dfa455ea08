"""Who gains and who loses: against today, when weights move, under another plan, over the years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from clusters.arguments import checked
from clusters.budget.formula import Formula
from clusters.budget.pot import Pot
from clusters.budget.protection import Protection
from clusters.budget.sparsity import exact_measure
from clusters.budget.split import split_budget
from clusters.budget.values import Share, Split
from clusters.domain import PlanLike, Problem, plan_of
from clusters.domain.values import picked
from clusters.errors import MoneyError
from clusters.money import (
    Amount,
    Number,
    as_pounds,
    exact_number,
    round_half_up,
    stated_share,
)
from clusters.shown import Shown, framed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Turbulence", "effects", "sensitivity", "transition", "turbulence"]

Level = Literal["cluster", "school"]


@checked
def effects(split: Split, level: Level = "cluster") -> pd.DataFrame:
    """List gains and losses against today's spend, one row per cluster or school.

    Columns: `today_pence`, `yearly_pence` (committed and flexible money, without backdated
    payments), `change_pence`, `change_percent` (of today, two decimals), `change_per_pupil_pence`,
    `change_per_ehcp_pence` and `yearly_per_ehcp_pence` (whole pence, halves upwards), `outcome`
    ("gains", "loses", "the same"). A cell is empty where today's spend, pupils or plans are 0 or
    not known.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.datasets.load_problem()
    >>> split = cl.split_budget(problem, cl.datasets.load_plan(problem), "18000000")
    >>> effects(split)[["cluster", "change_pence"]].head(2).values.tolist()
    [['Calderwick North', 10662293], ['Tenterfield', -8014617]]
    """
    pupils, ehcps = _known(split, "pupils"), _known(split, "ehcps")
    return framed(
        {
            level if level == "cluster" else "urn": share.key,
            **picked(share, "name", "cluster", "today_pence", "yearly_pence", "change_pence"),
            "change_percent": _percent(share.change_pence, share.today_pence),
            "change_per_pupil_pence": _per(share.change_pence, _of(share, pupils)),
            "change_per_ehcp_pence": _per(share.change_pence, _of(share, ehcps)),
            "yearly_per_ehcp_pence": _per(share.yearly_pence, _of(share, ehcps)),
            "outcome": _outcome(share.change_pence),
        }
        for share in split.shares(level)
    )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Turbulence(Shown):
    """How much moves against today.

    Parameters
    ----------
    gainers, losers, same, unknown
        How many gain, lose, stay the same to the penny; and whose spend today is not known.
    moved_pence
        Sum of the losses of those who lose: what changes hands (the rest is growth of the pot).
    worst_pence, best_pence
        Largest loss (0 or below) and largest gain (0 or above).
    beyond
        How many change by more than 5, 10 and 20% of today.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.datasets.load_problem()
    >>> plan = cl.datasets.load_plan(problem)
    >>> split = cl.split_budget(problem, plan, "18000000")
    >>> cl.budget.turbulence(split, "cluster").unknown
    0
    """

    gainers: int
    losers: int
    same: int
    unknown: int
    moved_pence: int
    worst_pence: int
    best_pence: int
    beyond: Mapping[int, int]


@checked
def turbulence(split: Split, level: Level = "school") -> Turbulence:
    """Sum up how much a split moves against today's spend.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.datasets.load_problem()
    >>> plan = cl.datasets.load_plan(problem)
    >>> split = cl.split_budget(problem, plan, "18000000")
    >>> found = turbulence(split, "cluster")
    >>> found.gainers + found.losers + found.same
    18
    """
    shares = split.shares(level)
    changes = [share.change_pence for share in shares if share.change_pence is not None]
    percents = [_percent(share.change_pence, share.today_pence) for share in shares]
    sizes = [abs(percent) for percent in percents if percent is not None]
    return Turbulence(
        gainers=sum(change > 0 for change in changes),
        losers=sum(change < 0 for change in changes),
        same=changes.count(0),
        unknown=len(shares) - len(changes),
        moved_pence=-sum(change for change in changes if change < 0),
        worst_pence=min([0, *changes]),
        best_pence=max([0, *changes]),
        beyond={limit: sum(size > limit for size in sizes) for limit in (5, 10, 20)},
    )


@checked
def sensitivity(split: Split, step: Number = "10%", level: Level = "cluster") -> pd.DataFrame:
    """Move each weight, share and lump sum up by a step, one at a time, and show who gains.

    A weight or lump sum is multiplied by 1 + step. Where shares take the whole rest, a share is
    multiplied and the others shrink in proportion, so that they still add up to 1.

    Returns
    -------
    pandas.DataFrame
        One row per moved number and cluster (or school): `moved`, `key`, `before_pence`,
        `after_pence`, `change_pence`. Changes of one moved number add up to 0.

    Raises
    ------
    MoneyError
        If the step is not above 0; if a lump sum that is moved no longer fits into the pot.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.datasets.load_problem()
    >>> formula = cl.Formula(weights={"ehcps": 3, "sen_support": 1})
    >>> split = cl.split_budget(problem, cl.datasets.load_plan(problem), "18000000", formula)
    >>> list(sensitivity(split).columns)
    ['moved', 'key', 'before_pence', 'after_pence', 'change_pence']
    """
    rise = stated_share(step, "the step")
    if rise <= 0:
        raise MoneyError.of("the step is not above 0", 'give for instance "10%"', value=step)
    splits = {
        moved: split_budget(split.problem, split.plan, split.pot, formula, split.protection)
        for moved, formula in _moved(split.formula, rise).items()
    }
    return framed(
        {
            "moved": moved,
            "key": old.key,
            "before_pence": old.total_pence,
            "after_pence": new.total_pence,
            "change_pence": new.total_pence - old.total_pence,
        }
        for moved, after in splits.items()
        for old, new in zip(split.shares(level), after.shares(level), strict=True)
    )


def _moved(formula: Formula, rise: Fraction) -> dict[str, Formula]:
    """Make the formulas with one number moved up."""
    weights = {name: exact_number(weight) for name, weight in formula.weights.items()}
    shares = {name: exact_number(share) for name, share in formula.shares.items()}
    moved = {}
    # One weight alone cannot change anything: only ratios count.
    for name in weights if len(weights) > 1 else ():
        changed = {**weights, name: weights[name] * (1 + rise)}
        moved[f"weight of {name}"] = replace(formula, weights=changed)
    for name, share in shares.items():
        raised = min(Fraction(1), share * (1 + rise))
        if weights or share == 1 or share == 0:
            continue
        shrink = (1 - raised) / (1 - share)
        changed = {key: raised if key == name else old * shrink for key, old in shares.items()}
        moved[f"share of {name}"] = replace(formula, shares=changed)
    for name in shares if weights else ():
        raised = shares[name] * (1 + rise)
        if raised > 0 and sum(shares.values(), raised - shares[name]) < 1:
            moved[f"share of {name}"] = replace(formula, shares={**shares, name: raised})
    for name in ("lump per cluster", "lump per school"):
        lump = name.replace(" ", "_")
        if full := exact_number(getattr(formula, lump)):
            higher: Any = {lump: Fraction(round_half_up(100 * full * (1 + rise)), 100)}
            moved[name.replace("lump", "lump sum")] = replace(formula, **higher)
    return moved


@checked
def transition(
    problem: Problem,
    plan: PlanLike,
    pots: Sequence[Pot | Amount],
    formula: Formula,
    protection: Protection,
) -> tuple[Split, ...]:
    """Split the pots of several years, each year protected against the year before.

    The first year compares with today's spend, every later one with what the schools had the year
    before (committed and flexible money), so that a floor of 95% lets a share fall by 5% a year.

    Parameters
    ----------
    pots
        One pot per year.

    Raises
    ------
    MoneyError
        As `split_budget`, for the first year that does not work.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.datasets.load_problem()
    >>> plan = cl.datasets.load_plan(problem)
    >>> protection = cl.budget.Protection(floor="95%")
    >>> years = transition(problem, plan, ["18000000", "18500000"], cl.Formula(), protection)
    >>> [year.pot.total_pence for year in years]
    [1800000000, 1850000000]
    """
    plan = plan_of(problem, plan)
    splits: list[Split] = []
    for pot in pots:
        if splits:
            before = {s.key: as_pounds(s.yearly_pence) for s in splits[-1].schools}
            protection = replace(protection, today=before)
        splits.append(split_budget(problem, plan, pot, formula, protection))
    return tuple(splits)


def _outcome(change: int | None) -> str:
    if change is None:
        return "not known"
    return "gains" if change > 0 else "loses" if change < 0 else "the same"


def _percent(change: int | None, today: int | None) -> float | None:
    if change is None or not today:
        return None
    return round_half_up(Fraction(10_000 * change, today)) / 100


def _per(amount: int | None, count: Fraction | None) -> int | None:
    return None if amount is None or not count else round_half_up(amount / count)


def _known(split: Split, name: str) -> dict[Any, Fraction] | None:
    return exact_measure(split.problem, name) if name in split.problem.measures else None


def _of(share: Share, counts: Mapping[Any, Fraction] | None) -> Fraction | None:
    if counts is None:
        return None
    return sum((counts[urn] for urn in share.members), Fraction(0))
