"""A checked function takes the calls that it takes by itself, and gets the same arguments."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

import clusters as cl
from clusters.arguments import checked


def usual(a: int, b: int = 2, *, c: int = 3) -> tuple[int, ...]:
    return a, b, c


def by_place(a: int, b: int = 2, /, c: int = 3) -> tuple[int, ...]:
    return a, b, c


def several(a: int, *b: int, c: int = 3, **d: int) -> tuple[Any, ...]:
    return a, b, c, tuple(sorted(d.items()))


CALLS = [
    (args, dict.fromkeys(names, 9))
    for n in range(5)
    for args in [tuple(range(n))]
    for k in range(4)
    for names in itertools.combinations("abcx", k)
]


@pytest.mark.parametrize("function", [usual, by_place, several])
def test_every_way_of_calling_is_taken_or_refused_as_python_does(
    function: Callable[..., Any],
) -> None:
    door = checked(function)
    for args, kwargs in CALLS:
        try:
            expected = function(*args, **kwargs)
        except TypeError:
            with pytest.raises(cl.ArgumentError):
                door(*args, **kwargs)
        else:
            assert door(*args, **kwargs) == expected, (args, kwargs)


def test_words_stand_in_the_order_of_each_function_s_own_annotation() -> None:
    """Unions of the same kinds are equal to Python, whatever their order."""

    @checked
    def one(value: float | str) -> None: ...

    @checked
    def other(value: str | float) -> None: ...

    for function, words in (
        (one, "not a number or a text"),
        (other, "not a text or a number"),
        (one, "not a number or a text"),
    ):
        with pytest.raises(cl.ArgumentError, match=words):
            function([])


def test_numbers_are_looked_at_one_by_one_only_where_that_tells_something() -> None:
    @checked
    def mean(
        values: Sequence[float], weights: Mapping[str, float] | None = None, scale: float = 1.0
    ) -> int:
        return len(values)

    assert mean([1, 2.5, np.float64(3), float("nan")], {"a": 1, "b": 2.5}) == 4
    for wrong in ([1, "2"], [1, None], [True]):
        with pytest.raises(cl.ArgumentError, match=r"values\["):
            mean(wrong)
    with pytest.raises(cl.ArgumentError, match="scale is no number"):
        mean([1], None, float("nan"))
    with pytest.raises(cl.ArgumentError, match="scale is True"):
        mean([1], scale=True)
    with pytest.raises(cl.ArgumentError, match="a key of weights"):
        mean([1], {1: 2.0})
