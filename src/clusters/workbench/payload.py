"""What the page is given: facts, policy, plans, the ground, as plain values for JSON.

Numbers that are added or compared exactly go as they are kept (measures as the floats that they
are, bounds as the decimals that were written, money in whole pence); the page turns them into whole
numbers of any size.
"""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from clusters.disclosure import redacted
from clusters.domain import Cluster, Plan, Priorities, Problem, Rules
from clusters.money import lowest_first
from clusters.naming import unused
from clusters.readers.decisions import Decisions
from clusters.rulebook import phases_of
from clusters.text import MEASURE_WORDS, clean
from clusters.workbench import library
from clusters.workbench.ground import ground_of

__all__ = ["AUDIENCES", "PAGE_RULES", "fingerprint", "payload", "plan_to_dict"]

AUDIENCES = ("working group", "public")

PAGE_RULES = (
    "assignment",
    "centre",
    "n_clusters",
    "schools_per_cluster",
    "balance",
    "limits",
    "max_travel",
    "contiguous",
    "expertise",
    "phases",
    "together",
    "apart",
    "centres",
)
"""Rules that the page works out by itself; any other is said to be checked by the library only."""


def payload(
    problem: Problem,
    rules: Rules,
    options: Mapping[str, Plan],
    priorities: Priorities,
    *,
    money: library.Money | None = None,
    decisions: Decisions | None = None,
    title: str,
    audience: str = "working group",
) -> dict[str, Any]:
    """Put everything that the page shows into plain values.

    For the public, counts of pupils, needs and money are left out before anything is worked out;
    rules and priorities that rest on them are named, not worked out.
    """
    mark = fingerprint(problem)
    hidden: tuple[str, ...] = ()
    if audience == "public":
        problem = redacted(problem, open_measures=("schools",))
        rules, priorities, hidden = _open_policy(rules, priorities)
        money, decisions = None, None
    name, plan = next(iter(options.items()))
    plans = {key: _whole(problem, one) for key, one in options.items()}
    measures = _measures(problem, rules, priorities)
    checked = library.certificate(problem, rules, plan, priorities)
    return {
        "title": clean(title),
        "audience": audience,
        "problem": mark,
        "notes": [clean(note) for note in problem.notes],
        "unit": problem.travel_unit,
        "schools": {
            "id": [school.urn for school in problem.schools],
            "name": [clean(school.name) or str(school.urn) for school in problem.schools],
            "phase": [clean(school.phase) for school in problem.schools],
            "pyramid": _texts([school.pyramid for school in problem.schools]),
        },
        "tie": _ranks(problem),
        "travel": _travel(problem.travel),
        "edges": None if problem.edges is None else problem.edges.ravel().tolist(),
        "measures": measures,
        "words": {key: _word(key) for key in measures},
        "expertise": _expertise(problem),
        "need": _need(problem, priorities),
        "of_phase": {
            phase: [k for k, one in enumerate(problem.schools) if phase in phases_of(one)]
            for phase in rules.phases
        },
        "rules": _rules(problem, rules),
        "checked": list(checked.checked),
        "alone": [rule for rule in checked.checked if rule not in PAGE_RULES],
        "hidden": list(hidden),
        "priorities": _priorities(problem, priorities),
        "start": clean(name),
        "plans": [{"name": clean(key), **plan_to_dict(problem, one)} for key, one in plans.items()],
        "certificates": [
            library.certificate(problem, rules, one, priorities).to_dict() for one in plans.values()
        ],
        "notices": _notices(problem, options),
        "money": None if money is None else _money(problem, plans[name], money),
        "ground": ground_of(problem, plans[name]),
        "decisions": None
        if decisions is None
        else decisions.model_dump(mode="json", by_alias=True),
    }


def fingerprint(problem: Problem) -> str:
    """Return a mark of the schools and their places: decisions made on others are recognised."""
    digest = hashlib.sha256(repr(problem.ids).encode())
    digest.update(np.ascontiguousarray(problem.xy_m).tobytes())
    return digest.hexdigest()[:16]


