"""The docs: every block of code runs, every link leads somewhere, every name is explained."""

from __future__ import annotations

import ast
import contextlib
import doctest
import inspect
import io
import itertools
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest

import clusters as cl
from clusters import datasets
from clusters.cli.arguments import make_parser
from tools.site.reference import groups, public_names

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
QUICK = {"data.md", "sharing_expertise.md", "road_times.md", "coming_from.md"}
"""Pages whose code takes a few seconds at most."""
SLOW, LONG = [pytest.mark.slow], [pytest.mark.slow, pytest.mark.long]
HALF_A_MINUTE = {"workbench.md"}
FRAGMENTS = {("how_to_add_a_rule.md", "python")}
"""Pages that show a piece of a file: it is read as Python, and stands nowhere by itself."""
FENCE = re.compile(r"^([ ]*)```(\w*)\n(.*?)^\1```", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A block of code of a page."""

    page: str
    kind: str
    text: str


def blocks_of(page: Path) -> list[Block]:
    return [
        Block(page.name, kind, re.sub(rf"^{indent}", "", text, flags=re.MULTILINE))
        for indent, kind, text in FENCE.findall(page.read_text("utf-8"))
    ]


BLOCKS = [block for page in PAGES for block in blocks_of(page)]
PYTHON_PAGES = sorted({block.page for block in BLOCKS if block.kind == "python"})


def commands_of(block: Block) -> Iterator[list[str]]:
    """Split the commands of a block for a shell into words."""
    for line in block.text.replace("\\\n", " ").splitlines():
        for part in re.split(r"&&|;|\|", line):
            if words := shlex.split(part.replace("\\", "/"), comments=True):
                yield words


def test_every_kind_of_block_is_looked_after():
    assert {block.kind for block in BLOCKS} <= {"python", "bash", "powershell", "toml", ""}
    assert len([block for block in BLOCKS if block.kind == "python"]) >= 15


def test_python_and_toml_are_read_as_such():
    for block in BLOCKS:
        if block.kind == "python":
            ast.parse(block.text if (block.page, "python") not in FRAGMENTS else f"({block.text})")
        elif block.kind == "toml":
            assert tomllib.loads(block.text)


def test_commands_name_verbs_and_options_that_there_are():
    """Each command of this package is read by the real parser; of others, the paths are there."""
    seen = 0
    for block in BLOCKS:
        for words in commands_of(block) if block.kind in ("bash", "powershell", "") else ():
            if words[1:3] == ["-m", "clusters"] and "..." not in words:
                given = [word.strip("[]") for word in words[3:]]
                if given and given[0] != "study" and "--scenario" not in given:
                    make_parser().parse_args(given)
                    seen += 1
            for word in words:
                if re.fullmatch(r"(tests|tools|\.ci)/[\w./]+", word):
                    assert (ROOT / word).exists(), f"{block.page}: {word}"
                if extras := re.search(r"\.\[([\w,]+)\]", word):
                    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
                    named = set(extras[1].split(","))
                    assert named <= set(project["optional-dependencies"]), f"{block.page}: {word}"
    assert seen >= 4


# ---- the code runs -------------------------------------------------------------------------------


def write_files(folder: Path) -> None:
    """Write what the pages read: the packaged authority under the names and columns they use."""
    import geopandas as gpd

    from clusters.datasets import path

    ours = pd.read_csv(path("schools"), dtype=str, keep_default_na=False)
    again = ours.tail(1).assign(urn="107600", name="A school that closes", pyramid="")
    ours = pd.concat([ours, again], ignore_index=True)
    census = ours.rename(columns={"urn": "URN", "pupils": "NOR", "ehcps": "TSENELSE"})
    census = census.rename(columns={"sen_support": "TSENELK", "measure_fsm": "NUMFSMEVER"})
    census["SCHOOLTYPE"] = "State-funded primary"
    census = census.drop(columns=[n for n in census if n.startswith(("trait_", "measure_"))])
    census.to_csv(folder / "census.csv", index=False)
    census.to_csv(folder / "schools.csv", index=False)
    ours.to_excel(folder / "schools.xlsx", sheet_name="2026", index=False)
    points = gpd.points_from_xy(ours["easting"].astype(int), ours["northing"].astype(int))
    gis = gpd.GeoDataFrame({"urn": ours["urn"], "denomination": "none"}, geometry=points, crs=27700)
    gis.to_file(folder / "gis.gpkg", layer="schools")
    outline = gpd.GeoDataFrame(geometry=[datasets.load_boundary()], crs=27700)
    outline.to_file(folder / "outline.gpkg", layer="district")
    for name in ("need", "expertise"):
        pd.read_csv(path(name)).to_csv(folder / f"{name}.csv", index=False)
    gias = ours.rename(columns={"urn": "URN", "name": "EstablishmentName"})
    gias = gias.rename(columns={"easting": "Easting", "northing": "Northing"})
    gias = gias[["URN", "EstablishmentName", "Easting", "Northing"]].assign(
        **{"LA (name)": "Kirklees", "PhaseOfEducation (name)": "Primary"}
    )
    gias.to_csv(folder / "edubasealldata.csv", index=False, encoding="cp1252")
    sen = ours[["urn", "pupils"]].rename(columns={"urn": "URN", "pupils": "Total pupils"})
    sen.assign(**{"SEN support": "3", "EHC plan": "1"}).to_csv(
        folder / "sen_school_level.csv", index=False
    )
    (folder / "links_edubasealldata.csv").write_text(
        "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n900001,800001,Old,Predecessor,01-09-2019\n"
    )
    from shapely import LineString, Point

    roads = gpd.GeoDataFrame(geometry=[LineString([(480_000, 585_000), (490_000, 595_000)])])
    roads.set_crs(27700).to_file(folder / "roads.gpkg")
    towns = gpd.GeoDataFrame({"name": ["Town"]}, geometry=[Point(485_000, 590_000)], crs=27700)
    towns.to_file(folder / "towns.geojson")
    urns = ours["urn"][:4]
    pd.DataFrame({"URN": urns}).to_csv(folder / "pyramid.csv", index=False)
    minutes = pd.read_csv(path("minutes"), index_col=0)
    minutes = minutes.reindex([*minutes.index, 107600], fill_value=5.0)
    minutes = minutes.reindex(columns=[*minutes.columns, "107600"], fill_value=5.0)
    minutes.loc[107600, "107600"] = 0.0
    for name in ("road_times", "summer", "winter"):
        minutes.to_csv(folder / f"{name}.csv", index_label="urn")
    shorter = ours[["urn", "cluster"]]
    shorter.to_csv(folder / "today.csv", index=False)


def given(page: str) -> dict[str, object]:
    """What a page takes as read: the sentences around its code say where it comes from."""
    problem = datasets.load_problem()
    plan = datasets.load_plan(problem)
    schools = datasets.load_schools()
    names: dict[str, object] = {
        "cl": cl,
        "path": "schools.csv",
        "schools": schools,
        "problem": problem,
        "today": plan,
        "plan": plan,
        "rules": cl.Rules(n_clusters=18, balance={"pupils": 0.3}),
        "priorities": cl.Priorities(travel_by="pupils"),
        "__name__": page,
    }
    whole = {**plan.labels, "107600": plan.clusters[0].label}
    names |= {"a": whole, "b": whole} if page == "road_times.md" else {}
    if page == "the_pack.md":
        rules, priorities = names["rules"], names["priorities"]
        names["result"] = cl.solve(problem, rules, priorities)
        names["split"] = cl.split_budget(problem, names["result"], "18000000")
        names["leads"] = cl.choose_leads(problem, names["result"])
        names["areas"] = cl.leads.make_areas(problem, names["result"], 3)
        assumed = cl.budget.Assumptions(growth="5%")
        names["outlook"] = cl.budget.look_ahead(names["split"], assumed, n_simulations=200)
        names["years"] = cl.budget.plan_years(
            [cl.budget.FinancialYear(name="2026-27", grant=100, demand=90)]
        )
    return names


@pytest.fixture
def short(monkeypatch):
    """Let no search of a page take longer than a moment."""
    settings, solve = cl.Settings, cl.solve

    def brief(**given):
        made = settings(**given)
        return replace(made, time_limit_s=min(2.0, made.time_limit_s or 2.0))

    def soon(problem, rules, priorities=None, settings=None, **more):
        return solve(problem, rules, priorities, settings or brief(), **more)

    monkeypatch.setattr(cl, "Settings", brief)
    monkeypatch.setattr(cl, "solve", soon)


def meeting(plan: cl.Plan) -> str:
    """Make the file of a meeting that left the plan as it was."""
    clusters = [
        {
            "label": cluster.label,
            "centre": cluster.centre,
            "members": [{"urn": key} for key in cluster.members],
        }
        for cluster in plan.clusters
    ]
    saved = {"saved_at": "2026-11-03T18:30:00Z", "plan": {"clusters": clusters}}
    return json.dumps({"format": "clusters decisions", "version": 1, **saved})


def run_page(page: str, folder: Path) -> None:
    write_files(folder)
    names = given(page)
    (folder / "run.json").write_text("{}") if page == "the_pack.md" else None
    for block in BLOCKS:
        if block.page == page and block.kind == "python" and (page, "python") not in FRAGMENTS:
            if "session" in names:  # a meeting leaves its file; here nobody moved a school
                (folder / "meeting.json").write_text(meeting(names["plan"]), "utf-8")
            code = compile(block.text, f"{page}, code {block.text[:30]!r}", "exec")
            with contextlib.redirect_stdout(io.StringIO()):
                exec(code, names)


@pytest.mark.parametrize(
    "page",
    [
        page if page in QUICK else pytest.param(page, marks=LONG if page in HALF_A_MINUTE else SLOW)
        for page in PYTHON_PAGES
        if (page, "python") not in FRAGMENTS
    ],
)
def test_the_code_of_a_page_runs(page, tmp_path, monkeypatch, short):
    pytest.importorskip("osmium" if page == "road_times.md" else "json")
    pytest.importorskip("docx" if page in ("README.md", "the_pack.md") else "json")
    monkeypatch.chdir(tmp_path)
    run_page(page, tmp_path)


@pytest.mark.slow
def test_the_commands_of_the_pages_run(tmp_path, monkeypatch, short, capsys):
    """Those that find a plan, with a moment of search."""
    from clusters.__main__ import main

    monkeypatch.chdir(tmp_path)
    write_files(tmp_path)
    ran = 0
    for block in BLOCKS:
        for words in commands_of(block) if block.page == "README.md" else ():
            if words[1:4] == ["-m", "clusters", "solve"]:
                assert main([*words[3:], "--time", "3", "--quiet"]) == 0
                ran += 1
    assert ran == 1
    assert (tmp_path / "out" / "plan.csv").exists()


# ---- links ---------------------------------------------------------------------------------------


def test_links_within_the_repository_lead_somewhere():
    link = re.compile(r"\]\((?!\w+:)([^)#\s]+)")
    for page in [*PAGES, ROOT / "SECURITY.md", *(ROOT / "docs" / "decisions").glob("*.md")]:
        text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
        for target in link.findall(text):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_page_and_every_group_is_in_the_site():
    yaml = pytest.importorskip("yaml")
    text = re.sub(r"!!python\S+", "", (ROOT / "mkdocs.yml").read_text("utf-8"))
    nav = json.dumps(yaml.safe_load(text)["nav"])
    for page in (ROOT / "docs").glob("*.md"):
        assert f'"{page.name}"' in nav, f"{page.name} is not in the nav of mkdocs.yml"


# ---- the site ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_fetches_nothing(tmp_path):
    pytest.importorskip("mkdocs")
    pytest.importorskip("material")
    pytest.importorskip("mkdocstrings")
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", str(tmp_path)]
    env = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"}
    env["NO_MKDOCS_2_WARNING"] = "1"
    run = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) > 60
    fetched = re.compile(r'<(?:script|link|img|iframe)\b[^>]*(?:src|href)="(?:https?:)?//[^"]*"')
    for page in pages:
        html = page.read_text("utf-8")
        loads = [m for m in fetched.findall(html) if 'rel="canonical"' not in m]
        assert not loads, f"{page.name}: {loads[:2]}"
    solve = (tmp_path / "reference" / "clusters.html").read_text("utf-8")
    assert "How hard to search." in solve
    line = (tmp_path / "reference" / "command_line.html").read_text("utf-8")
    verbs = next(a for a in make_parser()._actions if a.dest == "verb").choices
    assert all(f'id="{verb}"' in line for verb in verbs)


def test_the_reference_of_the_command_line_has_every_option():
    from tools.site.command_line import command_line_page

    page = command_line_page()
    verbs = next(a for a in make_parser()._actions if a.dest == "verb").choices
    for name, verb in verbs.items():
        part = page.partition(f"## {name}\n")[2].partition("\n## ")[0]
        for action in verb._actions:
            for option in action.option_strings:
                assert option in part or action.dest == "help", f"{name} {option}"


# ---- docstrings ----------------------------------------------------------------------------------

PUBLIC = [
    (group, name)
    for group in groups()
    for name, value in public_names(group).items()
    if not inspect.ismodule(value)
]


def is_constant(value: object) -> bool:
    return not (inspect.isclass(value) or inspect.isfunction(value))


@pytest.mark.parametrize(("group", "name"), PUBLIC, ids=[f"{g}.{n}" for g, n in PUBLIC])
def test_every_public_name_is_explained(group, name):
    """Functions and classes by a docstring with an example, constants by a line below them."""
    value = public_names(group)[name]
    if is_constant(value):
        assert explained_constant(group or cl._WHERE[name], name)
        return
    text = value.__doc__ or ""
    assert text.strip()
    assert not text.startswith(f"{name}("), "a dataclass without a docstring of its own"
    examples = doctest.DocTestParser().get_examples(text)
    assert examples, "give it an example"
    section = re.search(r"^\s*Examples\n\s*-{8}\n", text, re.MULTILINE)
    assert section, "the example stands under the heading Examples"


def explained_constant(group: str, name: str) -> bool:
    """Whether a text stands below the assignment of a constant, wherever it is."""
    room = Path(cl.__file__).parent / group
    files = [*room.rglob("*.py")] if room.is_dir() else [room.with_suffix(".py")]
    files += (Path(cl.__file__).parent).rglob("*.py")
    for file in dict.fromkeys(files):
        body = ast.parse(file.read_text("utf-8")).body
        for one, after in itertools.pairwise(body):
            targets = getattr(one, "targets", [getattr(one, "target", None)])
            if any(getattr(target, "id", "") == name for target in targets):
                value = getattr(after, "value", None)
                return isinstance(after, ast.Expr) and isinstance(value, ast.Constant)
    return False
