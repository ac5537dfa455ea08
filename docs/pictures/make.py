"""Draw the pictures of the README and the docs, on the packaged, made-up authority.

Usage: python docs/pictures/make.py [SECONDS]

Writes map.svg (the map by itself) and, where Debian's chromium is installed, page.png (the top of
the page in a browser).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import clusters as cl
from clusters.maps import map_svg

HERE = Path(__file__).parent
CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main(seconds: float) -> None:
    """Solve, draw, write."""
    problem = cl.datasets.load_problem()
    large = [members for members in problem.pyramids.values() if len(members) >= 15]
    rules = cl.Rules(
        n_clusters=18,
        balance={"pupils": 0.25},
        together=large,
        exceptions={members[0]: "balance" for members in large},
    )
    priorities = cl.Priorities(travel_by="pupils")
    result = cl.solve(problem, rules, priorities, cl.Settings(time_limit_s=seconds))
    split = cl.split_budget(problem, result.plan, cl.Pot("18000000.00"))
    drawing = map_svg(
        problem, result.plan, title="18 clusters of a made-up authority", link="#", enlarge=False
    )
    (HERE / "map.svg").write_text(drawing, encoding="utf-8", newline="\n")
    with tempfile.TemporaryDirectory() as folder:
        (page,) = cl.write_report(
            Path(folder) / "page.html",
            problem,
            {"Proposal": result},
            rules=rules,
            priorities=priorities,
            split=split,
            title="Proposed clusters for SEND support (made-up data)",
        )
        chromium = shutil.which("chromium")
        if chromium is None:
            print("chromium is not installed: no picture of the page")
            return
        arguments = [f"--user-data-dir={folder}/profile", "--window-size=1200,1560"]
        picture = f"--screenshot={HERE / 'page.png'}"
        subprocess.run(
            [chromium, *CHROMIUM, *arguments, picture, page.as_uri()],
            check=True,
            capture_output=True,
            timeout=120,
        )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0)
