"""Plans as GeoPackage, for QGIS."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from clusters.arguments import checked
from clusters.domain import PlanLike, Problem, plan_of
from clusters.errors import ArgumentError
from clusters.writers.atomic import replacing
from clusters.writers.tables import COUNTS, plan_geodataframe

__all__ = ["write_geopackage"]

_FIXED_DATE = "2000-01-01T00:00:00.000Z"


@checked
def write_geopackage(
    path: str | os.PathLike[str],
    problem: Problem,
    plan: PlanLike,
    *,
    crs: Any = "EPSG:27700",
    numbers: Mapping[str, int] | None = None,
    colours: Mapping[int, str] | None = None,
) -> Path:
    """Write a GeoPackage for QGIS: layers schools, territories and clusters (territories joined).

    The same plan gives the same bytes: timestamps in it are fixed.

    Parameters
    ----------
    crs
        Coordinate system of the problem's positions.
    numbers
        Number of each cluster by label: a column "number" in every layer, as on the maps.
    colours
        Colour of each cluster by its number ("#9ad2f2"): a column "colour" in every layer.

    Raises
    ------
    DataError
        If it cannot be written there.

    Examples
    --------
    >>> import clusters as cl, pathlib, tempfile
    >>> problem = cl.Problem.from_arrays(["a", "b"], [[0, 0], [300, 400]])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     plan = {"a": "1", "b": "1"}
    ...     write_geopackage(pathlib.Path(folder) / "plan.gpkg", problem, plan).name
    'plan.gpkg'
    """
    plan = plan_of(problem, plan)
    import geopandas
    import pyogrio
    import shapely

    if crs is None:
        remedy = 'give the coordinate system of the positions, such as crs="EPSG:27700"'
        raise ArgumentError.of("crs is None, so that no map could place the plan", remedy)
    zones = plan_geodataframe(problem, plan, crs=crs, numbers=numbers, colours=colours)
    points = zones.set_geometry(
        geopandas.points_from_xy(zones["easting"], zones["northing"], crs=crs)
    )
    placed = zones[zones["cluster"].notna()]
    joined = [
        {
            **{n: group[n].iloc[0] for n in ("number", "colour") if n in group},
            "cluster": label,
            "centre": str(group["centre"].iloc[0] or ""),
            "centre_name": group["centre_name"].iloc[0],
            "schools": len(group),
            **{name: _total(group[name]) for name in (*COUNTS, "need")},
            "geometry": shapely.union_all(group.geometry.to_numpy()),
        }
        for label, group in placed.groupby("cluster", sort=False)
    ]
    layers = {"schools": points}
    if problem.territories is not None:
        layers["territories"] = zones
    if joined:
        layers["clusters"] = geopandas.GeoDataFrame(joined, geometry="geometry", crs=crs)
    with replacing(path) as draft, _fixed_date(pyogrio):
        for name, layer in layers.items():
            texts = {key: layer[key].map(_text) for key in ("urn", "centre") if key in layer}
            try:
                pyogrio.write_dataframe(
                    layer.assign(**texts), draft, layer=name, driver="GPKG", append=draft.exists()
                )
            except RuntimeError as error:  # what GDAL raises
                raise OSError(str(error)) from error
    return Path(path)


def _text(value: Any) -> str | None:
    return None if value is None or value != value else str(value)


def _total(values: Any) -> float | None:
    """Sum; None where any is not known."""
    return None if values.isna().any() else float(values.sum())


@contextlib.contextmanager
def _fixed_date(pyogrio: Any) -> Iterator[None]:
    """Let GDAL write a fixed date into what it makes, and put its setting back afterwards."""
    name = "OGR_CURRENT_DATE"
    before = pyogrio.get_gdal_config_option(name)
    pyogrio.set_gdal_config_options({name: _FIXED_DATE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({name: before})
