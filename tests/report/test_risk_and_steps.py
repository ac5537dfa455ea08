"""Risk with what it rests on, the coming years, and places for the author with facts filled in."""

import re
from html import unescape

import pytest

from clusters.budget import (
    Assumptions,
    FinancialYear,
    Formula,
    Pot,
    look_ahead,
    look_years_ahead,
    plan_years,
    split_budget,
)
from clusters.domain import Rules
from clusters.report import write_report
from tests.report.reading import found
from tests.report.test_report import Reader, page
from tests.report.test_working import rows_of

GROWTH = Assumptions(growth="5%")


@pytest.fixture(scope="module")
def outlook(split):
    return look_ahead(split, GROWTH, n_simulations=200)


@pytest.fixture(scope="module")
def years(split):
    return plan_years(
        [
            FinancialYear(name="2026-27", grant=200_000, income=10_000, demand=60_000),
            FinancialYear(name="2027-28", grant=210_000, mitigations={"nearer home": 5_000}),
        ],
        opening="-50000",
        demand=look_years_ahead(split, GROWTH, 2, n_simulations=200),
    )


def test_the_risk_stands_beside_what_it_is_read_against(valley, plan, split, outlook, tmp_path):
    text = page(tmp_path, valley, plan, split=split, outlook=outlook)
    words = Reader(text).words
    assert f"against the £{outlook.authority.budget:,} that clusters have for EHC plans" in words
    assert "Growth of demand: 5.0% a year" in words
    rests = {r["Assumption"]: r for r in rows_of(text, "What the figures rest on")}
    assert len(rests) == len(outlook.assumptions)
    for name, said in outlook.assumptions.items():
        row = rests[name[:1].upper() + name[1:]]
        assert " ".join(said.split()) == unescape(row["Value, and where it is from"])
    rows = list(rows_of(text, "The risk by cluster"))
    assert [row["Expected cost"] for row in rows] == [f"£{r.expected:,}" for r in outlook.clusters]


def test_the_page_says_whether_all_the_money_would_do(valley, plan, outlook, split, tmp_path):
    words = Reader(page(tmp_path, valley, plan, split=split, outlook=outlook)).words
    rest = 174_600 - outlook.authority.expected
    said = re.search(r"If all of it could go to EHC plans, £([\d,]+) would be left", words)
    assert abs(int(said[1].replace(",", "")) - rest) <= 1
    poor = split_budget(valley, plan, Pot("50000"), Formula({"ehcps": 1}))
    dear = look_ahead(poor, GROWTH, n_simulations=200)
    words = Reader(page(tmp_path, valley, plan, split=poor, outlook=dear)).words
    assert f"£{dear.authority.expected - 50_000:,} would still be missing" in words


def test_the_coming_years_close_one_into_the_next(valley, plan, split, years, tmp_path):
    text = page(tmp_path, valley, plan, split=split, medium_term=years)
    rows = {row["Pounds"]: row for row in rows_of(text, "The plan of the coming financial years")}

    def sums(year):
        return {k: int(r[year].replace("£", "").replace(",", "")) for k, r in rows.items()}

    first, second = sums("2026-27"), sums("2027-28")
    for each in (first, second):
        left = each["Comes in"] + each["Saved by measures"] - each["Costs"]
        assert abs(left - each["Left in the year"]) <= 1
        assert abs(each["At the start"] + each["Left in the year"] - each["At the end"]) <= 1
    assert first["At the start"] == -50_000
    assert second["At the start"] == first["At the end"]
    assert "counts on £10,000 of promised income" in Reader(text).words


def test_no_simulated_year_is_in_a_public_pack(valley, plan, split, outlook, years, tmp_path):
    more = {"split": split, "outlook": outlook, "audience": "public"}
    text = page(tmp_path, valley, plan, medium_term=years, **more)
    assert "Risk and the coming years" not in text
    assert "The simulated risk is left out" in text
    stated = plan_years([FinancialYear(name="2026-27", grant=100, demand=90)])
    assert "The plan of the coming financial years" in page(
        tmp_path, valley, plan, medium_term=stated, **more
    )


def test_places_for_the_author_hold_the_facts(valley, plan, split, outlook, tmp_path):
    docx = pytest.importorskip("docx", reason="python-docx is not installed (extra: report)")
    write_report(
        tmp_path,
        valley,
        {"A": found(plan)},
        rules=Rules(n_clusters=4),
        split=split,
        outlook=outlook,
        formats=["html", "word"],
    )
    paper = [p.text for p in docx.Document(tmp_path / "paper.docx").paragraphs]
    marked = " ".join(line for line in paper if "For the author:" in line)
    for place in (
        "who sits on the panel",
        "what it may carry forward",
        "which teams stand round the clusters",
        "put dates to these steps",
        "by when answers are asked for",
        "protected characteristics",
        "name the source and licence of every file with a boundary",
    ):
        assert place in marked, place
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    words = Reader(text).words
    for fact in (
        "Panels and votes: 4 panels of 4 schools.",
        "£5,400 is held back for all.",
        "Is the formula right: 3 for each EHC plan and 1 for each pupil with SEN support?",
        "To be asked: 16 schools, parents and carers, and their forum.",
        "The evidence looks at schools by phase and size.",
    ):
        assert fact in words, fact
        assert any(fact in line for line in paper), fact
    steps = {row["Step"]: row["When"] for row in rows_of(text, "Timetable")}
    assert steps["Clusters start"] == (
        "September: 7 of 12 months, £101,850, fall into the first financial year"
    )
    assert "[For the author:" not in text
