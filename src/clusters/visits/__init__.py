"""Round trips of SENCOs in minutes a month, and plans under several tables of road times."""

from clusters.visits.tables import Tables, TableVisits, compare_tables, longest_of, with_journeys
from clusters.visits.trips import ClusterVisits, SchoolVisits, Visits, round_trips

__all__ = [
    "ClusterVisits",
    "SchoolVisits",
    "TableVisits",
    "Tables",
    "Visits",
    "compare_tables",
    "longest_of",
    "round_trips",
    "with_journeys",
]
