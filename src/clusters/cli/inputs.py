"""From options to the library's own values."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clusters.cli import files
from clusters.cli.output import say
from clusters.domain import EXCUSABLE, RULEBOOK, Plan, Priorities, Problem, Rules, SchoolId
from clusters.errors import DataError, Faults, MoneyError, RulesError

if TYPE_CHECKING:
    from clusters.budget import (
        Assumptions,
        Backdated,
        Commitments,
        FinancialYear,
        Formula,
        Payments,
        Pot,
        Protection,
        Scenario,
        Split,
    )
    from clusters.readers import Decisions, Schools
    from clusters.solver import Settings


def read_data(chosen: Namespace) -> tuple[Schools, Problem]:
    """Read the schools and work out journeys and neighbours."""
    from clusters.readers import read_schools

    first, *further = chosen.schools
    part = partial(files.part, chosen)
    columns = {**chosen.columns, **dict.fromkeys(chosen.without)}
    settings: dict[str, Any] = {
        "columns": columns or None,
        "keep": {name: _choices(value) for name, value in chosen.keep.items()} or None,
        "further": [part(path) for path in further] or None,
        "links": part(chosen.links),
        "postcodes": part(chosen.postcodes),
        "unknown": {name: _unknown(value) for name, value in chosen.unknown.items()} or None,
        "measures": chosen.measures or None,
        "traits": chosen.traits or None,
        "need": part(chosen.need),
        "expertise": part(chosen.school_expertise),
        "expertise_unit": chosen.expertise_unit,
        "types": chosen.types or None,
        "set_aside": files.reasons(chosen.set_aside) or None,
        "prefer": files.pairs(chosen.prefer) or None,
    }
    given = {key: value for key, value in settings.items() if value is not None}
    others = (chosen.links, chosen.need, chosen.postcodes, chosen.travel_m, chosen.travel_min)
    with files.reading([*chosen.schools, *others], quiet=getattr(chosen, "quiet", False)):
        schools = read_schools(files.part(chosen, first, main=True), **given)
        problem = _problem_of(chosen, schools, part)
    chosen.reading = schools.report
    return schools, problem


def read_problem(chosen: Namespace) -> Problem:
    """Read the facts, and say what was found."""
    schools, problem = read_data(chosen)
    say(files.in_options(schools.report.summary()))
    return problem


def _problem_of(chosen: Namespace, schools: Schools, part: Callable[[str | None], Any]) -> Problem:
    from clusters.geography import build_problem

    return build_problem(
        schools,
        travel_m=part(chosen.travel_m),
        travel_min=part(chosen.travel_min),
        travel_unit=chosen.travel_unit,
        no_way=chosen.no_way,
        neighbours=_neighbours(chosen.neighbours, part),
        boundary=part(chosen.boundary),
        barriers=part(chosen.barriers),
        bridges=_twos(chosen.bridge),
        need_weights=chosen.need_weights or None,
    )


def _neighbours(word: str, part: Callable[[str | None], Any]) -> Any:
    """Read a kind of neighbours, or a file of pairs (which has a dot in its name)."""
    if word == "none":
        return None
    return part(word) if "." in word else word


def _choices(value: str) -> list[str]:
    return [choice.strip() for choice in value.split("|")]


def _unknown(text: str) -> str | int | float:
    """Read what to do with values that are not known: a word or a number."""
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _twos(groups: Iterable[tuple[str, ...]]) -> list[tuple[SchoolId, SchoolId]]:
    groups = list(groups)
    faults = Faults()
    for group in groups:
        if len(group) != 2:
            faults.add("a bridge does not join two schools", "give URN,URN", group)
    faults.refuse(DataError)
    return [(one, other) for one, other in groups]


def make_rules(chosen: Namespace) -> Rules | None:
    """Make the rules; None where the options give none."""
    if chosen.clusters is None:
        return None
    groups = [
        *chosen.together,
        *(files.read_group_file(chosen, file) for file in chosen.together_file),
    ]
    rules = Rules(
        n_clusters=chosen.clusters,
        max_travel_m=chosen.max_travel_m,
        max_travel_min=chosen.max_travel_min,
        contiguous=not chosen.not_contiguous,
        together=[tuple(map(str, group)) for group in groups],
        apart=chosen.apart,
        centres=None
        if chosen.centres_file is None
        else files.read_group_file(chosen, chosen.centres_file),
        exceptions=_exceptions(chosen, groups),
        **{rule.name: getattr(chosen, rule.name) for rule in RULEBOOK if rule.form.bound},
    )
    decisions = read_chosen_decisions(chosen)
    return rules if decisions is None else decisions.rules(rules)


def read_chosen_decisions(chosen: Namespace) -> Decisions | None:
    """Read the decisions of a meeting; None where none are given."""
    from clusters.readers import read_decisions

    path = getattr(chosen, "decisions", None)
    return None if path is None else read_decisions(path)


def _exceptions(chosen: Namespace, groups: list[Any]) -> dict[SchoolId, dict[str, None]]:
    """Excuse the clusters of groups kept together, and those of single schools."""
    wanted = [(group[0], rule) for group in groups if group for rule in chosen.except_together]
    wanted += chosen.excepted
    exceptions: dict[SchoolId, dict[str, None]] = {}
    for school, rule in wanted:
        exceptions.setdefault(str(school), {})[rule.replace("-", "_")] = None
    faults = Faults()
    for rule in sorted({rule for rules in exceptions.values() for rule in rules} - {*EXCUSABLE}):
        remedy = f"use one of {', '.join(EXCUSABLE)}"
        faults.add(f"{rule!r} is no rule that a cluster can be excused from", remedy)
    faults.refuse(RulesError)
    if chosen.except_together and not groups:
        what = "--except-together is given, but no group is kept together"
        raise RulesError.of(what, "add --together or --together-file")
    return exceptions


def make_priorities(chosen: Namespace, problem: Problem) -> Priorities:
    """Make the priorities; journeys count by need unless --travel-by names another measure."""
    faults = Faults()
    known = {"travel", "balance", "expertise", "pyramids", "change"}
    for name in sorted(set(chosen.weights) - known):
        remedy = "use travel, balance, expertise, pyramids or change"
        faults.add(f"there is no priority {name!r}", remedy)
    faults.refuse(RulesError)
    return Priorities(
        travel_by="need" if chosen.travel_by is None else chosen.travel_by,
        balance_by=chosen.balance_by,
        pupils_per_capacity=chosen.pupils_per_capacity,
        reference=None if chosen.today is None else read_one_plan(chosen.today, problem, chosen),
        **chosen.weights,
    )


def check_names(names: Iterable[str]) -> None:
    """Refuse two options of one name: the later would take the earlier one's place."""
    faults = Faults()
    for name, count in Counter(names).items():
        if count > 1:
            remedy = "give each a name of its own: --plan NAME=FILE"
            faults.add(f"{count} options are called {name!r}", remedy, where="--plan")
    faults.refuse(DataError)


