"""Schools of Calderwick (synthetic): where they stand, how many pupils they have, who runs them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.calderwick.dice import Dice
from tools.calderwick.places import ODD_ONES_TODAY, PYRAMIDS, REMOTE, TRUSTS
from tools.calderwick.pyramids import MOOR, Feeder, Pyramid, Spot

FIRST_URN = 900_001
"""Real URNs are nowhere near so high."""

_APART_KM = 0.4
_MIDDLE_SHARE = 0.5
_TIERS = {"first", "middle"}
_STAYING_ON = 0.42
_QUINTILES = (0.68, 0.52, 0.36, 0.22)
_YEARS = {"infant": 3, "junior": 4, "first": 6, "primary": 7}


@dataclass(slots=True, kw_only=True)
class Draft:
    """A school in the making; kilometres on the map, counts of pupils."""

    urn: str
    name: str
    phase: str
    at: Spot
    pyramid: Pyramid
    faith: str
    rurality: str
    deprivation: float
    pupils: int = 0
    fsm: int = 0
    low_prior_attainment: int = 0
    trust: str = ""
    can_lead: bool = False
    today: str = ""
    topup_pence: int = 0
    need: dict[str, tuple[int, int]] = field(default_factory=dict)
    expertise: dict[str, int] = field(default_factory=dict)

    @property
    def quintile(self) -> int:
        """Deprivation quintile, 1 (most deprived) to 5."""
        return 1 + sum(self.deprivation <= bar for bar in _QUINTILES)


def draft_schools(dice: Dice) -> list[Draft]:
    """Draw up every school but for its pupils' needs and its expertise."""
    schools = list(_placed(dice))
    _fill(schools, dice)
    _govern(schools, dice)
    _group_today(schools)
    return schools


def _placed(dice: Dice) -> Iterator[Draft]:
    """Place the schools on the map, pyramid by pyramid: feeders first, then the top."""
    taken: list[Spot] = [pyramid.at for pyramid in PYRAMIDS]
    taken += [feeder.at for pyramid in PYRAMIDS for feeder in pyramid.feeders if feeder.at]
    urn = FIRST_URN
    for pyramid in PYRAMIDS:
        for feeder in pyramid.feeders:
            spot = feeder.at or _free_spot(pyramid, taken, dice)
            taken.append(spot)
            for name, phase, at in _schools_of(feeder, spot, dice):
                yield _draft(urn, name, phase, at, pyramid, dice)
                urn += 1
        yield _draft(urn, pyramid.top, pyramid.phase, pyramid.at, pyramid, dice)
        urn += 1


def _free_spot(pyramid: Pyramid, taken: list[Spot], dice: Dice) -> Spot:
    """Find a spot near the top of the pyramid and not on another's doorstep."""
    apart = 0.55
    while True:
        x = round(pyramid.at[0] + dice.normal(0, pyramid.spread), 3)
        y = round(pyramid.at[1] + dice.normal(0, pyramid.spread), 3)
        if all(math.dist((x, y), other) > apart for other in taken):
            return x, y
        apart *= 0.97  # so that it always ends


def _schools_of(feeder: Feeder, spot: Spot, dice: Dice) -> list[tuple[str, str, Spot]]:
    if feeder.kind not in ("pair", "apart"):
        return [(feeder.name, feeder.kind, spot)]
    angle = dice.uniform(0, 2 * math.pi)
    off = (round(_APART_KM * math.cos(angle), 2), round(_APART_KM * math.sin(angle), 2))
    other = spot if feeder.kind == "pair" else (spot[0] + off[0], spot[1] + off[1])
    return [
        (f"{feeder.name} Infant and Nursery School", "infant", spot),
        (f"{feeder.name} Junior School", "junior", other),
    ]


def _draft(urn: int, name: str, phase: str, at: Spot, pyramid: Pyramid, dice: Dice) -> Draft:
    faith = pyramid.faith if phase in ("secondary", "all-through") else "none"
    for mark, word in (
        ("CE", "Church of England"),
        ("Catholic", "Roman Catholic"),
        ("Islamic", "Muslim"),
    ):
        faith = word if mark in name.split() else faith
    return Draft(
        urn=str(urn),
        name=name,
        phase=phase,
        at=at,
        pyramid=pyramid,
        faith=faith,
        rurality=MOOR if name in REMOTE else pyramid.rurality,
        deprivation=min(0.99, max(0.02, pyramid.deprivation + dice.normal(0, 0.12))),
    )


