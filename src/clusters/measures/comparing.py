"""Plans side by side: measures, certificates, matched labels, and how the plans differ."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from clusters.arguments import checked
from clusters.domain import (
    FrozenDict,
    IntArray,
    Plan,
    PlanLike,
    Priorities,
    Problem,
    Rules,
    SchoolId,
    plans_of,
)
from clusters.domain.values import picked
from clusters.errors import ArgumentError
from clusters.measures.facts import BoolArray, Facts, Groups, facts_of, placed_of, places_of
from clusters.measures.matching import (
    Difference,
    always_together,
    co_membership,
    difference,
    matches,
)
from clusters.measures.measuring import measured
from clusters.measures.values import FRAMES, Measures, check_kind
from clusters.shown import Drawn, clip, framed, listed_briefly
from clusters.text import counted
from clusters.verifier import Certificate, verify

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Comparison(Drawn):
    """Several plans side by side.

    Parameters
    ----------
    problem, plans
        As compared, plans by name.
    measures
        Of each plan, by its name.
    labels
        Of each plan, by its name: for each cluster in order the label of the place it matches, so
        that one label means the same place in every plan.
    certificates
        By name of plan: checked against the rules; without rules, only that every school is placed
        once and each centre is a member.
    has_rules
        Whether rules were given.
    results
        What `solve` returned, by name of plan, where given.
    pairs
        Between each two plans, by their names.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> comparison = cl.compare(problem, {"one": plan, "two": dict.fromkeys("abcd", "All")})
    >>> comparison
    Comparison(2 plans of 4 schools: one, two)
    >>> comparison.measures["two"].whole.n_clusters
    1
    """

    problem: Problem
    plans: Mapping[str, Plan]
    measures: Mapping[str, Measures]
    labels: Mapping[str, tuple[str, ...]]
    certificates: Mapping[str, Certificate]
    has_rules: bool
    results: Mapping[str, Any]
    pairs: Mapping[tuple[str, str], Difference]

    def __repr__(self) -> str:
        size = f"{counted(len(self.plans), 'plan')} of {counted(len(self.problem), 'school')}"
        return clip(f"Comparison({size}: {listed_briefly(self.plans)})")

    @checked
    def to_frame(self, kind: str = "plan") -> pd.DataFrame:
        """Make a frame of all plans.

        Parameters
        ----------
        kind
            "plan": a row for each plan (``.T`` puts them side by side). "cluster", "expertise" or
            "type": the rows of every plan below one another, "plan" saying whose; the column
            "place" of clusters holds the matched label.

        Raises
        ------
        ValueError
            If kind is none of these.
        """
        import pandas as pd

        check_kind(kind, FRAMES)
        if kind == "plan":
            rows = [self._plan_row(name) for name in self.plans]
            return pd.DataFrame(rows, index=pd.Index(list(self.plans), name="plan"))
        frames = []
        for name, measures in self.measures.items():
            frame = measures.to_frame(kind)
            if kind in ("cluster", "expertise"):
                repeats = len(measures.types) if kind == "expertise" else 1
                frame.insert(0, "place", list(np.repeat(self.labels[name], repeats)))
            frame.insert(0, "plan", name)
            frames.append(frame)
        frames = [frame for frame in frames if len(frame)]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    def _plan_row(self, name: str) -> dict[str, Any]:
        certificate, result = self.certificates[name], self.results.get(name)
        row: dict[str, Any] = {"rules_hold": certificate.ok} if self.has_rules else {}
        if self.has_rules:
            row["findings"] = len(certificate.findings)
        row["cost"] = certificate.objective
        if self.results:
            for field in ("status", "objective", "bound", "gap"):
                row[field] = getattr(result, field, None)
        return row | self.measures[name].rows("plan")[0]

    def differences(self) -> pd.DataFrame:
        """Make a frame with a row for each two plans.

        Schools moved, their share, variation of information (bits), and the share of pairs of
        co-members that differ (see :class:`Difference`).
        """
        columns = ["plan", "other", "schools_moved", "share_moved"]
        columns += ["variation_of_information", "pairs_differ"]
        rows = (
            {
                "plan": one,
                "other": other,
                **picked(found, "schools_moved", "variation_of_information", "pairs_differ"),
                "share_moved": found.schools_moved / len(self.problem),
            }
            for (one, other), found in self.pairs.items()
        )
        return framed(rows, columns=columns)

    def co_membership(self) -> pd.DataFrame:
        """Count in what share of the plans each two schools are together."""
        return co_membership(self.plans, self.problem)

    def always_together(self) -> tuple[tuple[SchoolId, ...], ...]:
        """Find the groups of schools that share a cluster in every plan, the largest first."""
        return always_together(self.plans, self.problem)


@checked
def compare(
    problem: Problem,
    plans: Mapping[str, PlanLike],
    priorities: Priorities | None = None,
    *,
    rules: Rules | None = None,
    results: Mapping[str, Any] | None = None,
    reference: Groups | None = None,
) -> Comparison:
    """Put plans side by side.

    Parameters
    ----------
    problem
        The facts.
    plans
        By name, in the order in which they are to stand.
    priorities
        Under which every plan's cost is worked out, as in `verify`.
    rules
        Against which every plan is verified.
    results
        What `solve` returned, by name of plan; their status, objective, bound and gap are shown.
    reference
        The plan (or groups by school id) against which moves are counted, and whose labels the
        plans take over where it is a plan. None: moves are counted against `reference` of the
        priorities, labels are the first plan's.

    Raises
    ------
    RulesError
        If rules or priorities name what the problem does not have.
    ArgumentError
        If no plan is given, or results name a plan that is not.

    Examples
    --------
    >>> from clusters import Plan, Problem, compare
    >>> problem = Problem.from_arrays(
    ...     ["a", "b", "c"], [[0, 0], [300, 400], [900, 0]], {"need": [5, 7, 6]}
    ... )
    >>> one = Plan.from_assignment({"a": "a", "b": "a", "c": "c"})
    >>> two = Plan.from_assignment({"a": "a", "b": "c", "c": "c"})
    >>> comparison = compare(problem, {"one": one, "two": two})
    >>> comparison.to_frame()["mean_journey_m"].round(1).tolist()
    [166.7, 240.4]
    >>> comparison.differences()["schools_moved"].tolist()
    [1]
    """
    plans = plans_of(problem, plans)
    results = dict(results or {})
    if not plans or set(results) - set(plans):
        strange = ", ".join(sorted(map(str, set(results) - set(plans))))
        if not strange:
            raise ArgumentError.of("plans is empty", 'give a plan by name: {"today": plan}')
        raise ArgumentError.of(
            f"results name plans that are not given: {strange}",
            f"use the names of plans: {', '.join(map(str, plans))}",
        )
    facts = facts_of(problem, priorities)
    free = Rules(n_clusters=(1, len(problem)), contiguous=False)
    places = {name: places_of(problem, plan) for name, plan in plans.items()}
    return Comparison(
        problem=problem,
        plans=FrozenDict(plans),
        measures=FrozenDict(
            {name: measured(facts, plan, priorities, reference) for name, plan in plans.items()}
        ),
        labels=FrozenDict(_matched_labels(facts, plans, places, reference)),
        certificates=FrozenDict(
            {
                name: verify(problem, free if rules is None else rules, plan, priorities)
                for name, plan in plans.items()
            }
        ),
        has_rules=rules is not None,
        results=FrozenDict(results),
        pairs=FrozenDict(
            {
                (one, other): difference(places[one], places[other])
                for one, other in itertools.combinations(plans, 2)
            }
        ),
    )


def _matched_labels(
    facts: Facts,
    plans: Mapping[str, Plan],
    places: Mapping[str, IntArray],
    reference: Groups | None,
) -> dict[str, tuple[str, ...]]:
    """Label the clusters of each plan by the place they match.

    Places are the clusters of the reference (else of the first plan). A cluster that matches none
    makes a new place, which later plans may match in turn.
    """
    problem = facts.problem
    known: dict[str, BoolArray] = {}
    if isinstance(reference, Plan):
        held = places_of(problem, reference)
        for number, cluster in enumerate(placed_of(problem, reference)):
            known[_unused(cluster.label, known)] = held == number
    labels = {}
    for name, plan in plans.items():
        own = [cluster.label for cluster in placed_of(problem, plan)]
        mine = [places[name] == number for number in range(len(own))]
        table = np.array([[int((a & b).sum()) for b in mine] for a in known.values()])
        found, names = matches(table.reshape(len(known), len(own))), tuple(known)
        labels[name] = tuple(
            names[found[number]] if number in found else _new_place(known, label, mine[number])
            for number, label in enumerate(own)
        )
    return labels


def _new_place(known: dict[str, BoolArray], label: str, held: BoolArray) -> str:
    """Add a place under a label that no other has."""
    chosen = _unused(label, known)
    known[chosen] = held
    return chosen


def _unused(label: str, taken: Collection[str]) -> str:
    """Make a label different from those taken: "Holm", "Holm (2)", "Holm (3)" ..."""
    if label not in taken:
        return label
    return next(
        f"{label} ({number})" for number in itertools.count(2) if f"{label} ({number})" not in taken
    )
