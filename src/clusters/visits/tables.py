"""Plans under several tables of road times, such as those of summer and winter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from clusters.arguments import checked
from clusters.domain import Plan, PlanLike, Problem, Rules, SchoolId, check_rules, plan_of, plans_of
from clusters.errors import DataError, Fault, Faults, RulesError
from clusters.geography.journeys import Given, journeys_of
from clusters.measures.values import check_kind
from clusters.rulebook import UNIT_WORDS
from clusters.shown import Shown
from clusters.text import counted, listed, shown
from clusters.verifier import Certificate, verify
from clusters.visits.trips import Often, SchoolVisits, Visits, round_trips

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TableVisits", "Tables", "compare_tables", "longest_of", "with_journeys"]


@checked
def with_journeys(
    problem: Problem,
    *,
    travel_min: Any = None,
    travel_m: Any = None,
    travel_unit: str | None = None,
    no_way: Any = (),
) -> Problem:
    """Return the same facts with another table of journeys, such as that of winter.

    Parameters
    ----------
    travel_min, travel_m, travel_unit, no_way
        As for `build_problem`.

    Raises
    ------
    DataError
        If it is no table of journeys between these schools.

    Examples
    --------
    >>> summer = Problem.from_arrays(["a", "b"], [[0, 0], [3000, 0]])
    >>> with_journeys(summer, travel_min=[[0, 7], [9, 0]]).travel_unit
    'min'
    """
    if travel_m is None and travel_min is None:
        raise DataError.of("no table of journeys is given", "give travel_min or travel_m")
    found = journeys_of(problem.schools, Given(travel_m, travel_min, travel_unit, no_way))
    return replace(
        problem, travel=found.values, travel_unit=found.unit, notes=(*problem.notes, *found.notes)
    )


@checked
def longest_of(problems: Mapping[str, Problem]) -> Problem:
    """Return the facts with the longest of several tables for each journey.

    A plan keeps a longest journey under each table if and only if it keeps it under this one: give
    this to `solve` for a plan that holds in summer and in winter.

    Parameters
    ----------
    problems
        By name of the table, the same schools in the same order with journeys in one unit.

    Raises
    ------
    DataError
        If they differ in more than their journeys.

    Examples
    --------
    >>> summer = Problem.from_arrays(["a", "b"], [[0, 0], [3000, 0]], travel_min=[[0, 7], [7, 0]])
    >>> winter = with_journeys(summer, travel_min=[[0, 6], [12, 0]])
    >>> longest_of({"summer": summer, "winter": winter}).travel.tolist()
    [[0.0, 7.0], [12.0, 0.0]]
    """
    given = _alike(problems)
    first = next(iter(given.values()))
    longest = np.maximum.reduce([problem.travel for problem in given.values()])
    note = f"Each journey is the longest of the tables {listed(list(given))}."
    return replace(first, travel=longest, notes=(*first.notes, note))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TableVisits(Shown):
    """One plan under one table: whether it keeps the rules, and the round trips.

    Examples
    --------
    >>> import clusters as cl
    >>> summer = cl.Problem.from_arrays(
    ...     ["a", "b"], [[0, 0], [3000, 0]], travel_min=[[0, 7], [7, 0]])
    >>> winter = cl.visits.with_journeys(summer, travel_min=[[0, 6], [12, 0]])
    >>> tables = cl.visits.compare_tables(
    ...     {"summer": summer, "winter": winter},
    ...     cl.Rules(n_clusters=1, max_travel_min=10, contiguous=False), {"a": "a", "b": "a"})
    >>> [(row.table, row.certificate.ok, row.visits.a_month) for row in tables.rows]
    [('summer', True, 14.0), ('winter', False, 18.0)]
    """

    plan: str
    table: str
    certificate: Certificate
    visits: Visits


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Tables(Shown):
    """Plans under several tables of journeys.

    Parameters
    ----------
    rows
        For each plan, for each table.

    Examples
    --------
    >>> import clusters as cl
    >>> summer = cl.Problem.from_arrays(
    ...     ["a", "b"], [[0, 0], [3000, 0]], travel_min=[[0, 7], [7, 0]])
    >>> winter = cl.visits.with_journeys(summer, travel_min=[[0, 6], [12, 0]])
    >>> tables = cl.visits.compare_tables(
    ...     {"summer": summer, "winter": winter},
    ...     cl.Rules(n_clusters=1, max_travel_min=10, contiguous=False), {"a": "a", "b": "a"})
    >>> tables.holds
    {'The plan': ('summer',)}
    >>> tables.worst_school("The plan")[0]
    'winter'
    """

    rows: tuple[TableVisits, ...]

    @property
    def holds(self) -> dict[str, tuple[str, ...]]:
        """By plan, the tables under which it keeps every rule."""
        found: dict[str, list[str]] = {row.plan: [] for row in self.rows}
        for row in self.rows:
            if row.certificate.ok:
                found[row.plan].append(row.table)
        return {plan: tuple(tables) for plan, tables in found.items()}

    @property
    def holds_in_all(self) -> tuple[str, ...]:
        """Plans that keep every rule under every table."""
        tables = {row.table for row in self.rows}
        return tuple(plan for plan, kept in self.holds.items() if set(kept) == tables)

    def worst_school(self, plan: str) -> tuple[str, SchoolVisits, SchoolVisits]:
        """Find whose round trip differs most between tables: table, there, and in the first one."""
        first, *others = [row for row in self.rows if row.plan == plan]
        best: tuple[float, str, SchoolVisits, SchoolVisits] | None = None
        for row in others:
            for base, school in zip(first.visits.schools, row.visits.schools, strict=True):
                more = _longer(school) - _longer(base)
                if best is None or more > best[0]:
                    best = (more, row.table, school, base)
        if best is None:
            worst = max(first.visits.schools, key=_longer)
            return first.table, worst, worst
        return best[1:]

    def sentences(self) -> tuple[str, ...]:
        """Say which plans hold under every table, where the others do not, and who is worst."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterator[str]:
        tables = list(dict.fromkeys(row.table for row in self.rows))
        every = "both" if len(tables) == 2 else "all"
        kept = self.holds_in_all
        yield (
            f"Under {every} tables ({listed(tables)}) every rule is kept by {listed(list(kept))}."
            if kept
            else f"No plan of these keeps every rule under {every} tables ({listed(tables)})."
        )
        for row in self.rows:
            if not row.certificate.ok:
                findings = row.certificate.findings
                others = counted(len(findings) - 1, "finding")
                more = f" (and {others} more)" if findings[1:] else ""
                yield f"{row.plan}, {row.table}: {findings[0].message.rstrip('.')}{more}."
        for row in self.rows:
            worst = row.visits.worst
            unit = UNIT_WORDS[row.visits.unit]
            yield (
                f"{row.plan}, {row.table}: {shown(round(row.visits.a_month, 1))} {unit} a month on "
                f"the road in all; most in {worst.cluster}, {shown(round(worst.a_month, 1))}."
            )
        if len(tables) > 1:
            for plan in dict.fromkeys(row.plan for row in self.rows):
                yield self._worst_sentence(plan, tables[0])

    def _worst_sentence(self, plan: str, first: str) -> str:
        table, there, base = self.worst_school(plan)
        unit = UNIT_WORDS[self.rows[0].visits.unit]
        return (
            f"{plan}: worst off by {table} against {first} is {there.name}, whose round trip takes "
            f"{shown(round(_longer(there), 1))} {unit} instead of {shown(round(_longer(base), 1))}."
        )

    @checked
    def to_frame(self, level: Literal["plan", "cluster", "school"] = "plan") -> pd.DataFrame:
        """Make a frame by plan and table, by cluster, or by school, with a column for each table.

        Amounts are on the road a month; by school also the round trip. Worst first.
        """
        import pandas as pd

        check_kind(level, ("plan", "cluster", "school"))
        unit = self.rows[0].visits.unit
        if level == "plan":
            return pd.DataFrame(
                [
                    (r.plan, r.table, r.certificate.ok, r.visits.a_month, r.visits.worst.cluster)
                    for r in self.rows
                ],
                columns=["plan", "table", "keeps_rules", f"a_month_{unit}", "most_in"],
            )
        key = ["cluster"] if level == "cluster" else ["urn", "name", "cluster"]
        frames: dict[str, pd.DataFrame] = {}
        for row in self.rows:
            own = {f"a_month_{unit}": f"{row.table}_{unit}"}
            frame = row.visits.to_frame(level)[[*key, *own]].rename(columns=own)
            if level == "school":
                frame[f"round_trip_{row.table}_{unit}"] = list(map(_longer, row.visits.schools))
            known = frames.get(row.plan)
            joined = frame if known is None else known.merge(frame, on=key, validate="one_to_one")
            frames[row.plan] = joined
        for plan, frame in frames.items():
            frame.insert(0, "plan", plan)
            frames[plan] = frame.sort_values(frame.columns[-1], ascending=False, kind="stable")
        return pd.concat(frames.values(), ignore_index=True)


