"""Policy: the rules that a plan must satisfy and the priorities that make one plan better."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clusters.arguments import checked
from clusters.domain.plan import Plan, PlanLike, groups_of
from clusters.domain.values import Bounds, FrozenDict, SchoolId, is_number, plain
from clusters.errors import Fault, RulesError

RULE_NAMES = (
    "n_clusters",
    "schools_per_cluster",
    "balance",
    "limits",
    "max_travel",
    "contiguous",
    "expertise",
    "together",
    "apart",
    "centres",
)
"""The hard rules, by the one name that Rules, model, verifier, docs and tests use."""


EXCUSABLE = ("schools_per_cluster", "balance", "limits", "max_travel", "expertise")


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What every plan must satisfy.

    Parameters
    ----------
    n_clusters
        Number of clusters, exactly; or a range (lowest, highest).
    schools_per_cluster
        (fewest, most) schools in a cluster; either may be None.
    balance
        By measure, the largest deviation of a cluster from the mean cluster as a fraction of the
        mean (0.25 = 25 %).
    limits
        By measure, (least, most) in a cluster; either may be None.
    max_travel_m, max_travel_min
        No school's journey to its centre may be longer (metres or minutes, as the problem's
        journeys are measured).
    contiguous
        Whether the members of each cluster must be connected through neighbours.
    expertise
        By type of need, the least capacity that each cluster must hold.
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
    """

    n_clusters: int | tuple[int, int]
    schools_per_cluster: Bounds | None = None
    balance: Mapping[str, float] = field(default_factory=FrozenDict)
    limits: Mapping[str, Bounds] = field(default_factory=FrozenDict)
    max_travel_m: float | None = None
    max_travel_min: float | None = None
    contiguous: bool = True
    expertise: Mapping[str, float] = field(default_factory=FrozenDict)
    together: Sequence[Sequence[SchoolId]] = ()
    apart: Sequence[Sequence[SchoolId]] = ()
    centres: Sequence[SchoolId] | None = None
    exceptions: Mapping[SchoolId, Any] = field(default_factory=FrozenDict)

    def __post_init__(self) -> None:
        faults: list[Fault] = []
        setattr_ = object.__setattr__
        setattr_(self, "n_clusters", _checked_count(self.n_clusters, faults))
        setattr_(
            self,
            "schools_per_cluster",
            _checked_bounds("schools_per_cluster", self.schools_per_cluster, faults),
        )
        setattr_(self, "balance", _checked_fractions("balance", self.balance, faults))
        setattr_(
            self,
            "limits",
            FrozenDict(
                {
                    str(name): _checked_bounds(f"limits[{name!r}]", bounds, faults)
                    for name, bounds in _checked_mapping("limits", self.limits, faults).items()
                }
            ),
        )
        for name in ("max_travel_m", "max_travel_min"):
            value = getattr(self, name)
            if value is not None and (not is_number(value) or value < 0):
                faults.append(
                    rule_fault(
                        f"{name} is not a number of 0 or more", "give a distance or None", value
                    )
                )
        if not isinstance(self.contiguous, bool | np.bool_):
            faults.append(
                rule_fault(
                    "contiguous is neither True nor False", "give one of them", self.contiguous
                )
            )
        expertise = _checked_mapping("expertise", self.expertise, faults)
        for kind, least in expertise.items():
            if not is_number(least) or least < 0:
                faults.append(
                    rule_fault(
                        f"expertise[{kind!r}] is not a number of 0 or more",
                        "give the least capacity per cluster",
                        least,
                    )
                )
        setattr_(self, "expertise", FrozenDict(expertise))
        for name in ("together", "apart"):
            setattr_(self, name, _checked_groups(name, getattr(self, name), faults))
        if self.centres is not None:
            setattr_(self, "centres", _checked_ids("centres", self.centres, faults))
        setattr_(self, "exceptions", _checked_exceptions(self.exceptions, faults))
        if faults:
            raise RulesError(faults)

    @property
    def count_range(self) -> tuple[int, int]:
        """Fewest and most clusters."""
        return (
            self.n_clusters
            if isinstance(self.n_clusters, tuple)
            else (self.n_clusters, self.n_clusters)
        )


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class Priorities:
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
        faults = [
            rule_fault(f"{name} is not a number of 0 or more", "give a weight", getattr(self, name))
            for name in ("travel", "balance", "expertise", "pyramids", "change")
            if not is_number(getattr(self, name)) or getattr(self, name) < 0
        ]
        if not faults and not any(
            (self.travel, self.balance, self.expertise, self.pyramids, self.change)
        ):
            faults.append(
                rule_fault("every priority has weight 0", "give at least one of them a weight")
            )
        if self.change and self.reference is None:
            faults.append(
                rule_fault(
                    "change has a weight but reference is missing",
                    "give today's plan, for instance reference=cl.read_plan(...)",
                )
            )
        per_capacity = _checked_mapping("pupils_per_capacity", self.pupils_per_capacity, faults)
        for kind, pupils in per_capacity.items():
            if not is_number(pupils) or pupils <= 0:
                faults.append(
                    rule_fault(
                        f"pupils_per_capacity[{kind!r}] is not a number above 0",
                        "give the pupils that one unit covers",
                        pupils,
                    )
                )
        if self.expertise and not per_capacity:
            faults.append(
                rule_fault(
                    "expertise has a weight but pupils_per_capacity is empty",
                    "say how many pupils one unit of each type of capacity covers",
                )
            )
        if faults:
            raise RulesError(faults)
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


