"""Changes that somebody proposes, as values.

Of the rules or of a plan: move, pin, part, join, another number, drop a rule. Of what there is:
schools that close, open, merge or convert; clusters that merge or split.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from clusters.arguments import checked
from clusters.domain import (
    RULE_NAMES,
    FrozenDict,
    Plan,
    PlanLike,
    Priorities,
    Problem,
    Rules,
    School,
    SchoolId,
    plan_of,
)
from clusters.errors import RulesError
from clusters.explain.reshaping import RESHAPES, Scene
from clusters.explain.single_moves import Ground
from clusters.presolve import clauses_of, without
from clusters.rulebook import school_name
from clusters.shown import Shown

__all__ = ["Change", "after_changes"]

DROPPABLE = tuple(name for name in RULE_NAMES if name != "n_clusters")


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Change(Shown):
    """One change of the rules, or of a plan, that somebody proposes.

    Make one with `move`, `pin`, `apart`, `together`, `count`, `size`, `limit`, `balance`, `travel`
    or `drop`; or, where what there is changes, with `close`, `open`, `merge_schools`, `convert`,
    `merge` or `split`. A change is a value: applying it gives new facts and rules, and leaves the
    old ones alone.

    Parameters
    ----------
    kind
        The name of the maker.
    schools
        Ids concerned.
    to
        Label of a cluster (`move`).
    name
        A measure or the name of a rule.
    value
        The new bound or number.

    Examples
    --------
    >>> Change.together("107722", "107717").schools
    ('107722', '107717')
    """

    kind: str
    schools: tuple[SchoolId, ...] = ()
    to: str | None = None
    name: str | None = None
    value: Any = None

    # -- makers ----------------------------------------------------------------------------------

    @classmethod
    def move(cls, school: SchoolId, to: str) -> Change:
        """Move a school to the cluster with a label: it shares that cluster's present centre."""
        return cls(kind="move", schools=(school,), to=to)

    @classmethod
    def pin(cls, school: SchoolId, with_: SchoolId) -> Change:
        """Keep a school in the cluster of another, wherever that is."""
        return cls(kind="pin", schools=(school, with_))

    @classmethod
    def apart(cls, *schools: SchoolId) -> Change:
        """Allow no two of these schools in one cluster."""
        return cls(kind="apart", schools=schools)

    @classmethod
    def together(cls, *schools: SchoolId) -> Change:
        """Bring these schools into one cluster."""
        return cls(kind="together", schools=schools)

    @classmethod
    def count(cls, n_clusters: int | tuple[int, int]) -> Change:
        """Ask for another number of clusters, or a range."""
        return cls(kind="count", value=n_clusters)

    @classmethod
    def size(cls, fewest: float | None, most: float | None) -> Change:
        """Bound the schools in a cluster."""
        return cls(kind="size", value=(fewest, most))

    @classmethod
    def limit(cls, measure: str, least: float | None, most: float | None) -> Change:
        """Bound a measure in a cluster."""
        return cls(kind="limit", name=measure, value=(least, most))

    @classmethod
    def balance(cls, measure: str, share: float | None) -> Change:
        """Let a measure differ by a fraction from the mean cluster (None: however much)."""
        return cls(kind="balance", name=measure, value=share)

    @classmethod
    def travel(cls, most: float | None) -> Change:
        """Bound the journeys, in the problem's unit (None: not at all)."""
        return cls(kind="travel", value=most)

    @classmethod
    def drop(cls, rule: str) -> Change:
        """Drop a rule, by its name in `Rules`."""
        return cls(kind="drop", name=rule)

    # -- makers of changes of what there is ----------------------------------------------------

    @classmethod
    def close(cls, school: SchoolId, to: SchoolId | Mapping[SchoolId, int] | None = None) -> Change:
        """Close a school.

        Parameters
        ----------
        to
            The school that its pupils go to, or whole-number weights of several: every count and
            measure is shared out in their proportions. None: they are counted nowhere any more,
            and the answer says so. Its expertise goes nowhere.
        """
        heirs = to if isinstance(to, Mapping) or to is None else {to: 1}
        return cls(
            kind="close", schools=(school,), value=None if heirs is None else FrozenDict(heirs)
        )

    @classmethod
    def open(
        cls,
        school: School,
        cluster: str | None = None,
        *,
        neighbours: Sequence[SchoolId] | None = None,
        journeys: Mapping[SchoolId, float] | None = None,
    ) -> Change:
        """Open a new school.

        Parameters
        ----------
        school
            Its facts, with an id of its own.
        cluster
            Label of the cluster it joins; None: it has no place yet, and is given one.
        neighbours
            Its neighbours; None for the schools whose territories touch its own.
        journeys
            From it to each school and back; needed where journeys are not straight lines.
        """
        around = None if neighbours is None else tuple(neighbours)
        ways = None if journeys is None else FrozenDict(journeys)
        return cls(kind="open", schools=(school.urn,), value=(school, around, ways, cluster))

    @classmethod
    def merge_schools(
        cls, *schools: SchoolId, name: str | None = None, phase: str | None = None
    ) -> Change:
        """Make several schools one, at the place and under the id of the first.

        Parameters
        ----------
        name, phase
            Of the merged school; its phase must be given where those of the schools differ and are
            not infant and junior, or primary and secondary.
        """
        return cls(kind="merge_schools", schools=schools, value=(name, phase))

    @classmethod
    def convert(
        cls, school: SchoolId, urn: SchoolId, *, name: str | None = None, trust: str | None = None
    ) -> Change:
        """Give a school that becomes an academy its new URN, name and trust."""
        return cls(kind="convert", schools=(school,), value=(urn, name, trust))

    @classmethod
    def merge(cls, *clusters: str, name: str | None = None) -> Change:
        """Make several clusters one: their centres share a cluster, and there are fewer clusters.

        Parameters
        ----------
        clusters
            Labels, the one that is kept first.
        name
            A new label in its place.
        """
        return cls(kind="merge", value=(clusters, name))

    @classmethod
    def split(
        cls, cluster: str, schools: Sequence[SchoolId] | None = None, *, name: str | None = None
    ) -> Change:
        """Make two clusters of one: their centres stay apart, and there is one cluster more.

        Parameters
        ----------
        schools
            Those of the new cluster; None: the part with the shortest journeys is looked for.
        name
            Label of the new cluster.
        """
        chosen = None if schools is None else tuple(schools)
        return cls(kind="split", value=(cluster, chosen, name))

    # -- use -------------------------------------------------------------------------------------

    @property
    def reshapes(self) -> bool:
        """Whether this changes what there is, not only what plans may be like."""
        return self.kind in RESHAPES

    def applied(self, problem: Problem, rules: Rules, plan: Plan) -> Rules:
        """Return the rules under this change (facts and plan as well: `after_changes`).

        Raises
        ------
        RulesError
            If the change names a cluster, school or rule that does not exist.
        """
        if self.reshapes:
            priorities = Priorities(travel_by="schools")
            scene = Scene(problem=problem, rules=rules, priorities=priorities, plan=plan)
            return RESHAPES[self.kind](self, scene).rules
        changed: Rules = _APPLY[self.kind](self, problem, rules, plan)
        return changed

    def sentence(self, problem: Problem) -> str:
        """Say what is proposed."""
        return _WORDS[self.kind](self, problem, _names(problem, self.schools))

    def drawn(self, ground: Ground) -> Plan:
        """Return the plan with this change made literally (only moves change a plan by themselves).

        A pinned or joined school goes to the cluster of the last one named.
        """
        if self.kind not in ("move", "pin", "together"):
            return ground.plan
        labels = [cluster.label for cluster in ground.plan.clusters]
        positions = [ground.problem.position(key) for key in self.schools]
        last = int(ground.place[positions[-1]])
        target = labels.index(str(self.to)) if self.kind == "move" else last
        return ground.after([(p, target) for p in positions if int(ground.place[p]) != target])


