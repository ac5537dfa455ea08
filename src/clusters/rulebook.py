"""The rulebook: one row for each hard rule, which everything but the verifier reads.

`Rules` checks the form of a value by it, `check_rules` whether the value fits a problem, the
arithmetic and the model take from it what is bounded, explanations take clauses and sentences, the
command line its options. So it stands below them all and imports nothing that takes time. The
verifier stays apart on purpose: it has its own function for each rule, written from docs/model.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from clusters.text import amount, counted, listed, shown, words

if TYPE_CHECKING:
    from clusters.domain import Problem, Rules, School, SchoolId

__all__ = [
    "BOUNDS",
    "BOUNDS_BY_NAME",
    "COUNT",
    "COUNTS_BY_NAME",
    "EXCUSABLE",
    "FLAG",
    "FRACTION_BY_NAME",
    "GROUPS",
    "IDS",
    "MICRO",
    "NUMBER",
    "NUMBER_BY_NAME",
    "RULEBOOK",
    "RULE_NAMES",
    "UNIT_WORDS",
    "Clause",
    "Form",
    "Rule",
    "changed",
    "clauses_of",
    "counted_of",
    "depends_on_count",
    "describe",
    "entry_of",
    "group_name",
    "length",
    "most_travel",
    "named_in",
    "phases_of",
    "rule_of",
    "school_name",
    "whole_pyramids",
    "without",
]

MICRO = 10**6
"""Measures have six decimals: in millionths they are whole numbers, and their sums are exact."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule that can be named and dropped by itself.

    Parameters
    ----------
    rule
        A name of :data:`clusters.domain.RULE_NAMES`.
    which
        Which of its kind: a measure, a type of need, a phase, or the number of a group (from 0);
        None where there is one only.
    """

    rule: str
    which: str | int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How the value of a rule is written; `domain.forms` checks it.

    Parameters
    ----------
    name
        The form in words.
    parts
        Whether the value holds several parts that can be named and dropped one by one: by name, or
        as groups in a row; else it is one part.
    bound
        What an entry says of a sum over a cluster: a pair (least, most), the least alone, or the
        largest deviation from the mean cluster as a share of it; None where it bounds no sum.
    whole
        Whether bounds are whole numbers: what is bounded comes one by one.
    """

    name: str
    parts: Literal["one", "names", "groups"] = "one"
    bound: Literal["pair", "least", "share"] | None = None
    whole: bool = False