@checked
def compare_tables(
    problems: Mapping[str, Problem],
    rules: Rules,
    plans: PlanLike | Mapping[str, PlanLike],
    visits: Often = 1.0,
    *,
    bases: Mapping[str, SchoolId] | None = None,
) -> Tables:
    """Compare plans under several tables of journeys, such as summer and winter.

    Parameters
    ----------
    problems
        By name of the table (the first is what the others are compared with), the same schools with
        journeys in one unit; `with_journeys` makes one from another.
    rules
        Such as ``Rules(n_clusters=18, max_travel_min=25)``: checked under each table.
    plans
        One plan, or plans by name.
    visits, bases
        As for `round_trips`; `bases` only with one plan.

    Raises
    ------
    DataError
        If the problems differ in more than their journeys, or a plan does not place every school.
    RulesError
        If rules do not fit the problem, or bases are given with several plans.

    Examples
    --------
    >>> summer = Problem.from_arrays(["a", "b"], [[0, 0], [3000, 0]], travel_min=[[0, 7], [7, 0]])
    >>> winter = with_journeys(summer, travel_min=[[0, 6], [12, 0]])
    >>> rules = Rules(n_clusters=1, max_travel_min=10, contiguous=False)
    >>> found = compare_tables(
    ...     {"summer": summer, "winter": winter}, rules,
    ...     {"at a": {"a": "a", "b": "a"}, "at b": {"a": "b", "b": "b"}})
    >>> found.holds_in_all
    ('at b',)
    """
    given = _alike(problems)
    first = next(iter(given.values()))
    check_rules(first, rules)
    named = _named(first, plans)
    if bases is not None and len(named) > 1:
        what = "bases are given with several plans, whose clusters differ"
        raise RulesError.of(what, "compare one plan at a time, or leave bases out for the centres")
    return Tables(
        rows=tuple(
            TableVisits(
                plan=name,
                table=table,
                certificate=verify(problem, rules, plan),
                visits=round_trips(problem, plan, visits, bases=bases),
            )
            for name, plan in named.items()
            for table, problem in given.items()
        )
    )


