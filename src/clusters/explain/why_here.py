"""Why is my school here? Its cluster, the next best one, and what each priority would gain."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from clusters.arguments import checked
from clusters.domain import (
    FrozenDict,
    Plan,
    PlanLike,
    Priorities,
    Problem,
    Rules,
    SchoolId,
    check_rules,
    plan_of,
)
from clusters.errors import DataError, Faults
from clusters.explain.single_moves import Ground, Move
from clusters.measures import places_of
from clusters.rulebook import length, whole_pyramids
from clusters.shown import Shown
from clusters.text import listed, shown, two_digits

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Answers", "WhyHere", "why_all", "why_here"]

NOTHING = 1e-9
"""Share of a plan's cost below which a change counts as none."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class WhyHere(Shown):
    """Why a school is in its cluster.

    Parameters
    ----------
    school, name
        Id and name.
    cluster
        Label of its cluster.
    centre
        Centre of its cluster.
    journey
        Its journey to that centre, in the problem's unit.
    moves
        What moving it to other clusters would change: those that the rules allow, cheapest first;
        then those to clusters beside it, the fewest rules broken first; then the others.
    nearer
        What moving it to the cluster with the nearest centre would change, where that centre is
        nearer than its own; None where its own is the nearest.
    nearer_journey
        Its journey to that centre as it is now; NaN where there is none.
    share_of_cost
        Change of the whole plan's cost if it went to the next best cluster, as a fraction; None
        where there is no other cluster.
    sentence
        One or two plain sentences.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> rules = cl.Rules(n_clusters=2, contiguous=False)
    >>> answer = cl.why_here(problem, rules, plan, "b")
    >>> [(move.to, move.allowed) for move in answer.moves]
    [('East', True)]
    """

    school: SchoolId
    name: str
    cluster: str
    centre: SchoolId | None
    journey: float
    moves: tuple[Move, ...]
    share_of_cost: float | None
    sentence: str
    nearer: Move | None = None
    nearer_journey: float = math.nan

    @property
    def next_best(self) -> Move | None:
        """The next best cluster: the cheapest that the rules allow, else the first in `moves`."""
        return self.moves[0] if self.moves else None

    @property
    def open(self) -> bool:
        """Whether the rules let the school move by itself to another cluster."""
        return self.next_best is not None and self.next_best.allowed


class Answers(FrozenDict, Shown):
    """The answer for every school, by id: a read-only mapping that can become a frame.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> rules = cl.Rules(n_clusters=2, contiguous=False)
    >>> answers = cl.why_all(problem, rules, plan)
    >>> len(answers), answers.to_frame().shape[0]
    (4, 4)
    """

    def __repr__(self) -> str:
        return f"Answers(for {len(self):,} schools)"

    def to_frame(self) -> pd.DataFrame:
        """Make a frame with one row for each school."""
        import pandas as pd

        rows = []
        for key, why in self.items():
            best = why.next_best
            changes: Mapping[str, float] = {} if best is None else best.by_priority
            row = {
                "school": key,
                "name": why.name,
                "cluster": why.cluster,
                "journey": why.journey,
                "next_best": None if best is None else best.to,
                "next_journey": None if best is None else best.journey,
                "cost_change": None if best is None else best.cost_change,
                "share_of_cost": why.share_of_cost,
                "allowed": why.open,
                "breaks": "" if best is None else ", ".join(best.broken),
                "nearer": None if why.nearer is None else why.nearer.to,
                "nearer_journey": None if why.nearer is None else why.nearer_journey,
                "nearer_breaks": "" if why.nearer is None else ", ".join(why.nearer.broken),
            }
            row |= {f"{name}_change": change for name, change in changes.items()}
            rows.append(row | {"sentence": why.sentence})
        return pd.DataFrame(rows)


