"""Where words stand on a map: numbers and names of clusters, places, numbers of schools.

One rule for all: no word covers another word or a school. What must be said and has no room beside
what it names stands where there is room, with a line that leads to it; names of places, which only
help to find one's way, are left out where they have none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import shapely
from scipy.spatial import KDTree

from clusters.domain import FloatArray

NAME_SIZE = 14.0
"""Size of the type of a cluster's name."""

PLACE_SIZE = 13.5
SCHOOL_SIZE = 10.5

Anchor: TypeAlias = Literal["start", "middle", "end"]
_NARROW, _WIDE = frozenset("iljtfrI.,'|!:;()[] "), frozenset("mwMW@%")
_STEP = 9.0  # of the grid of places tried for a name that stands away from its cluster
_MOST_TRIED = 400
_MOST_SPOTS = 250  # of a number, tried for its name


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """The number of a part of a cluster's ground, where it stands, and half its size."""

    zone: int
    x: float
    y: float
    half_width: float
    half_height: float


@dataclass(frozen=True, slots=True)
class Label:
    """Words and where their baseline starts, is centred or ends.

    Parameters
    ----------
    of
        Index of the cluster, place or school that is named.
    leader
        Ends of a line from the words to what they name; empty where they stand beside it.
    box
        West, north, east and south of the words.
    """

    of: int
    words: str
    x: float
    y: float
    size: float
    _: KW_ONLY
    anchor: Anchor = "middle"
    box: tuple[float, float, float, float]
    leader: tuple[tuple[float, float], ...] = ()


def text_width(words: str, size: float, *, bold: bool = False) -> float:
    """Width of a text in a wide sans-serif face, on the safe side.

    Examples
    --------
    >>> round(text_width("Mirfield", 10))
    40
    """
    ems = (
        0.36 if c in _NARROW else 1.0 if c in _WIDE else 0.76 if c.isupper() else 0.62
        for c in words
    )
    return size * (1.08 if bold else 1.0) * sum(ems)


@dataclass(slots=True)
class Field:
    """A panel with what already stands on it, so that nothing covers anything else."""

    frame: tuple[float, float, float, float]
    marks: FloatArray
    radii: FloatArray
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    leaders: list[Any] = field(default_factory=list)
    tree: Any = None
    lines: Any = None

    def _near(self, shapes: Any) -> tuple[Any, Any]:
        """Give the pairs (shape, mark) of which the mark's centre lies in the shape."""
        if self.tree is None:
            self.tree = shapely.STRtree(shapely.points(self.marks))
        found, marks = self.tree.query(shapes)
        return found, marks

    def take(self, label: Label) -> Label:
        """Let a label stand where it stands."""
        self.boxes.append(label.box)
        if label.leader:
            self.leaders.append(shapely.LineString(label.leader))
            self.lines = shapely.union_all(self.leaders)
            shapely.prepare(self.lines)
        return label

    def marks_hit(self, boxes: FloatArray, spare: float, but: int = -1) -> Any:
        """Count the marks that each box would cover, or come nearer to than `spare`."""
        if not len(self.marks):
            return np.zeros(len(boxes), dtype=int)
        most = float(self.radii.max()) + spare
        found, marks = self._near(_shapes(boxes + np.array([-most, -most, most, most])))
        x, y, near = self.marks[marks, 0], self.marks[marks, 1], self.radii[marks] + spare
        hit = (x > boxes[found, 0] - near) & (x < boxes[found, 2] + near)
        hit &= (y > boxes[found, 1] - near) & (y < boxes[found, 3] + near) & (marks != but)
        return np.bincount(found[hit], minlength=len(boxes))

    def marks_crossed(self, lines: Any) -> Any:
        """Count the marks that each line would cross."""
        around = shapely.bounds(lines) + self.radii.max() * np.array([-1, -1, 1, 1])
        found, marks = self._near(_shapes(around))
        near = shapely.distance(lines[found], shapely.points(self.marks[marks]))
        return np.bincount(found[near < self.radii[marks]], minlength=len(lines))

    def clear(self, boxes: FloatArray, gap: float = 2.0) -> Any:
        """Find which boxes lie in the frame and cover no words and no line."""
        west, north, east, south = self.frame
        free = (
            (boxes[:, 0] >= west + 2)
            & (boxes[:, 1] >= north + 2)
            & (boxes[:, 2] <= east - 2)
            & (boxes[:, 3] <= south - 2)
        )
        if self.boxes:
            taken = np.array(self.boxes)
            hit = (
                (boxes[:, None, 0] < taken[None, :, 2] + gap)
                & (boxes[:, None, 2] > taken[None, :, 0] - gap)
                & (boxes[:, None, 1] < taken[None, :, 3] + gap)
                & (boxes[:, None, 3] > taken[None, :, 1] - gap)
            )
            free &= ~hit.any(axis=1)
        if self.lines is not None:
            free[free] = ~shapely.intersects(self.lines, _shapes(boxes[free]))
        return free


