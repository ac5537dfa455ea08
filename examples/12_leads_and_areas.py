"""Who leads each cluster, which areas the clusters feed into, and where the team works.

Run it on the packaged synthetic authority, or on your own files::

    python examples/12_leads_and_areas.py
    python examples/12_leads_and_areas.py --schools schools.csv
"""

from __future__ import annotations

from collections.abc import Sequence

from example_data import is_packaged, options, read_problem, run

import clusters as cl
from clusters.errors import InfeasibleError


def main(argv: Sequence[str] | None = None) -> None:
    arguments = options(__doc__, seconds=15.0).parse_args(argv)
    problem = read_problem(arguments)

    # 1. The plan and the leads jointly: only a school that can lead may be a centre.
    able = [school.urn for school in problem.schools if school.can_lead]
    print(f"{len(able)} of {len(problem)} schools are recorded as able and willing to lead.")
    rules = cl.Rules(n_clusters=arguments.clusters, balance={"need": 0.25})
    if able:
        rules = cl.leads.leads_as_centres(problem, rules)
    else:
        print("Who can lead is not in the file (column can_lead): here every school may be asked.")
        able = list(problem.ids)
    settings = cl.Settings(time_limit_s=arguments.seconds)
    plan = cl.solve(problem, rules, settings=settings).plan

    # 2. A lead for each cluster. Experience and release time are facts about candidates; those of
    #    the packaged authority are made up from the URN, so that there is something to weigh.
    made_up = is_packaged(arguments)
    candidates = [
        cl.leads.Candidate(
            urn=urn, experience_years=float(sum(map(ord, str(urn))) % 12) if made_up else None
        )
        for urn in able
    ]
    phases = {"secondary": (3, None)} if made_up else {}
    leads = cl.choose_leads(
        problem,
        plan,
        candidates,
        cl.leads.LeadRules(alternates=1, phases=phases),
        cl.leads.LeadPriorities(experience=0.1),  # a year is worth 100 m of mean journey
    )
    columns = ["cluster", "lead_name", "phase", "mean_journey_m", "experience_years", "alternates"]
    columns = [name for name in columns if made_up or name != "experience_years"]
    print("\nWho leads:")
    print(leads.to_frame()[columns].round(0).to_string(index=False))
    print(f"Checked again: {leads.certificate.summary().splitlines()[0]}")

    # 3. What if somebody asks for more than there is? The answer names the clusters and schools.
    try:
        if made_up:
            cl.choose_leads(problem, plan, candidates, cl.leads.LeadRules(min_experience_years=10))
    except InfeasibleError as error:
        print(f"\nTen years of experience for all? {error.conflict[0]}")

    # 4. Areas by the same engine: clusters are its schools, and an area lead must be able to cover.
    areas = cl.leads.make_areas(
        problem,
        plan,
        (3, 5),
        balance={"need": 0.3},
        candidates=able,
        not_these=set(leads.by_cluster.values()) if len(able) > 2 * arguments.clusters else (),
        settings=settings,
    )
    columns = ["area", "clusters", "schools", "need", "lead_name", "worst_journey_m"]
    print("\nAreas:")
    print(areas.to_frame("area")[columns].round(0).to_string(index=False))
    print(areas.to_frame("cluster")[["area", "cluster", "schools", "need"]].to_string(index=False))

    # Areas are a plan of schools too, which can be measured and drawn as one.
    whole = cl.measure(problem, areas.schools_plan()).whole
    print(f"The mean journey to the lead of the area is {whole.journeys.mean / 1000:.1f} km.")

    # 5. Or areas that somebody drew: checked in the same way.
    drawn = {label: "A" if k % 2 else "B" for k, label in enumerate(areas.labels)}
    given = cl.leads.check_areas(problem, plan, drawn, n_areas=2, balance={"need": 0.3})
    broken = ", ".join(given.certificate.broken) or "none"
    print(f"\nTwo areas drawn blindfold break these rules: {broken}.")

    # 6. The team round the schools, by need, in half posts; advisors work for a whole area. How
    #    many posts there are is for you to say: these numbers are examples.
    team = cl.expertise.share_team(
        problem,
        plan,
        [
            cl.expertise.TeamRole(name="educational psychologist", posts="12.5"),
            cl.expertise.TeamRole(name="early support worker", posts=18, step=1),
            cl.expertise.TeamRole(name="area advisor", posts=4, over="area"),
        ],
        areas=areas.labels,
    )
    print("\nThe team (posts), and the travel of one visit to every school:")
    print(team.table().fillna(0).to_string())
    rounds = team.to_frame().groupby("role")["round_m"].sum() / 1000
    for role, kilometres in rounds.items():
        print(f"  {role}: {kilometres:,.0f} km for one round of visits, there and back each time")


if __name__ == "__main__":
    run(main)
