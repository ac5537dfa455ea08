"""How values are shown: a short text in a console; figures, a map and a picture in a notebook.

Values live in the lower rows of the package, and what draws them in the upper ones. So a value asks
the viewer that the root of the package has named with :func:`attach`; it is imported when the first
value is shown (docs/decisions/0017-how-values-show-themselves.md).
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Drawn", "Shown", "attach", "brief", "clip", "framed", "listed_briefly", "watching"]

_T = TypeVar("_T")

MOST_CHARACTERS = 600
"""Longest text of a value in a console."""
_MOST_ITEMS = 6
_LONGEST_ITEM = 60
_LONGEST_LIST = 240
_DEEPEST = 3


class Viewer(Protocol):
    """What shows values: ``clusters.display``."""

    def html(self, value: object, /) -> str:
        """Make the card that a notebook shows."""

    def plot(self, value: object, ax: Any, /, **options: Any) -> Any:
        """Draw a value with matplotlib."""

    def progress_line(self, what: str, seconds: float | None, /) -> Any:
        """Show how a search gets on: a context that gives a function to call with its progress."""


_viewer: list[Callable[[], Viewer]] = []
_watched: ContextVar[bool] = ContextVar("_watched", default=False)


def attach(viewer: Callable[[], Viewer]) -> None:
    """Name what shows values; the root of the package does so once, when it is imported."""
    _viewer[:] = [viewer]


class Shown:
    """A value with a short text that names no pupil numbers of a school, and a card for notebooks.

    Dataclasses that inherit from it are made with ``repr=False``, so that this text is theirs.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return clip(brief(self))

    def _repr_html_(self) -> str:
        """Make the card that Jupyter, VS Code and marimo show."""
        return _viewer[0]().html(self)


class Drawn(Shown):
    """A value that can also be drawn."""

    __slots__ = ()

    def plot(self, ax: Any = None) -> Any:
        """Draw it with matplotlib (``pip install 'clusters[report]'``).

        Parameters
        ----------
        ax
            Axes to draw on; new ones where None.

        Returns
        -------
        matplotlib.axes.Axes
            An array of them where several plans stand side by side.

        Raises
        ------
        MissingLibraryError
            Without matplotlib.
        """
        return _viewer[0]().plot(self, ax)


def clip(text: str) -> str:
    """Cut a text that is too long for a console."""
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 4]} ...{text[-1]}"


def listed_briefly(names: Iterable[object]) -> str:
    """List the first few names, and say how many more there are.

    Examples
    --------
    >>> listed_briefly(["North", "South"]), listed_briefly(range(20))
    ('North, South', '0, 1, 2, 3, 4, 5 and 14 more')
    """
    texts = [str(name) for name in names]
    shown = [
        text if len(text) <= _LONGEST_ITEM else f"{text[: _LONGEST_ITEM - 3]}..." for text in texts
    ]
    more = f" and {len(texts) - _MOST_ITEMS:,} more" if len(texts) > _MOST_ITEMS else ""
    return ", ".join(shown[:_MOST_ITEMS]) + more


def brief(value: object) -> str:
    """Write a dataclass as a call, without what is left at its default, its collections cut short.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True, repr=False)
    ... class Pile(Shown):
    ...     label: str
    ...     numbers: tuple[int, ...]
    >>> Pile("North", (1, 2, 3)), Pile("South", tuple(range(1000)))
    (Pile(label='North', numbers=(1, 2, 3)), Pile(label='South', numbers=(0, 1, 2, 3, 4, 5, ... \
1,000 in all)))
    """
    fields = [
        f"{field.name}={_short(getattr(value, field.name), 1)}"
        for field in dataclasses.fields(value)  # type: ignore[arg-type]  # only dataclasses use it
        if field.repr and not _is_default(field, getattr(value, field.name))
    ]
    return f"{type(value).__name__}({', '.join(fields)})"


