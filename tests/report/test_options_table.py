"""What a chair compares: the options side by side, for and against, from the figures."""

import csv
from dataclasses import replace

import pytest

from clusters.budget import Formula, Pot, split_budget
from clusters.domain import NeedCount, Priorities, Problem, Rules
from clusters.errors import DataError
from clusters.leads import choose_leads
from clusters.maps import changes
from clusters.money import pounds
from clusters.report import write_report
from tests.report.reading import found
from tests.report.test_report import Reader, page
from tests.report.test_working import rows_of


@pytest.fixture(scope="module")
def leaders(valley):
    """The valley with schools that can lead."""
    schools = [replace(s, can_lead=k % 3 == 0) for k, s in enumerate(valley.schools)]
    return Problem.from_schools(schools, edges=valley.edges, territories=valley.territories)


@pytest.fixture(scope="module")
def small(leaders, plan):
    """A split of less than is spent today."""
    return split_budget(leaders, plan, Pot("79000"), Formula({"ehcps": 1}, lump_per_cluster="5000"))


@pytest.fixture(scope="module")
def told(leaders, plan, other, small, tmp_path_factory):
    text = page(
        tmp_path_factory.mktemp("page"),
        leaders,
        {"Best": found(plan), "Today": other},
        rules=Rules(n_clusters=4),
        priorities=Priorities(travel_by="pupils"),
        split=small,
        leads=choose_leads(leaders, plan),
    )
    return text, {row["Measure"]: row for row in rows_of(text, "The options")}


def test_the_table_says_what_a_chair_asks(told, leaders, plan, other, small):
    _, rows = told
    best, today = "Best (recommended)", "Today"
    moved = len(changes(leaders, other, plan))
    assert (rows["Schools moved from today"][best], rows["Schools moved from today"][today]) == (
        str(moved),
        "none",
    )
    assert rows["Leads ready"][best] == "4 of 4 proposed"
    assert rows["Leads ready"][today].endswith("of 4 have a school that could")
    assert rows["Proof"][best] == "within 0.8% of the best"
    assert rows["Proof"][today] == "given, not searched"
    assert " km: School " in rows["Worst-off school: longest journey"][best]
    for name, each in ((best, plan), (today, other)):
        shares = split_budget(leaders, each, small.pot, small.formula).clusters
        losses = [s.today_pence - s.yearly_pence for s in shares]
        losses = [loss for loss in losses if loss > 0]
        assert losses
        words = f"{len(losses)}, {pounds(100 * round(sum(losses) / 100))}".removesuffix(".00")
        assert rows["Money: clusters with less than today"][name] == f"{words} in all"


def test_for_and_against_come_from_the_figures(told):
    text, table = told
    said = {row["Option"]: row for row in rows_of(text, "What speaks for and against each")}
    moved = table["Schools moved from today"]["Best (recommended)"]
    assert f"most schools moved from today ({moved})" in said["Best"]["Against"].lower()
    assert "fewest schools moved from today (none)" in said["Today"]["For"].lower()
    for row in said.values():
        for words in row["For"].lower().rstrip(".").split("; "):
            assert words not in row["Against"].lower()


def test_figures_that_read_alike_are_neither_for_nor_against(leaders, plan, tmp_path):
    text = page(tmp_path, leaders, {"A": plan, "B": plan})
    for row in rows_of(text, "What speaks for and against each"):
        assert (row["For"], row["Against"]) == ("Nothing in these figures.",) * 2
    assert "Alike in all options: clusters: 4" in Reader(text).words


def test_only_what_is_proved_is_called_proved(leaders, plan, other, tmp_path):
    options = {"A": found(plan, status="optimal"), "B": found(other)}
    text = page(tmp_path, leaders, options)
    rows = {row["Option"]: row["For"] for row in rows_of(text, "What speaks for and against each")}
    assert "roved best under the rules and priorities" in rows["A"]
    assert "roved" not in rows["B"]