def plan_to_dict(problem: Problem, plan: Plan) -> dict[str, Any]:
    """Put a plan into labels, the place of each school (-1: none), and centres (-1: none)."""
    place = [-1] * len(problem)
    centres = []
    for number, cluster in enumerate(plan.clusters):
        for key in cluster.members:
            place[problem.position(key)] = number
        found = None if cluster.centre is None else problem.find(cluster.centre)
        centres.append(-1 if found is None or place[found] != number else found)
    labels = [clean(cluster.label) for cluster in plan.clusters]
    return {"labels": labels, "place": place, "centres": centres}


def _whole(problem: Problem, plan: Plan) -> Plan:
    """Return the plan as the page can hold it: known schools once each, labels that differ."""
    taken: set[int] = set()
    labels: set[str] = set()
    clusters = []
    for cluster in plan.clusters:
        held = []
        for key in cluster.members:
            position = problem.find(key)
            if position is not None and position not in taken:
                taken.add(position)
                held.append(problem.schools[position].urn)
        label = unused(clean(cluster.label) or "Cluster", labels)
        labels.add(label)
        if not held:
            continue
        found = problem.find(cluster.centre)
        centre = None if found is None else problem.schools[found].urn
        clusters.append(Cluster(label, centre if centre in held else None, tuple(held)))
    return Plan(tuple(clusters))


def _word(measure: str) -> str:
    return MEASURE_WORDS.get(measure, measure.replace("_", " "))


def _notices(problem: Problem, options: Mapping[str, Plan]) -> list[str]:
    """Say what of the plans as given the page cannot hold."""
    said = []
    for name, plan in options.items():
        times: dict[int, list[str]] = {}
        strange = []
        for cluster in plan.clusters:
            for key in cluster.members:
                position = problem.find(key)
                if position is None:
                    strange.append(str(key))
                else:
                    times.setdefault(position, []).append(clean(cluster.label))
        for position, where in times.items():
            if len(where) > 1:
                said.append(
                    f"{clean(problem.schools[position].name)} is in {len(where)} clusters of "
                    f'"{clean(name)}" ({", ".join(where)}); the page shows it in the first.'
                )
        if strange:
            count = "1 id that is" if len(strange) == 1 else f"{len(strange)} ids that are"
            said.append(
                f'"{clean(name)}" names {count} no school of these data '
                f"(first: {clean(strange[0], 40)}); left out."
            )
    return said


def _texts(values: Sequence[str | None]) -> list[str | None] | None:
    texts = [None if value is None else clean(value) for value in values]
    return texts if any(texts) else None


def _ranks(problem: Problem) -> list[int]:
    """Place of each school under the published tie rule for pennies."""
    order = sorted(range(len(problem)), key=lambda k: lowest_first(problem.ids[k]))
    ranks: list[int] = np.argsort(order).tolist()
    return ranks


def _travel(travel: Any) -> dict[str, Any]:
    """Pack the journeys: as whole numbers of some decimals where that is exact, else as they are.

    Only the lower half is kept where there and back are the same.
    """
    n = len(travel)
    same = bool(np.array_equal(travel, travel.T))
    values = travel[np.tril_indices(n)] if same else travel.ravel()
    barred = ~np.isfinite(values)
    for decimals in range(4):
        scale = 10**decimals
        whole = np.rint(np.where(barred, 0, values) * scale)
        exact = np.array_equal(whole / scale, np.where(barred, 0, values))
        if exact and whole.max(initial=0) < 2**32 - 1:
            packed = np.where(barred, 2**32 - 1, whole).astype("<u4")
            return _packed(packed, "u4", same, scale)
    return _packed(values.astype("<f8"), "f8", same, 1)


def _packed(values: Any, kind: str, same: bool, scale: int) -> dict[str, Any]:
    data = base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()
    return {"kind": kind, "symmetric": same, "scale": scale, "data": data}


