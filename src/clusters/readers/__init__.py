"""Files and frames into schools and plans; every fault at once."""

from clusters.readers.boundary import read_boundary
from clusters.readers.caseload import read_caseload
from clusters.readers.cell_tables import CellRows, read_cells
from clusters.readers.commitments import Arrears, Commitment, read_backdated, read_commitments
from clusters.readers.decisions import Decisions, read_decisions
from clusters.readers.forecasts import read_forecast
from clusters.readers.links import Links, read_links
from clusters.readers.opening import File
from clusters.readers.pairs import read_group, read_pairs
from clusters.readers.plans import read_plan
from clusters.readers.postcodes import read_postcodes
from clusters.readers.reading_report import (
    Disagreement,
    ReadingReport,
    Schools,
    SetAside,
    Source,
    Unknown,
)
from clusters.readers.schools import read_schools
from clusters.readers.year_groups import YearGroups, read_year_groups

__all__ = [
    "Arrears",
    "CellRows",
    "Commitment",
    "Decisions",
    "Disagreement",
    "File",
    "Links",
    "ReadingReport",
    "Schools",
    "SetAside",
    "Source",
    "Unknown",
    "YearGroups",
    "read_backdated",
    "read_boundary",
    "read_caseload",
    "read_cells",
    "read_commitments",
    "read_decisions",
    "read_forecast",
    "read_group",
    "read_links",
    "read_pairs",
    "read_plan",
    "read_postcodes",
    "read_schools",
    "read_year_groups",
]