@checked
def after_changes(
    problem: Problem,
    rules: Rules,
    plan: PlanLike,
    changes: Change | Sequence[Change],
    priorities: Priorities | None = None,
) -> Scene:
    """Return facts, rules, priorities and plan after some changes, ready for `repair` or `solve`.

    Nothing is altered. The plan is the given one with the changes made literally; it may break
    rules. `what_if` does all this, and prices it.

    Parameters
    ----------
    plan
        Places every school once.
    changes
        In the order in which they are made.

    Raises
    ------
    RulesError, DataError
        If a change names a cluster, school or rule that does not exist.

    Examples
    --------
    >>> problem = Problem.from_arrays(
    ...     ["a", "b", "c"], [[0, 0], [1, 0], [2, 0]], {"need": [1, 2, 3]})
    >>> plan = Plan.from_assignment({"a": "b", "b": "b", "c": "c"})
    >>> later = after_changes(problem, Rules(n_clusters=2), plan, Change.close("a", to="b"))
    >>> later.problem.measures["need"].tolist(), later.plan.assignment
    ([3.0, 3.0], {'b': 'b', 'c': 'c'})
    """
    plan = plan_of(problem, plan)
    priorities = Priorities() if priorities is None else priorities
    scene = Scene(problem=problem, rules=rules, priorities=priorities, plan=plan)
    # rules and plan before changes of the rules: centres are chosen, and clusters meant, by them
    base, origin = rules, plan
    for change in (changes,) if isinstance(changes, Change) else changes:
        if change.reshapes:
            if change.kind not in ("merge", "split"):
                base = RESHAPES[change.kind](change, replace(scene, rules=base)).rules
            scene = RESHAPES[change.kind](change, scene)
            origin = scene.plan
            continue
        changed = change.applied(scene.problem, scene.rules, origin)
        ground = Ground(scene.problem, base, scene.priorities, scene.plan)
        scene = replace(scene, rules=changed, plan=change.drawn(ground))
    return scene


