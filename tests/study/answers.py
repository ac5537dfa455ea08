"""Functions that answer a case in place of a search: quick, and with the faults that are wanted.

What they do is written into the labels of the case, so that they work in any process.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import clusters as cl
from tests.worlds import world

PROBLEM = world("""
    5 2 4
    3 4 2
""")
RULES = cl.Rules(n_clusters=2)


def case(name: str, seed: int = 1, rules: cl.Rules = RULES, **labels: Any) -> cl.study.Case:
    """Make a case that differs from the others by its seed."""
    labels = {key: str(v) if isinstance(v, Path) else v for key, v in labels.items()}
    return cl.study.Case(
        name=name,
        problem=PROBLEM,
        rules=rules,
        settings=cl.Settings(seed=seed, work_limit=1.0),
        labels=labels,
    )


def cases(count: int, **labels: Any) -> list[cl.study.Case]:
    """Make cases of different contents, called "1", "2", "3" ..."""
    return [case(str(k), seed=k, **labels) for k in range(1, count + 1)]


def noted(given: cl.study.Case) -> dict[str, Any]:
    """Note down that the case is begun, take the time that is asked for, answer with the seed."""
    labels = given.labels
    with open(str(labels["log"]), "a") as log:  # noqa: PTH123 - one write, at the end of the file
        log.write(f"{given.name}\n")
    time.sleep(float(labels.get("wait") or 0))
    return {"value": 10 * given.settings.seed}


def fragile(given: cl.study.Case) -> dict[str, Any]:
    """As `noted`; but "once" kills its worker the first time, and "always" each time."""
    answer = noted(given)
    kind = given.labels.get("dies")
    if kind == "always" or (kind == "once" and begun(given.labels["log"]).count(given.name) == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    return answer


def troubled(given: cl.study.Case) -> dict[str, Any]:
    """As `noted`; but a case fails in the way that its name says."""
    answer = noted(given)
    if given.name == "bug":
        return {"value": 1 / (given.settings.seed - given.settings.seed)}
    if given.name == "memory":
        raise MemoryError
    if given.name == "data":
        raise cl.DataError([cl.Fault(what=f"{k} is odd", remedy="correct it") for k in (1, 3)])
    if given.name == "infeasible":
        raise cl.InfeasibleError("These cannot hold.", ["one rule", "another"])
    if given.name == "late":
        raise cl.OutOfTimeError("No plan was found.")
    if given.name == "large":
        return {"value": "x" * 200_000}
    if given.name == "object":
        return {"value": object()}
    return answer


def begun(log: Any) -> list[str]:
    """Names of the cases that were begun, in order."""
    path = Path(str(log))
    return path.read_text().split() if path.exists() else []
