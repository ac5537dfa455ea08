"""Schools to be counted: clusters, centres, who must be together and who apart.

Each check yields a reason for every case of its kind. All arithmetic is exact and errs on one side
only: a reason is a proof, no reason proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from clusters.domain import Clause
from clusters.presolve import relaxing as fix
from clusters.presolve.case import Facts, Reason
from clusters.presolve.wording import CENTRES, COUNT, there_are
from clusters.rulebook import school_name
from clusters.text import counted, listed


def too_many_clusters(facts: Facts) -> Iterator[Reason]:
    """More clusters than schools (those that stay together counted once)."""
    atoms = len(facts.atoms)
    if facts.k <= atoms:
        return
    n = len(facts.problem)
    if facts.k > n:
        text = f"there {'is' if n == 1 else 'are'} only {counted(n, 'school')}"
        clauses: tuple[Clause, ...] = (COUNT,)
    else:
        text = f"the {n} schools make only {counted(atoms, 'group')} once those that must be "
        text += "together are one"
        clauses = (COUNT, *(Clause("together", g) for g in range(len(facts.rules.together))))
    yield Reason(
        clauses=clauses,
        sentence=f"{facts.k} clusters are asked for, but {text}.",
        fixes=fix.ordered(fix.fewer_or_more(facts, atoms)),
    )


def together_and_apart(facts: Facts) -> Iterator[Reason]:
    """Schools that must share a cluster and may not."""
    for number, group in enumerate(facts.rules.apart):
        positions = facts.positions(group)
        seen: dict[int, int] = {}
        for p in positions:
            atom = facts.atom_of[p]
            if atom in seen:
                both = facts.ids([seen[atom], p])
                chain = _chain(facts, seen[atom], p)
                clauses = (*chain, Clause("apart", number))
                names = listed([school_name(facts.problem, key) for key in both])
                through = "" if len(chain) == 1 else " (through groups that overlap)"
                yield Reason(
                    clauses=clauses,
                    sentence=f"{names} must be together{through} and may not be together.",
                    fixes=fix.drops(facts, *clauses),
                )
            seen.setdefault(atom, p)


def _chain(facts: Facts, first: int, last: int) -> tuple[Clause, ...]:
    """Fewest `together` groups that link two schools."""
    groups = [set(facts.positions(group)) for group in facts.rules.together]
    paths: list[tuple[int, ...]] = [(g,) for g, held in enumerate(groups) if first in held]
    seen = {path[-1] for path in paths}
    for path in paths:
        if last in groups[path[-1]]:
            return tuple(Clause("together", g) for g in path)
        for g, held in enumerate(groups):
            if g not in seen and held & groups[path[-1]]:
                seen.add(g)
                paths.append((*path, g))
    return ()


def too_few_centres(facts: Facts) -> Iterator[Reason]:
    """Fewer schools that may be a centre than clusters."""
    if facts.rules.centres is None:
        return
    able = len(facts.candidates)
    apart = len({facts.atom_of[p] for p in facts.candidates})
    if apart >= facts.k:
        return
    groups: tuple[Clause, ...] = ()
    needs = "cluster needs" if facts.k == 1 else "clusters need"
    text = (
        f"{facts.k} {needs} {counted(facts.k, 'centre')}; only {counted(able, 'school')} may be one"
    )
    if able >= facts.k:
        homes = {facts.atom_of[p] for p in facts.candidates}
        groups = tuple(c for a in sorted(homes) for c in facts.groups_within(facts.atoms[a]))
        text += f", and as some of them must be together there can be only {apart}"
    fixes = [fix.fewer_or_more(facts, apart), fix.drop(facts, CENTRES)]
    yield Reason(clauses=(COUNT, CENTRES, *groups), sentence=f"{text}.", fixes=fix.ordered(*fixes))


def too_many_apart(facts: Facts) -> Iterator[Reason]:
    """More schools that may not share a cluster than clusters, by one rule."""
    for number, group in enumerate(facts.rules.apart):
        many = len(facts.positions(group))
        if many > facts.k:
            clause = Clause("apart", number)
            yield Reason(
                clauses=(COUNT, clause),
                sentence=f"{many} schools may not share a cluster with one another; "
                f"{there_are(facts.k)}.",
                fixes=fix.ordered(fix.fewer_or_more(facts, many), fix.drop(facts, clause)),
            )
