"""The strip below a map: scale bar, north arrow, and the key to the marks."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

import numpy as np

from clusters.maps.colours import INK
from clusters.maps.layout import KIND_ORDER, Layout, kind_of
from clusters.maps.marks import px, rect, use
from clusters.text import clean, escaped

_LEGEND_ROW = 26.0


def draw_legend(
    layout: Layout, prefix: str, patterns: Mapping[str, str]
) -> tuple[list[str], float]:
    """Draw scale bar, north arrow and key below the map; return them and their height.

    Parameters
    ----------
    patterns
        What each pattern on the map means.
    """
    top = layout.height + 16
    entries = legend_entries(layout, patterns)
    lines = ['<g font-size="16" aria-hidden="true">', *_scale_bar(layout, top + 12)]
    left, baseline = 300.0, top + 18
    for symbol, words in entries:
        width = 52 + 8.2 * len(words)
        if left + width > layout.width and left > 300.0:
            left, baseline = 300.0, baseline + _LEGEND_ROW
        if symbol == "name":
            lines.append(
                f'<text x="{px(left)}" y="{px(baseline)}" font-weight="700">{escaped(words)}</text>'
            )
            left += width
            continue
        if symbol == "hatch" or symbol in patterns:
            style = f'fill="url(#{prefix}-{symbol})" stroke-width="1"'
            lines.append(rect(left + 2, baseline - 13, 18, 14, style))
        else:
            lines.append(use(f"{prefix}-{symbol}", left + 11, baseline - 5.5, 7))
        lines.append(f'<text x="{px(left + 28)}" y="{px(baseline)}">{escaped(words)}</text>')
        left += width
    bottom = max(baseline + 16, top + 62)
    if layout.source:
        for line in source_lines(layout, 7.2):
            lines.append(f'<text x="24" y="{px(bottom + 8)}" font-size="14">{escaped(line)}</text>')
            bottom += 20
    lines.append("</g>")
    return lines, bottom - layout.height


def source_lines(layout: Layout, letter: float) -> list[str]:
    """Break the line on sources where the drawing ends; nothing of it is cut.

    Parameters
    ----------
    letter
        Width of a letter in the units of the drawing.
    """
    return textwrap.wrap(f"Source: {layout.source}", int((layout.width - 48) / letter))


def legend_entries(
    layout: Layout, patterns: Mapping[str, str] | None = None
) -> list[tuple[str, str]]:
    """Say what each kind of mark on this map means."""
    phases: dict[str, list[str]] = {}
    for school in layout.problem.schools:
        phase = clean(school.phase).lower()
        known = phases.setdefault(kind_of(phase), [])
        if phase not in known:
            known.append(phase)
    entries = []
    for kind in KIND_ORDER:
        if kind in phases:
            words = ", ".join(sorted(phases[kind]))
            entries.append((kind, words))
    if any(zone.centre is not None for zone in layout.zones):
        entries.append(("centre", "ring: centre of its cluster"))
    if not layout.spare_m.is_empty:
        entries.append(("hatch", "in no cluster"))
    entries += (patterns or {}).items()
    # Clusters whose name has no room on the map: number and name, so that all are named.
    entries += [("name", f"{zone.number} {zone.label}") for zone in layout.unnamed]
    return entries


def _scale_bar(layout: Layout, y: float) -> Iterator[str]:
    scale = layout.main.view.scale
    metres = round_length(170 / scale)
    length = metres * scale
    words = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    yield (
        f'<path d="M62 {px(y - 7)}V{px(y)}H{px(62 + length)}V{px(y - 7)}M{px(62 + length / 2)} '
        f'{px(y - 4)}V{px(y)}" fill="none" stroke="{INK}" stroke-width="2"/>'
        f'<text x="{px(62 + length / 2)}" y="{px(y + 20)}" text-anchor="middle">{words}</text>'
        f'<path d="M24 {px(y - 10)}l-9 24l9 -6l9 6Z" fill="{INK}"/>'
        f'<text x="24" y="{px(y + 32)}" text-anchor="middle" font-weight="700">N</text>'
    )


def round_length(metres: float) -> float:
    """Largest of 1, 2 and 5 times a power of ten that is not above `metres`."""
    power = 10.0 ** np.floor(np.log10(metres))
    return float(max(step * power for step in (1, 2, 5) if step * power <= metres))
