"""Files and frames into schools and plans; every fault at once."""

from clusters.readers.caseload import read_caseload
from clusters.readers.commitments import Arrears, Commitment, read_backdated, read_commitments
from clusters.readers.links import Links, read_links, read_pairs
from clusters.readers.places import read_boundary, read_postcodes
from clusters.readers.plans import read_plan
from clusters.readers.report import ReadingReport, Schools, SetAside, Unknown
from clusters.readers.schools import read_schools

__all__ = [
    "Arrears",
    "Commitment",
    "Links",
    "ReadingReport",
    "Schools",
    "SetAside",
    "Unknown",
    "read_backdated",
    "read_boundary",
    "read_caseload",
    "read_commitments",
    "read_links",
    "read_pairs",
    "read_plan",
    "read_postcodes",
    "read_schools",
]
