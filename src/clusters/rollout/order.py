"""Which clusters start when, as an answer: the starts, the money by year, the sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from clusters.arguments import checked
from clusters.measures.values import check_kind
from clusters.money import pounds
from clusters.rollout.terms import in_words
from clusters.shown import Shown
from clusters.text import all_listed, shown, words

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Start", "StartOrder", "YearOfMoney"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Start(Shown):
    """When one cluster starts.

    Parameters
    ----------
    cluster
        Label.
    day
        None where it does not start on any of the days.
    ready
        The first of the days on which it could start by itself; None where on none.
    waits_for
        Why it does not start earlier, as sentences; none where it starts on the first day.
    amount
        What it holds of the measure that waits.
    cost_pence
        A year's cost.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(["a", "b"], [[0, 0], [1, 0]], {"need": [1, 2]})
    >>> order = cl.rollout.choose_starts(
    ...     problem, cl.Rules(n_clusters=2, contiguous=False), {"a": "West", "b": "East"},
    ...     cl.rollout.StartRules(
    ...         starts=["2026-09-01", "2027-01-01"], most_at_once=1,
    ...         costs={"West": 1200, "East": 2400}))
    >>> order.rows[0].cluster, order.rows[0].day.year, order.rows[0].waits_for
    ('West', 2027, ('As many as may start at once (1) start in September 2026.',))
    """

    cluster: str
    day: date | None
    ready: date | None
    waits_for: tuple[str, ...]
    amount: float
    cost_pence: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class YearOfMoney(Shown):
    """What clusters that have started cost in a financial year, and what there is (or None).

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(["a", "b"], [[0, 0], [1, 0]], {"need": [1, 2]})
    >>> order = cl.rollout.choose_starts(
    ...     problem, cl.Rules(n_clusters=2, contiguous=False), {"a": "West", "b": "East"},
    ...     cl.rollout.StartRules(
    ...         starts=["2026-09-01", "2027-01-01"], most_at_once=1,
    ...         costs={"West": 1200, "East": 2400}))
    >>> order.years[0].year, order.years[0].spent_pence  # 7 months of East, 3 of West
    ('2026-27', 170000)
    """

    year: str
    spent_pence: int
    money_pence: int | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class StartOrder(Shown):
    """Which clusters start when.

    Parameters
    ----------
    rows
        In the order of the plan.
    days
        On which clusters may start.
    years
        Money by financial year.
    waited
        What waits times months, in all, counted from the first day; a cluster that does not start
        waits until a year after the last day.
    proved
        Whether it is proved that under what was asked it cannot be less.
    measure
        The measure that waits; "clusters" where each cluster counts once.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(["a", "b"], [[0, 0], [1, 0]], {"need": [1, 2]})
    >>> order = cl.rollout.choose_starts(
    ...     problem, cl.Rules(n_clusters=2, contiguous=False), {"a": "West", "b": "East"},
    ...     cl.rollout.StartRules(
    ...         starts=["2026-09-01", "2027-01-01"], most_at_once=1,
    ...         costs={"West": 1200, "East": 2400}))
    >>> order.proved, order.waited, order.started(order.days[0])
    (True, 4.0, ('East',))
    """

    rows: tuple[Start, ...]
    days: tuple[date, ...]
    years: tuple[YearOfMoney, ...]
    waited: float
    proved: bool
    measure: str

    @property
    def starts(self) -> dict[str, date | None]:
        """Day by label."""
        return {row.cluster: row.day for row in self.rows}

    def started(self, day: date) -> tuple[str, ...]:
        """Labels of the clusters that have started by a day: a partial map that keeps the rules."""
        return tuple(row.cluster for row in self.rows if row.day is not None and row.day <= day)

    def sentences(self) -> tuple[str, ...]:
        """Say who starts when, what the others wait for, and how sure the order is."""
        text = []
        for day in self.days:
            names = [row.cluster for row in self.rows if row.day == day]
            if names:
                verb = "starts" if len(names) == 1 else "start"
                text.append(f"In {in_words(day)} {all_listed(names)} {verb}.")
        late = [row.cluster for row in self.rows if row.day is None]
        if late:
            text.append(f"Not on any of these days: {all_listed(late)}.")
        text += [f"{row.cluster}: {' '.join(row.waits_for)}" for row in self.rows if row.waits_for]
        for year in self.years:
            limit = "" if year.money_pence is None else f" of {pounds(year.money_pence)}"
            text.append(f"In {year.year} this costs {pounds(year.spent_pence)}{limit}.")
        what = "clusters" if self.measure == "clusters" else words(self.measure)
        waits = f"In all {shown(round(self.waited, 2))} {what} x months wait"
        sure = "proved: no order makes them wait less" if self.proved else "the best order found"
        return (*text, f"{waits} ({sure}).")

    @property
    def sentence(self) -> str:
        """Say it all in one paragraph."""
        return " ".join(self.sentences())

    @checked
    def to_frame(self, kind: Literal["clusters", "days", "money"] = "clusters") -> pd.DataFrame:
        """Make a frame with a row for each cluster, each day, or each financial year."""
        import pandas as pd

        check_kind(kind, ("clusters", "days", "money"))
        if kind == "money":
            return pd.DataFrame(
                [(y.year, y.spent_pence, y.money_pence) for y in self.years],
                columns=["year", "spent_pence", "money_pence"],
            ).astype({"money_pence": "Int64"})
        if kind == "days":
            on = [row.day for row in self.rows]
            days = [(day, on.count(day), len(self.started(day))) for day in self.days]
            return pd.DataFrame(days, columns=["day", "starting", "started"])
        rows = [
            (r.cluster, r.day, r.ready, " ".join(r.waits_for), r.amount, r.cost_pence)
            for r in self.rows
        ]
        names = ["cluster", "day", "ready", "waits_for", self.measure, "cost_pence"]
        return pd.DataFrame(rows, columns=names)
