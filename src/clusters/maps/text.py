"""Text that came from a file, made fit to print."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

# Control characters have no place in XML; the bidirectional ones would let one name turn round the
# text after it, and the invisible ones let two different names look the same.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\ufffe\uffff\ud800-\udfff]"
)
_SPACE = re.compile(r"\s+")


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


def escaped(text: object, longest: int | None = None) -> str:
    """Clean a text and escape it for the content or an attribute of XML."""
    return escape(clean(text, longest), {'"': "&quot;", "'": "&#39;"})
