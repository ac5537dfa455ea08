"""The payments file: who is paid what, and when; held against the split and the ledger by URN."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from clusters.arguments import checked
from clusters.budget.ledger import Ledger
from clusters.budget.values import Split
from clusters.budget.years import MONTHS, TERMS, instalments
from clusters.domain import FrozenDict, SchoolId
from clusters.domain.values import picked
from clusters.errors import Faults, MoneyError
from clusters.money import as_pounds
from clusters.shown import Shown, framed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Payment", "Payments", "payments"]

_COMMITTED, _BACKDATED, _POT = "committed top-ups", "backdated payments", "cluster's pot"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Payment(Shown):
    """One payment, in whole pence.

    Parameters
    ----------
    urn, payee
        The school that is paid; of a cluster's pot its host.
    status
        "maintained", "academy" or "not known".
    cluster
        The cluster that it is part of.
    what
        "committed top-ups", "backdated payments" or "cluster's pot".
    part, due
        The instalment, and the day on which it is due.
    pence
        Above 0.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> split = cl.split_budget(problem, plan, "1000")
    >>> import datetime
    >>> row = cl.budget.payments(split, datetime.date(2026, 4, 1), academies=()).rows[0]
    >>> row.cluster, row.part, row.pence
    ('West', 'summer', 13334)
    """

    urn: SchoolId
    payee: str
    status: str
    cluster: str
    what: str
    part: str
    due: date
    pence: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Payments(Shown):
    """All payments of a year, in the order in which they are due.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> split = cl.split_budget(problem, plan, "1000")
    >>> import datetime
    >>> made = cl.budget.payments(split, datetime.date(2026, 4, 1), academies=())
    >>> sum(row.pence for row in made.rows)
    100000
    """

    split: Split
    hosts: Mapping[str, SchoolId]
    rows: tuple[Payment, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each payment, as it goes to the payments system."""
        return framed(
            {
                "due": str(row.due),
                **picked(row, "urn", "payee", "status", "cluster", "what"),
                "instalment": row.part,
                "pence": row.pence,
                "pounds": as_pounds(row.pence),
            }
            for row in self.rows
        )

    @checked
    def reconciled(self, ledger: Ledger | None = None) -> pd.DataFrame:
        """Hold payments against the split, and against a ledger, by URN; in whole pence.

        `difference_pence` is what the payments have beyond the split: 0 in every row. With a
        ledger, `ledger_committed_pence` and `ledger_awarded_pence` are what it holds for plans and
        has paid the school, and `to_adjust_pence` is what the ledger has for the school itself
        beyond these payments: what is to be paid besides, or below 0 kept back.
        """
        paid: Counter[tuple[SchoolId, str]] = Counter()
        for row in self.rows:
            paid[row.urn, row.what] += row.pence
        pots: Counter[SchoolId] = Counter()
        for share in self.split.clusters:
            pots[self.hosts[share.cluster]] += share.flexible_pence
        known = {} if ledger is None else _by_school(ledger)
        rows = []
        for share in self.split.schools:
            own = paid[share.key, _COMMITTED] + paid[share.key, _BACKDATED]
            pot = paid[share.key, _POT]
            due = share.committed_pence + share.backdated_pence + pots[share.key]
            row_of: dict[str, Any] = {
                "urn": share.key,
                "school": share.name,
                "cluster": share.cluster,
                "paid_own_pence": own,
                "paid_pot_pence": pot,
                "split_pence": due,
                "difference_pence": own + pot - due,
            }
            if ledger is not None:
                committed, awarded = known.get(str(share.key), (0, 0))
                row_of |= {
                    "ledger_committed_pence": committed,
                    "ledger_awarded_pence": awarded,
                    "to_adjust_pence": committed + awarded - own,
                }
            rows.append(row_of)
        return framed(rows)


def _by_school(ledger: Ledger) -> dict[str, tuple[int, int]]:
    frame = ledger.to_frame("school")
    columns = (frame[name].tolist() for name in ("urn", "committed_pence", "awarded_pence"))
    return {str(urn): (int(held), int(paid)) for urn, held, paid in zip(*columns, strict=True)}