def rule_fault(what: str, remedy: str, value: object = None) -> Fault:
    """Make the fault of one rule, with the value as text."""
    return Fault(what=what, remedy=remedy, value=None if value is None else str(value))


def _checked_count(count: Any, faults: list[Fault]) -> int | tuple[int, int]:
    ends = [plain(end) for end in count] if isinstance(count, tuple | list) else [plain(count)]
    whole = all(isinstance(end, int) and not isinstance(end, bool) and end >= 1 for end in ends)
    if not whole or len(ends) > 2 or not ends or ends[0] > ends[-1]:
        faults.append(
            rule_fault(
                "n_clusters is neither a whole number of 1 or more nor a range (lowest, highest)",
                "give for instance 18 or (16, 20)",
                count,
            )
        )
        return 1
    return ends[0] if len(ends) == 1 or ends[0] == ends[1] else (ends[0], ends[1])


def _checked_bounds(name: str, bounds: Any, faults: list[Fault]) -> Bounds | None:
    if bounds is None:
        return None
    try:
        low, high = (plain(end) for end in bounds)
    except (TypeError, ValueError):
        faults.append(
            rule_fault(
                f"{name} is not a pair (least, most)", "give two numbers, None for no bound", bounds
            )
        )
        return None
    for end in (low, high):
        if end is not None and (not is_number(end) or end < 0):
            faults.append(
                rule_fault(
                    f"{name} has a bound that is not a number of 0 or more", "correct it", end
                )
            )
            return None
    if low is not None and high is not None and low > high:
        faults.append(rule_fault(f"{name}: the least is above the most", "swap them", bounds))
    return low, high


def _checked_mapping(name: str, value: Any, faults: list[Fault]) -> dict[Any, Any]:
    if not isinstance(value, Mapping):
        faults.append(
            rule_fault(
                f"{name} is not a mapping", f'give for instance {name}={{"need": ...}}', value
            )
        )
        return {}
    return {plain(key): plain(item) for key, item in value.items()}


def _checked_fractions(name: str, value: Any, faults: list[Fault]) -> FrozenDict:
    fractions = _checked_mapping(name, value, faults)
    for measure, fraction in fractions.items():
        if not is_number(fraction) or not 0 <= fraction <= 1:
            faults.append(
                rule_fault(
                    f"{name}[{measure!r}] is not a fraction between 0 and 1",
                    "write 25 % as 0.25",
                    fraction,
                )
            )
    return FrozenDict(fractions)


