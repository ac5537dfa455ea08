"""One rule, one function: variables are pinned to a drawn plan, CP-SAT is asked yes or no.

Each row pairs a plan that one function allows with one that it refuses; the core holds that
function alone. Plans are drawn as in tests/worlds.py: letters are clusters, capitals centres.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from ortools.sat.python import cp_model

from clusters import Plan, Priorities, Problem, Rules, verify
from clusters.model import assignment as core_module
from clusters.model.assignment import Core, build_core, cut_off_parts
from clusters.model.compiling import compile_instance
from clusters.model.instance import Instance
from tests.worlds import drawn_plan, world

LINE = "5 3 2 4"
SQUARE = """
    5 2
    3 4
"""
TRAVEL = Priorities(travel_by="schools")


def _instance(problem: Problem, rules: Rules, priorities: Priorities = TRAVEL) -> Instance:
    return compile_instance(problem, rules, priorities, rules.count_range[0])


def _core(instance: Instance, *functions: Callable[[Core], None]) -> Core:
    """A core with all variables but only some of the rules."""
    finite = np.isfinite(instance.cost)
    core = Core(instance=instance, allowed=finite, unit=1e-3)
    core.by_atom = [np.flatnonzero(row).tolist() for row in finite]
    core.by_centre = [np.flatnonzero(column).tolist() for column in finite.T]
    for a, centres in enumerate(core.by_atom):
        for c in centres:
            core.x[a, c] = core.model.new_bool_var(f"x_{a}_{c}")
    for function in functions:
        function(core)
    return core


def _pairs(problem: Problem, instance: Instance, plan: Plan) -> set[tuple[int, int]]:
    atom_of = {p: a for a, schools in enumerate(instance.members) for p in schools}
    candidate = {int(p): c for c, p in enumerate(instance.centre_school)}
    return {
        (atom_of[problem.position(key)], candidate.get(problem.position(cluster.centre), -1))
        for cluster in plan.clusters
        for key in cluster.members
        if cluster.centre is not None
    }


def _allows(core: Core, pairs: set[tuple[int, int]]) -> bool:
    """Whether the core has a solution with exactly these pairs."""
    if not pairs <= set(core.x):
        return False
    for pair, variable in core.x.items():
        core.model.add(variable == (pair in pairs))
    status = cp_model.CpSolver().solve(core.model)
    assert status in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.INFEASIBLE)
    return bool(status != cp_model.INFEASIBLE)


def _rules(**given: Any) -> Rules:
    return Rules(**({"n_clusters": 2, "contiguous": False} | given))


BOUNDS = core_module.load_bounds
TABLE = [
    pytest.param("each_atom_once", LINE, _rules(), "A a B b", "A a B -", id="each_atom_once"),
    pytest.param("n_clusters", LINE, _rules(), "A a B b", "A B C c", id="n_clusters"),
    pytest.param(
        "load_bounds",
        LINE,
        _rules(schools_per_cluster=(2, None)),
        "A a B b",
        "A b B b",
        id="fewest",
    ),
    pytest.param(
        "load_bounds", LINE, _rules(schools_per_cluster=(None, 2)), "A a B b", "A b B b", id="most"
    ),
    pytest.param(
        "load_bounds", LINE, _rules(balance={"pupils": 0.15}), "A a B b", "A b B a", id="balance"
    ),
    pytest.param(
        "load_bounds", LINE, _rules(limits={"pupils": (6, None)}), "A a B b", "A b B b", id="least"
    ),
    pytest.param(
        "load_bounds", LINE, _rules(limits={"pupils": (None, 8)}), "A a B b", "A b B b", id="limits"
    ),
    pytest.param("apart", LINE, _rules(apart=[["1", "2"]]), "A b B a", "A a B b", id="apart"),
    pytest.param(
        "contiguous", LINE, _rules(contiguous=True), "A a B b", "A b B a", id="contiguous"
    ),
]


@pytest.mark.parametrize(("function", "picture", "rules", "kept", "broken"), TABLE)
def test_one_rule_one_function(
    function: str, picture: str, rules: Rules, kept: str, broken: str
) -> None:
    problem = world(picture)
    instance = _instance(problem, rules)
    for plan, right in ((kept, True), (broken, False)):
        core = _core(instance, getattr(core_module, function))
        assert _allows(core, _pairs(problem, instance, drawn_plan(plan))) is right


def test_members_need_their_centre() -> None:
    problem = world(LINE)
    instance = _instance(problem, _rules())
    for pairs, right in (({(0, 0), (1, 0)}, True), ({(1, 0)}, False)):
        assert _allows(_core(instance, core_module.members_need_their_centre), pairs) is right


def test_one_centre_per_atom() -> None:
    """Schools 1 and 2 are one atom with two candidate centres: it may open one of them."""
    problem = world(LINE)
    instance = _instance(problem, _rules(together=[["1", "2"]]))
    for pairs, right in (({(0, 0)}, True), ({(0, 0), (0, 1)}, False)):
        assert _allows(_core(instance, core_module.one_centre_per_atom), pairs) is right


def test_expertise_is_a_load() -> None:
    problem = world(LINE, expertise={"asd": "1 0 1 ?"})
    instance = _instance(problem, _rules(expertise={"asd": 1.0}))
    for plan, right in (("A a B b", True), ("A b a B", False)):
        core = _core(instance, core_module.load_bounds)
        assert _allows(core, _pairs(problem, instance, drawn_plan(plan))) is right


@pytest.mark.parametrize(
    ("rules", "kept", "broken"),
    [
        pytest.param(_rules(max_travel_m=1000), "A a B b", "A B a b", id="max_travel"),
        pytest.param(_rules(centres=["1", "3"]), "A a B b", "a A B b", id="centres"),
        pytest.param(_rules(apart=[["1", "2"]]), "A b B a", "A a B b", id="apart from the centre"),
        pytest.param(_rules(limits={"pupils": (None, 7)}), "A b a B", "A a B b", id="too heavy"),
    ],
)
def test_pairs_that_no_plan_can_use_have_no_variable(rules: Rules, kept: str, broken: str) -> None:
    problem = world(LINE)
    instance = _instance(problem, rules)
    for plan, right in ((kept, True), (broken, False)):
        core = _core(instance)
        assert (_pairs(problem, instance, drawn_plan(plan)) <= set(core.x)) is right


EXCUSES = [
    pytest.param({"1": {"limits": {"pupils": (None, 8)}}}, "A a B b", True, id="its own room"),
    pytest.param({"3": {"limits": {"pupils": (None, 8)}}}, "A a B b", False, id="not another's"),
    pytest.param({"1": "limits"}, "A a a B", True, id="no bound at all"),
    pytest.param(
        {"1": {"limits": {"pupils": (None, 8)}}, "2": {"limits": {"pupils": (None, 8)}}},
        "A a a B",
        False,
        id="the loosest, not the sum",
    ),
]


@pytest.mark.parametrize(("exceptions", "plan", "right"), EXCUSES)
def test_exceptions_loosen_the_bounds_of_their_own_cluster(
    exceptions: dict[str, object], plan: str, right: bool
) -> None:
    problem = world(LINE)
    rules = _rules(limits={"pupils": (None, 7)}, exceptions=exceptions)
    instance = _instance(problem, rules)
    assert verify(problem, rules, drawn_plan(plan), TRAVEL).ok is right
    core = _core(instance, core_module.load_bounds)
    assert _allows(core, _pairs(problem, instance, drawn_plan(plan))) is right


PRICES = [
    pytest.param("pair_costs", Priorities(travel_by="pupils"), id="travel"),
    pytest.param(
        "pair_costs",
        Priorities(
            travel=0.5, travel_by="pupils", change=2, reference={"1": 0, "2": 0, "3": 0, "4": 1}
        ),
        id="change",
    ),
    pytest.param(
        "soft_balance", Priorities(travel=0, balance=0.3, travel_by="pupils"), id="balance"
    ),
    pytest.param("pyramids", Priorities(travel=0, pyramids=0.7, travel_by="pupils"), id="pyramids"),
    pytest.param(
        "expertise",
        Priorities(travel=0, expertise=0.3, pupils_per_capacity={"asd": 2}, travel_by="pupils"),
        id="expertise",
    ),
]


@pytest.mark.parametrize("plan", ["A a B b", "A b B b", "a B b A"])
@pytest.mark.parametrize(("function", "priorities"), PRICES)
def test_one_priority_one_function(function: str, priorities: Priorities, plan: str) -> None:
    problem = world(LINE, pyramids="N N S N", expertise={"asd": "1 0 0 ?"}, need={"asd": "1 3 2 2"})
    rules = _rules()
    instance = _instance(problem, rules, priorities)
    core = _core(instance, getattr(core_module, function))
    core.model.minimize(core.objective())
    pairs = _pairs(problem, instance, drawn_plan(plan))
    for pair, variable in core.x.items():
        core.model.add(variable == (pair in pairs))
    solver = cp_model.CpSolver()
    assert solver.solve(core.model) == cp_model.OPTIMAL
    cost = solver.objective_value * core.unit + instance.offset
    right = verify(problem, rules, drawn_plan(plan), priorities).objective
    assert right is not None
    # rounded down, never up: by at most one unit for each variable that is charged
    assert right - cost <= 100 * core.unit * 20
    assert cost <= right + 1e-6


def test_cut_off_parts_forbid_a_cluster_in_two_parts() -> None:
    """Schools 6 and 7 hold each other up, far from their centre 1: only the cut refuses them."""
    problem = world("1 1 1 1 1 1 1")
    instance = _instance(problem, Rules(n_clusters=2), TRAVEL)
    pairs = _pairs(problem, instance, drawn_plan("A b b B b a a"))
    assert _allows(build_core(instance), pairs)
    core = build_core(instance)
    assert cut_off_parts(core, {0: [0, 5, 6], 3: [1, 2, 3, 4]}) == 1
    assert not _allows(core, pairs)


def test_cut_off_parts_leave_connected_clusters_alone() -> None:
    problem = world(SQUARE)
    instance = _instance(problem, Rules(n_clusters=2), TRAVEL)
    core = build_core(instance)
    assert cut_off_parts(core, {0: [0, 1], 2: [2, 3]}) == 0
    assert _allows(core, {(0, 0), (1, 0), (2, 2), (3, 2)})