def test_today_is_the_plan_that_is_named(leaders, plan, other, tmp_path):
    by_name = page(tmp_path, leaders, {"A": plan, "B": other}, reference="B")
    by_plan = page(tmp_path, leaders, {"A": plan, "B": other}, reference=other)
    by_priority = page(
        tmp_path,
        leaders,
        {"A": plan, "B": other},
        priorities=Priorities(travel_by="schools", reference=other),
    )
    for text in (by_name, by_plan, by_priority):
        (row,) = (r for r in rows_of(text, "The options") if r["Measure"].startswith("Schools mov"))
        assert row["B"] == "none"
        assert row["A (recommended)"] != "none"
    without = page(tmp_path, leaders, {"A": plan, "B": other})
    assert "Schools moved from today" not in without
    with pytest.raises(DataError, match="reference names the option 'C'"):
        page(tmp_path, leaders, {"A": plan}, reference="C")


def test_money_of_other_options_is_not_shown_in_public(leaders, plan, other, small, tmp_path):
    text = page(tmp_path, leaders, {"Best": plan, "Today": other}, split=small, audience="public")
    rows = {row["Measure"]: row for row in rows_of(text, "The options")}
    money = rows.get("Money: clusters with less than today")
    assert money is None or money["Today"] == "not shown"
    assert "money lost" not in text


def test_leads_of_an_option_that_is_not_given_are_refused(leaders, plan, tmp_path):
    with pytest.raises(DataError, match="leads names the option 'X'"):
        page(tmp_path, leaders, {"A": plan}, leads={"X": choose_leads(leaders, plan)})


# ---- gaps, areas --------------------------------------------------------------------------------


def test_every_audience_reads_one_count_of_gaps(leaders, plan, other, tmp_path):
    """Also where no pupil of a cluster has the need, which the public may not know."""
    schools = [
        replace(s, need={"asd": NeedCount(ehcps=0, sen_support=0), "hi": NeedCount(ehcps=1)})
        for s in leaders.schools
    ]
    problem = Problem.from_schools(schools, edges=leaders.edges, territories=leaders.territories)
    seen = []
    for audience in ("working group", "public"):
        folder = tmp_path / audience
        options = {"A": plan, "B": other}
        write_report(folder, problem, options, audience=audience, formats=["csv", "html"])
        text = (folder / "report.html").read_text(encoding="utf-8")
        rows = {row["Measure"]: row for row in rows_of(text, "The options")}
        with (folder / "figures/options.csv").open(encoding="utf-8-sig") as file:
            table = [row["expertise_gaps"] for row in csv.DictReader(file)]
        seen.append((rows.get("Gaps in expertise"), table))
        assert "Alike in all options" in text or "Gaps in expertise" in rows
    assert seen[0] == seen[1]
    held = [row for row in _gaps(tmp_path / "working group") if row["type"] == "asd"]
    assert held == [row for row in _gaps(tmp_path / "public") if row["type"] == "asd"]


def _gaps(folder):
    with (folder / "figures/expertise.csv").open(encoding="utf-8-sig") as file:
        return [
            {name: row[name] for name in ("cluster", "type", "gap")} for row in csv.DictReader(file)
        ]


def test_areas_stand_in_the_table_and_on_the_cards(leaders, plan, tmp_path):
    areas = {"1": "North", "2": "North", "3": "South", "4": "South"}
    text = page(tmp_path, leaders, plan, areas=areas)
    rows = {row["Area"]: row for row in rows_of(text, "The areas")}
    assert (rows["North"]["Clusters"], rows["South"]["Schools"]) == ("1 and 2", "8")
    assert [row["Area"] for row in rows_of(text, "The clusters")] == list(areas.values())
    assert text.count("<dt>Area</dt>") == 4
    with pytest.raises(DataError, match="areas name a cluster '9'"):
        page(tmp_path, leaders, plan, areas={"9": "North"})
