"""One reader of outlines: every kind of file, one tolerance."""

from __future__ import annotations

import io

import geopandas
import pytest
import shapely

import clusters as cl
from clusters.readers import File, read_boundary
from clusters.readers.boundary import read_features, read_shapes

BOX = shapely.box(410_000, 410_000, 430_000, 425_000)
LAYER = geopandas.GeoDataFrame({"name": ["Outline"]}, geometry=[BOX], crs=27700)
SCHOOLS = [
    cl.School(
        urn=str(k), name=str(k), easting=412_000 + 1_500 * k, northing=415_000 + 800 * (k % 3)
    )
    for k in range(8)
]


def saved(folder, name: str):
    path = folder / name
    if name.endswith(".parquet"):
        LAYER.to_parquet(path)
    elif name.endswith(".geojson"):
        LAYER.to_crs(4326).to_file(path)
    else:
        LAYER.to_file(path)
    return path


@pytest.mark.parametrize("name", ["b.geojson", "b.gpkg", "b.shp", "b.parquet"])
def test_every_kind_of_outline_is_the_same_through_both_doors(tmp_path, name):
    path = saved(tmp_path, name)
    whole = read_boundary(path)
    assert whole.symmetric_difference(BOX).area < 1e-3 * BOX.area
    problem = cl.build_problem(SCHOOLS, boundary=path)
    assert problem.boundary.symmetric_difference(whole).area < 1e-6 * BOX.area


@pytest.mark.parametrize(
    "source",
    [BOX, LAYER, LAYER.geometry, [BOX], File(LAYER), LAYER.to_crs(4326)],
    ids=["polygon", "frame", "series", "list", "part", "degrees"],
)
def test_what_is_in_memory(source):
    assert read_boundary(source).symmetric_difference(BOX).area < 1e-3 * BOX.area
    assert cl.build_problem(SCHOOLS, boundary=source).boundary is not None


def test_an_open_file(tmp_path):
    data = saved(tmp_path, "b.geojson").read_bytes()
    assert read_boundary(io.BytesIO(data)).area == pytest.approx(BOX.area, rel=1e-3)


def test_layers_are_named_where_several_could_be_meant(tmp_path):
    path = tmp_path / "b.gpkg"
    LAYER.to_file(path, layer="district")
    LAYER.assign(geometry=LAYER.buffer(-2_000)).to_file(path, layer="wards")
    with pytest.raises(cl.DataError, match="2 layers could be meant: district, wards"):
        read_boundary(path)
    assert read_boundary(path, layer="district").area == BOX.area
    problem = cl.build_problem(SCHOOLS, boundary=File(path, layer="district"))
    assert problem.boundary.area == BOX.area


def test_a_shape_file_without_its_other_files_is_refused(tmp_path):
    path = saved(tmp_path, "b.shp")
    path.with_suffix(".dbf").unlink()
    with pytest.raises(cl.DataError, match=r"not whole: \.dbf should lie beside it"):
        read_boundary(path)


@pytest.mark.parametrize(("metres", "good"), [(900, True), (1_100, False)])
def test_both_doors_have_one_tolerance(tmp_path, metres, good):
    edge = shapely.box(410_000, 410_000, 412_000 + 1_500 * 7 - metres, 425_000)
    layer = geopandas.GeoDataFrame(geometry=[edge], crs=27700)
    frame = "urn,easting,northing\n" + "".join(
        f"{s.urn},{s.easting},{s.northing}\n" for s in SCHOOLS
    )
    for read in (
        lambda: cl.read_schools(io.StringIO(frame), boundary=layer),
        lambda: cl.build_problem(SCHOOLS, boundary=layer),
    ):
        if good:
            read()
        else:
            with pytest.raises(cl.DataError, match="outside the boundary"):
                read()


@pytest.mark.filterwarnings("ignore:.crs. was not provided")
def test_a_coordinate_system_may_be_given(tmp_path):
    path = tmp_path / "b.gpkg"
    geopandas.GeoDataFrame(geometry=[BOX]).to_file(path)
    with pytest.raises(cl.DataError, match="no coordinate system"):
        read_boundary(path)
    assert read_boundary(path, crs="EPSG:27700").area == BOX.area
    assert read_boundary(File(path, crs="EPSG:27700")).area == BOX.area


def test_barriers_are_shapes_of_any_kind(tmp_path):
    line = geopandas.GeoDataFrame(
        geometry=[shapely.LineString([(400_000, 415_500), (440_000, 415_500)])], crs=27700
    )
    line.to_file(tmp_path / "river.shp")
    (found,) = read_shapes(tmp_path / "river.shp", "barriers")
    assert found.geom_type == "LineString"


def test_roads_may_be_a_series_of_shapes():
    line = shapely.LineString([(4e5, 4e5), (4.1e5, 4e5)])
    found, where = read_features(geopandas.GeoSeries([line], crs=27700), "roads")
    assert (found, where) == ([(line, {})], "roads")


@pytest.mark.parametrize("name", ["b.csv", "b.xlsx"])
def test_tables_are_no_outlines(tmp_path, name):
    frame = LAYER.drop(columns="geometry")
    frame.to_csv(tmp_path / name) if name.endswith("csv") else frame.to_excel(tmp_path / name)
    with pytest.raises(cl.DataError, match="shapes are not read from"):
        read_boundary(tmp_path / name)
