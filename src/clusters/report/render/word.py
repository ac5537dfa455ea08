"""The paper and the letters as Word documents, with styles and not with looks alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from clusters.report.document.blocks import (
    MARK,
    Block,
    Cards,
    Figures,
    Fold,
    Grid,
    Heading,
    Judgement,
    Links,
    Picture,
    Points,
    Section,
    Words,
    kind,
    numbered,
)
from clusters.report.document.table import Cell, Table
from clusters.report.material import Material
from clusters.report.render.paper import column_widths, front, is_wide, letter_points, page_width
from clusters.text import clean
from clusters.writers.atomic import write_bytes

_FIXED = datetime(2000, 1, 1)  # python-docx takes times without a zone as UTC
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_TALLEST_CM = 13.0


def write_paper(
    path: Path, material: Material, sections: Sequence[Section], pictures: Mapping[str, Path]
) -> Path:
    """Write the paper as a Word document.

    Raises
    ------
    ImportError
        Without python-docx (install ``clusters[report]``).
    """
    document = new_document(material.title)
    document.add_heading(clean(material.title), level=0)
    for name, value in front(material):
        line = document.add_paragraph()
        line.add_run(f"{name}: ").bold = True
        if value:
            line.add_run(clean(value))
        else:
            _mark(line, f"[{MARK} fill in]")
    writer = _Writer(document, pictures)
    for title, section in numbered(list(sections)):
        writer.turn(wide=False)
        document.add_heading(clean(title), level=1)
        for block in section.blocks:
            writer.add(block)
    return save(path, document)


class _Writer:
    """An open document: blocks are added to it, and its pages turned for wide tables."""

    def __init__(self, document: Any, pictures: Mapping[str, Path]) -> None:
        self.document, self.pictures, self.is_wide = document, pictures, False

    def turn(self, *, wide: bool) -> None:
        """Start pages of the other direction, where they have another."""
        from docx.enum.section import WD_ORIENT, WD_SECTION

        if wide == self.is_wide:
            return
        part = self.document.add_section(WD_SECTION.NEW_PAGE)
        part.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
        part.page_width, part.page_height = part.page_height, part.page_width
        self.is_wide = wide

    def add(self, block: Block) -> None:
        """Add a block: each kind has a method of its name."""
        getattr(self, kind(block))(block)

    def heading(self, block: Heading) -> None:
        self.turn(wide=False)
        self.document.add_heading(clean(block.text), level=2)

    def words(self, block: Words) -> None:
        self.turn(wide=False)
        self.document.add_paragraph(clean(block.text))

    def points(self, block: Points) -> None:
        self.turn(wide=False)
        add_points(self.document, block)

    def judgement(self, block: Judgement) -> None:
        self.turn(wide=False)
        if block.facts:
            self.document.add_paragraph(clean(block.facts))
        _mark(self.document.add_paragraph(style="For the author"), f"[{MARK} {block.text}]")

    def figures(self, block: Figures) -> None:
        self.points(Points(tuple(f"{pair.name}: {pair.value}" for pair in block.pairs)))

    def grid(self, block: Grid) -> None:
        self.turn(wide=is_wide(block.table))
        add_table(self.document, block.table)

    def picture(self, block: Picture) -> None:
        if block.png in self.pictures:
            self.turn(wide=False)
            _add_picture(self.document, block, self.pictures[block.png])

    def cards(self, block: Cards) -> None:
        for card in block.cards:
            self.heading(Heading(card.name))
            facts = " ".join(f"{fact.name}: {fact.value}." for fact in card.facts)
            self.document.add_paragraph(clean(facts))
            self.grid(Grid(card.table))

    def fold(self, block: Fold) -> None:
        for inner in block.blocks:
            self.add(inner)

    def links(self, block: Links) -> None:
        """Leave links of the page out: a paper has numbered parts."""


def new_document(title: str, *, numbered: bool = True) -> Any:
    """Make an empty A4 document in British English with our styles and page numbers."""
    from docx import Document
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Cm, Pt, RGBColor

    document = Document()
    facts = document.core_properties
    # The properties of a document hold at most 255 characters; the title itself stands in full.
    facts.title, facts.author, facts.language = clean(title, 255), "", "en-GB"
    facts.comments = ""
    facts.created = facts.modified = facts.last_printed = _FIXED
    facts.last_modified_by, facts.revision = "", 1
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.8)
    section.top_margin = section.bottom_margin = Cm(1.8)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(11)
    normal.paragraph_format.space_after = Pt(5)
    _set_language(document)
    for level in range(4):
        style = document.styles["Title" if level == 0 else f"Heading {level}"]
        style.font.name, style.font.color.rgb = "Arial", RGBColor(0x12, 0x30, 0x4F)
        _set_fonts(style)
    document.styles["Caption"].font.color.rgb = RGBColor(0x12, 0x30, 0x4F)
    marked = document.styles.add_style("For the author", WD_STYLE_TYPE.PARAGRAPH)
    marked.base_style = normal
    marked.font.italic = True
    if numbered:
        _number_pages(section.footer.paragraphs[0])
    return document


def _element(tag: str, **values: str) -> Any:
    """Make an element of WordprocessingML: for what python-docx has no call of its own."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(f"w:{tag}")
    for name, value in values.items():
        made.set(qn(f"w:{name}"), value)
    return made


