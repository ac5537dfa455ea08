"""What each school is expected to have in later years: a forecast, or a projection."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from clusters.arguments import checked
from clusters.domain.values import FrozenDict, SchoolId, is_number
from clusters.errors import DataError, Faults
from clusters.shown import Shown

__all__ = ["Forecast", "year_in", "year_order"]

_YEAR = re.compile(r"(?<!\d)(?:20(\d\d)\s*[-/_\u2013]\s*(?:20)?(\d\d)|20(\d\d)(\d\d)?)(?!\d)")


def year_in(text: str) -> str | None:
    """Find the year that a text names: "2027" or "2027-28"; None where it names none, or several.

    Examples
    --------
    >>> year_in("Forecast NOR 2027/28"), year_in("Sept 2027"), year_in("202728"), year_in("Year 7")
    ('2027-28', '2027', '2027-28', None)
    """
    found = set()
    for match in _YEAR.finditer(text):
        first = match[1] or match[3]
        second = match[2] or match[4]
        if second is not None and (int(first) + 1) % 100 != int(second):
            return None  # 2019-24 is a span of years, 202450 is no year at all
        found.add(f"20{first}" + ("" if second is None else f"-{second}"))
    return found.pop() if len(found) == 1 else None


def year_order(year: str) -> tuple[int, str]:
    """Sort years by the one in which they begin."""
    match = re.search(r"\d{4}", year)
    return (int(match[0]) if match else 0, year)


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Forecast(Shown):
    """Numbers of each school in later years.

    Parameters
    ----------
    numbers
        By measure, by year ("2027", or "2027-28"), by id of the school: 0 or more.
    projected
        The measures that nobody forecast: they were projected from today's numbers.
    notes
        Where the numbers come from and what was assumed, as sentences.

    Raises
    ------
    DataError
        Listing every number, year or id that cannot be.

    Examples
    --------
    >>> forecast = Forecast(numbers={"pupils": {"2028": {"a": 7}, "2027": {"a": 5}}})
    >>> forecast.years, forecast.words
    (('2027', '2028'), 'forecast')
    """

    numbers: Mapping[str, Mapping[str, Mapping[SchoolId, float]]]
    projected: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        self._faults().refuse(DataError)
        frozen = {
            measure: FrozenDict(
                {year: FrozenDict(by_year[year]) for year in sorted(by_year, key=year_order)}
            )
            for measure, by_year in self.numbers.items()
        }
        object.__setattr__(self, "numbers", FrozenDict(frozen))

    def _faults(self) -> Faults:
        faults = Faults()
        if not any(self.numbers.values()):
            faults.add(
                "the forecast holds no number", 'give numbers={"pupils": {"2027": {id: number}}}'
            )
        for measure, by_year in self.numbers.items():
            if measure == "schools" or "@" in measure:
                what = f"a forecast of {measure!r} makes no sense"
                faults.add(what, 'name what is forecast, for instance "pupils"')
            for year, by_school in by_year.items():
                if year_in(year) != year:
                    faults.add(
                        f"{year!r} is not a year", 'write "2027" or "2027-28"', column=measure
                    )
                what = f"{measure} in {year} is not a number of 0 or more"
                for key, number in by_school.items():
                    if not is_number(number) or number < 0:
                        faults.add(what, "correct the value", str(number), urn=key, column=measure)
        return faults

    @property
    def years(self) -> tuple[str, ...]:
        """Every year of which anything is known, in order."""
        found = {year for by_year in self.numbers.values() for year in by_year}
        return tuple(sorted(found, key=year_order))

    @property
    def words(self) -> str:
        """What it is: "forecast", "projection", or both."""
        if not self.projected:
            return "forecast"
        every = set(self.projected) >= set(self.numbers)
        return "projection" if every else "forecast and projection"
