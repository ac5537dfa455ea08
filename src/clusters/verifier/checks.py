"""One function per rule: each yields a finding for every way in which a plan breaks it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from clusters.domain import Rules
from clusters.text import amount, clipped, counted, listed, shown, words
from clusters.verifier.case import MICRO, Case, Group
from clusters.verifier.certificate import Finding

UNIT_WORDS = {"m": "metres", "min": "minutes"}
COUNTED_AS = {
    "primary": ("infant", "junior", "first", "all-through"),
    "secondary": ("upper", "high", "all-through"),
}
"""Phases of schools that count towards another one."""


def asked(rules: Rules) -> tuple[str, ...]:
    """Names of the checks that the rules ask for, in the order they are made."""
    loosest = Rules(n_clusters=rules.n_clusters, contiguous=False)
    return tuple(
        name
        for name in CHECKS
        if name == "n_clusters"
        or not hasattr(rules, name)  # what no rule can waive
        or getattr(rules, name) != getattr(loosest, name)
    )


def check_assignment(case: Case) -> Iterator[Finding]:
    """Check that every school is in exactly one cluster, and that none is unknown or empty."""
    placed: dict[int, list[Group]] = {}
    for group in case.groups:
        for position in group.members:
            placed.setdefault(position, []).append(group)
    for position in range(len(case.problem)):
        holders = placed.get(position, [])
        if not holders:
            text = f"{case.name(position)} is in no cluster."
            yield case.finding("assignment", text, members=[position])
        elif len(holders) > 1:
            yield case.finding(
                "assignment",
                f"{case.name(position)} is in {len(holders)} clusters: "
                f"{listed([group.text for group in holders])}.",
                members=[position],
                amount=len(holders) - 1,
            )
    for group in case.groups:
        yield from _faulty_group(case, group)


def _faulty_group(case: Case, group: Group) -> Iterator[Finding]:
    """Yield what is wrong with the list of members of one cluster."""
    for position in group.repeated:
        text = f"{group.text} lists {case.name(position)} more than once."
        yield case.finding("assignment", text, group=group, members=[position])
    for key in group.unknown:
        yield Finding(
            rule="assignment",
            message=f"{group.text} holds {clipped(key)!r}, which is no school of the problem "
            "(an academy has a new URN).",
            cluster=group.label,
            schools=(key,),  # type: ignore[arg-type]  # shown as the plan gives it, whatever it is
        )
    if not group.members and not group.unknown:
        yield case.finding("assignment", f"{group.text} holds no school.", group=group)


def check_centre(case: Case) -> Iterator[Finding]:
    """Check that the centre of each cluster is one of its members."""
    for group in case.held:
        if group.centre is not None and group.centre in group.members:
            continue
        if group.centre_given is None:
            yield case.finding("centre", f"{group.text} has no centre.", group=group)
        elif group.centre is None:
            yield case.finding(
                "centre",
                f"{group.text} has the centre {clipped(group.centre_given)!r}, which is no school "
                "of the problem.",
                group=group,
            )
        else:
            yield case.finding(
                "centre",
                f"{group.text} has the centre {case.name(group.centre)}, which is not one of its "
                "members.",
                group=group,
                members=[group.centre],
            )


def check_n_clusters(case: Case) -> Iterator[Finding]:
    """Check that the number of clusters is the one asked for, or within the range."""
    low, high = case.rules.count_range
    have = len(case.held)
    wanted = f"{low}" if low == high else f"{low} to {high}"
    if not low <= have <= high:
        off = have - high if have > high else low - have
        side = "too many" if have > high else "too few"
        text = f"The plan has {counted(have, 'cluster')}: {off} {side}; {wanted} asked for."
        yield case.finding("n_clusters", text, amount=off)


def check_schools_per_cluster(case: Case) -> Iterator[Finding]:
    """Check that each cluster holds no fewer and no more schools than allowed."""
    assert case.rules.schools_per_cluster is not None  # asked() says so
    for group in case.held:
        excuses = case.excuses(group.members, "schools_per_cluster")
        bounds = _loosest_pair(case.rules.schools_per_cluster, *excuses)
        have = len(group.members)
        of = "school" if have == 1 else "schools"
        yield from _outside(case, "schools_per_cluster", group, have, bounds, of)


def check_balance(case: Case) -> Iterator[Finding]:
    """Check that each cluster's total is within a fraction of the mean cluster's."""
    for measure, base in case.rules.balance.items():
        units = case.micro(measure)
        mean = Fraction(sum(units), MICRO * max(1, len(case.held)))
        for group in case.held:
            widest = _most(base, *case.excuses(group.members, "balance", measure))
            if widest is None:
                continue
            share = Fraction(str(widest))
            have = Fraction(sum(units[k] for k in group.members), MICRO)
            bounds = ((1 - share) * mean, (1 + share) * mean)
            why = f" (mean {shown(mean)}, {shown(100 * share)}% allowed)"
            yield from _outside(case, "balance", group, have, bounds, words(measure), why)


def check_limits(case: Case) -> Iterator[Finding]:
    """Check that each cluster's total of a measure is within absolute bounds."""
    for measure, base in case.rules.limits.items():
        if base is None:
            continue
        units = case.micro(measure)
        for group in case.held:
            bounds = _loosest_pair(base, *case.excuses(group.members, "limits", measure))
            have = Fraction(sum(units[k] for k in group.members), MICRO)
            yield from _outside(case, "limits", group, have, bounds, words(measure))


