"""The paper and the letters as Word documents, with styles and not with looks alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from clusters.report.material import Material
from clusters.report.paper import (
    MARK,
    WIDTH_CM,
    Block,
    Grid,
    Heading,
    Judgement,
    Picture,
    Points,
    Words,
    column_widths,
    front,
)
from clusters.report.tables import Cell, Table
from clusters.text import clean
from clusters.writers.atomic import write_bytes

_FIXED = datetime(2000, 1, 1)  # python-docx takes times without a zone as UTC
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_TALLEST_CM = 17.0


def write_paper(path: Path, material: Material, blocks: Iterable[Block]) -> Path:
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
    number = 0
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1 and not _is_appendix(block):
            number += 1
            document.add_heading(f"{number}. {clean(block.text)}", level=1)
        else:
            _add(document, block)
    return save(path, document)


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
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(2)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(11)
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


def _set_language(document: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    defaults = document.styles.element.find(qn("w:docDefaults"))
    properties = defaults.find(qn("w:rPrDefault")).find(qn("w:rPr"))
    language = properties.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        properties.append(language)
    language.set(qn("w:val"), "en-GB")


def _set_fonts(style: Any) -> None:
    """Let headings take their own font and not the theme's."""
    from docx.oxml.ns import qn

    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{name}"), "Arial")


def _number_pages(line: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    line.add_run("Page ")
    run = line.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:instrText")
            part.text = text
        run._r.append(part)  # noqa: SLF001 - python-docx has no other way to a field


def _is_appendix(block: Heading) -> bool:
    return block.text.startswith("Appendix")


def _add(document: Any, block: Block) -> None:
    if isinstance(block, Heading):
        document.add_heading(clean(block.text), level=block.level)
    elif isinstance(block, Words):
        document.add_paragraph(clean(block.text))
    elif isinstance(block, Points):
        add_points(document, block)
    elif isinstance(block, Judgement):
        line = document.add_paragraph(style="For the author")
        _mark(line, f"[{MARK} {block.text}]")
    elif isinstance(block, Grid):
        add_table(document, block.table)
    else:
        _add_picture(document, block)


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
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    caption = document.add_paragraph(clean(table.caption), style="Caption")
    caption.paragraph_format.keep_with_next = True
    rows = [tuple(Cell(column.name) for column in table.columns), *table.rows]
    if table.total:
        rows.append(table.total)
    grid = document.add_table(rows=0, cols=len(table.columns))
    grid.style = "Table Grid"
    properties = grid._tbl.tblPr  # noqa: SLF001 - python-docx has no captions for tables
    described = OxmlElement("w:tblCaption")
    described.set(qn("w:val"), clean(table.caption))
    properties.append(described)
    size = Pt(9 if len(table.columns) < 8 else 7.5)
    widths = [Cm(width) for width in column_widths(table, WIDTH_CM)]
    grid.autofit = False
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    for r, row in enumerate(rows):
        cells = grid.add_row()
        settings = cells._tr.get_or_add_trPr()  # noqa: SLF001 - as above
        settings.append(OxmlElement("w:cantSplit"))
        if r == 0:
            settings.append(OxmlElement("w:tblHeader"))
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
                _shade(place, "D8DDE2")
    document.add_paragraph()


def _shade(cell: Any, colour: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - python-docx has no shading


def _add_picture(document: Any, block: Picture) -> None:
    from docx.shared import Cm

    line = document.add_paragraph()
    line.paragraph_format.keep_with_next = True
    shape = line.add_run().add_picture(str(block.path), width=Cm(17))
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
