"""Wording that every room shares: numbers, measures, lists and counted nouns in plain English."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from xml.sax.saxutils import escape

__all__ = [
    "MEASURE_WORDS",
    "all_listed",
    "amount",
    "clean",
    "clipped",
    "counted",
    "escaped",
    "first_few",
    "listed",
    "shown",
    "two_digits",
    "words",
]

MEASURE_WORDS = {
    "schools": "schools",
    "pupils": "pupils",
    "ehcps": "EHC plans",
    "sen_support": "pupils with SEN support",
    "need": "units of need",
}
"""What the built-in measures count."""

MOST_NAMES = 8
MOST_CHARACTERS = 60

# Control characters have no place in XML; the bidirectional ones would let one name turn round the
# text after it, and the invisible ones let two different names look the same.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\ufffe\uffff\ud800-\udfff]"
)
_SPACE = re.compile(r"\s+")


def counted(number: int, noun: str, plural: str = "") -> str:
    """Put a number before its noun.

    Examples
    --------
    >>> counted(1, "journey is", "journeys are"), counted(1200, "school")
    ('1 journey is', '1,200 schools')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def amount(value: Fraction | float, of: str) -> str:
    """Put a value before what it counts: "1 school", "2 schools", "1 unit of need"."""
    if value == 1:
        if of.endswith(" schools"):
            return f"{shown(value)} {of.removesuffix('s')}"
        first, blank, rest = of.partition(" plans" if of.startswith("EHC") else " ")
        of = f"EHC plan{rest}" if first == "EHC" else f"{first.removesuffix('s')}{blank}{rest}"
    return f"{shown(value)} {of}"


def words(measure: str) -> str:
    """Say what a measure counts; "pupils@2027" is the measure of a year ahead.

    Examples
    --------
    >>> words("need"), words("pupils@2027"), words("hours")
    ('units of need', 'pupils in 2027', 'units of "hours"')
    """
    name, _, year = measure.partition("@")
    counted_ = MEASURE_WORDS.get(name, f'units of "{name}"')
    return f"{counted_} in {year}" if year else counted_


def shown(value: Fraction | float) -> str:
    """Show a number: whole, or with two decimals; more where they would hide what is left."""
    exact = Fraction(value)
    for places in range(2, 7):
        text = f"{float(exact):,.{places}f}".rstrip("0").rstrip(".")
        if exact == 0 or text.strip("-") != "0":
            return text
    return f"{float(exact):.1e}"


def two_digits(value: float) -> str:
    """Show a number by its first two digits that are not 0, all of them where it is 100 or more.

    Examples
    --------
    >>> two_digits(0.0312), two_digits(2.36), two_digits(1240.4)
    ('0.031', '2.4', '1,240')
    """
    if value == 0:
        return "0"
    places = max(0, 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{places}f}"


def listed(texts: Sequence[str]) -> str:
    """Join texts as a sentence does: "a, b and c"; the first few where there are many."""
    if len(texts) > MOST_NAMES + 1:
        texts = [*texts[:MOST_NAMES], f"{len(texts) - MOST_NAMES} more"]
    return all_listed(texts)


def all_listed(texts: Sequence[str]) -> str:
    """Join all texts as a sentence does: papers, where everybody looks for a name, hide none.

    Examples
    --------
    >>> all_listed(["a", "b", "c"]), all_listed(["a"]), all_listed([])
    ('a, b and c', 'a', '')
    """
    return "".join(texts) if len(texts) < 2 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def first_few(items: Iterable[object], most: int = 3, separator: str = ", ") -> str:
    """Name the first few of several things, and say how many more there are.

    Examples
    --------
    >>> first_few("abcde"), first_few("ab")
    ('a, b, c and 2 more', 'a, b')
    """
    texts = [str(item) for item in items]
    more = f" and {len(texts) - most:,} more" if len(texts) > most else ""
    return separator.join(texts[:most]) + more


def clipped(value: object) -> str:
    """Put a value that may be anything into a short text on one line."""
    text = " ".join(str(value).split())
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}..."


def clean(text: object, longest: int | None = None) -> str:
    r"""Return a text on one line without control characters; cut it where it is too long.

    Parameters
    ----------
    text
        Anything; None gives "".
    longest
        The most characters to keep, an ellipsis included.

    Examples
    --------
    >>> clean("St John\u202e's \n School", 12)
    "St John's S…"
    """
    if text is None:
        return ""
    plain = _SPACE.sub(" ", _UNPRINTABLE.sub("", str(text))).strip()
    if longest is not None and len(plain) > longest:
        return plain[: longest - 1].rstrip() + "…"
    return plain


def escaped(text: object) -> str:
    """Clean a text and escape it for the content or an attribute of XML."""
    return escape(clean(text), {'"': "&quot;", "'": "&#39;"})
