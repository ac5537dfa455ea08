"""Formulas that round by largest remainder, as the split does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from clusters.budget.sheet_blocks import Block
from clusters.domain import SchoolId
from clusters.money import lowest_first

__all__ = ["add_rounded", "order_of_ties", "total_formula"]


def total_formula(block: Block, i: int) -> str:
    """Add up what a cluster or school is paid."""
    parts = (block.cell(name, i) for name in ("committed", "backdated", "flexible"))
    return f"=ROUND({'+'.join(parts)},2)"


def order_of_ties(members: Sequence[Iterable[SchoolId]]) -> list[int]:
    """Place of each share in the tie rule: the lowest URN first."""
    keys = [min(lowest_first(urn) for urn in group) for group in members]
    ranks = {k: rank for rank, k in enumerate(sorted(range(len(keys)), key=keys.__getitem__))}
    return [ranks[k] for k in range(len(keys))]


def add_rounded(block: Block, total: Callable[[int], str], group: str | None) -> None:
    """Columns that round "flexible exact" by largest remainder, within groups where named."""
    block.add(
        "whole pennies",
        lambda i: f"=INT(ROUND({block.cell('flexible exact', i)}*100,5))/100",
        "pounds",
    )
    block.add(
        "remainder",
        lambda i: f"=ROUND({block.cell('flexible exact', i)}-{block.cell('whole pennies', i)},7)",
        "exact",
    )

    def same(i: int) -> str:
        return "1" if group is None else f"({block.all(group)}={block.cell(group, i)})"

    def flexible(i: int) -> str:
        own, tie = block.cell("remainder", i), block.cell("tie", i)
        rest, ties = block.all("remainder"), block.all("tie")
        ahead = f"SUMPRODUCT({same(i)}*(({rest}>{own})+({rest}={own})*({ties}<{tie})))"
        left = f"({total(i)}-SUMPRODUCT({same(i)}*{block.all('whole pennies')}))*100"
        extra = f"IF({ahead}<ROUND({left},0),0.01,0)"
        return f"=ROUND({block.cell('whole pennies', i)}+{extra},2)"

    block.add("flexible", flexible, "pounds")
