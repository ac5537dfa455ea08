"""The cells of one school into a School."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clusters.domain import NeedCount, School
from clusters.errors import Fault
from clusters.need_types import NO_SPECIALIST_ASSESSMENT
from clusters.readers.cells import count_of, is_formula_error, tidy, unescape, yes_no_of
from clusters.readers.column_names import LEVELS, NUMBERS, TRAITS
from clusters.readers.labels import is_no_label
from clusters.readers.not_known import COUNTS, Policy
from clusters.readers.phases import phase_of
from clusters.readers.provision import (
    PLACES,
    expertise_held,
    provision_held,
    provision_places,
    provision_types,
)
from clusters.readers.record_reader import RecordReader
from clusters.readers.row_filter import Record
from clusters.readers.table import Point

__all__ = ["school_of"]

_LAESTAB_DIGITS = 7


def school_of(
    record: Record, point: Point | None, policy: Policy
) -> tuple[School | None, list[Fault]]:
    """Make the school of a record; None and faults where it cannot be made."""
    reader = RecordReader(record, policy)
    name = _name(reader)
    counts = {key: reader.number(key, whole=True) for key in COUNTS}
    _check_counts(reader, counts)
    need, extra = _need(reader, counts)
    places = provision_places(reader)
    expertise = provision_held(reader, places) | expertise_held(reader)
    topup = reader.other("topup_pence", count_of)
    if "topup" in record:
        topup = reader.money("topup")
    fields: dict[str, Any] = {
        "urn": reader.urn,
        "name": name,
        "phase": _phase(reader),
        **counts,
        "need": need,
        "expertise": expertise,
        "pyramid": reader.label("pyramid"),
        "trust": reader.label("trust"),
        "can_lead": reader.other("can_lead", yes_no_of, number=False),
        "topup_pence": topup,
        "cluster": reader.label("cluster"),
        "measures": extra | _measures(reader),
        "traits": _traits(reader, places),
    }
    if reader.faults or point is None:
        return None, reader.faults
    return School(easting=point[0], northing=point[1], **fields), []


def _name(reader: RecordReader) -> str:
    if "name" not in reader.record:
        return reader.urn
    if reader.wrong_state("name", number=False):
        return ""
    name = " ".join(unescape(tidy(reader.raw("name"))).split())
    if not name or is_formula_error(name):
        reader.fault("name", "the school has no name", "give its name")
    return name


def _phase(reader: RecordReader) -> str:
    for key in ("phase", "type"):
        if key in reader.record and reader.wrong_state(key, number=False):
            return "unknown"
    raw = [reader.raw(key) for key in ("phase", "type")]
    words = ["" if is_no_label(text) else text for text in raw]
    phase = phase_of(words[0], words[1], reader.raw("low_age"), reader.raw("high_age"))
    if phase == "unknown" and "phase" in reader.record:
        reader.policy.left("phase", reader.record)
    return phase


def _check_counts(reader: RecordReader, counts: Mapping[str, int | None]) -> None:
    pupils, ehcps, support = (counts[key] for key in COUNTS)
    if pupils is None:
        return
    for key, value in (("ehcps", ehcps), ("sen_support", support)):
        if value is not None and value > pupils:
            remedy = "check both numbers, and that the columns are not mixed up"
            reader.fault(key, f"{key} is above the {pupils:,} pupils of the school", remedy)
            return
    if ehcps is not None and support is not None and ehcps + support > pupils:
        reader.fault(
            "sen_support",
            f"ehcps {ehcps:,} + sen_support {support:,} are more than the {pupils:,} pupils",
            "check the three numbers: each pupil counts in one of them at most",
        )


def _need(
    reader: RecordReader, counts: Mapping[str, int | None]
) -> tuple[dict[str, NeedCount], dict[str, float]]:
    """Pupils by type of need; those without an assessed type are a measure, not a type."""
    found: dict[str, dict[str, int]] = {}
    extra: dict[str, float] = {}
    for level in LEVELS:
        for key, value in _by_type(reader, level, counts[level]).items():
            kind = key[len(level) + 1 :]
            levels = found.setdefault(kind, {}) if kind != NO_SPECIALIST_ASSESSMENT else {}
            if value is not None:
                levels[level] = value
                extra |= {} if kind in found else {key: float(value)}
    return {kind: NeedCount(**levels) for kind, levels in found.items()}, extra


def _by_type(reader: RecordReader, level: str, total: int | None) -> dict[str, int | None]:
    """Pupils by column of one level. Where the types given make up the total, blanks are zero."""
    keys = [key for key in reader.record if key.startswith(f"{level}_") and key not in COUNTS]
    blank = [key for key in keys if not reader.raw(key)]
    values = {key: reader.number(key, whole=True) for key in keys if key not in blank}
    whole = None not in values.values()
    given = sum(value or 0 for value in values.values())
    if blank and whole and given == total:
        values |= dict.fromkeys(blank, 0)
    else:
        values |= {key: reader.number(key, whole=True) for key in blank}
    given = sum(value or 0 for value in values.values())
    if total is not None and given > total:
        what = f"the types of need add up to {given:,}, more than the {total:,} of {level}"
        remedy = f"check {level} and its types: each pupil has one primary need"
        reader.fault(keys[-1], what, remedy)
    return values


def _measures(reader: RecordReader) -> dict[str, float]:
    names = {key: key for key in NUMBERS if key in reader.record}
    names |= {
        key: key.removeprefix("measure_") for key in reader.record if key.startswith("measure_")
    }
    values = ((name, reader.number(key, whole=False)) for key, name in names.items())
    return {name: value for name, value in values if value is not None}


def _traits(reader: RecordReader, places: int | None) -> dict[str, str]:
    names = {key: key for key in TRAITS if key in reader.record}
    names |= {key: key.removeprefix("trait_") for key in reader.record if key.startswith("trait_")}
    found = {name: reader.word(key) for key, name in names.items()}
    found["laestab"] = _laestab(reader)
    kinds = provision_types(reader)
    if kinds:
        found["provision"] = f"{', '.join(kinds)}: {places or 'unknown'} {PLACES}"
    return {name: text for name, text in found.items() if text is not None}


def _laestab(reader: RecordReader) -> str | None:
    """Seven digits of authority and establishment, by which many files know a school."""
    whole = "".join(filter(str.isdecimal, reader.raw("laestab").removesuffix(".0")))
    parts = [reader.raw(key).removesuffix(".0") for key in ("authority", "estab")]
    joined = "".join(parts) if [len(part) for part in parts] == [3, 4] else ""
    number = whole or joined
    return number if len(number) == _LAESTAB_DIGITS and number.isdecimal() else None
