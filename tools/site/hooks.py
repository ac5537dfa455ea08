"""Pages that mkdocs makes from the code: API, command line, examples, README and the like.

Nothing is written into the tree: the pages live for as long as the site is built.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tools.site.command_line import command_line_page
from tools.site.reference import reference_pages

ROOT = Path(__file__).parents[2]

PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
"""Files of the root that are pages of the site."""

_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^( *)(`{3,}|~{3,})")
_ROLE = re.compile(r":(?:func|class|meth|data|mod|attr|exc):<code>~?([\w.]+)</code>")


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that are made from other files."""
    from mkdocs.structure.files import File

    for path, text in made_pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def made_pages() -> dict[str, str]:
    """Make the text of each page that docs/ does not hold, by its path in the site."""
    pages = {page: linked((ROOT / file).read_text("utf-8"), file) for file, page in PAGES.items()}
    pages |= dict(_example_pages())
    pages["decisions/index.md"] = _decisions_page()
    pages |= reference_pages()
    pages["reference/command_line.md"] = command_line_page()
    return pages


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Turn the links of a page of docs/ so that they hold in the site."""
    if page.file.generated_by:
        return markdown
    return linked(markdown, f"docs/{page.file.src_uri}")


def on_page_content(html: str, **_: Any) -> str:
    """Turn the roles of docstrings, such as a function's, into links."""
    return _ROLE.sub(
        lambda m: f'<autoref optional identifier="{m[1]}"><code>{m[1]}</code></autoref>', html
    )


# ---- examples ------------------------------------------------------------------------------------


def _example_pages() -> Iterator[tuple[str, str]]:
    """Make a page of each example: what it says of itself, and its code."""
    rows = []
    for path in sorted((ROOT / "examples").glob("[0-9]*.py")):
        code = path.read_text("utf-8")
        says, _, rest = code.removeprefix('"""').partition('"""')
        title = path.stem[:2] + " " + path.stem[3:].replace("_", " ").capitalize()
        first = says.strip().splitlines()[0]
        rows.append(f"| [{title}]({path.stem}.md) | {first} |")
        page = f"# {title}\n\n{says.strip()}\n\n```python\n{rest.strip()}\n```\n"
        yield f"examples/{path.stem}.md", page
    head = "# Examples\n\nEach is a script to run and to change; all of them run as tests.\n\n"
    notes = "\n\nThere are [notebooks](../notebooks.md), too, in `examples/notebooks`.\n"
    yield (
        "examples/index.md",
        f"{head}| example | what it shows |\n|---|---|\n" + "\n".join(rows) + notes,
    )


def _decisions_page() -> str:
    """List the decisions by their titles."""
    rows = []
    for path in sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md")):
        title = path.read_text("utf-8").partition("\n")[0].lstrip("# ").partition(" ")[2]
        rows.append(f"| [{path.stem[:4]}]({path.name}) | {title} |")
    head = (
        "# Decisions\n\nChoices that somebody could reasonably undo: what was decided, and why.\n\n"
    )
    return f"{head}| number | about |\n|---|---|\n" + "\n".join(rows) + "\n"


# ---- links ---------------------------------------------------------------------------------------


def linked(markdown: str, source: str) -> str:
    """Turn the links of a file of the repository into those of the site.

    A link to what is no page (code, data) becomes its words: the site stands by itself, without an
    address of the repository.
    """
    target = PAGES.get(source, source.removeprefix("docs/"))
    lines, fence = [], ""
    for line in markdown.splitlines():
        mark = _FENCE.match(line)
        if mark and (not fence or line.strip() == fence):
            fence = "" if fence else mark[2]
        lines.append(line if fence or mark else _LINK.sub(_turned(source, target), line))
    return "\n".join(lines) + "\n"


def _turned(source: str, page: str) -> Any:
    def turn(match: re.Match[str]) -> str:
        mark, words, link = match.groups()
        path, hash_, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link) or not path:
            return match[0]
        found = _place(posixpath.normpath(posixpath.join(posixpath.dirname(source), path)))
        if found is None:
            return words
        there = posixpath.relpath(found, posixpath.dirname(page) or ".")
        return f"{mark}[{words}]({there}{hash_}{anchor})"

    return turn


def _place(path: str) -> str | None:
    """Say where a file of the repository is in the site; None where it is not."""
    whole: Mapping[str, str] = {
        **PAGES,
        "examples": "examples/index.md",
        "docs/decisions": "decisions/index.md",
    }
    if path in whole:
        return whole[path]
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    if re.fullmatch(r"examples/\d\w+\.py", path):
        return f"{path.removesuffix('.py')}.md"
    return None
