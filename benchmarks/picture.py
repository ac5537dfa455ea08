"""The anytime curves of a family: how far plan and bound were from the best plan known, as an SVG.

Drawn from the files of results, every seed of every case, with the plans of peers as points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["draw_family"]

PLAN, BOUND, PEER = "#0072B2", "#D55E00", "#666666"  # Okabe-Ito
LEAST, MOST = 0.01, 100.0
"""Percentages shown; what is closer than the least is drawn at its line."""

Points = Sequence[Mapping[str, str]]


def draw_family(
    curves: Mapping[tuple[str, str], Points],
    peers: Sequence[Mapping[str, str]],
    best: Mapping[str, float],
    path: Path,
    title: str,
) -> Path | None:
    """Draw the curves of a family; None where there are none.

    Parameters
    ----------
    curves
        By case and seed, rows with seconds, objective and bound.
    peers
        Rows of results of other methods: drawn where they keep the rules.
    best
        Lowest cost of each case, of any run or published.
    """
    if not curves:
        return None
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "clusters"  # the same picture gives the same file
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True, layout="constrained")
    for (case, _), points in curves.items():
        _line(axes[0], points, "objective", best[case], PLAN)
        _line(axes[1], points, "bound", best[case], BOUND)
    for row in peers:
        if row["keeps_rules"] == "True" and row["case"] in best:
            off = _percent(float(row["objective"]) / best[row["case"]] - 1)
            axes[0].plot(float(row["seconds"]), off, "x", color=PEER)
            place = (float(row["seconds"]), off)
            axes[0].annotate(row["method"], place, fontsize=6, color=PEER, ha="right")
    for axis, words in zip(axes, ("plan above the best known", "bound below it"), strict=True):
        axis.set(xscale="log", yscale="log", xlabel="seconds", title=words)
        axis.set_ylim(LEAST * 0.9, MOST)
        axis.title.set_fontsize(9)
        axis.grid(visible=True, alpha=0.3)
    axes[0].set_ylabel(f"% (the lowest line: {LEAST}% or less)", fontsize=8)
    figure.suptitle(title, fontsize=8, parse_math=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    return path


def _line(axis: Any, points: Points, which: str, best: float, colour: str) -> None:
    sign = 1 if which == "objective" else -1
    at = [(float(p["seconds"]), float(p[which])) for p in points if p[which]]
    if at:
        off = [(max(s, 0.05), _percent(sign * (value / best - 1))) for s, value in at]
        axis.step(*zip(*off, strict=True), where="post", color=colour, alpha=0.7, linewidth=1)


def _percent(share: float) -> float:
    return min(MOST, max(LEAST, 100 * share))
