"""Open the workbench: move a school and see what follows.

Run it on the packaged synthetic authority, or on your own files::

    python examples/17_workbench.py                    # writes workbench.html, to open in a browser
    python examples/17_workbench.py --serve            # opens it, with the library behind it
    python examples/17_workbench.py --schools schools.csv --plan today.csv --serve
"""

from __future__ import annotations

from collections.abc import Sequence

from example_data import options, read_plan, read_problem, run

import clusters as cl


def main(argv: Sequence[str] | None = None) -> None:
    parser = options(__doc__, seconds=10.0)
    parser.add_argument("--serve", action="store_true", help="serve it instead of writing a file")
    parser.add_argument("--out", default="workbench.html", help="the file to write")
    arguments = parser.parse_args(argv)
    problem = read_problem(arguments)
    today = read_plan(arguments, problem)

    # 1. What the meeting is about: rules, what makes a plan better, the money, and two plans: the
    #    one to begin with, and what a search finds.
    rules = cl.Rules(n_clusters=len(today.clusters), balance={"pupils": 0.3})
    priorities = cl.Priorities(travel_by="pupils")
    found = cl.solve(problem, rules, priorities, cl.Settings(time_limit_s=arguments.seconds))
    print(found.summary())
    plans: dict[str, cl.Plan | cl.Result] = {"Today": today, "Search": found}
    pot = cl.Pot("18000000", contingency="3%")
    formula = cl.Formula({"ehcps": 3, "sen_support": 1})

    # 2. A file is enough for a meeting without Python: it reckons everything by itself, exactly,
    #    and says that a plan is not verified until the library has checked it.
    if not arguments.serve:
        written = cl.write_workbench(
            arguments.out,
            problem,
            rules,
            plans,
            priorities,
            pot=pot,
            formula=formula,
            title="Which clusters?",
        )
        size = written.stat().st_size / 1e6
        print(f"Written: {written} ({size:.2f} MB). Open it in a browser; it needs nothing else.")
        return

    # 3. Served on this computer, the library answers. Every change is saved in decisions.json.
    with cl.workbench.serve_workbench(
        problem, rules, plans, priorities, pot=pot, formula=formula, title="Which clusters?"
    ) as session:
        print(f"Open {session.url} if no browser has opened. Ctrl-C ends the meeting.")
        try:
            session.wait()
        except KeyboardInterrupt:
            print("The meeting is over.")

    # 4. What the meeting left is a value like any other.
    certificate = cl.verify(problem, session.pinned_rules, session.plan, priorities)
    print(certificate.summary())
    for line in () if session.decisions is None else session.decisions.minutes():
        print(f"  {line}")


if __name__ == "__main__":
    run(main)
