"""What was read, what was set aside and why: the record that goes with the schools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from clusters.domain import STAND_IN, FrozenDict, School
from clusters.readers.column_names import NUMBERS, TRAITS, typed
from clusters.shown import Drawn, Shown, clip
from clusters.text import counted, first_few

__all__ = ["Disagreement", "ReadingReport", "Schools", "SetAside", "Source", "Unknown"]

COUNTED_AS = "counted as"
"""How what was done with an unknown value begins where a number was put in its place."""
_WORDS = {"ehcps": "EHC plans", "sen_support": "pupils with SEN support"}
_REASONS = 8
_AS_THEY_ARE = (
    *("urn", "name", "phase", "easting", "northing", "pupils", "ehcps", "sen_support"),
    *("pyramid", "trust"),
)
_WANTED = "set aside as asked: "


@dataclass(frozen=True, slots=True, repr=False)
class SetAside(Shown):
    """A row that was not taken, and why.

    Examples
    --------
    >>> SetAside(row=7, urn="900001", reason="no position", name="Hill School")
    SetAside(row=7, urn='900001', reason='no position', name='Hill School')
    """

    row: int
    urn: str
    reason: str
    name: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Source(Shown):
    """Where the values of one of our columns came from.

    Parameters
    ----------
    file, column
        The file and the name of its column.
    year
        As the file says in a column or in its name; None where it does not.

    Examples
    --------
    >>> print(Source(file="census.csv", column="NOR", year="2026"))
    'NOR' of census.csv (2026)
    """

    file: str
    column: str
    year: str | None = None

    def __str__(self) -> str:
        """Name the column and the file."""
        year = f" ({self.year})" if self.year else ""
        return f"{self.column!r} of {self.file}{year}"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Disagreement(Shown):
    """Two files that hold the same column with other values.

    Parameters
    ----------
    column
        Our name of the column.
    taken, other
        Where the values that were taken came from, and where the others stand.
    taken_total, other_total
        Sums over the schools for which both hold a number.
    n_compared, n_different
        Schools with a number in both; of these with another number.
    largest
        The largest differences: URN, number taken, other number.

    Examples
    --------
    >>> found = Disagreement(
    ...     column="pupils",
    ...     taken=Source("census.csv", "NOR"), other=Source("gias.csv", "NumberOfPupils"),
    ...     taken_total=410, other_total=402, n_compared=2, n_different=1,
    ...     largest=(("900001", 210, 202),))
    >>> found.taken_total - found.other_total
    8
    """

    column: str
    taken: Source
    other: Source
    taken_total: float
    other_total: float
    n_compared: int
    n_different: int
    largest: tuple[tuple[str, float, float], ...] = field(repr=False)

    def __str__(self) -> str:
        """Give both totals and the largest differences."""
        most = "; ".join(f"URN {urn}: {a:,.10g} and {b:,.10g}" for urn, a, b in self.largest)
        return (
            f"{self.column} differs for {self.n_different:,} of {self.n_compared:,} schools: "
            f"{self.taken_total:,.10g} in all by {self.taken}, which was taken, "
            f"{self.other_total:,.10g} by {self.other} (largest: {most}). Choose with "
            f'prefer={{"{self.column}": ...}}.'
        )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Unknown(Shown):
    """Values of one column that are not known, and what was done with them.

    Parameters
    ----------
    count
        How many schools.
    codes
        The cells as found, with how often each.
    urns, names
        The schools.
    action
        "left unknown" or the number that the caller gave instead.

    Examples
    --------
    >>> Unknown(count=1, codes={"c": 1}, urns=("900001",), action="left unknown")
    Unknown(count=1, codes={'c': 1}, urns=('900001',), action='left unknown')
    """

    count: int
    codes: Mapping[str, int]
    urns: tuple[str, ...]
    action: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ReadingReport(Shown):
    """What was read from one file or frame.

    Parameters
    ----------
    where
        The file.
    kind
        "CSV", "Excel", "GeoPackage", "GeoJSON", "Parquet", "frame".
    format
        The published format by whose columns the file was recognised, "template" or "other".
    encoding
        Of a text file.
    rows_read, rows_kept
        Rows below the header; rows that became schools.
    set_aside
        The rows that did not, each with its reason.
    unknown
        Values not known, by our name of the column.
    columns
        The file's column, by our name of it.
    sources
        File, column and year from which the values were taken, by our name of the column.
    totals
        Sum over the schools of each column of numbers.
    disagreements
        Where two files hold the same column with other values.
    not_used
        Columns of the file that were not used.
    not_given
        Our main columns that the file does not have.
    notes
        Sentences on what was corrected or assumed.
    others
        Reports on the further files.

    Examples
    --------
    >>> import clusters as cl
    >>> report = cl.datasets.load_schools().report
    >>> report
    ReadingReport('synthetic_schools.csv', template: 170 schools of 170 rows, 2 further files)
    >>> sorted(report.totals)[:2]
    ['ehcps', 'measure_fsm']
    """

    where: str
    kind: str = "frame"
    format: str = "other"
    encoding: str | None = None
    rows_read: int = 0
    rows_kept: int = 0
    set_aside: tuple[SetAside, ...] = ()
    unknown: Mapping[str, Unknown] = field(default_factory=FrozenDict)
    columns: Mapping[str, str] = field(default_factory=FrozenDict)
    sources: Mapping[str, Source] = field(default_factory=FrozenDict)
    totals: Mapping[str, float] = field(default_factory=FrozenDict)
    disagreements: tuple[Disagreement, ...] = ()
    not_used: tuple[str, ...] = ()
    not_given: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    others: tuple[ReadingReport, ...] = ()

    @property
    def reasons(self) -> dict[str, int]:
        """How many rows were set aside, by reason."""
        return dict(Counter(row.reason for row in self.set_aside))

    @property
    def left_out(self) -> tuple[str, ...]:
        """Sentences on the schools that the caller had set aside: they belong on every paper."""
        reasons: dict[str, list[str]] = {}
        for row in self.set_aside:
            if row.reason.startswith(_WANTED):
                name = f"{row.name} ({row.urn})" if row.name else row.urn
                reasons.setdefault(row.reason.removeprefix(_WANTED), []).append(name)
        return tuple(
            f"{counted(len(names), 'school was', 'schools were')} set aside ({reason}): "
            f"{first_few(names, 12)}."
            for reason, names in reasons.items()
        )

    def record(self) -> dict[str, Any]:
        """Make the record of the reading for run.json: what came from where, what was left out."""
        return {
            "file": self.where,
            "kind": self.kind,
            "format": self.format,
            "encoding": self.encoding,
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
            "set_aside": self.reasons,
            "left_out": list(self.left_out),
            "columns": {
                key: asdict(source) | ({"total": self.totals[key]} if key in self.totals else {})
                for key, source in self.sources.items()
            },
            "disagreements": [str(one) for one in self.disagreements],
            "not_known": {key: unknown.count for key, unknown in self.unknown.items()},
            "notes": list(self.notes),
            "further": [other.record() for other in self.others],
        }

    def __repr__(self) -> str:
        rows = f"{counted(self.rows_kept, 'school')} of {counted(self.rows_read, 'row')}"
        others = f", {counted(len(self.others), 'further file')}" if self.others else ""
        return clip(f"ReadingReport({self.where!r}, {self.format}: {rows}{others})")

    def summary(self) -> str:
        """Describe the reading in plain words, over several lines."""
        words = ", ".join(part for part in (self.kind, self.format, self.encoding) if part)
        lines = [
            f"{self.where} ({words}): {counted(self.rows_read, 'row')} read, "
            f"{self.rows_kept:,} kept, {len(self.set_aside):,} set aside."
        ]
        reasons = sorted(self.reasons.items(), key=lambda item: -item[1])
        lines += [f"  Set aside: {count:,} x {reason}." for reason, count in reasons[:_REASONS]]
        if rest := reasons[_REASONS:]:
            rows = counted(sum(count for _, count in rest), "row")
            lines.append(f"  Set aside: {rows} for {len(rest):,} further reasons (see .reasons).")
        for column, unknown in self.unknown.items():
            codes = ", ".join(f"{code or 'blank'} x {n}" for code, n in unknown.codes.items())
            lines.append(
                f"  {column} is not known for {counted(unknown.count, 'school')} ({codes}): "
                f"{unknown.action}{_of_few(unknown, self.rows_kept)}."
            )
        if self.not_given:
            lines.append(f"  Not in the file: {', '.join(self.not_given)}.")
        lines += [f"  {sentence}" for sentence in self.left_out]
        several = len({source.file for source in self.sources.values()}) > 1
        for column, total in self.totals.items() if several else ():
            lines.append(f"  {column}: from {self.sources[column]}, {total:,.10g} in all.")
        lines += [f"  {difference}" for difference in self.disagreements]
        lines += [f"  {note}" for note in self.notes]
        for other in self.others:
            lines += other.summary().splitlines()
        return "\n".join(lines)

    def __str__(self) -> str:
        """Describe the reading in plain words."""
        return self.summary()


class Schools(tuple[School, ...], Drawn):
    """The schools of a file, in its order, with the report on the reading as ``.report``.

    Examples
    --------
    >>> import clusters as cl
    >>> schools = cl.datasets.load_schools()
    >>> schools  # doctest: +ELLIPSIS
    Schools(170 schools from synthetic_schools.csv: 107 primary, 23 secondary, ...)
    >>> schools.report.rows_kept, schools[0].name
    (170, 'Brackenfold Primary School')
    """

    report: ReadingReport

    def __new__(cls, schools: Iterable[School] = (), report: ReadingReport | None = None) -> Self:
        """Make the tuple and attach the report."""
        made = super().__new__(cls, schools)
        made.report = report or ReadingReport(where="", rows_kept=len(made))
        return made

    def __repr__(self) -> str:
        phases = Counter(school.phase for school in self).most_common()
        kinds = ", ".join(f"{number:,} {phase}" for phase, number in phases)
        where = f" from {self.report.where}" if self.report.where else ""
        kinds = f": {kinds}" if kinds else ""
        return clip(f"Schools({counted(len(self), 'school')}{where}{kinds})")

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the report."""
        return type(self), (tuple(self), self.report)

    @property
    def stand_ins(self) -> tuple[str, ...]:
        """Say which numbers stand for counts that are not known, as `unknown` asked; for papers."""
        names = {str(school.urn): school.name for school in self}
        reports = (self.report, *self.report.others)
        return tuple(
            f"{STAND_IN}{_WORDS.get(column, column)} of {counted(len(held), 'school')} "
            f"({first_few(names[urn] for urn in held)}) {unknown.action}."
            for report in reports
            for column, unknown in report.unknown.items()
            if unknown.action.startswith(COUNTED_AS)
            for held in [[urn for urn in unknown.urns if urn in names]]
            if held
        )

    def to_frame(self) -> Any:
        """Table of the schools in the columns of the template, one row each (a DataFrame)."""
        import pandas as pd

        return pd.DataFrame([_row_of(school) for school in self])