def _is_default(field: dataclasses.Field[Any], value: object) -> bool:
    """Whether a value is what it is where nobody gives it: there is nothing to say then."""
    if field.default is not dataclasses.MISSING:
        return value is field.default or (not hasattr(value, "dtype") and value == field.default)
    return field.default_factory is not dataclasses.MISSING and value == field.default_factory()


def _short(value: object, depth: int) -> str:
    if isinstance(value, str | bytes):
        text = repr(value)
        return text if len(text) <= _LONGEST_ITEM else f"{text[: _LONGEST_ITEM - 4]}...{text[0]}"
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return f"<array of {' x '.join(map(str, value.shape)) or 'one number'}>"
    if isinstance(value, Shown):
        return _cut(repr(value))
    if isinstance(value, Mapping | tuple | list | set | frozenset):
        return _short_collection(value, depth)
    return _cut(repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_LIST else f"{text[: _LONGEST_LIST - 4]} ..."


def _short_collection(value: Collection[Any], depth: int) -> str:
    """Show the first few items, and how many there are where they are not all."""
    signs = {tuple: ("(", ")"), list: ("[", "]")}
    left, right = next((s for kind, s in signs.items() if isinstance(value, kind)), ("{", "}"))
    if depth > _DEEPEST and value:
        return f"{left}{len(value):,} items{right}"
    if isinstance(value, set | frozenset):  # in an order that the hashes of a process do not change
        value, left, right = sorted(value, key=repr), "{", "}"
    items = list(_items(value, depth))
    kept: list[str] = []
    for item in items:
        if sum(map(len, kept)) + len(item) > _LONGEST_LIST and kept:
            break
        kept.append(item)
    if len(kept) < len(value):
        kept.append(f"... {len(value):,} in all")
    comma = "," if isinstance(value, tuple) and len(value) == 1 else ""
    return f"{left}{', '.join(kept)}{comma}{right}"


def _items(value: Collection[Any], depth: int) -> Iterator[str]:
    for number, item in enumerate(value):
        if number == _MOST_ITEMS:
            return
        if isinstance(value, Mapping):
            yield f"{_short(item, depth + 1)}: {_short(value[item], depth + 1)}"
        else:
            yield _short(item, depth + 1)


def framed(rows: Iterable[Any], columns: Collection[str] | None = None) -> pd.DataFrame:
    """Make a DataFrame of rows; pandas is not imported before there is one to make."""
    import pandas as pd

    return pd.DataFrame(list(rows), columns=None if columns is None else list(columns))


# ---- progress ------------------------------------------------------------------------------------


@contextmanager
def watching(
    on_progress: Callable[[_T], None] | None = None,
    *,
    display: bool | None,
    what: str = "Searching",
    seconds: float | None = None,
) -> Iterator[Callable[[_T], None] | None]:
    """Show how a search gets on while it runs, and give what it calls with its progress.

    Parameters
    ----------
    on_progress
        What the caller wants to be called; no line is shown beside it unless asked for.
    display
        Whether to show a line. None: on a terminal and in a notebook, where somebody looks.
    what
        What is being done, in a word or two.
    seconds
        Time limit, to be named.
    """
    if display is None:
        display = on_progress is None and somebody_looks()
    if not display or _watched.get():
        yield on_progress
        return
    token = _watched.set(True)  # a search within a search shows no second line
    try:
        with _viewer[0]().progress_line(what, seconds) as show:

            def both(progress: _T) -> None:
                show(progress)
                if on_progress is not None:
                    on_progress(progress)

            yield both
    finally:
        _watched.reset(token)


def somebody_looks() -> bool:
    """Whether a person sees what is written: a terminal, or a notebook.

    Other threads and processes share the terminal with what started them, so they write nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        return False
    if multiprocessing.current_process().name != "MainProcess":
        return False
    return in_notebook() or bool(sys.stderr and sys.stderr.isatty())


def in_notebook() -> bool:
    """Whether a kernel of Jupyter runs this (VS Code, Colab and JupyterLab use one)."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel")
