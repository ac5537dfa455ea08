"""Maps as PNG pictures for papers, drawn by matplotlib from the same layout as the SVG."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from clusters.arguments import at_least, checked
from clusters.domain import PlanLike, Problem, plan_of, plans_of
from clusters.errors import MissingLibraryError
from clusters.maps.colours import INK, MOVED, PAPER, TINTS
from clusters.maps.difference import matched_numbers, moves_between
from clusters.maps.layout import Layout, Panel, kind_of, lay_out
from clusters.maps.legend import legend_entries, round_length, source_lines
from clusters.maps.matching import same_numbers, shared_colours
from clusters.maps.plates import NAME_SIZE
from clusters.text import clean

_MARKERS = {
    "circle": "o",
    "square": "s",
    "triangle": "^",
    "diamond": "D",
    "star": "*",
    "cross": "X",
}
_DPI = 200
_UNITS_PER_INCH = 140.0  # a map of 1,000 units is 7.1 inches wide: the text width of A4


@checked
def map_png(
    path: str | Path,
    problem: Problem,
    plan: PlanLike,
    *,
    title: str = "",
    numbers: Mapping[str, int] | None = None,
    colours: Mapping[int, int] | None = None,
    enlarge: bool = True,
    names: bool = True,
    source: str = "",
) -> Path:
    """Draw a plan as a PNG picture.

    Parameters
    ----------
    path
        Where to write it.
    title
        Heading above the map; formulas in it are not interpreted.
    numbers, colours, enlarge, names, source
        As for :func:`clusters.maps.map_svg`.

    Returns
    -------
    pathlib.Path
        The file: 200 dots per inch, the same bytes for the same input and versions.

    Raises
    ------
    MissingLibraryError
        Without matplotlib (install ``clusters[report]``).

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     map_png(pathlib.Path(folder) / "map.png", problem, plan, title="Two clusters").name
    'map.png'
    """
    plan = plan_of(problem, plan)
    layout = lay_out(
        problem, plan, numbers=numbers, colours=colours, enlarge=enlarge, names=names, source=source
    )
    return _save(layout, Path(path), title, None)


@checked
def difference_png(
    path: str | Path,
    problem: Problem,
    before: PlanLike,
    after: PlanLike,
    *,
    title: str = "",
    numbers: Mapping[str, int] | None = None,
) -> Path:
    """Draw the ground that changes cluster between two plans as a PNG picture.

    See :func:`clusters.maps.difference_svg` and :func:`map_png`.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> import pathlib, tempfile
    >>> after = {**plan, "b": "East"}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     difference_png(pathlib.Path(folder) / "change.png", problem, plan, after).name
    'change.png'
    """
    before = plan_of(problem, before, "before")
    after = plan_of(problem, after, "after")
    numbers = matched_numbers(problem, before, after) if numbers is None else numbers
    layout = lay_out(problem, after, numbers=numbers, names=False)
    moved = [k for group in moves_between(problem, before, after).values() for k in group]
    return _save(layout, Path(path), title, moved)


@checked
def small_multiples_png(
    path: str | Path,
    problem: Problem,
    plans: Mapping[str, PlanLike],
    *,
    numbers: Mapping[str, Mapping[str, int]] | None = None,
    colours: Mapping[int, int] | None = None,
    columns: int = 2,
) -> Path:
    """Draw several plans side by side as one PNG picture, each below its name.

    Parameters
    ----------
    numbers
        For each plan, the number of each cluster by its label. Plans without it are matched with
        the first one, so that a number means the same place in every map.
    colours
        Colour of each cluster by its number; by default one that it can have in every map.
    columns
        Maps beside each other, 1 or more.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> import pathlib, tempfile
    >>> plans = {"today": plan, "proposal": {**plan, "b": "East"}}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     small_multiples_png(pathlib.Path(folder) / "both.png", problem, plans).name
    'both.png'
    """
    at_least(1, columns=columns)
    plans = plans_of(problem, plans)
    known = same_numbers(problem, plans, numbers)
    colours = shared_colours(problem, plans, known) if colours is None else colours
    layouts = {
        name: lay_out(
            problem,
            plan,
            numbers=known[name],
            colours=colours,
            enlarge=False,
            names=False,
            width=1000.0 / columns,
        )
        for name, plan in plans.items()
    }
    rows = -(-len(layouts) // columns)
    lines = max(len(textwrap.wrap(clean(name), int(64 / columns))) for name in layouts)
    head = 10.0 + 20.0 * lines
    tallest = max(layout.height for layout in layouts.values()) + head
    figure = new_figure(1000.0, tallest * rows)
    for k, (name, layout) in enumerate(layouts.items()):
        row, column = divmod(k, columns)
        axes = figure.add_axes((column / columns, 1 - (row + 1) / rows, 1 / columns, 1 / rows))
        _frame(axes, 0, 1000.0 / columns, tallest - head, -head)
        words = "\n".join(textwrap.wrap(clean(name), int(64 / columns)))
        axes.text(8, -8, words, fontsize=9, fontweight="bold", va="bottom", parse_math=False)
        _draw_panel(axes, layout, layout.main, None)
    return save_figure(figure, Path(path))


def _save(layout: Layout, path: Path, title: str, moved: list[int] | None) -> Path:
    heading = textwrap.wrap(clean(title), 84)
    top = 12.0 + 22.0 * len(heading) if heading else 0.0
    key = _legend_places(layout, with_moves=moved is not None)
    rows = max(row for _, _, _, row in key)
    said = source_lines(layout, 7.2) if layout.source else []
    bottom = 46.0 + 24.0 * rows + 20.0 * len(said)
    figure = new_figure(layout.width, layout.height + top + bottom)
    axes = figure.add_axes((0, 0, 1, 1))
    _frame(axes, 0, layout.width, layout.height + bottom, -top)
    for k, line in enumerate(heading):
        y = -10.0 - 22.0 * (len(heading) - 1 - k)
        axes.text(14, y, line, fontsize=12, fontweight="bold", color=INK, parse_math=False)
    _draw_panel(axes, layout, layout.main, moved)
    for panel in layout.enlargements:
        _draw_window(axes, layout.main, panel)
        _draw_panel(axes, layout, panel, moved)
        _box(axes, panel.view.frame, edge=INK)
        _letter(axes, panel.letter, panel.view.left, panel.view.top)
    _legend(axes, layout, key)
    for k, line in enumerate(said):
        y = layout.height + 46 + 24.0 * rows + 20.0 * k
        axes.text(24, y, line, fontsize=_points(13), color=INK, parse_math=False)
    return save_figure(figure, path)


def draw_on(axes: Any, layout: Layout) -> None:
    """Draw the map of a layout, without its enlargements and key, on axes of matplotlib."""
    _frame(axes, 0, layout.width, layout.height, 0)
    axes.set_aspect("equal")
    _draw_panel(axes, layout, layout.main, None)


def new_figure(width: float, height: float) -> Any:
    """Make a figure without pyplot, so that no window system and no global state take part."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        msg = "pictures need matplotlib, which is not installed; pip install 'clusters[report]'"
        raise MissingLibraryError(msg) from error
    figure = Figure(figsize=(width / _UNITS_PER_INCH, height / _UNITS_PER_INCH), dpi=_DPI)
    FigureCanvasAgg(figure)
    figure.set_facecolor(PAPER)
    return figure


