"""The same call on a cluster of dask, whose workers are killed."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter

import pytest

import clusters as cl
from tests.study.answers import begun, case, cases, fragile, noted

distributed = pytest.importorskip("distributed", reason="needs dask: pip install clusters[scale]")
pytestmark = [
    # of dask itself, when its workers are killed and when it ends
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(os.name == "nt", reason="signals of POSIX"),
]


@pytest.fixture
def cluster():
    """Two workers of one thread each."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as made:
        yield made


def pids(client) -> list[int]:
    return list(client.run(os.getpid).values())


@pytest.mark.slow
def test_a_study_on_a_cluster_survives_the_loss_of_a_worker(cluster, tmp_path):
    log, store = tmp_path / "log", tmp_path / "store"
    made = cases(8, log=log, wait=0.2)
    with distributed.Client(cluster) as client:
        victims = pids(client)

        def kill() -> None:
            while len(begun(log)) < 3:
                time.sleep(0.02)
            os.kill(victims[0], signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        done = cl.study.run(made, store, executor=client, using=noted)
        killer.join()
        assert client.submit(int).result() == 0  # it is left as it was
        again = cl.study.run(made, store, executor=client.get_executor(), using=noted)
    assert done.to_frame()["value"].tolist() == [10 * k for k in range(1, 9)]
    assert len(list((store / "cases").iterdir())) == 8
    counts = Counter(begun(log))
    assert set(counts) == {str(k) for k in range(1, 9)}
    assert sum(counts.values()) <= 8 + 2  # what ran on the worker, or lay there done
    assert again.found == 8


@pytest.mark.slow
def test_a_case_that_kills_every_worker_is_a_row(cluster, tmp_path):
    log = tmp_path / "log"
    made = [case("always", seed=9, log=log, dies="always"), *cases(3, log=log)]
    with distributed.Client(cluster) as client:
        frame = cl.study.run(made, tmp_path / "s", executor=client, using=fragile).to_frame()
    assert frame["status"].tolist() == ["lost", "done", "done", "done"]


@pytest.mark.slow
@pytest.mark.long
def test_real_searches_with_workers_killed_at_random(cluster, tmp_path):
    problem = cl.datasets.load_problem()
    rows = [
        {"name": f"{k}/{s}", "rules.n_clusters": k, "settings.seed": s}
        for k in (16, 17, 18, 19, 20)
        for s in (1, 2, 3, 4)
    ]
    made = cl.study.cases(
        rows,
        problem,
        rules=cl.Rules(n_clusters=1, balance={"pupils": 0.25}),
        priorities=cl.Priorities(travel_by="pupils"),
        settings=cl.Settings(work_limit=2.0, time_limit_s=None),
    )
    rng, ended = random.Random(5), threading.Event()
    killed = []
    with distributed.Client(cluster) as client:

        def kill() -> None:
            while not ended.wait(rng.uniform(3, 6)):
                try:
                    victim = rng.choice(pids(client))
                    os.kill(victim, signal.SIGKILL)
                    killed.append(victim)
                except (OSError, IndexError, RuntimeError):
                    continue

        killer = threading.Thread(target=kill)
        killer.start()
        frame = cl.study.run(made, tmp_path, executor=client).to_frame()
        ended.set()
        killer.join()
    assert killed
    assert set(frame["status"]) <= {"feasible", "optimal"}
    assert frame["key"].nunique() == len(made) == len(list((tmp_path / "cases").iterdir()))
    for one in made[:2]:
        alone = cl.solve(one.problem, one.rules, one.priorities, one.settings)
        assert frame.loc[one.name, "objective"] == alone.objective
