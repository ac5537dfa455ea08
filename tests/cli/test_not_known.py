"""No measure is put in the place of another, and numbers that were put in are said."""

import json
import zipfile

import pytest

from clusters.__main__ import BAD_INPUT, DONE, main

# ---- no measure is put in another's place, and numbers that were put in are told ---------------


@pytest.fixture
def suppressed(schools):
    """Write the nine schools with the EHC plans of one suppressed, as the census does it."""
    path = schools.with_name("suppressed.csv")
    rows = schools.read_text().splitlines()
    cells = rows[3].split(",")
    cells[6] = "c"
    path.write_text("\n".join([*rows[:3], ",".join(cells), *rows[4:]]) + "\n")
    return path


def test_money_is_never_shared_by_another_measure_than_need(suppressed, plan, tmp_path, capsys):
    fund = ["fund", "--schools", str(suppressed), "--plan", str(plan), "--pot", "1000"]
    out = tmp_path / "out"
    assert main([*fund, "--out", str(out)]) == BAD_INPUT
    error = capsys.readouterr().err
    assert "School 2" in error
    assert "--unknown ehcps=0" in error
    assert not out.exists()
    assert main([*fund, "--out", str(out), "--formula", "pupils=1"]) == DONE


def test_a_search_does_not_count_journeys_by_another_measure_than_need(
    suppressed, tmp_path, capsys
):
    out = tmp_path / "out"
    propose = ["solve", "--schools", str(suppressed), "--clusters", "3", "--out", str(out)]
    assert main([*propose, "--quiet"]) == BAD_INPUT
    error = capsys.readouterr().err
    assert "travel_by" in error
    assert "School 2" in error
    assert not out.exists()


def test_what_unknown_counts_count_as_is_reported_on_every_page_and_in_the_record(
    suppressed, plan, tmp_path
):
    out = tmp_path / "out"
    arguments = ["report", "--schools", str(suppressed), "--plan", f"One={plan}", "--out", str(out)]
    assert main([*arguments, "--unknown", "ehcps=0", "--parts", "html,excel,word"]) == DONE
    told = "Put in where a count is not known: EHC plans of 1 school (School 2) counted as 0."
    for page in ("report.html", "equality.html"):
        assert told in (out / page).read_text(encoding="utf-8")
    assert told in json.loads((out / "run.json").read_text(encoding="utf-8"))["problem"]["notes"]
    for file, part in (
        ("paper.docx", "word/document.xml"),
        ("appendix.xlsx", "xl/sharedStrings.xml"),
    ):
        with zipfile.ZipFile(out / file) as book:
            assert told in book.read(part).decode()
    funded = tmp_path / "funded"
    fund = ["fund", "--schools", str(suppressed), "--plan", str(plan), "--pot", "1000"]
    assert main([*fund, "--unknown", "ehcps=0", "--out", str(funded)]) == DONE
    assert told in (funded / "report.html").read_text(encoding="utf-8")
    assert told in json.loads((funded / "run.json").read_text(encoding="utf-8"))["problem"]["notes"]
