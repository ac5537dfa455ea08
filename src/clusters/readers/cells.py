"""One cell of a table into one value: counts, numbers, money, yes or no, and "not known".

Every cell arrives as text. A cell that cannot be read raises :class:`Unreadable`, which says what
is wrong and how to correct it; the caller adds where it stands.
"""

from __future__ import annotations

import datetime
import math
import re
from decimal import Decimal

__all__ = [
    "UNKNOWN_CODES",
    "Unreadable",
    "as_text",
    "correct",
    "count_of",
    "has_noise",
    "is_accounting_zero",
    "is_formula_error",
    "is_like_a_date",
    "is_unknown",
    "number_of",
    "pence_of",
    "tidy",
    "urn_of",
    "word_of",
    "yes_no_of",
]

UNKNOWN_CODES = frozenset(
    {
        *("", "c", "z", "x", "u", "k", "low", ":", "*", ".", "..", "...", "-", "?"),
        *("na", "n/a", "np", "ne", "supp", "lowcov", "new", "dns", "unknown", "not known"),
        *("not available", "none", "null", "#n/a", "#n/a n/a", "\u2013", "\u2014"),
    }
)
"""Cells that mean "not known", in lower case; never zero.

The Department for Education writes c (suppressed), z (not applicable), x (not available), u
(unreliable), k or low (rounds to zero), ``:`` and, in the performance tables, NA, NP (not
published), NE (no entries), SUPP (suppressed), LOWCOV (too few pupils covered), NEW (new school);
the financial files DNS (did not supply). ``#N/A`` is a look-up that found nothing.
"""

_NOTHING = frozenset({"", "na", "n/a", "not applicable", "does not apply", "unknown", "not known"})
_WHOLE = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_POWERS = re.compile(r"[+-]?[0-9.]+[eE][+-]?[0-9]+")
_FORMULA_ERROR = re.compile(r"#(n/a|ref!|value!|name\?|div/0!|null!|num!|spill!|calc!|field!).*")
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    rf"\d{{4}}-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?|\d{{1,2}}/\d{{1,2}}/\d{{4}}"
    rf"|\d{{1,2}}[- ]{_MONTH}([- ]\d{{2,4}})?|{_MONTH}[- ]\d{{2,4}}"
)
_PENNIES = 2
_NOISE_POUNDS = Decimal("1e-9")
_NO_MONEY = re.compile(r"£\s*[-\u2013\u2014]+")
_OTHER_CURRENCY = re.compile(r"[$€¥]|\b(usd|eur)\b", re.IGNORECASE)
_YES = frozenset({"yes", "y", "true", "t", "1", "\u2713", "\u2714"})
_NO = frozenset({"no", "n", "false", "f", "0"})
_C1 = {
    0x80 + k: bytes([0x80 + k]).decode("cp1252")
    for k in range(32)
    if k not in (0x01, 0x0D, 0x0F, 0x10, 0x1D)
}
"""Control characters that stand for Windows-1252 letters read as Latin-1."""


