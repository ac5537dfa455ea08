"""Pairs and groups of schools."""

from __future__ import annotations

import io

import pandas as pd
import pytest

import clusters as cl
from clusters.readers import File, read_cells, read_group, read_pairs


@pytest.mark.parametrize(
    "text",
    [
        "900001\n900002\n",
        "urn\n900001\n900002\n",
        "Pyramid of Shelley; 2026\n\nSchool URN;School\n900001;A\n900002;B\nTotal;2\n",
        "name,urn\nA,900001.0\nB,'900002\n,\n",
        "\n\n900001\n\n900002\n900002\n",
    ],
)
def test_a_group_with_and_without_a_header(text):
    assert read_group(io.StringIO(text)) == ["900001", "900002"]


@pytest.mark.parametrize(
    "source", [[900001, "900002"], (900001, 900002), pd.Series([900001.0, 900002.0])]
)
def test_a_group_in_memory(source):
    assert read_group(source) == ["900001", "900002"]


def test_a_column_may_be_named():
    text = "lead,member\n900009,900001\n900009,900002\n"
    assert read_group(io.StringIO(text), column="Member") == ["900001", "900002"]
    assert read_group(File(io.StringIO(text), column="member")) == ["900001", "900002"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hill\nVale\n", "no column holds the URN"),
        ("urn\n", "names no school"),
        ("urn\n900 001\n", "a space in it"),
        ("a,b\n1,2\n", "no column holds the URN"),
    ],
)
def test_a_group_that_cannot_be_read(text, words):
    with pytest.raises(cl.DataError, match=words):
        read_group(io.StringIO(text))


@pytest.mark.parametrize(
    "text",
    [
        "1,2\n2,3\n",
        "from,to\n1,2\n2,3\n",
        "urn,to\n1,2\n2,3\n",
        "Neighbours, 2026\n\nurn_a;urn_b;shared km\n1;2;0.5\n2;3;0.1\n",
        "to\tfrom\n2\t1\n3\t2\n",
    ],
)
def test_pairs_with_and_without_a_header(text):
    assert read_pairs(io.StringIO(text)) == [("1", "2"), ("2", "3")]


@pytest.mark.parametrize("text", ["urn\n1\n", "from,to\n1,\n", "1\n2\n"])
def test_rows_without_two_ids_are_refused(text):
    with pytest.raises(cl.DataError, match="two ids"):
        read_pairs(io.StringIO(text))


def test_cells_know_where_they_stand():
    text = "Committed sums\n\nURN,Pounds\n900001,1200.50\nTotal,1200.50\n"
    found = read_cells(
        io.StringIO(text), {"urn": (), "amount": ("pounds",)}, needed=["urn", "amount"], name="sums"
    )
    (row,) = found.rows
    fault = row["amount"].fault("it is too much", "correct it", urn="900001")
    assert (fault.where, fault.row, fault.column, fault.value) == ("sums", 4, "Pounds", "1200.50")
    assert any("1 row of totals" in note for note in found.notes)
    with pytest.raises(cl.DataError, match="there is no column 'amount'"):
        read_cells(io.StringIO("urn,x\n1,2\n"), {"urn": (), "amount": ()}, needed=["urn", "amount"])
