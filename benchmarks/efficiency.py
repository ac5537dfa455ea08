"""``python -m benchmarks.efficiency``: how well a study uses several cores of this machine.

The same cases (the packaged authority, another seed each) run in one process, then in several.
Three figures, as a busy machine blurs the first:

- by the clock: cases a second with several, divided by that many times cases a second with one,
  from the first answer to the last;
- busy: the share of their time that the workers spent on cases, not waiting for one;
- work: CPU seconds of a case alone, divided by those of a case beside others.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence

import pandas as pd

import clusters as cl
from benchmarks.row import machine, now

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.efficiency", description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cases", type=int, default=12, help="for each worker")
    parser.add_argument("--work", type=float, default=5.0, help="work limit of a case")
    given = parser.parse_args(arguments)
    print(f"{now()}, {machine()}")
    alone = _measured(1, given.cases, given.work)
    beside = _measured(given.workers, given.cases * given.workers, given.work)
    for name, row in (("1 worker", alone), (f"{given.workers} workers", beside)):
        print(
            f"{name}: {row['cases']:.0f} cases, {row['rate']:.3f} a second, {row['cpu']:.2f} CPU s "
            f"each, busy {100 * row['busy']:.1f}%, at most {row['memory']:.0f} MB a worker, "
            f"{row['begin']:.1f} s until the first answer"
        )
    clock = beside["rate"] / (given.workers * alone["rate"])
    work = alone["cpu"] / beside["cpu"]
    busy = beside["busy"] * work
    print(f"Efficiency: by the clock {100 * clock:.0f}%, busy x work {100 * busy:.0f}%")
    return 0


def _measured(workers: int, count: int, work: float) -> pd.Series:
    problem = cl.datasets.load_problem()
    rows = [{"settings.seed": seed} for seed in range(1, count + 1)]
    cases = cl.study.cases(
        rows,
        problem,
        rules=cl.Rules(n_clusters=18, balance={"pupils": 0.25}),
        priorities=cl.Priorities(travel_by="pupils"),
        settings=cl.Settings(work_limit=work),
    )
    with tempfile.TemporaryDirectory() as store:
        study = cl.study.run(cases, store, workers=workers)
        frame = study.to_frame()
    ended = pd.to_datetime(frame["finished_at"]).sort_values()
    later = frame.loc[ended.index[workers:]]  # a worker's first case waits for its imports
    span = (ended.iloc[-1] - ended.iloc[workers - 1]).total_seconds()
    return pd.Series(
        {
            "cases": len(frame),
            "rate": len(later) / span,
            "cpu": later["cpu_s"].mean(),
            "busy": later["took_s"].sum() / (workers * span),
            "memory": frame["memory_mb"].max(),
            "begin": study.seconds - span,
        }
    )


if __name__ == "__main__":
    raise SystemExit(main())