class Unreadable(Exception):  # noqa: N818 - it never leaves the package: it becomes a Fault
    """A cell that cannot be read as what it should be."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


def as_text(value: object) -> str:
    """Turn a cell of a frame or spreadsheet into text; what is missing becomes empty.

    Examples
    --------
    >>> [as_text(cell) for cell in (107600.0, 12.5, None, float("nan"), True, " a ")]
    ['107600', '12.5', '', '', 'yes', 'a']
    """
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, datetime.date):
        # NaT is a datetime that equals nothing, not even itself.
        return value.isoformat().removesuffix("T00:00:00") if value == value else ""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    text = str(value).strip()
    return "" if text in ("<NA>", "NaT", "nan", "None") else text


def tidy(text: str) -> str:
    """Strip spaces of every kind, and write minus as a hyphen."""
    return text.replace("\u00a0", " ").replace("\u2212", "-").strip()


def correct(text: str) -> str:
    r"""Undo the two usual mix-ups of encodings.

    Examples
    --------
    >>> correct("St John\x92s") == correct("St John\u00e2\u20ac\u2122s") == "St John\u2019s"
    True
    """
    if text.isascii():
        return text
    text = text.translate(_C1)
    if "â€" in text or "Ã" in text:
        try:
            return text.encode("cp1252").decode("utf-8")
        except UnicodeError:
            return text
    return text


def is_unknown(text: str) -> bool:
    """Whether a cell of numbers says "not known"."""
    return tidy(text).lower() in UNKNOWN_CODES


def is_formula_error(text: str) -> bool:
    """Whether a cell is the error of a spreadsheet formula, such as a look-up without result."""
    return _FORMULA_ERROR.fullmatch(tidy(text).lower()) is not None


def is_like_a_date(text: str) -> bool:
    """Whether a text is a date, into which spreadsheets turn labels such as 1-5.

    Examples
    --------
    >>> is_like_a_date("01-May"), is_like_a_date("2026-05-01"), is_like_a_date("May Lane")
    (True, True, False)
    """
    return _DATE.fullmatch(tidy(text).lower()) is not None


def _digits(text: str) -> str:
    """Check that text is a plain number and return it without thousands separators."""
    plain = tidy(text)
    if "%" in plain:
        remedy = "give the number itself, or map the column that holds it"
        raise Unreadable("it is a percentage where a number is needed", remedy)
    if plain.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        raise Unreadable("it is not a finite number", "give a number, or leave the cell blank")
    if plain.startswith("#"):
        raise Unreadable(
            "it is the error of a spreadsheet formula", "correct the formula, then save again"
        )
    if is_like_a_date(plain):
        raise Unreadable("it is a date where a number is needed", "write the number itself")
    if _GROUPED.fullmatch(plain):
        return plain.replace(",", "")
    if "," in plain and re.fullmatch(r"[+-]?[0-9.,]+", plain):
        what = "its comma does not separate thousands"
        raise Unreadable(what, "write 1,024 or 1024; a decimal point is a full stop")
    if not _NUMBER.fullmatch(plain):
        if _POWERS.fullmatch(plain):
            raise Unreadable(
                "it is in scientific notation, which may have lost digits",
                "format the column as a number and save again",
            )
        raise Unreadable(
            "it is not a number", "give a number, or leave the cell blank where not known"
        )
    return plain


def count_of(text: str) -> int:
    """Read a whole number of 0 or more.

    Examples
    --------
    >>> count_of("1,024"), count_of("12.0")
    (1024, 12)
    """
    digits = _digits(text)
    whole, _, rest = digits.partition(".")
    if digits.startswith("-") and float(digits) != 0:
        raise Unreadable("it is negative", "give a whole number of 0 or more")
    if rest.strip("0"):
        raise Unreadable("it is not a whole number", "give a whole number of 0 or more")
    if len(whole) > 12:  # more than any count or sum of money here
        raise Unreadable("it is far too large", "check the number")
    return abs(int(whole or "0"))


def number_of(text: str, *, negative: bool = False, percent: bool = False) -> float:
    """Read a finite number; `negative` and `percent` (a per cent sign) where they are allowed."""
    plain = tidy(text)
    if percent and plain.endswith("%"):
        plain = plain[:-1]
    value = float(_digits(plain))
    if not math.isfinite(value):
        raise Unreadable("it is far too large", "check the number")
    if value < 0 and not negative:
        raise Unreadable("it is negative", "give a number of 0 or more")
    return value


def pence_of(text: str) -> int:
    """Read pounds as whole pence, exactly.

    Examples
    --------
    >>> pence_of("£12,345.67"), pence_of("0.1")
    (1234567, 10)
    """
    pounds = _pounds(text)
    if pounds < 0:
        raise Unreadable("it is negative", "give pounds of 0 or more")
    pence = (pounds * 100).to_integral_value()
    if abs(pence / 100 - pounds) > _NOISE_POUNDS:
        raise Unreadable(
            f"it has more than {_PENNIES} decimal places", "give pounds and pence, such as 1234.56"
        )
    return int(pence)


def has_noise(text: str) -> bool:
    """Whether a sum of money is whole pence but for the noise of a spreadsheet's binary numbers.

    Examples
    --------
    >>> has_noise("3702.2999999999997"), has_noise("3702.30")
    (True, False)
    """
    pounds = _pounds(text)
    return pounds * 100 != (pounds * 100).to_integral_value()


def is_accounting_zero(text: str) -> bool:
    """Whether a cell is the zero of an accounting format, such as "£-"."""
    return _NO_MONEY.fullmatch(tidy(text)) is not None


def _pounds(text: str) -> Decimal:
    plain = tidy(text)
    if _NO_MONEY.fullmatch(plain):
        return Decimal(0)
    if _OTHER_CURRENCY.search(plain):
        raise Unreadable("it is not in pounds", "give pounds and pence, such as 1234.56")
    bracketed = plain.startswith("(") and plain.endswith(")")  # how accountants write below zero
    plain = plain.strip("()") if bracketed else plain
    sign, plain = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    plain = re.sub(r"^£\s*|^GBP\s*|\s*GBP$|\s*£$", "", plain.strip())
    pounds = Decimal(_digits(sign + plain))
    return -pounds if bracketed else pounds


def yes_no_of(text: str) -> bool:
    """Read yes or no."""
    word = tidy(text).lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    if word == "x":
        raise Unreadable(
            'it may be a tick or the code for "not available"', "write yes or no in this column"
        )
    raise Unreadable("it is neither yes nor no", "write yes or no, or leave the cell blank")


def word_of(text: str) -> str | None:
    """Text of a cell; None where it says that there is none."""
    plain = tidy(text)
    return None if plain.lower() in _NOTHING else plain


def urn_of(text: str) -> str:
    """Read an id as text: a whole number written as 107600.0 or '107600 becomes 107600.

    Examples
    --------
    >>> urn_of("107600.0"), urn_of(" S01 ")
    ('107600', 'S01')
    """
    plain = tidy(text).lstrip("'")
    if _POWERS.fullmatch(plain) and plain.upper().count("E") == 1 and "." in plain:
        remedy = "format the column as a number without decimals and save again"
        raise Unreadable("the URN is in scientific notation, which has lost its digits", remedy)
    whole, dot, rest = plain.partition(".")
    if dot and _WHOLE.fullmatch(whole) and not rest.strip("0"):
        plain = whole
    if any(character.isspace() for character in plain):
        raise Unreadable("the URN has a space in it", "give the URN alone")
    return plain


def unescape(text: str) -> str:
    """Undo the apostrophe that our CSV files put before text that a spreadsheet would run.

    Examples
    --------
    >>> unescape("'=1+1"), unescape("'Tis")
    ('=1+1', "'Tis")
    """
    bare = text.lstrip("'")
    return text[1:] if bare != text and bare[:1] in ("=", "+", "-", "@", "\t", "\r") else text
