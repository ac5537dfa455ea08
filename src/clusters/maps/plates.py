"""Number plates: where the number of each part of a zone stands, and the name beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from clusters.domain import FloatArray

CHIP = 12.0
"""Half the height of a number plate, in drawing units."""

NAME_SIZE = 14.0
"""Size of the type of a cluster's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """Where the number of a part of a zone stands, and its name where there is room."""

    zone: int
    x: float
    y: float
    name: str = ""
    name_x: float = 0.0
    name_y: float = 0.0
    anchor: str = "middle"


def place_plates(
    numbers: Sequence[int],
    labels: Sequence[str],
    shapes: Sequence[Any],
    points: FloatArray,
    frame: Any,
    radius: float,
) -> tuple[Plate, ...]:
    """Put a number on every part of every zone; the tightest parts choose first.

    Parameters
    ----------
    numbers, labels, shapes
        Of each zone, in drawing units; a zone with the label "" gets its number only.
    points, radius
        Marks that plates should not hide.
    frame
        The rectangle that plates must stay in.
    """
    parts = [
        (k, part)
        for k, shape in enumerate(shapes)
        for rank, part in enumerate(sorted(shapely.get_parts(shape), key=lambda p: -p.area))
        if part.area > CHIP**2 or (rank == 0 and part.area > 0)
    ]
    parts.sort(key=lambda pair: (pair[1].area, pair[0]))
    marks = shapely.multipoints(points) if len(points) else None
    placed: list[Any] = []
    plates = []
    inner = frame.buffer(-CHIP - 2, join_style="mitre")
    for k, part in parts:
        room = part.intersection(inner)
        if room.is_empty:
            continue  # an enlargement that shows only a sliver of this zone
        spots = _spots(room, marks, placed, radius)
        plate = _named_plate(k, labels[k], part, spots, marks, placed, radius, frame)
        placed.append(_chip_box(plate.x, plate.y, numbers[k]))
        if plate.name:
            placed.append(_name_box(plate))
        plates.append(plate)
    return tuple(plates)


def _spots(part: Any, marks: Any, placed: Sequence[Any], radius: float) -> FloatArray:
    """Places for a plate inside a part, best first: far from its border, marks and plates."""
    if part.geom_type != "Polygon":
        part = max(shapely.get_parts(part), key=lambda piece: piece.area)
    west, south, east, north = part.bounds
    step = max(np.sqrt((east - west) * (north - south) / 900), 1.0)
    grid = np.stack(
        np.meshgrid(np.arange(west, east, step), np.arange(south, north, step)), axis=-1
    ).reshape(-1, 2)
    inside = shapely.contains_xy(part, grid[:, 0], grid[:, 1])
    pole = part.representative_point()
    grid = np.vstack([grid[inside], [[pole.x, pole.y]]])
    spots = shapely.points(grid)
    room = shapely.distance(spots, part.boundary)
    if marks is not None:
        room = np.minimum(room, shapely.distance(spots, marks) - radius - 5)
    if placed:
        room = np.minimum(room, shapely.distance(spots, shapely.union_all(placed)) - CHIP)
    # More room than a plate needs is worth nothing: beyond it, the middle of the part wins.
    middle = np.hypot(grid[:, 0] - part.centroid.x, grid[:, 1] - part.centroid.y)
    worth = np.minimum(room, 1.5 * CHIP) - 0.02 * middle
    return grid[np.argsort(-worth, kind="stable")]


def chip_width(number: int) -> float:
    """Half the width of the plate of a number."""
    return CHIP * (1.0 + 0.42 * max(len(str(number)) - 2, 0))


def _chip_box(x: float, y: float, number: int) -> Any:
    half = chip_width(number)
    return shapely.box(x - half, y - CHIP, x + half, y + CHIP)


def name_width(name: str) -> float:
    """Width of a name in a bold sans-serif face of `NAME_SIZE`, on the safe side."""
    return 0.58 * NAME_SIZE * len(name)


def _name_box(plate: Plate) -> Any:
    width = name_width(plate.name)
    left = plate.name_x - {"start": 0.0, "middle": 0.5, "end": 1.0}[plate.anchor] * width
    return shapely.box(left, plate.name_y - NAME_SIZE, left + width, plate.name_y + 0.3 * NAME_SIZE)


def _named_plate(
    zone: int,
    name: str,
    part: Any,
    spots: FloatArray,
    marks: Any,
    placed: Sequence[Any],
    radius: float,
    frame: Any,
) -> Plate:
    """Take the best spot where the name fits beside the number; without a name, the best."""
    best = Plate(zone=zone, x=float(spots[0][0]), y=float(spots[0][1]))
    if not name or name_width(name) > part.bounds[2] - part.bounds[0]:
        return best
    taken = shapely.union_all(placed) if placed else None
    for x, y in spots[:40].tolist():
        chip = shapely.Point(x, y).buffer(CHIP)
        if not part.contains(chip) or (marks is not None and chip.dwithin(marks, radius)):
            continue
        for dx, dy, anchor in (
            (0.0, CHIP + NAME_SIZE, "middle"),
            (0.0, -CHIP - 0.4 * NAME_SIZE, "middle"),
            (CHIP + 5, 0.35 * NAME_SIZE, "start"),
            (-CHIP - 5, 0.35 * NAME_SIZE, "end"),
        ):
            plate = Plate(
                zone=zone, x=x, y=y, name=name, name_x=x + dx, name_y=y + dy, anchor=anchor
            )
            box = _name_box(plate)
            free = marks is None or not box.dwithin(marks, 2.2 * radius)
            clear = taken is None or not box.intersects(taken)
            if free and clear and part.contains(box) and frame.contains(box):
                return plate
    return best
