"""Every option in every spelling, in a scenario file too; nothing given twice is lost."""

import json

import pytest

from clusters.__main__ import BAD_INPUT, DONE, main
from clusters.cli.arguments import make_parser, parse
from clusters.errors import DataError
from clusters.readers import read_group
from tests.cli.authority import rows_of


def test_a_scenario_file_holds_the_same_options(schools, plan, tmp_path, capsys):
    scenario = tmp_path / "scenario.toml"
    scenario.write_text(
        'schools = ["schools.csv"]\nplan = "plan.csv"\nclusters = 3\nsizes = "2-4"\n'
        'not_contiguous = false\nbalance = { pupils = 0.5 }\ntogether = [["100", "101"]]\n'
    )
    assert main(["check", "--scenario", str(scenario)]) == DONE
    assert "keeps all" in capsys.readouterr().out
    assert main(["check", "--scenario", str(scenario), "--sizes", "4-9"]) == DONE
    assert "schools_per_cluster" in capsys.readouterr().out


def test_a_misspelt_option_in_a_scenario_is_refused_with_the_right_name(tmp_path, capsys):
    scenario = tmp_path / "scenario.toml"
    scenario.write_text("clustters = 3\nballance = 1\n")
    assert main(["check", "--scenario", str(scenario)]) == BAD_INPUT
    error = capsys.readouterr().err
    assert "did you mean 'clusters'?" in error
    assert "did you mean 'balance'?" in error


def test_ids_of_a_group_come_from_a_named_column_or_the_first(tmp_path):
    path = tmp_path / "group.csv"
    path.write_text("name,urn\nA,1\nB,2\n,\n")
    assert read_group(path, column="urn") == ["1", "2"]
    path.write_text("1\n2\n")
    assert read_group(path) == ["1", "2"]
    with pytest.raises(DataError, match="there is no column 'x'"):
        read_group(path, column="x")


# ---- every option, in every spelling ---------------------------------------------------------


TABLES = {  # options whose values are not plain words
    "payments": "termly",
    "protection": "floor=95%",
    "clusters": "16-18",
    "schools_per_cluster": "2-4",
    "balance": "pupils=0.25",
    "limits": "pupils=10-900",
    "max_travel_m": "1500",
    "max_travel_min": "20",
    "expertise": "asd=1",
    "phases": "secondary=1",
    "together": "100,101",
    "together_file": "group.csv:urn",
    "apart": "100,103",
    "except_together": "balance,limits",
    "excepted": "100=balance",
    "weights": "travel=1,balance=2",
    "pupils_per_capacity": "asd=5",
    "columns": "pupils=NOR",
    "keep": "phase=primary|first",
    "measures": "fsm=FSM",
    "traits": "faith=Religion",
    "unknown": "ehcps=0,pupils=leave",
    "need_weights": "ehcps=3",
    "bridge": "100,101",
    "neighbours": "gabriel",
    "formula": "ehcps=3,sen_support=1",
    "bands": "A=5000,B=9000",
    "year_from": "2026-09-01",
    "plan": "One=plan.csv",
    "time": "3",
    "seed": "4",
    "workers": "2",
    "areas": "3-6",
    "n_options": "3",
    "ceiling": "0.2",
    "min_difference": "0.3",
    "audience": "public",
    "threshold": "10",
    "parts": "html,csv",
}


def options_of(verb):
    parser = make_parser()
    verbs = next(a.choices for a in parser._actions if isinstance(a.choices, dict))
    return [
        (action, next(name for name in action.option_strings if name.startswith("--")))
        for action in verbs[verb]._actions
        if action.option_strings and action.dest not in ("help", "scenario")
    ]


def asked_for(verb, words):
    needed = {"schools": "s.csv", "plan": "One=p.csv", "pot": "1"}
    required = [
        f"{name}={needed[action.dest]}"
        for action, name in options_of(verb)
        if action.required and not any(word.partition("=")[0] == name for word in words)
    ]
    return vars(parse([verb, *required, *words]))


