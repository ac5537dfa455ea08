"""Every deliberate error of the package, and the faults they carry.

All errors descend from :class:`ClustersError`, so a script can catch one name. A :class:`Fault` is
one thing that is wrong, with the place where it was found and how to correct it; errors about input
carry all the faults at once. Every error can be pickled and copied, so it comes back whole from
another process.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, Self, TypeVar

__all__ = [
    "ArgumentError",
    "ClustersError",
    "DataError",
    "Fault",
    "Faults",
    "InfeasibleError",
    "MissingLibraryError",
    "MoneyError",
    "NoPlanError",
    "OutOfTimeError",
    "RulesError",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, where it was found, and how to correct it.

    Parameters
    ----------
    what
        A sentence without its full stop: "pupils is negative".
    remedy
        What the reader can do: "give a whole number of pupils, 0 or more".
    where
        The file, sheet or argument.
    row
        Row in the file as a spreadsheet counts it (the header is row 1).
    column, urn, value
        As found in the file.

    Examples
    --------
    >>> fault = Fault(what="pupils is below 0", remedy="correct it", where="schools.csv", row=7)
    >>> print(fault)
    schools.csv, row 7: pupils is below 0 - correct it
    """

    what: str
    remedy: str
    _: KW_ONLY
    where: str = ""
    row: int | None = None
    column: str | None = None
    urn: str | None = None
    value: str | None = None

    def __str__(self) -> str:
        """Put the fault into one line."""
        place = [self.where] if self.where else []
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.urn:
            place.append(f"URN {self.urn}")
        if self.column:
            place.append(f"column {self.column!r}")
        if self.value is not None:
            place.append(f"value {self.value!r}")
        prefix = ", ".join(place)
        return (
            f"{prefix}: {self.what} - {self.remedy}" if prefix else f"{self.what} - {self.remedy}"
        )


def _fault(what: str, remedy: str, *, urn: object = None, value: object = None, **at: Any) -> Fault:
    """Make a fault; the id and the value, of any kind, are kept as text."""
    urn, value = (None if found is None else str(found) for found in (urn, value))
    return Fault(what, remedy, urn=urn, value=value, **at)


_T = TypeVar("_T")


class Faults(list[Fault]):
    """The faults found so far, so that one error lists all of them.

    Examples
    --------
    >>> faults = Faults()
    >>> faults.add("pupils is negative", "correct it", -3, where="schools.csv", row=7)
    >>> faults.refuse(DataError)
    Traceback (most recent call last):
    clusters.errors.DataError: schools.csv, row 7, value '-3': pupils is negative - correct it
    """

    def add(self, what: str, remedy: str, value: object = None, **found: Any) -> None:
        """Note a fault; `found` are further fields of it."""
        self.append(_fault(what, remedy, value=value, **found))

    def take(
        self, otherwise: _T, reader: Callable[..., _T], *given: object, **options: object
    ) -> _T:
        """Return what a reader makes of something; where it is refused, note that and go on."""
        try:
            return reader(*given, **options)
        except (DataError, MoneyError, RulesError) as error:
            self.extend(error.faults)
            return otherwise

    def refuse(self, kind: type[_FaultsError]) -> None:
        """Raise one error with all of them, where there are any."""
        if self:
            raise kind(self)


class ClustersError(Exception):
    """Root of every deliberate error of this package.

    Examples
    --------
    >>> import clusters as cl
    >>> try:
    ...     cl.read_schools("nowhere.csv")
    ... except cl.ClustersError as error:  # all that the package raises on purpose
    ...     print(type(error).__name__)
    DataError
    """


_MOST_SENTENCES = 20
_FEW = 3
_PARTICULARS = re.compile(r"'[^']*'|\"[^\"]*\"|-?[0-9][0-9.,]*")


def gathered(faults: Sequence[Fault], most: int = _MOST_SENTENCES) -> list[str]:
    """Sentences on faults, those of one kind together: at most about `most` of them.

    Faults are of one kind where they stand in the same column of the same file and their sentences
    differ in numbers and quoted words alone. More than three of a kind become one sentence with
    their number and the first of them.

    Examples
    --------
    >>> faults = [Fault(what="it is negative", remedy="correct it", row=k) for k in range(2, 9)]
    >>> gathered(faults)
    ['7 times, first in rows 2, 3, 4: it is negative - correct it']
    """
    kinds: dict[tuple[str, str | None, str], list[Fault]] = {}
    for fault in faults:
        kinds.setdefault((fault.where, fault.column, _PARTICULARS.sub("#", fault.what)), []).append(
            fault
        )
    lines_so_far: list[str] = []
    left = 0
    for group in kinds.values():
        lines = [_one_sentence(group)] if len(group) > _FEW else [str(fault) for fault in group]
        if left or len(lines_so_far) + len(lines) > most:
            left += len(group)
        else:
            lines_so_far += lines
    if left:
        lines_so_far.append(f"and {left:,} more, of further kinds: .to_frame() has them all")
    return lines_so_far


