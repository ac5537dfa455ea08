"""Small values that the whole domain shares: ids, arrays, read-only mappings, numbers."""

from __future__ import annotations

import math
from typing import Any, Literal, NoReturn, Self, TypeAlias

import numpy as np
import numpy.typing as npt

SchoolId: TypeAlias = str | int
"""A school's id: its URN as text when read from files, whatever the caller gave in
``Problem.from_arrays``."""


TravelUnit: TypeAlias = Literal["m", "min"]


FloatArray: TypeAlias = npt.NDArray[np.float64]


IntArray: TypeAlias = npt.NDArray[np.int64]


Bounds: TypeAlias = tuple[float | None, float | None]


class FrozenDict(dict[Any, Any]):
    """A dict that refuses changes, so that frozen values stay frozen.

    Unlike ``types.MappingProxyType`` it can be pickled, copied and hashed.
    """

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        msg = "this mapping is read-only; make a changed copy with dataclasses.replace"
        raise TypeError(msg)

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = __ior__ = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        """Hash by content."""
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type[Self], tuple[dict[Any, Any]]]:
        """Pickle through a plain dict."""
        return type(self), (dict(self),)


def is_number(value: object) -> bool:
    """Whether value is a finite real number (True and False are not)."""
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(
        value, bool
    )
    return number and math.isfinite(value)  # type: ignore[arg-type]


def is_whole(value: Any, least: float = 0) -> bool:
    """Whether value is a whole number of some size (True and False are not)."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return whole and bool(value >= least)


def is_id(value: object) -> bool:
    """Whether value can be the id of a school: a text that is not blank, or a whole number."""
    if isinstance(value, str):
        return bool(value.strip())
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def plain(value: Any) -> Any:
    """Turn a numpy scalar into the Python value."""
    return value.item() if isinstance(value, np.generic) else value


def picked(value: object, *names: str) -> dict[str, Any]:
    """Return attributes of a value by name, for a row of a table."""
    return {name: getattr(value, name) for name in names}


def locked(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Make an array read-only, copying it first where it can be written to."""
    if array.flags.writeable:
        array = array.copy()
        array.flags.writeable = False
    return array
