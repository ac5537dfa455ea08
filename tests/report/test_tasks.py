"""Five things that people come for, done in a real browser: at most two actions each."""

import json

import pytest

from clusters.domain import Rules
from clusters.report import write_report
from tests.report.conftest import in_browser
from tests.report.reading import found

pytestmark = pytest.mark.browser

FIND = {"find": "School 7"}
TASKS = {
    "find a school": [FIND],
    "its lead": [FIND],
    "its money": [FIND],
    "the decision": [{"click": 'a[href="#decisions"]'}],
    "the nearest holder of a type": [{"click": 'a[href="#lacks"]'}, {"click": "#lacks"}],
}


@pytest.fixture(scope="module")
def seen(valley, plan, other, split, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tasks")
    write_report(
        folder / "page.html",
        valley,
        {"Best": found(plan), "Other": other},
        rules=Rules(n_clusters=4),
        split=split,
        leads={label: f"Lead {label}" for label in "1234"},
        council="Valley Council",
        sources=["School census, October 2026"],
    )
    tasks = folder / "tasks.json"
    tasks.write_text(json.dumps([{"name": n, "actions": a} for n, a in TASKS.items()]))
    results = in_browser("tasks.cjs", folder / "page.html", tasks)
    money = {share.key: share.total_pence for share in split.schools}
    return {(row["name"], row["width"]): row for row in results}, plan, money


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("task", TASKS)
def test_it_takes_two_actions_at_most(seen, task, width):
    results, plan, money = seen
    assert len(TASKS[task]) <= 2
    row = results[task, width]
    assert row["visible"]
    assert row["ms"] < 60_000
    (home,) = [c for c in plan.clusters if "7" in c.members]
    expected = {
        "find a school": f"Cluster {home.label}",
        "its lead": f"Lead {home.label}",
        "its money": f"£{money['7'] / 100:,.2f}",
        "the decision": "The Forum is asked to",
        "the nearest holder of a type": "School 6",
    }[task]
    assert expected in row["text"]
    if task in ("find a school", "its lead", "its money"):
        assert row["text"].lstrip().startswith("School 7")  # its own row, the first hit


@pytest.mark.parametrize("width", [1280, 375])
def test_the_whole_map_is_on_the_screen_and_no_words_run_into_each_other(seen, width):
    (drawing,) = seen[0]["map", width]["maps"]
    assert drawing["texts"] >= 10
    assert drawing["left"] >= 0
    assert drawing["right"] <= width
    assert drawing["outside"] == 0
    assert drawing["overlaps"] == 0
    assert drawing["smallest"] >= 8  # pixels
