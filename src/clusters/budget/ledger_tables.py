"""What a ledger shows: balances, sums by school, events, plans, the forecast; and its own check."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from clusters.budget.ledger_store import Store
from clusters.domain.values import picked
from clusters.errors import MoneyError
from clusters.money import pounds, round_half_up
from clusters.shown import Shown, framed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Balance", "balances_of", "findings_of", "forecast_of", "frame_of"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Balance(Shown):
    """What one cluster has, in whole pence.

    Parameters
    ----------
    allocation_pence
        Its share of the split, and what was carried forward to it.
    contributed_pence
        What schools and trusts added.
    reserve_pence
        What it was given from the reserve, less what was clawed back to it.
    moved_pence
        Money that followed children in from other clusters, less what followed them out.
    awarded_pence, committed_pence
        What was awarded or paid, and what is held for plans to the end of the year.
    carried_pence
        What is carried forward to the next year.

    Examples
    --------
    >>> found = Balance(
    ...     cluster="West", allocation_pence=500_00, contributed_pence=0, reserve_pence=50_00,
    ...     moved_pence=0, awarded_pence=100_00, committed_pence=20_00, carried_pence=0)
    >>> found.cluster, found.allocation_pence
    ('West', 50000)
    """

    cluster: str
    allocation_pence: int
    contributed_pence: int
    reserve_pence: int
    moved_pence: int
    awarded_pence: int
    committed_pence: int
    carried_pence: int

    @property
    def balance_pence(self) -> int:
        """What can still be awarded."""
        came = self.allocation_pence + self.contributed_pence + self.reserve_pence
        went = self.awarded_pence + self.committed_pence + self.carried_pence
        return came + self.moved_pence - went


_FLOWS = """
SELECT e.kind, s.kind, t.kind, s.cluster, t.cluster, sum(x.pence)
FROM transfers x JOIN events e ON e.id = x.event
JOIN accounts s ON s.id = x.source JOIN accounts t ON t.id = x.target
GROUP BY 1, 2, 3, 4, 5
"""

_EVENTS = """
SELECT e.id, e.day, e.kind, e.cluster, e.school, e.plan,
    (SELECT coalesce(sum(pence), 0) FROM transfers WHERE event = e.id), e.decision, e.reason
FROM events e ORDER BY e.id
"""

_PLANS = """
SELECT e.plan, e.school, e.cluster, e.a_year_pence, e.day, e.until, e.held_pence,
    CASE e.kind WHEN 'plan ends' THEN 'ended' ELSE 'runs' END
FROM events e
WHERE e.plan IS NOT NULL AND e.id = (SELECT max(id) FROM events WHERE plan = e.plan)
ORDER BY e.plan
"""

_SCHOOLS = """
SELECT school, min(cluster), sum(CASE kind WHEN 'committed' THEN pence ELSE 0 END),
    sum(CASE kind WHEN 'awarded' THEN pence ELSE 0 END)
