"""Options as values: several plans under discussion, each with a theme, and what they share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, InitVar, dataclass
from typing import TYPE_CHECKING

from clusters.arguments import checked
from clusters.domain import (
    FrozenDict,
    Plan,
    PlanLike,
    Priorities,
    Problem,
    Rules,
    SchoolId,
    plans_of,
)
from clusters.measures import Comparison, always_together, compare
from clusters.rulebook import whole_pyramids
from clusters.shown import Drawn, Shown, clip, listed_briefly
from clusters.solver import Result
from clusters.text import all_listed, counted
from clusters.verifier import Certificate

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Missing", "Option", "Options", "Together", "Trade", "together_in_every"]

MOST_NAMED = 12
"""Most schools named in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Option(Shown):
    """A plan under discussion.

    Parameters
    ----------
    name
        Name of its theme.
    theme
        What it is good at and what that costs, in plain words.
    result
        Plan, cost, bound and gap under the common priorities. The bound is that of the best plan:
        no plan at all costs less.
    certificate
        Of the verifier, under the common rules and priorities.
    above_best
        By what share its cost is above that of the best plan (0.04 = 4%).
    aim, floor
        How much it has of what its theme would have less of, in the theme's unit, and what no plan
        of so many clusters under the rules can be below: proved. None where it has no theme, or
        nothing is known.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> rules = cl.Rules(n_clusters=2, contiguous=False)
    >>> options = cl.propose(
    ...     problem, rules, settings=cl.Settings(time_limit_s=3), n_options=1)
    >>> option = next(iter(options.values()))
    >>> option.cost, option.above_best
    (5000.0, 0.0)
    """

    name: str
    theme: str
    result: Result
    certificate: Certificate
    above_best: float
    aim: float | None = None
    floor: float | None = None

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.result.plan

    @property
    def cost(self) -> float:
        """Cost under the common priorities."""
        return self.result.objective

    @property
    def bound(self) -> float | None:
        """No plan under the rules costs less than this."""
        return self.result.bound

    @property
    def gap(self) -> float | None:
        """(cost - bound) / cost."""
        return self.result.gap


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Trade(Shown):
    """A plan that was left out, and what would let it in.

    Parameters
    ----------
    name
        Theme.
    plan
        The plan (verified).
    ceiling, min_difference
        What they would have to be for this plan to be an option.
    sentence
        The offer in plain words.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> rules = cl.Rules(n_clusters=2, contiguous=False)
    >>> options = cl.propose(
    ...     problem, rules, settings=cl.Settings(time_limit_s=3), n_options=1)
    >>> [trade.sentence for trade in options.trades]
    []
    """

    name: str
    plan: Plan
    ceiling: float
    min_difference: float
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Missing(Shown):
    """A theme that no option is of.

    Parameters
    ----------
    name
        Theme.
    sentence
        Why not, in plain words.
    proved
        Whether it is proved that no plan does better in it than the best plan; otherwise none was
        found in the time given, or none that is near and different enough.

    Examples
    --------
    >>> Missing(name="Even", sentence="no plan is more even", proved=True).proved
    True
    """

    name: str
    sentence: str
    proved: bool


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Together(Shown):
    """What several plans have in common.

    Parameters
    ----------
    groups
        Schools that share a cluster in every plan, the largest group first.
    open
        Schools whose place differs between the plans, clusters being matched so that most stay.
    settled
        All others.
    sentences
        One for each group of three or more, the largest first, and one on the open schools.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> both = cl.options.together_in_every(problem, {"one": plan, "two": plan})
    >>> both.groups
    (('a', 'b'), ('c', 'd'))
    """

    groups: tuple[tuple[SchoolId, ...], ...]
    open: tuple[SchoolId, ...]
    settled: tuple[SchoolId, ...]
    sentences: tuple[str, ...]