COUNT = Form(name="a whole number, or a range")
BOUNDS = Form(name="a pair (least, most)", bound="pair", whole=True)
BOUNDS_BY_NAME = Form(name="by name, a pair (least, most)", parts="names", bound="pair")
COUNTS_BY_NAME = Form(
    name="by name, the least number, or a pair (least, most)",
    parts="names",
    bound="pair",
    whole=True,
)
FRACTION_BY_NAME = Form(name="by name, a fraction of 1", parts="names", bound="share")
NUMBER_BY_NAME = Form(name="by name, the least", parts="names", bound="least")
NUMBER = Form(name="a number")
FLAG = Form(name="True or False")
GROUPS = Form(name="groups of ids", parts="groups")
IDS = Form(name="a list of ids")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A row of the rulebook.

    Parameters
    ----------
    name
        The one name that Rules, model, verifier, docs and tests use.
    summary
        The rule in one sentence, for documents and for help.
    form
        How its value is written and checked.
    fields
        The fields of `Rules` that hold it; none given: the one of its name.
    fits
        What the problem must have for it: measures, types of need, phases or schools of the names
        in its value, its unit of travel, neighbours; None where it asks for nothing.
    sentence
        Puts one clause into words, with its numbers and names.
    excused
        What a cluster is excused from, as papers say it; None where there are no exceptions to it.
    amounts
        Where the rule bounds a sum over each cluster: the amount at each school, in whole
        millionths, by name of the part.
    unit
        What such a sum counts, in words, by name of the part.
    option
        The option of the command line; none given: the name.
    """

    name: str
    summary: str
    form: Form
    sentence: Callable[[Clause, Problem, Rules], str]
    fields: tuple[str, ...] = ()
    fits: Literal["measure", "type", "phase", "school", "travel unit", "neighbours"] | None = None
    excused: str | None = None
    amounts: Callable[[Problem, str], tuple[int, ...]] | None = None
    unit: Callable[[str], str] = words
    option: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", self.fields or (self.name,))
        object.__setattr__(self, "option", self.option or self.name.replace("_", "-"))


# ---- facts in words ----------------------------------------------------------------------------

UNIT_WORDS = {"m": "metres", "min": "minutes"}


def length(problem: Problem, journey: float, places: int = 1) -> str:
    """Show a journey as people say it: kilometres from 1,000 metres on, or minutes."""
    if problem.travel_unit == "m" and journey >= 1000:
        return f"{journey / 1000:.{places}f} km"
    if problem.travel_unit == "m":
        return f"{journey:.0f} metres"
    return f"{shown(round(journey, 1))} {UNIT_WORDS[problem.travel_unit]}"


def school_name(problem: Problem, key: SchoolId) -> str:
    """Name a school, with its URN."""
    school = problem.school(key)
    named = school.name.strip() and school.name != str(school.urn)
    return f"{school.name} (URN {school.urn})" if named else f"school {school.urn}"


def group_name(problem: Problem, ids: tuple[SchoolId, ...]) -> str:
    """Name a group: the pyramid that it is, or those in it, and its other schools."""
    whole, others = whole_pyramids(problem, ids)
    if len(whole) == 1 and not others:
        return whole[0].partition(" (")[0]
    return listed([*whole, *(school_name(problem, key) for key in others)])


def whole_pyramids(problem: Problem, ids: Sequence[SchoolId]) -> tuple[list[str], list[SchoolId]]:
    """Name the pyramids of which a group holds every school, and list its other schools."""
    held = {problem.position(key) for key in ids}
    whole = []
    for name, keys in problem.pyramids.items():
        members = {problem.position(key) for key in keys}
        if len(members) > 1 and members <= held:
            held -= members
            called = name if "pyramid" in name.lower() else f"the {name} pyramid"
            whole.append(f"{called} ({counted(len(members), 'school')})")
    return whole, [key for key in ids if problem.position(key) in held]


def _pair_words(pair: Any, of: str) -> str:
    """Say what a pair of bounds asks of each cluster, of what is counted."""
    low, high = pair or (0, None)
    if not low and high is None:  # everything is at least 0
        return f"any number of {of}"
    if high is None:
        return f"at least {amount(low, of)} in each cluster"
    if not low:
        return f"at most {amount(high, of)} in each cluster"
    return f"{shown(low)} to {amount(high, of)} in each cluster"


# ---- what is bounded ----------------------------------------------------------------------------


def _ones(problem: Problem, _which: str) -> tuple[int, ...]:
    return (MICRO,) * len(problem)


def _measured(problem: Problem, name: str) -> tuple[int, ...]:
    return tuple(round(Fraction(value) * MICRO) for value in problem.measure(name).tolist())


def _capacity(problem: Problem, kind: str) -> tuple[int, ...]:
    return tuple(
        round(Fraction(str(s.expertise[kind].amount)) * MICRO) if kind in s.expertise else 0
        for s in problem.schools
    )


_COUNTS_AS = {
    "all-through": ("primary", "secondary"),
    "infant": ("primary",),
    "junior": ("primary",),
    "first": ("primary",),
    "upper": ("secondary",),
    "high": ("secondary",),
}
"""Phases that a school counts for besides its own."""


def phases_of(school: School) -> frozenset[str]:
    """Return the phases that a school counts for; none where its phase is not known.

    Its own, and: an all-through school is primary and secondary; infant, junior and first schools
    are primary, upper and high schools secondary. A middle school is neither, whatever it is deemed
    to be; a special school is special, whatever the age of its pupils.

    Examples
    --------
    >>> from clusters import School
    >>> sorted(phases_of(School(urn="1", name="a", easting=0, northing=0, phase="All-through")))
    ['all-through', 'primary', 'secondary']
    """
    own = school.phase.strip().lower()
    return frozenset() if own in ("", "unknown") else frozenset((own, *_COUNTS_AS.get(own, ())))


def _of_phase(problem: Problem, phase: str) -> tuple[int, ...]:
    return tuple(MICRO if phase in phases_of(school) else 0 for school in problem.schools)


# ---- sentences ----------------------------------------------------------------------------------


def _count_words(_clause: Clause, _problem: Problem, rules: Rules) -> str:
    low, high = rules.count_range
    return counted(low, "cluster") if low == high else f"{low} to {counted(high, 'cluster')}"


def _bounds_words(clause: Clause, _problem: Problem, rules: Rules) -> str:
    return _pair_words(entry_of(rules, clause), counted_of(clause))


def _balance_words(clause: Clause, _problem: Problem, rules: Rules) -> str:
    share = rules.balance[str(clause.which)]
    return f"{counted_of(clause)} within {shown(100 * share)}% of the mean cluster"


def _travel_words(_clause: Clause, problem: Problem, rules: Rules) -> str:
    most = shown(most_travel(problem, rules) or 0)
    return f"no journey to a centre above {most} {UNIT_WORDS[problem.travel_unit]}"


def _expertise_words(clause: Clause, _problem: Problem, rules: Rules) -> str:
    least = rules.expertise[str(clause.which)]
    if not least:
        return f"any {counted_of(clause)}, or none, in each cluster"
    return f"at least {shown(least)} of {counted_of(clause)} in each cluster"


def _group_words(clause: Clause, problem: Problem, rules: Rules) -> str:
    group = entry_of(rules, clause)
    return f"{group_name(problem, group)} ({counted(len(set(group)), 'school')})"


def _centres_words(_clause: Clause, _problem: Problem, rules: Rules) -> str:
    return f"only {counted(len(set(rules.centres or ())), 'school')} may be a centre"


# ---- the rules ----------------------------------------------------------------------------------

RULEBOOK = (
    Rule(
        name="n_clusters",
        summary="The number of clusters is the one asked for, or within the range.",
        form=COUNT,
        sentence=_count_words,
        option="clusters",
    ),
    Rule(
        name="schools_per_cluster",
        summary="Each cluster holds no fewer and no more schools than allowed.",
        form=BOUNDS,
        sentence=_bounds_words,
        excused="the rule on the number of schools",
        amounts=_ones,
        unit=lambda _: "schools",
        option="sizes",
    ),
    Rule(
        name="balance",
        summary="Each cluster's total of a measure is within a fraction b of the mean cluster's.",
        form=FRACTION_BY_NAME,
        fits="measure",
        sentence=_balance_words,
        excused="the rule on balance",
        amounts=_measured,
    ),
    Rule(
        name="limits",
        summary="Each cluster's total of a measure is within absolute bounds.",
        form=BOUNDS_BY_NAME,
        fits="measure",
        sentence=_bounds_words,
        excused="the limits on what a cluster holds",
        amounts=_measured,
    ),
    Rule(
        name="max_travel",
        summary="No school's journey to its centre is longer than allowed, and every school has a "
        "way to its centre.",
        form=NUMBER,
        fields=("max_travel_m", "max_travel_min"),
        fits="travel unit",
        sentence=_travel_words,
        excused="the rule on journeys",
        option="max-travel-m",
    ),
    Rule(
        name="contiguous",
        summary="The members of each cluster are connected through neighbours that are members "
        "too.",
        form=FLAG,
        fits="neighbours",
        sentence=lambda *_: "each cluster is one piece of the map",
        option="not-contiguous",
    ),
    Rule(
        name="expertise",
        summary="Each cluster holds the least capacity asked for of each type.",
        form=NUMBER_BY_NAME,
        fits="type",
        sentence=_expertise_words,
        excused="the rule on expertise",
        amounts=_capacity,
        unit=lambda kind: f"{kind!r} capacity",
    ),
    Rule(
        name="phases",
        summary="Each cluster holds no fewer and no more schools of a phase than allowed.",
        form=COUNTS_BY_NAME,
        fits="phase",
        sentence=_bounds_words,
        excused="the rule on phases",
        amounts=_of_phase,
        unit=lambda phase: f"{phase} schools",
        option="phase",
    ),
    Rule(
        name="together",
        summary="The schools of a group share a cluster.",
        form=GROUPS,
        fits="school",
        sentence=lambda *of: f"{_group_words(*of)} must share a cluster",
    ),
    Rule(
        name="apart",
        summary="No two schools of a group share a cluster.",
        form=GROUPS,
        fits="school",
        sentence=lambda *of: f"{_group_words(*of)} may not share a cluster",
    ),
    Rule(
        name="centres",
        summary="Each centre is one of the schools that may be one.",
        form=IDS,
        fits="school",
        sentence=_centres_words,
        option="centres-file",
    ),
)

RULE_NAMES = tuple(rule.name for rule in RULEBOOK)
"""The hard rules, by the one name that Rules, model, verifier, docs and tests use."""

EXCUSABLE = tuple(rule.name for rule in RULEBOOK if rule.excused is not None)
"""The rules that a cluster can be excused from."""

_ROWS = {rule.name: rule for rule in RULEBOOK}


# ---- reading it ---------------------------------------------------------------------------------


def rule_of(clause: Clause) -> Rule:
    """Return the row that a clause belongs to."""
    return _ROWS[clause.rule]


def clauses_of(rules: Rules) -> tuple[Clause, ...]:
    """List every clause of some rules; the number of clusters first."""
    return tuple(clause for rule in RULEBOOK for clause in _clauses(rule, rules))


def _clauses(rule: Rule, rules: Rules) -> Iterator[Clause]:
    values = [getattr(rules, field) for field in rule.fields]
    if rule.form.parts == "names":
        yield from (Clause(rule.name, name) for name in values[0])
    elif rule.form.parts == "groups":
        yield from (Clause(rule.name, number) for number in range(len(values[0])))
    elif any(value is not None and value is not False for value in values):
        yield Clause(rule.name)


def entry_of(rules: Rules, clause: Clause) -> Any:
    """Return what some rules say in one clause; None where they do not have it."""
    value = getattr(rules, rule_of(clause).fields[0])
    if clause.which is None:
        return value
    if isinstance(value, dict):
        return value.get(clause.which)
    return value[clause.which]


def changed(rules: Rules, clause: Clause, entry: Any) -> Rules:
    """Copy rules with another entry in one clause."""
    field = rule_of(clause).fields[0]
    value: Any = entry
    if clause.which is not None:
        value = {**getattr(rules, field), clause.which: entry}
    changes: dict[str, Any] = {field: value}
    return replace(rules, **changes)


def without(rules: Rules, *dropped: Clause) -> Rules:
    """Copy rules without some clauses (the number of clusters cannot be dropped)."""
    changes: dict[str, Any] = {}
    for name in {clause.rule for clause in dropped} - {"n_clusters"}:
        rule, which = _ROWS[name], {clause.which for clause in dropped if clause.rule == name}
        for field in rule.fields:
            value = getattr(rules, field)
            if rule.form.parts == "names":
                changes[field] = {k: v for k, v in value.items() if k not in which}
            elif rule.form.parts == "groups":
                changes[field] = tuple(g for i, g in enumerate(value) if i not in which)
            else:
                changes[field] = False if isinstance(value, bool) else None
    return replace(rules, **changes)


def describe(clause: Clause, problem: Problem, rules: Rules) -> str:
    """Put a clause into words, with its numbers and names."""
    return f"{clause.rule}: {rule_of(clause).sentence(clause, problem, rules)}"


def counted_of(clause: Clause) -> str:
    """Say what the sum that a clause bounds counts: "schools", "units of need"."""
    return rule_of(clause).unit(str(clause.which))


def most_travel(problem: Problem, rules: Rules) -> float | None:
    """Return the longest journey allowed, in the unit of the problem's journeys."""
    return rules.max_travel_m if problem.travel_unit == "m" else rules.max_travel_min


def depends_on_count(clause: Clause) -> bool:
    """Whether a clause bounds shares of the mean cluster, and so changes with their number."""
    return rule_of(clause).form.bound == "share"


def named_in(rules: Rules, fits: str) -> Iterator[tuple[str, Any]]:
    """Yield the measures, types, phases or ids that rules name, each after the place it stands in.

    The names in exceptions are among them.
    """
    for rule in RULEBOOK:
        if rule.fits != fits:
            continue
        value = getattr(rules, rule.fields[0])
        if rule.form.parts == "groups":
            value = [key for group in value for key in group]
        yield from ((rule.name, name) for name in value or ())
        for school, excuses in rules.exceptions.items():
            label = f"exceptions[{school!r}][{rule.name!r}]"
            yield from ((label, name) for name in excuses.get(rule.name) or ())
