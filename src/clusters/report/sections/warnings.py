"""What has to be said at the head of every paper: schools left out, rules that do not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clusters.report.release.option import Option
from clusters.text import all_listed, clean, counted


def warnings(option: Option) -> Iterator[str]:
    """Say what is wrong with a plan."""
    facts = option.facts
    if facts.left_out:
        names = all_listed([clean(school.name) for school in facts.left_out])
        yield f"{counted(len(facts.left_out), 'school')} in no cluster: {names}."
    if facts.unknown_schools:
        names = all_listed(facts.unknown_schools)
        yield f"The plan names schools that the data do not have: {names}."
    if option.certificate is not None and not option.certificate.ok:
        found = len(option.certificate.findings)
        yield f"This plan breaks rules: the check has {counted(found, 'finding')}. See below."


def pyramid_sentence(total: int, split: Sequence[str]) -> str:
    """Say which pyramids are split between clusters."""
    if not split:
        return "No pyramid is split between clusters."
    names = all_listed([clean(name) for name in split])
    verb = "is" if len(split) == 1 else "are"
    return f"{len(split)} of {counted(total, 'pyramid')} {verb} split between clusters: {names}."
