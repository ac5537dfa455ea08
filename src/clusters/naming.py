"""Plain, unique labels for clusters: from a pyramid, a secondary school or a place.

A label is taken from what is in the cluster, never from its number in a list, so that the same
cluster is called the same in every option. `keep` carries the labels of an earlier plan over.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from clusters.arguments import checked
from clusters.domain import Cluster, Plan, PlanLike, Problem, plan_of

__all__ = ["name_clusters", "place_of"]

OLDER_PHASES = frozenset({"secondary", "all-through", "16 plus", "upper", "high"})
LEAST_KEPT = 0.5
"""A label is kept where at least half of the smaller of the two clusters is in both."""

_GENERIC = re.compile(
    r"""\b(?:
        church\s+of\s+england | c\.?\s?of\s?e\b\.? | cofe | ce | catholic | roman\s+catholic | rc
      | methodist | anglican | muslim | islamic | jewish | sikh | hindu | quaker
      | voluntary | controlled | aided | endowed | endowment | foundation | trust | free
      | j\s*(?:&|and|,)?\s*i | junior | infants? | nursery | primary | first | middle | secondary
      | grammar | high | upper
      | community | academy | college | schools? | campus | learning | specialist | sports?
      | technology | visual | performing | arts | science | language | girls | boys | mixed | share
      | early\s+years | sixth\s+form | all[-\s]through | studio | preparatory | university
      | enterprise | business | international | centre | co-?operative
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_SAINT = re.compile(
    r"^(?:st|ss|saint|saints|all\s+saints|our\s+lady|holy|christ|sacred|blessed|immaculate)\b\.?",
    re.IGNORECASE,
)


class _Claim(NamedTuple):
    """A cluster's claim to a name: the lower its tier and the larger its size, the earlier."""

    tier: int
    minus_size: float
    name: str
    tie: str
    cluster: int


@checked
def name_clusters(problem: Problem, plan: PlanLike, keep: PlanLike | None = None) -> Plan:
    """Give every cluster a plain label that no other has.

    In this order: the pyramid that has most of its pupils in the cluster, if it is also the one
    that has most pupils there; the place in the name of the largest secondary school; that of
    another school, the largest first, places before saints. Only where two clusters have nothing
    else left is a number added.

    Parameters
    ----------
    problem
        The facts.
    plan
        Any plan; broken ones are named as far as they go.
    keep
        An earlier plan, whose labels stay with the clusters that share most schools with its own
        (at least half of the smaller of the two).

    Examples
    --------
    >>> from clusters import Plan, Problem
    >>> problem = Problem.from_arrays(
    ...     ["a", "b"], [[0, 0], [3, 4]], names=["Berry Brow Infant School", "Honley High School"]
    ... )
    >>> plan = name_clusters(problem, Plan.from_assignment({"a": "a", "b": "b"}))
    >>> [cluster.label for cluster in plan.clusters]
    ['Berry Brow', 'Honley']
    """
    plan = plan_of(problem, plan)
    keep = None if keep is None else plan_of(problem, keep, "keep")
    members = [_positions(problem, cluster) for cluster in plan.clusters]
    firsts = [min((str(problem.schools[k].urn) for k in held), default="") for held in members]
    labels: dict[int, str] = {} if keep is None else _kept(problem, members, keep)
    claims = sorted(_claims(problem, members, firsts))
    for claim in claims:
        if claim.cluster not in labels and claim.name not in labels.values():
            labels[claim.cluster] = claim.name
    for number in sorted(range(len(members)), key=lambda number: firsts[number]):
        if number not in labels:
            best = next((c.name for c in claims if c.cluster == number), None)
            name = str(plan.clusters[number].label) if best is None else best
            labels[number] = unused(name, set(labels.values()))
    named = (replace(cluster, label=labels[k]) for k, cluster in enumerate(plan.clusters))
    return Plan(tuple(named), problem=problem)


def place_of(name: str) -> str:
    """Take the words that say what kind of school it is off its name.

    Examples
    --------
    >>> place_of("Highburton Church of England Voluntary Controlled First School")
    'Highburton'
    >>> place_of("The Mirfield Free Grammar and Sixth Form")
    'Mirfield'
    >>> place_of("St Aidan's Church of England Academy")
    "St Aidan's"
    """
    text = re.sub(r"^the\s+", "", " ".join(name.split()), flags=re.IGNORECASE)
    text = re.split(r"[,;(\[]|\s[-\u2013\u2014]\s", text, maxsplit=1)[0]
    generic = next((m for m in _GENERIC.finditer(text) if m.start() > 0), None)
    place = text if generic is None else text[: generic.start()]
    place = re.sub(r"(?:\s+(?:and|&|of|the|for))+\s*$", "", place, flags=re.IGNORECASE)
    return place.strip(" ,-&.") or name.strip()


def _positions(problem: Problem, cluster: Cluster) -> tuple[int, ...]:
    """Look up members; those that the problem does not have are left out."""
    found = set()
    for key in cluster.members or ():
        try:
            found.add(problem.find(key))
        except (TypeError, ValueError):  # a key that is no id at all; `verify` says so
            continue
    return tuple(sorted(position for position in found if position is not None))


def _claims(
    problem: Problem, members: Sequence[tuple[int, ...]], firsts: Sequence[str]
) -> Iterator[_Claim]:
    """List every name that a cluster could have; `firsts` (a URN of each) settle ties."""
    size = _sizes(problem)
    yield from _pyramid_claims(problem, members, firsts, size)
    for number, positions in enumerate(members):
        schools = [problem.schools[k] for k in positions]
        older = [k for k in positions if problem.schools[k].phase.lower() in OLDER_PHASES]
        largest = max(older, key=lambda k: (size[k], str(problem.schools[k].urn)), default=None)
        for k, school in zip(positions, schools, strict=True):
            name = place_of(school.name)
            tier = 4 if _SAINT.match(name) else (2 if k == largest else 3)
            yield _Claim(tier, -size[k], name, str(school.urn), number)


def _pyramid_claims(
    problem: Problem,
    members: Sequence[tuple[int, ...]],
    firsts: Sequence[str],
    size: Sequence[float],
) -> Iterator[_Claim]:
    """Claims of clusters and pyramids that have most of each other."""
    held: dict[tuple[str, int], float] = {}
    for number, positions in enumerate(members):
        for k in positions:
            pyramid = problem.schools[k].pyramid
            if pyramid is not None:
                held[pyramid, number] = held.get((pyramid, number), 0.0) + size[k]
    best_cluster: dict[str, int] = {}
    best_pyramid: dict[int, str] = {}
    for pyramid, number in sorted(held, key=lambda pair: (-held[pair], pair[0], firsts[pair[1]])):
        best_cluster.setdefault(pyramid, number)
        best_pyramid.setdefault(number, pyramid)
    for pyramid, number in best_cluster.items():
        if best_pyramid[number] == pyramid:
            yield _Claim(1, -held[pyramid, number], pyramid, firsts[number], number)


def _sizes(problem: Problem) -> list[float]:
    """Pupils of each school; 1 where they are not known."""
    return [1.0 if school.pupils is None else float(school.pupils) for school in problem.schools]


def _kept(problem: Problem, members: Sequence[tuple[int, ...]], keep: Plan) -> dict[int, str]:
    """Labels of the earlier plan, by the number of the cluster that takes them over."""
    from scipy.optimize import linear_sum_assignment

    before = [set(_positions(problem, cluster)) for cluster in keep.clusters]
    table = np.array([[len(old & set(new)) for new in members] for old in before], dtype=np.int64)
    if not table.size:
        return {}
    labels: dict[int, str] = {}
    rows, columns = linear_sum_assignment(table, maximize=True)
    for old, new in zip(rows.tolist(), columns.tolist(), strict=True):
        enough = LEAST_KEPT * min(len(before[old]), len(members[new]))
        label = str(keep.clusters[old].label)
        if table[old, new] and table[old, new] >= enough and label not in labels.values():
            labels[new] = label
    return labels


def unused(name: str, taken: set[str]) -> str:
    """Add the first number that makes a name different from those taken, if it is taken."""
    if name not in taken:
        return name
    return next(f"{name} {n}" for n in itertools.count(2) if f"{name} {n}" not in taken)
