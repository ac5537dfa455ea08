"""What would settle the rest of a search: sentences that promise no more than the figures do."""

from __future__ import annotations

import pytest

import clusters as cl
from clusters.settling import what_would_settle
from tests.worlds import world

STILL = ((1.0, 110.0, 90.0), (2.0, 100.0, 95.0))
SHRINKING = ((1.0, 100.0, 80.0), (29.0, 100.0, 96.0), (59.0, 100.0, 98.0))


@pytest.mark.parametrize(
    ("gap", "history", "counts", "words"),
    [
        (None, (), (), "only more time can say"),
        (0.0, STILL, (), "Nothing is left to settle"),
        (0.05, STILL, (), "stood still"),
        (0.02, SHRINKING, (), "about 2 minutes more would bring it to 0.1%"),
        (0.0005, SHRINKING, (), "more time helps"),
        (0.0390, SHRINKING, (), "slowly"),
        (0.02, SHRINKING, (17, 18, 19), "3 numbers of clusters"),
        (0.02, SHRINKING, (18,), "about 2 minutes"),
    ],
)
def test_one_sentence(
    gap: float | None,
    history: tuple[tuple[float, float | None, float | None], ...],
    counts: tuple[int, ...],
    words: str,
) -> None:
    said = what_would_settle(gap, 60.0, history, counts)
    assert words in said
    assert said.endswith(".")
    assert said.count(". ") == 0


def test_a_proved_result_has_nothing_left_to_settle() -> None:
    rules = cl.Rules(n_clusters=2, balance={"pupils": 0.3})
    priorities = cl.Priorities(travel_by="schools")
    result = cl.solve(world("5 2 4 1\n3 4 2 6\n1 7 3 2"), rules, priorities)
    assert result.status == "optimal"
    assert result.explain_gap().startswith("Nothing is left to settle")