def _row_of(school: School) -> dict[str, Any]:
    pence = school.topup_pence
    row: dict[str, Any] = {name: getattr(school, name) for name in _AS_THEY_ARE}
    row |= {
        "can_lead": None if school.can_lead is None else ("yes" if school.can_lead else "no"),
        "topup": None if pence is None else f"{pence // 100}.{pence % 100:02d}",
        "cluster": school.cluster,
    }
    for kind, count in school.need.items():
        row |= {f"ehcps_{kind}": count.ehcps, f"sen_support_{kind}": count.sen_support}
    for kind, capacity in school.expertise.items():
        row |= {f"expertise_{kind}": capacity.amount, f"expertise_{kind}_unit": capacity.unit}
    for name, number in school.measures.items():
        row[name if name in NUMBERS or typed(name) else f"measure_{name}"] = number
    for name, text in school.traits.items():
        row[name if name in TRAITS else f"trait_{name}"] = text
    return row


def _of_few(unknown: Unknown, n: int) -> str:
    """Name the schools of a column that is not known for few of them."""
    if 2 * unknown.count > n or not unknown.names:
        return ""
    return f" ({first_few(unknown.names)})"


def asked(reason: str) -> str:
    """Reason of a row that the caller had set aside."""
    return _WANTED + reason
