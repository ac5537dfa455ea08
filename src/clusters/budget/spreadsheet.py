"""A sheet of live formulas that works a split out again, cell by cell, in pounds.

Everything that was decided (the pot, weights, limits) and every fact (measures) is a number; every
step after that is a formula, down to the last penny by largest remainder. Cells that several
formulas read have names (Weight_ehcps, Rate_units), and so has every column (Schools_units). Two
numbers are taken as given: sums for sparsity, and the scale and level that protection needs, which
no formula finds. The last columns compare with the sums of the split.

A split that was released for the public has no schools: there the same formulas start from the
sums of the clusters that may be shown.

Spreadsheets reckon in binary floating point: shares are rounded to 7 decimals of a pound before
remainders are compared. Cells hold no results until a spreadsheet program opens the file.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from clusters.budget.sparsity import exact_measure
from clusters.budget.values import Share, Split
from clusters.domain import SchoolId
from clusters.money import exact_number, lowest_first, pence

__all__ = ["SHEET", "Workings", "add_workings", "without_results", "write_workings"]

SHEET = "Working"
_POT_HEADS = ("step", "value", "name of the cell")
_POUNDS = "£#,##0.00;[Red]-£#,##0.00"
_EXACT = "£#,##0.00#####;[Red]-£#,##0.00#####"


def write_workings(
    path: str | Path, split: Split, numbers: Mapping[str, int] | None = None
) -> None:
    """Write a workbook (.xlsx) whose formulas work the split out again, in pounds.

    Its sheet "Working" has the pot, the formula's factors and their rates, the clusters, and the
    schools. The cell named Differences counts the sums that differ from the split: 0.

    Parameters
    ----------
    path
        Where to write; an existing file is replaced.
    numbers
        Number of each cluster by label, as on the maps; else its place in the plan.
    """
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, options) as book:
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
        add_workings(book, split, numbers)
    Path(path).write_bytes(without_results(made.getvalue()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Workings:
    """What stands where on the sheet of workings.

    Parameters
    ----------
    columns
        Headings of its columns, in order.
    cells
        For each column of the clusters ("committed", "total" ...), the cell of each cluster as a
        formula of another sheet names it.
    """

    columns: tuple[str, ...]
    cells: Mapping[str, tuple[str, ...]]


def add_workings(
    book: Any, split: Split, numbers: Mapping[str, int] | None = None, *, step_pence: int = 1
) -> Workings:
    """Add the sheet of :func:`write_workings` to an open XlsxWriter workbook.

    Parameters
    ----------
    step_pence
        What the sums of a released split are rounded to.
    """
    made = _Working(book, split, numbers or {}, step_pence)
    made.write()
    blocks = [made.clusters, *([made.schools] if split.schools else [])]
    return Workings(
        columns=tuple(
            dict.fromkeys([*_POT_HEADS, *(name for block in blocks for name in block.letters)])
        ),
        cells={
            name: tuple(
                f"{SHEET}!{made.clusters.cell(name, i)}" for i in range(len(split.clusters))
            )
            for name in made.clusters.letters
        },
    )


_RESULT = re.compile(rb"(</f>)<v>0</v>")


def without_results(book: bytes) -> bytes:
    """Take the results out that XlsxWriter puts in for every formula, 0, so that all are reckoned.

    LibreOffice believes the results that it finds in a file and reckons only those missing.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(made, "w") as new:
        for entry in old.infolist():
            content = _RESULT.sub(rb"\1", old.read(entry))
            new.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED)
    return made.getvalue()


