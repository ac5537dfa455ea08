"""`.plot()`: on new axes, on the caller's, and without matplotlib."""

from __future__ import annotations

import sys

import pytest

import clusters as cl
from clusters import datasets
from tests.display.test_cards import values_of

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")


@pytest.fixture(scope="module")
def values():
    made = values_of(datasets.load_problem())
    return made | {"schools": cl.read_schools(datasets.path("schools"))}


@pytest.fixture(autouse=True)
def closed():
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


def test_schools_and_problems_are_drawn_with_all_their_schools(values):
    for name in ("schools", "problem"):
        ax = values[name].plot()
        drawn = [c for c in ax.collections if type(c).__name__ == "PathCollection"]
        assert sum(len(marks.get_offsets()) for marks in drawn) == 170
        assert ax.get_xlabel() == "easting (m)"


def test_a_plan_is_drawn_on_the_axes_given(values):
    import matplotlib.pyplot as plt

    ax = plt.subplots()[1]
    assert values["plan"].plot(ax) is ax
    numbers = {text.get_text() for text in ax.texts}
    assert {str(k + 1) for k in range(len(values["plan"].clusters))} <= numbers
    assert len(ax.patches) >= len(values["plan"].clusters)


def test_a_split_is_drawn_to_the_penny(values):
    ax = values["split"].plot()
    assert round(sum(bar.get_width() for bar in ax.patches) * 1e8) == 18_000_000_00
    assert len(ax.get_yticks()) == len(values["split"].clusters)


def test_several_plans_are_drawn_side_by_side(values):
    import matplotlib.pyplot as plt

    axes = values["comparison"].plot()
    assert [ax.get_title() for ax in axes] == ["one", "two"]
    with pytest.raises(cl.ArgumentError, match="ax holds 1 axes for 2 plans"):
        values["comparison"].plot(plt.subplots()[1])


def test_a_plan_without_its_schools_says_what_to_do():
    with pytest.raises(cl.ArgumentError, match="does not know its schools"):
        cl.Plan.from_assignment({"a": "a"}).plot()


def test_without_matplotlib_there_is_a_plain_message(values, monkeypatch):
    for name in list(sys.modules):
        if name.partition(".")[0] == "matplotlib":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(cl.ClustersError, match=r"pip install 'clusters\[report\]'"):
        values["problem"].plot()
    assert "<svg" in values["problem"]._repr_html_()
