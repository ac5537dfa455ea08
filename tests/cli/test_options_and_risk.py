"""Options and the whole pack in one command; a simulation where money is given."""

import json

import pytest

from clusters.__main__ import BAD_INPUT, DONE, main
from tests.cli.authority import HEAD, rows_of


@pytest.fixture
def whole(schools, plan, tmp_path):
    """Everything that one command takes: who can lead, expertise, today's plan, the years ahead."""
    rows = rows_of(schools)
    schools.write_text(
        HEAD.rstrip() + ",can_lead\n"
        + "".join(",".join([*row.values(), "yes" if k % 2 else "no"]) + "\n"
                  for k, row in enumerate(rows))
    )  # fmt: skip
    held = tmp_path / "expertise.csv"
    held.write_text("URN,type,amount,unit\n100,asd,3,staff days\n")
    risk = tmp_path / "risk.toml"
    risk.write_text(
        'growth = "5%"\ncost_per_plan = 6000\nopening = -1000\n'
        '[[year]]\nname = "2026-27"\ngrant = 500000\n'
        '[[year]]\nname = "2027-28"\ngrant = 510000\nmitigations = {"nearer home" = 1000}\n'
    )
    return [
        *("--schools", str(schools), "--school-expertise", str(held), "--today", str(plan)),
        *("--clusters", "3", "--travel-by", "pupils", "--pot", "90000", "--risk", str(risk)),
        *("--formula", "ehcps=3,sen_support=1", "--areas", "1-2", "--parts", "html,csv,word"),
    ]


def test_one_command_makes_options_and_the_whole_pack(whole, tmp_path, capsys):
    out = tmp_path / "out"
    code = main(
        ["options", *whole, "--time", "4", "--n-options", "2", "--quiet", "--out", str(out)]
    )
    assert code == DONE
    text = (out / "report.html").read_text(encoding="utf-8")
    for words in (
        "What speaks for and against each",
        "Schools moved from today",
        "The areas",
        "Access to expertise by type of need",
        "What if things go badly?",
        "The plan of the coming financial years",
        "3 of 3 proposed",
    ):
        assert words in text, words
    names = [row["plan"] for row in rows_of(out / "figures/options.csv")]
    assert names[0] in capsys.readouterr().out
    assert "Today" in names
    for k, _ in enumerate(names, start=1):
        rows = rows_of(out / f"plan_{k}.csv")
        assert len(rows) == 9
        assert "ehcps" not in rows[0] or not any(row["ehcps"] for row in rows)
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["result"]


def test_report_writes_the_same_sections_on_plans_that_are_given(whole, plan, tmp_path):
    out = tmp_path / "out"
    code = main(["report", *whole, "--plan", f"Ours={plan}", "--out", str(out)])
    assert code == DONE
    text = (out / "report.html").read_text(encoding="utf-8")
    assert [w for w in ("The areas", "Risk and the coming years", "Lead") if w not in text] == []
    assert (out / "figures/medium_term.csv").exists()


def test_options_of_the_public_hold_no_simulation_and_no_counts(whole, tmp_path):
    out = tmp_path / "out"
    more = ["--time", "3", "--n-options", "1", "--audience", "public", "--quiet"]
    assert main(["options", *whole, *more, "--out", str(out)]) == DONE
    names = {path.name for path in out.rglob("*")}
    assert not names & {"risk.csv", "medium_term.csv", "assumptions.csv"}
    record = (out / "run.json").read_text(encoding="utf-8")
    assert not [word for word in ("sha256", "bytes", "objective") if word in record]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--recommended", "Nobody"], "the recommended option 'Nobody' is not among the options"),
        (["--n-options", "0"], "n_options is not a whole number of 1 or more"),
        (["--theme", "Prettiest"], "Prettiest"),
    ],
)
def test_options_that_make_no_sense_are_refused(whole, more, words, tmp_path, capsys):
    out = tmp_path / "out"
    code = main(["options", *whole, "--time", "2", "--quiet", *more, "--out", str(out)])
    assert code == BAD_INPUT
    assert words in capsys.readouterr().err
    assert not out.exists()


def test_a_year_of_risk_that_is_misspelt_is_refused_before_the_search(whole, tmp_path, capsys):
    risk = tmp_path / "risk.toml"
    risk.write_text(risk.read_text().replace("mitigations", "mitigation"))
    assert main(["options", *whole, "--quiet", "--out", str(tmp_path / "out")]) == BAD_INPUT
    assert "the file of --risk sets 'mitigation'" in capsys.readouterr().err


def test_risk_needs_money(schools, plan, tmp_path, capsys):
    code = main(
        [
            *("report", "--schools", str(schools), "--plan", f"One={plan}"),
            *("--out", str(tmp_path / "out"), "--risk", "risk.toml"),
        ]
    )
    assert code == BAD_INPUT
    assert "give --pot as well" in capsys.readouterr().err