def recommended(chosen: Namespace, options: Iterable[str]) -> str:
    """Name the recommended option: the first where none is named."""
    names = list(options)
    if chosen.recommended is None:
        return names[0]
    if chosen.recommended not in names:
        what = f"the recommended option {chosen.recommended!r} is not among the options"
        raise DataError.of(what, f"use one of {', '.join(map(repr, names))}", where="--recommended")
    return str(chosen.recommended)


def read_one_plan(path: str, problem: Problem, chosen: Namespace) -> Plan:
    """Read a plan file, and say what was odd about it."""
    from clusters.readers import read_plan

    links = files.part(chosen, chosen.links)
    plan = read_plan(files.part(chosen, path), problem, links=links)
    for note in plan.notes:
        say(f"{Path(path).name}: {note}")
    return plan


def make_pot(chosen: Namespace, problem: Problem) -> Pot:
    """Make the pot, with the commitments where a file holds them."""
    from clusters.budget import Pot

    return Pot(
        total=chosen.pot,
        committed=_commitments(chosen, problem) or {},
        backdated=_backdated(chosen, problem),
        contingency=chosen.contingency.strip(),
        low_incidence=chosen.low_incidence.strip(),
    )


def _commitments(chosen: Namespace, problem: Problem) -> Commitments | None:
    """Read what must be paid; None where no file is given."""
    from clusters.budget import committed_in_a_year
    from clusters.readers import read_commitments

    if chosen.commitments is None:
        days = chosen.year_from is not None and getattr(chosen, "payments", None) is None
        if chosen.bands or days:
            remedy = "give --commitments FILE as well"
            raise MoneyError.of("--bands or --year-from is given without commitments", remedy)
        return None
    rows = read_commitments(chosen.commitments, problem, links=_links(chosen))
    return committed_in_a_year(rows, rates=chosen.bands or None, first=chosen.year_from)


def _links(chosen: Namespace) -> dict[str, str] | None:
    from clusters.readers import read_links

    return None if chosen.links is None else dict(read_links(chosen.links))


def _backdated(chosen: Namespace, problem: Problem) -> list[Backdated]:
    """Read what is owed from compliance dates in the past."""
    from clusters.budget import Backdated
    from clusters.money import as_pounds
    from clusters.readers import read_backdated

    if chosen.backdated is None:
        return []
    return [
        Backdated(
            urn=row.urn,
            a_year=as_pounds(row.a_year_pence),
            compliance_date=row.compliance_date,
            paid_from=row.paid_from,
        )
        for row in read_backdated(chosen.backdated, problem, links=_links(chosen))
    ]


