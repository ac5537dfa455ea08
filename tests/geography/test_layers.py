import geopandas
import numpy as np
import pytest
import shapely

from clusters import DataError, School, build_problem

HERE = np.array([(413_000.0, 415_000.0), (416_000.0, 413_500.0), (420_000.0, 421_000.0)])
OUTLINE = shapely.box(410_000, 410_000, 425_000, 425_000)


def schools(xy=HERE):
    return [
        School(urn=str(k), name=f"School {k}", easting=float(x), northing=float(y))
        for k, (x, y) in enumerate(xy, start=1)
    ]


def layer(shape=OUTLINE, crs=27700):
    return geopandas.GeoDataFrame(geometry=[shape], crs=crs)


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "shp"])
def test_boundary_from_a_file_in_any_system(tmp_path, ending):
    path = tmp_path / f"outline.{ending}"
    frame = layer()
    frame = frame.to_crs(4326) if ending == "geojson" else frame
    frame.to_file(path)
    problem = build_problem(schools(), boundary=str(path))
    assert problem.boundary.area == pytest.approx(OUTLINE.area, rel=1e-4)
    assert sum(cell.area for cell in problem.territories) == pytest.approx(
        problem.boundary.area, rel=1e-6
    )


@pytest.mark.parametrize("source", [OUTLINE, layer(), layer().geometry, layer(crs=None), [OUTLINE]])
def test_boundary_from_shapes_and_frames(source):
    assert build_problem(schools(), boundary=source).boundary.equals(OUTLINE)


@pytest.mark.parametrize(
    ("boundary", "words"),
    [
        (shapely.box(-2.0, 53.5, -1.5, 53.8), "it is in degrees"),
        (layer(shapely.box(53.5, -2.0, 53.8, -1.5), 4326), "look swapped"),
        (layer(crs=4326), "labelled as degrees"),
        (layer(crs=3857), "it lies elsewhere"),
        (shapely.transform(OUTLINE, lambda c: c + 200_000), "it lies elsewhere"),
        (shapely.LineString([(0, 0), (1, 1)]), "holds no polygon"),
        (shapely.Polygon(), "no shapes"),
        (42, "no shapes"),
        ("https://example.org/outline.geojson", "only files on this computer"),
        ("outline.kml", "there is no such file"),
        ("nowhere.gpkg", "there is no such file"),
    ],
)
def test_wrong_boundaries_are_refused_in_plain_words(boundary, words):

    with pytest.raises(DataError, match=words):
        build_problem(schools(), boundary=boundary)


def test_swapped_easting_and_northing():
    xy = np.array([(510_000.0, 210_000.0), (515_000.0, 212_000.0)])
    with pytest.raises(DataError, match="easting and northing look swapped"):
        build_problem(schools(xy[:, ::-1]), boundary=shapely.box(505e3, 205e3, 520e3, 215e3))


def test_every_school_outside_is_named():
    far = np.vstack([HERE, HERE + np.array([300, 300]), [(430_000, 415_000), (410_000, 440_000)]])
    with pytest.raises(DataError) as caught:
        build_problem(schools(far), boundary=OUTLINE)
    assert [fault.urn for fault in caught.value.faults] == ["7", "8"]


def test_a_school_just_outside_counts_as_inside_and_has_land():
    near = np.vstack([HERE, [(425_200, 415_000)]])
    problem = build_problem(schools(near), boundary=OUTLINE)
    assert problem.territories[3].area > 0
    assert any("just outside" in note for note in problem.notes)


def test_a_linking_file_under_a_false_name_is_refused(tmp_path):
    path = tmp_path / "outline.gpkg"
    path.write_text("<OGRVRTDataSource></OGRVRTDataSource>")
    with pytest.raises(DataError, match="is not a GeoPackage file"):
        build_problem(schools(), boundary=path)


def test_a_file_of_several_layers_is_refused(tmp_path):
    path = tmp_path / "outline.gpkg"
    for name in ("wards", "district"):
        layer().to_file(path, layer=name)
    with pytest.raises(DataError, match="2 layers could be meant: wards, district"):
        build_problem(schools(), boundary=path)


def test_rows_without_a_shape_are_passed_over():
    frame = geopandas.GeoDataFrame(geometry=[None, OUTLINE, shapely.Polygon()], crs=27700)
    assert build_problem(schools(), boundary=frame).boundary.equals(OUTLINE)


def test_wards_are_joined_into_one_outline():
    halves = [shapely.box(410e3, 410e3, 415e3, 425e3), shapely.box(415e3, 410e3, 425e3, 425e3)]
    frame = geopandas.GeoDataFrame(geometry=halves, crs=27700)
    assert build_problem(schools(), boundary=frame).boundary.equals(OUTLINE)


def test_a_broken_file_is_refused(tmp_path):
    path = tmp_path / "outline.geojson"
    path.write_text('{"type": "FeatureCollection", "features": [')
    with pytest.raises(DataError, match="damaged or cut off"):
        build_problem(schools(), boundary=path)


@pytest.mark.parametrize("swap", [False, True])
def test_schools_in_degrees_are_refused(swap):
    xy = np.array([(-1.8, 53.6), (-1.7, 53.7)])
    with pytest.raises(DataError, match="look like degrees"):
        build_problem(schools(xy[:, ::-1] if swap else xy))
