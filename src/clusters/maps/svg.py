"""A map as inline SVG: no scripts, no style attributes, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from clusters.arguments import checked
from clusters.domain import PlanLike, Problem, plan_of
from clusters.maps.backdrop import Backdrop
from clusters.maps.colours import INK, PAPER
from clusters.maps.layout import WIDTH, Layout, lay_out
from clusters.maps.legend import heading, key
from clusters.maps.marks import path_data, px, symbols, use
from clusters.maps.scene import (
    FILLS,
    Box,
    Ground,
    Grounds,
    Group,
    Item,
    Mark,
    Strokes,
    Words,
    scene,
)
from clusters.text import escaped

FONT = "system-ui, 'Segoe UI', Roboto, Helvetica, Arial, 'Liberation Sans', sans-serif"


@checked
def map_svg(
    problem: Problem,
    plan: PlanLike,
    *,
    title: str,
    description: str = "",
    measures: Sequence[str] = ("pupils",),
    numbers: Mapping[str, int] | None = None,
    colours: Mapping[int, int] | None = None,
    link: str = "#cluster-{number}",
    id_prefix: str = "map",
    enlarge: bool = True,
    names: bool = True,
    marks: bool = True,
    number_schools: bool = True,
    school_key: bool = False,
    backdrop: Backdrop | None = None,
    width: float = WIDTH,
    legend: bool = True,
    links: bool = True,
    source: str = "",
) -> str:
    """Draw a plan as an SVG element that stands by itself or inside a page.

    Every cluster is one focusable link; enlargements and marks link too, but are left out of the
    keyboard's way and hidden from screen readers, which find the same in the tables.

    Parameters
    ----------
    title
        Headline over the map, and its name for people who cannot see it.
    description
        What a reader should see in it, in a sentence or two.
    measures
        Totals to name in each cluster's tooltip; those that the problem lacks are left out.
    numbers
        Number of each cluster by its label; else the label itself where it is a number, else the
        place in the plan.
    colours
        As for :func:`clusters.maps.lay_out`.
    link
        Where a cluster's link leads; ``{number}`` is replaced.
    id_prefix
        Start of every id in the drawing; two maps on one page need different ones.
    enlarge
        Whether dense places are drawn again, enlarged, below the map.
    names
        Whether clusters and places are named.
    marks, number_schools
        Whether schools are marked, and numbered from A to Z.
    school_key
        Whether the names of the schools stand below the map by number.
    backdrop
        Roads and places, of :func:`clusters.maps.read_backdrop`.
    width
        Width in the units of the drawing (CSS pixels). Below 600 units marks and number plates are
        smaller: 400 suits a phone.
    legend
        Whether headline, scale bar, north arrow and key stand round the map.
    links
        Whether clusters link to `link`; a map without links is one picture.
    source
        Where the facts come from: a line below the map, if there is a legend.

    Returns
    -------
    str
        The ``<svg>`` element; the same input gives the same text. Colours come from five
        Okabe-Ito tints; text and borders are at least 6.5 : 1 against them.

    Examples
    --------
    >>> from clusters import Plan, Problem
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [3000, 4000]], {"pupils": [5, 7]})
    >>> drawing = map_svg(problem, Plan.from_assignment({"a": "a", "b": "b"}), title="Two schools")
    >>> drawing[:4], drawing.count('href="#cluster-')
    ('<svg', 4)
    """
    plan = plan_of(problem, plan)
    layout = lay_out(
        problem,
        plan,
        numbers=numbers,
        colours=colours,
        enlarge=enlarge,
        names=names,
        marks=marks,
        number_schools=number_schools,
        backdrop=backdrop,
        width=width,
        source=source,
    )
    return draw_svg(
        layout,
        title=title,
        description=description,
        measures=measures,
        link=link if links else "",
        id_prefix=id_prefix,
        legend=legend,
        school_key=school_key,
    )


def draw_svg(
    layout: Layout,
    *,
    title: str,
    description: str = "",
    measures: Sequence[str] = ("pupils",),
    link: str = "#cluster-{number}",
    id_prefix: str = "map",
    legend: bool = True,
    school_key: bool = False,
    grounds: Grounds = None,
    patterns: Mapping[str, str] | None = None,
) -> str:
    """Draw a layout; see :func:`map_svg` and :func:`clusters.maps.scene.scene`.

    Parameters
    ----------
    grounds
        Ground that is picked out.
    patterns
        What each of its patterns means, for the key.
    """
    prefix = escaped(id_prefix).replace(" ", "-")
    head, top = heading(layout, title) if legend else ([], 0.0)
    foot, bottom = key(layout, patterns or {}, with_schools=school_key) if legend else ([], 0.0)
    width, height = px(layout.width), px(top + layout.height + bottom)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cluster-map" '
        f'role="{"group" if link else "img"}" '
        f'viewBox="0 {px(-top)} {width} {height}" width="{width}" height="{height}" '
        f'aria-labelledby="{prefix}-title {prefix}-desc" font-family="{escaped(FONT)}" '
        f'fill="{INK}">',
        f'<title id="{prefix}-title">{escaped(title)}</title>',
        f'<desc id="{prefix}-desc">{escaped(description or _default_description(layout))}</desc>',
        f'<rect y="{px(-top)}" width="{width}" height="{height}" fill="{PAPER}"/>',
        *symbols(prefix),
        *_drawn([Group(items=tuple(head), is_silent=True)] if head else [], prefix),
        *_drawn(scene(layout, measures=measures, link=link, grounds=grounds), prefix),
        *_drawn(foot, prefix),
        "</svg>",
    ]
    return "\n".join(lines)


def _default_description(layout: Layout) -> str:
    placed = sum(owner >= 0 for owner in layout.owner)
    return (
        f"Map of {len(layout.zones)} numbered clusters with {placed} schools. "
        "The tables on this page hold the same facts in words."
    )


def _drawn(items: Iterable[Item], prefix: str) -> Iterator[str]:
    for style, run in groupby(items, lambda i: _style(i) if isinstance(i, Words) else ""):
        if style:  # said once for all words that follow one another in this style
            yield f"<g{style}>"
            yield from (_words(item) for item in run if isinstance(item, Words))
            yield "</g>"
            continue
        for item in run:
            yield from _group(item, prefix) if isinstance(item, Group) else [_one(item, prefix)]


def _one(item: Item, prefix: str) -> str:
    if isinstance(item, Mark):
        return _mark(item, prefix)
    if isinstance(item, Box):
        return _box(item)
    if isinstance(item, Ground):
        return (
            f'<path d="{path_data(item.shape)}" fill="{_fill(item.fill, prefix)}" '
            f'stroke="{item.edge}" stroke-width="{px(item.width)}" stroke-linejoin="round"/>'
        )
    if isinstance(item, Strokes):
        return (
            f'<path d="{path_data(item.shape)}" fill="none" stroke="{item.colour}" '
            f'stroke-width="{px(item.width)}" stroke-linejoin="round" pointer-events="none"/>'
        )
    return ""


def _fill(fill: str, prefix: str) -> str:
    return f"url(#{prefix}-{fill})" if fill in FILLS else fill


def _group(group: Group, prefix: str) -> Iterator[str]:
    style = ' aria-hidden="true"' if group.is_silent else ""
    if group.clip is not None:
        letter, frame = group.clip
        name = f"{prefix}-clip-{letter}"
        yield f'<clipPath id="{name}">{_box(frame)}</clipPath>'
        style += f' clip-path="url(#{name})"'
    tag = "g"
    if group.link:
        tag = "a"
        style += f' href="{escaped(group.link)}"'
        style += ' class="zone"' if group.of_zone else ' tabindex="-1"'
    said = f"<title>{escaped(group.title)}</title>" if group.title else ""
    yield f"<{tag}{style}>{said}"
    yield from _drawn(group.items, prefix)
    yield f"</{tag}>"


def _style(words: Words) -> str:
    style = f' font-size="{px(words.size)}"'
    style += "" if words.anchor == "start" else f' text-anchor="{words.anchor}"'
    style += ' font-weight="700"' if words.bold else ""
    style += ' font-style="italic"' if words.italic else ""
    style += "" if words.colour == INK else f' fill="{words.colour}"'
    if words.halo:
        style += f' paint-order="stroke" stroke="{PAPER}" stroke-width="3" stroke-linejoin="round"'
    return style


def _words(words: Words) -> str:
    return f'<text x="{px(words.x)}" y="{px(words.y)}">{escaped(words.text)}</text>'


def _mark(mark: Mark, prefix: str) -> str:
    return use(f"{prefix}-{mark.kind}", mark.x, mark.y, mark.radius)


def _box(box: Box) -> str:
    style = f' rx="{px(box.round)}"' if box.round else ""
    style += ' stroke-dasharray="5 3"' if box.dashed else ""
    return (
        f'<rect x="{px(box.x)}" y="{px(box.y)}" width="{px(box.width)}" '
        f'height="{px(box.height)}" fill="{box.fill}" stroke="{INK}" '
        f'stroke-width="{px(box.line)}"{style}/>'
    )
