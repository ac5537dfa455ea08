"""How the inner loops are compiled: once per machine, then read from the cache beside the code."""

from __future__ import annotations

from typing import Any

import numba as nb

__all__ = ["entry", "inlined", "inner"]

_always: dict[str, Any] = {"nogil": True, "cache": True, "error_model": "numpy"}
_inside: dict[str, Any] = {**_always, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

entry = nb.njit(**_always)
"""Called from Python."""

inner = nb.njit(**_inside)
"""Called from compiled code alone: without a way in from Python it compiles sooner."""

inlined = nb.njit(**_inside, forceinline=True)
"""Copied into its callers: where handing over many arrays costs more than the work itself."""
