"""Words on maps: every cluster is named, every school numbered, and nothing covers anything."""

import itertools
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely

import clusters as cl
from clusters import datasets
from clusters.domain import Cluster, Plan, Problem
from clusters.maps import lay_out, map_svg, school_numbers
from clusters.naming import name_clusters
from tests.worlds import drawn_plan, world

SHARED = Path(__file__).parents[2] / ".." / "shared" / "data"
SVG = "{http://www.w3.org/2000/svg}"
COUNTS = {"pupils": "NOR", "ehcps": "TSENELSE", "sen_support": "TSENELK"}


def calderwick():
    problem = datasets.load_problem()
    return problem, datasets.load_plan(problem)


def real(name):
    folder = SHARED / ("kirklees" if name == "kirklees" else f"authorities/{name}")
    file = folder / f"schools_jan2019_mainstream_{name}.csv"
    if not file.exists():
        pytest.skip("the real data are not here (../shared)")
    schools = cl.read_schools(
        file, columns=COUNTS, set_aside=["no position"], unknown=dict.fromkeys(COUNTS, 0)
    )
    problem = cl.build_problem(schools)
    # Any plan will do: schools go to the nearest of 18 that are spread out.
    chosen = [0]
    for _ in range(17):
        chosen.append(int(problem.travel[:, chosen].min(axis=1).argmax()))
    home = problem.travel[:, chosen].argmin(axis=1)
    ids = problem.ids
    given = {ids[k]: ids[chosen[place]] for k, place in enumerate(home.tolist())}
    return problem, name_clusters(problem, Plan.from_assignment(given))


CASES = {"calderwick": calderwick} | {
    name: lambda name=name: real(name) for name in ("kirklees", "durham", "cornwall")
}


@pytest.fixture(
    scope="module",
    params=["calderwick", *(pytest.param(n, marks=pytest.mark.slow) for n in list(CASES)[1:])],
)
def case(request):
    problem, plan = CASES[request.param]()
    return problem, plan, lay_out(problem, plan)


def said(panel):
    """Boxes of all words of a panel."""
    plates = [
        (p.x - p.half_width, p.y - p.half_height, p.x + p.half_width, p.y + p.half_height)
        for p in panel.plates
    ]
    return [*plates, *(label.box for label in (*panel.names, *panel.towns, *panel.numbered))]


def test_every_cluster_is_named_on_the_map(case):
    _, plan, layout = case
    assert layout.unnamed == ()
    named = {layout.zones[label.of].label: label.words for label in layout.main.names}
    assert set(named) == {cluster.label for cluster in plan.clusters}
    for label in layout.main.names:
        zone = layout.zones[label.of]
        # A name away from its cluster repeats the number; a line leads to it.
        assert label.words == (f"{zone.number} {zone.label}" if label.leader else zone.label)


def test_no_words_cover_other_words_or_leave_the_map(case):
    _, _, layout = case
    for panel in (layout.main, *layout.enlargements):
        boxes = said(panel)
        for one, two in itertools.combinations(boxes, 2):
            across = min(one[2], two[2]) - max(one[0], two[0])
            down = min(one[3], two[3]) - max(one[1], two[1])
            assert min(across, down) <= 0, (one, two)
        west, north, east, south = panel.view.frame.bounds
        for box in boxes:
            assert west <= box[0] <= box[2] <= east
            assert north <= box[1] <= box[3] <= south


def test_no_name_covers_a_school(case):
    _, _, layout = case
    marks = layout.main.points[list(layout.main.visible)]
    for label in (*layout.main.names, *layout.main.towns):
        box = shapely.box(*label.box)
        assert not shapely.contains_xy(box, marks[:, 0], marks[:, 1]).any(), label.words


def test_every_school_has_its_number_from_a_to_z(case):
    problem, _, layout = case
    numbers = school_numbers(problem)
    assert sorted(numbers) == list(range(1, len(problem) + 1))
    names = [problem.schools[k].name.casefold() for k in np.argsort(numbers)]
    assert names == sorted(names)
    labels = [label for panel in (layout.main, *layout.enlargements) for label in panel.numbered]
    assert {label.of for label in labels} == set(range(len(problem)))
    assert all(label.words == str(numbers[label.of]) for label in labels)


def test_a_drawing_is_small_and_names_all_schools_below(case):
    problem, plan, _ = case
    text = map_svg(problem, plan, title="All of them", school_key=True)
    if len(problem) <= 170:
        assert len(text.encode()) <= 150_000
    words = "".join(
        node.text for node in ElementTree.fromstring(text).iter(f"{SVG}text") if node.text
    )
    for school in problem.schools:
        for word in school.name.split():
            assert word in words


