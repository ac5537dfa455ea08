"""What helps to find one's way on a map: roads of an optional file, and names of places."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from clusters.arguments import checked
from clusters.domain import Problem
from clusters.errors import DataError
from clusters.naming import place_of
from clusters.readers.boundary import read_features
from clusters.text import clean

_NAMES = ("name", "name1", "place", "town", "label", "text")
_CODED_NAME = re.compile(r"^[a-z]+[0-9]{2}nm$")
"""Heading of names in files of the Office for National Statistics, such as BUA22NM."""

_SIZES = ("population", "pop", "size", "rank_size")
_NEAR_M = 4000.0
_NO_PLACE = re.compile(r"^(the|our|all|holy|christ|st|saint|ss|sacred|blessed|king|queen)\b", re.I)

_STREETS = frozenset({"lane", "road", "street", "avenue", "way", "drive", "park", "view", "parish"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A town or village: its name and position in metres.

    Examples
    --------
    >>> Place(name="Marsden", x_m=404_800, y_m=411_600).name
    'Marsden'
    """

    name: str
    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Backdrop:
    """Roads and places drawn on a map; made by :func:`read_backdrop`.

    Parameters
    ----------
    roads
        Lines in metres, a shapely geometry; None for none.
    places
        The most important first.

    Examples
    --------
    >>> Backdrop(places=(Place(name="Marsden", x_m=404_800, y_m=411_600),)).roads is None
    True
    """

    roads: Any = None
    places: tuple[Place, ...] = ()


@checked
def read_backdrop(*sources: Any, layer: str | None = None, crs: Any = None) -> Backdrop:
    """Read roads and places to draw on maps.

    Lines are roads: give main roads only, for a map of a whole authority shows no lanes. Points,
    and areas with a name, are places; a column "population" or "size" says which matter most, else
    their order does.

    Parameters
    ----------
    sources
        GeoPackage, GeoJSON or shape files, one or several, or GeoDataFrames. A layer of a
        GeoPackage can also be named as ``readers.opening.File(path, layer=...)``.
    layer
        Of a GeoPackage with several layers.
    crs
        Coordinate system of a source that does not say its own.

    Raises
    ------
    DataError
        If a file cannot be read, or its points have no names.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> text = '''{"type": "FeatureCollection", "features": [{"type": "Feature", "properties":
    ... {"name": "Huddersfield"}, "geometry": {"type": "Point", "coordinates": [-1.78, 53.65]}}]}'''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "towns.geojson")
    ...     _ = file.write_text(text)
    ...     read_backdrop(file).places[0].name
    'Huddersfield'
    """
    import shapely

    lines: list[Any] = []
    places: list[tuple[float, Place]] = []
    for source in sources:
        features, where = read_features(source, "backdrop", layer=layer, crs=crs)
        points = []
        for shape, row in features:
            if shape.geom_type in ("LineString", "MultiLineString"):
                lines.append(shape)
            else:
                points.append((shape, row))
        named = [place for shape, row in points for place in _place(shape, row)]
        if points and not named:
            raise DataError.of(
                "none of its points and areas has a name",
                'put the names of places into a column "name"',
                where=where,
            )
        places += named
    places.sort(key=lambda pair: -pair[0])
    return Backdrop(
        roads=shapely.MultiLineString(list(shapely.get_parts(lines))) if lines else None,
        places=tuple(place for _, place in places),
    )


def _place(shape: Any, row: dict[str, Any]) -> Iterator[tuple[float, Place]]:
    """Yield a place with its size, if it has a name."""
    by_heading = {str(key).strip().casefold(): value for key, value in row.items()}
    coded = [key for key in by_heading if _CODED_NAME.match(key)]
    name = next((by_heading[key] for key in (*_NAMES, *coded) if by_heading.get(key)), None)
    words = clean(name, 40)
    if not words or words.casefold() in ("nan", "none"):
        return
    size = next((by_heading[key] for key in _SIZES if key in by_heading), None)
    try:
        rank = float(str(size).replace(",", ""))
    except ValueError:
        rank = 0.0
    point = shape.representative_point()
    yield (
        rank if np.isfinite(rank) else 0.0,
        Place(name=words, x_m=float(point.x), y_m=float(point.y)),
    )


def towns_of(problem: Problem, backdrop: Backdrop | None) -> list[Place]:
    """Places to name, the most important first: of the file, of the data, or of the names."""
    if backdrop is not None and backdrop.places:
        return list(backdrop.places)
    return _gathered(problem, _given_towns(problem) or _named_towns(problem))


def source_of_towns(problem: Problem, backdrop: Backdrop | None) -> str:
    """Say in the key where the names of places come from."""
    if backdrop is not None and backdrop.places:
        return ""
    if _given_towns(problem):
        return "Places: towns of the schools' addresses."
    return "Places: from the names of two or more schools close to one another."


def _given_towns(problem: Problem) -> dict[str, list[int]]:
    towns: dict[str, list[int]] = defaultdict(list)
    for k, school in enumerate(problem.schools):
        name = clean(school.traits.get("town", ""), 40).strip()
        if name:
            towns[name.title() if name.isupper() else name].append(k)
    return towns


def _named_towns(problem: Problem) -> dict[str, list[int]]:
    """Group schools whose names start with the same words and that stand close to one another."""
    first: dict[str, list[tuple[int, list[str]]]] = defaultdict(list)
    for k, school in enumerate(problem.schools):
        words = place_of(clean(school.name)).split()
        if words and len(words[0]) > 3 and words[0].isalpha() and not _NO_PLACE.match(words[0]):
            first[words[0]].append((k, words))
    towns: dict[str, list[int]] = {}
    for group in first.values():
        xy = problem.xy_m[[k for k, _ in group]]
        away = np.hypot(*(xy - np.median(xy, axis=0)).T)
        near = [pair for pair, d in zip(group, away, strict=True) if d <= _NEAR_M]
        if len(near) < 2:
            continue
        same = itertools.takewhile(
            lambda column: len(set(column)) == 1, zip(*(words for _, words in near), strict=False)
        )
        name = [column[0] for column in same]
        if name[-1].casefold() not in _STREETS:
            towns[" ".join(name)] = [k for k, _ in near]
    return towns


def _gathered(problem: Problem, towns: dict[str, list[int]]) -> list[Place]:
    """Places in the middle of their schools; those with most pupils first."""
    size = {
        name: sum(problem.schools[k].pupils or 1 for k in group) for name, group in towns.items()
    }
    found = []
    for name in sorted(towns, key=lambda name: (-size[name], name)):
        x, y = np.median(problem.xy_m[towns[name]], axis=0)
        found.append(Place(name=name, x_m=float(x), y_m=float(y)))
    return found