def _one_sentence(group: Sequence[Fault]) -> str:
    """Put faults of one kind into one sentence: how many, where the first of them stand."""
    first = group[0]
    rows = list(dict.fromkeys(f"{fault.row:,}" for fault in group if fault.row is not None))
    urns = list(dict.fromkeys(fault.urn for fault in group if fault.urn))
    values = list(dict.fromkeys(fault.value for fault in group if fault.value))
    place = [first.where] if first.where else []
    if first.column:
        place.append(f"column {first.column!r}")
    words = f"{len(group):,} times"
    if rows:
        words += f", first in rows {', '.join(rows[:_FEW])}"
    place.append(words)
    if urns:
        place.append(f"URN {', '.join(urns[:_FEW])}{' ...' if len(urns) > _FEW else ''}")
    if values:
        shown = ", ".join(repr(value) for value in values[:_FEW])
        place.append(f"value {shown}{' ...' if len(values) > _FEW else ''}")
    return f"{', '.join(place)}: {first.what} - {first.remedy}"


class _FaultsError(ClustersError):
    """An error that lists faults, all at once.

    Its message gathers faults of one kind into one sentence; ``.faults`` holds each of them.
    """

    heading = "problems were found"

    def __init__(self, faults: Iterable[Fault] | Fault) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        lines = gathered(self.faults)
        if len(lines) == 1:
            super().__init__(lines[0])
        else:
            head = f"{len(self.faults):,} {self.heading}:"
            super().__init__("\n".join([head, *(f"  - {line}" for line in lines)]))

    @classmethod
    def of(cls, what: str, remedy: str, value: object = None, **found: Any) -> Self:
        """Make the error of a single fault; `found` are further fields of it."""
        return cls(_fault(what, remedy, value=value, **found))

    def to_frame(self) -> Any:
        """Table of every fault, one row each (a DataFrame)."""
        import pandas as pd

        names = ["where", "row", "column", "urn", "value", "what", "remedy"]
        rows = [[getattr(fault, name) for name in names] for fault in self.faults]
        return pd.DataFrame(rows, columns=names, dtype=object)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by the faults: by default an exception is made again from its message."""
        return type(self), (self.faults,), _state_of(self)


def _state_of(error: BaseException) -> dict[str, Any] | None:
    """Return what was set on an error after it was made, notes among it."""
    return dict(vars(error)) or None


class ArgumentError(_FaultsError, TypeError, ValueError):
    """A function was called with an argument of the wrong kind, or one that it does not have.

    The message names the argument and shows the call. It is also what Python itself raises in such
    a case: a TypeError and a ValueError.

    Examples
    --------
    >>> import clusters as cl
    >>> try:
    ...     cl.verify("a", "b", "c")
    ... except cl.ArgumentError as error:
    ...     print(error.faults[0].what)
    problem is the text 'a', not a Problem
    """

    heading = "faults in the call"


class DataError(_FaultsError):
    """The facts cannot be used as given; `.faults` lists every fault found.

    Examples
    --------
    >>> import clusters as cl
    >>> try:
    ...     cl.read_schools([{"urn": "1", "name": "Hill School", "easting": "x", "northing": 5}])
    ... except cl.DataError as error:
    ...     print(error.faults[0].column)
    easting
    """

    heading = "faults in the data"


class RulesError(_FaultsError):
    """Rules, priorities or settings are misspelt, contradictory or out of range.

    Examples
    --------
    >>> import clusters as cl
    >>> try:
    ...     cl.Rules(n_clusters=0)
    ... except cl.RulesError as error:
    ...     print(error.faults[0].what)
    n_clusters is neither a whole number of 1 or more nor a range (lowest, highest)
    """

    heading = "faults in the rules"


class MoneyError(_FaultsError):
    """A sum of money cannot be divided as asked; `.faults` says by how much and what would fit.

    Examples
    --------
    >>> import clusters as cl
    >>> try:
    ...     cl.Pot(total="12.345")
    ... except cl.MoneyError as error:
    ...     print(error.faults[0].what)
    the total of the pot is not a whole number of pence
    """

    heading = "faults in the money"


class MissingLibraryError(ClustersError, ImportError):
    """What was asked for needs a library that is not installed; the message says how to get it."""


class NoPlanError(ClustersError):
    """No plan can be returned.

    Examples
    --------
    >>> import clusters as cl
    >>> issubclass(cl.InfeasibleError, cl.NoPlanError)
    True
    """


class InfeasibleError(NoPlanError):
    """The rules cannot all hold: proved.

    Parameters
    ----------
    message
        The reason in plain words, with the numbers.
    conflict
        One sentence for each rule that takes part in the conflict.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(["a", "b"], [[0, 0], [3, 4]], {"need": [5, 7]})
    >>> rules = cl.Rules(n_clusters=2, schools_per_cluster=(2, 2), contiguous=False)
    >>> try:
    ...     cl.solve(problem, rules)
    ... except cl.InfeasibleError as error:
    ...     print(error.conflict[0])
    n_clusters: 2 clusters
    """

    def __init__(self, message: str, conflict: Iterable[str] = ()) -> None:
        self.conflict: tuple[str, ...] = tuple(conflict)
        super().__init__(message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the conflict."""
        return type(self), (str(self), self.conflict), _state_of(self)


class OutOfTimeError(NoPlanError):
    """The time ran out before any plan was found; whether one exists is not known.

    Attributes
    ----------
    interrupted
        Whether Ctrl-C ended the search, so that whoever searches again and again has to stop, too.

    Examples
    --------
    >>> import clusters as cl
    >>> def plan_or_none(problem, rules, settings):
    ...     try:
    ...         return cl.solve(problem, rules, settings=settings).plan
    ...     except cl.OutOfTimeError:  # none was found; that there is none is not proved
    ...         return None
    """

    interrupted = False
