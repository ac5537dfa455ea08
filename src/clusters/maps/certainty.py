"""How sure each school's place is, on a map: by pattern and tint, never by colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from clusters.arguments import checked
from clusters.domain import PlanLike, Problem, SchoolId, is_number, plan_of
from clusters.errors import ArgumentError, Fault
from clusters.maps.layout import WIDTH, lay_out
from clusters.maps.scene import Picked
from clusters.maps.svg import draw_svg
from clusters.text import clean, counted

__all__ = ["BANDS", "Band", "certainty_svg"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A class of certainty: shares from `low` on to below `high`, how it is said and drawn.

    `words` say how often a school stays; `part` says of how many cases.
    """

    low: Fraction
    high: Fraction
    words: str
    part: str
    pattern: str | None

    def holds(self, share: Fraction | float) -> bool:
        """Whether a share belongs to it."""
        return self.low <= share < self.high


HALF, MOST, ALL = Fraction(1, 2), Fraction(9, 10), Fraction(1)
BANDS = (
    Band(low=ALL, high=Fraction(2), words="always", part="all", pattern=None),
    Band(
        low=MOST,
        high=ALL,
        words="nine times in ten or more",
        part="90% or more",
        pattern="degree-1",
    ),
    Band(
        low=HALF, high=MOST, words="half the time or more", part="half or more", pattern="degree-2"
    ),
    Band(
        low=Fraction(0),
        high=HALF,
        words="less than half the time",
        part="less than half",
        pattern="degree-3",
    ),
)
"""The classes, surest first."""


@checked
def certainty_svg(
    problem: Problem,
    plan: PlanLike,
    shares: Mapping[SchoolId, Fraction | float],
    *,
    title: str,
    cases: str = "cases",
    description: str = "",
    link: str = "#cluster-{number}",
    id_prefix: str = "certainty",
    width: float = WIDTH,
    links: bool = False,
    numbers: Mapping[str, int] | None = None,
    source: str = "",
) -> str:
    """Draw a plan with each school's ground hatched by how sure its place is.

    Parameters
    ----------
    shares
        For each school in what share of the cases it is in its cluster, 0 to 1, for instance of
        ``clusters.options.stability(...).shares()``.
    cases
        What the shares are shares of: "draws", "votes".
    title, description, link, id_prefix, width, links, numbers, source
        As for :func:`clusters.maps.map_svg`.

    Returns
    -------
    str
        The ``<svg>`` element. Ground of schools that always stay is white; else it is dotted, lined
        or crossed, the more the less sure it is; the share stands in the tooltip.

    Raises
    ------
    ArgumentError
        If a share is none, or belongs to no school of the problem.

    Examples
    --------
    >>> from clusters.domain import Plan
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [3000, 4000]])
    >>> plan = Plan.from_assignment({"a": "a", "b": "b"})
    >>> drawing = certainty_svg(problem, plan, {"a": 1.0, "b": 0.5}, title="How sure")
    >>> "b: here in 50% of the cases" in drawing
    True
    """
    plan = plan_of(problem, plan)
    by_position = _shares(problem, shares)
    layout = lay_out(problem, plan, numbers=numbers, width=width, source=source)
    grounds = [
        Picked(words=_tip(problem, k, share, cases), positions=[k], pattern=band.pattern)
        for k, share in sorted(by_position.items())
        for band in BANDS
        if band.holds(share) and band.pattern
    ]
    open_ = sum(share < 1 for share in by_position.values())
    words = (
        f"{counted(open_, 'school is', 'schools are')} not always in the same cluster; the ground "
        "of each is dotted, lined or crossed, the more the less sure its place is."
    )
    used = {ground.pattern for ground in grounds}
    return draw_svg(
        layout,
        title=title,
        description=description or words,
        link=link if links else "",
        id_prefix=id_prefix,
        grounds=grounds,
        patterns={
            band.pattern: f"here in {band.part} of the {cases}"
            for band in BANDS
            if band.pattern and band.pattern in used
        },
    )


def _shares(problem: Problem, shares: Mapping[SchoolId, Fraction | float]) -> dict[int, float]:
    found, faults = {}, []
    for key, share in shares.items():
        position = problem.find(key)
        if position is None:
            faults.append(Fault(f"shares names {key!r}, which is no school", "check it"))
        elif isinstance(share, Fraction) or is_number(share):
            found[position] = float(share)
        if not (isinstance(share, Fraction) or is_number(share)) or not 0 <= share <= 1:
            faults.append(
                Fault(
                    f"the share of {key!r} is not a number from 0 to 1",
                    "write 96 of 100 as 0.96",
                    value=str(share),
                )
            )
    if faults:
        raise ArgumentError(faults)
    return found


def _tip(problem: Problem, position: int, share: float, cases: str) -> str:
    return f"{clean(problem.schools[position].name)}: here in {100 * share:.4g}% of the {cases}"
