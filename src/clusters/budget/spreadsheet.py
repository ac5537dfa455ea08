"""A workbook of live formulas that works a split out again, cell by cell.

Everything that was decided (the pot, weights, limits) and every fact (measures) is a number; every
step after that is a formula, down to the last penny by largest remainder. Two numbers are taken as
given: sums for sparsity, and the scale and level that protection needs, which no formula finds. The
last columns compare with the pence of the split.

Spreadsheets reckon in binary floating point: exact shares are rounded to 5 decimals of a penny
before remainders are compared. Cells hold no results until a spreadsheet program opens the file.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from clusters.budget.sparsity import exact_measure
from clusters.budget.values import Share, Split
from clusters.domain import SchoolId
from clusters.money import exact_number, lowest_first, pence

__all__ = ["add_workings", "without_results", "write_workings"]

_FIRST = 3
"""Row (counted from 1) of the first cluster or school in its sheet."""


def write_workings(path: str | Path, split: Split) -> None:
    """Write a workbook (.xlsx) whose formulas work the split out again, in whole pence.

    Sheets: "Pot" (what comes off, the formula's factors and their rates), "Clusters", "Schools".
    A cell "differences" on the first sheet counts the sums that differ from the split: 0.

    Parameters
    ----------
    path
        Where to write; an existing file is replaced.
    """
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, options) as book:
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
        _Workings(book, split).write()
    Path(path).write_bytes(_without_results(made.getvalue()))


def add_workings(book: Any, split: Split) -> Callable[[str, int], str]:
    """Add the sheets of :func:`write_workings` to an open XlsxWriter workbook.

    Returns
    -------
    callable
        Gives the cell, as a formula names it, of a column of the sheet "Clusters" ("committed",
        "backdated", "flexible", "total" ...; whole pence) for the cluster at a position.
    """
    workings = _Workings(book, split)
    workings.write()
    clusters = workings.clusters
    return lambda column, i: f"{clusters.name}!{clusters.cell(column, i)}"


_RESULT = re.compile(rb"(</f>)<v>0</v>")


def _without_results(book: bytes) -> bytes:
    """Take the results out that XlsxWriter puts in for every formula, 0, so that all are reckoned.

    LibreOffice believes the results that it finds in a file and reckons only those missing.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(made, "w") as new:
        for entry in old.infolist():
            content = _RESULT.sub(rb"\1", old.read(entry))
            new.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED)
    return made.getvalue()


without_results = _without_results


class _Sheet:
    """Columns of one sheet by name, so that formulas can refer to them."""

    def __init__(self, book: Any, name: str, count: int) -> None:
        self.sheet = book.add_worksheet(name)
        self.name, self.count = name, count
        self.letters: dict[str, str] = {}
        self.bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.sheet.freeze_panes(_FIRST - 1, 1)

    def cell(self, column: str, row: int) -> str:
        return f"${self.letters[column]}{_FIRST + row}"

    def all(self, column: str) -> str:
        letter = self.letters[column]
        return f"{self.name}!${letter}${_FIRST}:${letter}${_FIRST + self.count - 1}"

    def add(self, column: str, values: Iterable[Any] | Callable[[int], str]) -> None:
        """Add a column of values, or of formulas by row."""
        from xlsxwriter.utility import xl_col_to_name

        k = len(self.letters)
        self.letters[column] = xl_col_to_name(k)
        self.sheet.write_string(_FIRST - 2, k, column, self.bold)
        self.sheet.set_column(k, k, 32 if column in ("school", "cluster") else 16)
        items = [values(i) for i in range(self.count)] if callable(values) else list(values)
        for i, item in enumerate(items):
            _write(self.sheet, _FIRST - 1 + i, k, item, formula=callable(values))


