"""Which parts a pack has: what was asked for is made or refused, never left out in silence."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Mapping
from typing import Any

from clusters.errors import DataError, MissingLibraryError

__all__ = ["FILES", "FORMATS", "left_out", "parts_of_a_pack", "require"]

FORMATS = ("html", "csv", "maps", "geo", "word", "excel", "letters", "pdf")
"""Parts of a pack; "maps", "word" and "letters" need ``clusters[report]``, "pdf" more."""

FILES: Mapping[str, str] = {
    ".html": "html",
    ".htm": "html",
    ".docx": "word",
    ".xlsx": "excel",
    ".pdf": "pdf",
}
"""The part that a single file holds, by its ending."""

_REPORT, _PDF = "pip install 'clusters[report]'", "pip install 'clusters[report,pdf]'"
_NEEDS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "maps": (("matplotlib", "matplotlib", _REPORT),),
    "word": (("docx", "python-docx", _REPORT), ("matplotlib", "matplotlib", _REPORT)),
    "letters": (("docx", "python-docx", _REPORT),),
    "pdf": (("weasyprint", "weasyprint", _PDF), ("matplotlib", "matplotlib", _PDF)),
}
"""Modules that a part needs, what they are called on the package index, and how to get them."""

_PUBLIC = "letters go to schools with their own numbers: there are none for the public"


def parts_of_a_pack(formats: Any, *, public: bool) -> tuple[str, ...]:
    """Check the parts that were asked for; None for all that can be made here.

    Raises
    ------
    DataError
        If a part is not known, none is named, or it is not for this audience.
    MissingLibraryError
        If a part needs a library that is not installed.
    """
    if formats is None:
        # maps are drawn as SVG all the same; `left_out` says that the pictures are missing
        return tuple(n for n in FORMATS if n == "maps" or not _obstacle(n, public=public))
    if isinstance(formats, str) or not isinstance(formats, Collection) or not formats:
        raise _fault(
            "formats names no parts", 'give a list, for instance ["html", "word"]', formats
        )
    unknown = [str(name) for name in formats if name not in FORMATS]
    if unknown:
        raise _fault(
            "the pack has no such part", f"use any of {', '.join(FORMATS)}", ", ".join(unknown)
        )
    if public and "letters" in formats:
        raise _fault(_PUBLIC, 'leave "letters" out, or write for audience="working group"', formats)
    for name in formats:
        require(name)
    return tuple(name for name in FORMATS if name in formats)


def left_out(*, public: bool) -> dict[str, str]:
    """Say why parts of a whole pack are not made here, by part."""
    reasons = {name: _obstacle(name, public=public) for name in FORMATS}
    return {name: reason for name, reason in reasons.items() if reason}


def require(part: str) -> None:
    """Refuse a part whose library is not installed.

    Raises
    ------
    MissingLibraryError
        With the command that installs it.
    """
    if reason := _missing(part):
        msg = f"{part!r} cannot be written: {reason}"
        raise MissingLibraryError(msg)


def _obstacle(part: str, *, public: bool) -> str:
    return _PUBLIC if public and part == "letters" else _missing(part)


def _missing(part: str) -> str:
    """Name the library that is missing, and how to get it; nothing where all are there.

    The libraries are loaded to find out: one may be installed without what lies under it.
    """
    for module, package, command in _NEEDS.get(part, ()):
        try:
            importlib.import_module(module)
        except ImportError:
            return f"{package} is not installed; {command}"
        except OSError as error:
            return (
                f"{package} lacks the libraries under it ({str(error).splitlines()[0]}); on Debian "
                "and Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0"
            )
    return ""


def _fault(what: str, remedy: str, value: object) -> DataError:
    return DataError.of(what, remedy, where="formats", value=value)
