"""The page as a file: whole, closed to the network, small, and without counts for the public."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest

import clusters as cl
from clusters.workbench import bundle, library, payload
from tests.workbench.conftest import PAGE, drive
from tests.workbench.test_library_has_the_last_word import everything

ROOT = PAGE.parents[3]
MOST_BYTES = 1_000_000


def data_of(text: str) -> dict:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    return json.loads(found[1])


@pytest.fixture(scope="module")
def page(valley, drawn, rules, tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("page") / "meeting.html"
    cl.write_workbench(
        path, valley, rules, drawn, cl.Priorities(travel_by="pupils"), pot="18000", formula=PUPILS
    )
    return path.read_text(encoding="utf-8")


PUPILS = cl.Formula({"pupils": 1})


def test_the_modules_are_typed():
    compiler = shutil.which("tsc", path=str(ROOT / "node_modules" / ".bin"))
    if compiler is None:
        pytest.skip("npm install --no-save typescript@5 was not run")
    done = subprocess.run([compiler, "-p", str(PAGE)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_module_is_in_the_script():
    joined = bundle.script()
    for path in PAGE.glob("*.js"):
        assert f"const {path.stem}_module = " in joined
    assert not re.search(r"^(import|export)\b", joined, re.MULTILINE)
    assert "innerHTML" not in joined
    assert "eval(" not in joined


def test_only_its_own_script_and_style_may_run(page):
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)[1]
    for tag in ("script", "style"):
        text = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert len(text) == 1
        digest = base64.b64encode(hashlib.sha256(text[0].encode()).digest()).decode()
        assert f"{tag}-src &#x27;sha256-{digest}&#x27;" in policy
    assert "default-src &#x27;none&#x27;" in policy
    assert "connect-src &#x27;none&#x27;" in policy
    assert "unsafe" not in policy
    assert not re.search(r'\s(style|on\w+)="', page)


def test_no_address_but_names_of_formats(page):
    found = set(re.findall(r"https?://[^\s\"'`<)]+", page))
    assert all(
        re.match(r"http://(www\.w3\.org|schemas\.openxmlformats\.org)/", one) for one in found
    ), found


def test_an_authority_of_170_schools_takes_less_than_a_megabyte(calderwick, tmp_path):
    plan = cl.datasets.load_plan(calderwick)
    rules, priorities, money = everything(calderwick, plan)
    path = cl.write_workbench(
        tmp_path / "a.html",
        calderwick,
        rules,
        {"Today": plan, "Again": plan},
        priorities,
        pot=money.pot,
        formula=money.formula,
    )
    assert path.stat().st_size < MOST_BYTES
    road = cl.datasets.load_problem(by_road=True)
    rules = cl.Rules(n_clusters=18)
    path = cl.write_workbench(tmp_path / "b.html", road, rules, plan)
    assert path.stat().st_size < MOST_BYTES


def test_the_same_input_gives_the_same_bytes(valley, drawn, rules, tmp_path):
    one = cl.write_workbench(tmp_path / "one.html", valley, rules, drawn)
    two = cl.write_workbench(tmp_path / "two.html", valley, rules, drawn)
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize(
    "name",
    [
        "</script><script>alert(1)</script>",
        "<!--<script>",
        "]]>\u2028\u2029",
        "\u202eevil\u0000\ud800",
        "{{data}}",
    ],
)
def test_names_never_become_markup(valley, drawn, rules, tmp_path, name):
    schools = [replace(valley.schools[0], name=name), *valley.schools[1:]]
    problem = replace(valley, schools=tuple(schools))
    path = cl.write_workbench(tmp_path / "a.html", problem, rules, drawn, title=f"T {name}")
    text = path.read_text(encoding="utf-8")
    assert text.count("<script") == 2
    assert text.count("</script>") == 2
    assert len(data_of(text)["schools"]["name"]) == 16


# ---- for the public -----------------------------------------------------------------------------


def secret(valley):
    """The valley with counts that cannot be anything else."""
    schools = tuple(
        replace(
            school,
            pupils=70_101 + 13 * k,
            ehcps=41_017 + k,
            sen_support=52_009 + k,
            topup_pence=6_300_000_00 + k,
            need={"asd": cl.NeedCount(ehcps=31_003 + k, sen_support=k)},
            measures={"deprived": 81_111 + k},
        )
        for k, school in enumerate(valley.schools)
    )
    return cl.Problem.from_schools(schools, edges=valley.edges, territories=valley.territories)


def test_a_public_copy_holds_no_count_and_no_money(valley, drawn, tmp_path):
    problem = secret(valley)
    decisions = cl.readers.decisions.parse_decisions(
        json.dumps(
            {
                "format": "clusters decisions",
                "version": 1,
                "saved_at": "2026-11-03T10:00:00Z",
                "plan": {"clusters": []},
                "notes": [{"at": "2026-11-03T10:00:00Z", "text": "a child was named"}],
            }
        )
    )
    rules = cl.Rules(
        n_clusters=4,
        balance={"pupils": 0.1, "schools": 0.5},
        limits={"ehcps": (0, 164_083), "deprived": (1, None)},
        exceptions={"1": {"balance": {"pupils": 0.37}, "limits": {"ehcps": (0, 164_084)}}},
    )
    given = (
        tmp_path / "public.html",
        problem,
        rules,
        {"Today": drawn},
        cl.Priorities(travel_by="ehcps", balance=1, balance_by="deprived"),
    )
    path = cl.write_workbench(
        *given, pot="99999999.99", formula=cl.Formula({"ehcps": 3}), decisions=decisions,
        audience="public",
    )  # fmt: skip
    text = path.read_text(encoding="utf-8")
    shown = data_of(text)
    numbers = json.dumps({k: v for k, v in shown.items() if k not in ("travel", "ground")})
    for k in range(16):
        for count in (70_101 + 13 * k, 41_017 + k, 52_009 + k, 31_003 + k, 81_111 + k):
            assert str(count) not in numbers
            assert f"{count:,}" not in numbers
    for sum_ in ("9999999999", "164083", "164084", "63000", "0.37", "a child was named"):
        assert sum_ not in numbers
    assert {*shown["measures"]} == {"schools"}
    assert shown["money"] is None
    assert shown["decisions"] is None
    assert shown["hidden"] == [
        "deprived",
        "EHC plans",
        "pupils",
        "journeys weighted by anything but schools",
    ]
    assert shown["audience"] == "public"
    for key in problem.measures:
        if key not in ("schools", "need"):  # "need" is also the page's own word
            assert f'"{key}":' not in numbers
    # and what it does hold is reckoned as the library reckons it
    start = drive(shown, [[]])[0][0]
    assert start["objective"] == shown["certificates"][0]["objective"]


def test_a_public_copy_takes_no_decisions_of_the_working_group(valley, drawn, rules):
    shown = {
        audience: payload.payload(
            valley, rules, {"A": drawn}, cl.Priorities(), title="T", audience=audience
        )
        for audience in payload.AUDIENCES
    }
    saved = drive(shown["working group"], [[{"school": 1, "to": "East"}]], "decisions")[0]["file"]
    assert "pupils" in saved["steps"][0]["sentence"]
    assert drive({**shown["public"], "decisions": saved}, [[]], "load") == [
        "These are decisions of the working group, which may hold numbers of pupils: open them in "
        "the working group's copy."
    ]
    saved = drive(shown["public"], [[{"school": 1, "to": "East"}]], "decisions")[0]["file"]
    assert "pupils" not in saved["steps"][0]["sentence"]
    assert drive({**shown["public"], "decisions": saved}, [[]], "load") == [1]


# ---- what may be given --------------------------------------------------------------------------


def test_a_plan_a_result_a_mapping_or_several_by_name(valley, drawn, rules, tmp_path):
    result = SimpleNamespace(plan=drawn)
    for given in (drawn, result, drawn.labels, {"A": drawn, "B": result, "C": drawn.labels}):
        path = cl.write_workbench(tmp_path / "a.html", valley, rules, given)
        shown = data_of(path.read_text(encoding="utf-8"))
        assert shown["plans"][0]["labels"] == ["North", "East", "West", "South"]
        assert shown["plans"][0]["place"].count(0) == 4
    assert [plan["name"] for plan in shown["plans"]] == ["A", "B", "C"]


@pytest.mark.parametrize("given", [None, 5, "plan.csv", {}, [], {"A": None}])
def test_what_is_no_plan_is_refused_in_words(valley, rules, tmp_path, given):
    with pytest.raises(cl.ClustersError, match="plan"):
        cl.write_workbench(tmp_path / "a.html", valley, rules, given)
    assert not [*tmp_path.iterdir()]


def test_other_mistakes_are_refused_in_words(valley, drawn, rules, tmp_path):
    path = tmp_path / "a.html"
    with pytest.raises(cl.DataError, match="audience"):
        cl.write_workbench(path, valley, rules, drawn, audience="everybody")
    with pytest.raises(cl.RulesError, match="no measure"):
        cl.write_workbench(path, valley, cl.Rules(n_clusters=4, balance={"x": 0.1}), drawn)
    with pytest.raises(cl.MoneyError):
        cl.write_workbench(path, valley, rules, drawn, pot="10", formula=cl.Formula({"x": 1}))
    with pytest.raises(cl.DataError, match="no such folder"):
        cl.write_workbench(tmp_path / "no" / "a.html", valley, rules, drawn)
    assert not [*tmp_path.iterdir()]


def test_money_with_floors_and_caps_is_not_guessed(valley, drawn, rules, tmp_path):
    problem = secret(valley)
    path = cl.write_workbench(
        tmp_path / "a.html",
        problem,
        rules,
        drawn,
        pot="90000000",
        formula=cl.Formula({"ehcps": 1}),
        protection=cl.budget.Protection(floor="80%"),
    )
    start = drive(data_of(path.read_text(encoding="utf-8")), [[]])[0][0]
    assert start["money"] is None
    assert "library only" in start["moneyWhy"]


def test_a_rule_that_the_page_does_not_know_is_named_and_not_reckoned(valley, drawn, monkeypatch):
    monkeypatch.setattr(
        payload, "PAGE_RULES", tuple(rule for rule in payload.PAGE_RULES if rule != "apart")
    )
    rules = cl.Rules(n_clusters=4, apart=[["1", "2"]])
    shown = payload.payload(valley, rules, {"A": drawn}, cl.Priorities(), title="T")
    assert shown["alone"] == ["apart"]
    assert drive(shown, [[]])[0][0]["breaks"] == []
    assert not shown["certificates"][0]["ok"]


def test_without_the_extra_it_says_what_to_install(valley, drawn, rules, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(ImportError, match=r"clusters\[workbench\]"):
        cl.workbench.serve_workbench(
            valley, rules, drawn, decisions=tmp_path / "d.json", open_browser=False
        )
    assert cl.write_workbench(tmp_path / "a.html", valley, rules, drawn).exists()


def test_plans_for_one_place_are_reckoned_there(valley, rules):
    assert library.options_of(valley, {"1": "A", "2": "B"})["At the start"].labels == {
        "1": "A",
        "2": "B",
    }