def _set_language(document: Any) -> None:
    from docx.oxml.ns import qn

    defaults = document.styles.element.find(qn("w:docDefaults"))
    properties = defaults.find(qn("w:rPrDefault")).find(qn("w:rPr"))
    if properties.find(qn("w:lang")) is None:
        properties.append(_element("lang"))
    properties.find(qn("w:lang")).set(qn("w:val"), "en-GB")


def _set_fonts(style: Any) -> None:
    """Let headings take their own font and not the theme's."""
    from docx.oxml.ns import qn

    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{name}"), "Arial")


def _number_pages(line: Any) -> None:
    line.add_run("Page ")
    run = line.add_run()
    number = _element("instrText")
    number.text = "PAGE"
    begin, end = (_element("fldChar", fldCharType=edge) for edge in ("begin", "end"))
    for part in (begin, number, end):
        run._r.append(part)  # noqa: SLF001 - python-docx has no other way to a field


def add_points(document: Any, block: Points) -> None:
    """Add a list; numbers are written out, so that each list starts at 1."""
    for k, item in enumerate(block.items, start=1):
        if block.numbered:
            document.add_paragraph(f"{k}. {clean(item)}")
        else:
            document.add_paragraph(clean(item), style="List Bullet")


def _mark(line: Any, words: str) -> None:
    from docx.enum.text import WD_COLOR_INDEX

    line.add_run(words).font.highlight_color = WD_COLOR_INDEX.YELLOW


def add_table(document: Any, table: Table) -> None:
    """Add a table with its caption, a row of headings that repeats, and rows that stay whole."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    caption = document.add_paragraph(clean(table.caption), style="Caption")
    caption.paragraph_format.keep_with_next = True
    rows = [tuple(Cell(column.name) for column in table.columns), *table.rows]
    if table.total:
        rows.append(table.total)
    grid = document.add_table(rows=0, cols=len(table.columns))
    grid.style = "Table Grid"
    described = _element("tblCaption", val=clean(table.caption))
    grid._tbl.tblPr.append(described)  # noqa: SLF001 - python-docx has no captions for tables
    size = Pt(letter_points(table))
    widths = [Cm(width) for width in column_widths(table, page_width(table))]
    grid.autofit = False
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    for r, row in enumerate(rows):
        cells = grid.add_row()
        settings = cells._tr.get_or_add_trPr()  # noqa: SLF001 - as above
        settings.append(_element("cantSplit"))
        if r == 0:
            settings.append(_element("tblHeader"))
        bold = r == 0 or (bool(table.total) and r == len(rows) - 1)
        for place, cell, column, width in zip(cells.cells, row, table.columns, widths, strict=True):
            place.width = width
            line = place.paragraphs[0]
            line.paragraph_format.space_after = Pt(0)
            run = line.add_run(clean(cell.text))
            run.font.size, run.bold = size, bold
            if column.is_number:
                line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if r == 0:
                shade = _element("shd", val="clear", color="auto", fill="D8DDE2")
                place._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - nor shading
    document.add_paragraph()


def _add_picture(document: Any, block: Picture, path: Path) -> None:
    from docx.shared import Cm

    line = document.add_paragraph()
    line.paragraph_format.keep_with_next = True
    shape = line.add_run().add_picture(str(path), width=Cm(17))
    if shape.height > Cm(_TALLEST_CM):
        shape.width = int(shape.width * Cm(_TALLEST_CM) / shape.height)
        shape.height = Cm(_TALLEST_CM)
    facts = shape._inline.docPr  # noqa: SLF001 - python-docx has no alternative text
    facts.set("descr", clean(block.alt))
    facts.set("title", clean(block.caption))
    facts.set("name", clean(block.caption))
    document.add_paragraph(clean(block.caption), style="Caption")


def save(path: Path, document: Any) -> Path:
    """Write a document so that the same content gives the same bytes."""
    made = io.BytesIO()
    document.save(made)
    fixed = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(fixed, "w") as new:
        for entry in old.infolist():
            info = zipfile.ZipInfo(entry.filename, _ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(entry))
    return write_bytes(path, fixed.getvalue())
