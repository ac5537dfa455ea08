"""Compiled code is run with bounds checks in one step of .ci/run: here is that they are on."""

from __future__ import annotations

import os

import numpy as np
import pytest

from clusters.search.pricing import reduced_costs


@pytest.mark.skipif(
    os.environ.get("NUMBA_BOUNDSCHECK") != "1", reason="only where bounds are checked"
)
def test_bounds_are_checked() -> None:
    none = np.zeros(0, dtype=np.int64)
    with pytest.raises(IndexError):
        reduced_costs(
            np.array([7], dtype=np.int32),
            np.array([0, 1]),
            np.zeros(1),
            np.zeros(2),
            0.0,
            np.zeros(3, dtype=np.int64),
            none,
            none,
            np.zeros(0),
        )
