"""Tiny drawn problems, and which of their rules can hold together: by trying every plan.

The verifier judges each plan under each rule alone, so that nothing of the search, the model or the
arithmetic takes part.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace

from clusters.domain import Capacity, Plan, Problem, Rules, School
from clusters.geography import build_problem
from clusters.presolve import Clause, clauses_of, without
from clusters.verifier import verify
from tests.worlds import every_plan

COUNT = Clause("n_clusters")


class Everything:
    """Every plan of a tiny problem with the rules that it breaks.

    Parameters
    ----------
    like
        The same of other rules: what these say alike is not judged again.
    """

    def __init__(self, problem: Problem, rules: Rules, like: Everything | None = None) -> None:
        self.clauses = [clause for clause in clauses_of(rules) if clause != COUNT]
        self.centred = rules.centres is not None or rules.max_travel_m is not None
        same = like is not None and like.centred == self.centred
        self.plans = like.plans if like and same else list(_plans(problem, self.centred))
        self.alone = {clause: self._alone(rules, clause) for clause in self.clauses}
        self.broken_by = {
            clause: like.broken_by[clause]
            if like and same and like.alone.get(clause) == alone
            else self._broken_by(problem, alone)
            for clause, alone in self.alone.items()
        }
        self.rows = [
            (len(plan.clusters), frozenset(c for c in self.clauses if self.broken_by[c][number]))
            for number, plan in enumerate(self.plans)
        ]

    def _alone(self, rules: Rules, clause: Clause) -> Rules:
        others = [other for other in self.clauses if other != clause]
        return replace(without(rules, *others), n_clusters=1)

    def _broken_by(self, problem: Problem, alone: Rules) -> list[bool]:
        """Whether each plan breaks one rule by itself."""
        of_count = [replace(alone, n_clusters=k) for k in range(1, len(problem) + 1)]
        return [
            not verify(problem, of_count[len(plan.clusters) - 1], plan).ok for plan in self.plans
        ]

    def can_hold(self, clauses: Iterable[Clause], counts: tuple[int, int]) -> bool:
        """Whether some plan with so many clusters keeps all of these."""
        wanted = set(clauses)
        return any(counts[0] <= k <= counts[1] and not broken & wanted for k, broken in self.rows)


def _plans(problem: Problem, centred: bool) -> Iterator[Plan]:
    """Every partition; with every choice of centres where these matter."""
    keys = {str(number + 1): school.urn for number, school in enumerate(problem.schools)}
    for drawn in every_plan(len(problem)):
        groups = [[keys[key] for key in cluster.members] for cluster in drawn.clusters]
        for centres in itertools.product(*groups) if centred else [[g[0] for g in groups]]:
            yield Plan.from_assignment(
                {key: centre for centre, g in zip(centres, groups, strict=True) for key in g}
            )


def drawn_problem(seed: int) -> Problem:
    """Draw five schools on a rough grid; the map may be in two parts."""
    rng = random.Random(seed)
    keys = list("abcde")
    edges = {(keys[rng.randrange(i)], keys[i]) for i in range(1, 5) if rng.random() < 0.93}
    edges |= {tuple(sorted(rng.sample(keys, 2))) for _ in range(rng.randint(0, 2))}
    schools = [
        School(
            urn=key,
            name=f"School {key}",
            easting=1000.0 * rng.randint(0, 6),
            northing=1000.0 * rng.randint(0, 6),
            pupils=rng.choice([40, 90, 150, 210, 390]),
            ehcps=rng.randint(0, 6),
            sen_support=rng.randint(0, 20),
            expertise={
                kind: Capacity(amount=rng.choice([4, 10, 12]), unit="places")
                for kind in ("HI", "CCI")
                if rng.random() < 0.4
            },
        )
        for key in keys
    ]
    return build_problem(schools, neighbours=sorted(edges))


def drawn_rules(seed: int, problem: Problem) -> Rules:
    """Draw rules that often cannot all hold; more often than not over a range."""
    rng = random.Random(1_000_003 + seed)
    keys = list(problem.ids)
    low = rng.randint(1, 4)
    kinds = sorted({kind for school in problem.schools for kind in school.expertise})

    def some(share: float = 0.35) -> bool:
        return rng.random() < share

    def groups() -> list[tuple[str, ...]]:
        return [tuple(rng.sample(keys, rng.randint(2, 3))) for _ in range(rng.randint(1, 2))]

    rules = Rules(
        n_clusters=low if some(0.45) else (low, min(5, low + rng.randint(1, 2))),
        schools_per_cluster=rng.choice([(2, None), (None, 2), (2, 3), (3, None)])
        if some()
        else None,
        balance={name: rng.choice([0.05, 0.2, 0.5]) for name in ("pupils", "need") if some(0.25)},
        limits={rng.choice(["pupils", "ehcps"]): rng.choice([(150, None), (None, 400), (2, 8)])}
        if some()
        else {},
        max_travel_m=rng.choice([1000, 2200, 3500]) if some(0.3) else None,
        expertise={rng.choice(kinds): rng.choice([1, 5, 11])} if kinds and some() else {},
        together=groups() if some() else [],
        apart=groups() if some() else [],
        centres=rng.sample(keys, rng.randint(1, 3)) if some(0.2) else None,
        contiguous=some(0.75),
    )
    bounded = [
        name
        for name in ("schools_per_cluster", "balance", "limits", "max_travel_m", "expertise")
        if getattr(rules, name)
    ]
    if bounded and some(0.3):
        return replace(rules, exceptions={rng.choice(keys): [rng.choice(bounded)]})
    return rules
