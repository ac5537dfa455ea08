"""Words that the answers about several plans share."""

from __future__ import annotations

from fractions import Fraction

from clusters.text import shown

__all__ = ["cluster_name", "percent"]


def cluster_name(label: str) -> str:
    """Name a cluster in a sentence: "cluster 7", "Holme".

    Examples
    --------
    >>> cluster_name("7"), cluster_name("Holme")
    ('cluster 7', 'Holme')
    """
    return f"cluster {label}" if label.isdecimal() else label


def percent(share: Fraction | float) -> str:
    """Write a share in per cent.

    Examples
    --------
    >>> percent(0.015), percent(Fraction(1, 3))
    ('1.5%', '33.33%')
    """
    return f"{shown(100 * Fraction(share).limit_denominator(10**9))}%"
