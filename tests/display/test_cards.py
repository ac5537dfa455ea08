"""How values show themselves: short, with a map, and without the counts of a school."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pickle
import pkgutil
import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

import clusters as cl
from clusters import datasets, shown
from clusters.naming import name_clusters

MOST = 2048
"""Characters of a repr."""
SECRET = 7919
"""A count that occurs nowhere else."""


def nearest_plan(problem, n):
    """Make a plan of n clusters without a search: each school goes to the nearest of n centres."""
    centres = list(range(0, len(problem), -(-len(problem) // n)))
    nearest = problem.travel[:, centres].argmin(axis=1)
    ids = problem.ids
    plan = cl.Plan.from_assignment({ids[k]: ids[centres[c]] for k, c in enumerate(nearest)})
    return name_clusters(problem, plan)


@pytest.fixture(scope="module")
def calderwick():
    return datasets.load_problem()


def values_of(problem):
    """One of each value that people meet, without a search."""
    plan = nearest_plan(problem, min(18, len(problem)))
    rules = cl.Rules(n_clusters=18, together=[list(problem.ids[:100])], centres=list(problem.ids))
    other = {school.urn: school.phase for school in problem.schools}
    return {
        "problem": problem,
        "school": problem.schools[0],
        "plan": plan,
        "cluster": plan.clusters[0],
        "rules": rules,
        "priorities": cl.Priorities(travel_by="pupils"),
        "certificate": cl.verify(problem, cl.Rules(n_clusters=(1, 40)), plan),
        "measures": cl.measure(problem, plan),
        "comparison": cl.compare(problem, {"one": plan, "two": other}),
        "split": cl.split_budget(problem, plan, "18000000", cl.Formula(weights={"pupils": 1})),
        "pot": cl.Pot("18000000", committed=dict.fromkeys(problem.ids, "1")),
    }


def big_problem(n=2000):
    """2,000 schools with long names and counts."""
    rng = np.random.default_rng(1)
    schools = [
        cl.School(
            urn=str(100000 + k),
            name=f"The {k}th Church of England Voluntary Controlled Primary School and Nursery",
            easting=float(x),
            northing=float(y),
            phase="primary" if k % 9 else "secondary",
            pupils=200,
            ehcps=SECRET,
            sen_support=SECRET,
            pyramid=f"Pyramid {k // 9}",
            need={"asd": cl.NeedCount(ehcps=SECRET, sen_support=SECRET)},
            measures={"fsm": float(SECRET)},
        )
        for k, (x, y) in enumerate(rng.uniform(400_000, 480_000, (n, 2)))
    ]
    edges = [(k, k + 1) for k in range(n - 1)]
    return cl.Problem.from_schools(schools, edges=edges or None)


@pytest.fixture(scope="module")
def values(calderwick):
    """One of each value of the packaged authority; nothing changes them."""
    return values_of(calderwick)


@pytest.fixture(scope="module")
def cards(values):
    """The card of each value that has one, drawn once."""
    shown = values | {"schools": cl.read_schools(datasets.path("schools"))}
    return {name: v._repr_html_() for name, v in shown.items() if hasattr(v, "_repr_html_")}


def test_texts_are_short(values):
    for name, value in values.items():
        assert len(repr(value)) <= MOST, name
    schools = cl.read_schools(datasets.path("schools"))
    assert len(repr(schools)) <= MOST
    assert len(repr(schools.report)) <= MOST
    assert repr(schools).startswith("Schools(170 schools from synthetic_schools.csv: 107 primary")


def test_texts_say_what_it_is(values):
    assert repr(values["problem"]).startswith("Problem(170 schools, 507 pairs of neighbours")
    assert re.match(r"Plan\(1\d clusters of 170 schools: \w+", repr(values["plan"]))
    assert repr(values["comparison"]) == "Comparison(2 plans of 170 schools: one, two)"
    assert "£18,000,000.00 over" in repr(values["split"])
    assert repr(values["priorities"]) == "Priorities(travel_by='pupils')"
    assert repr(values["rules"]).startswith("Rules(n_clusters=18, together=((")
    assert "100 in all" in repr(values["rules"])


def test_texts_and_cards_of_a_large_problem_are_short_and_hold_no_counts():
    problem = big_problem()
    values = values_of(problem)
    few = {"few": cl.Problem.from_schools(problem.schools[:3])}
    for name, value in (values | few).items():
        assert len(repr(value)) <= MOST, name
        shown = repr(value) + (value._repr_html_() if hasattr(value, "_repr_html_") else "")
        assert str(SECRET) not in shown.replace(",", ""), name
        assert len(shown) < 2_000_000


def test_a_single_school_gives_nothing_away():
    school = big_problem(1).schools[0]
    assert repr(school).startswith("School(urn='100000', name='The 0th Church")
    assert str(SECRET) not in repr((school,)) + school._repr_html_()


def test_cards_are_well_formed_and_fetch_nothing(cards):
    assert {"schools", "problem", "plan", "split", "comparison", "certificate"} <= set(cards)
    for name, html in cards.items():
        ElementTree.fromstring(html)
        assert "<script" not in html
        assert not re.search(r'(src|href)="http', html), name
    for name in ("schools", "problem", "plan", "split", "comparison"):
        assert "<svg" in cards[name], name


def test_cards_hold_the_figures(calderwick, values, cards):
    for cluster in values["plan"].clusters:
        assert cluster.label.replace("'", "&#39;") in cards["plan"]
    pupils = calderwick.measures["pupils"].sum()
    assert f"{pupils:,.0f}" in cards["problem"]
    assert "£18,000,000.00" in cards["split"]


def test_two_maps_on_one_page_have_different_ids(values, cards):
    page = values["plan"]._repr_html_() + cards["plan"] + cards["problem"]
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_hostile_names_are_escaped():
    schools = [
        cl.School(urn=str(k), name="<script>alert(1)</script>", easting=k * 100.0, northing=0.0)
        for k in range(3)
    ]
    problem = cl.Problem.from_schools(schools)
    plan = cl.Plan((cl.Cluster("<img src=x>", "0", ("0", "1", "2")),), problem=problem)
    for value in (problem, plan):
        assert "<script>" not in value._repr_html_()
        assert "<img" not in value._repr_html_()


def test_broken_and_empty_values_have_cards():
    empty = cl.Plan(())
    assert "0 clusters" in empty._repr_html_()
    stray = cl.Plan((cl.Cluster("North", None, ("nobody",)),))
    assert "No map" in stray._repr_html_()
    problem = cl.Problem.from_arrays(["a", "b"], [[0, 0], [3, 4]])
    broken = cl.Plan((cl.Cluster("North", None, ("a", "nobody")),), problem=problem)
    assert "North" in broken._repr_html_()


def test_a_plan_remembers_its_problem_but_does_not_carry_it(calderwick, values):
    plan = values["plan"]
    assert plan.problem is calderwick
    assert plan.relabelled({plan.clusters[0].label: "New"}).problem is calderwick
    assert dataclasses.replace(plan, notes=("x",)).problem is calderwick
    again = pickle.loads(pickle.dumps(plan))
    assert again == plan
    assert hash(again) == hash(plan)
    assert again.problem is None
    assert len(pickle.dumps(plan)) < 20_000
    assert "No map" in again._repr_html_()


def test_frames(calderwick, values):
    frame = calderwick.to_frame()
    assert len(frame) == 170
    assert list(frame["urn"]) == list(calderwick.ids)
    assert frame["pupils"].sum() == calderwick.measures["pupils"].sum()
    plan = values["plan"]
    assert dict(plan.to_frame()[["urn", "cluster"]].itertuples(index=False)) == plan.labels


def test_importing_the_package_does_not_import_the_room():
    script = "import sys, clusters, clusters.domain; print('clusters.display' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def public_dataclasses():
    rooms = [room.name for room in pkgutil.iter_modules(cl.__path__) if room.name != "__main__"]
    for room in rooms:
        module = importlib.import_module(f"clusters.{room}")
        for name in getattr(module, "__all__", ()):
            value = getattr(module, name)
            if inspect.isclass(value) and dataclasses.is_dataclass(value):
                yield room, value


def test_every_public_value_has_a_short_text():
    """Rows of the rulebook, faults and the pieces that maps are laid out in are none of users'."""
    apart = {"rulebook", "maps", "search", "model", "presolve"}
    long = {
        value.__name__
        for room, value in public_dataclasses()
        if room not in apart and not value.__module__.endswith(("rulebook", "errors"))
        if not issubclass(value, shown.Shown)
    }
    assert not long, "inherit from clusters.shown.Shown, and give the dataclass repr=False"


def test_no_value_has_the_text_that_dataclasses_write():
    for _, value in public_dataclasses():
        if issubclass(value, shown.Shown):
            text = value.__dict__.get("__repr__")
            assert not hasattr(text, "__wrapped__"), f"{value.__name__}: dataclass(repr=False)"