def _shapes(boxes: FloatArray) -> Any:
    return shapely.box(boxes[:, 0], boxes[:, 1], boxes[:, 2], boxes[:, 3])


# ---- numbers of clusters --------------------------------------------------------------------


def place_plates(
    numbers: Sequence[int], names: Sequence[str], shapes: Sequence[Any], room: Field, size: float
) -> tuple[tuple[Plate, ...], tuple[Label, ...]]:
    """Put a number on every part of every cluster, and its name beside the one on the largest.

    The tightest parts choose first. A name that does not fit on the ground of its cluster stands
    where there is room, with a line to the number.

    Parameters
    ----------
    numbers, names, shapes
        Of each cluster, in drawing units; the name "" for one that is known by its number alone.
    size
        Half the height of a plate.
    """
    parts = [
        (k, part, rank == 0)
        for k, shape in enumerate(shapes)
        for rank, part in enumerate(sorted(shapely.get_parts(shape), key=lambda p: -p.area))
        if part.area > size**2 or (rank == 0 and part.area > 0)
    ]
    parts.sort(key=lambda row: (row[1].area, row[0]))
    inner = shapely.box(*room.frame).buffer(-size - 2, join_style="mitre")
    plates: list[Plate] = []
    labels: list[Label] = []
    unnamed: list[Plate] = []
    for k, part, is_main in parts:
        ground = part.intersection(inner)
        if ground.is_empty:
            continue  # an enlargement that shows only a sliver of this cluster
        half = size * (1.0 + 0.42 * max(len(str(numbers[k])) - 2, 0))
        spots = _spots(ground, room, half, size)
        plate = Plate(zone=k, x=spots[0][0], y=spots[0][1], half_width=half, half_height=size)
        label = None
        if names[k] and is_main:
            plate, label = _with_name(plate, names[k], part, spots, room)
            unnamed += [plate] if label is None else []
        room.boxes.append(_box_of(plate))
        labels += [room.take(label)] if label is not None else []
        plates.append(plate)
    ground = shapely.union_all([shape for shape in shapes if not shape.is_empty])
    for plate in unnamed:
        words = f"{numbers[plate.zone]} {names[plate.zone]}"
        label = _away(words, plate, ground, room)
        labels += [] if label is None else [label]
    return tuple(plates), tuple(labels)


def _box_of(plate: Plate) -> tuple[float, float, float, float]:
    half, high = plate.half_width, plate.half_height
    return plate.x - half, plate.y - high, plate.x + half, plate.y + high


