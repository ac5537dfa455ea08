"""The benchmarks: formats read rightly, the same figures for every method, pages filled by code."""

from __future__ import annotations

from pathlib import Path

import pytest

import clusters as cl
from benchmarks.__main__ import main
from benchmarks.case import Case, Known, Task
from benchmarks.documents import BEGIN, END, write_docs
from benchmarks.formats import (
    read_authority,
    read_capacitated,
    read_districts,
    with_nearest_secondary,
)
from benchmarks.measuring import NotApplicableError, Peer, centred, run_case, run_peer
from benchmarks.peers import PEERS, installed
from benchmarks.synthetic import draw_region
from benchmarks.writing import percent, read_curves, read_results, write_csv, write_curves
from tests.worlds import world

DISTRICTS = """4
0 0.0 0.0 5 2 1 0
1 1.0 0.0 5 2 1 0
2 5.0 0.0 5 2 1 0
3 6.0 0.0 5 2 1 0
3
0 1
1 2
2 3
0 2 0.05 0.05 0.05
"""


def _task(picture: str = "5 2 4 1\n3 4 2 6\n1 7 3 2") -> Task:
    rules = cl.Rules(n_clusters=2, balance={"pupils": 0.3})
    return Task(problem=world(picture), rules=rules, priorities=cl.Priorities(travel_by="schools"))


def _case(task: Task | None = None, known: float | None = None) -> Case:
    return Case(
        family="peers",
        name="drawn",
        load=lambda: task or _task(),
        known=None if known is None else Known(value=known, proved=True, source="by hand"),
    )


# ---- formats ------------------------------------------------------------------------------------


def test_districts(tmp_path: Path) -> None:
    path = tmp_path / "d.dat"
    path.write_text(DISTRICTS)
    task = read_districts(path)
    assert list(task.problem.neighbour_pairs()) == [(0, 1), (1, 2), (2, 3)]
    assert task.rules.balance == {"w1": 0.05, "w2": 0.05, "w3": 0.05}
    assert task.rules.n_clusters == 2
    result = cl.solve(task.problem, task.rules, task.priorities, cl.Settings(time_limit_s=10))
    assert (result.status, result.objective) == ("optimal", 2.0)


@pytest.mark.parametrize(("truncated", "distance"), [(True, 1.0), (False, 2**0.5)])
def test_capacitated(tmp_path: Path, truncated: bool, distance: float) -> None:
    path = tmp_path / "c.txt"
    path.write_text("3 1\n0 0 30 10\n1 1 30 10\n9 9 30 10\n")
    task = read_capacitated(path, truncated=truncated)
    assert task.problem.distance_m[0, 1] == pytest.approx(distance)
    assert task.rules.limits == {"demand": (None, 30.0)}
    assert not task.rules.contiguous


def test_capacities_that_differ_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.txt"
    path.write_text("2 1\n0 0 30 10\n1 1 20 10\n")
    with pytest.raises(ValueError, match="differ"):
        read_capacitated(path, truncated=False)


def test_authority(tmp_path: Path) -> None:
    (tmp_path / "instance.csv").write_text("id,x_km,y_km,need\n7,0,0,5\n8,1.5,0,6\n9,3,0,7\n")
    (tmp_path / "gabriel.gal").write_text("0 3 x y\n7 1\n8\n8 2\n7 9\n9 1\n8\n")
    task = read_authority(tmp_path, share=0.1, k=1)
    assert list(task.problem.neighbour_pairs()) == [("7", "8"), ("8", "9")]
    assert task.problem.distance_m[0, 1] == 1500
    assert task.per == 18


def test_the_stand_in_pyramids_are_the_nearest_secondaries() -> None:
    problem = world("1 1 1 1", phases="p s p s")
    named = with_nearest_secondary(problem.schools)
    assert [s.pyramid for s in named] == ["School 2", "School 2", "School 2", "School 4"]


def test_the_synthetic_region_is_the_same_every_time() -> None:
    first, again = (draw_region(60, 6, share=0.25) for _ in range(2))
    assert first.problem.measures["need"].tolist() == again.problem.measures["need"].tolist()
    assert (first.problem.edges == again.problem.edges).all()


# ---- measuring ----------------------------------------------------------------------------------


def test_a_run_holds_the_figures_of_the_verifier() -> None:
    row, curve = run_case(_case(known=8000.0), seconds=10, seed=1, workers=None)
    assert row.status == "optimal"
    assert row.keeps_rules
    assert row.objective == row.bound
    assert row.objective is not None
    assert row.deviation == pytest.approx(row.objective / 8000 - 1)
    assert row.first_plan_s is not None
    assert row.highest_balance is not None
    assert row.highest_balance <= 0.3
    assert curve.points[-1][1:] == (row.objective, row.bound)


