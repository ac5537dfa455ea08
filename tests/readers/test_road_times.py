"""The recipe of docs/road_times.md, run as it stands on roads drawn for it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import clusters as cl

PAGE = Path(__file__).parents[2] / "docs" / "road_times.md"
STEP_M, SIDE = 700, 8


def roads(path: Path) -> Path:
    """Write a grid of roads as OpenStreetMap XML: primary roads, residential ones across them."""
    import pyproj

    turn = pyproj.Transformer.from_crs(27700, 4326, always_xy=True)
    lines = ['<?xml version="1.0"?><osm version="0.6">']
    for k in range(SIDE * SIDE):
        lon, lat = turn.transform(413_500 + k // SIDE * STEP_M, 416_500 + k % SIDE * STEP_M)
        lines.append(f'<node id="{k + 1}" version="1" lat="{lat:.7f}" lon="{lon:.7f}"/>')
    rows = [list(range(k * SIDE + 1, (k + 1) * SIDE + 1)) for k in range(SIDE)]
    ways = [("primary", row) for row in rows]
    ways += [("residential", list(column)) for column in zip(*rows, strict=True)]
    for number, (kind, refs) in enumerate([*ways, ("motorway", [9_001, 9_002])], start=1_000):
        nodes = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        lines.append(f'<way id="{number}" version="1">{nodes}<tag k="highway" v="{kind}"/></way>')
    path.write_text("\n".join([*lines, "</osm>"]))
    return path


def test_the_recipe_runs_and_its_table_is_read(tmp_path, capsys):
    pytest.importorskip("osmium", reason="the recipe reads roads with osmium")
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]
    recipe: dict = {"__name__": "recipe"}
    exec(compile(code, str(PAGE), "exec"), recipe)
    schools = tmp_path / "schools.csv"
    places = [(413_500 + STEP_M * (k % 4), 416_500 + STEP_M * (k // 4)) for k in range(12)]
    rows = [f"{900001 + k},School {k},{x},{y}\n" for k, (x, y) in enumerate(places)]
    schools.write_text("urn,name,easting,northing\n" + "".join(rows))
    out = tmp_path / "road_times.csv"
    recipe["main"](schools, roads(tmp_path / "roads.osm"), out)
    assert "12 schools, 64 junctions" in capsys.readouterr().out
    problem = cl.build_problem(cl.read_schools(schools), travel_min=out)
    along, across = STEP_M / 1000 / 25 * 60, STEP_M / 1000 / 45 * 60
    assert problem.travel[0, 1] == pytest.approx(along, abs=0.02)  # a residential road
    assert problem.travel[0, 4] == pytest.approx(across, abs=0.02)  # a primary road
    assert np.allclose(problem.travel, problem.travel.T)