@pytest.mark.parametrize("verb", ["demo", "check", "solve", "options", "fund", "report"])
def test_every_option_means_the_same_in_every_spelling(verb, tmp_path):
    for action, name in options_of(verb):
        scenario = tmp_path / f"{verb}.toml"
        if action.nargs == 0:
            spellings = [[name]]
            scenario.write_text(f"{name[2:]} = true\n")
        else:
            value = TABLES.get(action.dest, action.choices[0] if action.choices else "word")
            spellings = [[name, value], [f"{name}={value}"]]
            scenario.write_text(f"{name[2:]} = {json.dumps(value)}\n")
        told = [asked_for(verb, words) for words in spellings]
        assert all(one == told[0] for one in told), name
        assert told[0][action.dest] not in (None, [], {}), name
        if verb == "demo":
            continue
        for words in (["--scenario", str(scenario)], [f"--scenario={scenario}"]):
            if action.required:  # what the test adds stands before it, and lists add up
                found = vars(parse([verb, *words, *_others(verb, name)]))
            else:
                found = asked_for(verb, words)
            where = json.dumps(found[action.dest], default=str).replace(f"{tmp_path}/", "")
            assert json.loads(where) == json.loads(json.dumps(told[0][action.dest], default=str)), (
                name
            )


def _others(verb, name):
    needed = {"schools": "s.csv", "plan": "One=p.csv", "pot": "1"}
    return [
        f"{other}={needed[action.dest]}"
        for action, other in options_of(verb)
        if action.required and other != name
    ]


def test_no_option_can_be_shortened(schools, tmp_path, capsys):
    scenario = tmp_path / "s.toml"
    scenario.write_text("clusters = 3\n")
    with pytest.raises(SystemExit):
        main(["check", "--schools", str(schools), "--scen", str(scenario)])
    assert "unrecognized arguments: --scen" in capsys.readouterr().err


def test_every_spelling_writes_the_same_record(schools, plan, tmp_path):
    scenario = tmp_path / "s.toml"
    scenario.write_text(
        'schools = "schools.csv"\nplan = "plan.csv"\npot = 18000000\ncontingency = "3%"\n'
        "formula = { ehcps = 3, sen_support = 1 }\nlump-sum = 1000\n"
    )
    pairs = {
        "--schools": schools,
        "--plan": plan,
        "--pot": "18000000",
        "--contingency": "3%",
        "--formula": "ehcps=3,sen_support=1",
        "--lump-sum": "1000",
    }
    records = []
    for words in (
        [word for name, value in pairs.items() for word in (name, str(value))],
        [f"{name}={value}" for name, value in pairs.items()],
        ["--scenario", str(scenario)],
        [f"--scenario={scenario}"],
        [f"--scenario={scenario}", "--pot=18000000"],
        ["--pot", "18000000", "--scenario", str(scenario)],
    ):
        out = tmp_path / f"out{len(records)}"
        assert main(["fund", *words, "--out", str(out)]) == DONE
        record = json.loads((out / "run.json").read_text(encoding="utf-8"))
        del record["written_at"]
        records.append(record)
    assert all(record == records[0] for record in records)
    assert records[0]["money"]["pence"]["contingency"] == 54_000_000


def test_one_scenario_serves_several_verbs(schools, plan, tmp_path, capsys):
    scenario = tmp_path / "s.toml"
    scenario.write_text(
        'schools = "schools.csv"\nplan = "plan.csv"\npot = 18000000\nclusters = 3\n'
        "sizes = [2, 4]\nlimits = { pupils = [10, 900] }\n"
        'except = { "100" = ["balance", "limits"] }\n'
        'parts = ["html", "csv"]\nkeep = { phase = ["primary", "first"] }\n'
    )
    for verb in ("check", "fund", "report"):
        words = [] if verb == "check" else ["--out", str(tmp_path / verb)]
        assert main([verb, f"--scenario={scenario}", *words]) == DONE
    said = capsys.readouterr().out
    assert "s.toml: not used by 'check': pot, parts." in said
    assert "s.toml: not used by 'fund': clusters, sizes, limits, except, parts." in said
    record = json.loads((tmp_path / "report" / "run.json").read_text(encoding="utf-8"))
    assert record["options"]["parts"] == ["html", "csv"]
    assert record["rules"]["exceptions"] == {"100": {"balance": None, "limits": None}}


