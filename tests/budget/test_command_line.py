"""The money on the command line: commitments, arrears, protection and what the outlook assumes."""

from __future__ import annotations

import csv

import pytest

from clusters.__main__ import BAD_INPUT, DONE, main

HEAD = "URN,name,phase,easting,northing,pupils,ehcps,sen_support,topup\n"


@pytest.fixture
def base(tmp_path):
    """Nine schools in a square, in three clusters, with today's spend."""
    rows = [
        f"{100 + k},School {k},primary,{410_000 + 1000 * (k % 3)},{415_000 + 1000 * (k // 3)},"
        f"{100 + k},{1 + k % 3},{10 + k},{5000 * (1 + k % 3)}"
        for k in range(9)
    ]
    (tmp_path / "schools.csv").write_text(HEAD + "\n".join(rows) + "\n")
    plan = "".join(f"{100 + k},{'ABC'[k // 3]}\n" for k in range(9))
    (tmp_path / "plan.csv").write_text("URN,cluster\n" + plan)
    return [
        *("--schools", str(tmp_path / "schools.csv"), "--columns", "topup_pence=topup"),
        *("--pot", "100000", "--out", str(tmp_path / "out")),
    ]


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def written(folder, name, text):
    path = folder / name
    path.write_text(text)
    return str(path)


def fund(base, tmp_path, *more):
    return main(["fund", *base, "--plan", str(tmp_path / "plan.csv"), *more])


def test_arrears_and_protection_on_the_command_line(base, tmp_path):
    owed = written(
        tmp_path,
        "owed.csv",
        "URN,a_year,compliance_date,paid_from\n100,7300,2026-01-01,2026-01-31\n",
    )
    limits = "floor=95%,cap=130%,level=school"
    assert fund(base, tmp_path, "--backdated", owed, "--protection", limits) == DONE
    rows = {row["urn"]: row for row in rows_of(tmp_path / "out" / "split_by_school.csv")}
    assert rows["100"]["backdated_pence"] == "60000"  # 30 days of 365
    assert sum(int(row["total_pence"]) for row in rows.values()) == 10_000_000
    for row in rows.values():
        today, kept = int(row["today_pence"]), int(row["flexible_pence"])
        assert 0.95 * today <= kept <= 1.3 * today


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("999,1,2026-01-01,2026-02-01", "no school of the problem has this URN"),
        ("100,x,2026-01-01,2026-02-01", "row 2"),
        ("100,-5,2026-01-01,2026-02-01", "row 2"),
        ("100,5,2026-02-30,2026-03-01", "there is no such day"),
        ("100,5,1926-02-01,2026-03-01", "the year is 1926"),
        ("100,5,2026-03-02,2026-03-01", "it is before the compliance date"),
        ("100,5,,2026-03-01", "this row has no compliance_date"),
        ("100,,2026-03-01,2026-03-01", "this row has no a_year"),
    ],
)
def test_a_row_of_arrears_that_cannot_be_read(row, words, base, tmp_path, capsys):
    owed = written(tmp_path, "owed.csv", f"URN,a_year,compliance_date,paid_from\n{row}\n")
    assert fund(base, tmp_path, "--backdated", owed) == BAD_INPUT
    said = capsys.readouterr().err
    assert words in said
    assert len(said.strip().splitlines()) == 1


def test_arrears_without_a_column(base, tmp_path, capsys):
    owed = written(tmp_path, "owed.csv", "URN,a_year,paid_from\n100,5,2026-01-01\n")
    assert fund(base, tmp_path, "--backdated", owed) == BAD_INPUT
    assert "there is no column 'compliance_date'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ("flor=95%", "--protection has no limit 'flor'"),
        ("floor=x", "floor is not a number"),
        ("floor=120%,cap=110%", "the floor is above the cap"),
        ("method=best,floor=95%", "method"),
    ],
)
def test_limits_that_cannot_be_used(limits, words, base, tmp_path, capsys):
    assert fund(base, tmp_path, "--protection", limits) == BAD_INPUT
    assert words in capsys.readouterr().err


def test_old_urns_of_commitments_are_followed(base, tmp_path, capsys):
    rows = written(tmp_path, "plans.csv", "URN,a_year\n900,4000\n101,5000\n")
    links = "URN,LinkURN,LinkType\n900,100,Successor\n"
    assert fund(base, tmp_path, "--commitments", rows) == BAD_INPUT
    assert "or give --links" in capsys.readouterr().err
    more = ["--commitments", rows, "--links", written(tmp_path, "links.csv", links)]
    assert fund(base, tmp_path, *more) == DONE
    by_school = {row["urn"]: row for row in rows_of(tmp_path / "out" / "split_by_school.csv")}
    assert by_school["100"]["committed_pence"] == "400000"
    table = {row["urn"]: row for row in rows_of(tmp_path / "out" / "commitments.csv")}
    assert table["100"]["threshold_pence"] == "600000"  # £6,000 for its one plan


