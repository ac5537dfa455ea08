"""The first events of a ledger's year: what there is, what is owed, what is committed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from clusters.budget.commitments import Commitments
from clusters.budget.ledger_store import Store
from clusters.budget.values import Split
from clusters.errors import Faults

__all__ = ["check_day", "open_year"]


def check_day(faults: Faults, day: object, year: tuple[date, date] | None) -> None:
    """Note a day of another kind, or outside the year."""
    if not isinstance(day, date) or isinstance(day, datetime):
        faults.add(
            "the day is not a date", "give a date without a time: date(2026, 9, 1)", value=day
        )
    elif year is not None and not year[0] <= day <= year[1]:
        faults.add(
            f"the day is not in the year of the ledger, {year[0]} to {year[1]}",
            "correct it",
            value=day,
        )


def open_year(
    store: Store,
    split: Split,
    rows: Commitments | None,
    brought: Mapping[str, int],
    first: date,
    last: date,
) -> None:
    """Enter what each cluster has, and what comes off it at once."""
    day = str(first)
    store.account("outside")
    for kind, held in (
        ("reserve", split.pot.contingency_pence),
        ("low incidence", split.pot.low_incidence_pence),
    ):
        store.account(kind)
        if held:
            store.move(store.add("events", kind="opening", day=day), ("outside",), (kind,), held)
    for share in split.clusters:
        label = str(share.key)
        store.account("free", label)
        for kind, sum_ in (("opening", share.total_pence), ("carry-forward", brought.get(label))):
            if sum_ is not None:
                event = store.add("events", kind=kind, day=day, cluster=label)
                store.move(event, ("outside",), ("free", label), sum_)
    for one in split.schools:
        label, school = one.cluster, str(one.key)
        target = ("committed", label, school)
        store.account(*target)
        facts = {"day": day, "cluster": label, "school": school}
        if one.backdated_pence:
            event = store.add("events", kind="backdated payment", **facts)
            paid = ("awarded", label, school)
            store.move(event, ("free", label), paid, one.backdated_pence)
        if rows is None and one.committed_pence:
            event = store.add("events", kind="commitment", **facts)
            store.move(event, ("free", label), target, one.committed_pence)
    if rows is not None:
        _open_plans(store, split, rows, first, last)


def _open_plans(store: Store, split: Split, rows: Commitments, first: date, last: date) -> None:
    """Enter committed plans one by one; references are not known any more and not needed."""
    homes = {share.key: share.cluster for share in split.schools}
    for row, sum_ in zip(rows.rows, rows.row_pence(), strict=True):
        if sum_:
            label, school = homes[row.urn], str(row.urn)
            event = store.add(
                "events",
                kind="plan begins",
                day=str(max(first, row.start or first)),
                cluster=label,
                school=school,
                plan=store.add("plans", reference=None),
                a_year_pence=rows.a_year_pence(row),
                until=str(min(last, row.end or last)),
                held_pence=sum_,
            )
            store.move(event, ("free", label), ("committed", label, school), sum_)
