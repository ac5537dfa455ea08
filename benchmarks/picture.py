"""Objective and bound over time, one panel per case, as a PNG."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measuring import Curve

__all__ = ["draw_curves"]

COLUMNS = 3
PLAN, BOUND, KNOWN = "#0072B2", "#D55E00", "#666666"  # Okabe-Ito
ROOM = 0.12
"""The panel shows objectives up to this share above the last one, bounds as far below."""


def draw_curves(curves: Sequence[Curve], path: Path, title: str) -> Path | None:
    """Draw the curves; None where there are none to draw."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    drawn = [curve for curve in curves if curve.points]
    if not drawn:
        return None
    rows = math.ceil(len(drawn) / COLUMNS)
    across = min(COLUMNS, len(drawn))
    size = (4.2 * across, 3 * rows + 0.6)
    figure, axes = plt.subplots(rows, across, figsize=size, squeeze=False, layout="constrained")
    for axis, curve in zip(axes.flat, drawn, strict=False):
        _panel(axis, curve)
    for axis in axes.flat[len(drawn) :]:
        axis.set_visible(False)
    axes.flat[0].legend(fontsize=8)
    figure.suptitle("\n".join(textwrap.wrap(title, 55)), fontsize=8, parse_math=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return path


def _panel(axis, curve: Curve) -> None:  # type: ignore[no-untyped-def]  # matplotlib's Axes
    for which, colour, label in ((1, PLAN, "best plan"), (2, BOUND, "bound")):
        points = [(p[0], v / curve.per) for p in curve.points if (v := p[which]) is not None]
        if points:
            axis.step(*zip(*points, strict=True), where="post", color=colour, label=label)
    if curve.known is not None:
        axis.axhline(curve.known / curve.per, color=KNOWN, linestyle=":", label="best known")
    last = next((p[1] for p in reversed(curve.points) if p[1] is not None), None)
    if last is not None and last > 0:
        axis.set_ylim(last / curve.per * (1 - ROOM), last / curve.per * (1 + ROOM))
    axis.set_title(curve.case, fontsize=9, parse_math=False)
    axis.set_xlabel("seconds", fontsize=8)
    axis.set_ylabel(curve.unit, fontsize=8)
    axis.tick_params(labelsize=8)