def _longer(school: SchoolVisits) -> float:
    return school.out + school.back


def _named(problem: Problem, plans: Any) -> dict[str, Plan]:
    values = plans.values() if isinstance(plans, Mapping) else ()
    several = values and all(isinstance(x, Mapping | Plan) or hasattr(x, "plan") for x in values)
    return plans_of(problem, plans) if several else {"The plan": plan_of(problem, plans)}


def _alike(problems: Mapping[str, Problem]) -> dict[str, Problem]:
    """Refuse tables that are not of the same schools in one unit."""
    given = dict(problems)
    if not given:
        raise DataError.of("there is no table of journeys", 'give {"summer": problem}')
    name, first = next(iter(given.items()))
    faults = Faults()
    for other, problem in given.items():
        if problem.ids != first.ids:
            what = f"the table {other!r} is of other schools than {name!r}, or in another order"
            faults.add(what, "make it with with_journeys(problem, ...)")
    faults += [
        Fault(
            f"the table {other!r} is in {UNIT_WORDS[problem.travel_unit]}, {name!r} in "
            f"{UNIT_WORDS[first.travel_unit]}",
            "give both in one unit",
        )
        for other, problem in given.items()
        if problem.travel_unit != first.travel_unit
    ]
    faults.refuse(DataError)
    return given
