"""The split of a pot over the clusters of a plan, and indicatively over their schools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from clusters.arguments import checked
from clusters.budget.coverage import coverage_of
from clusters.budget.floors_and_caps import Protected, protect
from clusters.budget.formula import Factor, Formula, factors_of
from clusters.budget.pot import Pot
from clusters.budget.protection import LABEL, Protection, limits_of
from clusters.budget.rounding import controlled_rounding
from clusters.budget.sparsity import exact_measure, sparsity_notes
from clusters.budget.values import Share, Split
from clusters.domain import FrozenDict, Plan, PlanLike, Problem, SchoolId, plan_of
from clusters.errors import Faults, MoneyError
from clusters.money import Amount, largest_remainder, lowest_first
from clusters.text import counted, first_few

__all__ = ["split_budget"]


@checked
def split_budget(
    problem: Problem,
    plan: PlanLike,
    pot: Pot | Amount,
    formula: Formula | None = None,
    protection: Protection | None = None,
) -> Split:
    """Split a pot (POUNDS in, whole PENCE out) over the clusters of a plan and their schools.

    1. Committed top-ups and backdated payments go to their schools; contingency and low-incidence
       fund are held back.
    2. The formula shares what is left; shares are exact fractions.
    3. Protection keeps them between floors and caps.
    4. Clusters are rounded by largest remainder (ties: the cluster with the lowest URN), then the
       schools of each cluster (ties: the lower URN). Tables of factors keep the totals of their
       rows and columns by controlled rounding.

    Parameters
    ----------
    pot
        A Pot, or its total in pounds.
    formula
        None for `Formula()`: everything by the measure "need".

    Raises
    ------
    MoneyError
        Listing every fault: schools missing from the plan, twice in it or unknown, commitments to
        schools outside it, missing measures, weights that are all 0, floors above the pot ...

    Examples
    --------
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [1, 1]], {"need": [1, 2]})
    >>> plan = Plan.from_assignment({"a": "a", "b": "b"})
    >>> split = split_budget(problem, plan, "100", Formula({"need": 1}))
    >>> [share.total_pence for share in split.clusters]
    [3333, 6667]
    """
    plan = plan_of(problem, plan)
    formula = Formula() if formula is None else formula
    pot = pot if isinstance(pot, Pot) else Pot(pot)
    faults = Faults()
    members = _members(faults, problem, plan)
    committed = _by_id(faults, problem, pot.committed_pence, "a committed top-up")
    backdated = _by_id(faults, problem, pot.backdated_pence, "a backdated payment")
    today = _today(faults, problem, protection)
    faults.refuse(MoneyError)
    factors = factors_of(problem, members, formula, pot.flexible_pence)
    by_formula = {
        urn: sum((factor.exact[urn] for factor in factors), Fraction(0)) for urn in problem.ids
    }
    work = _Work(
        problem=problem,
        plan=plan,
        pot=pot,
        members=members,
        factors=factors,
        committed=committed,
        backdated=backdated,
        today=today,
        by_formula=by_formula,
    )
    protected = None if protection is None else _protected(work, protection)
    final = by_formula if protected is None else _final(work, protection, protected)
    clusters, schools = _shares(work, protection, protected, final)
    coverage = coverage_of(problem, committed)
    return Split(
        problem=problem,
        plan=plan,
        pot=pot,
        formula=formula,
        protection=protection,
        factors=factors,
        clusters=clusters,
        schools=schools,
        protected=protected,
        coverage=coverage,
        notes=(
            f"Formula: {formula.name} ({formula.source}).",
            *([LABEL, *protection.notes] if protection else []),
            *coverage.sentences(),
            *pot.notes,
            *sparsity_notes(problem, formula.sparsity),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What the steps of a split hand to one another."""

    problem: Problem
    plan: Plan
    pot: Pot
    members: list[list[SchoolId]]
    factors: tuple[Factor, ...]
    committed: Mapping[SchoolId, int]
    backdated: Mapping[SchoolId, int]
    today: Mapping[SchoolId, int | None]
    by_formula: Mapping[SchoolId, Fraction]

    def units(self, protection: Protection) -> list[list[SchoolId]]:
        """Group the schools as limits hold for them."""
        if protection.level == "cluster":
            return self.members
        return [[urn] for urn in self.problem.ids]


