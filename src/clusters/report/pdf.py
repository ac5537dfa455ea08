"""The paper as a tagged PDF, made from the same blocks as the Word document."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from clusters.report.html import render, safe
from clusters.report.material import Material
from clusters.report.paper import (
    MARK,
    WIDTH_CM,
    Block,
    Heading,
    Picture,
    column_widths,
    front,
)
from clusters.writers.atomic import write_bytes


def write_pdf(path: Path, material: Material, blocks: Iterable[Block]) -> Path:
    """Write the paper as PDF/UA: headings, tables and pictures are tagged for screen readers.

    Raises
    ------
    ImportError
        Without weasyprint (install ``clusters[pdf]``).
    OSError
        Without the libraries that weasyprint needs (Debian: libpango-1.0-0, libpangoft2-1.0-0).
    """
    import weasyprint
    from weasyprint.urls import URLFetcher

    text = render(
        "paper.html.jinja",
        {
            "title": material.title,
            "front": front(material),
            "blocks": list(_numbered(blocks)),
            "mark": MARK,
            "picture": _data_address,
            "widths": lambda table: column_widths(table, WIDTH_CM),
        },
    )
    nothing_fetched = URLFetcher(allowed_protocols=("data",), fail_on_errors=True)
    made = weasyprint.HTML(string=text, url_fetcher=nothing_fetched)
    data = made.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=b"clusters", full_fonts=False)
    return write_bytes(path, data)


def _numbered(blocks: Iterable[Block]) -> Iterable[tuple[str, Block]]:
    """Pair blocks with the name of their kind; parts of the paper are numbered."""
    number = 0
    for block in blocks:
        main = isinstance(block, Heading) and block.level == 1
        if main and not block.text.startswith("Appendix"):  # type: ignore[union-attr] # a Heading
            number += 1
            yield "heading", Heading(f"{number}. {block.text}", 1)  # type: ignore[union-attr] # same
        else:
            yield type(block).__name__.lower(), block


def _data_address(block: Picture) -> Any:
    return safe("data:image/png;base64," + base64.b64encode(block.path.read_bytes()).decode())