def test_the_map_of_a_phone_shows_all_ground_and_names_clusters_below(case):
    problem, plan, _ = case
    text = map_svg(
        *(problem, plan),
        title="For a phone",
        width=400,
        enlarge=False,
        names=False,
        number_schools=False,
    )
    root = ElementTree.fromstring(text)
    assert float(root.get("width")) == 400
    texts = [(float(node.get("x")), node.text) for node in root.iter(f"{SVG}text")]
    assert all(0 <= x <= 400 for x, _ in texts)
    shown = "".join(words for _, words in texts)
    for cluster in plan.clusters:
        assert cluster.label.split()[0] in shown


def test_the_title_stands_over_the_map():
    problem, plan = world("11\n11", territories=True), drawn_plan("AB\nab")
    root = ElementTree.fromstring(map_svg(problem, plan, title="Four schools in two clusters"))
    top = next(root.iter(f"{SVG}text"))
    assert top.text == "Four schools in two clusters"
    assert float(top.get("y")) < 0  # above the ground, which starts at 0
    bare = map_svg(problem, plan, title="Four schools", legend=False)
    assert "Four schools" not in [n.text for n in ElementTree.fromstring(bare).iter(f"{SVG}text")]


def test_ground_without_a_school_is_no_enclave():
    """An outline cuts a sliver off: it goes to the ground beside it, and gets no number."""
    problem = world("1111", territories=True)
    cells = list(problem.territories)
    far = shapely.box(2500, 400, 3500, 500)  # beside school 4, given to school 1
    cells[3] = cells[3].difference(far)
    cells[0] = shapely.union_all([cells[0], far])
    odd = Problem.from_schools(problem.schools, territories=cells)
    layout = lay_out(odd, drawn_plan("AabB"))
    assert layout.scattered == ()
    assert len(layout.main.plates) == 2
    assert sum(zone.shape_m.area for zone in layout.zones) == pytest.approx(4e6, rel=1e-3)


def test_a_true_enclave_is_numbered_and_reported():
    problem = world("11111", territories=True)
    plan = drawn_plan("AabBa")
    layout = lay_out(problem, plan)
    assert [(zone.number, parts) for zone, parts in layout.scattered] == [(1, 2)]
    text = map_svg(problem, plan, title="Enclave")
    assert "Cluster in more than one part, each with its number: 1 (2 parts)." in text


def test_places_are_the_towns_of_the_data():
    drawn = world("1111\n1111\n1111\n1111", territories=True)
    towns = ["ALTON"] * 4 + [""] * 8 + ["Barton"] * 4
    schools = [
        replace(school, traits={"town": town} if town else {})
        for school, town in zip(drawn.schools, towns, strict=True)
    ]
    problem = Problem.from_schools(schools, territories=drawn.territories)
    text = map_svg(problem, drawn_plan("AaaB\naabb\naabb\naabb"), title="Towns")
    assert ">Alton<" in text
    assert ">Barton<" in text
    assert "Places: towns of the schools&#39; addresses." in text


def test_without_towns_places_are_what_several_names_near_one_another_start_with():
    names = ["Marsden Infant School", "Marsden Junior School", "St Mary's", "St Mary's 2"]
    names += ["Mill Lane Infants", "Mill Lane Juniors", "Scholes Junior", "Scholes First"]
    xy = [[0, 0], [900, 0], [5000, 0], [5000, 900], [9000, 0], [9000, 900], [0, 9000], [20000, 0]]
    problem = Problem.from_arrays([str(k) for k in range(8)], xy, names=names)
    layout = lay_out(problem, Plan.from_assignment(dict.fromkeys(problem.ids, "0")))
    assert [label.words for label in layout.main.towns] == ["Marsden"]
    assert "from the names" in layout.towns_from


def test_names_too_long_for_any_map_stand_below_it():
    problem = world("11\n11", territories=True)
    name = "A name of a cluster that no map could hold, whatever its size " * 2
    plan = Plan((Cluster(name.strip(), "1", ("1", "2")), Cluster("Ash", "3", ("3", "4"))))
    layout = lay_out(problem, plan, width=400)
    assert [zone.label for zone in layout.unnamed] == [name.strip()]
    text = map_svg(problem, plan, title="m", width=400)
    shown = " ".join(n.text or "" for n in ElementTree.fromstring(text).iter(f"{SVG}text"))
    assert " ".join(name.split()) in shown
