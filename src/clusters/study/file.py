"""A study as a TOML file: authorities, what holds for all of them, and what is varied."""

from __future__ import annotations

import glob
import inspect
import itertools
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clusters.arguments import checked, described
from clusters.domain import Problem
from clusters.errors import ClustersError, DataError, Fault
from clusters.geography import build_problem
from clusters.readers import read_plan, read_schools
from clusters.readers.opening import open_text
from clusters.shown import Shown
from clusters.study.case import Case, Refused
from clusters.study.rows import SECTIONS, case_of, merged, unknown_key

__all__ = ["StudyFile", "read_file"]

_READING = tuple(name for name in inspect.signature(read_schools).parameters if name != "source")
_BUILDING = tuple(name for name in inspect.signature(build_problem).parameters if name != "schools")
_FILES = {
    *("further", "need", "expertise", "postcodes", "boundary", "links", "barriers"),
    *("travel_m", "travel_min"),
}
"""Keys of an authority that hold paths."""

_TOP = {
    "store": str,
    "workers": int,
    "cluster": str,
    "attempts": int,
    "rules": dict,
    "priorities": dict,
    "settings": dict,
    "authority": list,
    "variant": list,
}
_OF_BOTH = {"name": str, "rules": dict, "priorities": dict, "settings": dict, "label": dict}
_OF_AUTHORITY = {
    **_OF_BOTH,
    "schools": (str, list),
    **dict.fromkeys((*_READING, *_BUILDING), object),
}
_OF_VARIANT = {**_OF_BOTH, "perturb": dict, "seeds": list}
_KINDS = {
    str: "a text",
    int: "a whole number",
    dict: "a table",
    list: "a list",
    (str, list): "a text or a list of texts",
}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class StudyFile(Shown):
    """What a file says: the cases, where they are kept, and where they run.

    Parameters
    ----------
    cases
        Every authority with every variant, seed and draw.
    store
        Folder of the records; by default beside the file, named after it.
    workers, cluster
        Processes on this machine; or the address of a dask scheduler.
    attempts
        As `run` takes it.

    Examples
    --------
    >>> StudyFile(cases=(), store=Path("answers"), workers=2).attempts
    3
    """

    cases: tuple[Case | Refused, ...]
    store: Path
    workers: int | None = None
    cluster: str | None = None
    attempts: int = 3


@checked
def read_file(path: str | os.PathLike[str]) -> StudyFile:
    """Read a study from a TOML file (docs/scale.md describes it).

    Raises
    ------
    DataError
        Listing every key that there is not, and every value of the wrong kind. An authority whose
        data cannot be read is no such error: its cases are rows with what is wrong.

    Examples
    --------
    >>> import tempfile
    >>> from clusters import datasets
    >>> text = f'''
    ... [rules]
    ... n_clusters = {{schools_each = 9.5}}
    ... [[authority]]
    ... name = "Calderwick"
    ... schools = "{datasets.path("schools").as_posix()}"
    ... [[variant]]
    ... seeds = [1, 2]
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "seeds.toml"
    ...     written = path.write_text(text)
    ...     file = read_file(path)
    >>> [(case.name, case.rules.n_clusters) for case in file.cases]
    [('Calderwick / seed 1', 18), ('Calderwick / seed 2', 18)]
    >>> file.store.name
    'seeds'
    """
    text, name = open_text(path)
    try:
        given = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise DataError.of(f"it is not valid TOML: {error}", "correct it", where=name) from None
    faults = list(_faults(given, name))
    if faults:
        raise DataError(faults)
    place = Path(path)
    return StudyFile(
        cases=tuple(_cases(given, place.parent)),
        store=place.parent / given.get("store", place.stem),
        workers=given.get("workers"),
        cluster=given.get("cluster"),
        attempts=given.get("attempts", 3),
    )


# ---- checks -------------------------------------------------------------------------------------


def _faults(given: Mapping[str, Any], where: str) -> Iterator[Fault]:
    yield from _table_faults(given, _TOP, where)
    for name, least in (("workers", 1), ("attempts", 1)):
        value = given.get(name)
        if type(value) is int and value < least:
            yield Fault(f"{name} is {value}", f"give {least} or more", where=where)
    if "workers" in given and "cluster" in given:
        yield Fault("both workers and cluster are set", "set one of them", where=where)
    if not given.get("authority"):
        yield Fault("there is no authority", 'add [[authority]] with schools = "FILE"', where=where)
    for kind, keys in (("authority", _OF_AUTHORITY), ("variant", _OF_VARIANT)):
        tables = given.get(kind, [])
        for number, table in enumerate(tables if isinstance(tables, list) else [], start=1):
            at = f"{where}, [[{kind}]] {number}"
            if not isinstance(table, dict):
                yield Fault(f"it is {described(table)}", f"write [[{kind}]]", where=at)
                continue
            yield from _table_faults(table, keys, at)
            if kind == "authority":
                yield from _schools_faults(table, at)
            else:
                yield from _variant_faults(table, at)


def _table_faults(table: Mapping[str, Any], keys: Mapping[str, Any], where: str) -> Iterator[Fault]:
    for key, value in table.items():
        if key not in keys:
            yield unknown_key(key, keys, where)
            continue
        kind = keys[key]
        if kind is not object and (not isinstance(value, kind) or isinstance(value, bool)):
            yield Fault(
                f"{key} is {described(value)}, not {_KINDS[kind]}", "correct it", where=where
            )
        elif key in SECTIONS and key != "perturb":
            for inner in value:
                if inner not in SECTIONS[key]:
                    yield unknown_key(inner, SECTIONS[key], f"{where}, {key}")


