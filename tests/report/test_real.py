"""The pack of a real authority: Kirklees, January 2019 (public data, not part of the project)."""

import time
from pathlib import Path

import pytest

import clusters as cl
from clusters.budget import Assumptions, look_ahead
from clusters.report import write_report
from tests.report.conftest import visit
from tests.report.reading import found

KIRKLEES = Path(__file__).parents[2] / ".." / "shared" / "data" / "kirklees"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.long,
    pytest.mark.skipif(not KIRKLEES.is_dir(), reason="the real data are not here (../shared)"),
]


@pytest.fixture(scope="module", params=["working group", "public"])
def pack(request, tmp_path_factory):
    schools = cl.read_schools(
        KIRKLEES / "schools_jan2019_mainstream_kirklees.csv",
        columns={"pupils": "NOR", "ehcps": "TSENELSE", "sen_support": "TSENELK"},
    )
    problem = cl.build_problem(schools, boundary=KIRKLEES / "lad_E08000034.geojson")
    rules = cl.Rules(n_clusters=18, balance={"pupils": 0.35})
    result = cl.solve(
        problem, rules, cl.Priorities(travel_by="pupils"), cl.Settings(time_limit_s=5)
    )
    split = cl.split_budget(
        problem, result.plan, cl.Pot("18000000"), cl.Formula({"ehcps": 3, "sen_support": 1})
    )
    started = time.monotonic()
    files = write_report(
        tmp_path_factory.mktemp("pack"),
        problem,
        {"A": result, "B": found(result.plan)},
        recommended="A",
        rules=rules,
        split=split,
        outlook=look_ahead(split, Assumptions(growth="5%", cost_per_plan="7500")),
        audience=request.param,
    )
    return files, time.monotonic() - started


def test_it_is_made_within_a_minute_and_is_small(pack):
    files, seconds = pack
    assert seconds < 60
    assert sum(path.stat().st_size for path in files) < 5_000_000


def test_its_pages_stand_the_browser(pack):
    files, _ = pack
    for page in visit(*(path for path in files if path.suffix == ".html")):
        assert (page["requests"], page["errors"], page["broken"]) == ([], [], [])
        assert (page["wide"]["violations"], page["narrow"]["violations"]) == ([], [])
        assert page["width"] <= 320
        assert page["focusable"] == (18 if page["file"] == "report.html" else 0)
