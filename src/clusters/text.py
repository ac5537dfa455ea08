"""Small words that many sentences share."""

from __future__ import annotations

__all__ = ["counted"]


def counted(number: int, noun: str, plural: str = "") -> str:
    """Put a number before its noun.

    Examples
    --------
    >>> counted(1, "journey is", "journeys are"), counted(1200, "school")
    ('1 journey is', '1,200 schools')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
