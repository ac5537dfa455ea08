"""The arguments of every verb; nothing heavy is imported here, so that --help is quick."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from clusters import __version__
from clusters.cli import files
from clusters.cli.study import add_study
from clusters.cli.values import (
    amounts,
    bounds,
    count_or_range,
    counts,
    day,
    group,
    named_file,
    number_of,
    one_file,
    pair,
    settings,
    texts,
)
from clusters.rulebook import (
    BOUNDS,
    BOUNDS_BY_NAME,
    COUNTS_BY_NAME,
    FRACTION_BY_NAME,
    NUMBER_BY_NAME,
    RULEBOOK,
)

SCENARIO_HELP = (
    "a TOML file that holds any of these options by their long names, for one verb or several "
    "(what a verb does not use is listed); options given on the command line come on top: single "
    "values replace the file's, lists and tables are added to them"
)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; argparse itself ends the program on --help and on bad arguments."""
    from clusters.cli.scenario import with_scenario

    parser = make_parser()
    words, notes = with_scenario(parser, list(arguments))
    chosen = parser.parse_args(words)
    chosen.notes = notes
    return chosen


@cache
def make_parser() -> argparse.ArgumentParser:
    """Make the parser of all verbs, once: reading a command line does not change it."""
    parser = argparse.ArgumentParser(
        prog="clusters",
        description="Group schools into clusters, prove how good the grouping is, "
        "and split the money to the penny.",
        epilog="Exit codes: 0 done; 2 bad input or bad options; 3 no plan exists or none was "
        "found in time; 4 interrupted, the best plan so far was written; 130 interrupted before "
        "there was anything to write.",
        allow_abbrev=False,  # "--scen FILE" would be a third spelling of every option
    )
    parser.add_argument("--version", action="version", version=f"clusters {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, words, parts in (
        ("demo", "run the main job on the packaged, made-up authority", (_demo,)),
        (
            "check",
            "read the data, say what was found, and check a plan against rules",
            (_data, _plan, _rules, _priorities),
        ),
        (
            "solve",
            "find the best plan under the rules, and split the money",
            (_data, _rules, _priorities, _effort, _money, _out),
        ),
        (
            "options",
            "make several options, and write the whole pack on them: leads, reasons, money, risk",
            (_data, _making, _rules, _priorities, _effort, _money, _pack, _out),
        ),
        (
            "compare",
            "put plans side by side: journeys, sizes, moves",
            (_data, _several_plans, _rules, _priorities, _out),
        ),
        (
            "explain",
            "say why a school is where it is, what a move would mean, or why no plan exists",
            (_data, _plan, _asking, _rules, _priorities, _effort, _out),
        ),
        (
            "repair",
            "make a drawn plan keep the rules, moving as few schools as possible",
            (_data, _plan_needed, _repairing, _rules, _priorities, _effort, _out),
        ),
        (
            "fund",
            "split the money between the clusters of a plan",
            (_data, _plan_needed, _money_needed, _out),
        ),
        (
            "report",
            "write the whole pack on one plan or several options",
            (_data, _options, _rules, _priorities, _money, _pack, _out),
        ),
        (
            "workbench",
            "open a page for a meeting: move a school and see what follows",
            (_data, _several, _rules, _priorities, _money, _bench),
        ),
        ("warm", "compile the search beforehand: once on each machine", ()),
    ):
        verb = verbs.add_parser(
            name,
            help=words,
            description=words[:1].upper() + words[1:] + ".",
            allow_abbrev=False,
            formatter_class=files.WithDefaults,
        )
        if name not in ("demo", "warm"):
            verb.add_argument("--scenario", metavar="FILE", help=SCENARIO_HELP)
        for part in parts:
            part(verb)
    add_study(verbs)
    return parser