def test_notional_sen_stands_beside_the_top_up(base, tmp_path):
    path = tmp_path / "schools.csv"
    lines = path.read_text().splitlines()
    path.write_text(
        "\n".join([lines[0] + ",notional", *(f"{line},{12_000.5}" for line in lines[1:])])
    )
    rows = written(tmp_path, "plans.csv", "URN,a_year\n100,4000\n100,1000\n")
    more = ["--measures", "notional_sen=notional", "--commitments", rows]
    assert fund(base, tmp_path, *more) == DONE
    (table,) = rows_of(tmp_path / "out" / "commitments.csv")
    assert (table["plans"], table["committed_pence"]) == ("2", "500000")
    assert (table["threshold_pence"], table["notional_sen_pence"]) == ("1200000", "1200050")


def report(base, tmp_path, risk):
    return main(
        [
            *("report", *base, "--plan", f"One={tmp_path / 'plan.csv'}", "--parts", "html,csv"),
            *("--formula", "ehcps=3,sen_support=1", "--risk", risk),
        ]
    )


def test_the_outlook_takes_a_file_of_assumptions(base, tmp_path):
    written(
        tmp_path,
        "caseload.csv",
        "time_period,breakdown_topic,breakdown,la_name,mainstream_total\n"
        "202223,All EHC plans,All EHC plans,Here,100\n"
        "202223,Age,age 10,Here,7\n"
        "202324,All EHC plans,All EHC plans,Here,110\n"
        "202324,All EHC plans,All EHC plans,There,9\n"
        "202425,All EHC plans,All EHC plans,Here,115\n",
    )
    risk = written(
        tmp_path,
        "risk.toml",
        'growth = {file = "caseload.csv", column = "mainstream_total", authority = "Here"}\n'
        'staying = "80%"\n[[scenario]]\nname = "nothing comes"\nincome_pounds = 500000\n',
    )
    assert report(base, tmp_path, risk) == DONE
    (row,) = rows_of(tmp_path / "out" / "figures" / "scenarios.csv")
    assert row["scenario"] == "nothing comes"
    assert row["simulated_chance_of_overspend"] == "1.0"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("grow = 1", "the file of --risk sets 'grow'"),
        ("growth = [", "the file is not valid TOML"),
        ("staying = '80%'", "nothing says how the number of EHC plans grows"),
        ("growth = 5", "growth lacks its sign"),
        ("growth = true", "growth is"),
        ("growth = {file = 'risk.toml', row = 1}", "sets 'growth.row'"),
        ("growth = 0\n[[scenario]]\nname = 'x'\npounds = 1", "sets 'pounds'"),
        ("growth = 0\nscenario = 1", "sets 'scenario'"),
    ],
)
def test_assumptions_that_cannot_be_used(text, words, base, tmp_path, capsys):
    assert report(base, tmp_path, written(tmp_path, "risk.toml", text)) == BAD_INPUT
    said = capsys.readouterr().err
    assert words in said
    assert len(said.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("time_period,plans\n201819,1\n", "there is no column 'ehcplans'"),
        ("time_period,ehcplans\n201819,1\n201819,2\n", "the year stands twice"),
        ("time_period,ehcplans\n201819,x5\n", "it is not a whole number"),
        ("time_period,breakdown,ehcplans\n201819,age 5,7\n", "no row holds a count"),
    ],
)
def test_a_caseload_that_cannot_be_read(text, words, base, tmp_path, capsys):
    written(tmp_path, "series.csv", text)
    risk = written(tmp_path, "risk.toml", 'growth = {file = "series.csv"}')
    assert report(base, tmp_path, risk) == BAD_INPUT
    assert words in capsys.readouterr().err


def test_fund_says_pot_and_formula_first_and_lists_payments(base, tmp_path, capsys):
    more = ["--formula", "ehcps=3,sen_support=1", "--contingency", "3%"]
    assert fund(base, tmp_path, *more, "--payments", "termly") == BAD_INPUT
    assert "--payments needs the first day of the year" in capsys.readouterr().err
    more += ["--payments", "termly", "--year-from", "2026-09-01"]
    assert fund(base, tmp_path, *more) == DONE
    said = capsys.readouterr().out
    assert said.startswith("The pot: £100,000.00.\n  less committed EHC plan top-ups: £0.00\n")
    assert "The formula (local formula): need units = 3 x ehcps + 1 x sen_support." in said
    assert "Nothing is committed for the 18 EHC plans at 9 schools" in said
    rows = rows_of(tmp_path / "out" / "payments.csv")
    assert sum(int(row["pence"]) for row in rows) == 9_700_000
    assert {row["due"] for row in rows} == {"2026-09-01", "2027-01-01", "2027-04-01"}


def test_unknown_spend_is_reported_once_however_many_schools(base, tmp_path, capsys):
    path = tmp_path / "schools.csv"
    path.write_text("\n".join(line.rpartition(",")[0] for line in path.read_text().splitlines()))
    more = [word for word in base if word not in ("--columns", "topup_pence=topup")]
    assert fund(more, tmp_path, "--protection", "floor=95%") == BAD_INPUT
    said = capsys.readouterr().err
    assert "not known for 9 schools: URN 100, 101, 102, 103, 104 and 4 more" in said
    assert len(said.strip().splitlines()) == 1