@dataclass(eq=False, repr=False)
class Options(Mapping[str, Option], Drawn):
    """Options by name, the best under the common priorities first.

    Attributes
    ----------
    problem, rules, priorities
        What they were found under.
    ceiling, min_difference
        As asked for: most above the least cost found, least share of co-member pairs that differ
        (1 - pairs together in both / pairs together in either).
    asked
        Number of options asked for.
    trades
        Plans left out, and what would let them in; empty where all options were found.
    missing
        Themes that no option is of, and why.
    no_more
        Whether it is proved that there are no more options under this ceiling and difference.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> rules = cl.Rules(n_clusters=2, contiguous=False)
    >>> options = cl.propose(
    ...     problem, rules, settings=cl.Settings(time_limit_s=3), n_options=1)
    >>> options
    Options(1 of 1 asked for: Best overall)
    >>> list(options)
    ['Best overall']
    """

    options: InitVar[Mapping[str, Option]]
    _: KW_ONLY
    problem: Problem
    rules: Rules
    priorities: Priorities
    ceiling: float
    min_difference: float
    asked: int
    trades: tuple[Trade, ...] = ()
    missing: tuple[Missing, ...] = ()
    no_more: bool = False

    def __post_init__(self, options: Mapping[str, Option]) -> None:
        self._options = FrozenDict(options)

    def __repr__(self) -> str:
        return clip(f"Options({len(self)} of {self.asked} asked for: {listed_briefly(self)})")

    def to_frame(self) -> pd.DataFrame:
        """Make a table of the options side by side (see :meth:`clusters.measures.Comparison`)."""
        return self.compare().to_frame()

    def __getitem__(self, name: str) -> Option:
        """Look an option up by its name."""
        option: Option = self._options[name]
        return option

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._options)

    def __len__(self) -> int:
        """Count the options."""
        return len(self._options)

    @property
    def plans(self) -> dict[str, Plan]:
        """Plans by name."""
        return {name: option.plan for name, option in self.items()}

    @property
    def results(self) -> dict[str, Result]:
        """Results by name, as `compare` and `write_report` take them."""
        return {name: option.result for name, option in self.items()}

    def compare(self) -> Comparison:
        """Put the options side by side."""
        return compare(
            self.problem, self.plans, self.priorities, rules=self.rules, results=self.results
        )

    def together(self) -> Together:
        """Find the schools that are together in every option, and those whose place is open."""
        return together_in_every(self.problem, self.plans)

    def summary(self) -> str:
        """Say in plain words what the options are, and what was left out."""
        lines = [f"{name}: {option.theme}" for name, option in self.items()]
        if len(self) < self.asked:
            lines += [self._too_few(), *(trade.sentence for trade in self.trades)]
            lines += [missing.sentence for missing in self.missing if missing.proved]
        lines += self.together().sentences[:1]
        return "\n".join(lines)

    def _too_few(self) -> str:
        """Say that there are fewer than asked for: none exist, or none were found in time."""
        within = (
            f"within {100 * self.ceiling:g}% of the least cost found and "
            f"{100 * self.min_difference:g}% different from one another"
        )
        if self.no_more:
            return (
                f"Only {len(self)} of {self.asked} options fit these rules {within}: proved, no "
                f"other plan fits beside {'it' if len(self) == 1 else 'them'}."
            )
        return (
            f"Only {len(self)} of {self.asked} options were found in the time given {within}; "
            "whether there are more is not known."
        )


@checked
def together_in_every(problem: Problem, plans: Mapping[str, PlanLike]) -> Together:
    """Say which schools share a cluster in every plan, and whose place is open.

    Parameters
    ----------
    plans
        By name; one plan at the least.

    Raises
    ------
    ValueError
        If no plan is given.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d", "e"], [[0, 0], [1, 0], [2, 0], [8, 0], [9, 0]],
    ...     names=["Ash", "Birch", "Cedar", "Elm", "Fir"])
    >>> one = cl.Plan.from_assignment({"a": "a", "b": "a", "c": "a", "d": "d", "e": "d"})
    >>> two = cl.Plan.from_assignment({"a": "a", "b": "a", "c": "d", "d": "d", "e": "d"})
    >>> for sentence in together_in_every(problem, {"one": one, "two": two}).sentences:
    ...     print(sentence)
    These 2 schools are together in every option: Ash and Birch.
    The place of 1 school is open: Cedar.
    """
    plans = plans_of(problem, plans)
    comparison = compare(problem, plans)
    groups = always_together(plans, problem)
    places: list[set[str | None]] = [set() for _ in problem.schools]
    for name, plan in plans.items():
        held = [cluster for cluster in plan.clusters if cluster.members]
        at: dict[int | None, str] = {}
        for label, cluster in zip(comparison.labels[name], held, strict=False):
            at |= {problem.find(key): label for key in cluster.members}
        for position, seen in enumerate(places):
            seen.add(at.get(position))
    open_ = tuple(key for key, seen in zip(problem.ids, places, strict=True) if len(seen) > 1)
    settled = tuple(key for key in problem.ids if key not in open_)
    return Together(
        groups=groups,
        open=open_,
        settled=settled,
        sentences=tuple(_sentences(problem, groups, open_)),
    )


def _sentences(
    problem: Problem, groups: tuple[tuple[SchoolId, ...], ...], open_: tuple[SchoolId, ...]
) -> Iterator[str]:
    for group in [group for group in groups if len(group) >= 3] or groups[:1]:
        names = _names(problem, group)
        yield f"These {len(group)} schools are together in every option: {names}."
    if not groups:
        yield "No two schools are together in every option."
    if open_:
        places = "place" if len(open_) == 1 else "places"
        schools = counted(len(open_), "school is", "schools are")
        yield f"The {places} of {schools} open: {_names(problem, open_)}."
    else:
        yield "No school's place is open: the options are the same."


def _names(problem: Problem, ids: tuple[SchoolId, ...]) -> str:
    whole, others = whole_pyramids(problem, ids)
    names = [*whole, *(problem.school(key).name for key in others)]
    if len(names) > MOST_NAMED + 1:
        names = [*names[:MOST_NAMED], f"{len(names) - MOST_NAMED} more"]
    return all_listed(names)
