"""The page as HTML: templates, the policy that keeps it offline, and nothing that runs."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from clusters.report.document.blocks import MARK, Picture, Section, kind
from clusters.report.material import Material
from clusters.text import clean


def render(template: str, context: dict[str, Any]) -> str:
    """Fill a template of the package; everything but maps and the style sheet is escaped.

    Parameters
    ----------
    context
        Values by name. ``map`` entries and ``style`` must be safe already.
    """
    page: str = _environment().get_template(template).render(context)
    return page


@cache
def _environment() -> Any:
    """Where templates are found and how they are filled, once: it keeps what it has compiled."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("clusters.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _printable(value: Any) -> Any:
    """Strip control characters from text on its way into the page."""
    from markupsafe import Markup

    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def safe(markup: str) -> Any:
    """Mark a drawing of this package as safe to print unescaped."""
    from markupsafe import Markup

    return Markup(markup)  # maps escape every text themselves


def style() -> tuple[str, str]:
    """Return the style sheet, and its hash as a Content-Security-Policy names it."""
    text = files("clusters.report").joinpath("templates/style.css").read_text(encoding="utf-8")
    digest = hashlib.sha256(text.encode()).digest()
    return text, "sha256-" + base64.b64encode(digest).decode()


def _plain_file(name: str) -> str:
    """Return the name of a file if it can be nothing but that: no path, no address; else ""."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+\.json", name) else ""


def _drawn(picture: Picture) -> Any:
    """Draw a picture for the page; it is made by this package and escapes every text itself."""
    if picture.svg is None:
        return None
    if picture.narrow is None:
        return safe(picture.svg())
    both = (("on-wide", picture.svg), ("on-narrow", picture.narrow))
    return safe("".join(f'<div class="{name}">{draw()}</div>' for name, draw in both))


def render_page(material: Material, sections: Sequence[Section], *, marks: bool = False) -> str:
    """Show sections as a page.

    Parameters
    ----------
    marks
        Whether places for the author are shown: on pages that nobody should see before these are
        filled.
    """
    from clusters import __version__

    text, digest = style()
    return render(
        "page.html.jinja",
        {
            "sections": [s for s in sections if not s.is_appendix],
            "appendices": [s for s in sections if s.is_appendix],
            "kind": kind,
            "drawn": _drawn,
            "mark": MARK if marks else "",
            "council": material.council,
            "title": material.title,
            "audience_note": material.audience_note,
            "date": material.date,
            "run_file": material.run_file,
            "run_link": _plain_file(material.run_file),
            "style": safe(text),
            "style_hash": digest,
            "version": __version__,
        },
    )
