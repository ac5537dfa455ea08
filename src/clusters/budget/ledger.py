"""The ledger of a year: what each cluster has, commits and awards, event by event."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from clusters.arguments import checked
from clusters.budget.commitments import Commitments, year_after
from clusters.budget.ledger_opening import check_day, open_year
from clusters.budget.ledger_store import Store
from clusters.budget.ledger_tables import Balance, balances_of, findings_of, forecast_of, frame_of
from clusters.budget.values import Split
from clusters.domain import SchoolId
from clusters.errors import Faults, MoneyError
from clusters.money import Amount, Number, as_pounds, pence, percentage, pounds, round_half_up

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Ledger"]


@checked
class Ledger:
    """A year's ledger in one file; use it in a ``with`` statement, or close it.

    Plans are paid by days: what a plan costs to the end of the year is held when it begins, and
    what is left of it follows the child or goes back when it moves or ends. A new plan must be paid
    (Children and Families Act 2014, section 42): what the cluster lacks comes from the reserve. An
    award above the balance is refused, or takes what is missing from the reserve, as was settled
    when the ledger was made. References are optional: they find a plan again and are in no table.

    Examples
    --------
    >>> import tempfile
    >>> from clusters.budget import split_budget
    >>> from clusters.domain import Plan, Problem
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [1, 1]], {"need": [1, 2]})
    >>> plan = Plan.from_assignment({"a": "a", "b": "b"})
    >>> split = split_budget(problem, plan, "300")
    >>> path = tempfile.mkdtemp() + "/year.ledger"
    >>> with Ledger.create(path, split, first=date(2026, 9, 1)) as ledger:
    ...     ledger.award("2", "50", date(2026, 10, 5), decision="agreed", reason="a course")
    ...     [one.balance_pence for one in ledger.balances()]
    [10000, 15000]
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._store = Store(Path(path))
        self.first, self.last = self._store.day("first"), self._store.day("last")

    @classmethod
    @checked
    def create(
        cls,
        path: str | os.PathLike[str],
        split: Split,
        *,
        first: date,
        above: Literal["refuse", "reserve"] = "refuse",
        carried: Mapping[str, Amount] | None = None,
    ) -> Ledger:
        """Open a year with the shares of a split; refuses where there is a file already.

        Parameters
        ----------
        path
            The new file.
        split
            Shares of clusters, what is committed and held back. Plans are entered one by one where
            the pot was given what `committed_in_a_year` returns.
        first
            First day of the year.
        above
            What happens to an award above the balance.
        carried
            POUNDS carried forward by cluster, as `carried` of last year's ledger returns them.

        Raises
        ------
        MoneyError
            If the file exists or cannot be written, the year is not that of the commitments, or a
            cluster has less than what is committed in it.
        """
        faults = Faults()
        check_day(faults, first, None)
        if above not in ("refuse", "reserve"):
            faults.add("above is not known", 'use "refuse" or "reserve"', value=above)
        given = split.pot.committed_as_given
        rows = given if isinstance(given, Commitments) else None
        if rows is not None and rows.first not in (None, first):
            faults.add(
                f"commitments are worked out for the year from {rows.first}",
                "give the ledger the same first day",
                value=first,
            )
        brought = {
            label: faults.take(0, pence, sum_, f"what is carried to {label}")
            for label, sum_ in (carried or {}).items()
        }
        labels = {share.key for share in split.clusters}
        for label in brought:
            if label not in labels:
                faults.add(f"carried names {label!r}, which is no cluster", "correct it")
        faults.refuse(MoneyError)
        last = year_after(first) - timedelta(days=1)
        settings = {"first": str(first), "last": str(last), "above": above}
        place = Path(path)
        with Store.made(place, settings) as store, store.writing():
            open_year(store, split, rows, brought, first, last)
        return cls(place)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; every event is in it already."""
        self._store.close()

    @checked
    def begin_plan(
        self,
        school: SchoolId,
        a_year: Amount,
        day: date,
        *,
        until: date | None = None,
        reference: str | None = None,
    ) -> int:
        """Hold money for a plan from a day on (POUNDS a year, by days); return its number."""
        last = self.last if until is None else until
        yearly = self._sum(a_year, "the cost of the plan", day, last)
        if last < day:
            raise MoneyError.of(
                "the plan ends before it begins", "swap the days", value=f"{day} to {last}"
            )
        days = (last - day).days + 1
        held = round_half_up(Fraction(yearly * days, self._days))
        with self._store.writing():
            cluster = self._cluster_of(school)
            plan = self._store.add("plans", reference=reference)
            event = self._event(
                "plan begins",
                day,
                cluster=cluster,
                school=str(school),
                plan=plan,
                a_year_pence=yearly,
                until=str(last),
                held_pence=held,
            )
            self._top_up(event, cluster, held)
            self._store.move(event, ("free", cluster), ("committed", cluster, str(school)), held)
        return plan

    @checked
    def move_plan(self, plan: int | str, school: SchoolId, day: date) -> None:
        """Let the money follow the child: from this day on the other school (cluster) has it.

        Parameters
        ----------
        plan
            Its number, or its reference.
        """
        with self._store.writing():
            now, left = self._left(plan, day)
            cluster = self._cluster_of(school)
            facts = now | {"cluster": cluster, "school": str(school), "held_pence": left}
            event = self._event("plan moves", day, **facts)
            source = ("committed", now["cluster"], now["school"])
            target = ("committed", cluster, str(school))
            if source != target:
                self._store.move(event, source, target, left)

    @checked
    def end_plan(self, plan: int | str, day: date) -> None:
        """Free what is held for a plan from this day on (its first day without payment)."""
        with self._store.writing():
            now, left = self._left(plan, day)
            event = self._event("plan ends", day, **now | {"until": str(day), "held_pence": 0})
            source = ("committed", now["cluster"], now["school"])
            self._store.move(event, source, ("free", now["cluster"]), left)

    @checked
    def award(
        self,
        cluster: str,
        amount: Amount,
        day: date,
        *,
        decision: str,
        reason: str,
        school: SchoolId | None = None,
    ) -> None:
        """Record what a panel awards: POUNDS, the day, its decision and its reason.

        Reasons are shown in tables: name no child in them.
        """
        sum_ = self._sum(amount, "the award", day)
        for name, text in (("decision", decision), ("reason", reason)):
            if not text.strip():
                raise MoneyError.of(f"the award has no {name}", "give it in words")
        key = "" if school is None else str(school)
        with self._store.writing():
            self._check_cluster(cluster, school)
            event = self._event(
                "award", day, cluster=cluster, school=key, decision=decision, reason=reason
            )
            if self._store.setting("above") == "reserve":
                self._top_up(event, cluster, sum_)
            elif sum_ > (there := self._store.pence("free", cluster)):
                raise MoneyError.of(
                    f"the award of {pounds(sum_)} is above the balance of {cluster}, "
                    f"{pounds(there)}",
                    "award less, or add to the cluster's pot first",
                )
            self._store.move(event, ("free", cluster), ("awarded", cluster, key), sum_)

    @checked
    def contribute(self, cluster: str, amount: Amount, day: date, *, giver: str) -> None:
        """Add POUNDS of a school or trust to a cluster's pot."""
        sum_ = self._sum(amount, "the contribution", day)
        if not giver.strip():
            raise MoneyError.of("the contribution has no giver", "name the school or trust")
        with self._store.writing():
            self._check_cluster(cluster)
            event = self._event("contribution", day, cluster=cluster, reason=giver)
            self._store.move(event, ("outside",), ("free", cluster), sum_)

    @checked
    def close_year(self, *, keep: Number = 0, keep_at_most: Amount | None = None) -> None:
        """Carry balances forward up to a cap, claw back the rest to the reserve, take no more.

        Parameters
        ----------
        keep
            Most that a cluster keeps, as a share of its allocation: "10%".
        keep_at_most
            Most that a cluster keeps in POUNDS; None for no such cap.
        """
        faults = Faults()
        share = faults.take(Fraction(0), percentage, keep, "keep")
        if not 0 <= share <= 1:
            faults.add("keep is not between 0% and 100%", 'give for instance "10%"', value=keep)
        most = None if keep_at_most is None else faults.take(0, pence, keep_at_most, "keep_at_most")
        faults.refuse(MoneyError)
        with self._store.writing():
            for one in self.balances():
                kept = min(one.balance_pence, int(share * one.allocation_pence))
                kept = kept if most is None else min(kept, most)
                event = self._event("claw-back", self.last, cluster=one.cluster)
                self._store.move(event, ("free", one.cluster), ("carried", one.cluster), kept)
                rest = one.balance_pence - kept
                self._store.move(event, ("free", one.cluster), ("reserve",), rest)
            self._event("close", self.last)

    @property
    def carried(self) -> dict[str, Amount]:
        """POUNDS carried forward by cluster, for next year's ledger."""
        return {one.cluster: as_pounds(one.carried_pence) for one in self.balances()}

    @property
    def reserve_pence(self) -> int:
        """What is in the reserve: the contingency, less what clusters were given from it."""
        return self._store.pence("reserve")

    def balances(self) -> tuple[Balance, ...]:
        """Return what each cluster has, in the order in which the ledger was opened."""
        return balances_of(self._store)

    @checked
    def to_frame(
        self, level: Literal["cluster", "school", "event", "plan"] = "cluster"
    ) -> pd.DataFrame:
        """Return balances by cluster, sums by school, events, or plans; in whole pence.

        No table holds a reference.
        """
        return frame_of(self._store, level)

    @checked
    def forecast(self, day: date) -> pd.DataFrame:
        """Forecast each cluster's balance at the end of the year, awards going on at their pace.

        Awards up to the day are carried on at the same rate by days; commitments are known.
        """
        faults = Faults()
        check_day(faults, day, (self.first, self.last))
        faults.refuse(MoneyError)
        return forecast_of(self._store, day)

    def findings(self) -> tuple[str, ...]:
        """Add everything up again from the transfers; nothing is returned where all is well."""
        return findings_of(self._store)

    @property
    def _days(self) -> int:
        return (self.last - self.first).days + 1

    def _sum(self, amount: object, what: str, *days: date) -> int:
        faults = Faults()
        sum_ = faults.take(1, pence, amount, what)
        if sum_ == 0:
            faults.add(f"{what} is £0.00", "give a sum above 0", value=amount)
        for day in days:
            check_day(faults, day, (self.first, self.last))
        faults.refuse(MoneyError)
        return sum_

    def _cluster_of(self, school: SchoolId) -> str:
        found = self._store.rows(
            "SELECT cluster FROM accounts WHERE kind = 'committed' AND school = ?", str(school)
        )
        if not found:
            raise MoneyError.of(
                "no cluster of the ledger has this school", "correct its URN", value=school
            )
        return str(found[0][0])

    def _check_cluster(self, cluster: str, school: SchoolId | None = None) -> None:
        if not self._store.rows(
            "SELECT 1 FROM accounts WHERE kind = 'free' AND cluster = ?", cluster
        ):
            raise MoneyError.of("the ledger has no such cluster", "correct its name", value=cluster)
        if school is not None and self._cluster_of(school) != cluster:
            raise MoneyError.of(
                f"the school is not in {cluster}", "correct one of them", value=school
            )

    def _left(self, plan: int | str, day: date) -> tuple[dict[str, Any], int]:
        """Find a plan, where it is now, and the part of what is held that falls on or after a day.

        What is held is due evenly by days, so that however often a child moves no penny is lost.
        """
        key = "reference" if isinstance(plan, str) else "id"
        found = self._store.rows(f"SELECT id FROM plans WHERE {key} = ?", plan)
        if not found:
            raise MoneyError.of("the ledger has no such plan", "correct its number or reference")
        names = ("kind", "day", "cluster", "school", "plan", "a_year_pence", "until", "held_pence")
        row = self._store.rows(
            f"SELECT {', '.join(names)} FROM events WHERE plan = ? ORDER BY id DESC LIMIT 1",
            found[0][0],
        )[0]
        now = dict(zip(names, row, strict=True))
        kind, start = now.pop("kind"), date.fromisoformat(now.pop("day"))
        until = date.fromisoformat(now["until"])
        faults = Faults()
        check_day(faults, day, (self.first, self.last))
        faults.refuse(MoneyError)
        if kind == "plan ends":
            raise MoneyError.of(f"the plan ended on {start}", "begin a new one")
        if not start <= day <= until:
            raise MoneyError.of(
                f"the day is not in the time that the plan runs, {start} to {until}",
                "correct the day",
                value=day,
            )
        due = round_half_up(
            Fraction(now["held_pence"] * (day - start).days, (until - start).days + 1)
        )
        return now, now["held_pence"] - due

    def _event(self, kind: str, day: date, **facts: Any) -> int:
        return self._store.add("events", kind=kind, day=str(day), **facts)

    def _top_up(self, event: int, cluster: str, needed: int) -> None:
        """Bring a cluster what it lacks from the reserve; refuse where that is not enough."""
        lacking = needed - self._store.pence("free", cluster)
        if lacking > self.reserve_pence:
            raise MoneyError.of(
                f"{cluster} lacks {pounds(lacking)} and the reserve has "
                f"{pounds(self.reserve_pence)}",
                "add to the cluster's pot first",
            )
        self._store.move(event, ("reserve",), ("free", cluster), max(0, lacking))
