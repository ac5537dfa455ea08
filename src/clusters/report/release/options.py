"""What the public may see: facts, options and money from which the hidden numbers are gone.

A public pack is made from what :func:`release` returns, by the same code as any other pack. The
numbers in it are those that may be shown, and sums that anybody can work out from these; the
problem, the split and the results of the search are not in it. So no section, file or picture can
give a hidden number away by what it reckons: it has nothing to reckon with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from clusters.disclosure import HIDDEN, OPEN_MEASURES, Hidden, SmallNumbers, hide_counts, redacted
from clusters.domain import RULEBOOK, FrozenDict, Plan, Priorities, Problem, Rules, SchoolId
from clusters.maps import matched_numbers
from clusters.need_types import BROAD_AREAS
from clusters.report.release.audience import COUNTS, Counts, Reader, counts_of, need_known
from clusters.report.release.facts import plan_facts
from clusters.report.release.money import Released, release_money, sums_hidden
from clusters.report.release.option import Option, Search
from clusters.report.wording.words import measure_name
from clusters.text import all_listed, clean
from clusters.verifier import Certificate

if TYPE_CHECKING:
    import pandas as pd

_OUTSIDE = "schools in no cluster"
_LEAST_SCHOOLS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Groups:
    """The clusters of a plan as groups of which no two share a school.

    Parameters
    ----------
    members
        Ids by label; clusters that share schools are one group, and schools in no cluster another.
    labels
        For each group, the labels of its clusters.
    """

    members: Mapping[str, tuple[SchoolId, ...]]
    labels: Mapping[str, tuple[str, ...]]

    def hidden_labels(self, hidden: Hidden) -> frozenset[str]:
        """Labels of the clusters whose sum is not shown."""
        return frozenset(
            label
            for group, labels in self.labels.items()
            if group in hidden.clusters or len(labels) > 1
            for label in labels
        )


def release(
    problem: Problem,
    options: Sequence[Option],
    chosen: Option,
    policy: SmallNumbers,
    *,
    risk: bool = False,
) -> tuple[Reader, list[Option]]:
    """Work out what the public may see of a problem and of options.

    Parameters
    ----------
    chosen
        The option of which sums over clusters are shown.
    risk
        Whether a simulated risk was given, which is left out.
    """
    groups = _groups_of(problem, chosen.plan)
    shown = redacted(problem)
    hidden = _hidden_counts(problem, groups, policy)
    counts = _counts(problem, chosen.plan, hidden, groups)
    labels = frozenset().union(*(groups.hidden_labels(each) for each in hidden.values()))
    money = release_money(chosen.split, groups.members, hidden, policy, labels)
    need = _need(problem, chosen.plan, policy, labels)
    reader = Reader(
        name="public",
        policy=policy,
        shown=shown,
        counts=counts,
        need=need,
        masked_money=money.masked,
        money_step=money.step,
        notes=tuple(_notes(problem, options, need, money, risk=risk)),
    )
    known = _rule_measures_shown(problem, groups, hidden, policy, chosen.rules)
    made = [
        _option(shown, option, chosen, known if option is chosen else frozenset(), money)
        for option in options
    ]
    return reader, made


# ---- counts -----------------------------------------------------------------------------------


def _groups_of(problem: Problem, plan: Plan) -> _Groups:
    members: dict[str, list[SchoolId]] = {}
    labels: dict[str, list[str]] = {}
    group_of: dict[SchoolId, str] = {}
    for cluster in plan.clusters:
        name = clean(cluster.label)
        ids = [problem.ids[k] for key in cluster.members if (k := problem.find(key)) is not None]
        into = next((group_of[urn] for urn in ids if urn in group_of), name)
        members.setdefault(into, [])
        labels.setdefault(into, []).append(name)
        for urn in ids:
            if urn not in group_of:
                group_of[urn] = into
                members[into].append(urn)
            elif group_of[urn] != into:  # a school in clusters of two groups: they are one
                other = group_of[urn]
                for moved in members.pop(other):
                    group_of[moved] = into
                    members[into].append(moved)
                labels[into] += labels.pop(other)
    outside = [urn for urn in problem.ids if urn not in group_of]
    if outside:
        members[_OUTSIDE], labels[_OUTSIDE] = outside, []
    return _Groups(
        members=FrozenDict({key: tuple(ids) for key, ids in members.items()}),
        labels=FrozenDict({key: tuple(names) for key, names in labels.items()}),
    )


def _known(problem: Problem, name: str) -> dict[SchoolId, int]:
    """Count of each school where it is known."""
    return {s.urn: int(v) for s in problem.schools if (v := getattr(s, name)) is not None}


def _hidden_counts(problem: Problem, groups: _Groups, policy: SmallNumbers) -> dict[str, Hidden]:
    """Choose what to hide of each count; one that is shown limits what the other can be."""
    rolls = _known(problem, "pupils")
    names = [name for name in COUNTS if name not in OPEN_MEASURES]
    known = {name: counts for name in names if (counts := _known(problem, name))}
    hidden: dict[str, Hidden] = {}
    for name in (*reversed(list(known)), *list(known)[1:]):
        caps = dict(rolls)
        for other, counts in known.items():
            if other != name and other in hidden:
                for urn in counts.keys() - hidden[other].schools:
                    if urn in caps:
                        caps[urn] -= counts[urn]
        hidden[name] = hide_counts(known[name], groups.members, policy, most=rolls, caps=caps)
    return {name: hidden[name] for name in known}


def _counts(problem: Problem, plan: Plan, hidden: Mapping[str, Hidden], groups: _Groups) -> Counts:
    """Collect the counts, hidden where they must be."""
    full = counts_of(problem, plan)
    schools, clusters, totals = dict(full.schools), dict(full.clusters), dict(full.totals)
    for name, choice in hidden.items():
        labels = groups.hidden_labels(choice)
        schools[name] = FrozenDict(
            {urn: HIDDEN if urn in choice.schools else v for urn, v in schools[name].items()}
        )
        clusters[name] = FrozenDict(
            {label: HIDDEN if label in labels else v for label, v in clusters[name].items()}
        )
        if choice.total or _OUTSIDE in choice.clusters:
            totals[name] = HIDDEN
    return Counts(
        names=full.names,
        schools=FrozenDict(schools),
        clusters=FrozenDict(clusters),
        totals=FrozenDict(totals),
    )


def _need(
    problem: Problem, plan: Plan, policy: SmallNumbers, masked: frozenset[str]
) -> pd.DataFrame | None:
    """Pupils by cluster and broad area of need: the whole table or, with a small number, nothing.

    A cluster of fewer than three schools would show what single schools have.
    """
    matrix = need_known(problem, plan)
    few = any(len(cluster.members) < _LEAST_SCHOOLS for cluster in plan.clusters)
    if matrix is None or matrix.isna().any(axis=None) or masked or few:
        return None
    areas = matrix.T.groupby(_area).sum().T.astype(int)
    if any(policy.is_small(value) for value in areas.to_numpy().ravel().tolist()):
        return None
    areas.loc["all"] = areas.sum()
    return areas.reset_index(names="cluster")


def _area(kind: str) -> str:
    """Broad area of a type of need."""
    return next((area for area, kinds in BROAD_AREAS.items() if kind in kinds), "other")


# ---- options ----------------------------------------------------------------------------------


def _option(
    shown: Problem, option: Option, chosen: Option, known: frozenset[str], money: Released
) -> Option:
    """Copy an option without what was reckoned from hidden numbers."""
    numbers = {} if option is chosen else matched_numbers(shown, chosen.plan, option.plan)
    rules, certificate = option.rules, option.certificate
    silent = frozenset(
        rule
        for rule, names in _measures_of_rules(rules).items()
        if not names <= known | set(OPEN_MEASURES)
    )
    return replace(
        option,
        result=_search(option.result, rules, option.priorities),
        split=money.split if option is chosen else None,
        certificate=None if certificate is None else _certificate(certificate, silent),
        unchecked=silent,
        facts=plan_facts(
            shown, option.plan, priorities=_open_travel(option.priorities), numbers=numbers or None
        ),
        numbers=numbers,
    )


def _open_travel(priorities: Priorities | None) -> Priorities | None:
    """Keep what journeys are weighted by, where that is public for every school."""
    if priorities is None or priorities.travel_by not in OPEN_MEASURES:
        return None
    return Priorities(travel_by=priorities.travel_by)


def _certificate(certificate: Certificate, silent: frozenset[str]) -> Certificate:
    """Which rules hold, of those whose numbers are shown; no messages, amounts and costs."""
    return replace(
        certificate,
        findings=tuple(
            replace(finding, message="", cluster=None, schools=(), amount=None)
            for finding in certificate.findings
            if finding.rule not in silent
        ),
        checked=tuple(rule for rule in certificate.checked if rule not in silent),
        objective=None,
        costs=FrozenDict(),
    )


def _measures_of_rules(rules: Rules | None) -> dict[str, set[str]]:
    """Measures that each rule adds up."""
    if rules is None:
        return {}
    found: dict[str, set[str]] = {}
    for rule in RULEBOOK:
        named = set(getattr(rules, rule.name)) if rule.fits == "measure" else set()
        for excuse in rules.exceptions.values() if rule.fits == "measure" else ():
            bounds = excuse.get(rule.name)
            named |= set(bounds) if isinstance(bounds, Mapping) else set()
        if named:
            found[rule.name] = named
    return found


def _rule_measures_shown(
    problem: Problem,
    groups: _Groups,
    hidden: Mapping[str, Hidden],
    policy: SmallNumbers,
    rules: Rules | None,
) -> frozenset[str]:
    """Measures of rules of which every sum over a cluster is, or may be, shown.

    Whether such a rule holds anybody can work out; of the others it is not said.
    """
    names = set[str]().union(*_measures_of_rules(rules).values())
    rolls = _known(problem, "pupils")
    found = set()
    for name in names & set(problem.measures):
        choice = hidden.get(name) or sums_hidden(problem, name, groups.members, policy, rolls)
        others = [groups.hidden_labels(each) for each in hidden.values()]
        if not groups.hidden_labels(choice) and not choice.total and not any(others):
            found.add(name)
    return frozenset(found)


def _is_open_search(rules: Rules | None, priorities: Priorities | None) -> bool:
    """Whether a search used nothing but what is public for every school."""
    if priorities is None:
        return False
    used = set[str]().union(*_measures_of_rules(rules).values())
    used |= {priorities.travel_by} if priorities.travel else set()
    used |= {priorities.balance_measure} if priorities.balance else set()
    return not priorities.expertise and used <= set(OPEN_MEASURES)


def _search(result: Any, rules: Rules | None, priorities: Priorities | None) -> Search | None:
    """Keep what may be said of a search: its costs in per cent of the plan's.

    Where it used hidden numbers, that is only whether the plan is proved the best.
    """
    if result is None:
        return None
    if not _is_open_search(rules, priorities):
        return Search(status=result.status, is_withheld=True)
    cost = result.objective or 0.0
    return Search(
        status=result.status,
        objective=100.0 if cost else None,
        bound=_in_percent(result.bound, cost),
        gap=result.gap,
        seconds=result.seconds,
        stopped=clean(result.stopped),
        history=tuple(
            (seconds, _in_percent(value, cost), _in_percent(bound, cost))
            for seconds, value, bound in (getattr(result, "history", ()) if cost else ())
        ),
    )


def _in_percent(value: float | None, cost: float) -> float | None:
    return None if value is None or not cost else round(100 * value / cost, 1)


# ---- words ------------------------------------------------------------------------------------


def _notes(
    problem: Problem,
    options: Iterable[Option],
    need: pd.DataFrame | None,
    money: Released,
    *,
    risk: bool,
) -> Iterable[str]:
    """Say what is left out, so that nobody takes it for missing."""
    used = {
        name
        for option in options
        if option.result is not None and not _is_open_search(option.rules, option.priorities)
        for name in _names_used(option)
    }
    if used:
        yield (
            f"The search used numbers that are not shown ({all_listed(sorted(used))}). How near a "
            "plan is to the best possible is therefore not shown either."
        )
    if need is None and any(school.need for school in problem.schools):
        yield "Types of need by cluster are left out: some numbers are too small."
    yield from money.notes
    if risk:
        yield "The simulated risk is left out: it is worked out from the numbers of single schools."


def _names_used(option: Option) -> Iterable[str]:
    names = set[str]().union(*_measures_of_rules(option.rules).values())
    if option.priorities is None:
        names.add("need")
    else:
        names |= {option.priorities.travel_by}
        names |= {option.priorities.balance_measure} if option.priorities.balance else set()
        names |= {"types of need"} if option.priorities.expertise else set()
    return (measure_name(name) for name in names - set(OPEN_MEASURES))
