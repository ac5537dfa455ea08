"""What a pyramid of the invented authority is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

Spot = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeder:
    """A school below the top of a pyramid; `at` is None where the dice decide.

    Kinds: "primary"; "first" and "middle" of three tiers; "pair" is an infant and a junior school
    on one site, "apart" the same on two sites.
    """

    name: str
    kind: str = "primary"
    at: Spot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pyramid:
    """A secondary school with its feeders.

    Parameters
    ----------
    deprivation
        Typical level, 0 (least) to 1 (most).
    spread
        Kilometres over which feeders without a spot are strewn.
    today
        Label of the group that the pyramid is in today.
    """

    name: str
    top: str
    at: Spot
    deprivation: float
    today: str
    feeders: tuple[Feeder, ...]
    phase: str = "secondary"
    faith: str = "none"
    rurality: str = "Urban"
    spread: float = 0.75
    sixth_form: bool = field(default=False)


def feeders(text: str) -> tuple[Feeder, ...]:
    """Read lines "name", "name | kind" or "name | kind | x y"."""
    found = []
    for line in text.strip().splitlines():
        name, kind, spot = ([cell.strip() for cell in line.split("|")] + ["", ""])[:3]
        x_y = tuple(float(number) for number in spot.split())
        at = (x_y[0], x_y[1]) if x_y else None
        found.append(Feeder(name=name, kind=kind or "primary", at=at))
    return tuple(found)


VILLAGE = "Rural village"
FRINGE = "Rural town and fringe"
MOOR = "Rural hamlet and isolated dwellings"