def _checked_ids(name: str, ids: Any, faults: list[Fault]) -> tuple[SchoolId, ...]:
    """Ids as a tuple: texts and whole numbers."""
    known = isinstance(ids, Iterable) and not isinstance(ids, str | bytes | Mapping)
    keys = tuple(plain(key) for key in ids) if known else ()
    strange = [key for key in keys if not isinstance(key, str | int) or isinstance(key, bool)]
    if not known or strange:
        faults.append(
            rule_fault(
                f"{name} holds something that is not the id of a school"
                if known
                else f"{name} is not a list of ids",
                f'give for instance {name}=["107600", "107601"]',
                strange[0] if strange else ids,
            )
        )
        return ()
    return keys


def _checked_groups(
    name: str, groups: Any, faults: list[Fault]
) -> tuple[tuple[SchoolId, ...], ...]:
    checked = []
    if isinstance(groups, str | bytes) or not isinstance(groups, Iterable):
        faults.append(
            rule_fault(
                f"{name} is not a list of groups",
                f"give for instance {name}=[[urn_1, urn_2]]",
                groups,
            )
        )
        return ()
    for group in groups:
        if isinstance(group, str | int) or not isinstance(group, Iterable):
            faults.append(
                rule_fault(
                    f"{name} holds something that is not a group of ids",
                    f"give a list of groups, for instance {name}=[[urn_1, urn_2]]",
                    group,
                )
            )
            continue
        members = _checked_ids(name, group, faults)
        if len(set(members)) < 2:
            faults.append(
                rule_fault(
                    f"{name} holds a group of fewer than two schools", "name two or more", group
                )
            )
        checked.append(members)
    return tuple(checked)


def _checked_exceptions(exceptions: Any, faults: list[Fault]) -> FrozenDict:
    """Bring every exception into the form {id: {rule: bounds that hold instead, or None}}."""
    checked = {}
    for school, excuse in _checked_mapping("exceptions", exceptions, faults).items():
        names = _excused(school, excuse, faults)
        instead: dict[str, Any] = {}
        for given, bounds in names.items():
            rule = "max_travel" if given in ("max_travel_m", "max_travel_min") else given
            label = f"exceptions[{school!r}][{rule!r}]"
            if rule not in EXCUSABLE:
                faults.append(
                    rule_fault(
                        f"exceptions[{school!r}] names {rule!r}, which cannot be excused",
                        f"use one of {', '.join(EXCUSABLE)}",
                    )
                )
            elif bounds is None:
                instead[rule] = None
            elif rule == "schools_per_cluster":
                instead[rule] = _checked_bounds(label, bounds, faults)
            elif rule == "max_travel":
                instead[rule] = bounds
                if not is_number(bounds) or bounds < 0:
                    faults.append(
                        rule_fault(
                            f"{label} is not a number of 0 or more", "give a distance", bounds
                        )
                    )
            elif rule == "limits":
                instead[rule] = FrozenDict(
                    {
                        name: _checked_bounds(f"{label}[{name!r}]", pair, faults)
                        for name, pair in _checked_mapping(label, bounds, faults).items()
                    }
                )
            else:
                instead[rule] = FrozenDict(_checked_loose(label, rule, bounds, faults))
        checked[school] = FrozenDict(instead)
    return FrozenDict(checked)


def _excused(school: SchoolId, excuse: Any, faults: list[Fault]) -> Mapping[Any, Any]:
    """Return {rule: bounds or None} of one exception, however it is written."""
    if isinstance(excuse, Mapping):
        return excuse
    if isinstance(excuse, str | list | tuple | set | frozenset):
        return {str(name): None for name in ([excuse] if isinstance(excuse, str) else excuse)}
    faults.append(
        rule_fault(
            f"exceptions[{school!r}] names no rule",
            'give for instance exceptions={"108000": "balance"}',
            excuse,
        )
    )
    return {}


def _checked_loose(label: str, rule: str, bounds: Any, faults: list[Fault]) -> dict[Any, Any]:
    """Check an exception to balance or expertise; it may exceed 1, and None means no bound."""
    values = _checked_mapping(label, bounds, faults)
    for name, value in values.items():
        if value is not None and (not is_number(value) or value < 0):
            faults.append(
                rule_fault(
                    f"{label}[{name!r}] is not a number of 0 or more ({rule})", "correct it", value
                )
            )
    return values