@checked
def why_here(
    problem: Problem,
    rules: Rules,
    plan: PlanLike,
    school: SchoolId,
    priorities: Priorities | None = None,
) -> WhyHere:
    """Say why a school is in its cluster, and what moving it to each other cluster would change.

    Every figure is exact for that one move: both clusters choose their centre again, nothing else
    changes. What a move could set off if others moved too is for `what_if`.

    Parameters
    ----------
    problem, rules, plan, priorities
        As for `verify`.
    school
        Id of the school.

    Raises
    ------
    RulesError
        If rules or priorities do not fit the problem.
    DataError
        If the plan does not place every school exactly once, or has no such school.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [3000, 0], [4000, 0]],
    ...     {"need": [1, 2, 2, 1]}, [("a", "b"), ("b", "c"), ("c", "d")])
    >>> plan = cl.Plan.from_assignment({"a": "b", "b": "b", "c": "c", "d": "c"})
    >>> why = why_here(problem, cl.Rules(n_clusters=2), plan, "a")
    >>> why.cluster, why.next_best.to, why.next_best.broken
    ('1', '2', ('contiguous',))
    """
    plan = plan_of(problem, plan)
    ground = _ground(problem, rules, plan, priorities)
    position = problem.position(school)
    near = ground.targets(position, near=True)
    moves = [ground.move(position, c) for c in ground.targets(position, near=False)]
    return _answer(ground, position, _ranked(ground, near, [ground.detailed(m) for m in moves]))


@checked
def why_all(
    problem: Problem, rules: Rules, plan: PlanLike, priorities: Priorities | None = None
) -> Answers:
    """Answer `why_here` for every school, in seconds.

    Only clusters that a school borders on are looked at (all of them where neighbours play no
    part), and as a rule only the next best one in detail. The next best is the one of `why_here`.

    Returns
    -------
    Answers
        By id; ``.to_frame()`` makes a table.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> rules = cl.Rules(n_clusters=2, contiguous=False)
    >>> answers = why_all(problem, rules, plan)
    >>> sorted(answers)
    ['a', 'b', 'c', 'd']
    """
    plan = plan_of(problem, plan)
    ground = _ground(problem, rules, plan, priorities)
    answers = {}
    for position, school in enumerate(problem.schools):
        near = ground.targets(position, near=True)
        answers[school.urn] = _answer(ground, position, _next_best(ground, position, near))
    return Answers(answers)


def _next_best(ground: Ground, position: int, near: list[int]) -> list[Move]:
    """Rank the moves to some clusters as `why_here` does; the first one in detail."""
    moves = _ranked(ground, near, [ground.move(position, c) for c in near])
    if not moves:
        return moves
    if moves[0].allowed and not ground.findings:
        return [ground.detailed(moves[0]), *moves[1:]]
    # nothing is allowed, or the plan breaks rules already: which move breaks least?
    known = {} if ground.findings else {c: ground.would_break(position, c) for c in near}
    if not known or None in known.values():
        return _ranked(ground, near, [ground.detailed(move) for move in moves])
    labels = {ground.plan.clusters[c].label: broken for c, broken in known.items()}
    judged = [replace(move, broken=labels[move.to] or ()) for move in moves]
    first, *rest = _ranked(ground, near, judged)
    return [ground.detailed(first), *rest]


def _ground(problem: Problem, rules: Rules, plan: Plan, priorities: Priorities | None) -> Ground:
    priorities = Priorities() if priorities is None else priorities
    check_rules(problem, rules, priorities)
    refuse_broken(problem, plan)
    return Ground(problem, rules, priorities, plan)


def refuse_broken(problem: Problem, plan: Plan) -> None:
    """Refuse a plan that does not place every school of the problem exactly once."""
    count, faults, remedy = [0] * len(problem), Faults(), "repair the plan first (cl.repair)"
    for key in (key for cluster in plan.clusters for key in cluster.members):
        position = problem.find(key)
        if position is None:
            faults.add("this school is not one of the problem's", remedy, urn=key)
        else:
            count[position] += 1
    for key, times in zip(problem.ids, count, strict=True):
        if times != 1:
            what = "no cluster holds this school" if not times else f"{times} clusters hold it"
            faults.add(what, remedy, urn=key)
    labels = [cluster.label for cluster in plan.clusters if cluster.members]
    for label in {label for label in labels if labels.count(label) > 1}:
        faults.add("two clusters have this label", remedy, urn=label)
    faults.refuse(DataError)
    assert (places_of(problem, plan) >= 0).all()


