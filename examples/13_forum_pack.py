"""Hand the Schools Forum a pack: one for the working group, one that can be published.

Run it on the packaged synthetic authority, or on your own files::

    python examples/13_forum_pack.py
    python examples/13_forum_pack.py --schools schools.csv --out our-pack --seconds 120
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from example_data import is_packaged, options, read_plan, read_problem, run

import clusters as cl
from clusters.disclosure import HIDDEN, redacted


def main(argv: Sequence[str] | None = None) -> None:
    parser = options(__doc__, seconds=20.0)
    parser.add_argument("--total", default="18000000", help="the pot in pounds")
    parser.add_argument("--out", default="forum-pack", help="folder to write to")
    arguments = parser.parse_args(argv)
    problem = read_problem(arguments)
    known = is_packaged(arguments) or arguments.plan is not None
    today = read_plan(arguments, problem) if known else None

    # 1. The plan, and why each school is where it is.
    rules = cl.Rules(n_clusters=arguments.clusters, balance={"pupils": 0.3})
    priorities = cl.Priorities(travel_by="pupils")
    result = cl.solve(problem, rules, priorities, cl.Settings(time_limit_s=arguments.seconds))
    print(result.summary())
    reasons = cl.why_all(problem, rules, result.plan, priorities)
    maps: dict[str, cl.Plan | cl.Result] = {"Proposal": result}
    if today is not None:
        maps["Today"] = today

    # 2. The money.
    pot = cl.Pot(arguments.total, contingency="3%")
    split = cl.split_budget(problem, result.plan, pot, cl.Formula({"ehcps": 3, "sen_support": 1}))

    # 3. The papers. The record of the run goes beside them, and they name it.
    # The public gets the page, its tables and the workbook; leave `formats` out for everything.
    parts: dict[str, tuple[str, ...] | None] = {
        "working group": None,
        "public": ("html", "csv", "excel"),
    }
    for audience, formats in parts.items():
        folder = Path(arguments.out) / audience.replace(" ", "-")
        started = time.monotonic()
        files = cl.write_report(
            folder,
            problem,
            maps,
            rules={"Proposal": rules},
            priorities=priorities,
            split={"Proposal": split},
            audience=audience,
            why_here=reasons,
            title="Proposed clusters for SEND support",
            council="Calderwick Council (invented)" if arguments.schools is None else "",
            sources=["The schools as read; see run.json"],
            decisions=["Send the proposal out to consultation.", "Comment on the formula."],
            run_file="run.json",
            formats=formats,
        )
        inputs = [] if arguments.schools is None else [arguments.schools]
        public = audience == "public"
        cl.writers.write_run(
            folder / "run.json",
            redacted(problem) if public else problem,  # totals and costs could say too much
            rules,
            priorities,
            result=result,
            inputs=inputs,
            public=public,
        )
        size = sum(file.stat().st_size for file in files) / 1e6
        print(f"\nFor the {audience}: {len(files)} files, {size:.1f} MB, in {folder}/")
        print(f"  written in {time.monotonic() - started:.0f} s")
        for file in files:
            if file.parent == folder:
                print(f"  {file.name}")

    # 4. What cannot be read off the public pack.
    table = (folder / "figures" / "schools.csv").read_text(encoding="utf-8-sig")
    print(f"\nNumbers hidden in the public table of schools: {table.count(HIDDEN)}")
    print("Each of them can have several values, whatever is added up or taken off.")


if __name__ == "__main__":
    run(main)
