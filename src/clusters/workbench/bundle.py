"""One HTML file from the page's parts: the modules become one script, held by its hash."""

from __future__ import annotations

import base64
import functools
import hashlib
import html
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from clusters.errors import ClustersError
from clusters.maps.colours import INK, MOVED, PAPER, TINTS
from clusters.maps.marks import symbols

__all__ = ["page", "policy_of", "script"]

ENTRY = "main"
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([a-z_]+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class) )", re.MULTILINE)
_NAME = re.compile(r"^export (?:async )?(?:function|const|class) (\w+)", re.MULTILINE)


def _text(name: str) -> str:
    return files("clusters.workbench").joinpath(f"page/{name}").read_text(encoding="utf-8")


@functools.cache
def script() -> str:
    """Join the modules: each is a function that returns what it exports, called once, in order.

    Raises
    ------
    ClustersError
        If a module is written in a way that this does not know.
    """
    order: list[str] = []
    bodies: dict[str, str] = {}

    def visit(name: str) -> None:
        if name in bodies:
            return
        text = _text(f"{name}.js")
        bodies[name] = _as_function(name, text)
        for imported in _IMPORT.findall(text):
            visit(imported[1])
        order.append(name)

    visit(ENTRY)
    joined = "\n".join(bodies[name] for name in order)
    return f'"use strict";\n(() => {{\n{joined}\n}})();\n'


def _as_function(name: str, text: str) -> str:
    exported = ", ".join(_NAME.findall(text))
    body = _IMPORT.sub(lambda found: f"const {{{found[1]}}} = {found[2]}_module;", text)
    body = _EXPORT.sub("", body)
    if re.search(r"^(import|export)\b", body, re.MULTILINE) or "</script" in body:
        msg = f"the module {name}.js of the page is written in a way that cannot be joined"
        raise ClustersError(msg)
    return f"const {name}_module = (() => {{\n{body}\nreturn {{ {exported} }};\n}})();"


@functools.cache
def style() -> str:
    """Return the style sheet, with the colours of the maps."""
    tints = "\n".join(
        f".tint-{k} {{ fill: {tint}; stroke: {tint}; }}" for k, tint in enumerate(TINTS)
    )
    chips = "\n".join(f".chip-{k} {{ background: {tint}; }}" for k, tint in enumerate(TINTS))
    names = f":root {{ --ink: {INK}; --paper: {PAPER}; --moved: {MOVED}; }}"
    return "\n".join([names, _text("style.css"), tints, chips])


def policy_of(*, served: bool) -> str:
    """Content-Security-Policy of the page: its own script and style sheet, nothing else."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src '{_digest(script())}'",
            f"style-src '{_digest(style())}'",
            f"connect-src {chr(39)}self{chr(39)}" if served else "connect-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
        ]
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def page(payload: Mapping[str, Any]) -> str:
    """Fill the page: everything that comes from files goes in as data and is never markup."""
    served = payload.get("server") is not None
    data = json.dumps(payload, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    parts = {
        "policy": html.escape(policy_of(served=served)),
        "title": html.escape(str(payload["title"])),
        "style": style(),
        "symbols": "\n".join(symbols("mark")),
        "data": data.replace("<", "\\u003c"),
        "script": script(),
    }
    text = _text("index.html")
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], text)
