"""Pictures of values by matplotlib, on the caller's axes or on new ones."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from clusters.domain import Plan, Problem, School
from clusters.errors import ArgumentError, MissingLibraryError
from clusters.maps import lay_out
from clusters.maps.colours import INK, TINTS
from clusters.maps.matching import side_by_side
from clusters.maps.picture import draw_on
from clusters.maps.zones import numbers_of
from clusters.text import clean

if TYPE_CHECKING:
    from clusters.budget import Split

__all__ = ["plot"]

_WIDE = 7.2
"""Inches: what the letters and marks of maps are made for."""
_MARKERS = ("o", "s", "^", "D", "*", "X", "v", "P")
_COLUMNS = 2


def plot(value: object, ax: Any = None) -> Any:
    """Draw a value.

    Parameters
    ----------
    value
        What has a picture: schools, a problem, a plan, a result, a split, options, a comparison.
    ax
        Axes of matplotlib; new ones where None. Several plans make new ones in any case.

    Raises
    ------
    MissingLibraryError
        Without matplotlib.
    ArgumentError
        If there is nothing to draw, or one pair of axes is given for several plans.
    """
    draw = next(
        (_PICTURES[c.__name__] for c in type(value).__mro__ if c.__name__ in _PICTURES), None
    )
    if draw is None:
        raise ArgumentError.of(
            f"there is no picture of a {type(value).__name__}",
            "draw the table that to_frame() makes of it",
        )
    return draw(value, ax)


def _pyplot() -> Any:
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        msg = "pictures need matplotlib, which is not installed; pip install 'clusters[report]'"
        raise MissingLibraryError(msg) from error
    return plt


def _axes(ax: Any, height: float = _WIDE) -> Any:
    return _pyplot().subplots(figsize=(_WIDE, height))[1] if ax is None else ax


def _scatter(schools: Sequence[School], ax: Any) -> None:
    phases = dict.fromkeys(school.phase for school in schools)
    for phase, marker in zip(phases, itertools.cycle(_MARKERS)):
        held = [s for s in schools if s.phase == phase]
        x, y = [s.easting for s in held], [s.northing for s in held]
        style = {"s": 26, "edgecolors": "white", "linewidths": 0.5, "zorder": 3}
        ax.scatter(x, y, marker=marker, label=clean(phase), **style)
    ax.set_aspect("equal")
    ax.set_xlabel("easting (m)")
    ax.set_ylabel("northing (m)")
    ax.ticklabel_format(style="plain", useOffset=False)
    if len(phases) > 1:
        below = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.1)}
        ax.legend(frameon=False, fontsize="small", ncols=4, **below)


def _schools(schools: Sequence[School], ax: Any) -> Any:
    ax = _axes(ax)
    _scatter(schools, ax)
    ax.set_title(f"{len(schools):,} schools")
    return ax


def _problem(problem: Problem, ax: Any) -> Any:
    ax = _axes(ax)
    from matplotlib.collections import LineCollection

    rings = [
        np.asarray(part.exterior.coords)[:, :2]
        for cell in dict.fromkeys(problem.territories or ())
        if cell is not None
        for part in getattr(cell, "geoms", [cell])
        if part.geom_type == "Polygon" and not part.is_empty
    ]
    ax.add_collection(LineCollection(rings, colors="#c4c4c4", linewidths=0.6, zorder=1))
    edges = [] if problem.edges is None else list(problem.xy_m[problem.edges])
    if edges:
        style: Any = {"colors": "#8a8a8a", "linewidths": 0.7, "linestyles": "dotted", "zorder": 2}
        ax.add_collection(LineCollection(edges, **style))
    _scatter(problem.schools, ax)
    ax.set_title(f"{len(problem):,} schools, {len(edges):,} pairs of neighbours")
    return ax


def _plan(plan: Plan, ax: Any, title: str = "") -> Any:
    if plan.problem is None:
        raise ArgumentError.of(
            "this plan does not know its schools",
            "draw it with clusters.maps.map_png(path, problem, plan), or make it with "
            "read_plan or solve",
        )
    layout = lay_out(plan.problem, plan, enlarge=False)
    ax = _axes(ax, _WIDE * layout.height / layout.width)
    draw_on(ax, layout)
    schools = len(plan.labels)
    ax.set_title(title or f"{len(plan.clusters):,} clusters of {schools:,} schools", fontsize=10)
    return ax


def _result(result: Any, ax: Any) -> Any:
    return _plan(result.plan, ax, result.summary())


def _split(split: Split, ax: Any) -> Any:
    """Draw a bar for each cluster, with a line where it stands today."""
    shares = split.clusters
    ax = _axes(ax, max(2.5, 0.32 * len(shares) + 1))
    labels = [
        share.name if share.name == str(number) else f"{number}  {clean(share.name, 34)}"
        for number, share in zip(numbers_of(split.plan), shares, strict=True)
    ]
    places = np.arange(len(shares))
    money = [share.total_pence / 1e8 for share in shares]
    ax.barh(places, money, color=TINTS[0], edgecolor=INK, linewidth=0.6)
    today = [share.today_pence / 1e8 for share in shares if share.today_pence is not None]
    if len(today) == len(shares):
        style = {"linestyle": "none", "marker": "|", "markersize": 12, "markeredgewidth": 2}
        ax.plot(today, places, color=INK, label="today", **style)
        ax.legend(frameon=False)
    ax.set_yticks(places, labels)
    ax.invert_yaxis()
    ax.set_xlabel("£ million a year")
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _several(value: Any, ax: Any) -> Any:
    layouts = side_by_side(value.problem, value.plans, 1000.0 / _COLUMNS)
    axes = _grid(ax, list(layouts.values()))
    for cell, (name, layout) in zip(axes, layouts.items(), strict=False):
        draw_on(cell, layout)
        cell.set_title(clean(name, 60), fontsize=9)
    for cell in axes[len(layouts) :]:
        cell.set_axis_off()
    return axes


def _grid(ax: Any, layouts: Sequence[Any]) -> Any:
    """Take the caller's axes where there are enough of them, else make new ones."""
    if ax is not None:
        axes = np.ravel(ax)
        if len(axes) < len(layouts):
            raise ArgumentError.of(
                f"ax holds {len(axes)} axes for {len(layouts)} plans",
                "give one for each plan, or leave ax out",
            )
        return axes
    columns = min(_COLUMNS, len(layouts))
    rows = -(-len(layouts) // columns)
    tall = max(layout.height / layout.width for layout in layouts)
    size = (_WIDE * columns / _COLUMNS, rows * (_WIDE / _COLUMNS * tall + 0.4))
    return np.ravel(_pyplot().subplots(rows, columns, figsize=size, squeeze=False)[1])


_PICTURES: Mapping[str, Callable[[Any, Any], Any]] = {
    "Schools": _schools,
    "Problem": _problem,
    "Plan": _plan,
    "Result": _result,
    "Split": _split,
    "Options": _several,
    "Comparison": _several,
}
