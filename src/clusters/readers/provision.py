"""Expertise and resourced provision in the record of a school."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from clusters.domain import Capacity
from clusters.need_types import NEED_TYPES
from clusters.readers.cells import count_of, is_unknown, number_of, tidy
from clusters.readers.column_names import key_of
from clusters.readers.record_reader import RecordReader
from clusters.readers.row_filter import Record

__all__ = [
    "PLACES",
    "expertise_held",
    "provision_held",
    "provision_places",
    "provision_types",
    "units_of",
]

PLACES = "places"
_LEVEL = "level"


def expertise_held(reader: RecordReader) -> dict[str, Capacity]:
    """Read the capacity of each type of need that the record gives."""
    found: dict[str, Capacity] = {}
    for key in reader.record:
        if not key.startswith("expertise_") or key.endswith("_unit"):
            continue
        amount = reader.other(key, number_of)
        if amount is None:
            continue
        unit = (
            reader.label(f"{key}_unit")
            or reader.label("expertise_unit")
            or reader.policy.expertise_unit
        )
        if unit is None and amount == 0:
            unit = reader.policy.loose.most_common(1)[0][0] if reader.policy.loose else _LEVEL
        if unit is None:
            reader.fault(
                key,
                "the capacity has no unit",
                'add a column expertise_unit, or give expertise_unit="places" (staff days, level)',
            )
            continue
        found[key.removeprefix("expertise_")] = Capacity(amount=amount, unit=unit)
    return found


def provision_held(reader: RecordReader, places: int | None) -> dict[str, Capacity]:
    """Places of resourced provision as GIAS has them, where they are all of one type."""
    kinds = provision_types(reader)
    if len(kinds) == 1 and places:
        return {kinds[0]: Capacity(amount=places, unit=PLACES)}
    return {}


def provision_places(reader: RecordReader) -> int | None:
    """Places by the kind of provision: GIAS often holds one number in both of its columns."""
    found = {key: _quiet_count(reader, key) for key in ("provision_places", "unit_places")}
    resourced, unit = found["provision_places"], found["unit_places"]
    kind = tidy(reader.raw("provision")).lower()
    if kind == "resourced provision":
        unit = None
    elif kind == "sen unit":
        resourced = None
    if resourced and resourced == unit:
        reader.policy.note_odd(
            "Places of the resourced provision and the SEN unit of {schools} are the same number, "
            "which was counted once",
            reader.urn,
        )
        unit = None
    places = (resourced or 0) + (unit or 0)
    pupils = reader.raw("pupils")
    if places and pupils.isdecimal() and places > int(pupils):
        reader.policy.note_odd(
            "Places of provision of {schools} are more than its pupils, so they count as not known",
            reader.urn,
        )
        return None
    return places or None


def _quiet_count(reader: RecordReader, key: str) -> int | None:
    """Read a count of which nothing hangs but the places of provision: blank is the rule there."""
    cell = reader.record.get(key)
    if cell is None or is_unknown(cell.text):
        return None
    value: int | None = reader.other(key, count_of)
    return value


def provision_types(reader: RecordReader) -> list[str]:
    """List the types of need that the resourced provision is for."""
    labels = (reader.raw(f"provision_{k}") for k in range(1, 14))
    found = (key_of(label, reader.policy.types) for label in labels if label)
    return [kind for kind in found if kind is not None and kind in NEED_TYPES]


def units_of(records: Sequence[Record]) -> Counter[str]:
    """Units of capacity that the records name, with how often each."""
    cells: Iterator[str] = (
        cell.text
        for record in records
        for key, cell in record.items()
        if key == "expertise_unit" or (key.startswith("expertise_") and key.endswith("_unit"))
    )
    return Counter(unit for unit in cells if unit)
