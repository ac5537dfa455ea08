"""The verb `study`: many searches from one file, resumed where an earlier call ended."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clusters.cli.output import say

__all__ = ["add_study", "study"]

_EVERY_S = 10.0
_TABLE = "cases.csv"


def add_study(verbs: Any) -> None:
    """Add the verb to the command line."""
    words = "run many searches from one file: authorities, rules, seeds, perturbed data"
    verb = verbs.add_parser(
        "study",
        help=words,
        description=f"{words[:1].upper()}{words[1:]}. What is done is kept at once: the same "
        "command goes on where it was stopped. docs/scale.md describes the file.",
        allow_abbrev=False,
    )
    verb.add_argument("file", metavar="FILE", help="the study, as TOML")
    verb.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="processes on this machine, one case in each; the file's where not given, else "
        "one case after the other",
    )
    verb.add_argument(
        "--cluster", metavar="ADDRESS", help="of a dask scheduler, such as tcp://10.0.0.1:8786"
    )
    verb.add_argument(
        "--store", metavar="DIR", help="where the answers are kept; the file's where not given"
    )
    verb.add_argument(
        "--plans", metavar="DIR", help="write the plan of each case that has one, as CSV"
    )
    verb.add_argument("--quiet", action="store_true", help="show no progress")


def study(chosen: Namespace) -> bool:
    """Run the cases of a file that its store does not hold, and write the table of all."""
    from clusters import study as studies
    from clusters.errors import ArgumentError
    from clusters.text import counted
    from clusters.writers import write_frame

    if chosen.workers is not None and chosen.cluster is not None:
        what = "both --workers and --cluster are given"
        raise ArgumentError.of(what, "give one of them")
    say(f"Reading {Path(chosen.file).name} and the authorities that it names ...")
    file = studies.read_file(chosen.file)
    store = Path(chosen.store) if chosen.store else file.store
    workers, cluster = file.workers, file.cluster
    if chosen.workers is not None or chosen.cluster is not None:
        workers, cluster = chosen.workers, chosen.cluster
    say(f"{Path(chosen.file).name}: {counted(len(file.cases), 'case')}, kept in {store}.")
    with _client(cluster) as client, _shown(quiet=chosen.quiet) as on_progress:
        done = studies.run(
            file.cases,
            store,
            workers=workers,
            executor=client,
            on_progress=on_progress,
            attempts=file.attempts,
        )
    say(done.summary())
    say(f"The table is in {write_frame(store / _TABLE, done.to_frame().reset_index())}.")
    if chosen.plans is not None:
        _write_plans(done, file.cases, Path(chosen.plans))
    if done.interrupted:
        say(f"To go on: python -m clusters study {chosen.file}")
    return bool(done.interrupted)


def _write_plans(done: Any, cases: Any, folder: Path) -> None:
    from clusters.text import counted
    from clusters.writers import write_plan

    folder.mkdir(parents=True, exist_ok=True)
    problems = {case.name: case.problem for case in cases if hasattr(case, "problem")}
    names: set[str] = set()
    for name, plan in done.plans():
        stem = "".join(c if c.isalnum() or c in " -_." else "-" for c in name)
        while stem.casefold() in names:
            stem += "+"
        names.add(stem.casefold())
        write_plan(folder / f"{stem}.csv", problems[name], plan)
    say(f"{counted(len(names), 'plan')} written to {folder}.")


@contextmanager
def _client(address: str | None) -> Iterator[Any]:
    """Join a cluster for a while; None where no address is given."""
    if address is None:
        yield None
        return
    from clusters.errors import DataError, MissingLibraryError

    try:
        from distributed import Client
    except ImportError:
        msg = "--cluster needs dask.distributed: pip install clusters[scale]"
        raise MissingLibraryError(msg) from None
    try:
        client = Client(address, timeout="20s")
    except (OSError, ValueError) as error:
        remedy = "start one with: dask scheduler; and workers with: dask worker ADDRESS"
        raise DataError.of(f"no dask scheduler answers ({error})", remedy, where=address) from None
    with client:
        yield client


# ---- progress -----------------------------------------------------------------------------------


@contextmanager
def _shown(*, quiet: bool) -> Iterator[Callable[[Any], None] | None]:
    """Show how far the study is: a live line on a terminal, lines of a log elsewhere."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        from rich.console import Console

        with Console(stderr=True).status("Starting; Ctrl-C keeps what is done") as status:
            yield lambda progress: status.update(f"{_line(progress)}; Ctrl-C keeps what is done")
    else:
        yield _log()


def _log() -> Callable[[Any], None]:
    last = [float("-inf")]

    def log(progress: Any) -> None:
        now = time.monotonic()
        if now - last[0] >= _EVERY_S or progress.done == progress.total:
            last[0] = now
            print(_line(progress), file=sys.stderr, flush=True)

    return log


def _line(progress: Any) -> str:
    """Put the state of a study into one line.

    Examples
    --------
    >>> _line(Namespace(done=312, total=1000, found=0, failed=2, seconds=95.0, left_s=4000.0))
    '312 of 1,000 cases, 2 with something wrong, 95 s so far, about 1 h 7 min left'
    """
    parts = [f"{progress.done:,} of {progress.total:,} cases"]
    if progress.found:
        parts.append(f"{progress.found:,} of them from earlier calls")
    if progress.failed:
        parts.append(f"{progress.failed:,} with something wrong")
    parts.append(f"{_time(progress.seconds)} so far")
    if progress.left_s is not None and progress.done < progress.total:
        parts.append(f"about {_time(progress.left_s)} left")
    return ", ".join(parts)


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
