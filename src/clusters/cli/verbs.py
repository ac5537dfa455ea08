"""What each verb does: read, call the library, write, say where to look."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from clusters.cli import inputs, questions
from clusters.cli.files import in_options
from clusters.cli.output import Folder, say
from clusters.cli.pack import write_pack
from clusters.cli.study import study
from clusters.domain import Plan, Priorities, Problem, Rules, check_rules


def demo(chosen: Namespace) -> bool:
    """Run the main job on the packaged authority."""
    from clusters import datasets
    from clusters.cli.arguments import parse

    say("Reading the packaged authority: synthetic, its schools and pupils are made up.")
    problem = datasets.load_problem()
    rules = Rules(
        n_clusters=chosen.clusters,
        balance={"pupils": 0.25},
        together=[members for members in problem.pyramids.values() if len(members) >= 15],
        exceptions={
            members[0]: {"balance": None}
            for members in problem.pyramids.values()
            if len(members) >= 15
        },
    )
    chosen.title = "Proposed clusters for SEND support (made-up data)"
    chosen.source = ["The packaged synthetic authority of this library. Every school is made up."]
    chosen.schools = [str(datasets.path(name)) for name in ("schools", "need", "expertise")]
    # whatever the demonstration does not set is as it is for the verb without its option
    files = [word for file in chosen.schools for word in ("--schools", file)]
    usual = parse(["solve", *files, "--clusters", str(chosen.clusters)])
    for name, value in vars(usual).items():
        if name not in chosen:
            setattr(chosen, name, value)
    return _solve(chosen, problem, rules, Priorities(travel_by="pupils"))


def check(chosen: Namespace) -> bool:
    """Say what was read, and check a plan."""
    from clusters.geography import parts
    from clusters.verifier import verify

    problem = inputs.read_problem(chosen)
    _describe(problem)
    if problem.edges is not None:
        pieces = parts(problem)
        if len(pieces) > 1:
            say(f"The map falls into {len(pieces)} parts that no neighbours join:")
            for piece in pieces[1:]:
                names = [problem.school(key).name for key in piece[:5]]
                say(f"  {len(piece)} schools: {', '.join(names)}")
    rules = inputs.make_rules(chosen)
    priorities = inputs.make_priorities(chosen, problem)
    decisions = inputs.read_chosen_decisions(chosen)
    if chosen.plan is not None:
        plan = inputs.read_one_plan(chosen.plan, problem, chosen)
    elif decisions is not None:
        plan = decisions.plan
    else:
        if rules is not None:
            check_rules(problem, rules, priorities)
            say("The rules fit the data. Give --plan to check a plan against them.")
        return False
    rules = rules or _any_rules(problem)
    say(verify(problem, rules, plan, priorities).summary())
    return False


def solve(chosen: Namespace) -> bool:
    """Find the best plan, split the money, write everything."""
    problem = inputs.read_problem(chosen)
    _describe(problem)
    return _solve(
        chosen, problem, inputs.needed_rules(chosen), inputs.make_priorities(chosen, problem)
    )


def _like(priorities: Priorities, decisions: Any) -> Plan | None:
    """Find the plan whose names the clusters should keep: that of the meeting, else today's."""
    plan = priorities.reference if decisions is None else decisions.plan
    return plan if isinstance(plan, Plan) else None


def _solve(chosen: Namespace, problem: Problem, rules: Rules, priorities: Priorities) -> bool:
    from clusters.cli.progress import show_progress
    from clusters.report.wording.words import proof_sentence
    from clusters.solver import solve
    from clusters.verifier import verify

    split_settings = _money_settings(chosen, problem)  # refused before the search, not after it
    folder = Folder(chosen.out)
    settings = inputs.make_settings(chosen)
    decisions = inputs.read_chosen_decisions(chosen)
    with show_progress(quiet=chosen.quiet, seconds=chosen.time) as on_progress:
        result = solve(
            problem,
            rules,
            priorities,
            settings,
            on_progress=on_progress,
            start=None if decisions is None else decisions.plan,
        )
    like = _like(priorities, decisions)
    result = replace(result, plan=inputs.with_labels(problem, result.plan, like))
    certificate = verify(problem, rules, result.plan, priorities)
    say(certificate.summary())
    say(proof_sentence(result, priorities))
    split = _split(problem, result.plan, split_settings)
    folder.plan(problem, result.plan)
    if split is not None:
        folder.split(split)
    folder.run(
        chosen,
        problem=problem,
        rules=rules,
        priorities=priorities,
        settings=settings,
        result=result,
        split=split,
        minutes=() if decisions is None else decisions.minutes(),
        reading=getattr(chosen, "reading", None),
    )
    folder.page(
        chosen, problem, {"Proposal": result}, rules=rules, priorities=priorities, split=split
    )
    folder.say_where()
    return bool(result.stopped == "interrupted")


