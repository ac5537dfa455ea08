"""Roads and places of an optional file."""

import geopandas
import pytest
import shapely

from clusters.errors import DataError
from clusters.maps import lay_out, map_png, map_svg, read_backdrop
from clusters.readers.opening import File
from tests.worlds import drawn_plan, world

ROADS = geopandas.GeoDataFrame(
    {"ref": ["A62", "A629"]},
    geometry=[
        shapely.LineString([(0, 0), (1500, -1800), (4000, -4000)]),
        shapely.MultiLineString([[(0, -3900), (3900, 0)]]),
    ],
    crs=27700,
)
TOWNS = geopandas.GeoDataFrame(
    {"NAME1": ["Small", "Large"], "population": ["900", "12,000"]},
    geometry=[shapely.Point(500, -2500), shapely.Point(1500, -500)],
    crs=27700,
)


@pytest.fixture(scope="module")
def four():
    return world("1111\n1111\n1111\n1111", territories=True), drawn_plan("Aabb\naabB\nccdd\nCcdD")


def saved(frame, path):
    frame.to_file(path)
    return path


@pytest.mark.parametrize("ending", ["gpkg", "shp", "geojson"])
def test_roads_and_places_are_read_from_what_gis_programs_save(tmp_path, ending):
    found = read_backdrop(
        saved(ROADS, tmp_path / f"roads.{ending}"), saved(TOWNS, tmp_path / f"towns.{ending}")
    )
    assert [place.name for place in found.places] == ["Large", "Small"]  # the largest first
    assert found.places[0].x_m == pytest.approx(1500, abs=1)
    assert found.roads.length == pytest.approx(ROADS.length.sum(), rel=1e-3)


def test_one_file_may_hold_both_and_areas_are_places_too(tmp_path):
    shapes = [ROADS.geometry[0], shapely.box(400, -2600, 900, -2000)]
    both = geopandas.GeoDataFrame({"BUA22NM": [None, "Built-up"]}, geometry=shapes, crs=27700)
    found = read_backdrop(both)
    assert [place.name for place in found.places] == ["Built-up"]
    assert found.roads is not None
    path = tmp_path / "two.gpkg"
    ROADS.to_file(path, layer="roads")
    TOWNS.to_file(path, layer="towns")
    found = read_backdrop(File(path, layer="roads"), File(path, layer="towns"))
    assert len(found.places) == 2
    with pytest.raises(DataError, match="2 layers could be meant"):
        read_backdrop(path)


def test_they_stand_on_the_map_and_in_its_key(four, tmp_path):
    backdrop = read_backdrop(ROADS, TOWNS)
    text = map_svg(*four, title="m", backdrop=backdrop)
    for words in (">Large<", ">Small<", ">main road<", ">town or village<"):
        assert words in text
    assert "Places: " not in text  # the file's own, not gathered from the data
    assert ">main road<" not in map_svg(*four, title="m")
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra: report)")
    with_roads = map_png(tmp_path / "a.png", *four, backdrop=backdrop).read_bytes()
    assert with_roads != map_png(tmp_path / "b.png", *four).read_bytes()


@pytest.mark.slow
def test_a_file_of_every_lane_still_makes_a_small_drawing(four):
    import numpy as np

    rng = np.random.default_rng(1)
    starts = rng.uniform(0, 3000, (1500, 1, 2)) * [1, -1]
    lanes = [shapely.LineString(line) for line in starts + rng.normal(0, 60, (1500, 8, 2))]
    backdrop = read_backdrop(geopandas.GeoDataFrame(geometry=lanes, crs=27700))
    layout = lay_out(*four, backdrop=backdrop)
    assert 0 < shapely.get_num_coordinates(layout.main.roads) <= 3000
    assert len(map_svg(*four, title="m", backdrop=backdrop)) < 150_000


def faulty(tmp_path, kind):
    if kind == "nameless":
        return TOWNS.drop(columns=["NAME1"])
    if kind == "no system":
        return TOWNS.set_crs(None, allow_override=True)
    path = tmp_path / "file"
    path.write_text(
        {"table": "a,b\n1,2\n", "cut": '{"type": "FeatureCollection", "feat', "none": "{}"}[kind]
    )
    return path


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("nameless", "none of its points and areas has a name"),
        ("no system", "no coordinate system"),
        ("table", "roads and places are not read from"),
        ("cut", "damaged|not read from"),
        ("none", "no features|not read from"),
    ],
)
def test_what_is_no_map_layer_is_refused_in_a_sentence(tmp_path, kind, words):
    with pytest.raises(DataError, match=words):
        read_backdrop(faulty(tmp_path, kind))


def test_hostile_names_are_text(four):
    names = ["<script>x</script>", "\u202eEvil"]
    layer = TOWNS.assign(NAME1=names)
    text = map_svg(*four, title="m", backdrop=read_backdrop(layer))
    assert "<script>x" not in text
    assert "\u202e" not in text
    assert "&lt;script&gt;x" in text
