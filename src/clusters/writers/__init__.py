"""Plans and records into files: CSV, GeoPackage for QGIS, run.json.

Every file is written beside its place under another name and then moved there, so that a reader
never meets half a file. Text that a spreadsheet would run as a formula gets an apostrophe before
it, which our readers take away again.
"""

from clusters.writers.geopackage import write_geopackage
from clusters.writers.run import write_run
from clusters.writers.tables import escape, plan_frame, plan_geodataframe, write_frame, write_plan

__all__ = [
    "escape",
    "plan_frame",
    "plan_geodataframe",
    "write_frame",
    "write_geopackage",
    "write_plan",
    "write_run",
]
