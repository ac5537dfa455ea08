"""One case of a study: facts, policy and effort, under a name of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from clusters.arguments import checked, described
from clusters.domain import PlanLike, Priorities, Problem, Rules
from clusters.domain.values import FrozenDict
from clusters.errors import ArgumentError, ClustersError, Faults
from clusters.shown import Shown
from clusters.solver import Settings

__all__ = ["Case", "Label", "Refused"]

Label = str | int | float | bool | None
"""What a column of a table can hold."""


@checked
@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Case(Shown):
    """One search of a study.

    Parameters
    ----------
    name
        Its name in every table; no two cases of a study have the same.
    problem, rules, priorities, settings, start
        As `solve` takes them. Where `settings` does not say how many threads, it is one: a study
        keeps the cores busy with cases side by side.
    labels
        Columns of the table of results: authority, scenario, year ... They play no part in whether
        a case has been worked out before.

    Raises
    ------
    ArgumentError
        If the name is blank, or a label is nothing that a column can hold.

    Examples
    --------
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [1, 0]], {"need": [1, 2]}, [("a", "b")])
    >>> case = Case(name="as it is", problem=problem, rules=Rules(n_clusters=1))
    >>> case.settings.workers
    1
    """

    name: str
    problem: Problem
    rules: Rules
    priorities: Priorities = field(default_factory=Priorities)
    settings: Settings = field(default_factory=Settings)
    start: PlanLike | None = None
    labels: Mapping[str, Label] = field(default_factory=FrozenDict)

    def __post_init__(self) -> None:
        faults = Faults()
        if isinstance(self.name, str) and not self.name.strip():
            faults.add("name is blank", "give each case a name of its own")
        for key, value in self.labels.items() if isinstance(self.labels, Mapping) else ():
            plain = value is None or isinstance(value, str | int | bool)
            if not plain and not (isinstance(value, float) and not math.isinf(value)):
                faults.add(
                    f"labels[{key!r}] is {described(value)}",
                    "give a text, a number, True, False or None",
                )
        faults.refuse(ArgumentError)
        object.__setattr__(self, "labels", FrozenDict(self.labels))
        if isinstance(self.settings, Settings) and self.settings.workers is None:
            object.__setattr__(self, "settings", replace(self.settings, workers=1))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Refused(Shown):
    """A case that could not be made: it is a row of the results, with what is wrong with it.

    Parameters
    ----------
    name, labels
        As of a case.
    error
        Why there is no case.

    Examples
    --------
    >>> from clusters.study import cases
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [1, 0]], {"need": [1, 2]}, [("a", "b")])
    >>> (row,) = cases([{"name": "none", "rules.n_clusters": 0}], problem)
    >>> row.name, type(row.error).__name__
    ('none', 'RulesError')
    """

    name: str
    error: ClustersError
    labels: Mapping[str, Label] = field(default_factory=FrozenDict)
