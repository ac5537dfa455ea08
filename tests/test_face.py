"""The face of the package: typed, quick to import, and no dependency that nothing imports."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import clusters as cl

SOURCE = Path(cl.__file__).parent
ROOT = Path(__file__).parent.parent

IMPORTED_AS = {"ipython": "IPython", "python-docx": "docx"}
"""Names of distributions that are imported by another name."""
COMES_WITH = {
    "PIL": "matplotlib",
    "markupsafe": "jinja2",
    "pyogrio": "geopandas",
    "pyproj": "geopandas",
}
"""Packages that a declared one cannot do without."""


# ---- types ---------------------------------------------------------------------------------------


def typed_names() -> set[str]:
    """Names that clusters/__init__.py imports for type checkers, as "module.name"."""
    tree = ast.parse((SOURCE / "__init__.py").read_text())
    block = next(
        node
        for node in tree.body
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
    )
    return {
        f"{node.module}.{alias.name}"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname == alias.name  # else mypy takes it for private
    }


def test_type_checkers_see_the_names_that_python_sees():
    homes = {f"clusters.{module}.{n}" for module, names in cl._HOME.items() for n in names}
    assert typed_names() == homes | {f"clusters.{name}" for name in cl._GROUPS}
    assert set(cl.__all__) == {n.rpartition(".")[2] for n in typed_names()} | {"__version__"}


def test_every_public_name_can_be_had():
    for name in cl.__all__:
        assert getattr(cl, name) is not None
    assert set(cl.__all__) <= set(dir(cl))
    with pytest.raises(AttributeError, match="no attribute 'slove'"):
        _ = cl.slove


def mypy(script: str, folder: Path) -> list[str]:
    """Check a script strictly; the lines of the answer."""
    api = pytest.importorskip("mypy.api")
    path = folder / "script.py"
    path.write_text(textwrap.dedent(script))
    options = ("--strict", "--cache-dir", str(folder / "cache"), "--config-file", "")
    out, problems, _ = api.run([*options, str(path)])
    assert not problems
    return [line for line in out.splitlines() if line.startswith(str(path))]


@pytest.mark.slow
def test_no_public_name_is_any_to_a_type_checker(tmp_path, monkeypatch):
    monkeypatch.setenv("MYPYPATH", str(SOURCE.parent))
    names = [name for name in cl.__all__ if name != "__version__"]
    rooms = (*cl._GROUPS, "measures")
    lines = ["import clusters as cl", *(f"import clusters.{room}" for room in rooms)]
    lines += [f"reveal_type(cl.{name})" for name in names]
    for room in rooms:
        module = importlib.import_module(f"clusters.{room}")
        lines += [f"reveal_type(clusters.{room}.{name})" for name in module.__all__]
    said = mypy("\n".join(lines), tmp_path)
    revealed = [line for line in said if "Revealed type is" in line]
    assert len(revealed) == len(lines) - 1 - len(rooms)
    assert not [line for line in said if re.search(r'Revealed type is "Any"|: error: ', line)]


@pytest.mark.slow
def test_a_broken_script_is_found_before_it_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("MYPYPATH", str(SOURCE.parent))
    said = mypy(
        """
        import clusters as cl
        problem = cl.build_problem([])
        rules = cl.Rules(n_cluster=18, balanse=0.25)
        result = cl.solve(rules, problem)
        print(result.sumary())
        print(cl.verify(result, 7).summary())
        cl.slove(problem, rules)
        cl.measure(problem, "plan.csv")
        """,
        tmp_path,
    )
    assert len([line for line in said if "error:" in line]) >= 9
    fine = mypy(
        """
        import clusters as cl
        problem = cl.build_problem([])
        result = cl.solve(problem, cl.Rules(n_clusters=18))
        print(cl.verify(problem, cl.Rules(n_clusters=18), result).summary())
        print(cl.measure(problem, {"107600": "North"}).to_frame())
        """,
        tmp_path,
    )
    assert not fine


# ---- dependencies --------------------------------------------------------------------------------


def imported() -> Iterator[str]:
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


def test_what_is_declared_is_imported_and_what_is_imported_is_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    names = ("report", "pdf", "notebook", "parquet", "scale", "workbench")
    optional = [line for name in names for line in extras[name]]
    wanted = [*project["dependencies"], *optional]
    declared_names = [re.split(r"[<>=!\[ ]", one)[0] for one in wanted]
    declared = {IMPORTED_AS.get(name, name.replace("-", "_")) for name in declared_names}
    found = {name for name in imported() if name not in sys.stdlib_module_names} - {"clusters"}
    assert declared - found == set()
    assert {COMES_WITH.get(name, name) for name in found} - declared == set()


# ---- speed ---------------------------------------------------------------------------------------


def quickest(*arguments: str) -> float:
    """Seconds of one core that it takes beyond starting Python, the best of several times.

    The clock on the wall would measure how busy the machine is.
    """
    resource = pytest.importorskip("resource")

    def used() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return float(usage.ru_utime + usage.ru_stime)

    def once(*what: str) -> float:
        before = used()
        subprocess.run([sys.executable, *what], check=True, capture_output=True)
        return used() - before

    return min(once(*arguments) for _ in range(5)) - min(once("-c", "pass") for _ in range(5))


def test_importing_the_package_is_quick():
    assert quickest("-c", "import clusters") < 0.1


def test_the_help_of_the_command_line_is_quick():
    assert quickest("-m", "clusters", "--help") < 0.3


def test_importing_loads_nothing_heavy():
    """However busy the machine is."""
    script = "import sys, clusters; print(*sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    loaded = {name.partition(".")[0] for name in run.stdout.split()}
    heavy = {"numpy", "pandas", "scipy", "shapely", "ortools", "numba", "geopandas", "highspy"}
    assert not loaded & heavy