def fund(chosen: Namespace) -> bool:
    """Split the money between the clusters of a plan."""
    schools, problem = inputs.read_data(chosen)
    plan = inputs.read_one_plan(chosen.plan, problem, chosen)
    split = _split(problem, plan, _money_settings(chosen, problem))
    _say_money(split)
    say(in_options(schools.report.summary()))
    folder = Folder(chosen.out)
    folder.split(split)
    if chosen.payments is not None:
        folder.payments(inputs.make_payments(chosen, split))
    folder.run(chosen, problem=problem, split=split)
    folder.page(chosen, problem, {Path(chosen.plan).stem: plan}, split=split)
    folder.say_where()
    return False


def _say_money(split: Any) -> None:
    """Say first what there is to share, and by which formula."""
    from clusters.money import pounds

    say(f"The pot: {pounds(split.pot.total_pence)}.")
    for step, sum_ in split.pot.steps.items():
        say(f"  less {step}: {pounds(sum_)}")
    say(f"  shared by the formula: {pounds(split.pot.flexible_pence)}")
    weights = " + ".join(f"{float(w):g} x {name}" for name, w in split.formula.weights.items())
    units = f": {split.formula.unit}s = {weights}" if weights else ""
    say(f"The formula ({split.formula.name}){units}.")
    for factor in split.factors:
        say(f"  {factor.name.replace('_', ' ')}: {pounds(factor.total_pence)}")
    for note in split.notes[1:]:
        say(f"  {note}")


def report(chosen: Namespace) -> bool:
    """Write the pack on several options."""
    problem = inputs.read_problem(chosen)
    options: dict[str, Plan] = {}
    like: Plan | None = None
    inputs.check_names(name for name, _ in chosen.plan)
    for name, path in chosen.plan:
        plan = inputs.with_labels(problem, inputs.read_one_plan(path, problem, chosen), like)
        options[name] = plan
        like = like or plan
    _check_risk(chosen)
    first = inputs.recommended(chosen, options)
    split = _split(problem, options[first], _money_settings(chosen, problem))
    folder = Folder(chosen.out)
    write_pack(
        chosen,
        problem,
        options,
        rules=inputs.make_rules(chosen),
        priorities=inputs.make_priorities(chosen, problem),
        split=split,
        folder=folder,
    )
    folder.say_where()
    return False


def options(chosen: Namespace) -> bool:
    """Make several options, and write the whole pack on them."""
    from clusters.cli.progress import show_progress
    from clusters.options import propose

    problem = inputs.read_problem(chosen)
    _describe(problem)
    rules, priorities = inputs.needed_rules(chosen), inputs.make_priorities(chosen, problem)
    money = _money_settings(chosen, problem)  # refused before the search, not after it
    _check_risk(chosen)
    settings = inputs.make_settings(chosen)
    decisions = inputs.read_chosen_decisions(chosen)
    with show_progress(quiet=chosen.quiet, seconds=chosen.time) as on_progress:
        found = propose(
            problem,
            rules,
            priorities,
            settings,
            n_options=chosen.n_options,
            ceiling=chosen.ceiling,
            min_difference=chosen.min_difference,
            themes=chosen.theme or None,
            on_progress=on_progress,
        )
    say(found.summary())
    like = _like(priorities, decisions)
    made: dict[str, Any] = {}
    for name, option in found.items():
        plan = inputs.with_labels(problem, option.plan, like)
        made[name] = replace(option.result, plan=plan)
        like = like or plan
    today = priorities.reference
    if isinstance(today, Plan):
        made.setdefault("Today", today)
    first = inputs.recommended(chosen, made)
    split = _split(problem, getattr(made[first], "plan", made[first]), money)
    folder = Folder(chosen.out)
    folder.plans(problem, {name: getattr(one, "plan", one) for name, one in made.items()})
    write_pack(
        chosen,
        problem,
        made,
        rules=rules,
        priorities=priorities,
        split=split,
        folder=folder,
        settings=settings,
        result=None if chosen.audience == "public" else made.get(first),
    )
    folder.say_where()
    return any(getattr(one, "stopped", "") == "interrupted" for one in made.values())


