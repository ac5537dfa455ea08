"""A plan under discussion, with all that is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clusters.domain import Plan, Priorities, Problem, Rules
from clusters.maps import changes, matched_numbers
from clusters.maps.zones import numbers_by_label
from clusters.report.release.facts import PlanFacts, plan_facts
from clusters.text import clean
from clusters.verifier import Certificate, verify

if TYPE_CHECKING:
    from clusters.budget import Split
    from clusters.measures.access import Access


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What may be said of a search to readers who may not see every number.

    Parameters
    ----------
    status
        "optimal" or "feasible".
    objective, bound, gap, seconds, stopped, history
        As in a `Result`, costs in per cent of the plan's.
    is_withheld
        Whether the search used hidden numbers, so that nothing else is said of it.
    """

    status: str
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    seconds: float = 0.0
    stopped: str = ""
    history: tuple[tuple[float, float | None, float | None], ...] = ()
    is_withheld: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A plan under discussion, with all that its readers may see of it.

    Parameters
    ----------
    unchecked
        Rules of which it is not said whether they hold: their numbers are hidden.
    numbers
        Number of each cluster by label.
    leads
        Who leads each cluster, in words, by its label as papers print it.
    moved
        Schools in another cluster than today; None where today's clusters are not known.
    """

    name: str
    plan: Plan
    result: Any = None
    rules: Rules | None = None
    priorities: Priorities | None = None
    split: Split | None = None
    certificate: Certificate | None = None
    unchecked: frozenset[str] = frozenset()
    facts: PlanFacts
    numbers: Mapping[str, int] = field(default_factory=dict)
    leads: Mapping[str, str] = field(default_factory=dict)
    moved: int | None = None

    @property
    def gaps(self) -> list[Access]:
        """Clusters without recorded expertise in a type of need that some school has.

        Whether pupils there need it plays no part: so every audience reads one number.
        """
        rows = self.facts.measures.expertise
        held = {row.kind for row in rows if row.capacity > 0}
        return [row for row in rows if row.capacity == 0 and row.kind in held]

    @property
    def cluster_names(self) -> dict[str, str]:
        """Name of each cluster by its label: its number, and the label where it says more."""
        return {cluster.label: cluster.name for cluster in self.facts.clusters}


def result_of(given: Any) -> Any:
    """Return the result of an option of `solve` or of `propose`; None for a mere plan."""
    return None if isinstance(given, Plan) else getattr(given, "result", given)


def make_option(
    problem: Problem,
    name: str,
    given: Any,
    *,
    rules: Rules | None,
    priorities: Priorities | None,
    split: Split | None,
    like: Option | None = None,
    leads: Mapping[str, str] | None = None,
    today: Plan | None = None,
) -> Option:
    """Gather what is known of one option.

    Parameters
    ----------
    like
        The option whose numbers it should share, and by whose pot and formula its money is split
        where no split of its own is given.
    leads
        Who leads its clusters, by label.
    today
        Today's clusters.
    """
    result = result_of(given)
    plan: Plan = given if result is None else result.plan
    numbers = {} if like is None else matched_numbers(problem, like.plan, plan)
    if split is None and like is not None and like.split is not None:
        split = _split_alike(problem, plan, like.split)
    return Option(
        name=clean(name),
        plan=plan,
        result=result,
        rules=rules,
        priorities=priorities,
        split=split,
        certificate=None if rules is None else verify(problem, rules, plan, priorities),
        facts=plan_facts(problem, plan, priorities=priorities, numbers=numbers or None),
        numbers=numbers,
        leads={clean(label): clean(lead) for label, lead in (leads or {}).items()},
        moved=None if today is None else len(changes(problem, today, plan)),
    )


def _split_alike(problem: Problem, plan: Plan, split: Split) -> Split | None:
    """Split the pot of another option by the same formula; None where a school has no cluster."""
    from clusters.budget import split_budget
    from clusters.errors import MoneyError

    try:
        return split_budget(problem, plan, split.pot, split.formula, split.protection)
    except MoneyError:
        return None


def numbers_in(option: Option) -> dict[str, int]:
    """Return the number of each cluster by its label, as every map and table has it."""
    return numbers_by_label(option.plan, option.numbers or None)