def _measures(problem: Problem, rules: Rules, priorities: Priorities) -> dict[str, list[float]]:
    """List the measures that rules, priorities or a meeting want to see."""
    shown = ("schools", "pupils", "ehcps", "sen_support", "need", *rules.balance, *rules.limits)
    wanted = dict.fromkeys((*shown, priorities.travel_by, priorities.balance_measure))
    return {
        name: [_number(value) for value in problem.measures[name].tolist()]
        for name in wanted
        if name in problem.measures
    }


def _number(value: float) -> float:
    return int(value) if value.is_integer() else value


def _expertise(problem: Problem) -> dict[str, Any]:
    """Capacity by type: positions and amounts as written, and the unit."""
    kinds: dict[str, dict[str, Any]] = {}
    for position, school in enumerate(problem.schools):
        for kind, capacity in school.expertise.items():
            row = kinds.setdefault(kind, {"unit": clean(capacity.unit), "at": [], "amount": []})
            row["at"].append(position)
            row["amount"].append(str(capacity.amount))
    return dict(sorted(kinds.items()))


def _need(problem: Problem, priorities: Priorities) -> dict[str, Any]:
    """Pupils in need by type, where the priority on expertise counts them."""
    if not priorities.expertise:
        return {}
    counted: dict[str, Any] = {}
    for kind, covers in priorities.pupils_per_capacity.items():
        pupils = []
        for school in problem.schools:
            need = school.need.get(kind)
            pupils.append(0 if need is None else (need.ehcps or 0) + (need.sen_support or 0))
        counted[kind] = {"covers": str(covers), "pupils": pupils}
    return counted


def _rules(problem: Problem, rules: Rules) -> dict[str, Any]:
    """Put the rules into plain values: bounds as the decimals written, schools by position."""
    longest = rules.max_travel_m if problem.travel_unit == "m" else rules.max_travel_min
    return {
        "n_clusters": list(rules.count_range),
        "schools_per_cluster": _pair(rules.schools_per_cluster),
        "balance": {name: str(share) for name, share in rules.balance.items()},
        "limits": {name: _pair(pair) for name, pair in rules.limits.items() if pair is not None},
        "max_travel": None if longest is None else float(longest),
        "contiguous": bool(rules.contiguous),
        "expertise": {kind: str(least) for kind, least in rules.expertise.items()},
        "phases": {phase: _pair(pair) for phase, pair in rules.phases.items()},
        "together": [_positions(problem, group) for group in rules.together],
        "apart": [_positions(problem, group) for group in rules.apart],
        "centres": None if rules.centres is None else _positions(problem, rules.centres),
        "exceptions": [
            {"school": problem.position(key), "instead": _excuse(excuse)}
            for key, excuse in rules.exceptions.items()
        ],
    }


def _positions(problem: Problem, keys: Sequence[Any]) -> list[int]:
    return sorted({problem.position(key) for key in keys})


def _pair(pair: Any) -> Any:
    return None if pair is None else [None if end is None else str(end) for end in pair]


def _excuse(excuse: Mapping[str, Any]) -> dict[str, Any]:
    """Say what holds instead of each rule; null is no bound at all."""
    instead: dict[str, Any] = {}
    for rule, bounds in excuse.items():
        if rule == "schools_per_cluster":
            instead[rule] = _pair(bounds)
        elif rule in ("limits", "phases") and bounds is not None:
            instead[rule] = {name: _pair(pair) for name, pair in bounds.items()}
        elif rule == "max_travel":
            instead[rule] = None if bounds is None else float(bounds)
        elif bounds is None:
            instead[rule] = None
        else:
            instead[rule] = {
                name: None if value is None else str(value) for name, value in bounds.items()
            }
    return instead


def _priorities(problem: Problem, priorities: Priorities) -> dict[str, Any]:
    before: list[Any] | None = None
    if priorities.change and priorities.reference is not None:
        groups = _groups_before(problem, priorities.reference)
        names = {group: number for number, group in enumerate(dict.fromkeys(groups))}
        before = [names[group] for group in groups]
    return {
        "travel": float(priorities.travel),
        "travel_by": priorities.travel_by,
        "balance": float(priorities.balance),
        "balance_by": priorities.balance_measure,
        "expertise": float(priorities.expertise),
        "pyramids": float(priorities.pyramids),
        "change": float(priorities.change),
        "reference": before,
    }


