"""How the inner loops are compiled: once per machine, then read from the cache beside the code."""

from __future__ import annotations

import numba as nb

__all__ = ["entry", "inlined", "inner"]

entry = nb.njit(nogil=True, cache=True, error_model="numpy")
"""Called from Python."""

inner = nb.njit(
    nogil=True,
    cache=True,
    error_model="numpy",
    no_cpython_wrapper=True,
    no_cfunc_wrapper=True,
)
"""Called from compiled code alone: without a way in from Python it compiles in half the time."""

inlined = nb.njit(
    nogil=True,
    cache=True,
    error_model="numpy",
    no_cpython_wrapper=True,
    no_cfunc_wrapper=True,
    forceinline=True,
)
"""Copied into its callers: where handing over many arrays costs more than the work itself."""