def check_max_travel(case: Case) -> Iterator[Finding]:
    """Check that no school's journey to its centre is too long, and that there is a way."""
    unit = case.problem.travel_unit
    base = case.rules.max_travel_m if unit == "m" else case.rules.max_travel_min
    for group in case.held:
        if group.centre is None:
            continue
        for position in group.members:
            journey = float(case.problem.travel[position, group.centre])
            limit = _most(base, *case.excuses((position,), "max_travel"))
            who = f"{group.text}: {case.name(position)}"
            if math.isinf(journey):
                message = f"{who} has no way to its centre, {case.name(group.centre)}."
            elif limit is not None and journey > limit:
                message = (
                    f"{who} is {shown(journey)} {UNIT_WORDS[unit]} from its centre, "
                    f"{case.name(group.centre)}: {shown(journey - limit)} above the most allowed, "
                    f"{shown(limit)}."
                )
            else:
                continue
            over = journey if limit is None else journey - limit
            yield case.finding("max_travel", message, group=group, members=[position], amount=over)


def check_contiguous(case: Case) -> Iterator[Finding]:
    """Check that the members of each cluster are connected through one another."""
    near: list[list[int]] = [[] for _ in case.problem.schools]
    for i, j in () if case.problem.edges is None else case.problem.edges.tolist():
        near[i].append(j)
        near[j].append(i)
    for group in case.held:
        pieces = _pieces(group.members, near)
        if len(pieces) == 1:
            continue
        # The largest piece stays (of equals, the one with the centre): the fewest are cut off.
        main = max(pieces, key=lambda piece: (len(piece), group.centre in piece))
        off = sorted(position for piece in pieces if piece is not main for position in piece)
        yield case.finding(
            "contiguous",
            f"{group.text} falls into {len(pieces)} parts: cut off from the other members "
            f"{'is' if len(off) == 1 else 'are'} {case.names(off)}.",
            group=group,
            members=off,
            amount=len(pieces) - 1,
        )


def _pieces(members: tuple[int, ...], near: list[list[int]]) -> list[set[int]]:
    """Part some schools into connected pieces."""
    left, pieces = set(members), []
    while left:
        piece = [left.pop()]
        for position in piece:
            fresh = left.intersection(near[position])
            left -= fresh
            piece += fresh
        pieces.append(set(piece))
    return sorted(pieces, key=min)


def check_expertise(case: Case) -> Iterator[Finding]:
    """Check that each cluster holds the least capacity asked for of each type of need."""
    for kind, base in case.rules.expertise.items():
        for group in case.held:
            least = _least(base, *case.excuses(group.members, "expertise", kind))
            known = [
                case.problem.schools[k].expertise[kind].amount
                for k in group.members
                if kind in case.problem.schools[k].expertise
            ]
            have = sum((Fraction(str(amount)) for amount in known), Fraction(0))
            if least is None or have >= Fraction(str(least)):
                continue
            short, dark = Fraction(str(least)) - have, len(group.members) - len(known)
            whole = counted(len(group.members), "school")
            note = f"; for {dark} of its {whole} it is not known" if dark else ""
            yield case.finding(
                "expertise",
                f"{group.text} has {shown(have)} of recorded {kind!r} capacity: {shown(short)} "
                f"below the least allowed, {shown(Fraction(str(least)))}{note}.",
                group=group,
                members=group.members,
                amount=short,
            )


