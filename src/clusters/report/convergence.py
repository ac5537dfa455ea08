"""How a search went: the cost of the best plan falls, what no plan can beat rises."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clusters.maps.colours import INK, PAPER
from clusters.text import escaped

if TYPE_CHECKING:
    import pandas as pd

_WIDTH, _HEIGHT = 760.0, 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 110.0, 20.0, 20.0, 50.0
_LINES = {
    "plan": ("best plan so far", "#0b4a8f", ""),
    "bound": ("no plan can beat this", "#8f4a00", ' stroke-dasharray="7 4"'),
}
"""Both lines: words of the key, colour, dashes."""


def convergence_svg(history: pd.DataFrame, *, in_percent: bool = False) -> str:
    """Draw a search as an SVG element: two stepped lines that meet where the plan is proved.

    Parameters
    ----------
    history
        Columns `seconds`, `plan`, `bound`, as `history_frame` makes them.
    in_percent
        Whether values are percentages of the final cost.
    """
    lines = {name: _points(history, name) for name in _LINES}
    values = [value for points in lines.values() for _, value in points]
    if not values:
        return ""
    low, high = _window(lines, values)
    end = max(1.0, float(history["seconds"].max()))

    def place(seconds: float, value: float) -> tuple[float, float]:
        inside = min(max(value, low), high)
        x = _LEFT + (_WIDTH - _LEFT - _RIGHT) * seconds / end
        return x, _TOP + (_HEIGHT - _TOP - _BOTTOM) * (high - inside) / (high - low)

    words = _words(history, in_percent=in_percent)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" '
        f'viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" aria-labelledby="search-title search-desc" '
        f'font-size="14" fill="{INK}">',
        '<title id="search-title">How the search went</title>',
        f'<desc id="search-desc">{escaped(words)}</desc>',
        f'<rect width="{_WIDTH:g}" height="{_HEIGHT:g}" fill="{PAPER}"/>',
    ]
    for k in range(5):
        value = low + (high - low) * k / 4
        _, y = place(0, value)
        label = f"{value:.1f}%" if in_percent else f"{value:,.0f}"
        parts.append(
            f'<path d="M{_LEFT:g} {y:.1f}H{_WIDTH - _RIGHT:g}" stroke="#d8dde2"/>'
            f'<text x="{_LEFT - 8:g}" y="{y + 5:.1f}" text-anchor="end">{label}</text>'
        )
    for seconds in _ticks(end):
        x, _ = place(seconds, low)
        parts.append(
            f'<text x="{x:.1f}" y="{_HEIGHT - 28:g}" text-anchor="middle">{seconds:,g}</text>'
        )
    parts.append(f'<text x="{_LEFT:g}" y="{_HEIGHT - 8:g}">seconds</text>')
    for name, points in lines.items():
        if points:
            _, colour, dash = _LINES[name]
            data = _steps([place(*point) for point in points], place(end, points[-1][1])[0])
            parts.append(
                f'<path d="{data}" fill="none" stroke="{colour}" stroke-width="2.5"{dash}/>'
            )
    parts.append(_key())
    return "".join([*parts, "</svg>"])


def _ticks(end: float) -> list[float]:
    """Even steps of 1, 2 or 5 times a power of ten from 0 to the end: four to ten of them.

    Examples
    --------
    >>> _ticks(10.0), _ticks(37.0)
    ([0.0, 2.0, 4.0, 6.0, 8.0, 10.0], [0.0, 10.0, 20.0, 30.0])
    """
    step = 10.0 ** math.floor(math.log10(end))
    step = next(s for s in (step / 5, step / 2, step, 2 * step) if end / s <= 6)
    return [round(k * step, 6) for k in range(int(end / step + 1e-9) + 1)]


def _key() -> str:
    y = _HEIGHT - 13
    return "".join(
        f'<path d="M{x:g} {y:g}h30" stroke="{colour}" stroke-width="2.5"{dash}/>'
        f'<text x="{x + 38:g}" y="{y + 5:g}">{words}</text>'
        for x, (words, colour, dash) in zip((330.0, 520.0), _LINES.values(), strict=True)
    )


def _points(history: pd.DataFrame, name: str) -> list[tuple[float, float]]:
    return [
        (float(seconds), float(value))
        for seconds, value in zip(history["seconds"], history[name], strict=True)
        if value == value and math.isfinite(value)
    ]


def _window(
    lines: dict[str, list[tuple[float, float]]], values: list[float]
) -> tuple[float, float]:
    """Choose the part of the scale that shows the end of the search, not its first moments."""
    last = [points[-1][1] for points in lines.values() if points]
    middle = [value for points in lines.values() for _, value in points[len(points) // 3 :]]
    low, high = min(*last, *middle), max(*last, *middle)
    if high <= low:
        low, high = min(values), max(values)
    spare = 0.06 * (high - low) or max(1.0, 0.01 * abs(high))
    return low - spare, high + spare


def _steps(points: list[tuple[float, float]], end: float) -> str:
    x, y = points[0]
    return f"M{x:.1f} {y:.1f}" + "".join(f"H{x:.1f}V{y:.1f}" for x, y in points[1:]) + f"H{end:.1f}"


def _words(history: pd.DataFrame, *, in_percent: bool) -> str:
    plans, bounds = _points(history, "plan"), _points(history, "bound")
    unit = "% of the cost of the final plan" if in_percent else ""
    said = f"The search ran for {float(history['seconds'].max()):,.0f} seconds."
    if plans:
        said += (
            f" The cost of the best plan fell from {plans[0][1]:,.1f} to {plans[-1][1]:,.1f}{unit}."
        )
    if bounds:
        said += f" In the end no plan could cost less than {bounds[-1][1]:,.1f}{unit}."
    return said


def convergence_png(path: str | Path, history: pd.DataFrame, *, in_percent: bool = False) -> Path:
    """Draw a search as a PNG picture; see :func:`convergence_svg`.

    Raises
    ------
    MissingLibraryError
        Without matplotlib (install ``clusters[report]``).
    """
    from clusters.maps.picture import new_figure, save_figure

    figure = new_figure(1000.0, 420.0)
    axes: Any = figure.add_axes((0.17, 0.16, 0.80, 0.78))
    lines = {name: _points(history, name) for name in _LINES}
    values = [value for points in lines.values() for _, value in points]
    for name, points in lines.items():
        if points:
            words, colour, dash = _LINES[name]
            x, y = zip(*points, strict=True)
            style = {"color": colour, "linestyle": "--" if dash else "-", "linewidth": 2}
            axes.step(x, y, where="post", label=words, **style)
    if values:
        axes.set_ylim(*_window(lines, values))
        axes.legend(frameon=False)
    axes.set_xlabel("seconds")
    axes.set_ylabel("% of the final cost" if in_percent else "cost of the plan")
    axes.yaxis.set_major_formatter("{x:,.1f}" if in_percent else "{x:,.0f}")
    axes.grid(color="#d8dde2")
    return save_figure(figure, Path(path))