def save_figure(figure: Any, path: Path) -> Path:
    """Write a figure as PNG with 128 colours: a third of the size, and no difference to be seen."""
    from PIL import Image  # comes with matplotlib

    canvas = figure.canvas
    with warnings.catch_warnings():
        # A character that the font lacks is drawn as a box; the tables have it in full.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    few = image.quantize(128, dither=Image.Dither.NONE)
    few.save(path, format="PNG", optimize=True, dpi=(_DPI, _DPI))
    return path


def _frame(axes: Any, left: float, right: float, bottom: float, top: float) -> None:
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.set_axis_off()


def _points(units: float) -> float:
    """Turn drawing units into typographic points."""
    return units / _UNITS_PER_INCH * 72


def _draw_panel(axes: Any, layout: Layout, panel: Panel, moved: list[int] | None) -> None:
    clip = panel.view.frame
    if not panel.spare.is_empty:
        _polygon(axes, panel.spare, PAPER, hatch="////", edge="#767676", width=0.6)
    for zone, shape in zip(layout.zones, panel.shapes, strict=True):
        _polygon(axes, shape, TINTS[zone.colour] if moved is None else PAPER)
    if moved:
        ground = shapely.union_all([layout.cells_m[k] for k in moved])
        shape = panel.view.shape(ground.intersection(panel.view.ground))
        _polygon(axes, shape, MOVED, hatch="\\\\\\\\", width=0.6)
        for shape in panel.shapes:
            _polygon(axes, shape, "none", width=1.5)
    _draw_marks(axes, layout, panel, clip)
    for plate in panel.plates:
        axes.text(
            plate.x,
            plate.y,
            str(layout.zones[plate.zone].number),
            fontsize=_points(17),
            fontweight="bold",
            color=INK,
            ha="center",
            va="center",
            zorder=6,
            parse_math=False,
            bbox={
                "boxstyle": "round,pad=0.28",
                "facecolor": PAPER,
                "edgecolor": INK,
                "linewidth": 0.8,
            },
        )
        if plate.name:
            _haloed(axes, plate.name_x, plate.name_y, clean(plate.name), plate.anchor)


def _haloed(axes: Any, x: float, y: float, words: str, anchor: str) -> None:
    from matplotlib.patheffects import withStroke

    axes.text(
        x,
        y,
        words,
        fontsize=_points(NAME_SIZE),
        fontweight="bold",
        color=INK,
        ha={"start": "left", "middle": "center", "end": "right"}[anchor],
        va="baseline",
        zorder=6,
        parse_math=False,
        path_effects=[withStroke(linewidth=2, foreground=PAPER)],
    )


