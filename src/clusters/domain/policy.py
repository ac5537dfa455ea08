"""Policy: the rules that a plan must satisfy and the priorities that make one plan better."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from clusters.arguments import checked
from clusters.domain.forms import CHECK_OF, INSTEAD_OF, checked_mapping
from clusters.domain.plan import Plan, PlanLike, groups_of
from clusters.domain.values import Bounds, FrozenDict, SchoolId, is_number
from clusters.errors import Faults, RulesError
from clusters.rulebook import EXCUSABLE, RULEBOOK
from clusters.shown import Shown

PRIORITY_NAMES = ("travel", "balance", "expertise", "pyramids", "change")
"""What can have a weight, by its name in `Priorities`."""


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Rules(Shown):
    """What every plan must satisfy.

    Parameters
    ----------
    n_clusters
        Number of clusters, exactly; or a range (lowest, highest).
    schools_per_cluster
        (fewest, most) schools in a cluster; either may be None.
    balance
        By measure, the largest deviation of a cluster from the mean cluster as a fraction of the
        mean (0.25 = 25%).
    limits
        By measure, (least, most) in a cluster; either may be None.
    max_travel_m, max_travel_min
        No school's journey to its centre may be longer (metres or minutes, as the problem's
        journeys are measured).
    contiguous
        Whether the members of each cluster must be connected through neighbours.
    expertise
        By type of need, the least capacity that each cluster must hold.
    phases
        By phase, the least number of schools that each cluster must hold, or (least, most); either
        may be None. An all-through school counts as primary and as secondary
        (:func:`clusters.domain.phases_of` lists the others).
    together
        Groups of ids that must share a cluster.
    apart
        Groups of ids of which no two may share a cluster.
    centres
        The only schools that may be a centre; None for any.
    exceptions
        By school id, what the cluster that holds this school is excused from: a rule's name,
        several names, or a mapping
        from rule to the bounds that hold instead (None: none at all), for instance
        ``{"108000": {"balance": {"pupils": 0.6}, "schools_per_cluster": None}}``. An exception to
        "max_travel"
        concerns that school's own journey.

    Raises
    ------
    RulesError
        Listing every value out of range.

    Examples
    --------
    >>> Rules(n_clusters=(16, 20), balance={"pupils": 0.25}, max_travel_m=8000)
    Rules(n_clusters=(16, 20), balance={'pupils': 0.25}, max_travel_m=8000)
    """

    n_clusters: int | tuple[int, int]
    schools_per_cluster: Bounds | None = None
    balance: Mapping[str, float] = field(default_factory=FrozenDict)
    limits: Mapping[str, Bounds] = field(default_factory=FrozenDict)
    max_travel_m: float | None = None
    max_travel_min: float | None = None
    contiguous: bool = True
    expertise: Mapping[str, float] = field(default_factory=FrozenDict)
    phases: Mapping[str, float | Bounds] = field(default_factory=FrozenDict)
    together: Sequence[Sequence[SchoolId]] = ()
    apart: Sequence[Sequence[SchoolId]] = ()
    centres: Sequence[SchoolId] | None = None
    exceptions: Mapping[SchoolId, Any] = field(default_factory=FrozenDict)

    def __post_init__(self) -> None:
        faults = Faults()
        setattr_ = object.__setattr__
        for rule in RULEBOOK:
            for name in rule.fields:
                setattr_(self, name, CHECK_OF[rule.form](name, getattr(self, name), faults))
        setattr_(self, "exceptions", _checked_exceptions(self.exceptions, faults))
        faults.refuse(RulesError)

    @property
    def count_range(self) -> tuple[int, int]:
        """Fewest and most clusters."""
        asked = self.n_clusters
        return asked if isinstance(asked, tuple) else (asked, asked)


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Priorities(Shown):
    """What makes one plan better than another: a cost to be made small, added up over clusters.

    Journeys are counted in `travel_by` units x metres (or minutes). The other priorities are prices
    in the same currency, per kilometre (per minute where journeys are in minutes):

    Parameters
    ----------
    travel
        Weight of the journeys.
    travel_by
        Measure that weights each school's journey; "schools" counts every school once.
    balance
        A cluster whose `balance_by` is one unit from the mean costs as much as one unit travelling
        `balance` km.
    balance_by
        Measure to be made even; None for the one in `travel_by`.
    expertise
        One pupil whose type of need no capacity in the cluster covers costs as much as one unit
        travelling `expertise` km.
    pupils_per_capacity
        By type of need, how many pupils one unit of capacity covers (a policy; needed where
        `expertise` is above 0).
    pyramids
        Each extra piece that a pyramid falls into costs as much as an average school travelling
        `pyramids` km.
    change
        Each school that moves costs as much as an average school travelling `change` km. A school
        moves when the centre
        of its cluster belongs to another group of `reference`.
    reference
        Today's plan (or a Result), or a mapping from id to group; needed where `change` is above 0.

    Raises
    ------
    RulesError
        Listing every value out of range.

    Examples
    --------
    >>> Priorities(travel_by="pupils", pyramids=500.0)
    Priorities(travel_by='pupils', pyramids=500.0)
    """

    travel: float = 1.0
    travel_by: str = "need"
    balance: float = 0.0
    balance_by: str | None = None
    expertise: float = 0.0
    pupils_per_capacity: Mapping[str, float] = field(default_factory=FrozenDict)
    pyramids: float = 0.0
    change: float = 0.0
    reference: PlanLike | None = None

    def __post_init__(self) -> None:
        faults, weights = Faults(), {name: getattr(self, name) for name in PRIORITY_NAMES}
        for name, weight in weights.items():
            if not is_number(weight) or weight < 0:
                faults.add(f"{name} is not a number of 0 or more", "give a weight", weight)
        if not faults and not any(weights.values()):
            faults.add("every priority has weight 0", "give at least one of them a weight")
        if self.change and self.reference is None:
            what = "change has a weight but reference is missing"
            faults.add(what, "give today's plan, for instance reference=cl.read_plan(...)")
        per_capacity = checked_mapping("pupils_per_capacity", self.pupils_per_capacity, faults)
        for kind, pupils in per_capacity.items():
            if not is_number(pupils) or pupils <= 0:
                what = f"pupils_per_capacity[{kind!r}] is not a number above 0"
                faults.add(what, "give the pupils that one unit covers", pupils)
        if self.expertise and not per_capacity:
            what = "expertise has a weight but pupils_per_capacity is empty"
            faults.add(what, "say how many pupils one unit of each type of capacity covers")
        faults.refuse(RulesError)
        object.__setattr__(self, "pupils_per_capacity", FrozenDict(per_capacity))
        if isinstance(self.reference, Mapping):
            object.__setattr__(self, "reference", FrozenDict(self.reference))

    @property
    def groups_before(self) -> Plan | Mapping[SchoolId, Hashable] | None:
        """The plan or the groups of `reference`."""
        return None if self.reference is None else groups_of(self.reference)

    @property
    def balance_measure(self) -> str:
        """The measure that the soft balance makes even."""
        return self.balance_by or self.travel_by


def weighing(priorities: Priorities, **weights: Any) -> Priorities:
    """Copy priorities with some weights (and other fields), every other weight 0."""
    none = dict.fromkeys(PRIORITY_NAMES, 0.0)
    return replace(priorities, **{**none, **weights})


_EXCUSED_BY = {rule.name: rule for rule in RULEBOOK if rule.excused is not None}
_RULE_OF_FIELD = {field: rule.name for rule in RULEBOOK for field in rule.fields}


def _checked_exceptions(exceptions: Any, faults: Faults) -> FrozenDict:
    """Bring every exception into the form {id: {rule: bounds that hold instead, or None}}."""
    checked = {}
    for school, excuse in checked_mapping("exceptions", exceptions, faults).items():
        names = _excused(school, excuse, faults)
        instead: dict[str, Any] = {}
        for given, bounds in names.items():
            rule = _RULE_OF_FIELD.get(given, given)
            row = _EXCUSED_BY.get(rule)
            if row is None:
                what = f"exceptions[{school!r}] names {rule!r}, which cannot be excused"
                faults.add(what, f"use one of {', '.join(EXCUSABLE)}")
            elif bounds is None:
                instead[rule] = None
            else:
                label = f"exceptions[{school!r}][{rule!r}]"
                instead[rule] = INSTEAD_OF[row.form](label, bounds, faults)
        checked[school] = FrozenDict(instead)
    return FrozenDict(checked)


def _excused(school: SchoolId, excuse: Any, faults: Faults) -> Mapping[Any, Any]:
    """Return {rule: bounds or None} of one exception, however it is written."""
    if isinstance(excuse, Mapping):
        return excuse
    if isinstance(excuse, str | list | tuple | set | frozenset):
        return {str(name): None for name in ([excuse] if isinstance(excuse, str) else excuse)}
    what = f"exceptions[{school!r}] names no rule"
    faults.add(what, 'give for instance exceptions={"108000": "balance"}', excuse)
    return {}
