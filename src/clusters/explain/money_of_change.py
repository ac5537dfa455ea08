"""What a change moves in money: the same pot, split before and after it, to the penny."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from clusters.arguments import checked
from clusters.budget import Formula, Pot, Protection, Split, split_budget
from clusters.domain import Plan, PlanLike, Problem, SchoolId, plan_of
from clusters.errors import MoneyError
from clusters.explain.what_if import WhatIf
from clusters.measures.values import check_kind
from clusters.money import Amount, as_pounds, largest_remainder, pounds, proportional
from clusters.shown import Shown
from clusters.text import counted, listed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MoneyMove", "MoneyOfChange", "money_of_change"]

_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MoneyMove(Shown):
    """Pence of one cluster or school before and after; None where it is not there.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [1900, 0], [3000, 0]],
    ...     {"need": [1, 1, 1, 1]}, [("a", "b"), ("b", "c"), ("c", "d")])
    >>> two = cl.Rules(n_clusters=2)
    >>> plan = {"a": "a", "b": "a", "c": "c", "d": "c"}
    >>> answer = cl.what_if(problem, two, plan, cl.Change.close("a", to="c"))
    >>> money = cl.explain.money_of_change(problem, plan, answer, "1000")
    >>> {row.before_pence for row in money.clusters} != {None}
    True
    """

    key: SchoolId
    name: str
    before_pence: int | None
    after_pence: int | None

    @property
    def change_pence(self) -> int:
        """Pence more (below 0: less) than before; what is not there has nothing."""
        return (self.after_pence or 0) - (self.before_pence or 0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class MoneyOfChange(Shown):
    """One pot split before and after a change.

    Parameters
    ----------
    before, after
        Both splits, each of them checked and explained as any other.
    clusters
        By label, in the order of the plan before; new ones after them.
    schools
        By id; a school under a new URN is one row, under the new one.
    notes
        What was done with money that was committed to schools that are gone.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [1900, 0], [3000, 0]],
    ...     {"need": [1, 1, 1, 1]}, [("a", "b"), ("b", "c"), ("c", "d")])
    >>> two = cl.Rules(n_clusters=2)
    >>> plan = {"a": "a", "b": "a", "c": "c", "d": "c"}
    >>> answer = cl.what_if(problem, two, plan, cl.Change.close("a", to="c"))
    >>> money = cl.explain.money_of_change(problem, plan, answer, "1000")
    >>> money.before.pot.total_pence, len(money.clusters)
    (100000, 2)
    """

    before: Split
    after: Split
    clusters: tuple[MoneyMove, ...]
    schools: tuple[MoneyMove, ...]
    notes: tuple[str, ...] = ()

    @property
    def moved_pence(self) -> int:
        """Pence that change cluster: what those that gain have more."""
        return sum(max(0, row.change_pence) for row in self.clusters)

    def sentences(self) -> tuple[str, ...]:
        """Say what the change moves, in whole sentences."""
        shared = sum(row.before_pence or 0 for row in self.clusters)
        later = sum(row.after_pence or 0 for row in self.clusters)
        total = f"Of {pounds(shared)} shared out, {pounds(self.moved_pence)} is in another cluster."
        if shared != later:
            total = f"{pounds(shared)} is shared out before and {pounds(later)} after."
        text = [total]
        for word, sign in (("more", 1), ("less", -1)):
            rows = [row for row in self.clusters if row.change_pence * sign > 0]
            rows.sort(key=lambda row: -abs(row.change_pence))
            named = [f"{row.name} {pounds(abs(row.change_pence))}" for row in rows[:_NAMED]]
            if named:
                others = len(rows) - len(named)
                named += [counted(others, "other cluster")] if others else []
                text.append(f"With {word} than before: {listed(named)}.")
        text += [
            f"{row.name} has {pounds(row.before_pence or 0)} before and is not there after."
            for row in self.schools
            if row.after_pence is None
        ]
        text += [
            f"{row.name} is new and has {pounds(row.after_pence or 0)}."
            for row in self.schools
            if row.before_pence is None
        ]
        return (*text, *self.notes)

    @checked
    def to_frame(self, level: Literal["cluster", "school"] = "cluster") -> pd.DataFrame:
        """Make a frame of pence before, after and the change; it adds up to both splits."""
        import pandas as pd

        check_kind(level, ("cluster", "school"))
        rows = self.clusters if level == "cluster" else self.schools
        return pd.DataFrame(
            [(r.key, r.name, r.before_pence, r.after_pence, r.change_pence) for r in rows],
            columns=[level, "name", "before_pence", "after_pence", "change_pence"],
        ).astype({"before_pence": "Int64", "after_pence": "Int64"})


@checked
def money_of_change(
    problem: Problem,
    plan: PlanLike,
    answer: WhatIf,
    pot: Pot | Amount,
    formula: Formula | None = None,
    protection: Protection | None = None,
    *,
    which: Literal["nearest", "free", "drawn"] = "nearest",
) -> MoneyOfChange:
    """Split one pot before and after a change.

    Parameters
    ----------
    problem, plan
        The facts and the plan before, as `what_if` was asked.
    answer
        What `what_if` returned.
    pot, formula, protection
        As for `split_budget`, the same before and after. What is committed or owed to a school that
        is gone goes with its pupils.
    which
        The plan after: "nearest" (fewest moves), "free" (everything free to move) or "drawn"
        (nothing but the change).

    Raises
    ------
    MoneyError
        If the answer has no such plan, or money is committed to a school that is gone and it was
        not said where its pupils go.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1, 0], [9, 0], [10, 0]],
    ...     {"need": [1, 2, 3, 4]}, [("a", "b"), ("b", "c"), ("c", "d")])
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> answer = cl.what_if(problem, cl.Rules(n_clusters=2), plan, cl.Change.close("a", to="c"))
    >>> money = money_of_change(problem, plan, answer, "1000")
    >>> [(row.name, row.change_pence) for row in money.clusters]
    [('West', -10000), ('East', 10000)]
    """
    plan = plan_of(problem, plan)
    later = _plan_after(answer, which)
    given = pot if isinstance(pot, Pot) else Pot(pot)
    moved_pot, notes = _pot_after(problem, given, answer)
    before = split_budget(problem, plan, given, formula, protection)
    after = split_budget(
        answer.problem, later, moved_pot, formula, _protection_after(answer, protection)
    )
    return MoneyOfChange(
        before=before,
        after=after,
        clusters=_rows(before, after, "cluster", {}),
        schools=_rows(before, after, "school", _renamed(answer)),
        notes=notes,
    )


def _plan_after(answer: WhatIf, which: str) -> Plan:
    plans = {
        "nearest": None if answer.nearest is None else answer.nearest.plan,
        "free": None if answer.free is None else answer.free.plan,
        "drawn": answer.drawn,
    }
    if which not in plans:
        raise MoneyError.of("there is no such plan", f"use {', '.join(plans)}", value=which)
    found = plans[which]
    if found is None:
        what = f"the answer has no plan {which!r}: none exists, or none was found in time"
        raise MoneyError.of(what, "give more time, or use another plan", where="which")
    return found


def _renamed(answer: WhatIf) -> dict[SchoolId, SchoolId]:
    """Ids that are another school's only in name: {new: old}."""
    ids = set(answer.problem.ids)
    names: dict[SchoolId, SchoolId] = {}
    for old, heirs in answer.heirs:
        new = next(iter(heirs), None)
        if len(heirs) == 1 and new in ids and _is_conversion(answer, old, new):
            names[new] = names.pop(old, old)
    return names


