"""A sheet of live formulas that works a split out again, cell by cell, in pounds.

Everything that was decided (the pot, weights, limits) and every fact (measures) is a number; every
step after that is a formula, down to the last penny by largest remainder. Cells that several
formulas read have names (Weight_ehcps, Rate_units), and so has every column (Schools_units). Two
numbers are taken as given: sums for sparsity, and the scale and level that protection needs, which
no formula finds. The last columns compare with the sums of the split.

A split that was released for the public has no schools: there the same formulas start from the
sums of the clusters that may be shown.

Spreadsheets work in binary floating point: shares are rounded to 7 decimals of a pound before
remainders are compared. Cells hold no results until a spreadsheet program opens the file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from clusters.budget.sheet_blocks import (
    EXACT,
    POUNDS,
    SHEET,
    Block,
    Names,
    cell_number,
    in_pounds,
    workings_book,
)
from clusters.budget.sheet_pot import Lines, factor_lines, lines_of_pot, pot_lines
from clusters.budget.sheet_rounding import add_rounded, order_of_ties, total_formula
from clusters.budget.sparsity import exact_measure
from clusters.budget.values import Share, Split

__all__ = ["Workings", "add_workings", "write_workings"]

_POT_HEADS = ("step", "value", "name of the cell")


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
    with workings_book(path) as book:
        add_workings(book, split, numbers)


_NUMBER = {"num_format": "#,##0.######"}
_DECIDED = {"bg_color": "#FFF4A8"}
_STYLES: Mapping[str, dict[str, Any]] = {
    "bold": {"bold": True},
    "title": {"bold": True, "font_size": 13},
    "head": {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1},
    "text": {"text_wrap": True, "valign": "top"},
    "number": _NUMBER,
    "plain": {"num_format": "0"},
    "pounds": {"num_format": POUNDS},
    "exact": {"num_format": EXACT},
    "decided": _NUMBER | _DECIDED,
    "pounds decided": {"num_format": POUNDS} | _DECIDED,
}


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
    names = (name for block, _ in made.shown for name in block.letters)
    places = range(len(split.clusters))
    return Workings(
        columns=tuple(dict.fromkeys([*_POT_HEADS, *names])),
        cells={
            name: tuple(f"{SHEET}!{made.clusters.cell(name, i)}" for i in places)
            for name in made.clusters.letters
        },
    )


class _Working:
    """The sheet while it is written."""

    def __init__(self, book: Any, split: Split, numbers: Mapping[str, int], step: int) -> None:
        self.split, self.formula, self.step = split, split.formula, step
        self.sheet = book.add_worksheet(SHEET)
        self.names = Names(book)
        self.styles = {name: book.add_format(style) for name, style in _STYLES.items()}
        self.by_school = bool(split.schools)
        count = len(split.clusters)
        self.lines = Lines(self.sheet, self.names, self.styles, row=2)
        self.at = self.lines.at
        self.numbers = [
            numbers.get(str(share.key), k) for k, share in enumerate(split.clusters, start=1)
        ]
        top = 4 + lines_of_pot(split, len(self._parts()))
        self.clusters = Block(self.sheet, self.names, "Clusters", top, count, self.styles)
        self.schools = Block(
            self.sheet, self.names, "Schools", top + count + 5, len(split.schools), self.styles
        )
        self.shown: list[tuple[Block, Sequence[Share]]] = [(self.clusters, split.clusters)]
        if self.by_school:
            self.shown.append((self.schools, split.schools))
        self.facts, self.fact_shares = self.shown[-1]

    def write(self) -> None:
        self._write_frame()
        pot_lines(self.lines, self.split)
        self._identity()
        self._facts()
        factor_lines(
            self.lines,
            [self.at[f"share {name}"] for name in self.formula.shares],
            self._parts(),
            self._rest(),
            self._all,
        )
        self._by_formula()
        if self.by_school:
            self._clusters()
            self._schools()
        elif self.step == 1 and self.split.protection is None:
            self.clusters.add(
                "flexible exact", lambda i: f"={self._c('formula exact', i)}", "exact"
            )
            add_rounded(self.clusters, lambda _: self.at["flexible"], None)
        for block, shares in self.shown:
            self._total_of(block, shares)
        checks = "+".join(f"SUMPRODUCT(--({b.all('difference')}<>0))" for b, _ in self.shown)
        self.lines.add("differences", f"={checks}", "number", "Sums that differ from the split")

    # ---- the pot

    def _write_frame(self) -> None:
        words = (
            "The whole working in pounds. Yellow cells are decisions: change one, and every sum "
            "below follows."
        )
        self.sheet.write_string(0, 0, words, self.styles["title"])
        for k, head in enumerate(_POT_HEADS, start=1):
            self.sheet.write_string(1, k, head, self.styles["head"])
        for block, _ in self.shown:
            self.sheet.write_string(block.top - 1, 0, block.title, self.styles["title"])
        for k, width in enumerate((11, 42, 24, 34)):
            self.sheet.set_column(k, k, width)
        self.sheet.set_column(4, 60, 17)
        self.sheet.freeze_panes(1, 2)

    # ---- facts, rates and what they make

    def _identity(self) -> None:
        clusters, split = self.clusters, self.split
        clusters.add("number", self.numbers, "plain")
        clusters.add("cluster", [str(share.key) for share in split.clusters], "text")
        members = {cluster.label: cluster.members for cluster in split.plan.clusters}
        clusters.add(
            "tie", order_of_ties([members[str(s.cluster)] for s in split.clusters]), "plain"
        )
        if self.by_school:
            schools = self.schools
            schools.add("urn", [str(share.key) for share in split.schools], "text")
            schools.add("school", [share.name for share in split.schools], "text")
            schools.add("cluster", [share.cluster for share in split.schools], "text")
            schools.add("tie", order_of_ties([share.members for share in split.schools]), "plain")

    def _facts(self) -> None:
        facts, formula = self.facts, self.formula
        taper = [] if formula.taper is None or not self.by_school else [formula.taper.measure]
        for name in dict.fromkeys((*formula.weights, *formula.shares, *taper)):
            facts.add(f"measure {name}", [cell_number(value) for value in self._held(name)])
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
                    in_pounds(int(sum(f.exact[s.members[0]] for f in sparse)))
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
                given = [in_pounds(share.factor_pence[name]) for share in self.split.clusters]
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

    def _rest(self) -> str:
        """Take the lump sums of all schools off, also where some clusters are hidden."""
        if self.by_school:
            columns = ("lump per cluster", "lump per school", "sparsity")
            lumps = "+".join(f"SUM({self.facts.all(name)})" for name in columns)
        else:
            known = [f for f in self.split.factors if f.kind != "rate"]
            lumps = "+".join(["0", *(str(in_pounds(factor.total_pence)) for factor in known)])
        return f"=ROUND({self.at['flexible']}-ROUND({lumps},2),2)"

    def _all(self, column: str) -> Any:
        if self.by_school:
            return f"=SUM({self.facts.all(column)})"
        name = column.removeprefix("measure ")
        totals = {f.name: sum(f.quantity.values(), Fraction(0)) for f in self.split.factors}
        return cell_number(totals.get(name, Fraction(0)))

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
        add_rounded(clusters, lambda _: self.at["flexible"], None)

    def _sum_of_schools(self, column: str, i: int) -> str:
        label = self._c("cluster", i)
        return f"=SUMIF({self.schools.all('cluster')},{label},{self.schools.all(column)})"

    def _limits(self, block: Block, shares: Sequence[Share]) -> None:
        """Shares between floors and caps, with the scale and level as given."""
        protected = self.split.protected
        if protected is None:
            return
        limits = protected.limits
        block.add("today", [in_pounds(sum_) for sum_ in limits.today], "pounds")
        if limits.pupils:
            block.add("pupils", [cell_number(count) for count in limits.pupils])
        block.add("floor", [in_pounds(sum_) for sum_ in limits.floors], "pounds")
        block.add("cap", ["" if cap is None else in_pounds(cap) for cap in limits.caps], "pounds")
        committed = [in_pounds(share.committed_pence) for share in shares]

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

        add_rounded(schools, of_cluster, "cluster")

    def _school_part(self, i: int) -> str:
        """Find a school's part of what its cluster has, in the proportions of the formula."""
        share = self.split.schools[i]
        members = {urn for c in self.split.clusters if c.key == share.cluster for urn in c.members}
        if not any(s.formula_exact for s in self.split.schools if s.key in members):
            return f"={cell_number(share.flexible_exact / 100)}"
        clusters, label = self.clusters, self.schools.cell("cluster", i)
        has, due = (
            f"SUMIF({clusters.all('cluster')},{label},{clusters.all(column)})"
            for column in ("flexible exact", "formula exact")
        )
        return f"={self.schools.cell('formula exact', i)}*{has}/{due}"

    def _total_of(self, block: Block, shares: Sequence[Share]) -> None:
        if "flexible" not in block.letters and self.split.protection is None:
            block.add("flexible", lambda i: f"={block.cell('formula exact', i)}", "pounds")
        elif "flexible" not in block.letters:  # rests on sums of schools that are not shown
            block.add("flexible", [in_pounds(s.flexible_pence) for s in shares], "pounds")
        for name in ("committed", "backdated"):
            sums = [in_pounds(getattr(share, f"{name}_pence")) for share in shares]
            block.add(name, sums, "pounds")
        block.add("total", lambda i: total_formula(block, i), "pounds")
        block.add("of the split", [in_pounds(s.total_pence) for s in shares], "pounds")
        block.add(
            "difference",
            lambda i: f"=ROUND({block.cell('total', i)}-{block.cell('of the split', i)},2)",
            "pounds",
        )
