"""Which counts, and which sums over clusters, must not be shown.

One rule for each kind of number, so that what is hidden says as little as can be about why:

- Where a count of one school in a cluster is small, no low count (below three times the threshold)
  of that cluster's schools is shown; no count at all, where fewer than three are low or their sum
  is tiny.
- The sum over the cluster is shown where it leaves open enough values for each of them.
- Where it does not, the sum is not shown, nor are the sum (and counts) of one further cluster,
  chosen by its numbers on roll alone; where that is not enough, no sum over a cluster is shown,
  and where even the sum over all says too much, that is hidden too.

Each decision depends on what is shown, and on numbers that are shown whatever the hidden ones are.
So somebody who tries out every possible set of hidden counts with this very code learns no more
than from the sums: the values counted here are those that lead to the *same* page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from clusters.arguments import checked
from clusters.disclosure.policy import LEAST_VALUES, SmallNumbers
from clusters.disclosure.possible import (
    Choices,
    Group,
    added,
    all_sums,
    bits_of,
    interval,
    reversed_bits,
    taken,
)
from clusters.shown import Shown

__all__ = ["Hidden", "Key", "hide_amounts", "hide_counts"]

Key: TypeAlias = Any
"""Id of a school or label of a cluster: any value that can be looked up."""

_FEWEST = 3
"""Fewest schools behind a published sum: with two, each would know the other's number."""

_LOW = 3
"""Counts below so many times the threshold are hidden with small ones."""

