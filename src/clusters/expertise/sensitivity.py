"""How a plan fares if some of the expertise data is wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from clusters.arguments import at_least, checked
from clusters.domain import FloatArray, PlanLike, Priorities, Problem, is_number, plan_of
from clusters.errors import Faults, RulesError
from clusters.expertise.providers import held_clusters
from clusters.measures.facts import capacity_table, members_of, need_table, types_of
from clusters.measures.values import frame_of
from clusters.shown import Shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Fragile", "Sensitivity", "expertise_sensitivity"]

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragile:
    """One type in one cluster: holders now, and how often it was a gap in the draws."""

    cluster: str
    kind: str
    holders: int
    capacity: float
    gap: bool
    chance_of_gap: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Sensitivity(Shown):
    """A plan's gaps and unmet need when some of the expertise data is wrong.

    Parameters
    ----------
    share, found_share, draws, seed
        As asked for.
    recorded, wrong
        Capacities above 0 on record, and how many of them are struck out in each draw: the share,
        rounded, but one at the least where the share is above 0.
    gaps, gaps_mean, gaps_low, gaps_high
        Now; the mean of the draws; the 5th and 95th percentile.
    unmet, unmet_mean, unmet_low, unmet_high
        Likewise; NaN where no policy says what capacity covers.
    rows
        For each cluster and type, in the order of the plan.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"ehcps_asd": [4, 2, 6, 3]}, expertise={"asd": [8, 0, 0, 0]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> found = cl.expertise.expertise_sensitivity(problem, plan)
    >>> found.recorded, found.gaps
    (1, 1)
    """

    share: float
    found_share: float
    draws: int
    seed: int
    recorded: int
    wrong: int
    gaps: int
    gaps_mean: float
    gaps_low: float
    gaps_high: float
    unmet: float
    unmet_mean: float
    unmet_low: float
    unmet_high: float
    rows: tuple[Fragile, ...]

    def summary(self) -> str:
        """Say it in plain words."""
        what = f"{self.share:.0%} of the recorded expertise is"
        if self.wrong != round(self.share * self.recorded):  # so few records that one is more
            verb = "is" if self.wrong == 1 else "are"
            what = f"{self.wrong} of the {self.recorded} recorded capacities {verb}"
        mean = f"{self.gaps_mean:.1f}".removesuffix(".0")
        text = (
            f"If {what} not there, the plan has about {mean} {'gap' if mean == '1' else 'gaps'} "
            f"instead of {self.gaps} (in nine of ten draws {self.gaps_low:.0f} to "
            f"{self.gaps_high:.0f})."
        )
        if not math.isnan(self.unmet):
            text += (
                f" Pupils that no capacity covers: about {self.unmet_mean:,.0f} instead of "
                f"{self.unmet:,.0f} ({self.unmet_low:,.0f} to {self.unmet_high:,.0f})."
            )
        return text

    def to_frame(self) -> pd.DataFrame:
        """Make a frame with a row for each cluster and type, the likeliest new gaps first."""
        frame = frame_of(self.rows, Fragile).rename(columns={"kind": "type"})
        frame["rise"] = frame["chance_of_gap"] - frame["gap"].astype(float)
        return frame.sort_values("rise", ascending=False, kind="stable", ignore_index=True)


@checked
def expertise_sensitivity(
    problem: Problem,
    plan: PlanLike,
    priorities: Priorities | None = None,
    *,
    share: float = 0.1,
    found_share: float = 0.0,
    draws: int = 500,
    seed: int = 1,
) -> Sensitivity:
    """Measure a plan again and again with some of the expertise data wrong.

    In each draw a share of the recorded capacities, chosen at random, turns out not to be there.
    With `found_share` the same happens the other way: a share of what is not recorded turns out to
    be there, with the middle amount recorded of that type. Draws depend on the problem and the
    seed alone, so that plans compared with one seed meet the same mistakes.

    Parameters
    ----------
    problem, plan
        The facts and any plan.
    priorities
        For `pupils_per_capacity`.
    share, found_share
        Fractions from 0 to 1.
    draws
        Number of draws, 1 or more.
    seed
        Whole number of 0 or more.

    Raises
    ------
    RulesError
        If a share or count is out of range.

    Examples
    --------
    >>> from clusters import Plan, Problem
    >>> from clusters.expertise import expertise_sensitivity
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [9, 0]], expertise={"asd": [1, 0]})
    >>> plan = Plan.from_assignment({"a": "a", "b": "b"})
    >>> found = expertise_sensitivity(problem, plan, share=1.0)
    >>> found.gaps, found.gaps_mean
    (1, 2.0)
    """
    plan = plan_of(problem, plan)
    _check(share, found_share, draws)
    at_least(0, seed=seed)
    kinds = types_of(problem)
    clusters = held_clusters(problem, plan)
    held, need = capacity_table(problem, kinds), need_table(problem, kinds)
    inside = np.zeros((len(clusters), len(problem)))
    for k, cluster in enumerate(clusters):
        inside[k, members_of(problem, cluster)] = 1.0
    view = _View(inside, need, _covers(kinds, priorities))
    gap, unmet = view.of(held)
    times = np.zeros(gap.shape)
    gaps, pupils = np.zeros(draws), np.zeros(draws)
    generator = np.random.default_rng(seed)
    recorded = np.flatnonzero(held > 0)
    wrong = _portion(share, len(recorded))
    for draw in range(draws):
        found_gap, pupils[draw] = view.of(_spoilt(held, recorded, wrong, found_share, generator))
        times += found_gap
        gaps[draw] = found_gap.sum()
    return Sensitivity(
        share=float(share),
        found_share=float(found_share),
        draws=draws,
        seed=seed,
        recorded=len(recorded),
        wrong=wrong,
        gaps=int(gap.sum()),
        gaps_mean=float(gaps.mean()),
        gaps_low=float(np.quantile(gaps, 0.05)),
        gaps_high=float(np.quantile(gaps, 0.95)),
        unmet=unmet,
        unmet_mean=float(pupils.mean()),
        unmet_low=float(np.quantile(pupils, 0.05)),
        unmet_high=float(np.quantile(pupils, 0.95)),
        rows=tuple(
            Fragile(
                cluster=cluster.label,
                kind=kind,
                holders=int((inside[k] * (held[:, q] > 0)).sum()),
                capacity=float(np.nansum(inside[k] * held[:, q])),
                gap=bool(gap[k, q]),
                chance_of_gap=float(times[k, q] / draws),
            )
            for k, cluster in enumerate(clusters)
            for q, kind in enumerate(kinds)
        ),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """What is needed to measure a plan quickly: membership (k, n), need (n, q), policy (q,)."""

    inside: FloatArray
    need: FloatArray
    covers: FloatArray

    def of(self, held: FloatArray) -> tuple[BoolArray, float]:
        """Gaps, array (k, q), and pupils unmet, for capacities (n, q); NaN where not known."""
        known = self.inside @ ~np.isnan(self.need)
        need = np.where(known > 0, self.inside @ np.nan_to_num(self.need), math.nan)
        capacity = self.inside @ np.nan_to_num(held)
        unmet = np.maximum(0.0, need - self.covers * capacity)
        counted = ~np.isnan(unmet)
        pupils = float(unmet[counted].sum()) if counted.any() else math.nan
        return (capacity == 0) & ~(need == 0), pupils


def _portion(share: float, count: int) -> int:
    """Take a share of a count: one at the least, so that few records are not taken for certain."""
    return min(count, max(1, round(share * count))) if share > 0 else 0


def _spoilt(
    held: FloatArray,
    recorded: npt.NDArray[np.int64],
    wrong: int,
    found_share: float,
    generator: np.random.Generator,
) -> FloatArray:
    """Capacities in one draw, array (n, q)."""
    spoilt = held.copy()
    spoilt.flat[generator.choice(recorded, size=wrong, replace=False)] = 0.0
    if found_share:
        dark = np.flatnonzero(np.isnan(held))
        found = generator.choice(dark, size=_portion(found_share, len(dark)), replace=False)
        positive = np.where(held > 0, held, math.nan)
        on_record = (held > 0).any(axis=0)
        middle = np.zeros(held.shape[1])
        middle[on_record] = np.nanmedian(positive[:, on_record], axis=0)
        spoilt.flat[found] = middle[found % held.shape[1]]
    return spoilt


def _covers(kinds: tuple[str, ...], priorities: Priorities | None) -> FloatArray:
    per_capacity = {} if priorities is None else priorities.pupils_per_capacity
    return np.array([per_capacity.get(kind, math.nan) for kind in kinds])


def _check(share: float, found_share: float, draws: int) -> None:
    faults = Faults()
    for name, value in (("share", share), ("found_share", found_share)):
        if not is_number(value) or not 0 <= value <= 1:
            faults.add(f"{name} is not a fraction from 0 to 1", "write 10% as 0.1", value=value)
    if not isinstance(draws, int) or isinstance(draws, bool) or draws < 1:
        faults.add("draws is not a whole number of 1 or more", "correct it", value=draws)
    faults.refuse(RulesError)