FROM accounts WHERE school <> '' GROUP BY school ORDER BY min(id)
"""


_HELD = ("awarded", "committed", "carried")


def balances_of(store: Store) -> tuple[Balance, ...]:
    """Add up what came to each cluster and what went."""
    names = [
        row[0] for row in store.rows("SELECT cluster FROM accounts WHERE kind = 'free' ORDER BY id")
    ]
    sums: dict[str, Counter[str]] = {name: Counter() for name in names}
    for event, source, target, out, into, sum_ in store.rows(_FLOWS):
        if target == "free" and source == "outside":
            what = "contributed" if event == "contribution" else "allocation"
            sums[into][what] += sum_
        elif target == "free" and source == "reserve":
            sums[into]["reserve"] += sum_
        elif source == "free" and target == "reserve":
            sums[out]["reserve"] -= sum_
        elif source == target == "committed" and out != into:
            sums[into]["moved"] += sum_
            sums[out]["moved"] -= sum_
    flows = ("allocation", "contributed", "reserve", "moved")
    return tuple(
        Balance(
            cluster=name,
            **{f"{flow}_pence": sums[name][flow] for flow in flows},
            **{f"{kind}_pence": store.pence(kind, name) for kind in _HELD},
        )
        for name in names
    )


def frame_of(store: Store, level: str) -> pd.DataFrame:
    """Make one of the tables."""
    if level == "cluster":
        rows = [asdict(one) | {"balance_pence": one.balance_pence} for one in balances_of(store)]
        return framed(rows)
    tables: dict[str, tuple[str, tuple[str, ...]]] = {
        "school": (_SCHOOLS, ("urn", "cluster", "committed_pence", "awarded_pence")),
        "event": (
            _EVENTS,
            ("event", "day", "kind", "cluster", "urn", "plan", "pence", "decision", "reason"),
        ),
        "plan": (
            _PLANS,
            ("plan", "urn", "cluster", "a_year_pence", "since", "until", "held_pence", "state"),
        ),
    }
    if level not in tables:
        raise MoneyError.of(
            "there is no such level", 'use "cluster", "school", "event" or "plan"', value=level
        )
    question, names = tables[level]
    frame = framed(store.rows(question), columns=list(names))
    return frame.astype({"plan": "Int64"}) if "plan" in names else frame


def forecast_of(store: Store, day: date) -> pd.DataFrame:
    """Carry awards on at their pace; what is held for plans is known."""
    first, last = store.day("first"), store.day("last")
    passed, year = (day - first).days + 1, (last - first).days + 1
    awarded, known = _awarded(store, day), _awarded(store, last)
    rows = []
    for one in balances_of(store):
        so_far, in_all = awarded.get(one.cluster, 0), known.get(one.cluster, 0)
        whole = max(in_all, round_half_up(Fraction(so_far * year, passed)))
        rows.append(
            {
                "cluster": one.cluster,
                "awarded_so_far_pence": so_far,
                "forecast_awards_pence": whole,
                **picked(one, "committed_pence", "balance_pence"),
                "forecast_balance_pence": one.balance_pence + in_all - whole,
            }
        )
    return framed(rows)


def _awarded(store: Store, day: date) -> dict[str, int]:
    """Pence awarded in each cluster up to a day."""
    return dict(
        store.rows(
            "SELECT e.cluster, sum(x.pence) FROM events e JOIN transfers x ON x.event = e.id "
            "JOIN accounts t ON t.id = x.target "
            "WHERE e.kind = 'award' AND t.kind = 'awarded' AND e.day <= ? GROUP BY 1",
            str(day),
        )
    )


def findings_of(store: Store) -> tuple[str, ...]:
    """Add up the transfers of each account, and everything that came from outside."""
    found = [
        f"account {number} ({kind} {cluster} {school}) holds {pounds(held)}, its transfers come to "
        f"{pounds(came)}"
        for number, kind, cluster, school, held, came in store.rows(
            "SELECT id, kind, cluster, school, pence, "
            "(SELECT coalesce(sum(pence), 0) FROM transfers WHERE target = a.id) - "
            "(SELECT coalesce(sum(pence), 0) FROM transfers WHERE source = a.id) AS came "
            "FROM accounts a WHERE pence <> came"
        )
    ]
    whole = store.rows("SELECT coalesce(sum(pence), 0) FROM accounts")[0][0]
    if whole:
        found.append(f"all accounts together come to {pounds(whole)} instead of nothing")
    for one in balances_of(store):
        if one.balance_pence != store.pence("free", one.cluster):
            found.append(f"the balance of {one.cluster} is not what came less what went")
    held = store.rows("SELECT coalesce(sum(pence), 0) FROM accounts WHERE kind = 'committed'")
    plans = store.rows(f"SELECT coalesce(sum(held_pence), 0) FROM ({_PLANS})")[0][0]
    if plans > held[0][0]:
        found.append("more is held for single plans than for all plans")
    if store.rows("PRAGMA integrity_check")[0][0] != "ok":
        found.append("the file is damaged")
    return tuple(found)