class _Names:
    """Names of cells and columns: letters, digits and underscores, each once."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.used: set[str] = set()

    def define(self, words: str, where: str) -> str:
        """Name a cell or column after what it holds; return the name."""
        plain = re.sub(r"\W+", "_", words, flags=re.ASCII).strip("_") or "cell"
        name = plain[0].upper() + plain[1:]
        name = name if "_" in name and not name[0].isdigit() else f"Cell_{name}"
        name, k = name[:200], 2
        while name.casefold() in self.used:
            name, k = f"{name.rstrip('0123456789')}{k}", k + 1
        self.used.add(name.casefold())
        self.book.define_name(name, f"={where}")
        return name


@dataclass(slots=True)
class _Block:
    """Columns of one part of the sheet by name, so that formulas can refer to them."""

    sheet: Any
    names: _Names
    title: str
    top: int
    count: int
    styles: Mapping[str, Any]
    letters: dict[str, str] = field(default_factory=dict)
    ranges: dict[str, str] = field(default_factory=dict)

    def cell(self, column: str, row: int) -> str:
        return f"${self.letters[column]}{self.top + 2 + row}"

    def all(self, column: str) -> str:
        return self.ranges[column]

    def add(
        self, column: str, values: Iterable[Any] | Callable[[int], str], style: str = "number"
    ) -> None:
        """Add a column of values, or of formulas by row."""
        from xlsxwriter.utility import xl_col_to_name

        k = len(self.letters)
        letter = self.letters[column] = xl_col_to_name(k)
        first, last = self.top + 2, self.top + 1 + max(self.count, 1)
        self.ranges[column] = self.names.define(
            f"{self.title}_{column}", f"{SHEET}!${letter}${first}:${letter}${last}"
        )
        self.sheet.write_string(self.top, k, column.replace("_", " "), self.styles["head"])
        items = [values(i) for i in range(self.count)] if callable(values) else list(values)
        for i, item in enumerate(items):
            _write(
                *(self.sheet, self.top + 1 + i, k, item, self.styles[style]),
                formula=callable(values),
            )


class _Working:
    """The sheet while it is written."""

    def __init__(self, book: Any, split: Split, numbers: Mapping[str, int], step: int) -> None:
        self.split, self.formula, self.step = split, split.formula, step
        self.sheet = book.add_worksheet(SHEET)
        self.names = _Names(book)
        self.styles = {
            "bold": book.add_format({"bold": True}),
            "title": book.add_format({"bold": True, "font_size": 13}),
            "head": book.add_format(
                {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
            ),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "number": book.add_format({"num_format": "#,##0.######"}),
            "plain": book.add_format({"num_format": "0"}),
            "pounds": book.add_format({"num_format": _POUNDS}),
            "exact": book.add_format({"num_format": _EXACT}),
            "decided": book.add_format({"num_format": "#,##0.######", "bg_color": "#FFF4A8"}),
            "pounds decided": book.add_format({"num_format": _POUNDS, "bg_color": "#FFF4A8"}),
        }
        self.by_school = bool(split.schools)
        count = len(split.clusters)
        self.row = 2
        self.at: dict[str, str] = {}
        self.numbers = [
            numbers.get(str(share.key), k) for k, share in enumerate(split.clusters, start=1)
        ]
        top = self.row + self._pot_height() + 2
        self.clusters = _Block(self.sheet, self.names, "Clusters", top, count, self.styles)
        self.schools = _Block(
            self.sheet, self.names, "Schools", top + count + 5, len(split.schools), self.styles
        )
        self.facts = self.schools if self.by_school else self.clusters
        self.fact_shares = split.schools if self.by_school else split.clusters

    def write(self) -> None:
        self._write_frame()
        self._pot_rows()
        self._identity()
        self._facts()
        self._factor_rows()
        self._by_formula()
        if self.by_school:
            self._clusters()
            self._schools()
        elif self.step == 1 and self.split.protection is None:
            self.clusters.add(
                "flexible exact", lambda i: f"={self._c('formula exact', i)}", "exact"
            )
            _round(self.clusters, lambda _: self.at["flexible"], None)
        self._totals()
        blocks = [self.clusters, *([self.schools] if self.by_school else [])]
        checks = "+".join(f"SUMPRODUCT(--({b.all('difference')}<>0))" for b in blocks)
        self._line("differences", f"={checks}", "number", "Sums that differ from the split")

    # ---- the pot

    def _write_frame(self) -> None:
        words = (
            "The whole working in pounds. Yellow cells are decisions: change one, and every sum "
            "below follows."
        )
        self.sheet.write_string(0, 0, words, self.styles["title"])
        for k, head in enumerate(_POT_HEADS, start=1):
            self.sheet.write_string(1, k, head, self.styles["head"])
        for block in (self.clusters, *([self.schools] if self.by_school else [])):
            self.sheet.write_string(block.top - 1, 0, block.title, self.styles["title"])
        self.sheet.set_column(0, 0, 11)
        self.sheet.set_column(1, 1, 42)
        self.sheet.set_column(2, 2, 24)
        self.sheet.set_column(3, 3, 34)
        self.sheet.set_column(4, 60, 17)
        self.sheet.freeze_panes(1, 2)

    def _pot_height(self) -> int:
        """Rows that the pot takes, so that what stands below has its place."""
        formula, parts = self.formula, len(self._parts())
        taper = 2 if formula.taper is not None else 0
        protected = 0 if self.split.protected is None else 2
        given = len(self.split.pot.steps) + len(formula.weights) + len(formula.shares)
        return 8 + given + taper + protected + 4 * parts

    def _line(self, name: str, value: Any, style: str = "pounds", words: str = "") -> None:
        """Write a named number or formula."""
        self.sheet.write_string(self.row, 1, words or name, self.styles["bold"])
        formula = isinstance(value, str)
        _write(self.sheet, self.row, 2, value, self.styles[style], formula=formula)
        self.at[name] = self.names.define(f"Pot_{name}", f"{SHEET}!$C${self.row + 1}")
        self.sheet.write_string(self.row, 3, self.at[name], self.styles["text"])
        self.row += 1

    def _pot_rows(self) -> None:
        pot, formula = self.split.pot, self.formula
        self._line("total", _pounds(pot.total_pence), "pounds decided", "The pot, a year")
        for name, sum_ in pot.steps.items():
            self._line(name, _pounds(sum_), "pounds decided", f"less {name}")
        taken = "-".join(self.at[name] for name in ("total", *pot.steps))
        self._line("flexible", f"=ROUND({taken},2)", "pounds", "Shared by the formula")
        self._line("lump per cluster", _pounds(pence(formula.lump_per_cluster)), "pounds decided")
        self._line("lump per school", _pounds(pence(formula.lump_per_school)), "pounds decided")
        if formula.taper is not None:
            self._line("full to", _number(exact_number(formula.taper.full_to)), "decided")
            self._line("none from", _number(exact_number(formula.taper.none_from)), "decided")
        for name, weight in formula.weights.items():
            self._line(f"weight {name}", _number(exact_number(weight)), "decided")
        for name, share in formula.shares.items():
            self._line(f"share {name}", _number(exact_number(share)), "decided")
        protected = self.split.protected
        if protected is not None:
            self._line("scale", _number(protected.factor or Fraction(1)), "number")
            level = protected.level or Fraction(0)
            per = 100 if protected.limits is not None and protected.limits.pupils else 1
            self._line("level", _number(level / per), "number", "level of gains")

    # ---- facts, rates and what they make

    def _identity(self) -> None:
        clusters, split = self.clusters, self.split
        clusters.add("number", self.numbers, "plain")
        clusters.add("cluster", [str(share.key) for share in split.clusters], "text")
        members = {cluster.label: cluster.members for cluster in split.plan.clusters}
        clusters.add("tie", _order([members[str(s.cluster)] for s in split.clusters]), "plain")
        if self.by_school:
            schools = self.schools
            schools.add("urn", [str(share.key) for share in split.schools], "text")
            schools.add("school", [share.name for share in split.schools], "text")
            schools.add("cluster", [share.cluster for share in split.schools], "text")
            schools.add("tie", _order([share.members for share in split.schools]), "plain")

    def _facts(self) -> None:
        facts, formula = self.facts, self.formula
        taper = [] if formula.taper is None or not self.by_school else [formula.taper.measure]
        for name in dict.fromkeys((*formula.weights, *formula.shares, *taper)):
            facts.add(f"measure {name}", [_number(value) for value in self._held(name)])
        terms = [(self.at[f"weight {name}"], f"measure {name}") for name in formula.weights]
        if terms:
            facts.add(
                "units", lambda i: "=" + "+".join(f"{w}*{facts.cell(m, i)}" for w, m in terms)
            )
        self._lumps()

    def _held(self, name: str) -> list[Fraction]:
        """Sum of a measure over each school, or over each cluster where no schools are known."""
        if name == "schools" and not self.by_school:
            sizes = {c.label: Fraction(len(c.members)) for c in self.split.plan.clusters}
            return [sizes[str(share.key)] for share in self.split.clusters]
        values = exact_measure(self.split.problem, name)
        return [sum((values[u] for u in s.members), Fraction(0)) for s in self.fact_shares]

    def _lumps(self) -> None:
        """Add lump sums of each school, or of each cluster where no schools are known."""
        facts, lump = self.facts, self.at["lump per cluster"]
        if self.by_school:
            facts.add(
                "lump per cluster",
                lambda i: f"={lump}/COUNTIF({facts.all('cluster')},{facts.cell('cluster', i)})",
                "exact",
            )
            facts.add("lump per school", self._school_lump, "exact")
            sparse = [f for f in self.split.factors if f.name == "sparsity"]
            facts.add(
                "sparsity",
                [
                    _pounds(int(sum(f.exact[s.members[0]] for f in sparse)))
                    for s in self.split.schools
                ],
                "pounds",
            )
            return
        names = {factor.name for factor in self.split.factors}
        if "lump_per_cluster" in names:
            facts.add("lump per cluster", lambda _: f"={lump}", "exact")
        for name in ("lump_per_school", "sparsity"):
            if name in names:  # worked out from facts of the schools, which are not shown
                given = [_pounds(share.factor_pence[name]) for share in self.split.clusters]
                facts.add(name.replace("_", " "), given, "pounds")

    def _school_lump(self, i: int) -> str:
        full = self.at["lump per school"]
        if self.formula.taper is None:
            return f"={full}"
        size = self.schools.cell(f"measure {self.formula.taper.measure}", i)
        low, high = self.at["full to"], self.at["none from"]
        return f"=INT({full}*100*MAX(0,MIN(1,({high}-{size})/({high}-{low})))+0.5)/100"

    def _parts(self) -> list[str]:
        """Columns whose numbers bring money at a rate."""
        units = ["units"] if self.formula.weights else []
        return [*(f"measure {name}" for name in self.formula.shares), *units]

    def _factor_rows(self) -> None:
        """Pots of the factors in whole pennies (largest remainder), and their rates."""
        self._line("rest", self._rest(), "pounds", "left after lump sums")
        shares = [self.at[f"share {name}"] for name in self.formula.shares]
        parts = self._parts()
        for column, part in zip(
            parts, [*shares, "(1-" + "-".join(["0", *shares]) + ")"], strict=False
        ):
            self._line(f"exact {column}", f"=ROUND({part}*{self.at['rest']},7)", "exact")
        if not parts:
            return
        first, last = self.row - len(parts) + 1, self.row
        span = f"{SHEET}!$C${first}:$C${last}"

        def whole(cells: str) -> str:
            return f"INT(ROUND({cells}*100,5))"

        def remainder(cells: str) -> str:
            return f"ROUND({cells}*100-{whole(cells)},5)"

        left = f"ROUND({self.at['rest']}*100-SUMPRODUCT({whole(span)}),0)"
        for k, column in enumerate(parts):
            own = self.at[f"exact {column}"]
            rank = f"SUMPRODUCT(--({remainder(span)}>{remainder(own)}))"
            if k:
                above = f"{SHEET}!$C${first}:$C${first + k - 1}"
                rank += f"+SUMPRODUCT(--({remainder(above)}={remainder(own)}))"
            self._line(
                f"money for {column}", f"=({whole(own)}+IF({rank}<{left},1,0))/100", "pounds"
            )
        for column in parts:
            self._line(f"all {column}", self._all(column), "number")
            of = self.at[f"all {column}"]
            rate = f"=IF({of}=0,0,{self.at[f'money for {column}']}/{of})"
            self._line(f"rate {column}", rate, "exact", f"pounds for one: {column}")

    def _rest(self) -> str:
        """Take the lump sums of all schools off, also where some clusters are hidden."""
        if self.by_school:
            columns = ("lump per cluster", "lump per school", "sparsity")
            lumps = "+".join(f"SUM({self.facts.all(name)})" for name in columns)
        else:
            known = [f for f in self.split.factors if f.kind != "rate"]
            lumps = "+".join(["0", *(str(_pounds(factor.total_pence)) for factor in known)])
        return f"=ROUND({self.at['flexible']}-ROUND({lumps},2),2)"

    def _all(self, column: str) -> Any:
        if self.by_school:
            return f"=SUM({self.facts.all(column)})"
        name = column.removeprefix("measure ")
        totals = {f.name: sum(f.quantity.values(), Fraction(0)) for f in self.split.factors}
        return _number(totals.get(name, Fraction(0)))

    def _by_formula(self) -> None:
        facts = self.facts
        lumps = ("lump per cluster", "lump per school", "sparsity")
        parts = [*self._parts(), *(name for name in lumps if name in facts.letters)]

        def amount(name: str, i: int) -> str:
            rate = self.at.get(f"rate {name}")
            exact = facts.cell(name, i) + (f"*{rate}" if rate else "")
            # Sums for the public are rounded one by one, as they are shown.
            return exact if self.step == 1 else f"ROUND({exact},{-len(str(self.step // 100)) + 1})"

        facts.add(
            "formula exact",
            lambda i: "=" + "+".join(["0", *(amount(name, i) for name in parts)]),
            "exact",
        )

    # ---- clusters and schools

    def _c(self, column: str, i: int) -> str:
        return self.clusters.cell(column, i)

    def _clusters(self) -> None:
        clusters, split = self.clusters, self.split
        clusters.add("formula exact", lambda i: self._sum_of_schools("formula exact", i), "exact")
        if split.protection is not None and split.protection.level == "cluster":
            self._limits(clusters, split.clusters)
        elif split.protection is not None:
            self._limits(self.schools, split.schools)
            clusters.add(
                "flexible exact", lambda i: self._sum_of_schools("flexible exact", i), "exact"
            )
        if "flexible exact" not in clusters.letters:
            clusters.add("flexible exact", lambda i: f"={self._c('formula exact', i)}", "exact")
        _round(clusters, lambda _: self.at["flexible"], None)

    def _sum_of_schools(self, column: str, i: int) -> str:
        label = self._c("cluster", i)
        return f"=SUMIF({self.schools.all('cluster')},{label},{self.schools.all(column)})"

    def _limits(self, block: _Block, shares: Sequence[Share]) -> None:
        """Shares between floors and caps, with the scale and level as given."""
        protected = self.split.protected
        limits = None if protected is None else protected.limits
        if protected is None or limits is None:
            return
        block.add("today", [_pounds(sum_) for sum_ in limits.today], "pounds")
        if limits.pupils:
            block.add("pupils", [_number(count) for count in limits.pupils])
        block.add("floor", [_pounds(sum_) for sum_ in limits.floors], "pounds")
        block.add("cap", ["" if cap is None else _pounds(cap) for cap in limits.caps], "pounds")
        committed = [_pounds(share.committed_pence) for share in shares]

        def amount(i: int) -> str:
            tops = [f"{self.at['scale']}*{block.cell('formula exact', i)}"]
            if limits.caps[i] is not None:
                tops.append(block.cell("cap", i))
            if protected.level is not None and (limits.pupils or limits.today)[i]:
                size = "pupils" if limits.pupils else "today"
                base = block.cell("today", i) if limits.pupils else "0"
                level = f"{base}+{self.at['level']}*{block.cell(size, i)}"
                tops.append(f"MAX(0,{level}-{committed[i]})")
            return f"=MAX({block.cell('floor', i)},MIN({','.join(tops)}))"

        block.add("flexible exact", amount, "exact")

    def _schools(self) -> None:
        schools, clusters = self.schools, self.clusters
        if "flexible exact" not in schools.letters:
            schools.add("flexible exact", self._school_part, "exact")

        def of_cluster(i: int) -> str:
            label = schools.cell("cluster", i)
            return f"SUMIF({clusters.all('cluster')},{label},{clusters.all('flexible')})"

        _round(schools, of_cluster, "cluster")

    def _school_part(self, i: int) -> str:
        """Find a school's part of what its cluster has, in the proportions of the formula."""
        share = self.split.schools[i]
        members = {urn for c in self.split.clusters if c.key == share.cluster for urn in c.members}
        if not any(s.formula_exact for s in self.split.schools if s.key in members):
            return f"={_number(share.flexible_exact / 100)}"
        clusters, label = self.clusters, self.schools.cell("cluster", i)
        has, due = (
            f"SUMIF({clusters.all('cluster')},{label},{clusters.all(column)})"
            for column in ("flexible exact", "formula exact")
        )
        return f"={self.schools.cell('formula exact', i)}*{has}/{due}"

    def _totals(self) -> None:
        """Add what is paid before the formula, the total, and the comparison with the split."""
        split = self.split
        shown = [(self.clusters, split.clusters)]
        shown += [(self.schools, split.schools)] if self.by_school else []
        for block, shares in shown:
            self._total_of(block, shares)

    def _total_of(self, block: _Block, shares: Sequence[Share]) -> None:
        if "flexible" not in block.letters and self.split.protection is None:
            block.add("flexible", lambda i: f"={block.cell('formula exact', i)}", "pounds")
        elif "flexible" not in block.letters:  # rests on sums of schools that are not shown
            block.add("flexible", [_pounds(s.flexible_pence) for s in shares], "pounds")
        block.add("committed", [_pounds(s.committed_pence) for s in shares], "pounds")
        block.add("backdated", [_pounds(s.backdated_pence) for s in shares], "pounds")
        block.add("total", lambda i: _sum(block, i), "pounds")
        block.add("of the split", [_pounds(s.total_pence) for s in shares], "pounds")
        block.add(
            "difference",
            lambda i: f"=ROUND({block.cell('total', i)}-{block.cell('of the split', i)},2)",
            "pounds",
        )


