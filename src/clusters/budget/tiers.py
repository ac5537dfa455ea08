"""Money held at tiers: by the authority, by areas of clusters, by clusters; the rest to schools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from clusters.arguments import checked
from clusters.budget.rounding import in_parts
from clusters.budget.values import Split
from clusters.domain import FrozenDict
from clusters.errors import Faults, MoneyError
from clusters.money import Amount, Number, pence, percentage
from clusters.shown import Shown, framed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Contribution", "Tiers", "tiers"]

_NAMES = ("authority", "area", "cluster", "school")


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Contribution(Shown):
    """What a school or trust adds to a cluster's pot, in POUNDS.

    Examples
    --------
    >>> Contribution(cluster="West", giver="Trust", amount="500")
    Contribution(cluster='West', giver='Trust', amount='500')
    """

    cluster: str
    giver: str
    amount: Amount

    def __post_init__(self) -> None:
        faults = Faults()
        if not self.giver.strip():
            faults.add("a contribution has no giver", "name the school or trust")
        if faults.take(1, pence, self.amount, f"the contribution of {self.giver}") == 0:
            faults.add(f"the contribution of {self.giver} is £0.00", "leave it out")
        faults.refuse(MoneyError)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Tiers(Shown):
    """Where the flexible money of a split is held; committed sums and arrears are not touched.

    Parameters
    ----------
    areas
        Area of each cluster, by label.
    held_pence
        By school id, what of its flexible money is held by the authority, its area and its cluster,
        and what comes to the school: together its flexible money.
    contributions
        What schools and trusts add to their clusters' pots.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> split = cl.split_budget(problem, plan, "1000")
    >>> made = cl.budget.tiers(split, {"West": "All", "East": "All"}, area="10%")
    >>> made.to_frame().shape[0] > 0
    True
    """

    split: Split
    areas: Mapping[str, str]
    held_pence: Mapping[object, tuple[int, ...]]
    contributions: tuple[Contribution, ...]

    @checked
    def to_frame(
        self, level: Literal["authority", "area", "cluster", "school"] = "cluster"
    ) -> pd.DataFrame:
        """Return a table in whole pence: what is held above, here, and passed on."""
        faults = Faults()
        if level not in _NAMES:
            faults.add("there is no such level", f"use one of {', '.join(_NAMES)}", value=level)
        faults.refuse(MoneyError)
        groups: dict[str, list[int]] = {}
        for share in self.split.schools:
            area = self.areas[share.cluster]
            key = {"authority": "authority", "area": area, "cluster": share.cluster}.get(
                level, str(share.key)
            )
            row = groups.setdefault(key, [0, 0, 0, 0, 0])
            for k, sum_ in enumerate(self.held_pence[share.key]):
                row[k] += sum_
            row[4] += share.committed_pence + share.backdated_pence
        given: Counter[str] = Counter()
        for one in self.contributions:
            given[one.cluster] += pence(one.amount)
        rows = []
        for key, cells in groups.items():
            row_of: dict[str, object] = {"urn" if level == "school" else level: key}
            if level == "cluster":
                row_of |= {"area": self.areas[key], "contributed_pence": given[key]}
            row_of |= {f"held_by_{name}_pence": cells[k] for k, name in enumerate(_NAMES[:3])}
            row_of |= {"to_schools_pence": cells[3], "ring_fenced_pence": cells[4]}
            row_of["total_pence"] = sum(cells) + (given[key] if level == "cluster" else 0)
            rows.append(row_of)
        return framed(rows)


@checked
def tiers(
    split: Split,
    areas: Mapping[str, str],
    *,
    authority: Number = 0,
    area: Number = 0,
    cluster: Number = 0,
    contributions: Sequence[Contribution] = (),
) -> Tiers:
    """Hold a share of the flexible money at each tier, and pass the rest on.

    Each tier holds its share of what the tier above passes on. A tier at 0 holds nothing: with all
    at 0 every cluster and school has exactly what the split gives it.

    Parameters
    ----------
    areas
        Area of each cluster, by label.
    authority, area, cluster
        Shares held: "5%" or 0.05.
    contributions
        What schools and trusts add to clusters' pots; it stays there.

    Raises
    ------
    MoneyError
        If a share is not between 0 and 1, or a cluster has no area or is not known.

    Examples
    --------
    >>> from clusters.budget import split_budget
    >>> from clusters.domain import Plan, Problem
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [1, 1]], {"need": [1, 3]})
    >>> split = split_budget(problem, Plan.from_assignment({"a": "a", "b": "b"}), "400")
    >>> held = tiers(split, {"1": "north", "2": "north"}, authority="10%", area="50%")
    >>> held.to_frame("area")["held_by_area_pence"].tolist()
    [18000]
    """
    faults = Faults()
    shares = []
    for name, value in (("authority", authority), ("area", area), ("cluster", cluster)):
        share = faults.take(Fraction(0), percentage, value, f"the share held by the {name}")
        if not 0 <= share <= 1:
            faults.add(f"the share held by the {name} is not between 0% and 100%", "correct it")
        shares.append(share)
    labels = [str(one.key) for one in split.clusters]
    for label in labels:
        if label not in areas:
            faults.add(f"areas does not name the cluster {label}", "give its area")
    for unknown in [label for label in areas if label not in labels]:
        faults.add(f"areas names {unknown!r}, which is no cluster", "correct it")
    for one in contributions:
        if one.cluster not in labels:
            faults.add(f"{one.giver} adds to {one.cluster!r}, which is no cluster", "correct it")
    faults.refuse(MoneyError)
    parts = _parts(shares)
    held = in_parts({one.key: one.flexible_pence for one in split.schools}, parts)
    return Tiers(
        split=split,
        areas=FrozenDict({label: areas[label] for label in labels}),
        held_pence=FrozenDict({key: (*row,) for key, row in held.items()}),
        contributions=tuple(contributions),
    )


def _parts(shares: Sequence[Fraction]) -> list[Fraction]:
    """Parts of the whole held at each tier, and the part that is passed on to schools."""
    left, parts = Fraction(1), []
    for share in shares:
        parts.append(left * share)
        left -= parts[-1]
    return [*parts, left]