_COVER = 1
"""Further clusters whose sums are hidden together with those that must be."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Hidden(Shown):
    """What is not shown of one measure.

    Parameters
    ----------
    schools
        Ids of the schools whose number is hidden.
    clusters
        Keys of the clusters whose sum is hidden.
    total
        Whether the sum over all is hidden.

    Examples
    --------
    >>> Hidden(schools=frozenset({"a"}))
    Hidden(schools={'a'})
    """

    schools: frozenset[Key] = frozenset()
    clusters: frozenset[Key] = frozenset()
    total: bool = False


@checked
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
    >>> hidden = hide_counts(counts, {"North": [*"abc"], "South": ["d"]}, SmallNumbers())
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


@checked
def hide_amounts(amounts: Mapping[Key, float], clusters: Mapping[Key, Collection[Key]]) -> Hidden:
    """Choose what to hide of numbers that are not counts, such as money: sums over too few schools.

    Parameters
    ----------
    amounts
        By id of the school, where this is known.
    clusters
        Ids of the schools of each cluster.

    Examples
    --------
    >>> hide_amounts({"a": 1.0, "b": 2.0}, {"North": ["a", "b"]})
    Hidden(schools={'a', 'b'}, clusters={'North'}, total=True)
    """
    behind = {key: sum(amounts.get(m, 0) != 0 for m in ids) for key, ids in clusters.items()}
    hidden = [key for key, number in behind.items() if 0 < number < _FEWEST]
    rest = sorted((key for key in clusters if key not in hidden), key=lambda key: -behind[key])
    for key in rest[: _COVER if hidden else 0]:
        hidden.append(key)
    everyone = frozenset(key for ids in clusters.values() for key in ids)
    enough = sum(behind[key] for key in hidden) >= _FEWEST and len(hidden) > 1
    return Hidden(schools=everyone, clusters=frozenset(hidden), total=bool(hidden) and not enough)


@dataclass(frozen=True, slots=True)
class _Case:
    """Counts with which a cluster would be treated alike.

    Parameters
    ----------
    plain, marked
        Sums over its low counts, where none of them is small and where one is.
    whole
        Sums over all its counts.
    """

    plain: int
    marked: int
    whole: int


class _Part:
    """One cluster: its low counts, the rest, and what their sums would say of them.

    What each count can be is worked out for ways that keep low counts low and others not, and that
    the code treats alike: no way is counted that could be told from the true one.
    """

    def __init__(self, key: Key, low: _Counts, rest: _Counts, table: _Table) -> None:
        self.key, self.low, self.rest = key, low, rest
        self.ids = (*low.ids, *rest.ids)
        self.policy, self.by_school = table.policy, table.by_school
        self.everything = low.group.within
        self.floor = self.policy.threshold + len(low.ids) - 1
        self.value = low.value + rest.value
        self.is_marked = low.is_marked
        self._cases: tuple[_Case, ...] | None = None
        self.is_bare = (self.is_marked or not self.by_school) and not (
            self._low_may_speak(low.value) if self.hides_low_only else self._may_speak(self.value)
        )

    @property
    def hides_low_only(self) -> bool:
        """Whether hiding the low counts alone could do: there are enough, and they are not tiny."""
        return self._could_hide_low_only(self.low.value)

    def _could_hide_low_only(self, sum_: int) -> bool:
        return self.by_school and len(self.low.ids) >= _FEWEST and sum_ >= self.floor

    @property
    def hidden(self) -> tuple[Key, ...]:
        """Ids of the schools whose count is hidden where the sum is shown."""
        if self.by_school and not self.is_marked:
            return ()
        return self.low.ids if self.hides_low_only else self.ids

    @property
    def _low_sums(self) -> int:
        """Sums over the low counts with which all counts would be hidden."""
        if len(self.low.ids) < _FEWEST or not self.by_school:
            return self.everything
        return interval(0, self.floor - 1) & self.everything

    def _low_may_speak(self, sum_: int) -> bool:
        """Whether the sum may be shown where the low counts alone are hidden."""
        return self.leaves_enough(
            self.everything, (_Case(0, 1 << sum_, self.everything),), low=True
        )

    def _may_speak(self, sum_: int) -> bool:
        """Whether the sum may be shown where all counts are hidden."""
        threshold, number = self.policy.threshold, len(self.ids)
        if not self.by_school:
            if sum_ == 0:
                return self.policy.zeros == "show"
            case = _Case(1 << sum_, 0, 1 << sum_)
        else:
            threshold += number - 1
            case = _Case(0, self._low_sums, 1 << sum_)
        return (
            number >= _FEWEST and sum_ >= threshold and self.leaves_enough(self.everything, (case,))
        )

    @property
    def cases(self) -> tuple[_Case, ...]:
        """Counts with which this cluster would be treated alike where its sum is hidden."""
        if self._cases is None:
            self._cases = tuple(self._found_cases())
        return self._cases

    def _found_cases(self) -> Iterator[_Case]:
        everything = self.everything
        possible = added(self.low.sums, self.rest.sums, everything)
        speaking = sum(1 << s for s in bits_of(possible) if self._may_speak(s))
        wanted = everything & ~speaking if self.is_bare else speaking
        if not self.by_school:
            yield _Case(wanted, 0, everything)
            return
        yield _Case(0, self._low_sums, wanted)
        alone = [s for s in bits_of(self.low.sums) if self._could_hide_low_only(s)]
        fit = sum(1 << s for s in alone if self._low_may_speak(s) != self.is_bare)
        yield _Case(0, fit, everything)
        if not self.is_bare:
            yield _Case(everything, 0, everything)

    @property
    def sums(self) -> int:
        """Sums over the cluster that are possible, so that it is treated alike."""
        found = 0
        for case in self.cases:
            low = self.low.group.sums(case.plain, case.marked)
            found |= added(low, self.rest.sums, self.everything) & case.whole
        return found

    def leaves_enough(
        self, sums: int, cases: Sequence[_Case] | None = None, *, low: bool = False
    ) -> bool:
        """Whether each count has enough values where the sum is one of these.

        Parameters
        ----------
        cases
            What else is known; None for all cases that are treated alike.
        low
            Whether the low counts alone are looked at.
        """
        known = self.cases if cases is None else cases
        rooms = [
            (case, taken(case.whole & sums, self.rest.sums, self.low.group.top)) for case in known
        ]
        enough = all(
            self._enough(
                [(case.plain & room, case.marked & room) for case, room in rooms], self.low.group, k
            )
            for k in range(len(self.low.ids))
        )
        if low or not enough:
            return enough
        spaces = [
            (
                taken(
                    case.whole & sums,
                    self.low.group.sums(case.plain, case.marked),
                    self.low.group.top,
                ),
                0,
            )
            for case in known
        ]
        return all(self._enough(spaces, self.rest.group, k) for k in range(len(self.rest.ids)))

    def _enough(self, sums: Sequence[tuple[int, int]], group: Group, k: int) -> bool:
        """Whether a count can have as many values as there are small numbers; three at least.

        A school with fewer pupils than that cannot have more values than its roll leaves.
        """
        choice = group.choices[k]
        number = max(LEAST_VALUES, self.policy.threshold - 1)
        if choice.limit is not None:
            least = (choice.all & -choice.all).bit_length() - 1
            number = min(number, choice.limit - least + 1)
        found = 0
        for plain, marked in sums:
            found |= group.values(k, plain, marked)
        return found.bit_count() >= number


class _Counts:
    """Some counts of one cluster, and what each can be."""

    def __init__(self, ids: Sequence[Key], table: _Table, choices: Mapping[Key, Choices]) -> None:
        self.ids = tuple(ids)
        self.value = sum(table.counts[m] for m in ids)
        self.group = Group([choices[m] for m in ids], table.whole)
        self.is_marked = any(choices[m].small >> table.counts[m] & 1 for m in ids)
        self.sums = self.group.none | self.group.some


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
        self.counts, self.policy, self.by_school = counts, policy, by_school
        self.whole = sum(counts[m] for ids in clusters.values() for m in ids if m in counts)
        least = policy.least if by_school else 0
        self.parts: list[_Part] = []
        self.rolls = {key: sum(most.get(m, 0) for m in ids) for key, ids in clusters.items()}
        for key, members in clusters.items():
            ids = [m for m in members if m in counts and counts[m] >= least]
            low, rest = {}, {}
            for m in ids:
                near, far = self._choices(counts[m], most.get(m), caps.get(m))
                if near.all >> counts[m] & 1:
                    low[m] = near
                else:
                    rest[m] = far
            lower, other = _Counts(list(low), self, low), _Counts(list(rest), self, rest)
            self.parts.append(_Part(key, lower, other, self))

    def _choices(self, count: int, roll: int | None, cap: int | None) -> tuple[Choices, Choices]:
        """Values that a hidden count can have, as everybody knows: low ones, and others."""
        policy = self.policy
        # a roll or cap below the count is a fault of the data, and bounds nothing
        roll = None if roll is None or roll < count else roll
        cap = roll if cap is None or cap < count else cap
        top = self.whole if cap is None else min(cap, self.whole)
        if not self.by_school:
            return Choices(0, interval(0, top), cap), Choices(0, 0, cap)
        everything = interval(policy.least, top)
        small = interval(policy.least, policy.threshold - 1)
        if policy.everybody == "hide" and roll is not None:
            small |= interval(max(1, roll - policy.threshold + 1), roll)
        low = everything & (small | interval(policy.least, _LOW * policy.threshold - 1))
        return Choices(low & small, low & ~small, cap), Choices(0, everything & ~low, cap)

    def cover(self) -> list[_Part]:
        """Choose clusters to hide beside those that must be: by what everybody knows of them."""
        rest = [part for part in self.parts if not part.is_bare]
        rest.sort(key=lambda p: (len(p.ids) < _FEWEST, self.rolls[p.key], str(p.key)))
        return rest[:_COVER]

    def hidden(self, sums: Iterable[_Part], *, total: bool = False) -> Hidden:
        silent = {part.key for part in sums}
        return Hidden(
            schools=frozenset(
                m for part in self.parts for m in (part.ids if part.key in silent else part.hidden)
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
