"""Three sentences on fairness: how even, who has least, and whether money follows need."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING

from clusters.money import pounds
from clusters.report.release.audience import Reader
from clusters.report.release.option import Option
from clusters.report.wording.words import number

if TYPE_CHECKING:
    import pandas as pd


def fairness_sentences(frame: pd.DataFrame, reader: Reader, option: Option) -> Iterator[str]:
    """Say what three figures mean; all of them stand in an appendix."""
    values = dict(zip(frame["figure"], frame["value"].tolist(), strict=True))
    level = "clusters" if reader.is_public else "schools"
    gini, slope = values.get("Gini"), values.get("vertical equity")
    if gini is not None and isfinite(gini):
        yield (
            f"Between {level}, money for each pupil has a Gini index of {number(gini, 2)}: 0 would "
            "be the same for every pupil, near 1 all for a few."
        )
    yield from _least(reader, option)
    if slope is not None and isfinite(slope):
        yield (
            f"Money follows need: where a pupil brings one unit of need more, {level} have "
            f"{pounds(round(100 * float(slope)))} more."
        )


def _least(reader: Reader, option: Option) -> Iterator[str]:
    """Name the cluster with least money for each pupil."""
    if option.split is None or "pupils" not in reader.counts.names:
        return
    sums = {share.key: share.total_pence for share in option.split.clusters}
    found = []
    for cluster in option.facts.clusters:
        pupils = reader.counts.clusters["pupils"].get(cluster.label)
        if cluster.label in sums and isinstance(pupils, int) and pupils:
            found.append((sums[cluster.label] / pupils, cluster.name))
    if len(found) > 1:
        (least, low), (most, high) = min(found), max(found)
        yield (
            f"{low} has least for each pupil, {pounds(round(least))}; {high} has most, "
            f"{pounds(round(most))}."
        )
