"""Chance that falls the same on every machine.

Only `random.Random.random` is promised never to change, so everything is made from it, and nothing
depends on the last digit of a logarithm.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Dice:
    """Draws from one seed, each in turn."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def uniform(self, low: float, high: float) -> float:
        """Draw any number between two."""
        return low + (high - low) * self._random()

    def whole(self, low: int, high: int) -> int:
        """Draw any whole number between two, both included."""
        return low + int(self._random() * (high - low + 1))

    def normal(self, mean: float = 0.0, deviation: float = 1.0) -> float:
        """Draw near enough a normal number: the sum of twelve uniform ones."""
        return mean + deviation * (sum(self._random() for _ in range(12)) - 6.0)

    def chance(self, share: float) -> bool:
        """Say whether something happens that happens in this share of cases."""
        return self._random() < share

    def pick(self, items: Sequence[Item]) -> Item:
        """Draw one of the items."""
        return items[int(self._random() * len(items))]

    def pick_by(self, weights: Mapping[Item, float]) -> Item:
        """Draw one of the keys, in proportion to the weights."""
        left = self._random() * sum(weights.values())
        for item, weight in weights.items():
            left -= weight
            if left < 0:
                return item
        return list(weights)[-1]

    def count(self, mean: float) -> int:
        """Draw a whole number round a mean, as scattered as a Poisson number; never negative."""
        return max(0, round(self.normal(mean, mean**0.5)))