def _is_conversion(answer: WhatIf, old: SchoolId, new: SchoolId | None) -> bool:
    return any(
        change.kind == "convert"
        and str(change.schools[0]) == str(old)
        and str(change.value[0]) == str(new)
        for change in answer.changes
    )


def _rows(
    before: Split, after: Split, level: str, names: Mapping[SchoolId, SchoolId]
) -> tuple[MoneyMove, ...]:
    old = {share.key: share for share in before.shares(level)}
    new = {share.key: share for share in after.shares(level)}
    later = {was: now for now, was in names.items()}
    rows = []
    for key, share in old.items():
        follows = new.get(later.get(key, key))
        now = share if follows is None else follows
        paid = None if follows is None else follows.total_pence
        row = MoneyMove(
            key=now.key, name=now.name, before_pence=share.total_pence, after_pence=paid
        )
        rows.append(row)
    known = {row.key for row in rows}
    rows += [
        MoneyMove(key=key, name=share.name, before_pence=None, after_pence=share.total_pence)
        for key, share in new.items()
        if key not in known
    ]
    return tuple(rows)


def _pot_after(problem: Problem, pot: Pot, answer: WhatIf) -> tuple[Pot, tuple[str, ...]]:
    """Return the pot with what was committed or owed to a school that is gone, at its heirs."""
    if not answer.heirs:
        return pot, ()
    committed = {_own(problem, key): sum_ for key, sum_ in pot.committed_pence.items()}
    owed = list(pot.backdated)
    notes = []
    for gone, heirs in answer.heirs:
        sum_ = committed.pop(gone, 0)
        own = [one for one in owed if str(one.urn) == str(gone)]
        if (sum_ or own) and not heirs:
            raise MoneyError.of(
                f"the pot commits {pounds(sum_ + sum(one.pence for one in own))} to a "
                "school that closes, and it is not said where its pupils go",
                "say it with Change.close(school, to=...), or take it out of the pot",
                urn=gone,
            )
        for key, part in _shared(sum_, heirs).items():
            committed[key] = committed.get(key, 0) + part
        if own:
            first = max(heirs, key=lambda key: heirs[key])
            owed = [replace(one, urn=first) if one in own else one for one in owed]
        if sum_ and sum(heirs.values()):
            name = ", ".join(map(str, heirs))
            notes.append(f"{pounds(sum_)} that was committed to {gone} is committed to {name}.")
    sums = {key: as_pounds(sum_) for key, sum_ in committed.items()}
    return replace(pot, committed=sums, backdated=tuple(owed)), tuple(notes)


def _own(problem: Problem, key: SchoolId) -> SchoolId:
    position = problem.find(key)
    return key if position is None else problem.ids[position]


def _shared(sum_: int, heirs: Mapping[SchoolId, int]) -> dict[SchoolId, int]:
    if not sum_:
        return {}
    parts = proportional(sum_, [Fraction(weight) for weight in heirs.values()])
    return dict(zip(heirs, largest_remainder(parts, sum_, list(heirs)), strict=True))


def _protection_after(answer: WhatIf, protection: Protection | None) -> Protection | None:
    """Return the protection with today's spend of a school that is gone, at its heirs."""
    if protection is None or protection.today_pence is None or not answer.heirs:
        return protection
    spend = dict(protection.today_pence)
    for gone, heirs in answer.heirs:
        key = next((key for key in spend if str(key) == str(gone)), None)
        sum_ = 0 if key is None else spend.pop(key)
        for heir, part in _shared(sum_ if heirs else 0, heirs).items():
            spend[heir] = spend.get(heir, 0) + part
    return replace(protection, today={key: as_pounds(sum_) for key, sum_ in spend.items()})
