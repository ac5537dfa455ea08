"""Share expertise: gaps, who could help whom, a plan that shares better, and what it costs.

Run it on the packaged synthetic authority, or on your own files::

    python examples/11_share_expertise.py
    python examples/11_share_expertise.py --schools schools.csv --need need.csv \
        --expertise expertise.csv
"""

from __future__ import annotations

from collections.abc import Sequence

from example_data import complete, is_packaged, options, read_schools, run

import clusters as cl

COVERS = 5.0
"""Pupils that one staff day a year covers. A policy: change it to what your service reckons."""


def main(argv: Sequence[str] | None = None) -> None:
    arguments = options(__doc__, seconds=15.0).parse_args(argv)

    # 1. The twelve types of need become the council's own categories. The mapping is a plain
    #    mapping: print it, copy it, change it. A code that it does not name would be refused.
    schools = complete(read_schools(arguments))
    if not any(school.expertise for school in schools) or not any(s.need for s in schools):
        print(
            "The file has no expertise or no need by type, so there is nothing to share yet: give "
            "--expertise (urn, type, amount, unit) and --need (urn, type, ehcps, sen_support)."
        )
        return
    mapping = {**cl.expertise.COUNCIL_CATEGORIES, "HI": ("hi", "msi")}  # say one team serves both
    del mapping["MSI"]
    print("\nThe mapping, and what the schools record:")
    frame = cl.expertise.mapping_frame(mapping, schools)
    columns = ["code", "category", "schools_with_known_need", "pupils", "capacity"]
    print(frame[columns].to_string(index=False))
    problem = cl.build_problem(cl.expertise.recode(schools, mapping, leave_out=["nsa"]))

    # 2. Two plans: one looks at journeys alone, the other also at pupils whom nobody in their own
    #    cluster covers. One such pupil costs as much as one pupil travelling 2 km further.
    kinds = sorted({kind for school in problem.schools for kind in school.expertise})
    policy = cl.Priorities(expertise=2.0, pupils_per_capacity=dict.fromkeys(kinds, COVERS))
    rules = cl.Rules(n_clusters=arguments.clusters, balance={"need": 0.25})
    settings = cl.Settings(time_limit_s=arguments.seconds)
    near = cl.solve(problem, rules, settings=settings)
    shared = cl.solve(problem, rules, policy, settings, start=near.plan)
    plans = {"journeys alone": near.plan, "with expertise": shared.plan}

    # 3. Side by side, with special schools that reach out to several clusters. They belong to none,
    #    so they are in no plan; the one for the packaged authority is invented.
    middle = problem.xy_m.mean(axis=0)
    special = cl.expertise.Provider(
        urn="999001",
        name="Example Special School (invented)",
        easting=float(middle[0]),
        northing=float(middle[1]),
        capacity={kinds[0]: cl.Capacity(amount=60, unit=unit_of(problem, kinds[0]))},
        reach_m=6_000,
    )
    providers = [special] if is_packaged(arguments) else []
    print("\nThe plans side by side (a gap: no recorded capacity of a type in a cluster):")
    compared = cl.expertise.compare_sharing(
        problem, plans, policy, rules=rules, providers=providers, within_m=5_000
    )
    print(compared.T.round(3).to_string())

    # 4. Where a cluster lacks a type: who is nearest, and what agreement would help.
    plan = shared.plan
    print("\nThe nearest holders outside, for the first gaps:")
    holders = cl.expertise.nearest_holders(problem, plan, n=1)
    columns = ["cluster", "type", "holder_name", "holder_cluster", "capacity", "journey_m"]
    print(holders[columns].head(8).to_string(index=False))
    agreements = cl.propose_sharing(problem, plan, policy, providers=providers, at_least=5)
    print(
        f"\n{len(agreements.rows)} agreements would cover "
        f"{agreements.unmet_before - agreements.unmet_after:,.0f} of "
        f"{agreements.unmet_before:,.0f} pupils. The first:"
    )
    for agreement in agreements.rows[:5]:
        print(f"  {agreement}")

    # 5. Not recorded is not absent, and recorded is not certain.
    print()
    print(cl.expertise.expertise_sensitivity(problem, plan, policy, share=0.1).summary())
    dark = sum(not school.expertise for school in problem.schools)
    print(f"{dark} of {len(problem)} schools record no expertise at all: not known, not none.")


def unit_of(problem: cl.Problem, kind: str) -> str:
    """Look up the unit in which a type's capacity is recorded."""
    units = [s.expertise[kind].unit for s in problem.schools if kind in s.expertise]
    return str(units[0])


if __name__ == "__main__":
    run(main)
