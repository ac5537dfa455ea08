"""Which school of a problem a text means: by URN, LAESTAB, old URN or name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from clusters.domain import Problem, SchoolId
from clusters.readers.cells import Unreadable, tidy, urn_of

__all__ = ["SchoolFinder", "name_key"]

_WORDS: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"[\u2018\u2019'`.]"), ""),
    (re.compile(r"&"), " and "),
    (re.compile(r"\b(church of england|c of e|cofe|c e)\b"), "ce"),
    (re.compile(r"\b(roman catholic|r c)\b"), "rc"),
    (re.compile(r"\bsaint\b"), "st"),
    (re.compile(r"[^a-z0-9]+"), " "),
)
_URN_WITHIN = re.compile(r"(?<!\d)\d{6}(?!\d)")
_LAESTAB = re.compile(r"(\d{3})\s*[/\- ]?\s*(\d{4})")
_LEAST_ALIKE = 0.7


def name_key(name: str) -> str:
    """Make the key under which spellings of a school's name are one.

    Examples
    --------
    >>> name_key("St. Mary's C of E Primary") == name_key("ST MARYS CE PRIMARY")
    True
    """
    key = tidy(name).casefold()
    for pattern, word in _WORDS:
        key = pattern.sub(word, key)
    return " ".join(re.sub(r"\b(church of england|c of e|cofe)\b", "ce", key).split())


class SchoolFinder:
    """Finds the schools of a problem; counts by what they were found."""

    def __init__(self, problem: Problem, links: Mapping[str, str]) -> None:
        self.problem = problem
        self.links = links
        self.older = {new: old for old, new in links.items()}
        self.names: dict[str, list[SchoolId]] = {}
        self.laestabs: dict[str, list[SchoolId]] = {}
        for school in problem.schools:
            self.names.setdefault(name_key(str(school.name)), []).append(school.urn)
            number = _LAESTAB.fullmatch(school.traits.get("laestab", ""))
            if number:
                for key in (number[1] + number[2], number[2]):
                    self.laestabs.setdefault(key, []).append(school.urn)
        self.found_by: dict[str, int] = {}

    def by_id(self, text: str) -> SchoolId | None:
        """School with this id, however a spreadsheet writes it."""
        at = self.problem.find(text)
        if at is None:
            try:
                at = self.problem.find(urn_of(text))
            except Unreadable:
                return None
        return None if at is None else self.problem.schools[at].urn

    def find(self, text: str) -> SchoolId | None:
        """School that a text means, and count by what it was found."""
        found, how = self.look_up(text)
        if found is not None:
            self.found_by[how] = self.found_by.get(how, 0) + 1
        return found

    def look_up(self, text: str) -> tuple[SchoolId | None, str]:
        """School that a text means (None where it means none, or several), and by what."""
        text = tidy(text)
        for how, look in (
            ("its URN", self.by_id),
            ("its LAESTAB number", self._by_laestab),
            ("an older or newer URN", self._by_link),
            ("its name", self._by_name),
            ("a URN within the text", self._within),
        ):
            found = look(text)
            if found is not None:
                return found, how
        return None, ""

    def _by_laestab(self, text: str) -> SchoolId | None:
        plain = text.removesuffix(".0")
        number = _LAESTAB.fullmatch(plain)
        fitting = self.laestabs.get(number[1] + number[2] if number else plain, [])
        return fitting[0] if len(fitting) == 1 else None

    def _by_link(self, text: str) -> SchoolId | None:
        plain = text.removesuffix(".0")
        for other in (self.links.get(plain), self.older.get(plain)):
            found = None if other is None else self.by_id(other)
            if found is not None:
                return found
        newest = self.links.get(plain)  # a school that the problem knows by yet another old URN
        same = [old for old, new in self.links.items() if new == newest] if newest else []
        return next((one for one in map(self.by_id, same) if one is not None), None)

    def _by_name(self, text: str) -> SchoolId | None:
        fitting = self.names.get(name_key(text), [])
        return fitting[0] if len(fitting) == 1 else None

    def _within(self, text: str) -> SchoolId | None:
        urns = _URN_WITHIN.findall(text)
        if len(urns) != 1 or urns[0] == text:
            return None
        found = self.by_id(urns[0])
        return found if found is not None else self._by_link(urns[0])

    def named_like(self, text: str) -> str:
        """Words that say why a name was not found: several schools have it, or near misses."""
        same = self.names.get(name_key(text), [])
        if len(same) > 1:
            return (
                f"{len(same)} schools have this name: give the URN, {' or '.join(map(str, same))}"
            )
        close = get_close_matches(name_key(text), list(self.names), 3, _LEAST_ALIKE)
        hints = [
            f"{self.problem.school(urn).name!r} ({urn})" for key in close for urn in self.names[key]
        ]
        return f"did you mean {' or '.join(hints[:3])}?" if hints else "give the school's URN"

    def says_another(self, text: str, school: SchoolId) -> SchoolId | None:
        """School that this very name belongs to, where that is another than `school`."""
        other = self._by_name(text)
        return other if other is not None and other != school else None
