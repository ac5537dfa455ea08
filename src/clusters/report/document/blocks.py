"""A document as a few kinds of blocks: what is said, apart from how a format shows it.

A section is made by a function that returns blocks; the page, Word and PDF are renderers of the
same sections, in the same order and with the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import TypeAlias, TypeVar

from clusters.report.document.table import Pair, Table

_Material = TypeVar("_Material")

MARK = "For the author:"
"""How a place starts that the author has to fill."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; a lead is set larger, a warning in a frame."""

    text: str
    look: str = ""


@dataclass(frozen=True, slots=True)
class Points:
    """A list."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """A place that the author has to fill, and what belongs there: in papers, not on the page.

    Facts that are known stand before it, on the page too.
    """

    text: str
    facts: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """A few numbers that stand out, each with its words."""

    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """Ways to places of the same page: anchors and words."""

    targets: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table."""

    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture, with words for those who cannot see it.

    Parameters
    ----------
    svg
        Draws it for the page; the drawing is safe to print as it is.
    narrow
        Draws it for a screen too narrow for `svg`, in whose place it stands there.
    png
        Name of the picture that was drawn for papers; "" for one that only the page has.
    small
        Whether it stands beside others.
    """

    caption: str
    alt: str
    svg: Callable[[], str] | None = None
    narrow: Callable[[], str] | None = None
    png: str = ""
    small: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is said of one cluster."""

    name: str
    anchor: str
    facts: tuple[Pair, ...]
    table: Table


@dataclass(frozen=True, slots=True)
class Cards:
    """The clusters, each on a card."""

    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Blocks behind a line that opens them: details that a first reading can do without."""

    title: str
    blocks: tuple[Block, ...]
    is_open: bool = False


Block: TypeAlias = (
    Heading | Words | Points | Judgement | Figures | Links | Grid | Picture | Cards | Fold
)


def kind(block: Block) -> str:
    """Name the kind of a block, as templates and writers of formats call it: "words", "grid"."""
    return type(block).__name__.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the document.

    Parameters
    ----------
    anchor
        Target of links to it.
    blocks
        What it says.
    is_appendix
        Whether it stands behind the body: folded on the page, lettered in papers.
    is_open
        Whether an appendix is open on the page: one that people look things up in.
    only
        "page" or "paper" for a section that one of them has by other means; "" for both.
    """

    title: str
    anchor: str
    blocks: tuple[Block, ...]
    is_appendix: bool = False
    is_open: bool = False
    only: str = ""


def section(
    title: str, anchor: str, *, is_appendix: bool = False, is_open: bool = False, only: str = ""
) -> Callable[[Callable[[_Material], Iterator[Block]]], Callable[[_Material], Section | None]]:
    """Make a section of the blocks that a function yields; None where it has nothing to say."""

    def of(write: Callable[[_Material], Iterator[Block]]) -> Callable[[_Material], Section | None]:
        @wraps(write)
        def made(material: _Material) -> Section | None:
            blocks = tuple(write(material))
            if not blocks:
                return None
            return Section(
                title=title,
                anchor=anchor,
                blocks=blocks,
                is_appendix=is_appendix,
                is_open=is_open,
                only=only,
            )

        return made

    return of


def numbered(sections: list[Section]) -> Iterator[tuple[str, Section]]:
    """Pair the sections of a paper with their headings: "3. The money", "Appendix B: ..."."""
    number, letter = 0, 0
    for part in sections:
        if part.is_appendix:
            letter += 1
            yield f"Appendix {chr(64 + letter)}: {part.title}", part
        else:
            number += 1
            yield f"{number}. {part.title}", part