def _spots(part: Any, room: Field, half: float, size: float) -> list[tuple[float, float]]:
    """Places for a plate inside a part, best first: far from its border, marks and plates."""
    if part.geom_type != "Polygon":
        part = max(shapely.get_parts(part), key=lambda piece: piece.area)
    west, north, east, south = part.bounds
    step = max(np.sqrt((east - west) * (south - north) / 900), 1.0)
    grid = np.stack(
        np.meshgrid(np.arange(west, east, step), np.arange(north, south, step)), axis=-1
    ).reshape(-1, 2)
    pole = part.representative_point()
    shapely.prepare(part)
    grid = np.vstack([grid[shapely.contains_xy(part, grid[:, 0], grid[:, 1])], [[pole.x, pole.y]]])
    spots = shapely.points(grid)
    free = shapely.distance(spots, part.boundary)
    if len(room.marks):
        for radius in np.unique(room.radii):
            gaps, _ = KDTree(room.marks[room.radii == radius]).query(grid)
            free = np.minimum(free, gaps - radius - 5)
    if room.boxes:
        free = np.minimum(free, _gaps(grid, np.array(room.boxes)) - (half - size))
    # More room than a plate needs is worth nothing: beyond it, the middle of the part wins.
    middle = np.hypot(grid[:, 0] - part.centroid.x, grid[:, 1] - part.centroid.y)
    worth = np.minimum(free, 1.5 * size) - 0.02 * middle
    return [(x, y) for x, y in grid[np.argsort(-worth, kind="stable")].tolist()]


def _gaps(points: FloatArray, boxes: FloatArray) -> FloatArray:
    """Distance of each point from the nearest box; 0 inside one."""
    x, y = points[:, None, 0], points[:, None, 1]
    across = np.maximum(boxes[:, 0] - x, x - boxes[:, 2])
    down = np.maximum(boxes[:, 1] - y, y - boxes[:, 3])
    gaps: FloatArray = np.hypot(np.maximum(across, 0.0), np.maximum(down, 0.0)).min(axis=1)
    return gaps


# ---- names of clusters ----------------------------------------------------------------------


def _with_name(
    plate: Plate, name: str, ground: Any, spots: Sequence[tuple[float, float]], room: Field
) -> tuple[Plate, Label | None]:
    """Find a place where number and name fit on the ground together; else the best for a number."""
    if text_width(name, NAME_SIZE, bold=True) > ground.bounds[2] - ground.bounds[0]:
        return plate, None
    moved = [replace(plate, x=x, y=y) for x, y in spots[:_MOST_SPOTS]]
    boxes = np.array([_box_of(one) for one in moved])
    fits = room.clear(boxes, 0.0) & (room.marks_hit(boxes, 0.0) == 0)
    fits &= shapely.covers(ground, _shapes(boxes))
    for k in np.flatnonzero(fits).tolist():
        label = _beside(moved[k], name, ground, room)
        if label is not None:
            return moved[k], label
    return plate, None


def _beside(plate: Plate, name: str, ground: Any, room: Field) -> Label | None:
    """Put a name below, above, right or left of its number, on its own ground."""
    width = text_width(name, NAME_SIZE, bold=True)
    tries: list[tuple[float, float, Anchor]] = [
        (plate.x, plate.y + plate.half_height + NAME_SIZE, "middle"),
        (plate.x, plate.y - plate.half_height - 0.4 * NAME_SIZE, "middle"),
        (plate.x + plate.half_width + 5, plate.y + 0.35 * NAME_SIZE, "start"),
        (plate.x - plate.half_width - 5, plate.y + 0.35 * NAME_SIZE, "end"),
    ]
    boxes = np.array([_text_box(x, y, width, NAME_SIZE, anchor) for x, y, anchor in tries])
    fits = room.clear(boxes, 0.0) & (room.marks_hit(boxes, 1.0) == 0)
    fits &= shapely.covers(ground, _shapes(boxes))
    if not fits.any():
        return None
    k = int(np.argmax(fits))
    x, y, anchor = tries[k]
    return Label(plate.zone, name, x, y, NAME_SIZE, anchor=anchor, box=_four(boxes[k]))


def _text_box(
    x: float, y: float, width: float, size: float, anchor: Anchor
) -> tuple[float, float, float, float]:
    left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * width
    return left, y - 0.85 * size, left + width, y + 0.28 * size


def _four(box: Any) -> tuple[float, float, float, float]:
    west, north, east, south = (float(value) for value in box)
    return west, north, east, south


