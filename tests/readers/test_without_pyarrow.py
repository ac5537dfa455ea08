"""pyarrow is an extra: all other formats are read without it, and its own say what to install."""

from __future__ import annotations

import sys

import pandas as pd
import pytest

import clusters as cl

ROWS = (
    "URN,EstablishmentName,Easting,Northing\n100001,Ash,430000,410000\n100002,Bay,431000,411000\n"
)


class Streamed:
    """A frame that has nothing but the Arrow stream interface, as that of polars has it."""

    def __arrow_c_stream__(self, _schema=None):
        raise NotImplementedError


@pytest.fixture
def without(tmp_path, monkeypatch):
    path = tmp_path / "schools.csv"
    path.write_text(ROWS)
    pd.read_csv(path).to_parquet(tmp_path / "schools.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    return tmp_path


@pytest.mark.parametrize("name", ["schools.parquet", "a frame of another library"])
def test_what_needs_pyarrow_says_what_to_install(without, name):
    source = without / name
    if name == "a frame of another library":
        source = Streamed()
    with pytest.raises(
        cl.ClustersError, match=r"needs the library pyarrow: pip install 'clusters\[parquet\]'"
    ):
        cl.read_schools(source)


def test_tables_are_read_without_it(without):
    assert [school.urn for school in cl.read_schools(without / "schools.csv")] == [
        "100001",
        "100002",
    ]
