"""Many searches as one study: authorities, rules, seeds and perturbed data, each case once.

Cases are made from a table or a TOML file, run in this process, in several, or on a cluster, and
kept in a store: a study that was stopped, or lost a machine, goes on from there.
"""

from clusters.study.attempt import solve_case
from clusters.study.case import Case, Refused
from clusters.study.draws import perturbed
from clusters.study.file import StudyFile, read_file
from clusters.study.outcome import Study, read_store
from clusters.study.rows import cases
from clusters.study.running import StudyProgress, run

__all__ = [
    "Case",
    "Refused",
    "Study",
    "StudyFile",
    "StudyProgress",
    "cases",
    "perturbed",
    "read_file",
    "read_store",
    "run",
    "solve_case",
]
