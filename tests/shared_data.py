"""Where the real data and the benchmark instances lie, and how a test skips without them."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
"""The folder beside the project; absent on a user's machine."""


def shared_path(*parts: str) -> Path:
    """Path of a file of ../shared; skips the test, saying so, where it is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs ../shared/{'/'.join(parts)}, which is not on this machine")
    return path