def test_a_peer_is_measured_the_same_way() -> None:
    halves = Peer("halves", "numpy", lambda _t, _s, _seed: ([p % 4 // 2 for p in range(12)], 1.0))
    row = run_peer(_case(), halves, seconds=1, seed=1)
    assert (row.status, row.clusters, row.contiguous, row.bound) == ("found", 2, True, 1.0)


def test_a_peer_that_cannot_says_so() -> None:
    def refuse(_task: Task, _seconds: float, _seed: int) -> tuple[list[int], None]:
        msg = "it needs neighbours"
        raise NotApplicableError(msg)

    row = run_peer(_case(), Peer("none", "numpy", refuse), seconds=1, seed=1)
    assert row.status == "not run: it needs neighbours"
    assert row.objective is None


def test_a_plan_of_a_peer_is_centred_at_the_least_travel() -> None:
    plan = centred(_task("1 1 1 9"), [0, 0, 0, 1])
    assert [cluster.centre for cluster in plan.clusters] == ["2", "4"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # other people's packages
@pytest.mark.parametrize("peer", PEERS, ids=[peer.name for peer in PEERS])
def test_the_installed_peers_run(peer: Peer) -> None:
    if not installed(peer):
        pytest.skip(f"{peer.package} is not installed (the extra 'peers')")
    task = draw_region(60, 5, share=0.3)
    row = run_peer(_case(task), peer, seconds=5, seed=1)
    assert row.status == "found"
    assert row.clusters == 5
    if row.bound is not None and row.keeps_rules and row.objective is not None:
        assert row.bound <= row.objective * (1 + 1e-6)


# ---- writing ------------------------------------------------------------------------------------


def test_results_go_to_a_csv_and_from_there_into_the_page(tmp_path: Path) -> None:
    row, curve = run_case(_case(), seconds=10, seed=1, workers=None)
    path = write_csv(tmp_path / "results", [row])
    write_curves(path, [curve])
    assert len(read_curves(path.parent, "peers")["drawn", "1"]) == len(curve.points)
    assert read_results(tmp_path / "results")[0]["case"] == "drawn"
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    assert write_docs(tmp_path / "results", page) == 1
    text = page.read_text()
    assert "old" not in text
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "| drawn | 1 | clusters |" in text
    picture = tmp_path / "pictures" / "benchmarks-peers.svg"
    drawn = picture.read_text()
    assert "<svg" in drawn
    assert write_docs(tmp_path / "results", page) == 1
    assert page.read_text() == text
    assert picture.read_text() == drawn
    assert "](pictures/benchmarks-peers.svg)" in text


def test_a_page_without_markers_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("no markers")
    with pytest.raises(ValueError, match="lacks"):
        write_docs(tmp_path, page)


def test_percentages() -> None:
    assert [percent(v) for v in (None, 0.0123, 1e-9)] == ["-", "1.230%", "0.000%"]
    assert percent(0.01, sign=True) == "+1.000%"


def test_the_command_line_runs_a_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--family", "large", "--instances", "500-52", "--seconds", "1", "--out", str(tmp_path)]
    assert main([*given, "--list"]) == 0
    assert "500-52" in capsys.readouterr().out
    assert main(given) == 0
    assert list(tmp_path.glob("*-large.csv"))
    assert main(["--family", "cpmp", "--shared", str(tmp_path)]) == 2


# ---- the results that are published -------------------------------------------------------------

RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "results"


def test_no_bound_is_above_a_known_optimum_or_the_best_plan_of_any_run() -> None:
    rows = read_results(RESULTS)
    assert rows
    lowest: dict[tuple[str, str], float] = {}
    for row in rows:
        case = (row["family"], row["case"])
        costs = [float(row["known"])] if row["known"] and row["known_proved"] == "True" else []
        if row["keeps_rules"] == "True":
            costs.append(float(row["objective"]))
        lowest[case] = min([lowest.get(case, float("inf")), *costs])
    bounds = [(row, float(row["bound"])) for row in rows if row["bound"]]
    assert bounds
    wrong = [
        (row["case"], row["method"], row["seed"], bound)
        for row, bound in bounds
        if bound > lowest[row["family"], row["case"]] * (1 + 1e-6)
    ]
    assert wrong == []
