"""The paper as a tagged PDF, made from the same sections as the Word document."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from clusters.report.document.blocks import MARK, Section, kind, numbered
from clusters.report.material import Material
from clusters.report.render.html import render, safe
from clusters.report.render.paper import column_widths, front, is_wide, letter_points, page_width
from clusters.writers.atomic import write_bytes


def write_pdf(
    path: Path, material: Material, sections: Sequence[Section], pictures: Mapping[str, Path]
) -> Path:
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
            "sections": list(numbered(list(sections))),
            "kind": kind,
            "mark": MARK,
            "pictures": pictures,
            "picture": lambda name: _data_address(pictures[name]),
            "is_wide": is_wide,
            "points": letter_points,
            "widths": lambda table: column_widths(table, page_width(table)),
        },
    )
    nothing_fetched = URLFetcher(allowed_protocols=("data",), fail_on_errors=True)
    made = weasyprint.HTML(string=text, url_fetcher=nothing_fetched)
    data = made.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=b"clusters", full_fonts=False)
    return write_bytes(path, data)


def _data_address(picture: Path) -> Any:
    return safe("data:image/png;base64," + base64.b64encode(picture.read_bytes()).decode())
