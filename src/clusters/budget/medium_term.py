"""The plan of three to five financial years: what comes in, what demand costs, what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from clusters.arguments import checked
from clusters.budget.assumptions import Assumptions
from clusters.budget.demand import demand_of, simulated_years
from clusters.budget.values import Split
from clusters.domain import FrozenDict
from clusters.errors import Faults, MoneyError
from clusters.money import Amount, pence, pounds
from clusters.shown import Shown, framed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DemandAhead", "FinancialYear", "MediumTermPlan", "look_years_ahead", "plan_years"]

_LEVELS = (10, 50, 90)
_Levels: TypeAlias = tuple[int, ...]
_MOST_YEARS = 10


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FinancialYear(Shown):
    """One year of the plan; money in POUNDS.

    Parameters
    ----------
    name
        "2026-27".
    grant
        The high needs block.
    transfer
        What comes from another block.
    income
        Other income that is promised, such as that of a Safety Valve agreement.
    income_comes
        Whether it is counted on.
    demand
        What provision is expected to cost; with demand that is simulated, only what is not in it.
    other
        Further costs, or a movement of the forecast that makes it worse.
    mitigations
        What measures are expected to save, by name.

    Examples
    --------
    >>> year = FinancialYear(name="2026-27", grant="18000000", demand="18500000")
    >>> year.name, year.grant
    ('2026-27', '18000000')
    """

    name: str
    grant: Amount
    transfer: Amount = 0
    income: Amount = 0
    income_comes: bool = True
    demand: Amount = 0
    other: Amount = 0
    mitigations: Mapping[str, Amount] = field(default_factory=FrozenDict)

    def __post_init__(self) -> None:
        faults = Faults()
        if not self.name.strip():
            faults.add("a year of the plan has no name", 'write "2026-27"')
        for name in ("grant", "transfer", "income", "demand", "other"):
            faults.take(0, pence, getattr(self, name), f"{name} of {self.name}")
        for name, sum_ in self.mitigations.items():
            faults.take(0, pence, sum_, f"the mitigation {name!r} of {self.name}")
        faults.refuse(MoneyError)

    @property
    def came_pence(self) -> int:
        """Grant, transfer, and income where it is counted on."""
        income = pence(self.income) if self.income_comes else 0
        return pence(self.grant) + pence(self.transfer) + income

    @property
    def saved_pence(self) -> int:
        """Sum of the mitigations."""
        return sum(pence(sum_) for sum_ in self.mitigations.values())


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DemandAhead(Shown):
    """Simulated cost of EHC plans year by year, in whole pence.

    `by_level` has for each year the costs at which 10, 50 and 90 in 100 simulations stay, counted
    from the first year to the end of that year, less the same of the year before: so they add up.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.datasets.load_problem()
    >>> plan = cl.datasets.load_plan(problem)
    >>> split = cl.split_budget(problem, plan, "18000000")
    >>> assumptions = cl.budget.Assumptions(growth="5%")
    >>> ahead = cl.budget.look_years_ahead(split, assumptions, n_years=2, n_simulations=200)
    >>> ahead.n_simulations, ahead.seed
    (200, 1)
    """

    by_level: tuple[_Levels, ...]
    assumptions: Mapping[str, str]
    n_simulations: int
    seed: int


@checked
def look_years_ahead(
    split: Split,
    assumptions: Assumptions,
    n_years: int = 3,
    *,
    n_simulations: int = 10_000,
    seed: int = 1,
) -> DemandAhead:
    """Simulate what the EHC plans of all clusters cost in the coming years.

    Raises
    ------
    MoneyError
        As `look_ahead`; or if the number of years is not from 1 to 10.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.datasets.load_problem()
    >>> plan = cl.datasets.load_plan(problem)
    >>> split = cl.split_budget(problem, plan, "18000000")
    >>> assumptions = cl.budget.Assumptions(growth="5%")
    >>> look_years_ahead(split, assumptions, n_years=2, n_simulations=200).n_simulations
    200
    """
    faults = Faults()
    for name, value, low, high in (
        ("n_years", n_years, 1, _MOST_YEARS),
        ("n_simulations", n_simulations, 100, 1_000_000),
        ("seed", seed, 0, 2**63),
    ):
        if not low <= value <= high:
            faults.add(f"{name} is not from {low} to {high:,}", "correct it", value=value)
    faults.refuse(MoneyError)
    demand = demand_of(split, assumptions)
    so_far = np.zeros(n_simulations)
    before: _Levels = (0, 0, 0)
    years: list[_Levels] = []
    for costs in simulated_years(demand, n_simulations, seed, n_years):
        so_far = so_far + costs.sum(axis=1)
        now = tuple(100 * round(float(np.quantile(so_far, level / 100))) for level in _LEVELS)
        years.append(tuple(sum_ - less for sum_, less in zip(now, before, strict=True)))
        before = now
    return DemandAhead(
        by_level=tuple(years), assumptions=demand.stated, n_simulations=n_simulations, seed=seed
    )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MediumTermPlan(Shown):
    """Several financial years, one after another, in whole pence.

    A tuple of three stands for demand that 10, 50 and 90 in 100 simulated futures stay below, all
    alike where demand was not simulated. The closing balance of a year opens the next.

    Examples
    --------
    >>> from clusters.budget import FinancialYear
    >>> year = FinancialYear(name="2026-27", grant="18000000", demand="18500000")
    >>> MediumTermPlan(years=(year,), opening_pence=0).to_frame().shape[0]
    1
    """

    years: tuple[FinancialYear, ...]
    opening_pence: int
    demand: DemandAhead | None = None

    def demand_pence(self, k: int) -> _Levels:
        """Cost of provision in a year: what was stated, and what was simulated."""
        stated = pence(self.years[k].demand)
        simulated = (0, 0, 0) if self.demand is None else self.demand.by_level[k]
        return tuple(stated + sum_ for sum_ in simulated)

    def in_year_pence(self, k: int) -> _Levels:
        """Return what comes in less what goes out in a year; below 0 for a deficit."""
        year = self.years[k]
        rest = year.came_pence + year.saved_pence - pence(year.other)
        return tuple(rest - demand for demand in self.demand_pence(k))

    def closing_pence(self, k: int) -> _Levels:
        """Balance at the end of a year (of the year before the first: the opening balance)."""
        sums = [self.opening_pence] * 3
        for year in range(k + 1):
            sums = [sum_ + more for sum_, more in zip(sums, self.in_year_pence(year), strict=True)]
        return tuple(sums)

    def without_income(self) -> MediumTermPlan:
        """Return the same plan with no promised income counted on."""
        return replace(self, years=tuple(replace(y, income_comes=False) for y in self.years))

    def to_frame(self) -> pd.DataFrame:
        """Return the table of the years: whole pence, one row for each year."""
        return framed(self._row(k) for k in range(len(self.years)))

    def _row(self, k: int) -> dict[str, object]:
        year = self.years[k]
        return {
            "year": year.name,
            **_columns("opening", self.closing_pence(k - 1)),
            "grant_pence": pence(year.grant),
            "transfer_pence": pence(year.transfer),
            "income_pence": pence(year.income) if year.income_comes else 0,
            "income_not_counted_pence": 0 if year.income_comes else pence(year.income),
            "mitigations_pence": year.saved_pence,
            "other_pence": pence(year.other),
            **_columns("demand", self.demand_pence(k)),
            **_columns("in_year", self.in_year_pence(k)),
            **_columns("closing", self.closing_pence(k)),
        }

    def sentences(self) -> tuple[str, ...]:
        """Say in a paragraph where the plan ends, for papers."""
        last = len(self.years) - 1
        low, middle, high = self.closing_pence(last)
        name = self.years[last].name
        words = [
            f"A{_said(self.opening_pence)[1:]} at the start becomes {_said(middle)} at the end "
            f"of {name}."
        ]
        if self.demand is not None:
            words.append(
                f"In 8 of 10 simulated futures it lies between {_said(high)} and {_said(low)}."
            )
        income = sum(pence(year.income) for year in self.years if year.income_comes)
        if income:
            without = self.without_income().closing_pence(last)[1]
            words.append(
                f"It counts on {pounds(income)} of promised income; without it the plan would end "
                f"with {_said(without)}."
            )
        if saved := sum(year.saved_pence for year in self.years):
            words.append(f"It counts on {pounds(saved)} saved by the measures named.")
        return tuple(words)


def _columns(name: str, levels: _Levels) -> dict[str, int]:
    return {f"{name}_{level}_pence": sum_ for level, sum_ in zip(_LEVELS, levels, strict=True)}


def _said(balance: int) -> str:
    return f"a deficit of {pounds(-balance)}" if balance < 0 else f"a balance of {pounds(balance)}"


@checked
def plan_years(
    years: Sequence[FinancialYear], *, opening: Amount = 0, demand: DemandAhead | None = None
) -> MediumTermPlan:
    """Put several financial years one after another.

    Parameters
    ----------
    years
        In order; one to ten of them.
    opening
        POUNDS at the start of the first; below 0 for a deficit.
    demand
        Simulated cost of EHC plans, of `look_years_ahead`, for at least as many years.

    Raises
    ------
    MoneyError
        If there are no years, two of one name, or fewer simulated years than planned ones.

    Examples
    --------
    >>> years = [
    ...     FinancialYear(name="2026-27", grant=60, demand=66),
    ...     FinancialYear(name="2027-28", grant=1),
    ... ]
    >>> plan = plan_years(years)
    >>> [plan.closing_pence(k)[1] for k in (0, 1)]
    [-600, -500]
    """
    faults = Faults()
    start = faults.take(0, lambda: pence(opening, "the opening balance", least=None))
    names = [year.name.strip() for year in years]
    if not 1 <= len(years) <= _MOST_YEARS:
        faults.add(f"the plan has {len(years)} years", f"give 1 to {_MOST_YEARS}")
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        faults.add(f"the year {name} is in the plan twice", "keep one")
    if demand is not None and len(demand.by_level) < len(years):
        faults.add(
            f"demand is simulated for {len(demand.by_level)} of {len(years)} years",
            "call look_years_ahead with n_years",
        )
    faults.refuse(MoneyError)
    return MediumTermPlan(years=tuple(years), opening_pence=start, demand=demand)