def workbench(chosen: Namespace) -> bool:
    """Write the page for a meeting, or serve it until Ctrl-C."""
    from clusters.workbench import serve_workbench, write_workbench

    problem = inputs.read_problem(chosen)
    path, chosen.decisions = chosen.decisions, None  # its pins are the page's, not rules
    rules = inputs.make_rules(chosen)
    options = {name: inputs.read_one_plan(file, problem, chosen) for name, file in chosen.plan}
    options = {name: inputs.with_labels(problem, plan) for name, plan in options.items()}
    rules = rules or _any_rules(problem)
    money = _money_settings(chosen, problem) or (None, None)
    given = (problem, rules, options, inputs.make_priorities(chosen, problem))
    more: dict[str, Any] = {"pot": money[0], "formula": money[1], "title": chosen.title}
    if chosen.file is not None:
        written = write_workbench(
            chosen.file, *given, decisions=path, audience=chosen.audience, **more
        )
        say(f"Written to {written.resolve()}: open it in a browser; it needs nothing else.")
        return False
    with serve_workbench(
        *given,
        decisions=path or "decisions.json",
        port=chosen.port,
        open_browser=not chosen.no_browser,
        **more,
    ) as session:
        say(f"The workbench is open at {session.url}")
        say(f"Every change is saved in {session.path}. Ctrl-C ends it.")
        try:
            session.wait()
        except KeyboardInterrupt:
            say("The workbench is closed; what was saved stays.")
    return False


def _any_rules(problem: Problem) -> Rules:
    """Make rules that every plan keeps."""
    return Rules(n_clusters=(1, len(problem)), contiguous=False)


def _check_risk(chosen: Namespace) -> None:
    """Refuse what --risk asks for before anything takes time."""
    from clusters.errors import MoneyError

    if chosen.risk is None:
        return
    if chosen.pot is None:
        raise MoneyError.of("--risk is given without money", "give --pot as well")
    inputs.read_risk(chosen.risk)


def _money_settings(chosen: Namespace, problem: Problem) -> tuple[Any, Any, Any] | None:
    if chosen.pot is None:
        return None
    pot = inputs.make_pot(chosen, problem)
    return pot, inputs.make_formula(chosen, problem), inputs.make_protection(chosen)


def _split(problem: Problem, plan: Plan, settings: tuple[Any, Any, Any] | None) -> Any:
    from clusters.budget import split_budget

    return None if settings is None else split_budget(problem, plan, *settings)


def _describe(problem: Problem) -> None:
    neighbours = 0 if problem.edges is None else len(problem.edges)
    say(f"{len(problem):,} schools, {neighbours:,} pairs of neighbours.")


def warm(_chosen: Namespace) -> bool:
    """Compile the search, so that the first one on this machine need not wait."""
    import time

    from clusters.search.warm_up import compiling

    begin = time.monotonic()
    say("Compiling the search. This is done once on each machine.")
    for _ in compiling():
        pass
    say(f"Ready after {time.monotonic() - begin:.0f} s.")
    return False


VERBS: Mapping[str, Callable[[Namespace], bool]] = {
    "demo": demo,
    "check": check,
    "solve": solve,
    "options": options,
    "compare": questions.compare,
    "explain": questions.explain,
    "repair": questions.repair,
    "fund": fund,
    "report": report,
    "workbench": workbench,
    "study": study,
    "warm": warm,
}
"""Each verb returns whether the search was interrupted."""
