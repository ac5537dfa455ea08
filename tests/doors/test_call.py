"""The call that was meant is shown; what a checked function keeps of itself."""

from __future__ import annotations

import copy
import importlib
import inspect
import pickle
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd
import pytest

import clusters as cl
from clusters.arguments import checked
from clusters.domain import Problem
from clusters.errors import ClustersError
from tests.doors.calls import good

# ---- the call ------------------------------------------------------------------------------------


def test_swapped_arguments_are_named():
    g = good()
    with pytest.raises(cl.ArgumentError, match=r"problem and rules look swapped.*solve\(problem, "):
        cl.solve(g.rules, g.problem)
    with pytest.raises(cl.ArgumentError, match="school and priorities look swapped"):
        cl.why_here(g.problem, g.rules, g.plan, g.priorities, "s0")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda g: cl.solve(g.problem), "missing a required argument: 'rules'"),
        (lambda g: cl.solve(g.problem, g.rules, seting=1), "did you mean settings"),
        (lambda _g: cl.Rules(n_cluster=3), "did you mean n_clusters"),
        (lambda _g: cl.build_problem("schools.csv"), "schools is the text 'schools.csv'"),
        (lambda _g: cl.build_problem(Path("schools.csv")), "schools is a PosixPath"),
        (
            lambda _g: cl.build_problem(["101", "102"]),
            "schools\\[0\\] is the text '101', not a School",
        ),
        (lambda g: cl.solve(g.problem, g.rules, settings={}), "settings is a dict, not a Settings"),
        (lambda _g: cl.Rules(n_clusters=2, together=None), "together is not a list of groups"),
        (lambda _g: cl.Rules(n_clusters=2, apart=None), "apart is not a list of groups"),
        (lambda _g: cl.Rules(n_clusters=2, centres=5), "centres is not a list of ids"),
        (lambda _g: cl.Rules(n_clusters=2, centres="107600"), "centres is not a list of ids"),
        (lambda _g: cl.Rules(n_clusters=2, exceptions={"a": None}), "exceptions\\['a'\\] names no"),
        (lambda _g: cl.School(urn="1", name=5, easting=1, northing=2), "name is the number 5"),
        (
            lambda g: cl.measure(g.problem, g.plan).to_frame("x"),
            "no frame 'x'.*to_frame\\('cluster'",
        ),
    ],
)
def test_the_right_call_is_shown(call, words):
    with pytest.raises(ClustersError, match=words):
        call(good())


def test_the_signature_and_the_documentation_stay():
    assert str(inspect.signature(cl.solve)).startswith("(problem: 'Problem', rules: 'Rules'")
    assert list(inspect.signature(cl.Rules).parameters)[:2] == ["n_clusters", "schools_per_cluster"]
    assert "Examples" in (cl.verify.__doc__ or "")
    assert typing.get_type_hints(cl.verify)["problem"] is Problem


def test_examples_of_checked_functions_are_still_found_by_doctest():
    """Doctest leaves out functions whose globals are not those of the module it looks at."""
    import doctest

    module = importlib.import_module("clusters.geography.parts")
    found = {test.name for test in doctest.DocTestFinder().find(module) if test.examples}
    assert "clusters.geography.parts.suggest_bridges" in found


def test_an_iterator_is_read_once_and_a_series_is_a_mapping():
    @checked
    def twice(names: list[str] | typing.Iterable[str], by: Mapping[str, int]) -> tuple[int, int]:
        return len(list(names)) + len(list(names)), by["a"]

    assert twice((name for name in "ab"), pd.Series([7], index=["a"])) == (4, 7)
    assert twice({"a": 1}.keys(), {"a": 7}) == (2, 7)
    table = pd.DataFrame({"x": [0, 5], "y": [0, 5]}, index=[101, 102])
    by_index = Problem.from_arrays(table.index, table, {"need": pd.Series([1, 2])})
    assert by_index.ids == Problem.from_arrays({101: 1, 102: 2}.keys(), table).ids == (101, 102)
    with pytest.raises(cl.ArgumentError, match="by is a Series with a label that occurs twice"):
        twice(["a"], pd.Series([7, 8], index=["a", "a"]))


# ---- errors --------------------------------------------------------------------------------------


def make(kind: type) -> ClustersError:
    fault = cl.Fault(what="a", remedy="b", urn="7")
    if kind is cl.InfeasibleError:
        return cl.InfeasibleError("none", ["one rule", "another"])
    error: ClustersError = kind("text") if issubclass(kind, cl.NoPlanError) else kind([fault] * 2)
    return error


def subclasses(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)


@pytest.mark.parametrize("kind", [k for k in subclasses(ClustersError) if k.__name__[0] != "_"])
def test_every_error_survives_pickling_and_copying(kind):
    error = make(kind)
    error.add_note("seen in row 5")
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is kind
        assert str(again) == str(error)
        assert getattr(again, "faults", ()) == getattr(error, "faults", ())
        assert getattr(again, "conflict", ()) == getattr(error, "conflict", ())
        assert again.__notes__ == ["seen in row 5"]
