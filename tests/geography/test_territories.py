import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters.geography.sites import distinct_sites
from clusters.geography.territories import padded_hull, territories_of

BOX = shapely.box(0, 0, 10_000, 10_000)
sites = st.lists(
    st.tuples(st.integers(1, 99), st.integers(1, 99)), min_size=1, max_size=25, unique=True
).map(lambda points: np.array(points, dtype=np.float64) * 100)


@given(sites)
@settings(max_examples=40, deadline=None)
def test_cells_fill_the_region_once_and_hold_their_site(xy):
    cells = territories_of(xy, BOX).cells
    assert shapely.area(cells).sum() == pytest.approx(BOX.area)
    assert shapely.union_all(cells, grid_size=0.001).area == pytest.approx(BOX.area)
    assert shapely.intersects(cells, shapely.points(xy)).all()


@given(sites)
@settings(max_examples=40, deadline=None)
def test_neighbours_are_the_cells_with_a_common_side(xy):
    found = territories_of(xy, BOX)
    common = {}
    for i in range(len(xy)):
        for j in range(i):
            # sides of two cells agree to a hair's breadth only, so thicken one of them by it
            strip = found.cells[i].buffer(0.01).intersection(found.cells[j])
            common[j, i] = strip.area / 0.01
    borders = dict(zip(map(tuple, found.edges.tolist()), found.borders, strict=True))
    assert {pair for pair, length in common.items() if length > 1} <= set(borders)
    long_borders = {pair for pair, border in borders.items() if border.length > 3}
    assert long_borders <= {pair for pair, length in common.items() if length > 1}


def test_corners_that_touch_are_not_neighbours():
    xy = np.array([(25, 25), (75, 25), (25, 75), (75, 75)], dtype=np.float64)
    found = territories_of(xy, shapely.box(0, 0, 100, 100))
    assert sorted(found.edges.tolist()) == [[0, 1], [0, 2], [1, 3], [2, 3]]


def test_a_gap_in_the_region_parts_neighbours():
    xy = np.array([(100, 100), (900, 100)], dtype=np.float64)
    one = shapely.box(0, 0, 1000, 200)
    two = shapely.union(shapely.box(0, 0, 400, 200), shapely.box(600, 0, 1000, 200))
    assert len(territories_of(xy, one).edges) == 1
    assert len(territories_of(xy, two).edges) == 0


def test_a_bay_leaves_a_cell_in_two_parts():
    xy = np.array([(500, 100), (500, 900)], dtype=np.float64)
    bay = shapely.box(0, 0, 1000, 1000) - shapely.box(300, 600, 800, 1000)
    bay = bay | shapely.box(480, 600, 520, 1000)
    cells = territories_of(xy, bay).cells
    assert cells[1].geom_type == "Polygon"
    alone = territories_of(xy, bay - shapely.box(0, 500, 1000, 650)).cells
    assert alone[1].geom_type == "MultiPolygon"


@pytest.mark.parametrize("points", [[(5, 5)], [(0, 0), (8, 0)], [(0, 0), (1, 1), (4, 4)]])
def test_few_sites_have_land_without_a_boundary(points):
    xy = np.array(points, dtype=np.float64)
    cells = territories_of(xy, padded_hull(xy)).cells
    assert len(cells) == len(points)
    assert (shapely.area(cells) > 0).all()


def test_sites_are_merged_to_the_millimetre():
    merged = distinct_sites(np.array([(5.0, 5.0), (1.0, 1.0), (5.0, 5.0), (5.0, 5.002)]))
    assert len(merged.xy) == 3
    assert merged.of_school[0] == merged.of_school[2]
    assert merged.shared == 1
