"""Labels (pyramid, trust, cluster, phase, unit): one spelling each, and what is no label at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from clusters.readers.cells import UNKNOWN_CODES, is_formula_error, is_like_a_date, tidy
from clusters.text import first_few

__all__ = ["Labels", "is_no_label", "unified"]

_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212_]+")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "`": "'", "\u201c": '"', "\u201d": '"'})
_PLACEHOLDERS = UNKNOWN_CODES - {"c", "z", "x", "u", "k", "low", "new"} | {
    *("not applicable", "does not apply", "tbc", "tba", "to be confirmed", "(blank)", "[blank]"),
    *("nil", "not set", "unassigned", "--", "---", "(none)", "not supported by a trust"),
}
"""Texts in a column of labels that name nothing. Single letters may be labels, so they are kept."""


def is_no_label(text: str, *, others_are_words: bool = False) -> bool:
    """Whether a cell of labels says that there is none, or is a look-up that found nothing.

    Parameters
    ----------
    others_are_words
        Whether the column's other labels are words: then 0 is what a look-up makes of a blank.

    Examples
    --------
    >>> is_no_label("#N/A"), is_no_label("North"), is_no_label("0")
    (True, False, False)
    """
    plain = tidy(text)
    if plain.lower() in _PLACEHOLDERS or is_formula_error(plain):
        return True
    return others_are_words and plain in ("0", "0.0")


def key_of_label(text: str) -> str:
    """Make the key under which spellings that differ by case, spaces or dashes are one."""
    plain = _SEPARATORS.sub(" ", tidy(text).translate(_QUOTES).casefold()).strip()
    whole = plain.removesuffix(".0")  # a number as a spreadsheet saves it beside blank cells
    return whole if whole.isdecimal() else plain


@dataclass(slots=True)
class Labels:
    """One spelling for each label of a column.

    `spelling` holds the label for each text as found (None for what names nothing); `merged` the
    spellings that were put together, by the one kept; `dates` the texts that are dates, of which it
    cannot be known what label was meant.
    """

    spelling: dict[str, str | None] = field(default_factory=dict)
    merged: dict[str, list[str]] = field(default_factory=dict)
    dates: list[str] = field(default_factory=list)

    def note(self, what: str) -> str | None:
        """Sentence on the spellings that were put together; None where there are none."""
        if not self.merged:
            return None
        pairs = (
            f"{kept!r} for {first_few(map(repr, others))}" for kept, others in self.merged.items()
        )
        kinds = "differ by case, spaces or dashes are one"
        return f"Spellings of {what} that {kinds}: {first_few(pairs)}."


def unified(texts: Iterable[str]) -> Labels:
    """Find the labels of a column: the commonest spelling of each, the first of equals.

    Examples
    --------
    >>> found = unified(["North Valley", "NORTH  VALLEY", "North Valley", "#N/A"])
    >>> found.spelling["NORTH  VALLEY"], found.spelling["#N/A"]
    ('North Valley', None)
    """
    counts = Counter(texts)
    words = _are_words([text for text in counts if not is_no_label(text)])
    labels = Labels()
    groups: dict[str, Counter[str]] = {}
    for text, count in counts.items():
        if is_no_label(text, others_are_words=words):
            labels.spelling[text] = None
            continue
        if is_like_a_date(text):
            labels.dates.append(text)
        groups.setdefault(key_of_label(text), Counter())[" ".join(tidy(text).split())] += count
    for key, spellings in groups.items():
        best = spellings.most_common(1)[0][0]
        left = (text for text in counts if text not in labels.spelling)
        same = [text for text in left if key_of_label(text) == key]
        labels.spelling |= dict.fromkeys(same, best)
        others = [text for text in same if text != best]
        if others:
            labels.merged[best] = others
    return labels


def _are_words(texts: Sequence[str]) -> bool:
    """Whether most of the labels other than 0 are words rather than numbers."""
    others = [tidy(text) for text in texts if tidy(text) not in ("0", "0.0")]
    return 2 * sum(not text[:1].isdigit() for text in others) > len(others)
