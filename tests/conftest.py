"""What holds for every test: the objects of 6,000 tests are not searched for garbage."""

from __future__ import annotations

import gc


def pytest_collection_finish() -> None:
    """Set aside what was imported and collected, for it stays until the end.

    Each full search for garbage would walk two million objects of it.
    """
    gc.collect()
    gc.freeze()
