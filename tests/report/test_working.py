"""A reader with a calculator: every cluster's sum can be worked out from the page alone."""

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest

from clusters.budget import Formula, Pot, split_budget
from clusters.report import write_report
from tests.report.test_report import Reader, page

PENNY = Decimal("0.01")


def read(text):
    return Decimal(text.replace(",", ""))


def rows_of(text, caption):
    table = next(
        t for t in re.findall(r"<table>.*?</table>", text, re.DOTALL) if f"<caption>{caption}" in t
    )
    heads = re.findall(r"<th[^>]*>([^<]*)</th>", table.split("<tbody>")[0])
    body = table.split("<tbody>")[1].split("</tbody>")[0]
    for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL):
        cells = [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<bdi>(.*?)</bdi>", row)]
        yield dict(zip(heads, cells, strict=True))


def worked(words):
    """Work out "3 x 69 + 1 x 208 = 415"; return both sides."""
    terms, _, stated = words.rpartition(" = ")
    products = [part.split(" x ") for part in terms.split(" + ")]
    return sum(read(a) * read(b) for a, b in products), read(stated)


def reckoned(words):
    """Work out "415 need units x £22.50 + cluster lump sum £1,000.00 = £y"; return both sides."""
    terms, _, stated = words.rpartition(" = £")
    total = Decimal(0)
    for sign, term in re.findall(r"(^|[+-] )((?:(?! [+-] ).)+)", terms):
        if " x £" in term:
            number, rate = re.match(r"([\d,.]+) .* x £([\d,.]+)$", term.strip()).groups()
            value = (read(number) * read(rate)).quantize(PENNY, ROUND_HALF_UP)
        else:
            value = read(term.rpartition("£")[2].strip())
        total += -value if sign.startswith("-") else value
    return total, read(stated)


@pytest.mark.parametrize("audience", ["working group", "public"])
@pytest.mark.parametrize(
    "formula",
    [
        Formula({"ehcps": 3, "sen_support": 1}, lump_per_cluster="1000"),
        Formula({"ehcps": "2.5", "sen_support": "0.35"}, shares={"pupils": "15%"}),
        Formula({"sen_support": 1}, lump_per_school="250"),
    ],
)
def test_every_sum_comes_out_to_the_penny_from_the_page_alone(
    valley, plan, tmp_path, formula, audience
):
    split = split_budget(valley, plan, Pot("180000.01", contingency="3%"), formula)
    text = page(tmp_path, valley, plan, split=split, audience=audience)
    rows = list(rows_of(text, "How each sum comes about"))
    paid = {f"Cluster {share.key}": share.total_pence for share in split.clusters}
    assert [row["Cluster"] for row in rows] == list(paid)
    shown = [row for row in rows if row["Sum"] != "hidden"]
    assert shown
    for row in shown:
        found, stated = worked(row["Need units"])
        assert found == stated
        assert f"{row['Need units'].rpartition(' = ')[2]} need unit" in row["Sum"]
        total, said = reckoned(row["Sum"])
        assert total == said
        if audience == "working group":
            assert said * 100 == paid[row["Cluster"]]


def test_the_formula_is_reported_with_its_numbers(valley, plan, split, tmp_path):
    words = Reader(page(tmp_path, valley, plan, split=split)).words
    plans = sum(school.ehcps for school in valley.schools)
    support = sum(school.sen_support for school in valley.schools)
    for sentence in (
        "The pot of £180,000.01, less £0.00 for committed EHC plan top-ups, less £5,400.00 for the "
        "contingency, leaves £174,600.01 to be shared by the formula.",
        "Nothing is committed for the 80 EHC plans",
        "Each cluster has the same lump sum: 4 x £1,000.00 = £4,000.00.",
        "each EHC plan counts 3 and each pupil with SEN support counts 1.",
        f"All clusters together have {3 * plans + support}, so one need unit brings £170,600.01 / ",
        "7 of 12 months fall into the first financial year and 5 of 12 months fall into the next",
    ):
        assert sentence in words, sentence


def test_the_start_month_is_reported(valley, plan, split, tmp_path):
    words = Reader(page(tmp_path, valley, plan, split=split, start_month=4)).words
    assert "The sums are for a year from April: 12 of 12 months" in words


def test_what_is_committed_and_owed_is_reported(valley, plan, tmp_path):
    pot = Pot("180000", committed={"1": "2500.50"}, low_incidence="700")
    split = split_budget(valley, plan, pot, Formula({"ehcps": 1}))
    text = page(tmp_path, valley, plan, split=split)
    words = Reader(text).words
    assert "less £2,500.50 for committed EHC plan top-ups" in words
    assert "less £700.00 for the low-incidence fund" in words
    assert "There are no lump sums." in words
    assert "Nothing is committed" not in words
    (first, *_) = rows_of(text, "How each sum comes about")
    assert first["Sum"].startswith("EHC plan top-ups £2,500.50 + ")


def test_word_has_the_same_formula_as_the_page(valley, plan, split, tmp_path):
    docx = pytest.importorskip("docx", reason="python-docx is not installed (extra: report)")
    text = page(tmp_path, valley, plan, split=split)
    write_report(tmp_path / "paper.docx", valley, plan, split=split)
    paper = docx.Document(tmp_path / "paper.docx")
    said = {p.text for p in paper.paragraphs}
    cells = {c.text for t in paper.tables for row in t.rows for c in row.cells}
    assert "There are no lump sums." not in said
    assert any(words.startswith("Need is counted in need units:") for words in said)
    for row in rows_of(text, "How each sum comes about"):
        assert row["Sum"] in cells


LONG = "The Very Long and Ancient Name of a School That Was Founded by Several Parishes " * 5


def test_no_text_is_cut_by_a_count_of_characters(valley, plan, split, tmp_path):
    """Names, reasons and sums stand in full on the page, in Word, in letters and in Excel."""
    from dataclasses import replace

    import openpyxl

    docx = pytest.importorskip("docx", reason="python-docx is not installed (extra: report)")
    from clusters.domain import Problem, Rules

    schools = [replace(s, name=f"{LONG}{s.urn}") for s in valley.schools]
    problem = Problem.from_schools(schools, edges=valley.edges, territories=valley.territories)
    long_split = split_budget(problem, plan, split.pot, split.formula)
    ids = [s.urn for s in schools]
    reasons = {urn: [f"{LONG} reason {k}." for k in range(6)] for urn in ids}
    write_report(
        tmp_path,
        problem,
        plan,
        split=long_split,
        rules=Rules(n_clusters=4, together=[ids[:3]], max_travel_m=10**6),
        why_here=reasons,
        formats=["html", "word", "letters", "excel", "csv"],
    )
    names = [" ".join(f"{LONG}{urn}".split()) for urn in ids]
    page_text = (tmp_path / "report.html").read_text(encoding="utf-8")
    papers = {"html": Reader(page_text).words}
    for name in ("paper", "letters"):
        document = docx.Document(tmp_path / f"{name}.docx")
        texts = [p.text for p in document.paragraphs]
        texts += [c.text for t in document.tables for row in t.rows for c in row.cells]
        papers[name] = "\n".join(texts)
    book = openpyxl.load_workbook(tmp_path / "appendix.xlsx")
    papers["excel"] = "\n".join(
        str(c.value) for sheet in book for row in sheet.iter_rows() for c in row
    )
    for where, text in papers.items():
        assert not [name for name in names if name not in text], where
        assert "…" not in text, where
        assert not re.search(r"and \d+ more", text), where
    for k in range(6):
        assert papers["letters"].count(f"Parishes reason {k}.") == 16
