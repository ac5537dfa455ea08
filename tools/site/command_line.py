"""The reference of the command line, made from its parser."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from clusters.cli.arguments import make_parser

__all__ = ["command_line_page"]


def command_line_page() -> str:
    """Make the page: what the program says of itself, and each verb with its options."""
    parser = make_parser()
    parts = [
        "# The command line",
        "Made from the parser: it is what `python -m clusters VERB --help` prints.",
        str(parser.description),
        str(parser.epilog),
    ]
    verbs = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    helps = {choice.dest: choice.help for choice in verbs._choices_actions}
    parts.append("| verb | what it does |\n|---|---|")
    parts[-1] += "".join(
        f"\n| [`{name}`](#{name}) | {_cell(helps[name])} |" for name in verbs.choices
    )
    for name, verb in verbs.choices.items():
        parts += [f"## {name}", str(verb.description), *_options(verb)]
    return "\n\n".join(parts) + "\n"


def _options(verb: argparse.ArgumentParser) -> Iterator[str]:
    formatter = verb._get_formatter()
    for box in verb._action_groups:
        actions = [action for action in box._group_actions if action.help != argparse.SUPPRESS]
        rows = [_row(action, formatter) for action in actions if action.dest != "help"]
        if rows:
            title = (box.title or "").replace("options", "Options").replace("positional", "Given")
            yield f"**{title}**"
            yield "\n".join(["| option | what it says |", "|---|---|", *rows])


def _row(action: argparse.Action, formatter: argparse.HelpFormatter) -> str:
    shown = formatter._format_action_invocation(action)
    needed = " (needed)" if action.required else ""
    says = formatter._expand_help(action) if action.help else ""
    return f"| `{_cell(shown)}` | {_cell(says)}{needed} |"


def _cell(text: str | None) -> str:
    return " ".join(str(text or "").split()).replace("|", "\\|").replace("<", "&lt;")
