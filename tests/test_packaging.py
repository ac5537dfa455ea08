"""What is released: versions agree, claims are honest, the wheel is small and whole."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import clusters as cl
from tools.release import faults

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_the_version_is_one():
    said = list(faults())
    assert not [fault for fault in said if "does not say version" in fault]
    assert PROJECT["version"] == cl.__version__


def test_a_release_is_refused_while_anything_stands_in_its_way(tmp_path):
    (tmp_path / "src" / "clusters").mkdir(parents=True)
    (tmp_path / "src" / "clusters" / "__init__.py").write_text('__version__ = "1.0"\n')
    text = '[project]\nversion = "1.0"\nurls = {Home = "https://clusters.example/"}\n'
    (tmp_path / "pyproject.toml").write_text(text)
    (tmp_path / "CITATION.cff").write_text("version: 0.9\n")
    (tmp_path / "CHANGELOG.md").write_text("## [1.0] - 2027-01-01\n")
    assert list(faults("v1.1", tmp_path)) == [
        "CITATION.cff does not say version 1.0",
        "the tag is v1.1, the version 1.0",
        "the address Home of pyproject.toml is a placeholder: https://clusters.example/",
    ]
    (tmp_path / "CITATION.cff").write_text("version: 1.0\n")
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.0"\n')
    assert not list(faults("v1.0", tmp_path))


def test_what_is_said_of_python_versions_agrees():
    least = re.fullmatch(r">=3\.(\d+)", PROJECT["requires-python"])
    named = [one.rpartition(".")[2] for one in PROJECT["classifiers"] if ":: 3." in one]
    assert least
    assert min(map(int, named)) == int(least[1])
    workflow = (ROOT / ".github" / "workflows" / "tests.yml").read_text("utf-8")
    assert all(f'"3.{minor}"' in workflow for minor in named)


def test_every_dependency_has_a_lower_bound():
    extras = PROJECT["optional-dependencies"].values()
    for line in [*PROJECT["dependencies"], *(one for extra in extras for one in extra)]:
        assert ">=" in line or line.startswith("clusters["), line


def test_workflows_and_forms_are_well_formed_and_say_that_they_are_untried():
    yaml = pytest.importorskip("yaml")
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        text = path.read_text("utf-8")
        found = yaml.safe_load(text)
        assert found["jobs"], path.name
        assert "not yet tried" in text, path.name
        scripts = [s.get("run", "") for job in found["jobs"].values() for s in job["steps"]]
        for script in scripts:
            for name in re.findall(r"(?:\.ci|tools)/[\w./]+", script):
                assert (ROOT / name).exists(), f"{path.name}: {name}"
    for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"):
        assert yaml.safe_load(path.read_text("utf-8")), path.name
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))["cff-version"] == "1.2.0"


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_nothing_else(tmp_path):
    words = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(tmp_path)]
    run = subprocess.run([*words, str(ROOT)], capture_output=True, text=True, check=False)
    if run.returncode and "hatchling" in run.stderr:
        pytest.skip("the build back-end cannot be had here")
    assert run.returncode == 0, run.stderr
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.stat().st_size < 2_000_000
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        (metadata,) = [name for name in names if name.endswith("METADATA")]
        said = packed.read(metadata).decode()
    assert all(name.startswith(("clusters/", "clusters-")) for name in names)
    ours = {
        str(path.relative_to(ROOT / "src"))
        for path in (ROOT / "src" / "clusters").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert ours <= set(names)
    assert "License-Expression: MIT" in said
    assert all(f"Project-URL: {name}" in said for name in PROJECT["urls"])