def check_phases(case: Case) -> Iterator[Finding]:
    """Check that each cluster holds no fewer and no more schools of a phase than allowed."""
    phases = [school.phase.strip().lower() for school in case.problem.schools]
    for phase, base in case.rules.phases.items():
        alike = {phase, *COUNTED_AS.get(phase, ())}
        for group in case.held:
            bounds = _loosest_pair(base, *case.excuses(group.members, "phases", phase))
            have = sum(phases[k] in alike for k in group.members)
            dark = sum(phases[k] in ("", "unknown") for k in group.members)
            whole = counted(len(group.members), "school")
            note = f"; the phase of {dark} of its {whole} is not known" if dark else ""
            of = f"{phase} {'school' if have == 1 else 'schools'}"
            yield from _outside(case, "phases", group, have, bounds, of, note)


def check_together(case: Case) -> Iterator[Finding]:
    """Check that schools that must share a cluster do."""
    for wanted in case.rules.together:
        positions = {case.problem.find(key) for key in wanted}
        parts = [
            ([k for k in group.members if k in positions], group)
            for group in case.held
            if positions & set(group.members)
        ]
        present = {k for part, _ in parts for k in part}
        if not parts or any(set(part) == present for part, _ in parts):
            continue
        parts.sort(key=lambda pair: min(pair[0]))
        main, _ = max(parts, key=lambda pair: len(pair[0]))
        off = sorted(present - set(main))
        where = [f"{case.names(part)} in {group.text}" for part, group in parts]
        text = f"Schools that must be together are apart: {'; '.join(where)}."
        yield case.finding("together", text, members=off)


def check_apart(case: Case) -> Iterator[Finding]:
    """Check that schools that must not share a cluster do not."""
    for kept in case.rules.apart:
        positions = {case.problem.find(key) for key in kept}
        for group in case.held:
            both = [k for k in group.members if k in positions]
            if len(both) > 1:
                text = f"{group.text} holds schools that must be apart: {case.names(both)}."
                yield case.finding("apart", text, group=group, members=both)


def check_centres(case: Case) -> Iterator[Finding]:
    """Check that each centre is one of the schools that may be one."""
    able = {case.problem.find(key) for key in case.rules.centres or ()}
    for group in case.held:
        if group.centre is not None and group.centre not in able:
            yield case.finding(
                "centres",
                f"{group.text} has the centre {case.name(group.centre)}, which is not one of the "
                f"{counted(len(able), 'school')} that may be a centre.",
                group=group,
                members=[group.centre],
            )


CHECKS: Mapping[str, Callable[[Case], Iterator[Finding]]] = {
    "assignment": check_assignment,
    "centre": check_centre,
    "n_clusters": check_n_clusters,
    "schools_per_cluster": check_schools_per_cluster,
    "balance": check_balance,
    "limits": check_limits,
    "max_travel": check_max_travel,
    "contiguous": check_contiguous,
    "expertise": check_expertise,
    "phases": check_phases,
    "together": check_together,
    "apart": check_apart,
    "centres": check_centres,
}


def _outside(
    case: Case,
    rule: str,
    group: Group,
    have: Fraction | int,
    bounds: tuple[Any, Any],
    of: str,
    why: str = "",
) -> Iterator[Finding]:
    """Yield a finding where a cluster's number is outside its bounds."""
    least, most = (None if end is None else Fraction(str(end)) for end in bounds)
    if most is not None and have > most:
        off, side, bound = have - most, "above the most allowed", most
    elif least is not None and have < least:
        off, side, bound = least - have, "below the least allowed", least
    else:
        return
    text = f"{group.text} has {amount(have, of)}: {shown(off)} {side}, {shown(bound)}{why}."
    yield case.finding(rule, text, group=group, members=group.members, amount=off)


# The loosest of a rule and its exceptions holds; None stands for no bound at all.


def _most(*bounds: Any) -> Any:
    return None if None in bounds else max(bounds)


def _least(*bounds: Any) -> Any:
    return None if None in bounds else min(bounds)


def _loosest_pair(*pairs: Any) -> tuple[Any, Any]:
    lows, highs = zip(*((None, None) if pair is None else pair for pair in pairs), strict=True)
    return _least(*lows), _most(*highs)
