"""The grid, the plans and the loosest rules that tests of the verifier share."""

from __future__ import annotations

from clusters import Plan, Problem, Rules, verify
from tests.worlds import world

GRID = world(
    """
    2 2 2 2
    2 2 2 2
    2 2 2 2
    """,
    expertise={
        "asd": """
        1 ? ? ?
        0 ? ? ?
        ? ? 1 1
        """
    },
    phases="""
        p p p s
        s p p p
        a p i p
    """,
)
"""Twelve equal schools in three rows: 1-4, 5-8 and 9-12."""


LOOSE = {
    "n_clusters": (1, 12),
    "schools_per_cluster": (1, 12),
    "balance": {"pupils": 1},
    "limits": {"pupils": (0, 100)},
    "max_travel_m": 20_000,
    "contiguous": True,
    "expertise": {"asd": 0},
    "phases": {"secondary": (0, 12)},
    "together": [["1", "2"]],
    "apart": [["4", "9"]],
    "centres": [str(k) for k in range(1, 13)],
}
"""Every rule is asked for, and none of them bites."""


LEFT_RIGHT = """
    A a b b
    a a b B
    a a b b
"""


UNEVEN = """
    A a a b
    a a b B
    a a b b
"""


def messages(problem: Problem, plan: Plan, **rules: object) -> list[str]:
    rules = {"n_clusters": (1, 12), "contiguous": False} | rules
    return [f.message for f in verify(problem, Rules(**rules), plan).findings]
