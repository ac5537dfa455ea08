"""The command line: what it says, writes and returns."""

import json
import os
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from clusters.__main__ import BAD_INPUT, DONE, INTERRUPTED, NO_PLAN, STOPPED_EARLY, main
from clusters.cli.arguments import make_parser
from clusters.cli.values import bounds, count_or_range, settings
from tests.cli.authority import HEAD, rows_of

SHARED = Path(__file__).parents[3] / "shared" / "data" / "kirklees"


def test_help_is_quick_and_names_every_verb():
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "clusters", "--help"], capture_output=True, text=True, check=True
    )
    assert time.perf_counter() - start < 2  # 0.1 s on a quiet machine; the target is 0.5 s
    assert all(verb in done.stdout for verb in ("demo", "check", "solve", "fund", "report"))


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom clusters.cli.arguments import make_parser, parse\nmake_parser()\n"
        "print([m for m in ('numpy', 'pandas', 'shapely', 'ortools') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_check_says_what_was_read(schools, capsys):
    assert main(["check", "--schools", str(schools)]) == DONE
    said = capsys.readouterr().out
    assert "9 rows read, 9 kept" in said
    assert "9 schools, 12 pairs of neighbours." in said


def test_check_verifies_a_plan(schools, plan, capsys):
    code = main(
        [
            "check",
            "--schools",
            str(schools),
            "--plan",
            str(plan),
            "--clusters",
            "3",
            "--sizes",
            "4-",
        ]
    )
    assert code == DONE
    assert "schools_per_cluster" in capsys.readouterr().out


def test_all_faults_are_listed_without_a_traceback(tmp_path, capsys):
    path = tmp_path / "bad.csv"
    path.write_text(HEAD + "1,A,primary,410000,415000,-5,1,1\n1,B,primary,x,415000,5,1,1\n")
    assert main(["check", "--schools", str(path)]) == BAD_INPUT
    error = capsys.readouterr().err
    assert error.startswith("clusters: ")
    assert error.count("\n  - ") >= 2
    assert "Traceback" not in error


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--schools", "nowhere.csv"],
        ["check", "--schools", "{schools}", "--clusters", "3", "--balance", "pupil=0.2"],
        ["check", "--schools", "{schools}", "--clusters", "3", "--except-together", "balance"],
        ["check", "--schools", "{schools}", "--clusters", "3", "--except", "100=colour"],
        ["check", "--schools", "{schools}", "--weights", "travels=1"],
        ["check", "--schools", "{schools}", "--keep", "colour=red"],
        ["check", "--schools", "{schools}", "--bridge", "100"],
        ["check", "--scenario", "{schools}"],
        ["solve", "--schools", "{schools}"],
        ["fund", "--schools", "{schools}", "--plan", "{plan}", "--pot", "lots"],
        ["fund", "--schools", "{schools}", "--plan", "{plan}", "--pot", "10", "--formula", "x=1"],
    ],
)
def test_bad_input_is_refused_and_nothing_is_written(arguments, schools, plan, tmp_path, capsys):
    before = set(tmp_path.iterdir())
    filled = [word.format(schools=schools, plan=plan) for word in arguments]
    if filled[0] in ("solve", "fund"):
        filled += ["--out", str(tmp_path / "out")]
    assert main(filled) == BAD_INPUT
    assert capsys.readouterr().err.startswith("clusters: ")
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "arguments",
    [[], ["dance"], ["check"], ["check", "--schools", "x", "--clusters", "many"], ["check", "--x"]],
)
def test_bad_arguments_end_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: " in capsys.readouterr().err


def test_fund_splits_to_the_penny(schools, plan, tmp_path):
    out = tmp_path / "out"
    code = main(
        [
            *("fund", "--schools", str(schools), "--plan", str(plan), "--out", str(out)),
            *("--pot", "1000.01", "--formula", "pupils=1", "--contingency", "10%"),
        ]
    )
    assert code == DONE
    for name in ("split.csv", "split_by_school.csv"):
        assert sum(int(row["total_pence"]) for row in rows_of(out / name)) == 90_001
    assert (out / "report.html").exists()


