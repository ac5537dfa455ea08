"""A quick profile of Hypothesis for mutation testing (see [tool.mutmut] in pyproject.toml)."""

from __future__ import annotations

import pytest
from hypothesis import settings

import clusters as cl
from clusters.budget import Ledger, split_budget
from tests.budget.authority import authority
from tests.budget.small_ledger import FIRST, split_of

settings.register_profile("quick", max_examples=12, deadline=None, derandomize=True, database=None)


@pytest.fixture(scope="module")
def split():
    problem, plan = authority(24, 4)
    return split_budget(problem, plan, cl.Pot("3000000", contingency="3%"))


@pytest.fixture
def ledger(tmp_path):
    split = split_of(committed={"1": "3650", "3": "7300"}, contingency="10000")
    with Ledger.create(tmp_path / "year.ledger", split, first=FIRST) as made:
        yield made