def _members(faults: Faults, problem: Problem, plan: Plan) -> list[list[SchoolId]]:
    """Members of each cluster as the problem's ids, checked to hold every school once."""
    groups: list[list[SchoolId]] = []
    for cluster in plan.clusters:
        found = [(urn, problem.find(urn)) for urn in cluster.members]
        for urn, position in found:
            if position is None:
                faults.add(
                    f"cluster {cluster.label!r} holds a school that the problem does not have",
                    "check the id",
                    urn=urn,
                )
        groups.append([problem.ids[k] for _, k in found if k is not None])
        if not cluster.members:
            faults.add(f"cluster {cluster.label!r} has no schools", "leave it out")
    times = Counter(urn for group in groups for urn in group)
    for urn in problem.ids:
        if times[urn] != 1:
            what = "is in no cluster" if times[urn] == 0 else f"is in {times[urn]} clusters"
            name = problem.school(urn).name
            faults.add(f"{name} {what}", "put every school into one cluster", urn=urn)
    for label, count in Counter(cluster.label for cluster in plan.clusters).items():
        if count > 1:
            faults.add(f"{count} clusters are labelled {label!r}", "give each its own label")
    return groups


def _by_id(
    faults: Faults, problem: Problem, sums: Mapping[SchoolId, int], what: str
) -> dict[SchoolId, int]:
    paid: dict[SchoolId, int] = {}
    for urn, sum_ in sums.items():
        position = problem.find(urn)
        if position is None:
            faults.add(
                f"{what} goes to a school outside the plan",
                "check the id, or take it off the total before",
                urn=urn,
            )
        else:
            key = problem.ids[position]
            paid[key] = paid.get(key, 0) + sum_
    return paid


def _today(
    faults: Faults, problem: Problem, protection: Protection | None
) -> dict[SchoolId, int | None]:
    """Today's spend by school; with a protection, it must be known for each."""
    spend: dict[SchoolId, int | None] = {s.urn: s.topup_pence for s in problem.schools}
    if protection is None:
        return spend
    if protection.today_pence is not None:
        sums = protection.today_pence
        spend = {**dict.fromkeys(spend), **_by_id(faults, problem, sums, "today's spend")}
    missing = [str(urn) for urn, sum_ in spend.items() if sum_ is None]
    if missing:
        faults.add(
            f"protection compares with today's spend, which is not known for "
            f"{counted(len(missing), 'school')}: URN {first_few(missing, 5)}",
            "give it in a column topup (pounds), or Protection(today={...}) in pounds",
        )
    return spend


def _protected(work: _Work, protection: Protection) -> Protected:
    groups = work.units(protection)
    pupils: list[Fraction] = []
    if protection.per_pupil:
        faults = Faults()
        count: dict[SchoolId, Fraction] = {}
        count = faults.take(count, exact_measure, work.problem, "pupils")
        faults.refuse(MoneyError)
        pupils = [sum((count[urn] for urn in group), Fraction(0)) for group in groups]
    limits = limits_of(
        protection,
        [sum(work.today[urn] or 0 for urn in group) for group in groups],
        [sum(work.committed.get(urn, 0) for urn in group) for group in groups],
        pupils,
    )
    return protect(protection, _sums(work.by_formula, groups), limits, work.pot.flexible_pence)


def _final(
    work: _Work, protection: Protection | None, protected: Protected
) -> dict[SchoolId, Fraction]:
    """Exact flexible money by school after protection.

    Where limits hold for clusters, a cluster's schools share what it has in the proportions of the
    formula (of today's spend, or equally, where the formula gives them nothing).
    """
    if protection is None or protection.level == "school":
        return dict(zip(work.problem.ids, protected.exact, strict=True))
    final: dict[SchoolId, Fraction] = {}
    for group, total in zip(work.members, protected.exact, strict=True):
        weights = [work.by_formula[urn] for urn in group]
        if not any(weights):
            weights = [Fraction(work.today[urn] or 0) for urn in group]
        if not any(weights):
            weights = [Fraction(1)] * len(group)
        unit = total / sum(weights, Fraction(0))
        final |= {urn: weight * unit for urn, weight in zip(group, weights, strict=True)}
    return final


def _sums(
    values: Mapping[SchoolId, Fraction], groups: Iterable[Sequence[SchoolId]]
) -> list[Fraction]:
    return [
        values[group[0]] if len(group) == 1 else sum((values[urn] for urn in group), Fraction(0))
        for group in groups
    ]


