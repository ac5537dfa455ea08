"""What a split is: the shares of clusters and schools, and their tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from clusters.arguments import checked
from clusters.budget.coverage import Coverage
from clusters.budget.floors_and_caps import Protected
from clusters.budget.formula import Factor, Formula, measure_names
from clusters.budget.pot import Pot
from clusters.budget.protection import Protection
from clusters.budget.sparsity import exact_measure
from clusters.domain import Plan, Problem, SchoolId
from clusters.domain.values import picked
from clusters.errors import MoneyError
from clusters.money import as_pounds, pounds
from clusters.shown import Drawn, Shown, clip, framed
from clusters.text import counted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Share", "Split"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Share(Shown):
    """What one cluster or one school receives, step by step.

    Parameters
    ----------
    key
        Label of the cluster, or id of the school.
    name
        Label, or name of the school.
    cluster
        Label of the cluster.
    members
        Ids of its schools.
    committed_pence, backdated_pence
        Paid before the formula.
    factor_pence
        By factor of the formula; they add up to `formula_pence`.
    quantity
        Exact units by factor.
    formula_exact, flexible_exact
        Exact pence of flexible money by the formula, and after protection.
    formula_pence, flexible_pence
        The same in whole pence.
    floor_pence, cap_pence
        Limits that held for it; None where there were none at this level.
    today_pence
        What is spent today; None where not known.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> split = cl.split_budget(problem, plan, "1000")
    >>> west = split.clusters[0]
    >>> west.name, west.members, west.total_pence
    ('West', ('a', 'b'), 40000)
    """

    key: SchoolId
    name: str
    cluster: str
    members: tuple[SchoolId, ...]
    committed_pence: int
    backdated_pence: int
    factor_pence: Mapping[str, int]
    quantity: Mapping[str, Fraction]
    formula_exact: Fraction
    flexible_exact: Fraction
    formula_pence: int
    flexible_pence: int
    floor_pence: int | None
    cap_pence: int | None
    today_pence: int | None

    @property
    def protection_pence(self) -> int:
        """What protection added (above 0) or took (below 0)."""
        return self.flexible_pence - self.formula_pence

    @property
    def total_pence(self) -> int:
        """Everything: committed, backdated and flexible money."""
        return self.committed_pence + self.backdated_pence + self.flexible_pence

    @property
    def yearly_pence(self) -> int:
        """What recurs every year and is compared with today: all but backdated payments."""
        return self.committed_pence + self.flexible_pence

    @property
    def change_pence(self) -> int | None:
        """What recurs less what is spent today; None where that is not known."""
        return None if self.today_pence is None else self.yearly_pence - self.today_pence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Split(Drawn):
    """A pot split over clusters and schools, with everything it was worked out from.

    `coverage` says whether committed sums and EHC plans go together; `notes` say what a reader has
    to know. The totals of `clusters`, and of `schools`, add up to the pot less `held_pence`.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> split = cl.split_budget(problem, plan, "1000")
    >>> split
    Split(£1,000.00 over 2 clusters and 4 schools; local formula)
    >>> [share.total_pence for share in split.clusters]
    [40000, 60000]
    """

    problem: Problem
    plan: Plan
    pot: Pot
    formula: Formula
    protection: Protection | None
    factors: tuple[Factor, ...]
    clusters: tuple[Share, ...]
    schools: tuple[Share, ...]
    protected: Protected | None = None
    coverage: Coverage | None = None
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        held = f", {pounds(self.held_pence)} held back" if self.held_pence else ""
        size = (
            f"{counted(len(self.clusters), 'cluster')} and {counted(len(self.schools), 'school')}"
        )
        return clip(f"Split({pounds(self.pot.total_pence)} over {size}{held}; {self.formula.name})")

    def public_notes(self) -> tuple[str, ...]:
        """Return the notes without numbers of pupils, for readers who may not see small ones."""
        if self.coverage is None:
            return self.notes
        said = set(self.coverage.sentences())
        kept = [note for note in self.notes if note not in said]
        return (*kept, *self.coverage.sentences(counts=False))

    @property
    def held_pence(self) -> int:
        """What is held back: contingency and low-incidence fund."""
        return self.pot.contingency_pence + self.pot.low_incidence_pence

    def shares(self, level: str) -> tuple[Share, ...]:
        """Shares of the clusters or of the schools, in the order of the plan or the problem.

        Raises
        ------
        MoneyError
            If the level is neither "cluster" nor "school".
        """
        if level not in ("cluster", "school"):
            raise MoneyError.of("there is no such level", 'use "cluster" or "school"', value=level)
        return self.clusters if level == "cluster" else self.schools

    @checked
    def to_frame(
        self, level: Literal["cluster", "school", "pot", "factor"] = "cluster"
    ) -> pd.DataFrame:
        """Return a table: one row per cluster, school, step of the pot or factor of the formula.

        Sums are whole pence in columns named `..._pence`; `total` is the same as `total_pence` in
        pounds, as Decimals. Every column adds up exactly: over schools to clusters, over clusters
        to the pot less what is held back (all of it where nothing is).

        Examples
        --------
        >>> from clusters.budget import Formula, split_budget
        >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [1, 1]], {"need": [1, 2]})
        >>> plan = Plan.from_assignment({"a": "a", "b": "a"})
        >>> frame = split_budget(problem, plan, "100", Formula()).to_frame("school")
        >>> frame["total_pence"].tolist()
        [3333, 6667]
        """
        if level == "pot":
            return framed(_pot_rows(self))
        if level == "factor":
            return framed(_factor_rows(self.factors))
        measures = _known_measures(self)
        rows = [_row(self, share, level, measures) for share in self.shares(level)]
        return framed(rows)


_OWN = frozenset({"cluster", "centre", "schools", "urn", "school", "units", "total"})
"""Columns that tables have anyway: measures of the same name are not shown beside them."""


def _known_measures(split: Split) -> dict[str, dict[SchoolId, Fraction]]:
    """Measures that the table shows: those of the formula, pupils and plans where known."""
    names = dict.fromkeys(("pupils", "ehcps", *measure_names(split.formula)))
    return {
        name: exact_measure(split.problem, name)
        for name in names
        if name in split.problem.measures and name not in _OWN
    }


def _row(
    split: Split, share: Share, level: str, measures: Mapping[str, Mapping[SchoolId, Fraction]]
) -> dict[str, Any]:
    if level == "cluster":
        centres = {cluster.label: cluster.centre for cluster in split.plan.clusters}
        row: dict[str, Any] = {"cluster": share.key, "centre": centres[share.cluster]}
        row["schools"] = len(share.members)
    else:
        row = {"urn": share.key, "school": share.name, "cluster": share.cluster}
    for name, values in measures.items():
        row[name] = float(sum((values[urn] for urn in share.members), Fraction(0)))
    if "units" in share.quantity:
        row["units"] = float(share.quantity["units"])
    row |= {
        **picked(share, "committed_pence", "backdated_pence"),
        **{f"{name}_pence": cell for name, cell in share.factor_pence.items()},
        **picked(share, "formula_pence", "protection_pence", "flexible_pence"),
        **picked(share, "total_pence", "today_pence", "change_pence"),
        "total": as_pounds(share.total_pence),
    }
    return row


def _pot_rows(split: Split) -> list[dict[str, Any]]:
    steps = {
        **split.pot.steps,
        "shared by formula": split.pot.flexible_pence,
        "total": split.pot.total_pence,
    }
    return [
        {"step": name, "pence": sum_, "pounds": as_pounds(sum_)} for name, sum_ in steps.items()
    ]


def _factor_rows(factors: Iterable[Factor]) -> list[dict[str, Any]]:
    return [
        {
            "factor": factor.name,
            "unit": factor.unit,
            "quantity": float(sum(factor.quantity.values())),
            "rate_pence": float(factor.rate),
            "total_pence": factor.total_pence,
            "total": as_pounds(factor.total_pence),
        }
        for factor in factors
    ]
