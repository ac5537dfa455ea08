"""The sections of the document, in their order: one order and one wording for every format."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clusters.report.document.blocks import Section
from clusters.report.material import Material
from clusters.report.sections import (
    ahead,
    appendices,
    clusters,
    expertise,
    families,
    front,
    impact,
    money,
    options,
    risk,
)

ORDER: Sequence[Callable[[Material], Section | None]] = (
    front.proposal,
    front.decisions,
    front.find_your_school,
    clusters.clusters,
    options.options,
    money.money,
    risk.risk,
    expertise.expertise,
    impact.equality,
    ahead.running,
    ahead.next_steps,
    clusters.cards,
    options.changes,
    options.together,
    money.money_in_full,
    money.sums_by_school,
    risk.risk_in_full,
    expertise.expertise_in_full,
    impact.equality_in_full,
    ahead.consultation,
    appendices.proof,
    appendices.method,
    appendices.glossary,
)
"""A section that has nothing to say is None. Those after the next steps are appendices."""

EQUALITY: Sequence[Callable[[Material], Section | None]] = (
    front.cautions,
    impact.equality,
    impact.equality_in_full,
    appendices.glossary,
)
"""The page on equality and impact by itself."""


FAMILIES: Sequence[Callable[[Material], Section | None]] = (
    front.cautions,
    families.what_changes,
    families.what_stays,
    families.who_decides,
)
"""The page for parents and carers."""

EASY: Sequence[Callable[[Material], Section | None]] = (front.cautions, families.easy)
"""The same in easy words."""


def document(
    material: Material, form: str, order: Sequence[Callable[[Material], Section | None]] = ORDER
) -> list[Section]:
    """Write the sections of the page or of the paper (`form`)."""
    made = [make(material) for make in order]
    return [s for s in made if s is not None and s.only in ("", form)]