def _away(words: str, plate: Plate, ground: Any, room: Field) -> Label | None:
    """Put number and name where there is room, off the ground if possible, with a line."""
    width, height = text_width(words, NAME_SIZE, bold=True) + 10, NAME_SIZE + 8
    west, north, east, south = room.frame
    left, top = np.meshgrid(
        np.arange(west + 3, east - width - 2, _STEP), np.arange(north + 3, south - height, _STEP)
    )
    if not left.size:
        return None
    boxes = np.stack([left, top, left + width, top + height], axis=-1).reshape(-1, 4)
    x = np.clip(plate.x, boxes[:, 0], boxes[:, 2])
    y = np.clip(plate.y, boxes[:, 1], boxes[:, 3])
    far = np.hypot(x - plate.x, y - plate.y)
    near = np.argsort(far, kind="stable")
    boxes, x, y, far = boxes[near], x[near], y[near], far[near]
    free = room.clear(boxes, 4.0) & (room.marks_hit(boxes, 3.0) == 0) & (far > 8)
    boxes, x, y, far = boxes[free], x[free], y[free], far[free]
    # On ground the words could be taken for the name of that ground.
    worse = 0.9 * shapely.area(shapely.intersection(_shapes(boxes), ground)) / (width * height)
    cost = far + 150.0 * worse
    tried = np.argsort(cost, kind="stable")[:_MOST_TRIED]
    boxes, cost = boxes[tried], cost[tried]
    ends = np.stack([x[tried], y[tried]], axis=-1)
    if not len(boxes):
        return None
    start = np.broadcast_to([plate.x, plate.y], ends.shape)
    lines = shapely.linestrings(np.stack([start, ends], axis=1))
    own = (plate.x - plate.half_width, plate.y - plate.half_height)
    others = [box for box in room.boxes if abs(box[0] - own[0]) + abs(box[1] - own[1]) > 1]
    for obstacle in (*(shapely.box(*box) for box in others), *room.leaders):
        cost = cost + 400.0 * shapely.intersects(lines, obstacle)
    if len(room.marks):
        cost = cost + 12.0 * room.marks_crossed(lines)
    k = int(np.argmin(cost))
    box = _four(boxes[k])
    end = float(ends[k, 0]), float(ends[k, 1])
    x, y = (box[0] + box[2]) / 2, box[3] - 0.28 * NAME_SIZE - 4
    leader = _leave_plate(plate, end), end
    return room.take(Label(plate.zone, words, x, y, NAME_SIZE, box=box, leader=leader))


def _leave_plate(plate: Plate, to: tuple[float, float]) -> tuple[float, float]:
    """Point where a line from the middle of a plate leaves it."""
    dx, dy = to[0] - plate.x, to[1] - plate.y
    share = min(
        plate.half_width / abs(dx) if dx else np.inf, plate.half_height / abs(dy) if dy else np.inf
    )
    return plate.x + dx * min(share, 1.0), plate.y + dy * min(share, 1.0)


# ---- places and schools ---------------------------------------------------------------------


def place_towns(
    names: Sequence[str], points: FloatArray, room: Field, most: int, apart: float
) -> tuple[Label, ...]:
    """Name at most `most` places, the first ones first, at least `apart` from one another."""
    found: list[Label] = []
    chosen: list[tuple[float, float]] = []
    for k, (name, (x, y)) in enumerate(zip(names, points.tolist(), strict=True)):
        if len(found) == most:
            break
        if any(np.hypot(x - a, y - b) < apart for a, b in chosen):
            continue
        width = text_width(name, PLACE_SIZE)
        offsets = [
            (cx * (0.5 * width + ring) * (ring > 0), cy * (0.5 * PLACE_SIZE + ring) * (ring > 0))
            for ring in _TOWN_RINGS
            for cx, cy in _AROUND.tolist()
        ]
        spots = [(x + dx, y + dy + 0.3 * PLACE_SIZE) for dx, dy in offsets]
        boxes = np.array([_text_box(*spot, width, PLACE_SIZE, "middle") for spot in spots])
        fits = room.clear(boxes, 1.0) & (room.marks_hit(boxes, 0.0) == 0)
        if not fits.any():
            continue
        at = int(np.argmax(fits))
        chosen.append((x, y))
        found.append(room.take(Label(k, name, *spots[at], PLACE_SIZE, box=_four(boxes[at]))))
    return tuple(found)


