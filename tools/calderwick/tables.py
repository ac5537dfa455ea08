"""The packaged files of Calderwick (synthetic), as text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence

from clusters.datasets import FILES, NAME
from clusters.need_types import NEED_TYPES
from tools.calderwick.authority import Draft, draft_schools
from tools.calderwick.dice import Dice
from tools.calderwick.groups import hand_drawn
from tools.calderwick.land import RIDGE, minutes_between, outline_m, to_grid
from tools.calderwick.needs import UNIT, add_expertise, add_needs, add_topup
from tools.calderwick.places import PYRAMIDS, RESOURCED

SEED = 20_240_900

_COLUMNS = (
    *("urn", "name", "phase", "easting", "northing", "pupils", "ehcps", "sen_support", "pyramid"),
    *("trust", "can_lead", "topup", "cluster", "faith", "rurality"),
    *("trait_deprivation_quintile", "trait_source", "measure_fsm", "measure_low_prior_attainment"),
)


def make_files(seed: int = SEED) -> dict[str, str]:
    """Make every packaged file from a seed, by its name; always the same text for the same seed."""
    dice = Dice(seed)
    outline = outline_m(dice)
    schools = draft_schools(dice)
    add_needs(schools, dice)
    add_expertise(schools, dice)
    add_topup(schools, dice)
    ridge = [to_grid(spot) for spot in RIDGE]
    return {
        FILES["schools"]: _csv(_COLUMNS, map(_row, schools)),
        FILES["need"]: _csv(
            ("urn", "type", "ehcps", "sen_support"),
            ((s.urn, kind, *s.need.get(kind, (0, 0))) for s in schools for kind in NEED_TYPES),
        ),
        FILES["expertise"]: _csv(
            ("urn", "type", "amount", "unit"),
            ((s.urn, kind, days, UNIT) for s in schools for kind, days in s.expertise.items()),
        ),
        FILES["resourced_provision"]: _csv(
            ("urn", "name", "type", "places"),
            ((s.urn, s.name, *RESOURCED[s.name]) for s in schools if s.name in RESOURCED),
        ),
        FILES["today"]: _csv(
            ("urn", "name", "cluster"), ((s.urn, s.name, s.today) for s in schools)
        ),
        FILES["hand_drawn"]: _csv(("urn", "name", "cluster"), hand_drawn(schools, outline)),
        FILES["minutes"]: _minutes(schools),
        FILES["boundary"]: _geojson("boundary", "Polygon", [[*outline, outline[0]]]),
        FILES["barriers"]: _geojson("moor ridge", "LineString", ridge),
    }


def _row(school: Draft) -> tuple[object, ...]:
    easting, northing = to_grid(school.at)
    pounds, pence = divmod(school.topup_pence, 100)
    return (
        *(school.urn, school.name, school.phase, easting, northing, school.pupils),
        *(sum(count[k] for count in school.need.values()) for k in (0, 1)),
        *(school.pyramid.name, school.trust, "yes" if school.can_lead else "no"),
        *(f"{pounds}.{pence:02d}", school.today, school.faith, school.rurality),
        *(school.quintile, "synthetic", school.fsm, school.low_prior_attainment),
    )


def _minutes(schools: Sequence[Draft]) -> str:
    towns = [pyramid.at for pyramid in PYRAMIDS if pyramid.rurality == "Urban"]
    table = minutes_between([school.at for school in schools], towns)
    urns = [school.urn for school in schools]
    rows = ((urn, *(f"{value:g}" for value in row)) for urn, row in zip(urns, table, strict=True))
    return _csv(("urn", *urns), rows)


def _csv(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def _geojson(what: str, kind: str, coordinates: object) -> str:
    """One shape on the National Grid; the "crs" member is old, and understood by QGIS and GDAL."""
    shape = {
        "type": "FeatureCollection",
        "name": f"{NAME} {what}",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}},
        "features": [
            {
                "type": "Feature",
                "properties": {"name": NAME, "what": what, "source": "synthetic"},
                "geometry": {"type": kind, "coordinates": coordinates},
            }
        ],
    }
    return json.dumps(shape) + "\n"
