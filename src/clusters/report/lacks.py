"""Which cluster lacks which expertise, and who is nearest, in words."""

from __future__ import annotations

import math
from collections.abc import Iterator

from clusters.domain import Problem
from clusters.measures.access import Access
from clusters.report.option import Option
from clusters.report.words import journey, need_name, school_name
from clusters.text import all_listed, clean


def lack_sentences(option: Option, shown: Problem) -> Iterator[str]:
    """Name, for each cluster, the types of need without recorded expertise.

    With each type stands the nearest school outside that has some on record, and how far it is
    from the centre of the cluster.
    """
    found = {cluster.label: cluster for cluster in option.facts.clusters}
    lacks: dict[str, list[str]] = {}
    for row in option.facts.measures.expertise:
        if row.gap:
            lacks.setdefault(clean(row.cluster), []).append(_lack(row, shown))
    for label, words in lacks.items():
        name = found[label].name if label in found else label
        yield f"{name}: {all_listed(words)}."


def _lack(row: Access, shown: Problem) -> str:
    kind, nearest, far = need_name(row.kind), row.nearest_outside, row.nearest_outside_journey
    if nearest is None:
        return f"{kind} (no school has it on record)"
    away = f", {journey(far, shown.travel_unit)} from the centre" if math.isfinite(far) else ""
    return f"{kind} (nearest: {school_name(shown, nearest)}{away})"


def numbers_without(option: Option) -> dict[str, list[int]]:
    """Numbers of the clusters without recorded expertise, by type of need."""
    number = {cluster.label: cluster.number for cluster in option.facts.clusters}
    found: dict[str, list[int]] = {}
    for row in option.facts.measures.expertise:
        if row.gap and clean(row.cluster) in number:
            found.setdefault(row.kind, []).append(number[clean(row.cluster)])
    return {kind: sorted(numbers) for kind, numbers in found.items()}
