"""Maps as PNG pictures for papers: matplotlib draws the scene that the SVG shows."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from clusters.arguments import at_least, checked
from clusters.domain import PlanLike, Problem, plan_of
from clusters.errors import MissingLibraryError
from clusters.maps.backdrop import Backdrop
from clusters.maps.colours import INK, MOVED, PAPER
from clusters.maps.difference import MOVED_WORDS, changed_layout
from clusters.maps.layout import WIDTH, Layout, lay_out
from clusters.maps.legend import heading, key
from clusters.maps.marks import DARK, MARK_SIDE, OUTLINES, RADII
from clusters.maps.matching import side_by_side
from clusters.maps.scene import (
    HATCH,
    MOVED_HATCH,
    Box,
    Ground,
    Grounds,
    Group,
    Item,
    Mark,
    Words,
    scene,
)
from clusters.text import clean

_DPI = 200
_UNITS_PER_INCH = 140.0  # a map of 1,000 units is 7.1 inches wide: the text width of A4
_FACE = 0.92  # the face of matplotlib is wider than those of browsers
_HATCHES = {HATCH: ("////", PAPER, "#767676"), MOVED_HATCH: ("\\\\\\\\", MOVED, INK)}


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
    number_schools: bool = True,
    school_key: bool = False,
    backdrop: Backdrop | None = None,
    source: str = "",
) -> Path:
    """Draw a plan as a PNG picture.

    Parameters
    ----------
    path
        Where to write it.
    title
        Heading above the map; formulas in it are not interpreted.
    numbers, colours, enlarge, names, number_schools, school_key, backdrop, source
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
        problem,
        plan,
        numbers=numbers,
        colours=colours,
        enlarge=enlarge,
        names=names,
        number_schools=number_schools,
        backdrop=backdrop,
        source=source,
    )
    return _save(layout, Path(path), title, None, school_key=school_key)


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
    layout, moves = changed_layout(problem, before, after, numbers, WIDTH)
    return _save(layout, Path(path), title, moves)


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
    layouts = side_by_side(
        problem, plans, WIDTH / columns, numbers=numbers, colours=colours, number_schools=False
    )
    rows = -(-len(layouts) // columns)
    heads = {name: textwrap.wrap(clean(name), int(60 / columns)) for name in layouts}
    head = 14.0 + 20.0 * max(map(len, heads.values()))
    tallest = max(layout.height for layout in layouts.values()) + head
    figure = new_figure(WIDTH, tallest * rows)
    for k, (name, layout) in enumerate(layouts.items()):
        row, column = divmod(k, columns)
        axes = figure.add_axes((column / columns, 1 - (row + 1) / rows, 1 / columns, 1 / rows))
        _frame(axes, WIDTH / columns, tallest - head, -head)
        words = [
            Words(8, 20.0 * (i + 1) - head, line, 17, bold=True)
            for i, line in enumerate(heads[name])
        ]
        _paint(axes, [*words, *scene(layout)], None)
    return save_figure(figure, Path(path))


def _save(
    layout: Layout, path: Path, title: str, grounds: Grounds, *, school_key: bool = False
) -> Path:
    head, top = heading(layout, title)
    foot, bottom = key(layout, {} if grounds is None else MOVED_WORDS, with_schools=school_key)
    figure = new_figure(layout.width, top + layout.height + bottom)
    axes = figure.add_axes((0, 0, 1, 1))
    _frame(axes, layout.width, layout.height + bottom, -top)
    _paint(axes, [*head, *scene(layout, grounds=grounds), *foot], None)
    return save_figure(figure, path)


def draw_on(axes: Any, layout: Layout) -> None:
    """Draw the map of a layout, without what stands round it, on axes of matplotlib."""
    _frame(axes, layout.width, layout.height, 0)
    axes.set_aspect("equal")
    _paint(axes, scene(layout), None)


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


def _frame(axes: Any, right: float, bottom: float, top: float) -> None:
    axes.set_xlim(0, right)
    axes.set_ylim(bottom, top)
    axes.set_axis_off()


def _points(units: float) -> float:
    """Turn drawing units into typographic points."""
    return units / _UNITS_PER_INCH * 72


def _paint(axes: Any, items: Iterable[Item], clip: Box | None) -> None:
    """Draw things one over the other, in their order."""
    from matplotlib.patches import Rectangle

    for item in items:
        if isinstance(item, Group):
            _paint(axes, item.items, item.clip[1] if item.clip else clip)
            continue
        for artist in _artists(axes, item):
            artist.set_zorder(1)
            axes.add_artist(artist)
            if clip is not None:
                edge = Rectangle(
                    (clip.x, clip.y), clip.width, clip.height, transform=axes.transData
                )
                artist.set_clip_path(edge)


def _artists(axes: Any, item: Item) -> list[Any]:
    from matplotlib.patches import FancyBboxPatch

    if isinstance(item, Words):
        return [_words(axes, item)]
    if isinstance(item, Mark):
        return _mark(item)
    if isinstance(item, Box):
        return [
            FancyBboxPatch(
                (item.x + item.round, item.y + item.round),
                item.width - 2 * item.round,
                item.height - 2 * item.round,
                boxstyle=f"round,pad={item.round}" if item.round else "square,pad=0",
                facecolor=item.fill,
                edgecolor=INK,
                linewidth=_points(item.line),
                linestyle="--" if item.dashed else "-",
            )
        ]
    if isinstance(item, Ground):
        hatch, fill, edge = _HATCHES.get(item.fill, (None, item.fill, item.edge))
        return [_patch(item.shape, fill, edge, item.width, hatch)]
    if isinstance(item, Group):
        return []
    return [_patch(item.shape, "none", item.colour, item.width, None)]


def _patch(shape: Any, fill: str, edge: str, width: float, hatch: str | None) -> Any:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    lines = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            lines += [ring.coords for ring in (part.exterior, *part.interiors)]
        elif part.geom_type in ("LineString", "LinearRing"):
            lines.append(part.coords)
    outlines = [Outline(np.asarray(line)[:, :2]) for line in lines if len(line)]
    return PathPatch(
        Outline.make_compound_path(*outlines) if outlines else Outline(np.empty((0, 2))),
        facecolor=fill,
        edgecolor=edge,
        linewidth=_points(width),
        joinstyle="round",
        hatch=hatch,
    )


def _words(axes: Any, words: Words) -> Any:
    from matplotlib.patheffects import withStroke
    from matplotlib.text import Text

    return Text(
        words.x,
        words.y,
        clean(words.text),
        fontsize=_points(words.size) * _FACE,
        fontweight="bold" if words.bold else "normal",
        fontstyle="italic" if words.italic else "normal",
        color=words.colour,
        ha={"start": "left", "middle": "center", "end": "right"}[words.anchor],
        va="baseline",
        parse_math=False,
        clip_on=False,
        transform=axes.transData,
        path_effects=[withStroke(linewidth=_points(3), foreground=PAPER)] if words.halo else None,
    )


def _mark(mark: Mark) -> list[Any]:
    """Draw a sign as the symbols of the SVG have it."""
    from matplotlib.patches import Circle, Polygon

    unit = MARK_SIDE * mark.radius / 32
    if mark.kind == "centre":
        return [
            Circle(
                (mark.x, mark.y),
                RADII["centre"] * unit,
                fill=False,
                edgecolor=edge,
                linewidth=_points(width * unit),
            )
            for edge, width in ((PAPER, 5.0), (INK, 2.6))
        ]
    if mark.kind == "cross":
        x, y, arm = mark.x, mark.y, 9 * unit
        slopes = [[(x - arm, y + s * arm), (x + arm, y - s * arm)] for s in (-1, 1)]
        arms = shapely.MultiLineString(slopes)
        return [
            _patch(arms, "none", edge, width * unit, None)
            for edge, width in ((PAPER, 8.0), (INK, 4.5))
        ]
    dark = mark.kind in DARK
    style = {
        "facecolor": INK if dark else PAPER,
        "edgecolor": PAPER if dark else INK,
        "linewidth": _points((1.6 if dark else 2.6) * unit),
    }
    if mark.kind == "circle":
        return [Circle((mark.x, mark.y), RADII["circle"] * unit, **style)]
    corners = np.array(OUTLINES[mark.kind]) * unit + [mark.x, mark.y]
    return [Polygon(corners, closed=True, joinstyle="round", **style)]
