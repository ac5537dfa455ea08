"""Scenario files: the same options, kept in TOML."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from clusters.cli.files import PATHS, load_toml
from clusters.errors import DataError, Faults
from clusters.rulebook import RULEBOOK

_FILES = {*PATHS, "out", "file"}
"""Options that hold paths."""

_RANGES = {rule.option for rule in RULEBOOK if rule.form.bound == "pair"}
"""Options of which a list is the least and the most."""

_OPTION = "--scenario"


def with_scenario(
    parser: argparse.ArgumentParser, arguments: list[str]
) -> tuple[list[str], list[str]]:
    """Put the options of scenario files before those of the command line.

    Both spellings are read, ``--scenario FILE`` and ``--scenario=FILE``, wherever they stand; of
    several files the later comes on top.

    Returns
    -------
    tuple of list of str
        The arguments, and sentences on what the files hold that this verb does not use.

    Raises
    ------
    DataError
        If a file cannot be read, or holds what is no option of any verb.
    """
    paths, rest = _taken_out(arguments)
    options = _options_of(parser)
    verb = rest[0] if rest else ""
    if not paths or _OPTION[2:] not in options.get(verb, {}):
        return arguments, []
    found: list[str] = []
    notes: list[str] = []
    for path in paths:
        more, unused = _read(path, verb, options)
        found += more
        notes += unused
    return [verb, *found, *rest[1:]], notes


def _taken_out(arguments: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Take the scenario files out of the arguments."""
    paths: list[Path] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        name, mark, value = word.partition("=")
        if name != _OPTION:
            rest.append(word)
            continue
        file = value if mark else next(words, "")
        if not file or (not mark and file.startswith("--")):
            raise DataError.of("--scenario names no file", "give for instance --scenario a.toml")
        paths.append(Path(file))
    return paths, rest


_Options = Mapping[str, Mapping[str, argparse.Action]]


def _options_of(parser: argparse.ArgumentParser) -> _Options:
    """Look up every verb's options, by their long names without the dashes."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to list its options
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - as above
            return {
                verb: {
                    name[2:]: option
                    for name, option in sub._option_string_actions.items()  # noqa: SLF001 - as above
                    if name.startswith("--")
                }
                for verb, sub in action.choices.items()
            }
    return {}


def _read(path: Path, verb: str, options: _Options) -> tuple[list[str], list[str]]:
    """Turn one file into arguments; paths in it start from its own folder."""
    mine = options[verb]
    known = {name for of_verb in options.values() for name in of_verb} - {"help", _OPTION[2:]}
    faults = Faults()
    found: list[str] = []
    unused: list[str] = []
    for key, value in load_toml(path).items():
        name = key.replace("_", "-")
        if name not in known:
            near = get_close_matches(name, known, 1)
            remedy = f"did you mean {near[0]!r}?" if near else "leave it out"
            faults.add(f"the scenario sets {key!r}, which is no option", remedy, where=str(path))
        elif name not in mine:
            unused.append(key)
        else:
            try:
                found += _arguments(name, value, mine[name], path.parent)
            except ValueError as error:
                faults.add(
                    f"the scenario's {key!r} cannot be used: {error}",
                    f"write it as --{name} has it (clusters {verb} --help)",
                    where=str(path),
                    value=value,
                )
    faults.refuse(DataError)
    notes = [f"{path.name}: not used by {verb!r}: {', '.join(unused)}."] if unused else []
    return found, notes


def _arguments(name: str, value: Any, action: argparse.Action, folder: Path) -> Iterator[str]:
    """Write one setting as arguments, in the one form that argparse cannot mistake: --name=value.

    Raises
    ------
    ValueError
        If the setting is of another kind than the option.
    """
    if action.nargs == 0:
        if not isinstance(value, bool):
            raise ValueError("it is true or false")
        if value:
            yield f"--{name}"
        return
    for text in _texts(name, value, several=not isinstance(action, argparse._StoreAction)):  # noqa: SLF001 - argparse names it nowhere else
        yield f"--{name}={_located(name, text, folder)}"


def _texts(name: str, value: Any, *, several: bool) -> list[str]:
    """Put a value into the texts that the command line would hold."""
    if isinstance(value, Mapping):
        if not several:
            raise ValueError("it takes one value, not a table")
        return [
            f"{key}={text}"
            for key, item in value.items()
            for text in (_many(name, item) if isinstance(item, list) else [_one(item)])
        ]
    if not isinstance(value, list):
        return [_one(value)]
    if name in _RANGES | {"clusters"}:
        return [_range(value)]
    if not several:
        raise ValueError("it takes one value, not a list")
    return [",".join(map(_one, item)) if isinstance(item, list) else _one(item) for item in value]


def _many(name: str, items: list[Any]) -> list[str]:
    """Put the list that stands for one key of a table into text: bounds, choices, or one each."""
    if name in _RANGES:
        return [_range(items)]
    return ["|".join(map(_one, items))] if name == "keep" else [_one(item) for item in items]


def _one(item: Any) -> str:
    if isinstance(item, bool | list | Mapping):
        raise ValueError("a number or a text is wanted")
    return str(item)


def _range(items: list[Any]) -> str:
    if len(items) != 2:
        raise ValueError("a range is two numbers, the least and the most")
    return "-".join(map(_one, items))


def _located(name: str, text: str, folder: Path) -> str:
    """Let a path start from the scenario's own folder; "NAME=FILE" keeps its name."""
    if name.replace("-", "_") not in _FILES:
        return text
    label, mark, file = text.partition("=") if name == "plan" else ("", "", text)
    return f"{label}{mark}{folder / file}" if mark else str(folder / text)