def _ranked(ground: Ground, near: list[int], moves: list[Move]) -> list[Move]:
    """Put the moves that are allowed first, then those to clusters beside the school."""
    beside = {ground.plan.clusters[c].label for c in near}
    return sorted(
        moves, key=lambda m: (not m.allowed, m.to not in beside, len(m.broken), m.cost_change)
    )


def _answer(ground: Ground, position: int, moves: list[Move]) -> WhyHere:
    school = ground.problem.schools[position]
    cluster = ground.plan.clusters[int(ground.place[position])]
    total = ground.free.offset + sum(cost for _, cost in ground.now)
    centre = None if cluster.centre is None else ground.problem.find(cluster.centre)
    journey = math.nan if centre is None else float(ground.problem.travel[position, centre])
    share = float(moves[0].cost_change / total) if moves and total else None
    nearer, nearer_journey = _nearer(ground, position, moves)
    sentence = _sentence(ground, position, moves, journey, share)
    return WhyHere(
        school=school.urn,
        name=school.name,
        cluster=cluster.label,
        centre=cluster.centre,
        journey=journey,
        moves=tuple(moves),
        share_of_cost=share,
        sentence=sentence + _why_not_nearer(ground, position, nearer, nearer_journey, moves),
        nearer=nearer,
        nearer_journey=nearer_journey,
    )


def _nearer(ground: Ground, position: int, moves: list[Move]) -> tuple[Move | None, float]:
    """Return the move to the nearest centre, where it is not the school's own, and the way."""
    target = ground.nearer(position)
    if target is None:
        return None, math.nan
    label = ground.plan.clusters[target].label
    centre = ground.problem.position(ground.plan.clusters[target].centre)
    known = next((m for m in moves if m.to == label and (m.by_priority or m.breaks)), None)
    move = known or ground.detailed(ground.move(position, target))
    return move, float(ground.problem.travel[position, centre])


def _why_not_nearer(
    ground: Ground, position: int, nearer: Move | None, journey: float, moves: list[Move]
) -> str:
    """Answer why a school is not in the cluster whose centre is nearest."""
    if nearer is None:
        return ""
    where = f"{_called(nearer.to)}, whose centre is nearer ({length(ground.problem, journey)})"
    if moves and nearer.to == moves[0].to and nearer.allowed:
        way = length(ground.problem, journey)
        but = ", but the plan as a whole would be worse" if nearer.cost_change > 0 else ""
        return f" The centre of {_called(nearer.to)} as it is now is nearer ({way}){but}."
    if moves and nearer.to == moves[0].to:
        return f" That is also why it is not in {where}."
    if nearer.allowed:
        side = "would cost less" if nearer.cost_change < 0 else "costs more over the whole plan"
        return f" Why not {where}? It {side}: {_effects(ground, nearer)}."
    if ground.mates.get(position) and set(nearer.broken) == {"together"}:
        return f" Why not {where}? It must stay with its group."
    return f" Why not {where}? {_first_break(nearer)}"


def _first_break(move: Move) -> str:
    """Return what a move breaks, with the numbers: a rule of its own before that of its group."""
    pairs = zip(move.broken, move.breaks, strict=False)
    others = [text for rule, text in pairs if rule != "together"]
    return (others or list(move.breaks) or ["A rule would break."])[0]