def place_school_numbers(
    numbers: Sequence[int],
    room: Field,
    size: float,
    *,
    elsewhere: Collection[int] = (),
    must: bool = True,
) -> tuple[Label, ...]:
    """Put a number beside every mark, the most crowded first, or near it with a line.

    Parameters
    ----------
    numbers
        Of each mark of the field.
    elsewhere
        Marks that an enlargement numbers: they get a number only if it fits beside them.
    must
        Whether numbers without room near their mark stand farther off, whatever their line crosses.
    """
    marks = room.marks
    if not len(marks):
        return ()
    gaps = np.hypot(*(marks[:, None, :] - marks[None, :, :]).transpose(2, 0, 1))
    crowd = (gaps < 40).sum(axis=1)
    order = sorted(range(len(marks)), key=lambda k: (-crowd[k], k))
    found: dict[int, Label] = {}
    for how in ("near", "far") if must else ("near",):
        for k in order:
            if k in found or (how == "far" and k in elsewhere):
                continue
            rings = _RINGS[:1] if k in elsewhere else _RINGS if how == "near" else _FAR
            label = _number_beside(k, str(numbers[k]), room, size, rings, may_cross=how == "far")
            if label is not None:
                found[k] = room.take(label)
    return tuple(found[k] for k in sorted(found))


_AROUND = np.stack([np.cos(_TURNS := np.arange(16) * np.pi / 8), np.sin(_TURNS)], axis=1)
_RINGS = (0.0, 9.0, 16.0, 24.0, 33.0, 44.0, 58.0, 75.0)
_TOWN_RINGS = (0.0, 3.0, 8.0, 15.0, 23.0, 32.0, 42.0)
_FAR = (*_RINGS[1:], 95.0, 120.0, 150.0, 190.0, 240.0)


def _number_beside(
    k: int, words: str, room: Field, size: float, rings: Sequence[float], *, may_cross: bool
) -> Label | None:
    x, y = room.marks[k].tolist()
    radius = float(room.radii[k])
    half = np.array([0.64 * size * len(words) + 1, 0.82 * size]) / 2
    middles = np.array(
        [[x, y] + turn * (radius + 2.5 + ring + half) for ring in rings for turn in _AROUND]
    )
    boxes = np.hstack([middles - half, middles + half])
    fits = room.clear(boxes, 0.5) & (room.marks_hit(boxes, -0.5, but=k) == 0)
    beside = len(_AROUND) if rings[0] == 0 else 0
    for at in np.flatnonzero(fits).tolist():
        leader = () if at < beside else _line_to((x, y), boxes[at], radius)
        if leader and not may_cross and _crosses(shapely.LineString(leader), room, k):
            continue
        mx, my = middles[at].tolist()
        baseline = my + half[1] - 0.05 * size
        return Label(k, words, mx, baseline, size, box=_four(boxes[at]), leader=leader)
    return None


def _crosses(line: Any, room: Field, own: int) -> bool:
    """Whether a line runs over words, another line, or a mark that is not its own."""
    gaps = shapely.distance(line, shapely.points(room.marks)) - room.radii
    if np.delete(gaps, own).min(initial=1.0) < -0.5:
        return True
    taken = _shapes(np.array(room.boxes)) if room.boxes else np.array([])
    return bool(
        shapely.intersects(line, taken).any()
        or shapely.intersects(line, np.array(room.leaders, dtype=object)).any()
    )


def _line_to(
    mark: tuple[float, float], box: FloatArray, radius: float
) -> tuple[tuple[float, float], ...]:
    """Draw a line from the edge of a mark to the nearest side of a box."""
    x, y = mark
    end = float(np.clip(x, box[0], box[2])), float(np.clip(y, box[1], box[3]))
    length = float(np.hypot(end[0] - x, end[1] - y)) or 1.0
    return (x + (end[0] - x) * radius / length, y + (end[1] - y) * radius / length), end
