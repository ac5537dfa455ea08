"""The notebooks run from top to bottom, and are kept without what they showed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "examples" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]
SHORTER = ("time_limit_s=10", "time_limit_s=20")


def test_there_are_three():
    assert len(NOTEBOOKS) == 3


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_a_notebook_is_kept_without_its_outputs(path):
    """What a cell showed may hold counts of schools, and makes every change hard to read."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)
    assert cells[0]["cell_type"] == "markdown"
    assert "".join(cells[0]["source"]).startswith("# ")


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_a_notebook_runs(path, tmp_path):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        for words in SHORTER:
            cell.source = cell.source.replace(words, "time_limit_s=4")
    client = nbclient.NotebookClient(book, timeout=300, resources={"metadata": {"path": tmp_path}})
    client.execute()
    shown = [out for cell in book.cells for out in cell.get("outputs", ())]
    rich = [out.get("data", {}) for out in shown]
    assert any("<svg" in "".join(data.get("text/html", "")) for data in rich)
    assert any("image/png" in data for data in rich)
    texts = ["".join(data.get("text/plain", "")) for data in rich]
    assert max(map(len, texts)) < 6_000
    assert not [out for out in shown if out["output_type"] == "error"]
    assert not any("Warning" in "".join(out.get("text", "")) for out in shown)
