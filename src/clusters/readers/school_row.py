"""The cells of one school into a School."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from clusters.domain import Capacity, NeedCount, School, is_number
from clusters.errors import Fault
from clusters.need_types import NEED_TYPES, NO_SPECIALIST_ASSESSMENT
from clusters.readers.cells import (
    Unreadable,
    count_of,
    has_noise,
    is_accounting_zero,
    is_formula_error,
    is_unknown,
    number_of,
    pence_of,
    tidy,
    word_of,
    yes_no_of,
)
from clusters.readers.column_names import LEVELS, NUMBERS, TRAITS, key_of, near
from clusters.readers.faults import shown
from clusters.readers.labels import Labels, is_no_label, unified
from clusters.readers.phases import phase_of
from clusters.readers.reading_report import Unknown
from clusters.readers.row_filter import Record
from clusters.readers.table import WRONG_STATE, Point
from clusters.text import counted

__all__ = ["Policy", "school_of"]

COUNTS = ("pupils", "ehcps", "sen_support")
LABELS = ("pyramid", "trust", "cluster", "expertise_unit")
_PLACES = "places"
_LEVEL = "level"
_LAESTAB_DIGITS = 7


@dataclass(slots=True)
class Policy:
    """What to do with values that are not known, and a tally of them.

    `unknown` is "leave", "refuse" or a number; or a mapping from column to one of these, in which
    "need" stands for all columns by type of need and "*" for all columns not named.
    """

    unknown: Any = "leave"
    expertise_unit: str | None = None
    types: Collection[str] = ()
    tally: dict[str, list[tuple[str, str, str, str]]] = field(default_factory=dict)
    loose: Counter[str] = field(default_factory=Counter)
    labels: dict[str, Labels] = field(default_factory=dict)
    odd: dict[str, list[str]] = field(default_factory=dict)
    signs: dict[str, Counter[bool]] = field(default_factory=dict)

    def faults(self, columns: Collection[str]) -> list[Fault]:
        """Faults of the option itself, given the columns that it may name."""
        given = self.unknown if isinstance(self.unknown, Mapping) else {"*": self.unknown}
        named = [*columns, "need", "*"]
        faults = []
        for name, action in given.items():
            if name not in named:
                faults.append(
                    Fault(
                        what=f"unknown names {name!r}, which is no column of numbers here",
                        remedy=near(str(name), named) or f"use one of {', '.join(named)}",
                        where="unknown",
                    )
                )
            if action not in ("leave", "refuse") and not (is_number(action) and action >= 0):
                faults.append(
                    Fault(
                        what=f"unknown[{name!r}] is neither 'leave', 'refuse' nor a number of 0 "
                        "or more",
                        remedy="give one of them",
                        where="unknown",
                        value=str(action),
                    )
                )
        return faults

    def action(self, key: str) -> Any:
        """Look up what to do where `key` is not known."""
        if not isinstance(self.unknown, Mapping):
            return self.unknown
        by_type = key.startswith(tuple(f"{level}_" for level in LEVELS)) and key not in COUNTS
        return self.unknown.get(
            key,
            self.unknown.get("need", self.unknown.get("*", "leave"))
            if by_type
            else self.unknown.get("*", "leave"),
        )

    def gather_labels(self, records: Sequence[Record]) -> None:
        """Find one spelling for each label, over all records."""
        keys = {key for record in records for key in record}
        for key in sorted(keys):
            if key in LABELS or (key.startswith("expertise_") and key.endswith("_unit")):
                self.labels[key] = unified(
                    unescape(record[key].text) for record in records if key in record
                )

    def left(self, key: str, record: Record) -> None:
        """Keep a record of a value that is not known and stays so."""
        text = tidy(record[key].text) if key in record else ""
        self._add(key, record, text, "left unknown")

    def _add(self, key: str, record: Record, text: str, action: str) -> None:
        name = record["name"].text if "name" in record else ""
        self.tally.setdefault(key, []).append((record["urn"].text, text, action, name))

    def missing(self, key: str, record: Record, *, whole: bool) -> Any:
        """Value to be used instead of one that is not known; None for none.

        Raises
        ------
        Unreadable
            If it is to be refused.
        """
        action = self.action(key)
        if action == "refuse":
            raise Unreadable(
                "it is not known",
                'supply it, allow it with unknown="leave", or set such schools aside with '
                f'set_aside=["no {key}"]',
            )
        if action == "leave":
            self.left(key, record)
            return None
        if whole and int(action) != action:
            raise Unreadable(
                f"unknown gives {action} for it, which is no whole number", "give a whole number"
            )
        self._add(key, record, tidy(record[key].text), f"counted as {action:g}")
        return int(action) if whole else float(action)

    def unknowns(self) -> dict[str, Unknown]:
        """Tally of what was not known, by key."""
        return {
            key: Unknown(
                count=len(entries),
                codes=Counter(code for _, code, _, _ in entries),
                urns=tuple(urn for urn, _, _, _ in entries),
                action=entries[0][2],
                names=tuple(name or urn for urn, _, _, name in entries),
            )
            for key, entries in self.tally.items()
        }

    def notes(self) -> Iterator[str]:
        """Sentences on what was odd but harmless."""
        for key, labels in self.labels.items():
            note = labels.note(key)
            if note:
                yield note
        for what, urns in self.odd.items():
            yield f"{what.format(schools=counted(len(urns), 'school'))} (URN {shown(urns)})."
        for key, signs in self.signs.items():
            if len(signs) > 1:
                yield (
                    f"{signs[True]:,} cells of {key} have a per cent sign and {signs[False]:,} "
                    "have none; the sign was taken off."
                )

    def note_odd(self, what: str, urn: str) -> None:
        """Count something odd about a school; `what` has {schools} where the number goes."""
        self.odd.setdefault(what, []).append(urn)


class _Reader:
    """Reads the cells of one record; gathers faults."""

    def __init__(self, record: Record, policy: Policy) -> None:
        self.record = record
        self.policy = policy
        self.urn = record["urn"].text
        self.faults: list[Fault] = []

    def fault(self, key: str, what: str, remedy: str) -> None:
        self.faults.append(self.record[key].fault(what, remedy, urn=self.urn))

    def wrong_state(self, key: str, *, number: bool) -> bool:
        """Whether a cell cannot be read as it stands in its spreadsheet, which is then a fault."""
        cell = self.record[key]
        if not cell.state or (cell.state == "merged" and (not number or is_unknown(cell.text))):
            return False
        self.fault(key, *WRONG_STATE[cell.state])
        return True

    def number(self, key: str, *, whole: bool) -> Any:
        cell = self.record.get(key)
        if cell is None or self.wrong_state(key, number=True):
            return None
        try:
            if is_unknown(cell.text):
                return self.policy.missing(key, self.record, whole=whole)
            if not whole:
                self.policy.signs.setdefault(key, Counter())["%" in cell.text] += 1
            return count_of(cell.text) if whole else number_of(cell.text, percent=True)
        except Unreadable as error:
            self.fault(key, error.what, error.remedy)
            return None

    def other(self, key: str, read: Any, *, number: bool = True) -> Any:
        """Read a cell that may be blank by another function."""
        cell = self.record.get(key)
        if cell is None or self.wrong_state(key, number=number):
            return None
        if is_unknown(cell.text) and not (read is yes_no_of and tidy(cell.text).lower() == "x"):
            self.policy.left(key, self.record)
            return None
        try:
            return read(cell.text)
        except Unreadable as error:
            self.fault(key, error.what, error.remedy)
            return None

    def money(self, key: str) -> int | None:
        """Read pounds; the noise of binary numbers and accounting zeros are noted."""
        pence: int | None = self.other(key, pence_of)
        if pence is not None and has_noise(self.record[key].text):
            self.policy.note_odd(
                f"{key} of {{schools}} was taken to the penny as shown: the spreadsheet stores it "
                "with a tiny error, below a billionth of a pound",
                self.urn,
            )
        if pence is not None and is_accounting_zero(self.record[key].text):
            self.policy.note_odd(
                f"{key} of {{schools}} is an accounting zero, read as £0", self.urn
            )
        return pence

    def label(self, key: str) -> str | None:
        """Read a label in the spelling that it has throughout; None where it names nothing."""
        cell = self.record.get(key)
        if cell is None or self.wrong_state(key, number=False):
            return None
        labels, text = self.policy.labels[key], unescape(cell.text)
        if text in labels.dates:
            self.fault(key, *WRONG_STATE["date"])
            return None
        found = labels.spelling[text]
        if found is None:
            self.policy.left(key, self.record)
        return found

    def word(self, key: str) -> str | None:
        cell = self.record.get(key)
        if cell is None or self.wrong_state(key, number=False):
            return None
        if is_formula_error(cell.text):
            self.policy.left(key, self.record)
            return None
        return word_of(unescape(cell.text))

    def raw(self, key: str) -> str:
        return self.record[key].text if key in self.record else ""


def unescape(text: str) -> str:
    """Undo the apostrophe that our CSV files put before text that a spreadsheet would run.

    Examples
    --------
    >>> unescape("'=1+1"), unescape("'Tis")
    ('=1+1', "'Tis")
    """
    bare = text.lstrip("'")
    return text[1:] if bare != text and bare[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def school_of(
    record: Record, point: Point | None, policy: Policy
) -> tuple[School | None, list[Fault]]:
    """Make the school of a record; None and faults where it cannot be made."""
    reader = _Reader(record, policy)
    name = _name(reader)
    counts = {key: reader.number(key, whole=True) for key in COUNTS}
    _check_counts(reader, counts)
    need, extra = _need(reader, counts)
    places = _provision_places(reader)
    expertise = _provision(reader, places) | _expertise(reader)
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


def _name(reader: _Reader) -> str:
    if "name" not in reader.record:
        return reader.urn
    if reader.wrong_state("name", number=False):
        return ""
    name = " ".join(unescape(tidy(reader.raw("name"))).split())
    if not name or is_formula_error(name):
        reader.fault("name", "the school has no name", "give its name")
    return name


def _phase(reader: _Reader) -> str:
    for key in ("phase", "type"):
        if key in reader.record and reader.wrong_state(key, number=False):
            return "unknown"
    raw = [reader.raw(key) for key in ("phase", "type")]
    words = ["" if is_no_label(text) else text for text in raw]
    phase = phase_of(words[0], words[1], reader.raw("low_age"), reader.raw("high_age"))
    if phase == "unknown" and "phase" in reader.record:
        reader.policy.left("phase", reader.record)
    return phase


def _check_counts(reader: _Reader, counts: Mapping[str, int | None]) -> None:
    pupils, ehcps, support = (counts[key] for key in COUNTS)
    if pupils is None:
        return
    for key, value in (("ehcps", ehcps), ("sen_support", support)):
        if value is not None and value > pupils:
            reader.fault(
                key,
                f"{key} is above the {pupils:,} pupils of the school",
                "check both numbers, and that the columns are not mixed up",
            )
            return
    if ehcps is not None and support is not None and ehcps + support > pupils:
        reader.fault(
            "sen_support",
            f"ehcps {ehcps:,} + sen_support {support:,} are more than the {pupils:,} pupils",
            "check the three numbers: each pupil counts in one of them at most",
        )


def _need(
    reader: _Reader, counts: Mapping[str, int | None]
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


def _by_type(reader: _Reader, level: str, total: int | None) -> dict[str, int | None]:
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
        reader.fault(
            keys[-1],
            f"the types of need add up to {given:,}, more than the {total:,} of {level}",
            f"check {level} and its types: each pupil has one primary need",
        )
    return values


def _expertise(reader: _Reader) -> dict[str, Capacity]:
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


def _provision(reader: _Reader, places: int | None) -> dict[str, Capacity]:
    """Places of resourced provision as GIAS has them, where they are all of one type."""
    kinds = _provision_types(reader)
    if len(kinds) == 1 and places:
        return {kinds[0]: Capacity(amount=places, unit=_PLACES)}
    return {}


def _provision_places(reader: _Reader) -> int | None:
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


def _quiet_count(reader: _Reader, key: str) -> int | None:
    """Read a count of which nothing hangs but the places of provision: blank is the rule there."""
    cell = reader.record.get(key)
    if cell is None or is_unknown(cell.text):
        return None
    value: int | None = reader.other(key, count_of)
    return value


def _provision_types(reader: _Reader) -> list[str]:
    labels = (reader.raw(f"provision_{k}") for k in range(1, 14))
    found = (key_of(label, reader.policy.types) for label in labels if label)
    return [kind for kind in found if kind is not None and kind in NEED_TYPES]


def _measures(reader: _Reader) -> dict[str, float]:
    names = {key: key for key in NUMBERS if key in reader.record}
    names |= {
        key: key.removeprefix("measure_") for key in reader.record if key.startswith("measure_")
    }
    values = ((name, reader.number(key, whole=False)) for key, name in names.items())
    return {name: value for name, value in values if value is not None}


def _traits(reader: _Reader, places: int | None) -> dict[str, str]:
    names = {key: key for key in TRAITS if key in reader.record}
    names |= {key: key.removeprefix("trait_") for key in reader.record if key.startswith("trait_")}
    found = {name: reader.word(key) for key, name in names.items()}
    found["laestab"] = _laestab(reader)
    kinds = _provision_types(reader)
    if kinds:
        found["provision"] = f"{', '.join(kinds)}: {places or 'unknown'} {_PLACES}"
    return {name: text for name, text in found.items() if text is not None}


def _laestab(reader: _Reader) -> str | None:
    """Seven digits of authority and establishment, by which many files know a school."""
    whole = "".join(filter(str.isdecimal, reader.raw("laestab").removesuffix(".0")))
    parts = [reader.raw(key).removesuffix(".0") for key in ("authority", "estab")]
    joined = "".join(parts) if [len(part) for part in parts] == [3, 4] else ""
    number = whole or joined
    return number if len(number) == _LAESTAB_DIGITS and number.isdecimal() else None


def units_of(records: Sequence[Record]) -> Counter[str]:
    """Units of capacity that the records name, with how often each."""
    cells: Iterator[str] = (
        cell.text
        for record in records
        for key, cell in record.items()
        if key == "expertise_unit" or (key.startswith("expertise_") and key.endswith("_unit"))
    )
    return Counter(unit for unit in cells if unit)