def _shares(
    work: _Work,
    protection: Protection | None,
    protected: Protected | None,
    final: Mapping[SchoolId, Fraction],
) -> tuple[tuple[Share, ...], tuple[Share, ...]]:
    """Round everything and put it together."""
    formula = _rounded(work, work.by_formula)
    flexible = formula if protected is None else _rounded(work, final)
    cluster_cells, school_cells = _factor_tables(work, *formula)
    none: tuple[int | None, int | None] = (None, None)
    limits: dict[SchoolId, tuple[int | None, int | None]] = {}
    if protection is not None and protected is not None:
        keys = work.problem.ids if protection.level == "school" else _labels(work.plan)
        pairs = zip(protected.limits.floors, protected.limits.caps, strict=True)
        limits = dict(zip(keys, pairs, strict=True))
    school_level = protection is not None and protection.level == "school"
    names = [factor.name for factor in work.factors]

    def share(
        key: SchoolId, name: str, label: str, group: Sequence[SchoolId], k: int | None
    ) -> Share:
        cells = school_cells[group[0]] if k is None else cluster_cells[k]
        today = [work.today[urn] for urn in group]
        floor, cap = limits.get(key, none) if school_level == (k is None) else none
        return Share(
            key=key,
            name=name,
            cluster=label,
            members=tuple(group),
            committed_pence=sum(work.committed.get(urn, 0) for urn in group),
            backdated_pence=sum(work.backdated.get(urn, 0) for urn in group),
            factor_pence=FrozenDict(zip(names, cells, strict=True)),
            quantity=FrozenDict({f.name: _sums(f.quantity, [group])[0] for f in work.factors}),
            formula_exact=_sums(work.by_formula, [group])[0],
            flexible_exact=_sums(final, [group])[0],
            formula_pence=formula[1][group[0]] if k is None else formula[0][k],
            flexible_pence=flexible[1][group[0]] if k is None else flexible[0][k],
            floor_pence=floor,
            cap_pence=cap,
            today_pence=None if None in today else sum(value or 0 for value in today),
        )

    groups = list(zip(_labels(work.plan), work.members, strict=True))
    clusters = tuple(
        share(label, label, label, group, k) for k, (label, group) in enumerate(groups)
    )
    label_of = {urn: label for label, group in groups for urn in group}
    schools = tuple(
        share(school.urn, school.name, label_of[school.urn], [school.urn], None)
        for school in work.problem.schools
    )
    return clusters, schools


def _labels(plan: Plan) -> list[str]:
    return [cluster.label for cluster in plan.clusters]


def _rounded(
    work: _Work, exact: Mapping[SchoolId, Fraction]
) -> tuple[list[int], dict[SchoolId, int]]:
    """Whole pence by cluster, then by school within each."""
    lowest = [min(group, key=lowest_first) for group in work.members]
    totals = largest_remainder(_sums(exact, work.members), work.pot.flexible_pence, lowest)
    schools: dict[SchoolId, int] = {}
    for group, total in zip(work.members, totals, strict=True):
        paid = largest_remainder([exact[urn] for urn in group], total, group)
        schools |= dict(zip(group, paid, strict=True))
    return totals, schools


def _factor_tables(
    work: _Work, clusters: Sequence[int], schools: Mapping[SchoolId, int]
) -> tuple[list[list[int]], dict[SchoolId, list[int]]]:
    """Whole pence by cluster and factor, and by school and factor; every total is kept.

    Where factors have no school in common, a penny may stand where a factor does not apply: no
    other table has the totals.
    """
    order = sorted(
        range(len(clusters)), key=lambda k: lowest_first(min(work.members[k], key=lowest_first))
    )
    table = [[_sums(factor.exact, [work.members[k]])[0] for factor in work.factors] for k in order]
    rounded = controlled_rounding(
        table, [clusters[k] for k in order], [factor.total_pence for factor in work.factors]
    )
    by_cluster = [row for _, row in sorted(zip(order, rounded, strict=True))]
    by_school: dict[SchoolId, list[int]] = {}
    for k, group in enumerate(work.members):
        ids = sorted(group, key=lowest_first)
        cells = controlled_rounding(
            [[factor.exact[urn] for factor in work.factors] for urn in ids],
            [schools[urn] for urn in ids],
            by_cluster[k],
        )
        by_school |= dict(zip(ids, cells, strict=True))
    return by_cluster, by_school
