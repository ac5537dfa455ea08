"""Needs, expertise and today's top-up money of Calderwick (synthetic)."""

from __future__ import annotations

from tools.calderwick.authority import Draft
from tools.calderwick.dice import Dice
from tools.calderwick.places import RESOURCED

_EHCP_TYPES = {
    **{"slcn": 26, "asd": 24, "semh": 21, "mld": 9, "pd": 6, "spld": 5, "hi": 2.3, "oth": 2.3},
    **{"vi": 1.9, "sld": 1.5, "pmld": 0.6, "msi": 0.4},
}
_SUPPORT_TYPES = {
    **{"slcn": 31, "semh": 22, "mld": 18, "spld": 12, "asd": 8, "oth": 4, "pd": 2.4},
    **{"hi": 1.5, "vi": 0.8, "msi": 0.3},
}
_OLDER = {"slcn": 0.55, "semh": 1.3, "spld": 1.9, "asd": 1.15}
"""Shares change with age: speech and language needs fade, others are found later."""

_TOPUP_POUNDS = {
    **{"asd": 9_750, "semh": 10_300, "slcn": 7_600, "mld": 6_700, "spld": 5_500, "pd": 12_400},
    **{"hi": 9_300, "vi": 10_400, "msi": 15_200, "sld": 13_000, "pmld": 17_500, "oth": 7_300},
}
_SUPPORT_POUNDS = 730
_SHARED_TYPES = {
    "semh": 24,
    "slcn": 22,
    "asd": 20,
    "spld": 14,
    "mld": 12,
    "pd": 3,
    "hi": 2,
    "vi": 2,
}

UNIT = "staff days"
"""Unit of expertise: days a year that a school's specialists can give to other schools."""


def add_needs(schools: list[Draft], dice: Dice) -> None:
    """Count each school's pupils with EHC plans and with SEN support by type of need."""
    for school in schools:
        older = school.phase in ("secondary", "middle", "junior")
        poor = school.deprivation
        plans = school.pupils * 0.0188 * (0.75 + 0.5 * poor) * _luck(dice, 0.38)
        support = school.pupils * 0.1065 * (0.6 + 0.8 * poor) * _luck(dice, 0.24)
        if older:
            plans, support = plans * 1.15, support * 0.92
        ehcps = _by_type(dice.count(plans), _EHCP_TYPES, older, dice)
        on_support = _by_type(dice.count(support), _SUPPORT_TYPES, older, dice)
        if provision := RESOURCED.get(school.name):
            kind, places = provision
            ehcps[kind] = ehcps.get(kind, 0) + round(places * dice.uniform(0.75, 1.0))
        kinds = [kind for kind in _EHCP_TYPES if kind in ehcps or kind in on_support]
        school.need = {kind: (ehcps.get(kind, 0), on_support.get(kind, 0)) for kind in kinds}


def add_expertise(schools: list[Draft], dice: Dice) -> None:
    """Give the resourced provisions outreach days, and some schools a specialist.

    A type that a school is not listed with is not known; a listed 0 is a recorded absence.
    """
    for school in schools:
        if provision := RESOURCED.get(school.name):
            school.expertise[provision[0]] = 5 * dice.whole(8, 18)
        upper = school.phase in ("secondary", "all-through")
        share = 0.75 if upper else 0.12 if school.pupils < 150 else 0.34
        for _ in range(2 if upper else 1):
            if dice.chance(share):
                kind = dice.pick_by(_SHARED_TYPES)
                days = 5 * dice.whole(1, 6 if upper else 4)
                school.expertise[kind] = max(days, school.expertise.get(kind, 0))
        if not school.expertise and dice.chance(0.08):
            school.expertise[dice.pick_by(_SHARED_TYPES)] = 0


def add_topup(schools: list[Draft], dice: Dice) -> None:
    """Work out each school's top-up money of today: by need, and by its habit of claiming."""
    for school in schools:
        habit = _luck(dice, 0.35)
        pounds = sum(
            plans * _TOPUP_POUNDS[kind] * _luck(dice, 0.12) + support * _SUPPORT_POUNDS * habit
            for kind, (plans, support) in school.need.items()
        )
        school.topup_pence = 100 * round(pounds) + 25 * dice.whole(0, 3)


def _luck(dice: Dice, spread: float) -> float:
    """Draw a factor round 1 that is never below a quarter."""
    return max(0.25, dice.normal(1.0, spread))


def _by_type(total: int, types: dict[str, float], older: bool, dice: Dice) -> dict[str, int]:
    weights = {kind: w * (_OLDER.get(kind, 1.0) if older else 1.0) for kind, w in types.items()}
    counts: dict[str, int] = {}
    for _ in range(total):
        kind = dice.pick_by(weights)
        counts[kind] = counts.get(kind, 0) + 1
    return counts
