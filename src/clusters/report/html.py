"""The page as HTML: templates, the policy that keeps it offline, and nothing that runs."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import Any

from clusters.maps import clean


def render(template: str, context: dict[str, Any]) -> str:
    """Fill a template of the package; everything but maps and the style sheet is escaped.

    Parameters
    ----------
    context
        Values by name. ``map`` entries and ``style`` must be safe already.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("clusters.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(context)


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
