"""Each kind of file through each door: read as the same, or refused in words that help."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers.doors import DOORS, FORMATS, REFUSED, expected, outcome, written


@pytest.mark.filterwarnings("ignore:Column names longer than 10 characters")
@pytest.mark.filterwarnings("ignore:Normalized/laundered field name")
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", FORMATS)
def test_every_kind_of_file_through_every_door(kind, door):
    found, words = outcome(kind, door)
    assert found == expected(kind), words
    if kind in REFUSED:
        assert REFUSED[kind] in words
        assert " - " in words  # what is wrong, and what to do


def test_the_table_of_the_documentation_is_that_of_these_tests():
    page = Path(__file__).parents[2] / "docs" / "data.md"
    text = page.read_text(encoding="utf-8")
    assert written(text) == text
