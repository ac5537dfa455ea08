"""What a map shows and where, before anybody draws it: zones, marks, numbers, enlargements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from clusters.arguments import at_least, checked
from clusters.domain import FloatArray, PlanLike, Problem, plan_of
from clusters.maps import zones as _zones
from clusters.maps.backdrop import Backdrop, Place, source_of_towns, towns_of
from clusters.maps.colours import colour_classes
from clusters.maps.labels import (
    SCHOOL_SIZE,
    Field,
    Label,
    Plate,
    place_plates,
    place_school_numbers,
    place_towns,
)
from clusters.text import clean

WIDTH = 1000.0
"""Usual width of a map in its own units; every other size is in these units."""

RADIUS = 4.0  # of a school's mark
LETTER = 20.0  # side of the letter of an enlargement
_TALLEST = 1.05  # of the width
_MOST_PANELS = 3
_GAP = 14.0
_PANEL_HEIGHT = 300.0
_ZOOM = 2.4
_CROWD = 6  # crowded schools that make an enlargement worth its place
_SMALL = 600.0  # a drawing narrower than this has smaller marks and plates
_MOST_TOWNS = 10
_TOWNS_APART = 0.1  # of the width
_MOST_ROAD_POINTS = 3000
CHIP = 12.0
"""Half the height of a number plate, in drawing units."""
SMALL_CHIP = 9.0
RING = 2.8
"""Radius of the ring of a centre, in radii of a mark."""

KINDS: Mapping[str, str] = {
    "primary": "circle",
    "infant": "circle",
    "junior": "circle",
    "first": "circle",
    "middle": "triangle",
    "secondary": "square",
    "upper": "square",
    "high": "square",
    "all-through": "diamond",
    "special": "star",
}
"""Shape of the mark by phase; any other phase is a cross."""


KIND_ORDER = ("circle", "triangle", "square", "diamond", "star", "cross")
"""Shapes in the order in which the key names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A window on the ground and the rectangle of the drawing that shows it."""

    west_m: float
    south_m: float
    scale: float
    left: float
    top: float
    width: float
    height: float

    def place(self, xy_m: FloatArray) -> FloatArray:
        """Turn metres into drawing units; north is up, so y falls."""
        x = self.left + (xy_m[..., 0] - self.west_m) * self.scale
        y = self.top + self.height - (xy_m[..., 1] - self.south_m) * self.scale
        return np.stack([x, y], axis=-1)

    def shape(self, shape: Any) -> Any:
        """Put a shape into drawing units."""
        return shapely.transform(shape, self.place)

    @property
    def frame(self) -> Any:
        """The rectangle of the drawing, as a shape."""
        return shapely.box(self.left, self.top, self.left + self.width, self.top + self.height)

    @property
    def ground(self) -> Any:
        """The window on the ground, in metres."""
        return shapely.box(
            self.west_m,
            self.south_m,
            self.west_m + self.width / self.scale,
            self.south_m + self.height / self.scale,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """One cluster on the map."""

    number: int
    label: str
    colour: int
    shape_m: Any
    members: tuple[int, ...]
    centre: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One drawing of the ground: the whole, or an enlargement with its letter.

    `names`, `towns` and `numbered` are the labels of clusters, places and schools; a label's `of`
    is an index into the layout's zones, into its places, and a school's position.
    """

    view: View
    letter: str
    letter_at: tuple[float, float]
    shapes: tuple[Any, ...]
    spare: Any
    roads: Any
    points: FloatArray
    visible: tuple[int, ...]
    radius: float
    plates: tuple[Plate, ...] = ()
    names: tuple[Label, ...] = ()
    towns: tuple[Label, ...] = ()
    numbered: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Everything on a map; made by :func:`lay_out`, drawn by `map_svg` and `map_png`.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> layout = cl.maps.lay_out(problem, plan, width=500)
    >>> layout.width, len(layout.zones)
    (500, 2)
    """

    problem: Problem
    zones: tuple[Zone, ...]
    owner: tuple[int, ...]
    cells_m: tuple[Any, ...]
    spare_m: Any
    main: Panel
    enlargements: tuple[Panel, ...]
    width: float
    height: float
    source: str
    towns_from: str
    school_numbers: tuple[int, ...]

    @property
    def unnamed(self) -> tuple[Zone, ...]:
        """Clusters with a name that has no room on the map: the key below it names them."""
        named = {label.of for label in self.main.names}
        found = [
            zone
            for k, zone in enumerate(self.zones)
            if k not in named and zone.members and zone.label != str(zone.number)
        ]
        return tuple(sorted(found, key=lambda zone: zone.number))

    @property
    def scattered(self) -> tuple[tuple[Zone, int], ...]:
        """Clusters whose ground lies in several parts, and in how many."""
        parts = ((zone, len(shapely.get_parts(zone.shape_m))) for zone in self.zones)
        return tuple(
            sorted(((zone, n) for zone, n in parts if n > 1), key=lambda pair: pair[0].number)
        )


def kind_of(phase: str) -> str:
    """Shape of the mark of a phase."""
    return KINDS.get(phase.strip().lower(), "cross")


@checked
def lay_out(
    problem: Problem,
    plan: PlanLike,
    *,
    numbers: Mapping[str, int] | None = None,
    colours: Mapping[int, int] | None = None,
    enlarge: bool = True,
    names: bool = True,
    marks: bool = True,
    number_schools: bool = True,
    backdrop: Backdrop | None = None,
    width: float = WIDTH,
    source: str = "",
) -> Layout:
    """Work out what a map of a plan shows and where.

    Parameters
    ----------
    numbers
        Number of each cluster by its label; see :func:`clusters.maps.zones.numbers_of`.
    colours
        Colour of each cluster by its number, as `clusters.maps.shared_colours` gives them to
        several plans; other clusters, and all without it, are coloured by who touches whom.
    enlarge
        Whether dense places are drawn again, enlarged, below the map.
    names
        Whether clusters and places are named.
    marks
        Whether schools are marked.
    number_schools
        Whether each mark has its number: the school's place from A to Z.
    backdrop
        Roads and places to draw, of :func:`clusters.maps.read_backdrop`. Without it the places are
        the towns of the data, and there are no roads.
    width
        Width of the drawing in its own units. Letters keep their size, so that a narrower drawing
        is a smaller map, not a smaller print.
    source
        Where the facts come from: a line below the map.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> layout = lay_out(problem, plan)
    >>> [zone.number for zone in layout.zones]
    [1, 2]
    """
    plan = plan_of(problem, plan)
    at_least(100, width=width)
    groups = _zones.members_of(problem, plan)
    owner = _zones.owners_of(problem, groups)
    cells = _zones.split_shared_sites(problem, _zones.territories(problem), owner)
    *ground, spare = _zones.dissolve(cells, owner, len(groups))
    ground = _zones.without_strays(ground, groups, problem.xy_m)
    *ground, spare = _zones.simplify([*ground, spare], _zones.extent_m(problem) / 1500)
    given = _zones.numbers_of(plan, numbers)
    wanted = [(colours or {}).get(number) for number in given]
    tints = colour_classes(len(groups), _zones.touching(ground), wanted)
    zones = tuple(
        Zone(
            number=number,
            label=clean(cluster.label),
            colour=colour,
            shape_m=shape,
            members=tuple(group),
            centre=_known_centre(problem, cluster.centre, group),
        )
        for number, cluster, colour, shape, group in zip(
            given, plan.clusters, tints, ground, groups, strict=True
        )
    )
    view = _whole_view(problem, [*ground, spare], width)
    numbered = tuple(_zones.school_numbers(problem))
    known = {zone.label.casefold() for zone in zones}
    towns = [t for t in towns_of(problem, backdrop) if t.name.casefold() not in known]
    drawing = _Drawing(
        problem=problem,
        zones=zones,
        spare=spare,
        roads=None if backdrop is None else backdrop.roads,
        towns=towns,
        numbers=numbered,
        names=names,
        marks=marks,
        number_schools=number_schools and marks,
    )
    bare = drawing.bare(view)
    windows = _dense_views(bare) if enlarge and marks else []
    larger = [
        replace(
            drawing.labelled(drawing.bare(window, letter)), letter_at=_letter_spot(bare, window)
        )
        for letter, window in zip("ABC", windows, strict=False)
    ]
    main = drawing.labelled(bare, larger)
    height = view.height + (_GAP * 2 + _PANEL_HEIGHT if larger else 0)
    return Layout(
        problem=problem,
        zones=zones,
        owner=tuple(owner),
        cells_m=tuple(cells),
        spare_m=spare,
        main=main,
        enlargements=tuple(larger),
        width=width,
        height=height,
        source=clean(source),
        towns_from=source_of_towns(problem, backdrop) if main.towns else "",
        school_numbers=numbered if number_schools and marks else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    """What every panel of a map shows."""

    problem: Problem
    zones: tuple[Zone, ...]
    spare: Any
    roads: Any
    towns: Sequence[Place]
    numbers: Sequence[int]
    names: bool
    marks: bool
    number_schools: bool

    def bare(self, view: View, letter: str = "") -> Panel:
        """Cut the ground to a view and place the marks in it; no words yet."""
        small = view.width < _SMALL and not letter
        radius = RADIUS * (1.7 if letter else 0.6 if small else 1.0)
        points = _side_by_side(self.problem.xy_m, view, radius)
        inside = view.frame.buffer(-radius, join_style="mitre") if letter else view.frame
        near = shapely.covers(inside, shapely.points(points))
        return Panel(
            view=view,
            letter=letter,
            letter_at=(view.left, view.top),
            shapes=tuple(view.shape(zone.shape_m.intersection(view.ground)) for zone in self.zones),
            spare=view.shape(self.spare.intersection(view.ground)),
            roads=_roads_in(self.roads, view),
            points=points,
            visible=tuple(int(k) for k in np.flatnonzero(near)) if self.marks else (),
            radius=radius,
        )

    def labelled(self, panel: Panel, larger: Sequence[Panel] = ()) -> Panel:
        """Put the words on a panel: what must be said first, then what fits.

        Schools that an enlargement (`larger`) numbers need no number here.
        """
        elsewhere = {label.of for window in larger for label in window.numbered}
        letters = [window.letter_at for window in larger]
        view = panel.view
        seen = list(panel.visible)
        centres = {zone.centre for zone in self.zones}
        radii = [panel.radius * (RING if k in centres else 1.0) for k in seen]
        room = Field(frame=view.frame.bounds, marks=panel.points[seen], radii=np.array(radii))
        if panel.letter:  # its letter stands in its corner
            letters.append((view.left, view.top))
        room.boxes += [(x, y, x + LETTER, y + LETTER) for x, y in letters]
        small = view.width < _SMALL and not panel.letter
        named = self.names and not panel.letter
        plates, names = place_plates(
            [zone.number for zone in self.zones],
            [zone.label if named and zone.label != str(zone.number) else "" for zone in self.zones],
            panel.shapes,
            room,
            SMALL_CHIP if small else CHIP,
        )
        towns = self._towns(view, room) if named else ()
        numbered: tuple[Label, ...] = ()
        if self.number_schools:
            labels = place_school_numbers(
                [self.numbers[k] for k in seen],
                room,
                SCHOOL_SIZE * (1.25 if panel.letter else 1.0),
                elsewhere=[k for k, position in enumerate(seen) if position in elsewhere],
                must=not panel.letter,
            )
            numbered = tuple(replace(label, of=seen[label.of]) for label in labels)
        return replace(panel, plates=plates, names=names, towns=towns, numbered=numbered)

    def _towns(self, view: View, room: Field) -> tuple[Label, ...]:
        if not self.towns:
            return ()
        points = view.place(np.array([[town.x_m, town.y_m] for town in self.towns]))
        names = [town.name for town in self.towns]
        return place_towns(names, points, room, _MOST_TOWNS, view.width * _TOWNS_APART)


def _roads_in(roads: Any, view: View) -> Any:
    """Roads of a view in drawing units, coarse enough that a drawing stays small."""
    if roads is None:
        return shapely.MultiLineString()
    near = shapely.line_merge(shapely.intersection(roads, view.ground))
    for tolerance in (1.0, 2.0, 4.0):
        lines = shapely.simplify(
            shapely.get_parts(view.shape(near)), tolerance, preserve_topology=False
        )
        lines = lines[shapely.length(lines) > 4 * tolerance]
        if shapely.get_num_coordinates(lines).sum() <= _MOST_ROAD_POINTS:
            break
    lines = lines[np.argsort(-shapely.length(lines), kind="stable")]
    lines = lines[np.cumsum(shapely.get_num_coordinates(lines)) <= _MOST_ROAD_POINTS]
    return shapely.MultiLineString(list(lines))


def _known_centre(problem: Problem, centre: object, group: Sequence[int]) -> int | None:
    position = None if centre is None else problem.find(centre)
    return position if position in group else None


def _whole_view(problem: Problem, shapes: Sequence[Any], width: float) -> View:
    boxes = np.array([shape.bounds for shape in shapes if not shape.is_empty])
    points = problem.xy_m
    if len(boxes) == 0:
        boxes = np.array([[*points.min(axis=0), *points.max(axis=0)]])
    west, south = boxes[:, 0].min(), boxes[:, 1].min()
    east, north = boxes[:, 2].max(), boxes[:, 3].max()
    inner = width - 2 * _GAP
    scale = min(inner / max(east - west, 1e-9), (inner * _TALLEST) / max(north - south, 1e-9))
    height = (north - south) * scale + 2 * _GAP
    spare = (width / scale - (east - west)) / 2
    return View(
        west_m=float(west - spare),
        south_m=float(south - _GAP / scale),
        scale=float(scale),
        left=0.0,
        top=0.0,
        width=width,
        height=float(height),
    )


def _side_by_side(xy_m: FloatArray, view: View, radius: float) -> FloatArray:
    """Places of the marks: those on top of each other are pushed apart, by a little at most."""
    from scipy.spatial import cKDTree

    home = view.place(xy_m)
    # Coincident marks need a direction to part in: the order of the schools, from west to east.
    points: FloatArray = home + np.arange(len(home))[:, None] * np.array([1e-6, 0.0])
    apart = 2.2 * radius
    for _ in range(12):
        pairs = cKDTree(points).query_pairs(apart, output_type="ndarray")
        if len(pairs) == 0:
            break
        pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
        step = points[pairs[:, 1]] - points[pairs[:, 0]]
        length = np.hypot(step[:, 0], step[:, 1])[:, None]
        push = step / length * (apart - length) / 2
        np.add.at(points, pairs[:, 1], push)
        np.add.at(points, pairs[:, 0], -push)
        points = home + np.clip(points - home, -2 * radius, 2 * radius)
    return points


def _dense_views(main: Panel) -> list[View]:
    """Windows round the places where marks crowd one another, densest first."""
    sites = np.unique(main.points, axis=0)
    if len(sites) < 2:
        return []
    gaps = np.hypot(*(sites[:, None, :] - sites[None, :, :]).transpose(2, 0, 1))
    np.fill_diagonal(gaps, np.inf)
    crowded = sites[np.sort(gaps, axis=1)[:, 0] < 3.6 * RADIUS]
    for count in range(_MOST_PANELS, 0, -1):
        whole = main.view.width
        width = (whole - (count - 1) * _GAP) / count if count > 1 else whole * 0.6
        half = np.array([width, _PANEL_HEIGHT]) / _ZOOM / 2
        middles = _windows(crowded, half, main.view, count)
        if len(middles) == count:
            return [
                _window(main.view, middle, half, left=k * (width + _GAP), width=width)
                for k, middle in enumerate(sorted(middles))
            ]
    return []


def _windows(
    crowded: FloatArray, half: FloatArray, view: View, count: int
) -> list[tuple[float, float]]:
    """Middles of up to `count` windows that hold most of the crowded points and do not overlap."""
    left = crowded
    chosen: list[tuple[float, float]] = []
    while len(left) >= _CROWD and len(chosen) < count:
        offsets = np.abs(left[:, None, :] - left[None, :, :])
        inside = np.all(offsets <= half * 0.9, axis=2)
        best = int(np.argmax(inside.sum(axis=1)))
        if inside[best].sum() < _CROWD:
            break
        group = left[inside[best]]
        middle = (group.min(axis=0) + group.max(axis=0)) / 2
        middle = np.clip(middle, half, np.array([view.width, view.height]) - half)
        left = left[~(np.abs(left - middle) <= half).all(axis=1)]
        if all((np.abs(middle - np.array(other)) >= 2 * half).any() for other in chosen):
            chosen.append((float(middle[0]), float(middle[1])))
    return chosen


def _window(
    view: View, middle: tuple[float, float], half: FloatArray, *, left: float, width: float
) -> View:
    west = view.west_m + (middle[0] - half[0]) / view.scale
    south = view.south_m + (view.height - middle[1] - half[1]) / view.scale
    return View(
        west_m=float(west),
        south_m=float(south),
        scale=view.scale * _ZOOM,
        left=left,
        top=view.height + _GAP,
        width=width,
        height=_PANEL_HEIGHT,
    )


def _letter_spot(main: Panel, window: View) -> tuple[float, float]:
    """Where on the map the letter of an enlargement hides least: a corner of its window."""
    west, north, east, south = main.view.shape(window.ground).bounds
    spots = [
        (x, y)
        for y in (north - LETTER, north, south, south - LETTER)
        for x in (west, east - LETTER)
    ]
    marks = shapely.multipoints(main.points[list(main.visible)])

    def hidden(spot: tuple[float, float]) -> bool:
        return bool(shapely.box(*spot, spot[0] + LETTER, spot[1] + LETTER).dwithin(marks, RADIUS))

    return min(spots, key=hidden)
