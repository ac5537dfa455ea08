"""Changes that somebody proposes, as values: move, pin, part, join, another number, drop a rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from clusters.arguments import checked
from clusters.domain import RULE_NAMES, FrozenDict, Plan, Problem, Rules, SchoolId
from clusters.domain.forms import rule_fault
from clusters.errors import RulesError
from clusters.explain.single_moves import Ground
from clusters.presolve import clauses_of, without
from clusters.rulebook import school_name

__all__ = ["Change"]

DROPPABLE = tuple(name for name in RULE_NAMES if name != "n_clusters")


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of the rules, or of a plan, that somebody proposes.

    Make one with `move`, `pin`, `apart`, `together`, `count`, `size`, `limit`, `balance`, `travel`
    or `drop`. A change is a value: applying it gives new rules and leaves the old ones alone.

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

    # -- use -------------------------------------------------------------------------------------

    def applied(self, problem: Problem, rules: Rules, plan: Plan) -> Rules:
        """Return the rules under this change.

        Raises
        ------
        RulesError
            If the change names a cluster, school or rule that does not exist.
        """
        changed: Rules = _APPLY[self.kind](self, problem, rules, plan)
        return changed

    def sentence(self, problem: Problem) -> str:
        """Say what is proposed."""
        names = [school_name(problem, key) for key in self.schools]
        texts = {
            "move": lambda: f"move {names[0]} to {self.to}",
            "pin": lambda: f"keep {names[0]} with {names[1]}",
            "apart": lambda: f"keep {', '.join(names)} apart",
            "together": lambda: f"bring {', '.join(names)} together",
            "count": lambda: f"have {_range(self.value)} clusters",
            "size": lambda: f"have {_range(self.value)} schools in a cluster",
            "limit": lambda: f"have {_range(self.value)} of {self.name} in a cluster",
            "balance": lambda: f"set balance of {self.name} to {self.value}",
            "travel": lambda: f"set the longest journey to {self.value} {problem.travel_unit}",
            "drop": lambda: f"drop the rule {self.name}",
        }
        return texts[self.kind]()

    def drawn(self, ground: Ground) -> Plan:
        """Return the plan with this change made literally (only moves change a plan by themselves).

        A pinned or joined school goes to the cluster of the last one named.
        """
        if self.kind not in ("move", "pin", "together"):
            return ground.plan
        labels = [cluster.label for cluster in ground.plan.clusters]
        positions = [ground.problem.position(key) for key in self.schools]
        target = (
            labels.index(str(self.to)) if self.kind == "move" else int(ground.place[positions[-1]])
        )
        return ground.after([(p, target) for p in positions if int(ground.place[p]) != target])


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
        raise RulesError(
            rule_fault(f"there is no cluster {change.to!r} with a centre", f"use one of {labels}")
        )
    school = change.schools[0]
    if problem.position(school) == problem.position(cluster.centre):
        return rules
    return _group(rules, "together", (school, cluster.centre), problem)


def _group(rules: Rules, rule: str, schools: Iterable[SchoolId], problem: Problem) -> Rules:
    ids = tuple(problem.schools[problem.position(key)].urn for key in schools)
    if rule == "together":
        return replace(rules, together=(*rules.together, ids))
    return replace(rules, apart=(*rules.apart, ids))


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
        raise RulesError(
            rule_fault(f"{change.name!r} cannot be dropped", f"use one of {', '.join(DROPPABLE)}")
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
