"""Maps of drawn worlds."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from clusters.domain import Cluster, Plan, Problem
from clusters.maps import (
    changes,
    difference_png,
    difference_svg,
    lay_out,
    map_png,
    map_svg,
    matched_numbers,
    small_multiples_png,
)
from clusters.maps.zones import numbers_of
from tests.worlds import drawn_plan, world

SVG = "{http://www.w3.org/2000/svg}"
FOUR = """
    A a b B
    a a b b
    c c d d
    C c d D
"""


@pytest.fixture(scope="module")
def four():
    problem = world(FOUR.translate(str.maketrans("ABCDabcd", "11111111")), territories=True)
    return problem, drawn_plan(FOUR)


def drawing(problem, plan, **more):
    return ElementTree.fromstring(map_svg(problem, plan, title="A map", **more))


def links(svg):
    return [a for a in svg.iter(f"{SVG}a") if a.get("tabindex") != "-1"]


def test_every_cluster_is_one_focusable_link_with_a_title(four):
    found = links(drawing(*four))
    assert [a.get("href") for a in found] == [f"#cluster-{n}" for n in (1, 2, 3, 4)]
    assert found[0].find(f"{SVG}title").text == "Cluster 1: 4 schools, 4 pupils"


def test_every_part_of_a_scattered_cluster_is_numbered():
    problem = world("1111\n1111", territories=True)
    plan = drawn_plan("AabB\nccca".replace("ccca", "bbba"))
    layout = lay_out(problem, plan)
    numbered = [layout.zones[plate.zone].number for plate in layout.main.plates]
    assert sorted(numbered) == [1, 1, 2]


def test_touching_zones_differ_in_colour(four):
    layout = lay_out(*four)
    colours = [zone.colour for zone in layout.zones]
    assert colours[0] != colours[1]
    assert colours[0] != colours[2]
    assert colours[3] != colours[1]


def test_zones_fill_the_territories_without_overlap(four):
    problem, plan = four
    zones = lay_out(problem, plan).zones
    assert sum(zone.shape_m.area for zone in zones) == pytest.approx(16e6, rel=1e-3)
    assert zones[0].shape_m.intersection(zones[1].shape_m).area == 0


def test_phases_have_their_own_marks():
    problem = world("1111", phases="psmf", territories=True)
    text = map_svg(problem, drawn_plan("AAAA".capitalize()), title="m")
    marks = re.findall(r'<use href="#map-(\w+)"', text)
    assert {"circle", "square", "triangle"} <= set(marks)


def test_centre_is_marked_once_per_cluster(four):
    text = map_svg(*four, title="m", enlarge=False, legend=False)
    assert text.count('<use href="#map-centre"') == 4


def test_schools_on_one_site_in_two_clusters_both_show():
    problem = world("11\n11", territories=True)
    same = replace(problem.schools[1], easting=problem.schools[0].easting)
    cells = problem.territories
    twins = Problem.from_schools(
        [problem.schools[0], same, *problem.schools[2:]],
        territories=[cells[0], cells[0], *cells[2:]],
    )
    layout = lay_out(twins, drawn_plan("AB\nab"))
    assert all(zone.shape_m.area > 0 for zone in layout.zones)
    first, second = layout.main.points[:2]
    assert np.hypot(*(first - second)) >= 2 * layout.main.radius


def test_without_territories_the_ground_goes_to_the_nearest_school():
    problem = Problem.from_arrays(list("abc"), [[0, 0], [0, 10], [10, 0]], {"pupils": [1, 2, 3]})
    layout = lay_out(problem, Plan.from_assignment({"a": "a", "b": "a", "c": "c"}))
    assert all(zone.shape_m.area > 0 for zone in layout.zones)


def test_one_school_makes_a_map():
    problem = Problem.from_arrays(["a"], [[5, 5]])
    assert len(links(drawing(problem, Plan.from_assignment({"a": "a"})))) == 1


def test_a_broken_plan_is_drawn_as_far_as_it_goes(four):
    problem, _ = four
    plan = Plan(
        (
            Cluster("x", "99", ("1", "2", "77")),
            Cluster("y", None, ("2", "3")),
            Cluster("empty", None, ()),
        )
    )
    svg = drawing(problem, plan)
    assert len(links(svg)) == 3
    assert "in no cluster" in "".join(svg.itertext())


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "a & b", '"quoted"', "x" * 300, "\u202eedoc", "a\x00b"]
)
def test_hostile_names_are_text(name):
    problem = world("11", territories=True)
    schools = [replace(school, name=name, phase=name) for school in problem.schools]
    plan = Plan((Cluster(name, "1", ("1", "2")),))
    text = map_svg(Problem.from_schools(schools), plan, title=name, description=name)
    svg = ElementTree.fromstring(text)
    assert not list(svg.iter(f"{SVG}script"))
    assert "\u202e" not in text


def test_same_input_same_bytes(four):
    assert map_svg(*four, title="m") == map_svg(*four, title="m")


def test_nothing_is_fetched_run_or_styled_inline(four):
    text = map_svg(*four, title="m")
    body = text.replace("http://www.w3.org/2000/svg", "")
    assert "http" not in body
    assert " style=" not in body
    assert "<script" not in body
    assert not re.search(r"\son\w+=", body)


def test_ids_do_not_clash_between_maps(four):
    one = set(re.findall(r'id="([^"]+)"', map_svg(*four, title="m", id_prefix="a")))
    two = set(re.findall(r'id="([^"]+)"', map_svg(*four, title="m", id_prefix="b")))
    assert one
    assert not one & two


def test_dense_places_are_drawn_again():
    rng = np.random.default_rng(1)
    town = rng.uniform(0, 1500, (30, 2))
    country = rng.uniform(0, 30_000, (30, 2)) + 3000
    xy = np.vstack([town, country])
    problem = Problem.from_arrays([str(k) for k in range(60)], xy)
    plan = Plan.from_assignment({str(k): "0" if k < 30 else "30" for k in range(60)})
    layout = lay_out(problem, plan)
    assert len(layout.enlargements) == 1
    assert lay_out(problem, plan, enlarge=False).enlargements == ()
    assert len(links(drawing(problem, plan))) == 2  # enlargements do not add to the keyboard's way


def test_numbers_come_from_labels_that_are_numbers():
    plan = Plan((Cluster("7", None, ("1",)), Cluster("Holme", None, ("2",))))
    assert numbers_of(plan) == [7, 1]
    assert numbers_of(plan, {"Holme": 4, "7": 2}) == [2, 4]


def test_repeated_labels_still_get_their_own_numbers():
    plan = Plan((Cluster("3", None, ("1",)), Cluster("3", None, ("2",))))
    assert sorted(numbers_of(plan)) == [1, 3]


# ---- two plans ------------------------------------------------------------------------------


def test_a_mere_change_of_numbers_is_no_difference(four):
    problem, plan = four
    turned = Plan(
        tuple(replace(c, label=str(n)) for n, c in enumerate(reversed(plan.clusters), start=1))
    )
    assert changes(problem, plan, turned) == []
    assert matched_numbers(problem, plan, turned) == {"1": 4, "2": 3, "3": 2, "4": 1}


def test_the_school_that_moves_is_named(four):
    problem, plan = four
    other = drawn_plan(FOUR.replace("A a b B", "A a a B"))
    found = changes(problem, plan, other)
    assert [(problem.ids[c.position], c.before, c.after) for c in found] == [("3", "2", "1")]
    text = difference_svg(problem, plan, other, title="d")
    assert "From 2 to 1: School 3" in text
    assert len(links(ElementTree.fromstring(text))) == 4


def test_a_new_cluster_takes_a_number_of_its_own(four):
    problem, plan = four
    other = drawn_plan(FOUR.replace("A a b B", "A a e E"))
    assert sorted(matched_numbers(problem, plan, other).values()) == [1, 2, 3, 4, 5]


# ---- pictures -------------------------------------------------------------------------------


def test_pictures_are_png_files_with_the_same_bytes_each_time(four, tmp_path):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra: report)")
    problem, plan = four
    one = map_png(tmp_path / "one.png", problem, plan, title="Costs $5^2$ \\alpha")
    two = map_png(tmp_path / "two.png", problem, plan, title="Costs $5^2$ \\alpha")
    assert one.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert one.read_bytes() == two.read_bytes()


def test_differences_and_small_maps_are_drawn(four, tmp_path):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra: report)")
    problem, plan = four
    other = drawn_plan(FOUR.replace("A a b B", "A a a B"))
    assert difference_png(tmp_path / "d.png", problem, plan, other).stat().st_size > 1000
    small = small_multiples_png(tmp_path / "s.png", problem, {"a": plan, "b": other, "c": plan})
    assert small.stat().st_size > 1000


def test_every_map_of_several_plans_has_the_same_numbers_and_colours(tmp_path):
    """A picture of options takes numbers, and matches them itself where none are given."""
    from clusters.maps import lay_out, same_numbers, shared_colours, small_multiples_png

    drawn = world("1111\n1111\n1111", territories=True)
    one = drawn_plan("A a b B\na a b b\nc C d D")
    two = drawn_plan("C c b B\nc c b b\na A a D")
    plans = {"one": one, "two": two}
    numbers = same_numbers(drawn, plans)
    at = {
        name: {member: numbers[name][c.label] for c in plan.clusters for member in c.members}
        for name, plan in plans.items()
    }
    assert sum(at["one"][urn] == at["two"][urn] for urn in drawn.ids) == 11
    colours = shared_colours(drawn, plans, numbers)
    for name, plan in plans.items():
        layout = lay_out(drawn, plan, numbers=numbers[name], colours=colours)
        assert {z.number: z.colour for z in layout.zones} == {
            z.number: colours[z.number] for z in layout.zones
        }
        own = {z.number: k for k, z in enumerate(layout.zones)}
        assert len(own) == len(layout.zones)
    given = small_multiples_png(tmp_path / "a.png", drawn, plans, numbers=numbers).read_bytes()
    assert given == small_multiples_png(tmp_path / "b.png", drawn, plans).read_bytes()
    wrong = {"one": numbers["one"], "two": {c.label: 90 - k for k, c in enumerate(two.clusters)}}
    other = small_multiples_png(tmp_path / "c.png", drawn, plans, numbers=wrong).read_bytes()
    assert other != given


def test_every_cluster_is_named_on_the_map_or_below_it_and_the_source_is_reported():
    drawn = world("1111\n1111\n1111", territories=True)
    plan = drawn_plan("A a b B\na a b b\nc C d D")
    names = ["A Name With No Room At All On Any Map", "Ash", "Elm", "Another Very Long Name Indeed"]
    plan = Plan(tuple(replace(c, label=name) for c, name in zip(plan.clusters, names, strict=True)))
    source = "School census, October 2026; the council's own list of expertise " * 6
    text = map_svg(drawn, plan, title="Map", source=source, width=400)
    root = ElementTree.fromstring(text)
    shown = [node.text or "" for node in root.iter() if node.tag.endswith("}text")]
    for name in names:
        assert any(line == name or line.endswith(f" {name}") for line in shown), name
    assert " ".join(source.split()) in " ".join(shown)