def _sentence(
    ground: Ground, position: int, moves: list[Move], journey: float, share: float | None
) -> str:
    problem = ground.problem
    school = problem.schools[position]
    cluster = ground.plan.clusters[int(ground.place[position])]
    where = f"{school.name} is in {_called(cluster.label)}"
    if cluster.centre is not None and problem.find(cluster.centre) == position:
        where += " and is its centre"
    elif math.isfinite(journey):
        where += f", {length(problem, journey)} from its centre"
    if not moves:
        return f"{where}. There is no other cluster that it could join."
    best = moves[0]
    if not best.allowed:
        return f"{where}{_barred(ground, position, best)}"
    away = length(problem, best.journey)
    if share is not None and share < -NOTHING:
        return (
            f"{where}. It would be better in {_called(best.to)}, {away} from its centre, and no "
            f"rule stands against it: {_effects(ground, best)}."
        )
    if share is None or abs(share) <= NOTHING:
        return f"{where}. {_called(best.to, True)} would be just as good, and no rule would break."
    return (
        f"{where}. The next best is {_called(best.to)}, {away} from "
        f"its centre: {_effects(ground, best)}; no rule would break."
    )


def _barred(ground: Ground, position: int, best: Move) -> str:
    """Say what stands against the next best cluster of a school that cannot move by itself."""
    mates = ground.mates.get(position)
    text = f"; it must stay together with {_others(ground, position, mates)}" if mates else ""
    away = ""
    if math.isfinite(best.journey):
        away = f", {length(ground.problem, best.journey)} from its centre"
    # the finding about a neighbour's rule says more than "together", which is said above
    if mates and set(best.broken) <= {"together"}:
        return (
            f"{text}. Were it not for that, {_called(best.to)}{away}, would be the next best: "
            f"{_effects(ground, best)}."
        )
    return (
        f"{text}. It cannot move by itself; in {_called(best.to)}, the next best{away}: "
        f"{_first_break(best)}"
    )


def _effects(ground: Ground, move: Move) -> str:
    """Say what each priority gains or loses."""
    texts = []
    for name, change in move.by_priority.items():
        if abs(change) < 1e-6:
            continue
        side = change > 0
        size = abs(change)
        if name == "travel":
            total = ground.travel_total
            share = f"{two_digits(100 * size / total)}%" if total else shown(round(size, 1))
            texts.append(f"journeys {share} {'longer' if side else 'shorter'} over the whole plan")
        elif name == "balance":
            of = ground.priorities.balance_measure
            texts.append(f"{of} {shown(round(size))} {'less' if side else 'more'} even")
        elif name == "expertise":
            texts.append(f"{shown(round(size))} pupils {'fewer' if side else 'more'} covered")
        elif name == "pyramids":
            pieces = f"pyramid piece{'s' if round(size) > 1 else ''}"
            texts.append(f"{shown(round(size))} {pieces} {'more' if side else 'fewer'}")
        else:
            schools = f"{round(size)} {'school' if round(size) == 1 else 'schools'}"
            texts.append(f"{schools} {'more' if side else 'fewer'} moved from today")
    return listed(texts) if texts else "nothing that the priorities count would change"


def _called(label: str, first: bool = False) -> str:
    text = f"cluster {label}" if str(label).isdecimal() else str(label)
    return text[0].upper() + text[1:] if first else text


def _others(ground: Ground, position: int, mates: frozenset[int]) -> str:
    """Name the schools that must be with one: by pyramids where it can."""
    problem = ground.problem
    whole, rest = whole_pyramids(problem, [problem.ids[p] for p in sorted({position, *mates})])
    others = [problem.school(key).name for key in rest if problem.position(key) != position]
    own = problem.schools[position].pyramid
    mine = [problem.schools[p] for p in sorted(mates) if problem.schools[p].pyramid == own]
    inside = own is not None and any(name.startswith((own, f"the {own}")) for name in whole)
    if inside:
        whole = [name for name in whole if not name.startswith((str(own), f"the {own}"))]
        mates_of = f"the {len(mine)} other schools of {own}"
        whole.insert(0, mine[0].name if len(mine) == 1 else mates_of)
    elif len(others) > 3 and own is not None and len(mine) == len(mates):
        return f"{len(others)} other schools of {own}"
    elif len(others) > 3:
        others = [f"{len(others)} other schools"]
    return listed([*whole, *others])
