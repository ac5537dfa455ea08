"""The page as text: what it says, and what it must never do."""

import hashlib
import re
from base64 import b64encode
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from clusters.domain import Cluster, Plan, Priorities, Problem, Rules
from clusters.errors import DataError
from clusters.report import write_report
from tests.report.reading import found
from tests.worlds import world


class Reader(HTMLParser):
    """Collects tags, attributes and text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def words(self):
        return re.sub(r"\s+", " ", " ".join(self.texts))


def page(tmp_path, problem, options, **more):
    (path,) = write_report(tmp_path / "page.html", problem, options, **more)
    return path.read_text(encoding="utf-8")


def test_a_folder_is_written_to_as_well_as_a_file(valley, plan, tmp_path):
    paths = write_report(tmp_path / "pack", valley, plan, formats=["html"])
    assert [path.name for path in paths] == [
        "report.html",
        "equality.html",
        "families.html",
        "easy_read.html",
    ]
    assert all(path.parent == tmp_path / "pack" for path in paths)


def test_same_input_same_bytes(valley, plan, tmp_path):
    assert page(tmp_path, valley, plan) == page(tmp_path, valley, plan)


def test_the_page_is_self_contained(valley, plan, tmp_path):
    text = page(tmp_path, valley, plan)
    reader = Reader(text)
    assert "script" not in reader.tags
    assert "link" not in reader.tags
    assert not [value for name, value in reader.attributes if name in ("src", "style")]
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    assert "http" not in text.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")


def test_the_policy_allows_this_style_sheet_and_nothing_else(valley, plan, tmp_path):
    text = page(tmp_path, valley, plan)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1]
    assert policy.startswith("default-src 'none'; style-src 'sha256-" + digest + "'")


def test_every_school_and_cluster_is_there(valley, plan, tmp_path):
    words = Reader(page(tmp_path, valley, plan)).words
    assert all(f"School {k}" in words for k in range(1, 17))
    assert "16 schools would work together in 4 clusters of 4 schools each" in words


def test_every_table_has_a_caption_and_headed_rows(valley, plan, tmp_path):
    text = page(tmp_path, valley, {"a": plan, "b": plan}, rules=Rules(n_clusters=4))
    tables = re.findall(r"<table>.*?</table>", text, re.DOTALL)
    assert len(tables) >= 4 + 8
    for table in tables:
        assert "<caption>" in table
        assert 'scope="col"' in table
        rows = re.findall(r"<tr>", table.split("<tbody>")[1])
        assert table.count('scope="row"') == len(rows)


def test_made_up_data_are_called_made_up(valley, plan, tmp_path):
    invented = replace(valley, notes=("This authority is synthetic.",))
    assert "Made-up data." in Reader(page(tmp_path, invented, plan)).words
    assert "Made-up data." not in Reader(page(tmp_path, valley, plan)).words


def test_a_broken_rule_is_said_at_the_top_and_in_the_table(valley, plan, tmp_path):
    words = Reader(
        page(tmp_path, valley, plan, rules=Rules(n_clusters=4, balance={"pupils": 0.05}))
    ).words
    assert "This plan breaks rules: the check has" in words
    assert "within 5% of the mean cluster. broken" in words


def test_a_plan_that_was_given_claims_no_proof(valley, plan, tmp_path):
    assert "nothing is proved here" in Reader(page(tmp_path, valley, plan)).words


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({}, "No plan that keeps all the rules can have journeys more than 0.8% shorter."),
        (
            {"gap": 0.00801},
            "No plan that keeps all the rules can have journeys more than 0.9% shorter.",
        ),
        (
            {"status": "optimal", "gap": 0.0, "bound": 1000.0},
            "it is proved that no plan that keeps all the rules has shorter journeys",
        ),
        ({"gap": None, "bound": None}, "stopped before anything could be proved"),
    ],
)
def test_the_proof_says_what_is_proved_and_no_more(valley, plan, tmp_path, more, sentence):
    words = Reader(page(tmp_path, valley, found(plan, **more), rules=Rules(n_clusters=4))).words
    assert sentence in words


def test_a_proof_of_several_priorities_does_not_speak_of_journeys(valley, plan, tmp_path):
    words = Reader(
        page(tmp_path, valley, found(plan), priorities=Priorities(travel_by="pupils", pyramids=1.0))
    ).words
    assert "a cost more than 0.8% lower, all priorities taken together" in words


def test_options_stand_side_by_side_and_share_numbers(valley, plan, other, tmp_path):
    turned = Plan(tuple(replace(c, label=str(9 - int(c.label))) for c in reversed(other.clusters)))
    words = Reader(page(tmp_path, valley, {"One": plan, "Two": turned}, recommended="Two")).words
    assert "Two (recommended)" in words
    assert "Schools in a cluster 4 to 4 3 to 5" in words


def test_the_money_adds_up_on_the_page(valley, plan, tmp_path):
    budget = pytest.importorskip("clusters.budget")
    split = budget.split_budget(
        valley, plan, budget.Pot("18000000.01", contingency="3%"), budget.Formula({"pupils": 1})
    )
    text = page(tmp_path, valley, plan, split=split)
    table = next(
        t
        for t in re.findall(r"<table>.*?</table>", text, re.DOTALL)
        if "<caption>Money by cluster" in t
    )
    heads = re.findall(r"<th[^>]*>([^<]*)</th>", table.split("<tbody>")[0])
    body, foot = table.split("<tfoot>")
    rows = [re.findall(r"<bdi>(.*?)</bdi>", row) for row in body.split("<tr>")[2:]]
    sums = [row[heads.index("Total")].strip("£").replace(",", "") for row in rows]
    assert sum(Decimal(cell) for cell in sums) == Decimal("17460000.01")
    assert "£17,460,000.01" in foot


def test_what_is_not_known_is_not_zero(plan, tmp_path):
    problem = world("?234\n3456\n4567\n5678", territories=True)
    words = Reader(page(tmp_path, problem, plan)).words
    assert "Pupils: not known for 1 school" in words


def test_a_plan_with_gaps_is_described_as_far_as_it_goes(valley, tmp_path):
    plan = Plan((Cluster("x", None, ("1", "2", "77")), Cluster("y", "3", ("3",))))
    words = Reader(page(tmp_path, valley, plan, rules=Rules(n_clusters=2))).words
    assert "13 schools in no cluster" in words
    assert "The plan names schools that the data do not have: 77." in words


HOSTILE = [
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "\u202ecod.exe",
    "مدرسة",
    "x" * 300,
    "🏫 School",
    "a\x00b\x07c",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_text(valley, plan, tmp_path, name):
    schools = [replace(s, name=name, phase=name, pyramid=name) for s in valley.schools]
    problem = Problem.from_schools(
        schools, edges=valley.edges, territories=valley.territories, notes=(name,)
    )
    labelled = Plan(tuple(replace(c, label=f"{name} {c.label}") for c in plan.clusters))
    text = page(tmp_path, problem, {name: labelled}, title=name, sources=(name,), date=name)
    reader = Reader(text)
    assert "script" not in reader.tags
    assert "img" not in reader.tags
    assert not [attribute for attribute, _ in reader.attributes if attribute.startswith("on")]
    assert not [v for n, v in reader.attributes if n == "href" and not v.startswith("#")]
    assert not re.search("[\x00\x07\u202e]", text)


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"recommended": "Z"}, "the recommended option is not among the options"),
        ({"audience": "everybody"}, "there is no such audience"),
        ({"rules": {"Z": Rules(n_clusters=4)}}, "rules are given for an option"),
        ({"split": {"Z": None}}, "split are given for an option"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(valley, plan, tmp_path, more, fault):
    with pytest.raises(DataError, match=fault):
        write_report(tmp_path / "page.html", valley, {"A": plan}, **more)
    assert list(tmp_path.iterdir()) == []


def test_no_options_are_refused(valley, tmp_path):
    with pytest.raises(DataError, match="there are no options"):
        write_report(tmp_path / "page.html", valley, {})