_LIMITS = ("floor", "cap", "loss_per_pupil", "gain_per_pupil", "method", "level")


def make_protection(chosen: Namespace) -> Protection | None:
    """Make the limits against today's spend; None where none is given."""
    from clusters.budget import Protection

    if not chosen.protection:
        return None
    given = {name.replace("-", "_"): value for name, value in chosen.protection.items()}
    faults = Faults()
    for name in given:
        if name not in _LIMITS:
            faults.add(f"--protection has no limit {name!r}", f"use {', '.join(_LIMITS)}")
    faults.refuse(MoneyError)
    return Protection(**given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """What the file of --risk holds."""

    assumptions: Assumptions
    scenarios: tuple[Scenario, ...]
    years: tuple[FinancialYear, ...]
    opening: Any


def read_risk(path: str) -> Risk:
    """Read what the outlook assumes from a TOML file, its scenarios and the coming years.

    The keys are those of `clusters.budget.Assumptions`; `growth` may name a published caseload file
    beside it: growth = {file = "caseload.csv", column = "mainstream_total", authority = "382"}.
    Each [[scenario]] has the keys of `clusters.budget.Scenario`, each [[year]] those of
    `clusters.budget.FinancialYear`; `opening` is the balance before the first year.
    """
    from clusters.budget import Assumptions, FinancialYear, Scenario
    from clusters.readers import read_caseload

    given = files.load_toml(path, "file")
    growth = given.get("growth")
    if isinstance(growth, dict) and "file" in growth:
        options = {key: str(value) for key, value in growth.items() if key != "file"}
        unknown = set(options) - {"column", "authority"}
        if unknown:
            raise _unknown_key(path, f"growth.{min(unknown)}", ("file", "column", "authority"))
        given["growth"] = read_caseload(Path(path).parent / str(growth["file"]), **options)
    opening = given.pop("opening", 0)
    scenarios = _tables(path, given, "scenario", Scenario)
    years = _tables(path, given, "year", FinancialYear)
    _check_keys(path, given, Assumptions)
    return Risk(
        assumptions=Assumptions(**given),
        scenarios=tuple(Scenario(**row) for row in scenarios),
        years=tuple(FinancialYear(**row) for row in years),
        opening=opening,
    )


def _tables(path: str, given: dict[str, Any], name: str, kind: type[Any]) -> list[dict[str, Any]]:
    """Take the tables of one name out of what a file holds."""
    rows = given.pop(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _unknown_key(path, name, (f"[[{name}]] tables",))
    for row in rows:
        _check_keys(path, row, kind)
    return rows


def _check_keys(path: str, given: dict[str, Any], kind: type[Any]) -> None:
    names = tuple(field.name for field in fields(kind))
    for key in given:
        if key not in names:
            raise _unknown_key(path, key, names)


def _unknown_key(path: str, key: str, names: Iterable[str]) -> DataError:
    return DataError.of(f"the file of --risk sets {key!r}", f"use {', '.join(names)}", where=path)


def make_payments(chosen: Namespace, split: Split) -> Payments:
    """List the payments of the year."""
    from clusters.budget import payments

    if chosen.year_from is None:
        raise MoneyError.of("--payments needs the first day of the year", "give --year-from")
    return payments(split, chosen.year_from, rhythm=chosen.payments)


def make_formula(chosen: Namespace, problem: Problem) -> Formula:
    """Make the formula: the weights given, else one for each unit of need."""
    from clusters.budget import Formula

    formula = Formula(dict(chosen.formula), lump_per_cluster=chosen.lump_sum)
    for name in formula.weights:
        problem.measure(name)  # refused before a search of minutes, not after it
    return formula


def needed_rules(chosen: Namespace) -> Rules:
    """Make the rules of a question that cannot be asked without them.

    Raises
    ------
    RulesError
        If the number of clusters is not given.
    """
    rules = make_rules(chosen)
    if rules is None:
        raise RulesError.of("the number of clusters is missing", "give for instance --clusters 18")
    return rules


def make_settings(chosen: Namespace) -> Settings:
    """Make the settings of a search."""
    from clusters.solver import Settings

    return Settings(time_limit_s=chosen.time, seed=chosen.seed, workers=chosen.workers)


def with_labels(problem: Problem, plan: Plan, like: Plan | None = None) -> Plan:
    """Name the clusters of a plan that carries only numbers."""
    from clusters.naming import name_clusters

    if all(cluster.label.isdecimal() for cluster in plan.clusters):
        return name_clusters(problem, plan, keep=like)
    return plan
