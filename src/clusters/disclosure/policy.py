"""The policy on small numbers."""

from __future__ import annotations

from dataclasses import dataclass

from clusters.arguments import checked
from clusters.errors import DataError, Faults
from clusters.shown import Shown

__all__ = ["HIDDEN", "LEAST_VALUES", "SmallNumbers"]

HIDDEN = "[c]"
"""What stands in place of a hidden number ("c" for confidential, as in official statistics)."""


LEAST_VALUES = 3
"""Fewest values that a hidden number can have, for somebody who knows all else."""


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SmallNumbers(Shown):
    """The policy on small numbers.

    Parameters
    ----------
    threshold
        Counts from 1 to below it are hidden. 5 is usual among councils, 10 is possible.
    zeros
        "show": a zero is printed (it says that nobody there is concerned). "hide": a zero is hidden
        like any other small number.
    everybody
        "hide": a count is hidden where nearly all pupils of the school belong to it, that is where
        those who do not are fewer than the threshold (none among them). "show": it is printed.

    Raises
    ------
    DataError
        If the threshold is not a whole number of 2 or more, or a policy is unknown.

    Examples
    --------
    >>> SmallNumbers().is_small(4), SmallNumbers().is_small(0), SmallNumbers().is_small(30, 32)
    (True, False, True)
    """

    threshold: int = 5
    zeros: str = "show"
    everybody: str = "hide"

    def __post_init__(self) -> None:
        faults = Faults()
        if type(self.threshold) is not int or self.threshold < 2:
            what = "the threshold is not a whole number of 2 or more"
            faults.add(what, "give 5 or 10", value=self.threshold)
        for name in ("zeros", "everybody"):
            if getattr(self, name) not in ("show", "hide"):
                remedy = 'use "show" or "hide"'
                faults.add(f"the policy for {name} is not known", remedy, value=getattr(self, name))
        faults.refuse(DataError)

    @property
    def least(self) -> int:
        """The least that a hidden number can be, as everybody knows."""
        return 0 if self.zeros == "hide" else 1

    def is_small(self, count: int, most: int | None = None) -> bool:
        """Whether a count is hidden on its own account; `most` is the number on roll."""
        if self.least <= count < self.threshold:
            return True
        nearly_all = most is not None and most - count < self.threshold
        return self.everybody == "hide" and nearly_all and count > 0

    def sentences(self) -> tuple[str, ...]:
        """Say the policy in plain words."""
        said = [
            f"Numbers of pupils below {self.threshold} are not shown. {HIDDEN} stands in their "
            "place.",
            "Where one school of a cluster has such a number, other low numbers of the cluster are "
            "hidden too. Nobody can then work out a small one from a total.",
        ]
        if self.zeros == "show":
            said.append("A zero is shown.")
        else:
            said.append("A zero is hidden like any other small number.")
        if self.everybody == "hide":
            said.append("A number is also hidden where it covers nearly every pupil of a school.")
        said.append("Types of need are never shown school by school.")
        return tuple(said)
