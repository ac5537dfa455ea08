"""Scenario files: the same options, kept in TOML."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from clusters.cli.files import load_toml
from clusters.errors import DataError, Fault

_FILES = {
    *("schools", "need", "school-expertise", "links", "postcodes", "plan", "today"),
    *("boundary", "barriers", "distance-m", "minutes", "together-file", "centres-file", "out"),
}
"""Options that hold paths."""


def with_scenario(parser: argparse.ArgumentParser, arguments: list[str]) -> list[str]:
    """Put the options of a scenario file before those of the command line.

    Raises
    ------
    DataError
        If the file cannot be read, or holds what is no option of the verb.
    """
    if "--scenario" not in arguments[1:-1]:
        return arguments
    at = arguments.index("--scenario")
    path = Path(arguments[at + 1])
    rest = arguments[1:at] + arguments[at + 2 :]
    return [arguments[0], *scenario_arguments(parser, arguments[0], path), *rest]


def scenario_arguments(parser: argparse.ArgumentParser, verb: str, path: Path) -> list[str]:
    """Turn a scenario file into arguments; paths in it start from its own folder."""
    scenario = load_toml(path)
    known = _options_of(parser, verb)
    faults, found = [], []
    for key, value in scenario.items():
        name = key.replace("_", "-")
        if name not in known:
            near = get_close_matches(name, known, 1)
            faults.append(
                Fault(
                    what=f"the scenario sets {key!r}, which is no option of {verb!r}",
                    remedy=f"did you mean {near[0]!r}?" if near else "leave it out",
                    where=str(path),
                )
            )
            continue
        found += list(_arguments(name, value, path.parent))
    if faults:
        raise DataError(faults)
    return found


def _options_of(parser: argparse.ArgumentParser, verb: str) -> list[str]:
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to list its options
        choices = getattr(action, "choices", None)
        if isinstance(choices, Mapping) and verb in choices:
            options = choices[verb]._option_string_actions  # noqa: SLF001 - as above
            return [name[2:] for name in options if name.startswith("--")]
    return []


def _arguments(name: str, value: Any, folder: Path) -> Iterator[str]:
    """Write one setting as arguments: switches, lists and tables in the way argparse reads them."""
    if isinstance(value, bool):
        if value:
            yield f"--{name}"
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from (f"--{name}", f"{key}={_located(name, _written(item), folder)}")
        return
    several = isinstance(value, list) and name != "sizes"
    for item in value if several else [value]:
        yield from (f"--{name}", _located(name, _written(item), folder))


def _written(value: Any) -> str:
    if isinstance(value, list):
        numbers = all(isinstance(item, int | float) for item in value)
        return ("-" if numbers and len(value) == 2 else ",").join(map(str, value))
    return str(value)


def _located(name: str, text: str, folder: Path) -> str:
    return str(folder / text) if name in _FILES else text
