"""Phase of a school from the published phase, type and ages."""

from __future__ import annotations

__all__ = ["PHASES", "phase_of"]

PHASES = (
    *("primary", "secondary", "infant", "junior", "first", "middle", "all-through"),
    *("nursery", "special", "alternative", "16 plus", "independent", "unknown"),
)
"""The phases that are derived from published columns; a caller's own words are kept as they are."""

_WORDS = (
    ("pupil referral", "alternative"),
    ("alternative provision", "alternative"),
    ("special", "special"),
    ("independent", "independent"),
    ("deemed", "middle"),
    ("all-through", "all-through"),
    ("all through", "all-through"),
    ("16 plus", "16 plus"),
    ("sixth form", "16 plus"),
    ("nursery", "nursery"),
    ("infant", "infant"),
    ("junior", "junior"),
    ("first", "first"),
    ("middle", "middle"),
    ("primary", "primary"),
    ("secondary", "secondary"),
)
_FIRST_AGES = (8, 9, 10)
_INFANT_AGES = (7,)
_JUNIOR_FROM = 7


def phase_of(phase: str, kind: str = "", low: str = "", high: str = "") -> str:
    """Derive a phase; the ages distinguish infant, junior and first schools from other primaries.

    Parameters
    ----------
    phase, kind
        Cells of the published columns of phase and type of school.
    low, high
        Statutory lowest and highest age.

    Examples
    --------
    >>> phase_of("Primary", "", "4", "7"), phase_of("Middle deemed secondary")
    ('infant', 'middle')
    >>> phase_of("Not applicable", "Community special school"), phase_of("upper")
    ('special', 'upper')
    """
    word = phase.strip().lower()
    found = _known(word) or (_known(kind.strip().lower()) if word in _SILENT else None)
    if found is None:
        return "unknown" if word in _SILENT else word
    return _by_ages(low, high) if found == "primary" else found


_SILENT = ("", "not applicable", "unknown", "na", "n/a", "not known")


def _known(word: str) -> str | None:
    return next((phase for part, phase in _WORDS if part in word), None)


def _by_ages(low: str, high: str) -> str:
    if not (low.isdecimal() and high.isdecimal()):
        return "primary"
    if int(high) in _INFANT_AGES:
        return "infant"
    if int(high) in _FIRST_AGES:
        return "first"
    return "junior" if int(low) >= _JUNIOR_FROM else "primary"
