"""Why a cluster does not start earlier, and why not all can have started in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from clusters.errors import InfeasibleError
from clusters.money import largest_remainder, pounds
from clusters.rollout.hindrances import Scene
from clusters.rollout.order import Start, YearOfMoney
from clusters.rollout.terms import financial_year, in_words, months_in, on_day
from clusters.text import counted, listed

__all__ = ["start_of", "why_not", "years_of_money"]


def why_not(scene: Scene) -> InfeasibleError:
    """Explain why not every cluster can have started in time."""
    asked, last = scene.asked, scene.asked.last_day
    assert last is not None  # without it every cluster may stay out
    days = [day for day in asked.days if day <= last]
    if not days:
        text = f"No day to start on is on or before {on_day(last)}."
        return InfeasibleError(text, [text])
    reasons = []
    for c, cluster in enumerate(scene.clusters):
        if not any(asked.days[t] <= last for t in scene.allowed(c)):
            late = [text for until, text in scene.hindered[c] if until is None or until > days[-1]]
            reasons.append(
                f"{cluster.label} cannot start by {on_day(last)}. {' '.join(late)}".strip()
            )
    room = None if asked.most_at_once is None else asked.most_at_once * len(days)
    if room is not None and room < len(scene.clusters):
        reasons.append(
            f"{counted(len(scene.clusters), 'cluster')} are to start by {on_day(last)} on "
            f"{counted(len(days), 'day')}, {asked.most_at_once} at once at the most: {room} can."
        )
    for year, money in asked.money_pence.items():
        least = sum(
            scene.cost(c) * min((months_in(day, year) for day in days), default=12)
            for c in range(len(scene.clusters))
        )
        if least > 12 * money:
            reasons.append(
                f"Even if every cluster starts as late as it may, the money of {year} does not do: "
                f"{pounds(-(-least // 12))} of {pounds(money)}."
            )
    if not reasons:
        text = "Leads, expertise, money, order and the number at once cannot all be kept by"
        reasons = [f"{text} {on_day(last)}."]
    return InfeasibleError(
        f"Not every cluster can have started by {on_day(last)}: proved. {' '.join(reasons)}",
        reasons,
    )


# ---- why not earlier ----------------------------------------------------------------------------


def start_of(scene: Scene, c: int, numbers: Sequence[int]) -> Start:
    """Say when a cluster starts, and why not earlier."""
    allowed, own = scene.allowed(c), numbers[c]
    return Start(
        cluster=scene.clusters[c].label,
        day=scene.day(own),
        ready=None if not allowed else scene.asked.days[allowed[0]],
        waits_for=tuple(dict.fromkeys(_reasons(scene, c, numbers))),
        amount=float(scene.amounts[c]),
        cost_pence=scene.cost(c),
    )


def _reasons(scene: Scene, c: int, numbers: Sequence[int]) -> Iterator[str]:
    """Say for each earlier day what kept the cluster from starting then."""
    asked = scene.asked
    for t in range(min(numbers[c], len(asked.days))):
        day = asked.days[t]
        own = [text for until, text in scene.hindered[c] if until is None or until > day]
        yield from own or _others(scene, c, t, numbers)


def _others(scene: Scene, c: int, t: int, numbers: Sequence[int]) -> list[str]:
    """Say what in the order of all clusters keeps one from starting on a day."""
    asked, day = scene.asked, scene.asked.days[t]
    label = scene.clusters[c].label
    number = {cluster.label: numbers[k] for k, cluster in enumerate(scene.clusters)}
    found = []
    mates = [m for group in asked.together if label in group for m in group if m != label]
    waits = [m for m in asked.after.get(label, ()) if number[m] > t]
    if mates:
        found.append(f"It starts together with {listed(mates)}.")
    if waits:
        found.append(f"It starts no earlier than {listed(waits)}.")
    if asked.most_at_once is not None and list(numbers).count(t) >= asked.most_at_once:
        many = f"As many as may start at once ({asked.most_at_once})"
        found.append(f"{many} start in {in_words(day)}.")
    earlier = list(numbers)
    earlier[c] = t
    for year in years_of_money(scene, earlier):
        if year.money_pence is not None and year.spent_pence > year.money_pence:
            over = pounds(year.spent_pence - year.money_pence)
            begin = in_words(day)
            found.append(f"From {begin} on it would take {over} more than there is in {year.year}.")
    return found or [f"Another start in {in_words(day)} would make others wait longer."]


def years_of_money(scene: Scene, numbers: Sequence[int]) -> Iterator[YearOfMoney]:
    """Money by financial year: from the first start to the last, and whatever has a limit."""
    asked = scene.asked
    if asked.costs is None:
        return
    years = dict.fromkeys([*(financial_year(day) for day in asked.days), *asked.money_pence])
    for year in sorted(years):
        parts = [
            Fraction(scene.cost(c) * months_in(day, year), 12)
            for c, t in enumerate(numbers)
            if (day := scene.day(t)) is not None
        ]
        whole = sum(parts, Fraction(0))
        spent = sum(largest_remainder(parts, -(-whole.numerator // whole.denominator)))
        yield YearOfMoney(year=year, spent_pence=spent, money_pence=asked.money_pence.get(year))
