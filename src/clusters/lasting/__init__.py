"""Plans that last: numbers of later years, rules that hold in every year, and what that costs.

A forecast is read from a file (`read_forecast`) or, where nobody has made one, projected from
today's year groups (`read_year_groups`, `project_cohorts`): a projection is called one everywhere.
"""

from clusters.domain.forecast import Forecast
from clusters.lasting.checking import Lasting, YearCheck, verify_years
from clusters.lasting.cohorts import project_cohorts, with_rate, with_sum
from clusters.lasting.price import (
    Horizon,
    Horizons,
    PriceOfLasting,
    price_by_horizon,
    price_of_lasting,
)
from clusters.lasting.years import in_year, measure_of, rules_for_years, with_forecast
from clusters.readers.forecasts import read_forecast
from clusters.readers.year_groups import YearGroups, read_year_groups

__all__ = [
    "Forecast",
    "Horizon",
    "Horizons",
    "Lasting",
    "PriceOfLasting",
    "YearCheck",
    "YearGroups",
    "in_year",
    "measure_of",
    "price_by_horizon",
    "price_of_lasting",
    "project_cohorts",
    "read_forecast",
    "read_year_groups",
    "rules_for_years",
    "verify_years",
    "with_forecast",
    "with_rate",
    "with_sum",
]