def _range(pair: Any) -> str:
    if not isinstance(pair, Sequence):
        return str(pair)
    low, high = pair
    if low is None or high is None:
        return f"at most {high}" if low is None else f"at least {low}"
    return f"{low} to {high}"


def _move(change: Change, problem: Problem, rules: Rules, plan: Plan) -> Rules:
    cluster = next((c for c in plan.clusters if c.label == change.to), None)
    if cluster is None or cluster.centre is None:
        labels = ", ".join(str(c.label) for c in plan.clusters)
        raise RulesError.of(
            f"there is no cluster {change.to!r} with a centre", f"use one of {labels}"
        )
    school = change.schools[0]
    if problem.position(school) == problem.position(cluster.centre):
        return rules
    return _group(rules, "together", (school, cluster.centre), problem)


def _group(rules: Rules, rule: str, schools: Iterable[SchoolId], problem: Problem) -> Rules:
    ids = tuple(problem.school(key).urn for key in schools)
    changed: dict[str, Any] = {rule: (*getattr(rules, rule), ids)}
    return replace(rules, **changed)


def _balance(change: Change, _problem: Problem, rules: Rules, _plan: Plan) -> Rules:
    balance = {name: share for name, share in rules.balance.items() if name != change.name}
    if change.value is not None:
        balance[str(change.name)] = change.value
    return replace(rules, balance=FrozenDict(balance))


def _limit(change: Change, _problem: Problem, rules: Rules, _plan: Plan) -> Rules:
    name = str(change.name)
    limits = {**rules.limits, name: change.value}
    if change.value == (None, None):
        del limits[name]
    return replace(rules, limits=FrozenDict(limits))


def _travel(change: Change, problem: Problem, rules: Rules, _plan: Plan) -> Rules:
    return replace(rules, **{f"max_travel_{problem.travel_unit}": change.value})


def _drop(change: Change, _problem: Problem, rules: Rules, _plan: Plan) -> Rules:
    name = "max_travel" if str(change.name).startswith("max_travel") else change.name
    if name not in DROPPABLE:
        raise RulesError.of(
            f"{change.name!r} cannot be dropped", f"use one of {', '.join(DROPPABLE)}"
        )
    return without(rules, *(clause for clause in clauses_of(rules) if clause.rule == name))


_APPLY = {
    "move": _move,
    "pin": lambda c, p, r, _: _group(r, "together", c.schools, p),
    "together": lambda c, p, r, _: _group(r, "together", c.schools, p),
    "apart": lambda c, p, r, _: _group(r, "apart", c.schools, p),
    "count": lambda c, _p, r, _: replace(r, n_clusters=c.value),
    "size": lambda c, _p, r, _: replace(r, schools_per_cluster=c.value),
    "limit": _limit,
    "balance": _balance,
    "travel": _travel,
    "drop": _drop,
}


def _names(problem: Problem, ids: Iterable[SchoolId]) -> list[str]:
    """Name schools; one that the problem does not have by its id."""
    return [str(key) if problem.find(key) is None else school_name(problem, key) for key in ids]


def _close_words(change: Change, problem: Problem, names: list[str]) -> str:
    if not change.value:
        return f"close {names[0]} (its pupils are counted nowhere, as it is not said where they go)"
    heirs = " and ".join(_names(problem, change.value))
    return f"close {names[0]} (its pupils go to {heirs})"


def _open_words(change: Change, _problem: Problem, _names: list[str]) -> str:
    school, _, _, cluster = change.value
    return f"open {school.name}" + (f" in {cluster}" if cluster is not None else "")


def _convert_words(change: Change, _problem: Problem, names: list[str]) -> str:
    urn, name, _ = change.value
    return f"give {names[0]} the new URN {urn}" + (f" and the name {name}" if name else "")


_WORDS: Mapping[str, Callable[[Change, Problem, list[str]], str]] = {
    "move": lambda c, _p, names: f"move {names[0]} to {c.to}",
    "pin": lambda _c, _p, names: f"keep {names[0]} with {names[1]}",
    "apart": lambda _c, _p, names: f"keep {', '.join(names)} apart",
    "together": lambda _c, _p, names: f"bring {', '.join(names)} together",
    "count": lambda c, _p, _n: f"have {_range(c.value)} clusters",
    "size": lambda c, _p, _n: f"have {_range(c.value)} schools in a cluster",
    "limit": lambda c, _p, _n: f"have {_range(c.value)} of {c.name} in a cluster",
    "balance": lambda c, _p, _n: f"set balance of {c.name} to {c.value}",
    "travel": lambda c, p, _n: f"set the longest journey to {c.value} {p.travel_unit}",
    "drop": lambda c, _p, _n: f"drop the rule {c.name}",
    "close": _close_words,
    "open": _open_words,
    "convert": _convert_words,
    "merge_schools": lambda _c, _p, names: f"make one school of {' and '.join(names)}",
    "merge": lambda c, _p, _n: f"make one cluster of {' and '.join(map(str, c.value[0]))}",
    "split": lambda c, _p, _n: f"split the cluster {c.value[0]} in two",
}
