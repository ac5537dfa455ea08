"""The program of one search: a task comes in, lines of JSON go out, "stop" ends it early."""

from __future__ import annotations

import json
import os
import pickle
import sys
import threading
from typing import Any

from clusters.domain import Plan
from clusters.errors import ClustersError
from clusters.workbench import library


def main() -> None:
    """Read the task, search, answer."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print must not stand among the answers
    source = sys.stdin.buffer
    kind, problem, rules, plan, priorities, seconds = pickle.loads(
        source.read(int(source.readline()))
    )
    stopped = threading.Event()

    def listen() -> None:
        source.readline()
        stopped.set()

    def send(reply: dict[str, Any]) -> None:
        out.write(json.dumps(reply) + "\n")
        out.flush()

    def on_progress(progress: Any) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        send({"progress": {"phase": str(progress.phase).capitalize(), "gap": progress.gap}})

    threading.Thread(target=listen, daemon=True).start()
    try:
        library.prepare()
        send({"ready": True})
        if kind == "repair":
            reply = _of_repair(library.repaired(problem, rules, plan, priorities, seconds))
        elif kind == "best":
            reply = _of_result(library.best(problem, rules, plan, priorities, seconds, on_progress))
        else:
            reply = {"said": library.conflict(problem, rules, priorities, seconds).summary()}
    except ClustersError as error:
        reply = {"error": str(error), "conflict": list(getattr(error, "conflict", ()))}
    except KeyboardInterrupt:
        reply = {"error": "Stopped before there was a plan; the plan on the table is as it was."}
    send(reply)
    out.close()
    os._exit(0)  # the thread that listens is not waited for


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """Put a plan into the form of the decisions file."""
    return {
        "clusters": [
            {
                "label": cluster.label,
                "centre": cluster.centre,
                "members": [{"urn": key} for key in cluster.members],
            }
            for cluster in plan.clusters
        ]
    }


def _of_repair(repair: Any) -> dict[str, Any]:
    return {
        "said": repair.sentence,
        "plan": plan_to_json(repair.plan),
        "certificate": repair.certificate.to_dict(),
    }


def _of_result(result: Any) -> dict[str, Any]:
    return {
        "said": result.summary(),
        "plan": plan_to_json(result.plan),
        "certificate": result.certificate.to_dict(),
        "proved": result.status == "optimal",
    }


if __name__ == "__main__":
    main()
