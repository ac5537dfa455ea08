"""Draw the pictures of the README and the docs, on the packaged, made-up authority.

Usage: python docs/pictures/make.py [SECONDS]

Writes map.svg and change.svg (maps by themselves); page.png (the top of the page in a browser)
where Debian's chromium is installed; workbench.png (a move at the workbench) where node and
puppeteer-core are too; paper.png (pages of the paper) where weasyprint and poppler
are.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import clusters as cl
from clusters.maps import difference_svg, map_svg

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
    today = cl.datasets.load_plan(problem)
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
    drawings = {
        "map.svg": map_svg(
            problem,
            result.plan,
            title="18 clusters of a made-up authority",
            enlarge=False,
            links=False,
        ),
        "change.svg": difference_svg(
            problem, today, result.plan, title="What changes against today (made-up)", links=False
        ),
    }
    for name, drawing in drawings.items():
        (HERE / name).write_text(drawing, encoding="utf-8", newline="\n")
    with tempfile.TemporaryDirectory() as folder:
        files = cl.write_report(
            Path(folder) / "pack",
            problem,
            {"Proposal": result, "Today": today},
            rules={"Proposal": rules},
            priorities=priorities,
            split=split,
            title="Proposed clusters for SEND support (made-up data)",
            formats=["html", "pdf"],
        )
        made = {path.name: path for path in files}
        _page(made["report.html"], Path(folder))
        if "paper.pdf" in made:
            _paper(made["paper.pdf"], Path(folder))
        page = cl.write_workbench(
            Path(folder) / "workbench.html",
            problem,
            rules,
            {"Proposal": result, "Today": today},
            priorities,
            pot=cl.Pot("18000000", contingency="3%"),
            formula=cl.Formula({"ehcps": 3, "sen_support": 1}),
            title="Which clusters? (made-up data)",
        )
        _workbench(page)


def _page(page: Path, folder: Path) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        print("chromium is not installed: no picture of the page")
        return
    arguments = [f"--user-data-dir={folder}/profile", "--window-size=1200,1800"]
    picture = f"--screenshot={HERE / 'page.png'}"
    subprocess.run(
        [chromium, *CHROMIUM, *arguments, picture, page.as_uri()],
        check=True,
        capture_output=True,
        timeout=120,
    )


def _workbench(page: Path) -> None:
    chromium, node = shutil.which("chromium"), shutil.which("node")
    packages = HERE.parents[1] / "node_modules"
    if chromium is None or node is None or not (packages / "puppeteer-core").is_dir():
        print("chromium, node or puppeteer-core is not installed: no picture of the workbench")
        return
    picture = HERE / "workbench.png"
    subprocess.run(
        [node, str(HERE / "workbench.cjs"), chromium, str(page), str(picture), "Tenterhey Pri"],
        check=True,
        timeout=120,
        env={**os.environ, "NODE_PATH": str(packages)},
    )
    from PIL import Image

    Image.open(picture).convert("RGB").quantize(96).save(picture, optimize=True)


def _paper(paper: Path, folder: Path) -> None:
    if shutil.which("pdftoppm") is None:
        print("pdftoppm is not installed: no picture of the paper")
        return
    from PIL import Image

    start = str(folder / "paper")
    subprocess.run(["pdftoppm", "-r", "55", "-l", "6", "-png", str(paper), start], check=True)
    pages = [Image.open(path) for path in sorted(folder.glob("paper-*.png"))]
    width, height = pages[0].size
    sheet = Image.new("RGB", (width * 3, height * 2), "white")
    for k, page in enumerate(pages):
        sheet.paste(page, ((k % 3) * width, (k // 3) * height))
    sheet.quantize(64).save(HERE / "paper.png", optimize=True)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0)