class _Workings:
    def __init__(self, book: Any, split: Split) -> None:
        self.split = split
        self.formula = split.formula
        self.pot = book.add_worksheet("Pot")
        self.clusters = _Sheet(book, "Clusters", len(split.clusters))
        self.schools = _Sheet(book, "Schools", len(split.schools))
        self.bold = book.add_format({"bold": True})
        self.pot.set_column(0, 0, 40)
        self.pot.set_column(1, 1, 22)
        self.row = 0
        self.at: dict[str, str] = {}

    def write(self) -> None:
        self._pot_rows()
        self._school_facts()
        self._factor_rows()
        self._school_shares()
        self._clusters()
        self._schools()
        self._line(
            "differences",
            f"=SUMPRODUCT(--({self.clusters.all('difference')}<>0))"
            f"+SUMPRODUCT(--({self.schools.all('difference')}<>0))",
        )

    def _line(self, name: str, value: Any, words: str = "") -> None:
        """Write a named number or formula to the first sheet."""
        self.pot.write_string(self.row, 0, words or name, self.bold)
        _write(self.pot, self.row, 1, value, formula=isinstance(value, str))
        self.row += 1
        self.at[name] = f"Pot!$B${self.row}"

    def _pot_rows(self) -> None:
        pot = self.split.pot
        self._line("total", pot.total_pence, "total (all sums in pence)")
        for name, sum_ in pot.steps.items():
            self._line(name, sum_)
        taken = "-".join(self.at[name] for name in ("total", *pot.steps))
        self._line("flexible", f"={taken}", "shared by formula")
        self._line("cluster lump", pence(self.formula.lump_per_cluster), "lump sum per cluster")
        self._line("school lump", pence(self.formula.lump_per_school), "lump sum per school")
        if self.formula.taper is not None:
            self._line("full to", _number(exact_number(self.formula.taper.full_to)))
            self._line("none from", _number(exact_number(self.formula.taper.none_from)))
        for name, weight in self.formula.weights.items():
            self._line(f"weight {name}", _number(exact_number(weight)), f"weight of {name}")
        for name, share in self.formula.shares.items():
            self._line(f"share {name}", _number(exact_number(share)), f"share of {name}")
        protected = self.split.protected
        if protected is not None:
            self._line("scale", _number(protected.factor or Fraction(1)), "scale (protection)")
            if protected.level is not None:
                self._line("level", _number(protected.level), "level of gains (protection)")

    def _order(self, shares: Sequence[Share]) -> list[int]:
        """Place of each share in the tie rule: the lowest URN first."""
        keys = [min(lowest_first(urn) for urn in share.members) for share in shares]
        ranks = {k: rank for rank, k in enumerate(sorted(range(len(keys)), key=keys.__getitem__))}
        return [ranks[k] for k in range(len(keys))]

    def _school_facts(self) -> None:
        schools, split = self.schools, self.split
        schools.add("URN", [str(share.key) for share in split.schools])
        schools.add("school", [share.name for share in split.schools])
        schools.add("cluster", [share.cluster for share in split.schools])
        schools.add("tie", self._order(split.schools))
        taper = [] if self.formula.taper is None else [self.formula.taper.measure]
        for name in dict.fromkeys((*self.formula.weights, *self.formula.shares, *taper)):
            values = exact_measure(split.problem, name)
            schools.add(f"measure {name}", [_number(values[s.members[0]]) for s in split.schools])
        terms = [(self.at[f"weight {name}"], f"measure {name}") for name in self.formula.weights]
        if terms:
            schools.add(
                "units",
                lambda i: "=" + "+".join(f"{w}*{schools.cell(m, i)}" for w, m in terms),
            )
        schools.add(
            "cluster lump",
            lambda i: (
                f"={self.at['cluster lump']}/COUNTIF({schools.all('cluster')},"
                f"{schools.cell('cluster', i)})"
            ),
        )
        schools.add("school lump", self._school_lump)
        sparse = [f for f in split.factors if f.name == "sparsity"]
        schools.add(
            "sparsity",
            [int(sum(f.exact[s.members[0]] for f in sparse)) for s in split.schools],
        )

    def _school_lump(self, i: int) -> str:
        full = self.at["school lump"]
        if self.formula.taper is None:
            return f"={full}"
        size = self.schools.cell(f"measure {self.formula.taper.measure}", i)
        low, high = self.at["full to"], self.at["none from"]
        return f"=INT({full}*MAX(0,MIN(1,({high}-{size})/({high}-{low})))+0.5)"

    def _factor_rows(self) -> None:
        """Pots of the factors in whole pence (largest remainder), and their rates."""
        lumps = "+".join(
            f"SUM({self.schools.all(name)})" for name in ("cluster lump", "school lump", "sparsity")
        )
        self._line("rest", f"={self.at['flexible']}-ROUND({lumps},0)", "left after lump sums")
        shares = [self.at[f"share {name}"] for name in self.formula.shares]
        parts = [
            (f"measure {name}", cell)
            for name, cell in zip(self.formula.shares, shares, strict=True)
        ]
        if self.formula.weights:
            parts.append(("units", "(1-" + "-".join(["0", *shares]) + ")"))
        first = self.row + 1
        for column, part in parts:
            self._line(f"exact {column}", f"=ROUND({part}*{self.at['rest']},5)", f"{column}: exact")
        cells = [self.at[f"exact {column}"] for column, _ in parts]
        last = self.row
        span = f"Pot!$B${first}:$B${last}"
        left = f"({self.at['rest']}-SUMPRODUCT(INT({span})))"
        for k, (column, _) in enumerate(parts):
            mine = f"ROUND({cells[k]}-INT({cells[k]}),5)"
            rank = f"SUMPRODUCT(--(ROUND({span}-INT({span}),5)>{mine}))"
            if k:
                above = f"Pot!$B${first}:$B${first + k - 1}"
                rank += f"+SUMPRODUCT(--(ROUND({above}-INT({above}),5)={mine}))"
            self._line(
                f"pot {column}",
                f"=INT({cells[k]})+IF({rank}<ROUND({left},0),1,0)",
                f"{column}: pot",
            )
        for column, _ in parts:
            total = f"SUM({self.schools.all(column)})"
            self._line(
                f"rate {column}",
                f"=IF({total}=0,0,{self.at[f'pot {column}']}/{total})",
                f"{column}: pence for one",
            )
        self.parts = [column for column, _ in parts]

    def _school_shares(self) -> None:
        schools = self.schools
        schools.add(
            "formula exact",
            lambda i: (
                "="
                + "+".join(
                    [
                        *(f"{schools.cell(p, i)}*{self.at[f'rate {p}']}" for p in self.parts),
                        *(
                            schools.cell(name, i)
                            for name in ("cluster lump", "school lump", "sparsity")
                        ),
                    ]
                )
            ),
        )

    def _clusters(self) -> None:
        clusters, schools, split = self.clusters, self.schools, self.split
        clusters.add("cluster", [str(share.key) for share in split.clusters])
        clusters.add("tie", self._order(split.clusters))
        clusters.add("committed", [s.committed_pence for s in split.clusters])
        clusters.add("backdated", [s.backdated_pence for s in split.clusters])
        clusters.add("formula exact", lambda i: self._sum_of_schools("formula exact", i))
        if split.protection is not None and split.protection.level == "cluster":
            self._limits(clusters, split.clusters)
        elif split.protection is not None:
            self._limits(schools, split.schools)
            clusters.add("flexible exact", lambda i: self._sum_of_schools("flexible exact", i))
        else:
            clusters.add("flexible exact", lambda i: f"={clusters.cell('formula exact', i)}")
        _round(clusters, lambda _: self.at["flexible"], None)
        _totals(clusters, split.clusters)

    def _sum_of_schools(self, column: str, i: int) -> str:
        label = self.clusters.cell("cluster", i)
        return f"=SUMIF({self.schools.all('cluster')},{label},{self.schools.all(column)})"

    def _limits(self, sheet: _Sheet, shares: Sequence[Share]) -> None:
        """Shares between floors and caps, with the scale and level as given."""
        protected = self.split.protected
        limits = None if protected is None else protected.limits
        if limits is None:
            return
        sheet.add("today", list(limits.today))
        if limits.pupils:
            sheet.add("pupils", [_number(count) for count in limits.pupils])
        sheet.add("floor", list(limits.floors))
        sheet.add("cap", ["" if cap is None else cap for cap in limits.caps])
        committed = [share.committed_pence for share in shares]

        def amount(i: int) -> str:
            tops = [f"{self.at['scale']}*{sheet.cell('formula exact', i)}"]
            if limits.caps[i] is not None:
                tops.append(sheet.cell("cap", i))
            if "level" in self.at:
                size = "pupils" if limits.pupils else "today"
                base = sheet.cell("today", i) if limits.pupils else "0"
                if (limits.pupils or limits.today)[i]:
                    level = f"{base}+{self.at['level']}*{sheet.cell(size, i)}"
                    tops.append(f"MAX(0,{level}-{committed[i]})")
            return f"=MAX({sheet.cell('floor', i)},MIN({','.join(tops)}))"

        sheet.add("flexible exact", amount)

    def _schools(self) -> None:
        schools, clusters, split = self.schools, self.clusters, self.split
        schools.add("committed", [s.committed_pence for s in split.schools])
        schools.add("backdated", [s.backdated_pence for s in split.schools])
        if "flexible exact" not in schools.letters:
            schools.add("flexible exact", self._school_part)

        def of_cluster(i: int) -> str:
            label = schools.cell("cluster", i)
            return f"SUMIF({clusters.all('cluster')},{label},{clusters.all('flexible')})"

        _round(schools, of_cluster, "cluster")
        _totals(schools, split.schools)

    def _school_part(self, i: int) -> str:
        """Find a school's part of what its cluster has, in the proportions of the formula."""
        share = self.split.schools[i]
        members = {urn for c in self.split.clusters if c.key == share.cluster for urn in c.members}
        if not any(s.formula_exact for s in self.split.schools if s.key in members):
            return f"={_number(share.flexible_exact)}"
        clusters, label = self.clusters, self.schools.cell("cluster", i)
        has, due = (
            f"SUMIF({clusters.all('cluster')},{label},{clusters.all(column)})"
            for column in ("flexible exact", "formula exact")
        )
        return f"={self.schools.cell('formula exact', i)}*{has}/{due}"