def _demo(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--out", default="clusters-demo", metavar="DIR", help="where to write")
    verb.add_argument("--clusters", type=count_or_range, default=18, metavar="N|LOW-HIGH")
    verb.add_argument("--pot", default="18000000.00", metavar="POUNDS", help="money to split")
    _effort(verb, seconds=20.0)


def _data(verb: argparse.ArgumentParser) -> None:
    box = verb.add_argument_group("the schools")
    words = "one row for each school; give it again for further files joined by URN"
    box.add_argument("--schools", required=True, action="append", metavar="FILE", help=words)
    _mapping(box, "--columns", pair, "OURS=THEIRS", "what the file calls a column of ours")
    _mapping(box, "--keep", pair, "COLUMN=VALUE|VALUE", "keep only the rows with these values")
    box.add_argument("--links", metavar="FILE", help="the published list of changed URNs")
    box.add_argument("--postcodes", metavar="FILE", help="Code-Point Open, to place schools")
    _mapping(box, "--measures", pair, "NAME=COLUMN", "further numbers to keep")
    _mapping(box, "--traits", pair, "NAME=COLUMN", "further facts to keep, such as faith")
    box.add_argument("--need", metavar="FILE", help="long table: URN, type of need, pupils")
    box.add_argument("--school-expertise", metavar="FILE", help="long table: URN, type, amount")
    words = "what to do where a value is not known; it is never taken for zero by itself"
    _mapping(box, "--unknown", pair, "COLUMN=leave|refuse|NUMBER", words)
    _mapping(box, "--need-weights", number_of, "MEASURE=WEIGHT", 'what makes up "need"')
    land = verb.add_argument_group("the ground")
    land.add_argument("--travel-m", metavar="FILE", help="journeys in metres, long or square")
    land.add_argument("--travel-min", metavar="FILE", help="journeys in minutes, long or square")
    land.add_argument(
        "--neighbours",
        default="territories",
        metavar="territories|gabriel|delaunay|none|FILE",
        help="which schools count as next to each other; a file holds pairs of URNs",
    )
    land.add_argument("--boundary", metavar="FILE", help="outline of the authority")
    land.add_argument("--barriers", metavar="FILE", help="lines that nobody can cross")
    land.add_argument(
        "--bridge",
        type=group,
        action="append",
        default=[],
        metavar="URN,URN",
        help="two schools to be neighbours whatever the map says",
    )
    files.add_options(box, land)


def _plan(verb: argparse.ArgumentParser) -> None:
    words = "a plan: URN and cluster, one row a school"
    verb.add_argument("--plan", type=one_file, metavar="FILE", help=words)


def _plan_needed(verb: argparse.ArgumentParser) -> None:
    words = "URN and cluster by school"
    verb.add_argument("--plan", required=True, type=one_file, metavar="FILE", help=words)


def _named_plans(verb: argparse.ArgumentParser, words: str) -> None:
    how: dict[str, Any] = {"required": True, "action": "append", "type": named_file}
    verb.add_argument("--plan", **how, metavar="NAME=FILE", help=words)


def _several_plans(verb: argparse.ArgumentParser) -> None:
    _named_plans(verb, "a plan; give it again for the others")


def _asking(verb: argparse.ArgumentParser) -> None:
    box = verb.add_argument_group("the question, about the plan; why no plan exists without one")
    words = "why this school is where it is; every school, as a table, where nothing is asked"
    box.add_argument("--school", action="append", default=[], metavar="URN", help=words)
    box.add_argument(
        "--move",
        type=pair,
        action="append",
        default=[],
        metavar="URN=CLUSTER",
        help="what it would mean to move this school to that cluster",
    )


def _repairing(verb: argparse.ArgumentParser) -> None:
    words = "the cheapest plan from the given one, however many schools move"
    verb.add_argument("--least-cost", action="store_true", help=words)


def _several(verb: argparse.ArgumentParser) -> None:
    _named_plans(verb, "the plan to begin with; give it again for further options")


def _bench(verb: argparse.ArgumentParser) -> None:
    box = verb.add_argument_group("the page")
    box.add_argument(
        "--file",
        metavar="FILE",
        help="write the page as one HTML file, and serve nothing; otherwise it is served on this "
        "computer only, and every change is saved in the file of --decisions",
    )
    box.add_argument(
        "--audience",
        default="working group",
        choices=("working group", "public"),
        help="of --file; public: no numbers of pupils, no money",
    )
    box.add_argument("--title", default="Clusters: the workbench")
    box.add_argument("--port", type=int, default=0, metavar="N", help="any free one by default")
    box.add_argument("--no-browser", action="store_true", help="print the address, open nothing")


def _options(verb: argparse.ArgumentParser) -> None:
    _named_plans(
        verb, "an option; the first one is described in full unless --recommended names another"
    )
    verb.add_argument("--recommended", metavar="NAME")


def _making(verb: argparse.ArgumentParser) -> None:
    box = verb.add_argument_group("the options")
    box.add_argument("--n-options", type=int, default=4, metavar="N", help="the best among them")
    words = "no option costs more than this above the best one"
    box.add_argument("--ceiling", type=float, default=0.10, metavar="FRACTION", help=words)
    words = "least share of pairs of schools that are together in one of two options only"
    box.add_argument("--min-difference", type=float, default=0.10, metavar="FRACTION", help=words)
    box.add_argument(
        "--theme",
        action="append",
        default=[],
        metavar="NAME",
        help="what an option should be good at, for instance 'Shortest journeys', 'Most even' or "
        "'Keeps pyramids'; give it again; whatever the facts allow where not given",
    )
    box.add_argument("--recommended", metavar="NAME", help="the first where not given")


_OF_FORM = {
    BOUNDS: (bounds, "LOW-HIGH", "Either end may be left out."),
    FRACTION_BY_NAME: (number_of, "FRACTION", "0.25 is 25%%."),
    BOUNDS_BY_NAME: (amounts, "LOW-HIGH", "Either end may be left out."),
    COUNTS_BY_NAME: (counts, "LEAST|LOW-HIGH", "A number alone is the least."),
    NUMBER_BY_NAME: (number_of, "AMOUNT", ""),
}
"""How the option of a rule of this form is read and shown."""


def _rules(verb: argparse.ArgumentParser) -> None:
    box = verb.add_argument_group("rules: what every plan must satisfy")
    box.add_argument("--clusters", type=count_or_range, metavar="N|LOW-HIGH")
    box.add_argument(
        "--decisions",
        metavar="FILE",
        help="decisions saved by the workbench: its pins are kept as rules, its plan is taken "
        "where no other is given, and what was agreed goes into the record",
    )
    for rule in RULEBOOK:
        if rule.form not in _OF_FORM:
            continue
        read, form, note = _OF_FORM[rule.form]
        option, words = f"--{rule.option}", f"{rule.summary} {note}"
        if rule.form.parts == "names":
            names = f"{rule.fits}".upper()
            _mapping(box, option, read, f"{names}={form}", words, dest=rule.name)
        else:
            box.add_argument(option, type=read, metavar=form, help=words, dest=rule.name)
    box.add_argument("--max-travel-m", type=float, metavar="METRES")
    box.add_argument("--max-travel-min", type=float, metavar="MINUTES")
    box.add_argument(
        "--not-contiguous", action="store_true", help="clusters may lie in several pieces"
    )
    box.add_argument("--together", type=group, action="append", default=[], metavar="URN,URN,...")
    box.add_argument(
        "--together-file",
        action="append",
        default=[],
        metavar="FILE[:COLUMN]",
        help="URNs of a group that stays together, such as a pyramid",
    )
    box.add_argument("--apart", type=group, action="append", default=[], metavar="URN,URN,...")
    box.add_argument("--centres-file", metavar="FILE[:COLUMN]", help="who may be a centre")
    box.add_argument(
        "--except-together",
        type=texts,
        action="extend",
        default=[],
        metavar="RULE,...",
        help="rules from which the clusters of the groups kept together are excused",
    )
    box.add_argument(
        "--except",
        dest="excepted",
        type=pair,
        action="append",
        default=[],
        metavar="URN=RULE",
        help="excuse the cluster that holds this school from a rule",
    )


def _priorities(verb: argparse.ArgumentParser) -> None:
    box = verb.add_argument_group("priorities: what makes one plan better")
    box.add_argument(
        "--travel-by", metavar="MEASURE", help="what weights the journeys; need where not given"
    )
    words = "of travel, balance, expertise, pyramids, change"
    _mapping(box, "--weights", number_of, "PRIORITY=WEIGHT", words)
    box.add_argument("--balance-by", metavar="MEASURE", help="what the soft balance makes even")
    _mapping(box, "--pupils-per-capacity", number_of, "TYPE=PUPILS", "what one unit covers")
    box.add_argument("--today", metavar="FILE", help="today's plan, for the priority on change")


def _effort(verb: argparse.ArgumentParser, seconds: float = 60.0) -> None:
    box = verb.add_argument_group("effort")
    box.add_argument(
        "--time", type=float, default=seconds, metavar="SECONDS", help="time for the search"
    )
    box.add_argument("--seed", type=int, default=1, help="of the random draws")
    box.add_argument("--workers", type=int, metavar="N", help="all cores where not given")
    box.add_argument("--quiet", action="store_true", help="show no progress")


def _money_needed(verb: argparse.ArgumentParser) -> None:
    _money(verb, needed=True)
    words = "list who is paid what and when, from the day of --year-from"
    verb.add_argument("--payments", choices=("monthly", "termly"), help=words)


def _money(verb: argparse.ArgumentParser, *, needed: bool = False) -> None:
    box = verb.add_argument_group("the money")
    box.add_argument("--pot", required=needed, metavar="POUNDS", help="18000000 or 18000000.00")
    box.add_argument(
        "--commitments", metavar="FILE", help="top-ups that must be paid: one row for each EHC plan"
    )
    _mapping(box, "--bands", pair, "BAND=POUNDS", "what a plan of a band costs a year")
    words = "first day of the year: plans that start or end in it are paid by days"
    box.add_argument("--year-from", type=day, metavar="YYYY-MM-DD", help=words)
    words = "payments owed: URN, pounds a year, compliance date, first day paid as usual"
    box.add_argument("--backdated", metavar="FILE", help=words)
    _mapping(
        box,
        "--protection",
        pair,
        "LIMIT=VALUE",
        "floor=95%%, cap=110%%, loss_per_pupil=, gain_per_pupil= (pounds), method=scaling|capping, "
        "level=cluster|school: limits against today's spend",
    )
    box.add_argument("--contingency", default="0", metavar="POUNDS|PERCENT", help='such as "3%%"')
    box.add_argument("--low-incidence", default="0", metavar="POUNDS|PERCENT")
    words = "weights of the measures that share the pot; need=1 where not given"
    _mapping(box, "--formula", pair, "MEASURE=WEIGHT", words)
    box.add_argument("--lump-sum", default="0", metavar="POUNDS", help="for each cluster")


def _pack(verb: argparse.ArgumentParser) -> None:
    box = verb.add_argument_group("the pack")
    box.add_argument(
        "--audience",
        default="working group",
        choices=("working group", "public"),
        help="public: small numbers of pupils are hidden, and nobody can work them out",
    )
    words = "counts of pupils below it are hidden in public (5 or 10)"
    box.add_argument("--threshold", type=int, default=5, metavar="N", help=words)
    box.add_argument(
        "--decision", action="append", default=[], metavar="TEXT", help="what the Forum is asked"
    )
    box.add_argument(
        "--parts",
        type=texts,
        action="extend",
        metavar="PART,...",
        help="of html, csv, maps, geo, word, excel, letters, pdf; where not given, all whose "
        "libraries are installed",
    )
    box.add_argument(
        "--risk",
        metavar="FILE",
        help="simulate how likely it is that money for EHC plans runs out; the TOML file says what "
        "is assumed, at least how demand grows, and with [[year]] tables the coming years",
    )
    words = "group the clusters into so many areas"
    box.add_argument("--areas", type=count_or_range, metavar="N|LOW-HIGH", help=words)


def _out(verb: argparse.ArgumentParser) -> None:
    box = verb.add_argument_group("what is written")
    box.add_argument("--out", default="clusters-out", metavar="DIR", help="where to write")
    box.add_argument("--title", default="Proposed clusters for SEND support")
    box.add_argument("--council", default="", metavar="NAME", help="printed over the title")
    box.add_argument("--source", action="append", default=[], metavar="TEXT", help="data and date")
    words = "main roads and towns for the maps: GeoPackage, GeoJSON or shape file; repeatable"
    box.add_argument("--map-layer", action="append", default=[], metavar="FILE", help=words)
    box.add_argument("--date", default="", metavar="TEXT", help="printed on the page as given")


class _Merge(argparse.Action):
    """Collect "a=1,b=2" and repeated options into one mapping."""

    def __call__(self, _parser: Any, namespace: Any, values: Any, _option: Any = None) -> None:
        """Add what one option holds to what the same option held before."""
        setattr(namespace, self.dest, {**getattr(namespace, self.dest), **dict(values)})


def _mapping(
    box: Any, name: str, read: Callable[[str], Any], form: str, words: str, dest: str | None = None
) -> None:
    """Add an option that takes NAME=VALUE,NAME=VALUE and may be repeated."""

    def several(text: str) -> list[Any]:
        pairs = [read(part) for part in settings(text)]
        twice = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
        if twice:
            raise argparse.ArgumentTypeError(f"{twice[0]!r} is given twice in {text!r}")
        return pairs

    several.__name__ = f"list of {form}"
    box.add_argument(
        name,
        dest=dest or name.removeprefix("--").replace("-", "_"),
        type=several,
        action=_Merge,
        default={},
        metavar=f"{form},...",
        help=words,
    )
