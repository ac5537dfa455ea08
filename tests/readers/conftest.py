from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture
def kirklees() -> Path:
    folder = SHARED / "kirklees"
    if not folder.exists():
        pytest.skip("the real data of ../shared is not here")
    return folder


@pytest.fixture
def formats() -> Path:
    folder = SHARED / "formats"
    if not folder.exists():
        pytest.skip("the format samples of ../shared are not here")
    return folder


@pytest.fixture
def write(tmp_path: Path):
    """Write text (or bytes) under a name and give the path."""

    def written(text: str | bytes, name: str = "schools.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return written
