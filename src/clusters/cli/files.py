"""Options about files, and messages about files in the words of the command line."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
import threading
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clusters.cli.values import pair, texts
from clusters.errors import ClustersError, DataError, gathered

if TYPE_CHECKING:
    from clusters.readers import File

__all__ = [
    "OPTIONS",
    "WithDefaults",
    "add_options",
    "in_option_words",
    "in_options",
    "load_toml",
    "part",
    "read_group_file",
    "reading",
    "write_faults",
]

PATHS = (
    *("schools", "need", "school_expertise", "links", "postcodes", "plan", "today", "boundary"),
    *("barriers", "travel_m", "travel_min", "decisions", "together_file", "centres_file"),
    *("commitments", "backdated", "risk"),
)
"""Options that hold paths of files to be read."""

OPTIONS: Mapping[str, str] = {
    **{name: f"--{name}" for name in ("sheet", "layer", "crs", "columns", "measures", "traits")},
    **{name: f"--{name}" for name in ("types", "unknown", "keep", "need", "postcodes", "boundary")},
    **{name: f"--{name}" for name in ("barriers", "links", "prefer", "neighbours")},
    "bridges": "--bridge",
    "travel_m": "--travel-m",
    "travel_min": "--travel-min",
    "expertise": "--school-expertise",
    "expertise_unit": "--expertise-unit",
    "further": "a further --schools",
    "need_weights": "--need-weights",
    "no_way": "--no-way",
    "set_aside": "--set-aside",
    "travel_unit": "--travel-unit",
}
"""The option that does what an argument of the library does, by the argument's name."""

_ARGUMENT = re.compile(
    rf"\b({'|'.join(OPTIONS)})="
    r"""(\{[^{}]*\}|\[[^\[\]]*\]|"[^"]*"|'[^']*'|\.\.\.)?"""
)
_ITEM = re.compile(r"""\s*(["']?)(.*?)\1\s*(?::\s*(["']?)(.*?)\3\s*)?$""")
_SLOW_SECONDS = 2.0
_BYTES_PER_MB = 1e6


# messages ------------------------------------------------------------------------------------


def in_options(text: str) -> str:
    """Put what a message says of arguments into the words of the command line.

    Examples
    --------
    >>> in_options('say which column it is with columns={"urn": ...}')
    'say which column it is with --columns urn=...'
    >>> in_options('name one with sheet="2026", or give links= for changed URNs')
    'name one with --sheet 2026, or give --links for changed URNs'
    >>> in_options('leave it out with columns={"notes": None}; use no_way=[-1]')
    'leave it out with --without notes; use --no-way=-1'
    """
    return _ARGUMENT.sub(lambda found: _option(found[1], found[2] or ""), text)


def _option(name: str, value: str) -> str:
    option = OPTIONS[name]
    if not value:
        return option
    if value[0] not in "[{":
        return f"{option} {_quoted(value.strip(chr(34) + chr(39)))}"
    items = [item for item in value[1:-1].split(",") if item.strip()]
    if value[0] == "[":
        words = [item.strip().strip("\"'") for item in items]
        if name in ("types", "no_way"):
            joined = ",".join(words)
            return f"{option}={joined}" if joined.startswith("-") else f"{option} {joined}"
        return " ".join(f"{option} {_quoted(word)}" for word in words)
    words = []
    for item in items:
        parts = _ITEM.fullmatch(item)
        ours, theirs = (parts[2], parts[4] or "...") if parts else (item, "...")
        if theirs == "None":
            words.append(f"--without {_quoted(ours)}")
        else:
            words.append(f"{option} {_quoted(f'{ours}={theirs}')}")
    return " ".join(words)


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word else word


def in_option_words(error: ClustersError) -> ClustersError:
    """Error with its faults in the words of the command line; other errors as they are."""
    faults = getattr(error, "faults", None)
    if not faults:
        return error
    return type(error)(
        replace(
            fault,
            what=in_options(fault.what),
            remedy=in_options(fault.remedy),
            where=OPTIONS.get(fault.where, fault.where),
        )
        for fault in faults
    )


def write_faults(error: ClustersError, folder: str | None) -> str | None:
    """Write every fault as CSV where the message gathers them; say where, or None."""
    faults = getattr(error, "faults", ())
    if len(gathered(faults)) == len(faults):
        return None
    from clusters.writers import write_frame

    place = Path(folder or "clusters-out")
    try:
        place.mkdir(parents=True, exist_ok=True)
        path = write_frame(place / "faults.csv", error.to_frame())  # type: ignore[attr-defined]
    except (OSError, ClustersError):
        return None
    return f"All {len(faults):,} of them are in {path}."