def _fill(schools: list[Draft], dice: Dice) -> None:
    """Give each school its pupils: feeders by size of year, tops by what their feeders send on."""
    for school in schools:
        if school.phase in _YEARS:
            years = _YEARS[school.phase]
            school.pupils = max(18, round(years * _year_group(school, dice)))
    for pyramid in PYRAMIDS:
        members = [school for school in schools if school.pyramid is pyramid]
        year = sum(s.pupils / _YEARS[s.phase] for s in members if s.phase in ("primary", "first"))
        year += sum(s.pupils / _YEARS[s.phase] for s in members if s.phase == "junior")
        for school in members:
            if school.phase not in _YEARS:
                school.pupils = _upper_roll(school, year, dice)
    for school in schools:
        share = 0.04 + 0.36 * school.deprivation + dice.normal(0, 0.025)
        school.fsm = round(school.pupils * max(0.01, share))
        low = 0.14 + 0.26 * school.deprivation + dice.normal(0, 0.03)
        school.low_prior_attainment = round(school.pupils * max(0.03, low))


def _year_group(school: Draft, dice: Dice) -> float:
    """Pupils in one year of a first or primary school."""
    if school.name in REMOTE:
        return dice.uniform(5, 9)
    if school.phase == "first":
        return dice.uniform(11, 34)
    if school.pyramid.rurality != "Urban":
        forms = dice.pick_by({0.6: 3, 1.0: 4, 1.5: 3, 2.0: 1})
    else:
        forms = dice.pick_by({1.0: 4, 1.5: 3, 2.0: 4, 3.0: 1})
    if school.phase in ("infant", "junior"):
        forms = dice.pick_by({2.0: 2, 2.5: 1, 3.0: 1})
    return 30 * forms * dice.uniform(0.86, 1.02)


def _upper_roll(school: Draft, year: float, dice: Dice) -> int:
    """Pupils of a middle, secondary or all-through school whose feeders send on `year` a year."""
    if school.phase == "middle":
        return round(3 * year * _MIDDLE_SHARE * dice.uniform(0.92, 1.06))
    three_tier = any(feeder.kind in _TIERS for feeder in school.pyramid.feeders)
    own = 55.0 if school.phase == "all-through" else 0.0
    stay = dice.uniform(0.88, 1.06) if school.faith == "none" else dice.uniform(0.72, 0.82)
    cohort = max(105.0, (year + own) * stay)
    sixth = 2 * _STAYING_ON * cohort if school.pyramid.sixth_form else 0.0
    return round((3 if three_tier else 5) * cohort + sixth + 7 * own)


def _govern(schools: list[Draft], dice: Dice) -> None:
    """Say which trust runs each school, if any, and whether its SENCO could lead a cluster."""
    trust_of = {name: trust for trust, names in TRUSTS.items() for name in names}
    for school in schools:
        trust = trust_of.get(school.pyramid.name)
        upper = school.phase in ("secondary", "all-through", "middle")
        catholic = school.faith == "Roman Catholic"
        if trust and (catholic or dice.chance(0.85 if upper else 0.5)):
            school.trust = trust
        if school.faith == "Church of England" and dice.chance(0.25):
            school.trust = "Aldred Diocesan Trust"
        school.can_lead = dice.chance(0.8 if upper else 0.25 if school.pupils < 120 else 0.55)


def _group_today(schools: list[Draft]) -> None:
    """Put each school in today's group: its pyramid's, or that of the nearest other pyramid."""
    located = [pyramid for pyramid in PYRAMIDS if pyramid.today]
    for school in schools:
        nearest = min(located, key=lambda pyramid: math.dist(pyramid.at, school.at))
        label = school.pyramid.today or nearest.today
        school.today = ODD_ONES_TODAY.get(school.name, label)
