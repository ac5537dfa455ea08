"""Which counts, and which sums over clusters, must not be shown.

One rule for each kind of number, so that what is hidden says as little as can be about why:

- Where a count of one school in a cluster is small, no count of that cluster's schools is shown.
- The sum over the cluster is shown where it leaves open enough values for each of them.
- Where it does not, the sum is not shown, nor are the sums (and counts) of two further clusters,
  chosen by their numbers on roll alone; where that is not enough, no sum over a cluster is shown,
  and where even the sum over all is too telling, that is hidden too.

Each decision depends on what is shown, and on numbers that are shown whatever the hidden ones are.
So somebody who tries out every possible set of hidden counts with this very code learns no more
than from the sums: the values counted here are those that lead to the *same* page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from clusters.disclosure.policy import LEAST_VALUES, SmallNumbers
from clusters.disclosure.possible import Choices, Group, added, bits_of, interval, reversed_bits
from clusters.disclosure.possible import total as all_sums

__all__ = ["Hidden", "Key", "hide_amounts", "hide_counts"]

Key: TypeAlias = Any
"""Id of a school or label of a cluster: any value that can be looked up."""

_FEWEST = 3
"""Fewest schools behind a published sum: with two, each would know the other's number."""

_COVER = 2
"""Further clusters whose sums are hidden together with one that must be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """What is not shown of one measure.

    Parameters
    ----------
    schools
        Ids of the schools whose number is hidden.
    clusters
        Keys of the clusters whose sum is hidden.
    total
        Whether the sum over all is hidden.
    """

    schools: frozenset[Key] = frozenset()
    clusters: frozenset[Key] = frozenset()
    total: bool = False


def hide_counts(
    counts: Mapping[Key, int],
    clusters: Mapping[Key, Collection[Key]],
    policy: SmallNumbers,
    *,
    most: Mapping[Key, int] | None = None,
    caps: Mapping[Key, int] | None = None,
    by_school: bool = True,
) -> Hidden:
    """Choose what to hide of a count of pupils.

    Parameters
    ----------
    counts
        Pupils by id of the school, where this is known.
    clusters
        Ids of the schools of each cluster; no school is in two.
    most
        Pupils on roll, which everybody knows.
    caps
        The most that a count can be where everybody knows more than the roll: the roll less another
        count that is shown.
    by_school
        Whether the counts are shown school by school. If not, only sums are: every count is hidden.

    Examples
    --------
    >>> counts = {"a": 3, "b": 9, "c": 20, "d": 11}
    >>> hidden = hide_counts(counts, {"North": "abc", "South": "d"}, SmallNumbers())
    >>> sorted(hidden.schools), sorted(hidden.clusters), hidden.total
    (['a', 'b', 'c'], [], False)
    """
    rolls = most or {}
    table = _Table(counts, clusters, policy, rolls, caps or rolls, by_school=by_school)
    bare = [part for part in table.parts if part.is_bare]
    if not bare:
        return table.hidden(())
    first = bare + table.cover()
    if len(first) < len(table.parts):
        if _leaves_enough(first, (), 1 << sum(part.value for part in first), table.whole):
            return table.hidden(first)
        telling = _telling_sums(first, table.whole)
    else:
        telling = 1 << table.whole
    then = [part for part in table.parts if part not in first]
    safe = _leaves_enough(first, then, telling, table.whole)
    return table.hidden(table.parts, total=not safe)


def hide_amounts(amounts: Mapping[Key, float], clusters: Mapping[Key, Collection[Key]]) -> Hidden:
    """Choose what to hide of numbers that are not counts, such as money: sums over too few schools.

    Parameters
    ----------
    amounts
        By id of the school, where this is known.
    clusters
        Ids of the schools of each cluster.
    """
    behind = {key: sum(amounts.get(m, 0) != 0 for m in ids) for key, ids in clusters.items()}
    hidden = [key for key, number in behind.items() if 0 < number < _FEWEST]
    rest = sorted((key for key in clusters if key not in hidden), key=lambda key: -behind[key])
    for key in rest[: _COVER if hidden else 0]:
        hidden.append(key)
    everyone = frozenset(key for ids in clusters.values() for key in ids)
    enough = sum(behind[key] for key in hidden) >= _FEWEST and len(hidden) > 1
    return Hidden(
        schools=everyone,
        clusters=frozenset(hidden),
        total=bool(hidden) and not enough,
    )


class _Part:
    """One cluster: the counts that are hidden where any is, and what their sum says of them."""

    def __init__(
        self,
        key: Key,
        ids: Sequence[Key],
        value: int,
        group: Group,
        policy: SmallNumbers,
        *,
        is_marked: bool,
        by_school: bool,
    ) -> None:
        self.key, self.ids, self.value, self.group = key, tuple(ids), value, group
        self.policy, self.is_marked, self.by_school = policy, is_marked, by_school
        self._speaking: int | None = None
        self.is_bare = (is_marked or not by_school) and not self._may_speak(value)

    def _may_speak(self, sum_: int) -> bool:
        """Whether a sum may be shown: it leaves open enough values for each count."""
        threshold, group = self.policy.threshold, self.group
        if not self.by_school and sum_ == 0:
            return self.policy.zeros == "show"
        if len(group.choices) < _FEWEST or sum_ < threshold:
            return False
        sums = (0, 1 << sum_) if self.by_school else (1 << sum_, 0)
        return all(
            _enough(group.values(k, *sums), choice, threshold, reach=True)
            for k, choice in enumerate(group.choices)
        )

    @property
    def speaking(self) -> int:
        """Set of the sums that may be shown."""
        if self._speaking is None:
            possible = self.group.none | self.group.some
            self._speaking = sum(1 << s for s in bits_of(possible) if self._may_speak(s))
        return self._speaking

    @property
    def allowed(self) -> tuple[int, int]:
        """Sums, without and with a small count, with which this cluster would be treated alike."""
        everything = self.group.within
        sums = everything & ~self.speaking if self.is_bare else self.speaking
        if not self.by_school:
            return sums, 0
        return (0 if self.is_bare else everything), sums

    @property
    def sums(self) -> int:
        """Sums that are possible, so that the cluster is treated alike."""
        return self.group.sums(*self.allowed)

    def leaves_enough(self, sums: int) -> bool:
        """Whether each count has enough values where the sum is one of these."""
        plain, marked = self.allowed
        return all(
            _enough(
                self.group.values(k, plain & sums, marked & sums),
                choice,
                self.policy.threshold,
            )
            for k, choice in enumerate(self.group.choices)
        )


def _enough(values: Iterator[int], choice: Choices, threshold: int, *, reach: bool = False) -> bool:
    """Whether a count can have as many values as there are small numbers; three at least.

    With `reach`, it must also be able to be as large as the threshold. A school with fewer pupils
    than that cannot have more values than its roll leaves.
    """
    number, height = max(LEAST_VALUES, threshold - 1), threshold if reach else 0
    if choice.limit is not None:
        least = (choice.all & -choice.all).bit_length() - 1
        number, height = min(number, choice.limit - least + 1), min(height, choice.limit)
    counted = enumerate(values, start=1)
    return any(found >= number and value >= height for found, value in counted)


class _Table:
    def __init__(
        self,
        counts: Mapping[Key, int],
        clusters: Mapping[Key, Collection[Key]],
        policy: SmallNumbers,
        most: Mapping[Key, int],
        caps: Mapping[Key, int],
        *,
        by_school: bool,
    ) -> None:
        self.by_school = by_school
        self.whole = sum(counts[m] for ids in clusters.values() for m in ids if m in counts)
        least = policy.least if by_school else 0
        self.parts: list[_Part] = []
        rolls: dict[Key, int] = {}
        for key, members in clusters.items():
            known = [m for m in members if m in counts]
            ids = [m for m in known if counts[m] >= least]
            rolls[key] = sum(most.get(m, 0) for m in members)
            self.parts.append(
                _Part(
                    key,
                    ids,
                    sum(counts[m] for m in ids),
                    Group(
                        [self._choices(counts[m], most.get(m), caps.get(m), policy) for m in ids],
                        self.whole,
                    ),
                    policy,
                    is_marked=any(policy.is_small(counts[m], most.get(m)) for m in ids),
                    by_school=by_school,
                )
            )
        self.rolls = rolls

    def _choices(
        self, count: int, roll: int | None, cap: int | None, policy: SmallNumbers
    ) -> Choices:
        """Values that a hidden count can have, as everybody knows."""
        # a roll or cap below the count is a fault of the data, and bounds nothing
        roll = None if roll is None or roll < count else roll
        cap = roll if cap is None or cap < count else cap
        top = self.whole if cap is None else min(cap, self.whole)
        if not self.by_school:
            return Choices(0, interval(0, top), cap)
        everything = interval(policy.least, top)
        small = interval(policy.least, policy.threshold - 1)
        if policy.everybody == "hide" and roll is not None:
            small |= interval(max(1, roll - policy.threshold + 1), roll)
        return Choices(everything & small, everything & ~small, cap)

    def cover(self) -> list[_Part]:
        """Choose clusters to hide beside those that must be: by what everybody knows of them."""
        rest = [part for part in self.parts if not part.is_bare]
        rest.sort(key=lambda p: (len(p.ids) < _FEWEST, self.rolls[p.key], str(p.key)))
        return rest[:_COVER]

    def hidden(self, sums: Iterable[_Part], *, total: bool = False) -> Hidden:
        silent = {part.key for part in sums}
        return Hidden(
            schools=frozenset(
                m
                for part in self.parts
                if part.key in silent or part.is_marked or not self.by_school
                for m in part.ids
            ),
            clusters=frozenset(silent),
            total=total,
        )


def _leaves_enough(first: Sequence[_Part], then: Sequence[_Part], sums: int, whole: int) -> bool:
    """Whether each hidden count has enough values where sums over clusters are hidden.

    Parameters
    ----------
    first, then
        Clusters whose sums are hidden.
    sums
        What the sum over `first` can be.
    whole
        The sum over all clusters of both, where there is any in `then`.
    """
    within = interval(0, whole)
    if then:
        sums &= reversed_bits(all_sums([part.sums for part in then], within), whole)
    for k, part in enumerate(first):
        rest = reversed_bits(_sums_without(first, k, within), whole)
        own = 0
        for sum_ in bits_of(sums):
            own |= rest >> (whole - sum_)
        if not part.leaves_enough(own):
            return False
    lead = all_sums([part.sums for part in first], within) & sums
    return all(
        part.leaves_enough(
            reversed_bits(added(lead, _sums_without(then, k, within), within), whole)
        )
        for k, part in enumerate(then)
    )


def _sums_without(parts: Sequence[_Part], k: int, within: int) -> int:
    return all_sums([part.sums for j, part in enumerate(parts) if j != k], within)


def _telling_sums(parts: Sequence[_Part], whole: int) -> int:
    """Find the sums over some clusters that leave too few values for one of their counts."""
    possible = all_sums([part.sums for part in parts], interval(0, whole))
    return sum(1 << s for s in bits_of(possible) if not _leaves_enough(parts, (), 1 << s, whole))