@checked
def payments(
    split: Split,
    first: date,
    *,
    rhythm: Literal["monthly", "termly"] = "termly",
    hosts: Mapping[str, SchoolId] | None = None,
    academies: Collection[SchoolId] | None = None,
) -> Payments:
    """List the payments of a year: committed sums to schools, clusters' pots to their hosts.

    Parameters
    ----------
    first
        First day of the year: backdated payments are due on it, instalments on the first day of
        their month.
    rhythm
        Twelve instalments or three (September, January, April).
    hosts
        Host school of each cluster, by label; None for its centre.
    academies
        Ids of the academies; None: schools whose trust is known, and where no trust is known at
        all, "not known".

    Raises
    ------
    MoneyError
        If a host or an academy is not a school of the split, or a host is missing.

    Examples
    --------
    >>> from clusters.budget import split_budget
    >>> from clusters.domain import Plan, Problem
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [1, 1]], {"need": [1, 3]})
    >>> split = split_budget(problem, Plan.from_assignment({"a": "a", "b": "a"}), "100")
    >>> [(str(row.due), row.urn, row.pence) for row in payments(split, date(2026, 9, 1)).rows]
    [('2026-09-01', 'a', 3334), ('2027-01-01', 'a', 3333), ('2027-04-01', 'a', 3333)]
    """
    faults = Faults()
    if not isinstance(first, date) or isinstance(first, datetime):
        faults.add("the first day is not a date", "give date(2026, 9, 1)", value=first)
    if rhythm not in ("monthly", "termly"):
        faults.add("there is no such rhythm", 'use "monthly" or "termly"', value=rhythm)
    centres = {cluster.label: cluster.centre for cluster in split.plan.clusters}
    chosen = {label: (hosts or centres).get(label) for label in centres}
    ids = set(split.problem.ids)
    for label, host in chosen.items():
        if host is None or host not in ids:
            faults.add(f"the host of {label} is no school of the split", "name one", value=host)
    for label in (label for label in hosts or {} if label not in centres):
        faults.add(f"hosts names {label!r}, which is no cluster", "correct it")
    for urn in (urn for urn in academies or () if urn not in ids):
        faults.add("academies names a school that is not in the split", "correct it", urn=urn)
    faults.refuse(MoneyError)
    known = {label: host for label, host in chosen.items() if host is not None}
    rows = _rows(split, first, rhythm, known, _statuses(split, academies))
    rows.sort(key=lambda row: (row.due, row.what != _BACKDATED))
    return Payments(split=split, hosts=FrozenDict(known), rows=tuple(rows))


def _rows(
    split: Split,
    first: date,
    rhythm: Literal["monthly", "termly"],
    hosts: Mapping[str, SchoolId],
    statuses: Mapping[SchoolId, str],
) -> list[Payment]:
    names = {share.key: share.name for share in split.schools}
    rows: list[Payment] = []

    def add(urn: SchoolId, cluster: str, what: str, part: str, due: date, sum_: int) -> None:
        if sum_:
            rows.append(
                Payment(
                    urn=urn,
                    payee=names[urn],
                    status=statuses[urn],
                    cluster=cluster,
                    what=what,
                    part=part,
                    due=due,
                    pence=sum_,
                )
            )

    for share in split.schools:
        add(share.key, share.cluster, _BACKDATED, "at once", first, share.backdated_pence)
    committed = {share.key: share.committed_pence for share in split.schools}
    pots = {share.cluster: share.flexible_pence for share in split.clusters}
    homes = {share.key: share.cluster for share in split.schools}
    for sums, what in ((committed, _COMMITTED), (pots, _POT)):
        table = instalments(sums, rhythm, first.month)
        for key, cells in zip(table.keys, table.pence, strict=True):
            urn, cluster = (key, homes[key]) if what == _COMMITTED else (hosts[key], key)
            for part, sum_ in zip(table.parts, cells, strict=True):
                add(urn, cluster, what, part, _due(first, part), sum_)
    return rows


def _due(first: date, part: str) -> date:
    month = TERMS[part] if part in TERMS else MONTHS.index(part) + 1
    if month == first.month:
        return first
    return date(first.year + (month < first.month), month, 1)


def _statuses(split: Split, academies: Collection[SchoolId] | None) -> dict[SchoolId, str]:
    schools = split.problem.schools
    if academies is None and not any(school.trust for school in schools):
        return {school.urn: "not known" for school in schools}
    given = set(academies or ())
    return {
        school.urn: "academy"
        if school.urn in given or (academies is None and school.trust)
        else "maintained"
        for school in schools
    }