def _sum(block: _Block, i: int) -> str:
    parts = (block.cell(name, i) for name in ("committed", "backdated", "flexible"))
    return f"=ROUND({'+'.join(parts)},2)"


def _order(members: Sequence[Iterable[SchoolId]]) -> list[int]:
    """Place of each share in the tie rule: the lowest URN first."""
    keys = [min(lowest_first(urn) for urn in group) for group in members]
    ranks = {k: rank for rank, k in enumerate(sorted(range(len(keys)), key=keys.__getitem__))}
    return [ranks[k] for k in range(len(keys))]


def _round(block: _Block, total: Callable[[int], str], group: str | None) -> None:
    """Columns that round "flexible exact" by largest remainder, within groups where named."""
    block.add(
        "whole pennies",
        lambda i: f"=INT(ROUND({block.cell('flexible exact', i)}*100,5))/100",
        "pounds",
    )
    block.add(
        "remainder",
        lambda i: f"=ROUND({block.cell('flexible exact', i)}-{block.cell('whole pennies', i)},7)",
        "exact",
    )

    def same(i: int) -> str:
        return "1" if group is None else f"({block.all(group)}={block.cell(group, i)})"

    def flexible(i: int) -> str:
        own, tie = block.cell("remainder", i), block.cell("tie", i)
        rest, ties = block.all("remainder"), block.all("tie")
        ahead = f"SUMPRODUCT({same(i)}*(({rest}>{own})+({rest}={own})*({ties}<{tie})))"
        left = f"({total(i)}-SUMPRODUCT({same(i)}*{block.all('whole pennies')}))*100"
        extra = f"IF({ahead}<ROUND({left},0),0.01,0)"
        return f"=ROUND({block.cell('whole pennies', i)}+{extra},2)"

    block.add("flexible", flexible, "pounds")


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _pounds(sum_: int) -> float:
    """Pence as the pounds of a cell."""
    return sum_ / 100


def _write(sheet: Any, row: int, column: int, item: Any, style: Any, *, formula: bool) -> None:
    """Write a formula, a number, or text that never becomes a formula."""
    if formula:
        sheet.write_formula(row, column, item, style)
    elif isinstance(item, str):
        sheet.write_string(row, column, item, style)
    else:
        sheet.write_number(row, column, item, style)
