"""Small made-up authorities for the tests of the money."""

from __future__ import annotations

import random
from collections.abc import Sequence

from clusters.budget import Formula
from clusters.domain import Cluster, Plan, Problem, School

NEED = Formula({"ehcps": 3, "sen_support": 1})


def school(urn, pupils=100, ehcps=3, sen_support=12, topup=2_000_000, phase="primary", **more):
    """One school; `topup` is today's spend in pence."""
    return School(
        urn=urn,
        name=f"School {urn}",
        easting=more.pop("easting", 400_000.0),
        northing=more.pop("northing", 410_000.0),
        phase=phase,
        pupils=pupils,
        ehcps=ehcps,
        sen_support=sen_support,
        topup_pence=topup,
        **more,
    )


def problem_of(schools: Sequence[School], **more) -> Problem:
    return Problem.from_schools(schools, **more)


def plan_of(groups: dict[str, Sequence[str]]) -> Plan:
    return Plan(
        tuple(
            Cluster(label=label, centre=members[0] if members else None, members=tuple(members))
            for label, members in groups.items()
        )
    )


def authority(n: int = 12, k: int = 3, seed: int = 1) -> tuple[Problem, Plan]:
    """Make n schools in k clusters, with uneven rolls, needs and spend."""
    rng = random.Random(seed)
    schools = []
    for i in range(n):
        pupils = rng.choice([45, 120, 210, 420, 1300])
        schools.append(
            school(
                str(107_000 + 37 * i),
                pupils=pupils,
                ehcps=rng.randint(0, max(1, pupils // 30)),
                sen_support=rng.randint(1, max(2, pupils // 8)),
                topup=rng.randint(0, pupils * 40_000),
                phase="secondary" if pupils > 1000 else "primary",
                easting=400_000.0 + rng.randint(0, 20_000),
                northing=410_000.0 + rng.randint(0, 20_000),
                measures={"fsm": rng.randint(0, pupils // 3), "low_attainment": pupils // 5},
            )
        )
    groups: dict[str, list[str]] = {f"C{c + 1}": [] for c in range(k)}
    for i, one in enumerate(schools):
        groups[f"C{i % k + 1}"].append(one.urn)
    return problem_of(schools), plan_of(groups)