def _draw_marks(axes: Any, layout: Layout, panel: Panel, clip: Any) -> None:
    inside = [k for k in panel.visible if clip.covers(shapely.Point(panel.points[k]))]
    centres = {zone.centre for zone in layout.zones}
    size = _points(2 * panel.radius)
    rings = panel.points[[k for k in inside if k in centres]]
    if len(rings):
        for edge, width in ((PAPER, 2.6), (INK, 1.1)):
            axes.scatter(
                rings[:, 0],
                rings[:, 1],
                s=(size * 1.9) ** 2,
                facecolors="none",
                edgecolors=edge,
                linewidths=width,
                zorder=4,
            )
    for kind, marker in _MARKERS.items():
        points = panel.points[
            [k for k in inside if kind_of(layout.problem.schools[k].phase) == kind]
        ]
        light = kind in ("square", "triangle", "diamond")
        if len(points):
            axes.scatter(
                points[:, 0],
                points[:, 1],
                s=(size * (1.15 if light else 1.0)) ** 2,
                marker=marker,
                facecolors=PAPER if light else INK,
                edgecolors=INK if light else PAPER,
                linewidths=1.0 if light else 0.6,
                zorder=5,
            )


def _polygon(
    axes: Any, shape: Any, fill: str, *, hatch: str | None = None, edge: str = INK, width: float = 1
) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon" or part.is_empty:
            continue
        rings = [np.asarray(ring.coords)[:, :2] for ring in (part.exterior, *part.interiors)]
        codes = [
            code
            for ring in rings
            for code in (
                Outline.MOVETO,
                *[Outline.LINETO] * (len(ring) - 2),
                Outline.CLOSEPOLY,
            )
        ]
        axes.add_patch(
            PathPatch(
                Outline(np.vstack(rings), codes),
                facecolor=fill,
                edgecolor=edge,
                linewidth=width,
                joinstyle="round",
                hatch=hatch,
                zorder=2,
            )
        )


def _box(axes: Any, shape: Any, *, edge: str, dashed: bool = False) -> None:
    x, y = shape.exterior.xy
    axes.plot(x, y, color=edge, linewidth=0.9, linestyle="--" if dashed else "-", zorder=6)


def _letter(axes: Any, letter: str, x: float, y: float) -> None:
    axes.text(
        x + 10,
        y + 10,
        letter,
        fontsize=_points(15),
        fontweight="bold",
        color=PAPER,
        ha="center",
        va="center",
        zorder=7,
        bbox={"boxstyle": "square,pad=0.2", "facecolor": INK, "edgecolor": INK},
    )


def _draw_window(axes: Any, main: Panel, panel: Panel) -> None:
    _box(axes, main.view.shape(panel.view.ground), edge=INK, dashed=True)
    _letter(axes, panel.letter, *panel.letter_at)


def _legend_places(layout: Layout, *, with_moves: bool) -> list[tuple[str, str, float, int]]:
    """Place the entries of the key: symbol, words, distance from the left, and row."""
    places, left, row = [], 260.0, 0
    patterns = {"moved": "changes cluster"} if with_moves else {}
    for symbol, words in legend_entries(layout, patterns):
        width = 40 + 8.6 * len(words)
        if left + width > layout.width and left > 260.0:
            left, row = 260.0, row + 1
        places.append((symbol, words, left, row))
        left += width
    return places or [("", "", left, 0)]


def _legend(axes: Any, layout: Layout, key: list[tuple[str, str, float, int]]) -> None:
    """Draw the scale bar, the north arrow and the key below the map."""
    y = layout.height + 22
    metres = round_length(140 / layout.main.view.scale)
    length = metres * layout.main.view.scale
    axes.plot([60, 60, 60 + length, 60 + length], [y - 6, y, y, y - 6], color=INK, linewidth=1)
    words = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    axes.text(60 + length / 2, y + 16, words, fontsize=_points(14), ha="center")
    axes.annotate(
        "N",
        (24, y - 14),
        (24, y + 16),
        ha="center",
        fontsize=_points(14),
        fontweight="bold",
        arrowprops={"arrowstyle": "-|>", "color": INK},
    )
    first = y
    for symbol, said, left, row in key:
        y = first + 24.0 * row
        light = symbol in ("square", "triangle", "diamond", "centre", "hatch")
        fill = MOVED if symbol == "moved" else PAPER if light else INK
        if symbol == "name":
            axes.text(left - 8, y, said, fontsize=_points(14), fontweight="bold", parse_math=False)
            continue
        axes.scatter(
            [left],
            [y - 5],
            s=_points(13) ** 2,
            marker=_MARKERS.get(symbol, "o" if symbol == "centre" else "s"),
            facecolors=fill,
            edgecolors=INK,
            linewidths=0.9,
            hatch={"hatch": "//////", "moved": "\\\\\\\\\\\\"}.get(symbol),
        )
        axes.text(left + 14, y, said, fontsize=_points(14), parse_math=False)
