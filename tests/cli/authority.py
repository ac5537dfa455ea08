"""Files of a tiny authority, and how tests of the command line read what was written."""

import csv
from pathlib import Path

HEAD = "URN,name,phase,easting,northing,pupils,ehcps,sen_support\n"


def rows_of(path):
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