class WithDefaults(argparse.HelpFormatter):
    """Help that states the default of each option that has one."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        default = action.default
        plain = isinstance(default, str | int | float) and not isinstance(default, bool)
        if not plain or default in ("", argparse.SUPPRESS) or not action.option_strings:
            return action.help
        return f"{action.help or ''} (default: %(default)s)".strip()


# options -------------------------------------------------------------------------------------


def add_options(box: Any, land: Any) -> None:
    """Add the options that say which part of a file is meant, and what is left out of it."""
    several: dict[str, Any] = {"action": "append", "default": []}
    box.add_argument(
        "--sheet",
        **several,
        metavar="NAME|FILE=NAME",
        help="sheet of the schools' workbook, or of another; where not given, the visible one "
        "whose header is best known",
    )
    words = "layer of the schools' GeoPackage, or of another; chosen like the sheet"
    box.add_argument("--layer", **several, metavar="NAME|FILE=NAME", help=words)
    box.add_argument(
        "--crs",
        **several,
        metavar="SYSTEM|FILE=SYSTEM",
        help="coordinate system where a file does not say it; British grid metres by default, "
        "WGS 84 for longitude and latitude",
    )
    box.add_argument(
        "--without", **several, metavar="COLUMN", help="leave a column of the files out"
    )
    words = "types of need besides the twelve of the Department for Education"
    box.add_argument("--types", type=texts, default=[], metavar="TYPE,...", help=words)
    box.add_argument(
        "--expertise-unit", metavar="UNIT", help="unit of capacities that name none, such as places"
    )
    box.add_argument(
        "--set-aside",
        **several,
        metavar="URN|LACK[=REASON]",
        help='leave schools out, named on every paper: a URN, "no position", "no pupils", "no '
        'ehcps", or "not in the main file" for rows of further files',
    )
    box.add_argument(
        "--prefer",
        **several,
        metavar="COLUMN=FILE",
        help="the file a column is taken from where several have it; counts come from the last "
        "one by default",
    )
    land.add_argument(
        "--travel-unit",
        choices=("s", "min", "h", "m", "km", "miles"),
        help="unit of the journeys where the file does not say it; by default minutes for "
        "--travel-min, metres for --travel-m",
    )
    words = 'what means "no way" in the journeys besides inf, such as blank or (with =) -1'
    land.add_argument("--no-way", type=texts, default=[], metavar="VALUE,...", help=words)


def part(chosen: Namespace, path: str | None, *, main: bool = False) -> File | None:
    """Path with the sheet, layer and coordinate system that the options name for it; or None.

    Parameters
    ----------
    main
        Whether it is the file of the schools, which options without a file's name are about.
    """
    from clusters.readers import File

    if path is None:
        return None
    return File(path, **{name: _of_file(getattr(chosen, name), path, main=main) for name in _PARTS})


_PARTS = ("sheet", "layer", "crs")


def _of_file(given: Iterable[str], path: str, *, main: bool) -> str | None:
    found = None
    for text in given:
        name, mark, value = text.partition("=")
        if mark and name in (path, Path(path).name, Path(path).stem):
            return value
        if main and (not mark or not Path(name).suffix):
            found = text
    return found


def reasons(given: Iterable[str]) -> dict[str, str]:
    """Read URN=REASON, or a name alone."""
    split = (text.partition("=") for text in given)
    return {name.strip(): reason.strip() for name, _, reason in split}


def pairs(given: Iterable[str]) -> dict[str, str]:
    """Read COLUMN=FILE of several options."""
    try:
        return dict(pair(text) for text in given)
    except argparse.ArgumentTypeError as error:
        raise DataError.of(
            str(error), "give for instance pupils=census.csv", where="--prefer"
        ) from None


def read_group_file(chosen: Namespace, file: str) -> list[str]:
    """Read the URNs of a group: FILE, or FILE:COLUMN."""
    from clusters.readers import read_group

    path, column = file, None
    if not Path(file).exists() and ":" in file:
        path, _, column = file.rpartition(":")
    return read_group(part(chosen, path), column=column)


def load_toml(path: str | os.PathLike[str], what: str = "scenario") -> dict[str, Any]:
    """Read a TOML file in whatever encoding; `what` names it in messages.

    Raises
    ------
    DataError
        If it cannot be opened, or is no TOML.
    """
    import tomllib

    from clusters.readers.opening import open_text

    text, name = open_text(path)
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise DataError.of(
            f"the {what} is not valid TOML: {error}", "correct it", where=name
        ) from None


@contextlib.contextmanager
def reading(paths: Iterable[str | None], *, quiet: bool = False) -> Iterator[None]:
    """Say which files are being read where that takes more than two seconds."""
    sizes = {Path(path).name: _size(path) for path in paths if path}
    largest = sorted(sizes, key=lambda name: -sizes[name])[:3]
    words = ", ".join(f"{name} ({sizes[name] / _BYTES_PER_MB:,.1f} MB)" for name in largest)

    def say() -> None:
        print(f"Reading {words} ...", file=sys.stderr, flush=True)

    timer = threading.Timer(_SLOW_SECONDS, say)
    timer.daemon = True
    if not quiet:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except (OSError, ValueError):
        return 0