@pytest.mark.parametrize(
    "line",
    [
        "pot = true",
        "quiet = 1",
        "pot = [1, 2]",
        "sizes = [1, 2, 3]",
        "pot = { a = 1 }",
        "balance = { pupils = true }",
        'plan = { A = "a.csv", B = "b.csv" }',
        'scenario = "s.toml"',
        "clusters = [16, [17]]",
    ],
)
def test_a_setting_of_another_kind_is_refused_in_words(line, tmp_path, capsys):
    scenario = tmp_path / "s.toml"
    verb = "check" if line.startswith("plan") else "solve"
    scenario.write_text(line + "\n")
    assert main([verb, "--scenario", str(scenario)]) == BAD_INPUT
    assert capsys.readouterr().err.startswith(f"clusters: {scenario}")


def test_commitments_are_read_paid_by_days_and_reported(schools, plan, tmp_path, capsys):
    file = tmp_path / "plans.csv"
    file.write_text(
        "URN,Band,a_year,start,end,reference\n"
        "100,A,,,,P1\n100,,7300,2026-09-11,,P2\n101,B,,,2026-09-10,P3\n101,B,,,,P3\n"
    )
    fund = ["fund", "--schools", str(schools), "--plan", str(plan), "--pot", "100000"]
    fund += ["--commitments", str(file), "--out", str(tmp_path / "out")]
    assert main(fund) == BAD_INPUT
    said = capsys.readouterr().err
    assert "--bands" in said
    assert "--year-from" in said
    assert main([*fund, "--bands", "A=5000,B=3650", "--year-from", "2026-09-01"]) == DONE
    by_school = {row["urn"]: row for row in rows_of(tmp_path / "out" / "split_by_school.csv")}
    assert by_school["100"]["committed_pence"] == str(500_000 + 730_000 - 20_000)
    assert by_school["101"]["committed_pence"] == str(10_000 + 365_000)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "4 plans at 2 schools come to £15,850.00" in page
    assert "1 plans stand in several rows for the same days" in page
    assert "No sum is committed for" in page
    everything = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert b"P3" not in everything
    pot = {row["step"]: row["pence"] for row in rows_of(tmp_path / "out" / "pot.csv")}
    assert pot["committed EHC plan top-ups"] == "1585000"
    assert any(step.startswith("Note: Committed top-ups: 4 plans") for step in pot)
    rows = rows_of(tmp_path / "out" / "commitments.csv")
    assert [row["plans"] for row in rows] == ["2", "2"]
    assert main([*fund[:-4], "--bands", "A=1", "--out", str(tmp_path / "o")]) == BAD_INPUT
    assert "give --commitments FILE" in capsys.readouterr().err


def test_nothing_that_is_given_twice_is_lost(schools, plan, tmp_path, capsys):
    with pytest.raises(SystemExit):
        parse(["fund", "--schools=s", "--plan=p", "--pot=1", "--formula", "ehcps=3,ehcps=4"])
    assert "'ehcps' is given twice" in capsys.readouterr().err
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "plan.csv"
    other.write_text(plan.read_text())
    words = ["report", "--schools", str(schools), "--out", str(tmp_path / "out"), "--parts", "html"]
    assert main([*words, "--plan", str(plan), "--plan", str(other)]) == BAD_INPUT
    assert "2 options are called 'plan'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert main([*words, "--plan", str(plan), "--plan", f"Other={other}"]) == DONE


def test_repeated_lists_add_up(schools):
    words = ["report", "--schools=s.csv", "--plan=p.csv", "--parts", "html", "--parts", "csv"]
    assert parse(words).parts == ["html", "csv"]