def _round(sheet: _Sheet, total: Callable[[int], str], group: str | None) -> None:
    """Columns that round "flexible exact" by largest remainder, within groups where named."""
    sheet.add("rounded", lambda i: f"=ROUND({sheet.cell('flexible exact', i)},5)")
    sheet.add("whole pence", lambda i: f"=INT({sheet.cell('rounded', i)})")
    sheet.add(
        "remainder",
        lambda i: f"=ROUND({sheet.cell('rounded', i)}-{sheet.cell('whole pence', i)},5)",
    )

    def same(i: int) -> str:
        return "1" if group is None else f"({sheet.all(group)}={sheet.cell(group, i)})"

    def flexible(i: int) -> str:
        mine, tie = sheet.cell("remainder", i), sheet.cell("tie", i)
        rest, ties = sheet.all("remainder"), sheet.all("tie")
        ahead = f"SUMPRODUCT({same(i)}*(({rest}>{mine})+({rest}={mine})*({ties}<{tie})))"
        left = f"{total(i)}-SUMPRODUCT({same(i)}*{sheet.all('whole pence')})"
        return f"={sheet.cell('whole pence', i)}+IF({ahead}<ROUND({left},0),1,0)"

    sheet.add("flexible", flexible)


def _totals(sheet: _Sheet, shares: Sequence[Share]) -> None:
    parts = ("committed", "backdated", "flexible")
    sheet.add("total", lambda i: "=" + "+".join(sheet.cell(part, i) for part in parts))
    sheet.add("of the split", [share.total_pence for share in shares])
    sheet.add("difference", lambda i: f"={sheet.cell('total', i)}-{sheet.cell('of the split', i)}")


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _write(sheet: Any, row: int, column: int, item: SchoolId | float, *, formula: bool) -> None:
    """Write a formula, a number, or text that never becomes a formula."""
    if formula:
        sheet.write_formula(row, column, item)
    elif isinstance(item, str):
        sheet.write_string(row, column, item)
    else:
        sheet.write_number(row, column, item)