def _schools_faults(table: Mapping[str, Any], where: str) -> Iterator[Fault]:
    schools = table.get("schools")
    if schools is None:
        yield Fault("schools is missing", 'give schools = "FILE"', where=where)
    elif isinstance(schools, list) and not (schools and all(isinstance(s, str) for s in schools)):
        yield Fault("schools is not a list of files", 'give schools = ["FILE"]', where=where)
    if isinstance(schools, str) and "*" in schools and "name" in table:
        yield Fault(
            "name is set for several authorities",
            "leave it out: each is named after its file",
            where=where,
        )


def _variant_faults(table: Mapping[str, Any], where: str) -> Iterator[Fault]:
    perturb = table.get("perturb", {})
    if isinstance(perturb, dict):
        for key in perturb:
            if key not in (*SECTIONS["perturb"], "draws"):
                yield unknown_key(key, (*SECTIONS["perturb"], "draws"), f"{where}, perturb")
        if perturb and not isinstance(perturb.get("spread"), dict):
            yield Fault(
                "perturb has no spread",
                "give for instance perturb = {spread = {pupils = 0.05}, draws = 100}",
                where=where,
            )
        for key, least in (("draws", 1), ("seed", 0)):
            value = perturb.get(key, least)
            if type(value) is not int or value < least:
                what = f"{key} of perturb is no whole number of {least} or more"
                yield Fault(what, "correct it", where=where, value=str(value))
    seeds = table.get("seeds", [1])
    if isinstance(seeds, list) and (not seeds or any(type(seed) is not int for seed in seeds)):
        yield Fault("seeds is not a list of whole numbers", "give [1, 2, 3]", where=where)


# ---- cases --------------------------------------------------------------------------------------


def _cases(given: Mapping[str, Any], folder: Path) -> Iterator[Case | Refused]:
    base = {key: given[key] for key in ("rules", "priorities", "settings") if key in given}
    for authority in _authorities(given["authority"], folder):
        name = authority["name"]
        problem = _problem(authority, folder)
        own = {key: authority[key] for key in _OF_BOTH if key in authority and key != "name"}
        for variant in given.get("variant") or [{}]:
            for table in _drawn(variant):
                parts = table.pop("parts")
                whole = merged(base, own, table)
                whole["name"] = " / ".join([name, *parts])
                whole["authority"] = name
                whole, found = _with_reference(whole, problem, folder)
                yield case_of(whole, {name: found})


def _authorities(tables: Iterable[Mapping[str, Any]], folder: Path) -> Iterator[dict[str, Any]]:
    """Name each authority; a pattern stands for the files that fit it."""
    for table in tables:
        schools = table["schools"]
        if isinstance(schools, list):
            yield {"name": Path(schools[0]).stem, **table}
        elif "*" not in schools:
            yield {"name": Path(schools).stem, **table}
        else:
            for path in sorted(glob.glob(str(folder / schools))) or [schools]:  # noqa: PTH207 - patterns may be absolute
                yield {**table, "name": Path(path).stem, "schools": path}


def _problem(table: Mapping[str, Any], folder: Path) -> Problem | ClustersError:
    """Read an authority; the error, where it cannot be read."""
    schools = table["schools"]
    first, *further = [schools] if isinstance(schools, str) else schools
    reading = {key: _located(key, table[key], folder) for key in _READING if key in table}
    building = {key: _located(key, table[key], folder) for key in _BUILDING if key in table}
    if further:
        reading["further"] = [str(folder / file) for file in further]
    if building.get("neighbours") == "none":
        building["neighbours"] = None
    elif isinstance(building.get("neighbours"), str) and "." in building["neighbours"]:
        building["neighbours"] = str(folder / building["neighbours"])
    try:
        return build_problem(read_schools(str(folder / first), **reading), **building)
    except ClustersError as error:
        return error


def _located(key: str, value: Any, folder: Path) -> Any:
    if key in _FILES and isinstance(value, str):
        return str(folder / value)
    if key in _FILES and isinstance(value, list):
        return [_located(key, item, folder) for item in value]
    return value


def _drawn(variant: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Write out seeds and draws, each with the words that distinguish it from the others."""
    perturb = variant.get("perturb", {})
    plain = {key: variant[key] for key in _OF_BOTH if key in variant and key != "name"}
    name = [variant["name"]] if "name" in variant else []
    draws = range(perturb.get("draws", 1)) if perturb else [None]
    for seed, draw in itertools.product(variant.get("seeds", [None]), draws):
        table: dict[str, Any] = dict(plain)
        label = {"variant": variant["name"]} if name else {}
        parts = list(name)
        if seed is not None:
            table["settings"] = {**plain.get("settings", {}), "seed": seed}
            parts.append(f"seed {seed}")
        if draw is not None:
            drawn = perturb.get("seed", 1) + draw
            table["perturb"] = {"spread": perturb["spread"], "seed": drawn}
            label["draw"] = drawn
            parts.append(f"draw {drawn}")
        yield {**table, "label": {**label, **plain.get("label", {})}, "parts": parts}


def _with_reference(
    table: dict[str, Any], problem: Problem | ClustersError, folder: Path
) -> tuple[dict[str, Any], Problem | ClustersError]:
    """Read today's plan, where the priorities name its file; an error in it is the case's."""
    path = table.get("priorities", {}).get("reference")
    if not isinstance(path, str) or isinstance(problem, ClustersError):
        return table, problem
    try:
        plan = read_plan(str(folder / path), problem)
    except ClustersError as error:
        return table, error
    return {**table, "priorities": {**table["priorities"], "reference": plan}}, problem