def _groups_before(problem: Problem, before: Any) -> list[Any]:
    """Today's group of each school."""
    groups: list[Any] = [None] * len(problem)
    if isinstance(before, Plan):
        pairs = [(key, k) for k, cluster in enumerate(before.clusters) for key in cluster.members]
    else:
        pairs = list(before.items())
    for key, group in pairs:
        found = problem.find(key)
        if found is not None:
            groups[found] = group
    return groups


def _open_policy(rules: Rules, priorities: Priorities) -> tuple[Rules, Priorities, tuple[str, ...]]:
    """Leave out what rests on counts that are not public, and name it."""
    names = {name for name in (*rules.balance, *rules.limits) if name != "schools"}
    hidden = tuple(map(_word, sorted(names)))
    exceptions = {
        key: {
            rule: bounds
            if bounds is None or rule not in ("balance", "limits")
            else {name: value for name, value in bounds.items() if name == "schools"}
            for rule, bounds in excuse.items()
        }
        for key, excuse in rules.exceptions.items()
    }
    kept = replace(
        rules,
        balance={name: share for name, share in rules.balance.items() if name == "schools"},
        limits={name: pair for name, pair in rules.limits.items() if name == "schools"},
        exceptions=exceptions,
    )
    journeys = Priorities(travel_by="schools")
    if priorities != journeys:
        hidden = (*hidden, "journeys weighted by anything but schools")
    return kept, journeys, hidden


def _money(problem: Problem, plan: Plan, money: library.Money) -> dict[str, Any]:
    """Give the page what a split takes that does not depend on the plan, exactly."""
    formula, pot = money.formula, money.pot
    one = Plan((Cluster("all", None, problem.ids),))
    split = library.split(problem, one, library.Money(pot=pot, formula=formula))
    parts = {name: Fraction(share) for name, share in formula.shares.items()}
    if formula.weights:
        parts["units"] = 1 - sum(parts.values(), Fraction(0))
    rates = [_rate(problem, split, name, part) for name, part in parts.items()]
    lumps = [factor for factor in split.factors if factor.kind == "lump"]
    per_school = [f for f in lumps if f.name != "lump_per_cluster"]
    return {
        "total": str(pot.total_pence),
        "flexible": str(pot.flexible_pence),
        "per_cluster": str(sum(f.total_pence for f in lumps if f.name == "lump_per_cluster")),
        "per_school": [str(int(sum(f.exact[urn] for f in per_school))) for urn in problem.ids],
        "first": [str(pence) for pence in _first(problem, pot)],
        "rates": rates,
        "protected": money.protection is not None,
        "split": _split(problem, plan, money),
    }


def _first(problem: Problem, pot: Any) -> list[int]:
    """List what each school receives before the formula: committed and backdated money."""
    first = [0] * len(problem)
    for sums in (pot.committed_pence, pot.backdated_pence):
        for key, pence in sums.items():
            first[problem.position(key)] += pence
    return first


def _rate(problem: Problem, split: Any, name: str, part: Fraction) -> dict[str, Any]:
    """One factor by quantity: its part of the rest, and each school's quantity as whole numbers."""
    factor = next((factor for factor in split.factors if factor.name == name), None)
    quantity = [Fraction(0) if factor is None else factor.quantity[urn] for urn in problem.ids]
    scale = math.lcm(*(value.denominator for value in quantity))
    return {
        "name": name,
        "part": [str(part.numerator), str(part.denominator)],
        "quantity": [str(int(value * scale)) for value in quantity],
    }


def _split(problem: Problem, plan: Plan, money: library.Money) -> dict[str, str] | None:
    """Return the library's own split of the plan to begin with, in pence by label."""
    placed = [key for cluster in plan.clusters for key in cluster.members]
    if len(placed) != len(problem):
        return None
    split = library.split(problem, plan, money)
    return {str(share.key): str(share.total_pence) for share in split.clusters}
