"""How hard to search."""

from __future__ import annotations

from dataclasses import dataclass

from clusters.arguments import checked
from clusters.domain import is_number, is_whole
from clusters.errors import Faults, RulesError
from clusters.shown import Shown

__all__ = ["Settings", "effort"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Settings(Shown):
    """How hard to search.

    Parameters
    ----------
    time_limit_s
        Seconds of wall-clock time; None where `work_limit` is given instead.
    seed
        Whole number of 0 or more.
    workers
        Threads: 1 takes turns between plans and proof, 2 (the default where there are two cores)
        gives each its own, 3 takes the two ways of proof side by side, and each further one
        searches for plans with random numbers of its own.
    work_limit
        Deterministic budget, in units of about half a second of one core: the same seed, version
        and machine give the same plan. Runs in one thread.
    stop_at_gap
        Stop as soon as the gap is at most this fraction (0.01 = 1%).

    Raises
    ------
    RulesError
        Listing every value out of range.

    Examples
    --------
    >>> Settings(time_limit_s=20, seed=7)
    Settings(time_limit_s=20, seed=7)
    """

    time_limit_s: float | None = 60.0
    seed: int = 1
    workers: int | None = None
    work_limit: float | None = None
    stop_at_gap: float = 0.0

    def __post_init__(self) -> None:
        faults = Faults()
        if self.time_limit_s is None and self.work_limit is None:
            faults.add("neither time_limit_s nor work_limit is given", "give one")
        for name in ("time_limit_s", "work_limit"):
            value = getattr(self, name)
            if value is not None and (not is_number(value) or value <= 0):
                faults.add(f"{name} is not a number above 0", "correct it", value)
        for name, least in (("seed", 0), ("workers", 1)):
            value = getattr(self, name)
            if value is not None and not is_whole(value, least):
                faults.add(f"{name} is not a whole number of {least} or more", "correct it", value)
        if not is_number(self.stop_at_gap) or not 0 <= self.stop_at_gap < 1:
            faults.add("stop_at_gap is not a fraction from 0 to below 1", "write 1% as 0.01")
        faults.refuse(RulesError)


def effort(settings: Settings | None, usual_s: float) -> tuple[float, int]:
    """Return the seconds and the seed of an answer that is given by the clock.

    Where no settings are given, `usual_s` seconds.

    Raises
    ------
    RulesError
        If work is limited in place of time: answers are given by the clock.
    """
    if settings is None:
        return usual_s, Settings().seed
    if settings.time_limit_s is None or settings.work_limit is not None:
        raise RulesError.of(
            "settings limit the work, and answers are given by the clock",
            "give settings=Settings(time_limit_s=...) without a work_limit",
        )
    return settings.time_limit_s, settings.seed