def test_report_puts_options_side_by_side(schools, plan, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text(plan.read_text().replace("103,B", "103,A"))
    out = tmp_path / "out"
    code = main(
        [
            *("report", "--schools", str(schools), "--plan", f"One={plan}"),
            *("--plan", f"Two={other}", "--recommended", "Two", "--out", str(out)),
            *("--clusters", "3", "--title", "Our <clusters>", "--source", "Census 2026"),
            *("--parts", "html,csv,word,excel"),
        ]
    )
    assert code == DONE
    text = (out / "report.html").read_text(encoding="utf-8")
    assert "Two (recommended)" in text
    assert "<h1>Our &lt;clusters&gt;</h1>" in text
    assert "Census 2026" in text
    assert {"run.json", "paper.docx", "appendix.xlsx", "figures.csv"} <= {
        path.name for path in out.iterdir()
    }


def test_a_public_report_hides_small_numbers(schools, plan, tmp_path):
    out = tmp_path / "out"
    code = main(
        [
            *("report", "--schools", str(schools), "--plan", f"One={plan}", "--out", str(out)),
            *("--audience", "public", "--threshold", "10", "--parts", "html, csv"),
        ]
    )
    assert code == DONE
    text = (out / "report.html").read_text(encoding="utf-8")
    assert "Numbers of pupils below 10 are not shown." in text
    assert not (out / "paper.docx").exists()
    record = (out / "run.json").read_text(encoding="utf-8")
    assert not [word for word in ("ehcps", "sha256", "bytes", "objective") if word in record]


def test_values():
    assert count_or_range("16-20") == (16, 20)
    assert bounds("5-") == (5.0, None)
    assert settings("a=1,b=Open, but closing,c=2") == ["a=1", "b=Open, but closing", "c=2"]


def test_every_option_is_explained():
    parser = make_parser()
    verbs = next(a.choices for a in parser._actions if isinstance(a.choices, dict))
    for verb in verbs.values():
        verb.format_help()  # a stray % in a help text would raise here


# ---- with the solver ------------------------------------------------------------------------


def test_propose_writes_everything(schools, tmp_path, capsys):
    out = tmp_path / "out"
    code = main(
        [
            *("solve", "--schools", str(schools), "--clusters", "3", "--out", str(out)),
            *("--balance", "pupils=0.3", "--together", "100,101", "--time", "5", "--quiet"),
            *("--pot", "18000000"),
        ]
    )
    assert code == DONE
    names = {path.name for path in out.iterdir()}
    assert names == {
        *("plan.csv", "plan.gpkg", "pot.csv", "split.csv", "split_by_school.csv"),
        *("run.json", "report.html"),
    }
    assert len(rows_of(out / "plan.csv")) == 9
    total = sum(Decimal(row["total"]) for row in rows_of(out / "split.csv"))
    assert total == Decimal("18000000.00")
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))
    said = capsys.readouterr().out
    assert "keeps all" in said
    assert "report.html" in said


def test_no_plan_ends_with_3_and_writes_nothing(schools, tmp_path, capsys):
    out = tmp_path / "out"
    arguments = ["solve", "--schools", str(schools), "--clusters", "3", "--out", str(out)]
    assert main([*arguments, "--sizes", "4-4", "--time", "5", "--quiet"]) == NO_PLAN
    assert capsys.readouterr().err.startswith("clusters: ")
    assert not out.exists()


def test_an_interruption_ends_with_4_only_where_a_plan_was_written(
    schools, tmp_path, monkeypatch, capsys
):
    from dataclasses import replace

    from clusters import solver

    out = tmp_path / "out"
    words = ["solve", "--schools", str(schools), "--clusters", "3", "--out", str(out), "--quiet"]
    solve = solver.solve

    def stopped(*given, **more):
        return replace(solve(*given, **more), stopped="interrupted")

    def too_early(*given, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr(solver, "solve", too_early)
    assert main(words) == INTERRUPTED == 130
    assert not out.exists()
    assert "before there was a plan" in capsys.readouterr().err
    monkeypatch.setattr(solver, "solve", stopped)
    assert main([*words, "--time", "3"]) == STOPPED_EARLY == 4
    assert len(rows_of(out / "plan.csv")) == 9
    assert (out / "report.html").exists()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SIGINT is sent another way on Windows")
def test_interrupted_search_keeps_its_best_plan_and_ends_with_4(tmp_path):
    out, table = tmp_path / "out", tmp_path / "schools.csv"
    rng = np.random.default_rng(3)  # too large a town to be proved meanwhile
    places = zip(*rng.uniform(400_000, 409_000, (2, 240)), rng.integers(5, 80, 240), strict=True)
    rows = [f"{p},School {p},{x:.0f},{y:.0f},{need}" for p, (x, y, need) in enumerate(places, 1)]
    table.write_text("\n".join(["urn,name,easting,northing,need", *rows]))
    words = ["solve", "--schools", str(table), "--clusters", "20", "--balance", "need=0.02"]
    program = subprocess.Popen(
        [sys.executable, "-m", "clusters", *words, "--time", "120", "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in program.stderr:
        if "gap" in line:
            break
    program.send_signal(signal.SIGINT)
    _, error = program.communicate(timeout=60)
    assert program.returncode == 4, error
    assert (out / "plan.csv").exists()


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real data in ../shared are not here")
def test_the_real_job_in_one_command(tmp_path):
    out = tmp_path / "out"
    code = main(
        [
            *("solve", "--schools", str(SHARED / "schools_jan2019_mainstream_kirklees.csv")),
            *("--clusters", "18", "--balance", "pupils=0.25", "--travel-by", "pupils"),
            *("--together-file", f"{SHARED / 'pyramid_shelley.csv'}:URN_2019"),
            *("--except-together", "balance", "--time", "20", "--quiet"),
            *("--pot", "18000000", "--out", str(out)),
        ]
    )
    assert code == DONE
    assert len(rows_of(out / "split.csv")) == 18
    total = sum(int(row["total_pence"]) for row in rows_of(out / "split.csv"))
    assert total == 1_800_000_000


def test_warm_compiles_beforehand(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["warm"]) == 0
    assert "Ready after" in capsys.readouterr().out
