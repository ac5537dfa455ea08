"""The two ways to open the workbench: a file, or a page served on this computer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clusters.arguments import checked
from clusters.budget import Formula, Pot, Protection
from clusters.domain import Plan, PlanLike, Priorities, Problem, Rules, check_rules
from clusters.errors import DataError
from clusters.money import Amount
from clusters.readers.decisions import Decisions, is_decisions, read_decisions
from clusters.workbench import library
from clusters.workbench.bundle import page
from clusters.workbench.meeting import Meeting
from clusters.workbench.payload import AUDIENCES, fingerprint, payload
from clusters.workbench.session import Session
from clusters.writers.atomic import write_bytes

__all__ = ["serve_workbench", "write_workbench"]

TITLE = "Clusters: the workbench"


@checked
def write_workbench(
    path: str | os.PathLike[str],
    problem: Problem,
    rules: Rules,
    plan: PlanLike | Mapping[str, PlanLike],
    priorities: Priorities | None = None,
    *,
    pot: Pot | Amount | None = None,
    formula: Formula | None = None,
    protection: Protection | None = None,
    decisions: Decisions | str | os.PathLike[str] | None = None,
    title: str = TITLE,
    audience: str = "working group",
) -> Path:
    """Write the workbench as one HTML file that needs neither a network nor a program.

    The page works out sums, journeys, rules and money by itself, exactly as the library does, and
    says that a plan is not verified until the library has checked it.

    Parameters
    ----------
    path
        Where to write.
    problem, rules
        As for `verify`.
    plan
        The plan to begin with: a Plan, the result of `solve`, or a mapping from id to label; or
        several by name, of which the first is the one to begin with.
    priorities
        None for journeys, by need where it is known, else by pupils.
    pot, formula, protection
        As for `split_budget`; no money is shown without a pot. Floors and caps are worked out by
        the library only: the file then says that money is not yet worked out.
    decisions
        Of an earlier meeting, to go on from.
    title
        Of the page.
    audience
        "working group", or "public": a copy without counts of pupils, needs and money.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    DataError
        If the plan is no plan, the decisions belong to other schools, the audience is unknown, or
        the file cannot be written.
    RulesError
        If the rules do not fit the problem.
    MoneyError
        If the money cannot be split.

    Examples
    --------
    >>> import tempfile
    >>> from clusters import Plan, Problem, Rules
    >>> problem = Problem.from_arrays(
    ...     ["a", "b", "c"], [[0, 0], [900, 0], [2000, 0]], {"need": [5, 7, 6]}, [("a", "b")])
    >>> plan = Plan.from_assignment({"a": "a", "b": "a", "c": "c"})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = write_workbench(f"{folder}/meeting.html", problem, Rules(n_clusters=2), plan)
    ...     written.name
    'meeting.html'
    """
    meeting = _meeting(
        problem,
        rules,
        plan,
        priorities,
        money=_money(pot, formula, protection),
        decisions=_decisions(problem, decisions),
        title=title,
        audience=audience,
    )
    return write_bytes(path, page({**payload(**vars(meeting)), "server": None}).encode())


@checked
def serve_workbench(
    problem: Problem,
    rules: Rules,
    plan: PlanLike | Mapping[str, PlanLike],
    priorities: Priorities | None = None,
    *,
    pot: Pot | Amount | None = None,
    formula: Formula | None = None,
    protection: Protection | None = None,
    decisions: str | os.PathLike[str] = "decisions.json",
    title: str = TITLE,
    port: int = 0,
    open_browser: bool = True,
) -> Session:
    """Open the workbench in the browser, served on this computer only.

    The library answers there: certificate, money, why here, repair, best with these pins, why no
    plan. Every change is saved at once in the decisions file; where that file is there already, the
    meeting goes on from it.

    Parameters
    ----------
    problem, rules, plan, priorities, pot, formula, protection, title
        As for `write_workbench`.
    decisions
        Path of the decisions file, read at the start and written after every change.
    port
        To listen at; 0 for any free one.
    open_browser
        Whether to open the page; its address is `session.url` otherwise.

    Returns
    -------
    Session
        `session.plan` is the plan as it stands, `session.decisions` all that was saved;
        `session.close()` ends it, as does leaving a ``with`` block.

    Raises
    ------
    ImportError
        Without the extra "workbench" (starlette and uvicorn).
    DataError, RulesError, MoneyError
        As `write_workbench`.
    """
    path = Path(decisions)
    earlier = None
    if path.exists():
        if not is_decisions(path):
            raise DataError.of(
                "the file is no decisions file of the workbench, and would be replaced",
                "give another path",
                where=str(path),
            )
        earlier = _decisions(problem, path)
    meeting = _meeting(
        problem,
        rules,
        plan,
        priorities,
        money=_money(pot, formula, protection),
        decisions=earlier,
        title=title,
        audience="working group",
    )
    session = Session(meeting, path, port=port)
    if open_browser:
        session.open()
    return session


def _meeting(
    problem: Problem, rules: Rules, plan: Any, priorities: Priorities | None, **more: Any
) -> Meeting:
    """Check what a meeting is about before anything is written or served."""
    if more["audience"] not in AUDIENCES:
        raise DataError.of(
            f"there is no audience {more['audience']!r}", f"use one of {', '.join(AUDIENCES)}"
        )
    wanted = library.priorities_of(priorities)
    check_rules(problem, rules, wanted)
    options: Mapping[str, Plan] = library.options_of(problem, plan)
    return Meeting(problem=problem, rules=rules, options=options, priorities=wanted, **more)


def _money(
    pot: Pot | Amount | None, formula: Formula | None, protection: Protection | None
) -> library.Money | None:
    if pot is None:
        return None
    return library.Money(
        pot=pot if isinstance(pot, Pot) else Pot(pot),
        formula=Formula() if formula is None else formula,
        protection=protection,
    )


def _decisions(
    problem: Problem, given: Decisions | str | os.PathLike[str] | None
) -> Decisions | None:
    """Read decisions, and refuse those of other schools."""
    if given is None:
        return None
    found = given if isinstance(given, Decisions) else read_decisions(given)
    where = "decisions" if isinstance(given, Decisions) else Path(given).name
    unknown = [
        member.urn
        for cluster in found.saved.clusters
        for member in cluster.members
        if problem.find(member.urn) is None
    ]
    if unknown:
        raise DataError.of(
            f"the decisions name {len(unknown)} schools that these data do not have",
            "give the decisions of a meeting on the same schools"
            if found.problem != fingerprint(problem)
            else "check the ids",
            where=where,
            urn=unknown[0],
        )
    return found
