"""Where each school is: from its columns, its geometry or its postcode; and whether that can be.

Positions end as metres on the British National Grid (EPSG:27700).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from clusters.errors import Faults
from clusters.readers.cells import Unreadable, is_unknown, number_of
from clusters.readers.formats.spatial import BRITISH_GRID, crs_of, to_grid
from clusters.readers.row_filter import Record
from clusters.readers.table import Cell, Point

__all__ = ["BOX", "Locator", "postcode_key"]

BOX = (0.0, 0.0, 700_000.0, 1_300_000.0)
"""Lowest and highest easting and northing of the British National Grid in Great Britain, metres."""

BOUNDARY_TOLERANCE_M = 1_000.0
"""A school this near to the boundary counts as inside: published boundaries are simplified."""

_DEGREES_X, _DEGREES_Y = 180.0, 90.0
_GB_LONGITUDE, _GB_LATITUDE = (-9.0, 2.5), (49.0, 61.5)
_WGS84 = "EPSG:4326"
_FAR_M = 75_000.0
_FAR_TIMES = 10
_LEAST_FOR_FAR = 8
_PLACES = ("easting", "longitude", "postcode", "urn")
_APART_M = {"longitude": 1_000.0, "postcode": 5_000.0}
_ASIDE = 'or set such schools aside with set_aside=["no position"]'
_METRES = "give metres on the British National Grid (EPSG:27700), or say which system with crs="


def postcode_key(text: str) -> str:
    """Postcode without spaces, in capitals."""
    return "".join(text.upper().split())


@dataclass(slots=True, kw_only=True)
class Locator:
    """Finds and checks the positions of records."""

    crs: Any
    points: Mapping[int, Point] | None
    postcodes: Mapping[str, Point] | None
    boundary: Any
    aside: bool = False
    faults: Faults = field(default_factory=Faults)
    notes: list[str] = field(default_factory=list)
    system: Any = None
    unplaced: set[int] = field(default_factory=set)
    here: int = 0
    placed_by_postcode: int = 0

    def __post_init__(self) -> None:
        self.system = None if self.crs is None else crs_of(self.crs, "crs")

    @property
    def _noted(self) -> int:
        return len(self.faults) + len(self.unplaced)

    def locate(self, records: Sequence[Record]) -> list[Point | None]:
        """Position of each record; None where there is none, which is then a fault."""
        found: list[Point | None] = []
        degrees: list[tuple[int, Point]] = []
        for k, record in enumerate(records):
            self.here, before = k, self._noted
            found.append(self._metres(record))
            if found[k] is not None or self._noted > before:
                continue
            point = self._degrees(record)
            if point is not None:
                degrees.append((k, point))
            elif self._noted == before:
                found[k] = self._of_postcode(record)
        system = self.system if self.system is not None and self.system.is_geographic else _WGS84
        turned = to_grid([point for _, point in degrees], system, "crs") if degrees else []
        for (k, _), point in zip(degrees, turned, strict=True):
            found[k] = point
        if degrees:
            self.notes.append(
                f"{len(degrees):,} positions were turned from longitude and latitude "
                f"({'WGS 84, as crs= was not given' if self.system is None else system})."
            )
        self._check(records, found)
        return found

    # from cells -----------------------------------------------------------------------------

    def _pair(self, record: Record, names: tuple[str, str]) -> tuple[Point | None, Cell] | None:
        """Two numbers; None where the record has neither, (None, cell) where they are faulty."""
        cells = [record[name] for name in names if name in record]
        if len(cells) < len(names) or all(is_unknown(cell.text) for cell in cells):
            return None
        numbers: list[float] = []
        for name, cell in zip(names, cells, strict=True):
            if is_unknown(cell.text):
                remedy = "give both numbers of the position"
                self._lack(record, cell, f"the {name} is missing", remedy)
                continue
            try:
                numbers.append(number_of(cell.text, negative=True))
            except Unreadable as error:
                self._fault(record, cell, error.what, _METRES)
        return ((numbers[0], numbers[1]) if len(numbers) == len(names) else None), cells[0]

    def _metres(self, record: Record) -> Point | None:
        row = record["urn"].row if "urn" in record else -1
        if self.points is not None and row in self.points:
            return self._in_box(record, record["urn"], self.points[row])
        read = self._pair(record, ("easting", "northing"))
        if read is None or read[0] is None:
            return None
        (x, y), cell = read[0], read[1]
        if self.system is not None and not self.system.is_geographic:
            if self.system.to_epsg() != BRITISH_GRID:
                x, y = to_grid([(x, y)], self.system, "crs")[0]
        elif abs(x) <= _DEGREES_X and abs(y) <= _DEGREES_Y and (x, y) != (0, 0):
            what = "easting and northing are degrees, not metres"
            remedy = "name the columns longitude and latitude, or convert them to metres"
            self._fault(record, _showing(cell, (x, y)), what, remedy)
            return None
        return self._in_box(record, cell, (x, y))

    def _in_box(self, record: Record, cell: Cell, point: Point) -> Point | None:
        x, y = point
        tiny = abs(x) <= _DEGREES_X and abs(y) <= _DEGREES_Y
        if _inside(point) and not tiny:
            return point
        if _inside((y, x)) and not tiny:
            what = "easting and northing are swapped: only the other way round is it in Britain"
            remedy = "swap them"
        elif tiny and (x, y) != (0, 0):
            what = "the position is in degrees, not metres"
            remedy = 'set the true coordinate system, such as crs="EPSG:4326"'
        elif (x, y) == (0, 0):
            what, remedy = "the position is 0, 0", "give the school's easting and northing"
        else:
            what, remedy = "the position is outside Great Britain", _METRES
        self._fault(record, _showing(cell, (x, y)), what, remedy)
        return None

    def _degrees(self, record: Record) -> Point | None:
        read = self._pair(record, ("longitude", "latitude"))
        if read is None or read[0] is None:
            return None
        (x, y), cell = read[0], read[1]
        if _within(x, _GB_LONGITUDE) and _within(y, _GB_LATITUDE):
            return x, y
        if _within(y, _GB_LONGITUDE) and _within(x, _GB_LATITUDE):
            what, remedy = "longitude and latitude are swapped", "swap them"
        elif abs(x) > _DEGREES_X or abs(y) > _DEGREES_Y:
            what = "longitude and latitude are metres, not degrees"
            remedy = "name the columns easting and northing"
        else:
            what, remedy = "the position is outside Great Britain", "correct it"
        self._fault(record, _showing(cell, (x, y)), what, remedy)
        return None

    def _of_postcode(self, record: Record) -> Point | None:
        cell, urn, point = record.get("postcode"), record["urn"], None
        if cell is None or not cell.text:
            what, remedy = "the school has no position", "give its easting and northing"
            remedy += "" if cell is None else ", or its postcode with postcodes="
            places = (record[key] for key in ("easting", "longitude") if key in record)
            cell = next(places, urn._replace(column="easting", text=""))
        elif self.postcodes is None:
            what = "the school has no position but its postcode"
            remedy = "give the Code-Point Open file as postcodes=, or easting and northing"
        else:
            point = self.postcodes.get(postcode_key(cell.text))
            what = "the postcode is not in the postcode file"
            remedy = "correct it, or give the school's easting and northing"
        if point is None:
            self._lack(record, cell, what, remedy)
        else:
            self.placed_by_postcode += 1
        return point

    def _lack(self, record: Record, cell: Cell, what: str, remedy: str) -> None:
        """Note a school without a position, which is a fault unless such schools are set aside."""
        if self.aside:
            self.unplaced.add(self.here)
        else:
            self._fault(record, cell, what, f"{remedy}; {_ASIDE}")

    def _fault(self, record: Record, cell: Cell, what: str, remedy: str) -> None:
        self.faults.append(cell.fault(what, remedy, urn=record["urn"].text))

    # against each other ---------------------------------------------------------------------

    def _check(self, records: Sequence[Record], found: list[Point | None]) -> None:
        for k in self._check_sources(records, found):
            found[k] = None
        for k in self._check_boundary(records, found):
            found[k] = None
        self._check_far(records, found)
        if self.placed_by_postcode:
            self.notes.append(
                f"{self.placed_by_postcode:,} schools stand at the middle of their postcode."
            )

    def _check_sources(self, records: Sequence[Record], found: Sequence[Point | None]) -> set[int]:
        """Compare easting and northing with longitude and latitude, and with the postcode."""
        other: list[tuple[int, str, Point]] = []
        in_degrees: list[tuple[int, Point]] = []
        for k, record in enumerate(records):
            if found[k] is None or "easting" not in record or self.system is not None:
                continue
            if point := _plain_pair(record, ("longitude", "latitude")):
                in_degrees.append((k, point))
            elif self.postcodes is not None and "postcode" in record:
                point = self.postcodes.get(postcode_key(record["postcode"].text))
                if point is not None:
                    other.append((k, "postcode", point))
        turned = to_grid([point for _, point in in_degrees], _WGS84, "crs") if in_degrees else []
        other += [(k, "longitude", point) for (k, _), point in zip(in_degrees, turned, strict=True)]
        bad = set()
        for k, source, point in other:
            here = found[k]
            gap = math.inf if here is None else math.dist(here, point)
            if here is None or gap <= _APART_M[source]:
                continue
            swapped = math.dist(here[::-1], point) <= _APART_M[source]
            words = "longitude and latitude" if source == "longitude" else "postcode"
            cell = _showing(records[k]["easting"], here)
            what = f"easting and northing lie {gap / 1000:,.0f} km from the school's {words}"
            if swapped:
                what = f"easting and northing are swapped: its {words} fits the other way round"
            self._fault(records[k], cell, what, "swap them" if swapped else "correct one of them")
            bad.add(k)
        return bad

    def _check_boundary(self, records: Sequence[Record], found: Sequence[Point | None]) -> set[int]:
        if self.boundary is None:
            return set()
        import shapely

        area = self.boundary.buffer(BOUNDARY_TOLERANCE_M)
        shapely.prepare(area)
        bad = set()
        for k, point in enumerate(found):
            if point is None or area.covers(shapely.Point(point)):
                continue
            gap = self.boundary.distance(shapely.Point(point))
            swapped = area.covers(shapely.Point(point[::-1]))
            what = f"the school lies {gap / 1000:,.1f} km outside the boundary"
            if swapped:
                what += "; with easting and northing swapped it would be inside"
            self._misplaced(records[k], point, what, swapped=swapped)
            bad.add(k)
        return bad

    def _check_far(self, records: Sequence[Record], found: Sequence[Point | None]) -> None:
        """Find schools far from all the others: a digit lost, or one row swapped."""
        placed = [(k, point) for k, point in enumerate(found) if point is not None]
        if len(placed) < _LEAST_FOR_FAR:
            return
        middle = (median(p[0] for _, p in placed), median(p[1] for _, p in placed))
        gaps = {k: math.dist(point, middle) for k, point in placed}
        far = max(_FAR_M, _FAR_TIMES * median(gaps.values()))
        for k, point in placed:
            if gaps[k] <= far:
                continue
            swapped = math.dist(point[::-1], middle) <= far
            what = f"the school lies {gaps[k] / 1000:,.0f} km from the middle of the others"
            if swapped:
                what = f"easting and northing are swapped: {what}"
            self._misplaced(records[k], point, what, swapped=swapped)

    def _misplaced(self, record: Record, point: Point, what: str, *, swapped: bool) -> None:
        cell = next(record[key] for key in _PLACES if key in record)
        urn = record["urn"].text
        remedy = f'correct its position, or leave it out with set_aside=["{urn}"]'
        self._fault(record, _showing(cell, point), what, "swap them" if swapped else remedy)


def _showing(cell: Cell, point: Point) -> Cell:
    return cell._replace(text=f"{point[0]:g}, {point[1]:g}")


def _plain_pair(record: Record, names: tuple[str, str]) -> Point | None:
    try:
        x, y = (number_of(record[name].text, negative=True) for name in names)
    except (KeyError, Unreadable):
        return None
    return (x, y) if _within(x, _GB_LONGITUDE) and _within(y, _GB_LATITUDE) else None


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _inside(point: Point) -> bool:
    return BOX[0] < point[0] < BOX[2] and BOX[1] < point[1] < BOX[3]
