"""The facts about one school."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from clusters.arguments import checked, described
from clusters.domain.values import FrozenDict, SchoolId, is_id, is_number, is_whole
from clusters.errors import DataError, Faults
from clusters.shown import Shown, clip


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NeedCount(Shown):
    """Pupils whose primary need is of one type; None is "not known", never zero.

    Examples
    --------
    >>> NeedCount(ehcps=3, sen_support=12)
    NeedCount(ehcps=3, sen_support=12)
    """

    ehcps: int | None = None
    sen_support: int | None = None


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Capacity(Shown):
    """How much of one expertise a school can share.

    An amount of 0 or more, and its unit ("staff days", "places", "level").
    An amount of 0 is a recorded absence; a type that is missing from ``School.expertise`` is not
    known.

    Examples
    --------
    >>> Capacity(amount=2.5, unit="staff days")
    Capacity(amount=2.5, unit='staff days')
    """

    amount: float
    unit: str

    def __post_init__(self) -> None:
        faults = Faults()
        if not is_number(self.amount) or self.amount < 0:
            what, remedy = (
                "capacity is not a number of 0 or more",
                "give the amount the school can share",
            )
            faults.add(what, remedy, str(self.amount), column="expertise")
        if not isinstance(self.unit, str) or not self.unit.strip():
            remedy = 'name it, for instance "staff days", "places" or "level"'
            faults.add("capacity has no unit", remedy, str(self.unit), column="expertise")
        faults.refuse(DataError)


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class School(Shown):
    """The facts about one school. None is "not known" throughout.

    Parameters
    ----------
    urn
        Unique reference number, as text; a whole number or another text for problems made from
        arrays.
    name
        Name as published.
    easting, northing
        Position in metres, EPSG:27700 (British National Grid) when read from files.
    phase
        "primary", "secondary", "infant", "junior", "first", "middle", "all-through", "special" ...
        or "unknown".
    pupils, ehcps, sen_support
        Pupils on roll; of these with an EHC plan; with SEN support. Whole numbers, 0 or more.
    need
        Pupils by type of need (codes of :data:`clusters.need_types.NEED_TYPES`, or the caller's
        own). The priority ``expertise`` takes a type that a school does not name as no pupils of
        it, and refuses one that is named without a count; posts refuse both.
    expertise
        Capacity that the school can share, by type of need.
    pyramid, trust
        Feeder group and academy trust, by name.
    can_lead
        Whether the school's SENCO is able and willing to lead a cluster.
    topup_pence
        Top-up money that the school receives today, in whole pence a year.
    cluster
        The cluster that the school is in today, by label.
    measures
        Any other numbers per school, 0 or more, by name.
    traits
        Any other text facts by name, such as "faith", "rurality" or "postcode".

    Examples
    --------
    >>> school = School(
    ...     urn="900001", name="Hill School", easting=414000, northing=417000, phase="primary",
    ...     pupils=210)
    >>> school
    School(urn='900001', name='Hill School', phase='primary')
    >>> school.pupils, school.ehcps
    (210, None)
    """

    urn: SchoolId
    name: str
    easting: float
    northing: float
    phase: str = "unknown"
    pupils: int | None = None
    ehcps: int | None = None
    sen_support: int | None = None
    need: Mapping[str, NeedCount] = field(default_factory=FrozenDict)
    expertise: Mapping[str, Capacity] = field(default_factory=FrozenDict)
    pyramid: str | None = None
    trust: str | None = None
    can_lead: bool | None = None
    topup_pence: int | None = None
    cluster: str | None = None
    measures: Mapping[str, float] = field(default_factory=FrozenDict)
    traits: Mapping[str, str] = field(default_factory=FrozenDict)

    def __post_init__(self) -> None:
        for name in ("need", "expertise", "measures", "traits"):
            object.__setattr__(self, name, FrozenDict(getattr(self, name)))
        faults, urn = Faults(), str(self.urn)
        if not is_id(self.urn):
            what = f"urn is {described(self.urn)}, which names no school"
            faults.add(what, "give its URN: a text or a whole number", column="urn")
        for column, value, wanted, remedy in self._wrong():
            faults.add(f"{column} is not {wanted}", remedy, str(value), urn=urn, column=column)
        counts = {name for name, value in counts_of(self).items() if value is not None}
        for column in [name for name in self.measures if name in {"schools", *counts}]:
            what = f"a measure is called {column!r}, which the school has already"
            faults.add(what, "give the measure another name", urn=urn, column=str(column))
        faults.refuse(DataError)

    def __repr__(self) -> str:
        return clip(f"School(urn={self.urn!r}, name={self.name!r}, phase={self.phase!r})")

    def _wrong(self) -> Iterator[tuple[str, object, str, str]]:
        """Yield the numbers that are none: column, value, what it should be, and what to give."""
        for column in ("easting", "northing"):
            if not is_number(getattr(self, column)):
                remedy = "give metres on the British National Grid"
                yield column, getattr(self, column), "a number", remedy
        for column, count in counts_of(self).items():
            if count is not None and not is_whole(count):
                remedy = "give a whole number, or None where it is not known"
                yield column, count, "a whole number of 0 or more", remedy
        for column, number in self.measures.items():
            if not is_number(number) or number < 0:
                remedy = "give a number, or leave the measure out where it is not known"
                yield column, number, "a number of 0 or more", remedy


def counts_of(school: School) -> dict[str, int | None]:
    """Every whole number that a school carries, by the name of its measure."""
    plain = ("pupils", "ehcps", "sen_support", "topup_pence")
    counts: dict[str, int | None] = {name: getattr(school, name) for name in plain}
    for kind, count in school.need.items():
        counts |= {f"ehcps_{kind}": count.ehcps, f"sen_support_{kind}": count.sen_support}
    return counts
