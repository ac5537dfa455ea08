"""Decisions of a meeting: the JSON file that the workbench saves, read with every fault at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from clusters.arguments import checked
from clusters.domain import Cluster, Plan, Rules, SchoolId
from clusters.errors import DataError, Fault, Faults
from clusters.readers.opening import File, open_content

__all__ = ["FORMAT", "Decisions", "is_decisions", "parse_decisions", "read_decisions"]

FORMAT = "clusters decisions"
"""What the file says it is, in its first line."""

MOST_FAULTS = 8


Id: TypeAlias = Annotated[int, Field(ge=-(2**63), lt=2**63)] | Annotated[str, Field(max_length=200)]
"""A school's id, as the data have it."""


def _briefly(schema: dict[str, Any]) -> None:
    """Keep the first paragraph of a docstring: its parameters have descriptions of their own."""
    schema["description"] = schema.get("description", "").partition("\n\n")[0]


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", json_schema_extra=lambda schema: _briefly(schema)
    )


class Placed(_Part):
    """One school by its id, with its name for people who read the file."""

    urn: Id
    name: str = Field(default="", max_length=500)


class SavedCluster(_Part):
    """A cluster: label, id of its centre (null where it has none) and members."""

    label: str = Field(max_length=500)
    centre: Id | None = None
    members: tuple[Placed, ...]


class SavedPlan(_Part):
    """A plan as it is saved."""

    clusters: tuple[SavedCluster, ...]

    @property
    def plan(self) -> Plan:
        """The same as a plan; it may be broken, and `verify` says how."""
        return Plan(
            tuple(
                Cluster(one.label, one.centre, tuple(member.urn for member in one.members))
                for one in self.clusters
            )
        )


class Pin(_Part):
    """A school that stays in its cluster."""

    urn: Id
    name: str = Field(default="", max_length=500)
    cluster: str = Field(default="", max_length=500)


class Note(_Part):
    """A note on a school, on a cluster, or on the meeting as a whole."""

    at: AwareDatetime
    text: str = Field(max_length=10_000)
    school: Id | None = None
    name: str = Field(default="", max_length=500)
    cluster: str | None = Field(default=None, max_length=500)


class SavedOption(_Part):
    """A plan that was kept under a name, to be compared."""

    name: str = Field(max_length=500)
    at: AwareDatetime
    plan: SavedPlan


class Change(_Part):
    """One school that changed cluster; "" stands for no cluster."""

    urn: Id
    name: str = Field(default="", max_length=500)
    before: str = Field(max_length=500)
    after: str = Field(max_length=500)


class CentreChange(_Part):
    """A cluster whose centre changed."""

    cluster: str = Field(max_length=500)
    before: Id | None = None
    after: Id | None = None


class Step(_Part):
    """One thing that was tried, with its price in words."""

    at: AwareDatetime
    kind: Literal["move", "plan", "pin", "unpin"]
    sentence: str = Field(max_length=10_000)
    undone: bool = False
    changes: tuple[Change, ...] = ()
    centres: tuple[CentreChange, ...] = ()


class Agreed(_Part):
    """What was agreed, when and why; `plan` is the plan as it stood."""

    at: AwareDatetime
    what: str = Field(max_length=10_000)
    why: str = Field(default="", max_length=10_000)
    plan: SavedPlan | None = None


class Decisions(_Part):
    """What a meeting tried, noted and agreed, and the plan that it left on the table.

    Parameters
    ----------
    title
        Of the meeting's page.
    audience
        "working group": the sentences may hold numbers of pupils; "public": they do not.
    problem
        Fingerprint of the facts that the plan was made on.
    saved_at
        When the file was written.
    saved
        The plan as it stands.
    started
        The plan that the meeting began with.
    pins, notes, options, steps, agreed
        In the order of the meeting. Of the steps, those that are undone stand last, the next one
        to be done again first.

    Examples
    --------
    >>> import clusters as cl, pathlib, tempfile
    >>> saved = '''{"format": "clusters decisions", "version": 1,
    ...  "saved_at": "2026-11-03T10:00:00Z",
    ...  "plan": {"clusters": [{"label": "N", "centre": "a", "members": [{"urn": "a"}]}]}}'''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "meeting.json"
    ...     _ = path.write_text(saved, "utf-8")
    ...     decisions = cl.read_decisions(path)
    >>> decisions.plan.labels, decisions.saved_at.year
    ({'a': 'N'}, 2026)
    """

    format: Literal["clusters decisions"] = FORMAT  # type: ignore[assignment]
    version: Literal[1] = 1
    title: str = Field(default="", max_length=500)
    audience: Literal["working group", "public"] = "working group"
    problem: str = Field(default="", max_length=100)
    saved_at: AwareDatetime
    saved: SavedPlan = Field(alias="plan")
    started: SavedPlan | None = None
    pins: tuple[Pin, ...] = ()
    notes: tuple[Note, ...] = ()
    options: tuple[SavedOption, ...] = ()
    steps: tuple[Step, ...] = ()
    agreed: tuple[Agreed, ...] = ()

    @property
    def plan(self) -> Plan:
        """The plan as it stands."""
        return self.saved.plan

    @property
    def kept(self) -> dict[str, Plan]:
        """The plans that were kept as options, by name."""
        return {option.name: option.plan.plan for option in self.options}

    @property
    def pinned(self) -> tuple[SchoolId, ...]:
        """Ids of the schools that stay where they are."""
        return tuple(pin.urn for pin in self.pins)

    def rules(self, rules: Rules) -> Rules:
        """Return rules under which the pins hold.

        A pinned school stays with the present centre of its cluster (with the other pinned schools
        of it, where it has no centre); clusters that hold pins stay apart from one another.

        Examples
        --------
        >>> text = '''{"format": "clusters decisions", "version": 1,
        ...  "saved_at": "2026-11-03T10:00:00Z", "pins": [{"urn": "b"}],
        ...  "plan": {"clusters": [
        ...    {"label": "N", "centre": "a", "members": [{"urn": "a"}, {"urn": "b"}]}]}}'''
        >>> parse_decisions(text).rules(Rules(n_clusters=1)).together
        (('a', 'b'),)
        """
        pinned = set(self.pinned)
        together: list[tuple[SchoolId, ...]] = []
        anchors: list[SchoolId] = []
        for cluster in self.plan.clusters:
            held = [key for key in cluster.members if key in pinned]
            if not held:
                continue
            anchor = held[0] if cluster.centre is None else cluster.centre
            anchors.append(anchor)
            group = tuple(dict.fromkeys((anchor, *held)))
            if len(group) > 1:
                together.append(group)
        return replace(
            rules,
            together=(*rules.together, *together),
            apart=(*rules.apart, tuple(anchors)) if len(anchors) > 1 else rules.apart,
        )

    def minutes(self) -> tuple[str, ...]:
        """Say what was agreed, when and why, what was pinned and noted: lines for a record."""
        return tuple(_minutes(self))

    def to_json(self) -> str:
        """Write the file's text, for people to read too."""
        return self.model_dump_json(by_alias=True, indent=1) + "\n"


def _minutes(decisions: Decisions) -> Iterator[str]:
    yield f"Decisions of {decisions.title or 'the meeting'}, saved {_time(decisions.saved_at)}."
    for agreed in decisions.agreed:
        why = f" Why: {agreed.why}" if agreed.why else ""
        yield f"Agreed {_time(agreed.at)}: {agreed.what}{why}"
    for pin in decisions.pins:
        yield f"Stays in {pin.cluster or 'its cluster'}: {pin.name or pin.urn}."
    for note in decisions.notes:
        about = note.name or note.school or note.cluster
        yield f"Note{f' on {about}' if about else ''}, {_time(note.at)}: {note.text}"
    for step in decisions.steps:
        yield f"{_time(step.at)}{' (undone)' if step.undone else ''}: {step.sentence}"


def _time(at: Any) -> str:
    return f"{at:%d %B %Y %H:%M}".lstrip("0")


def is_decisions(source: Any) -> bool:
    """Whether a path holds decisions: a JSON file that says so near its start."""
    source = source.source if isinstance(source, File) else source
    if not isinstance(source, str | os.PathLike):
        return False
    try:
        path = Path(source)
        if path.suffix.lower() != ".json" or not path.is_file():
            return False
        with path.open("rb") as file:
            return f'"{FORMAT}"'.encode() in file.read(400)
    except (OSError, ValueError):
        return False


@checked
def read_decisions(source: Any) -> Decisions:
    """Read a decisions file that the workbench saved.

    Parameters
    ----------
    source
        Its path.

    Raises
    ------
    DataError
        Listing what is wrong: not such a file, another version, values missing or misshapen.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> saved = '''{"format": "clusters decisions", "version": 1,
    ...  "saved_at": "2026-11-03T10:00:00Z",
    ...  "plan": {"clusters": [{"label": "N", "centre": "a", "members": [{"urn": "a"}]}]}}'''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "meeting.json"
    ...     _ = path.write_text(saved, "utf-8")
    ...     decisions = read_decisions(path)
    >>> decisions.plan.labels, decisions.saved_at.year
    ({'a': 'N'}, 2026)
    """
    content = open_content(source, "decisions")
    return parse_decisions(content.data, content.name)


def parse_decisions(text: str | bytes, where: str = "decisions") -> Decisions:
    """Read decisions from the text of a file.

    Raises
    ------
    DataError
        As `read_decisions`.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        return Decisions.model_validate_json(text)
    except UnicodeDecodeError:
        faults = [Fault("the file is not UTF-8 text", "save it again there", where=where)]
    except ValidationError as error:
        faults = _faults(error.errors(include_url=False), where)
    raise DataError(faults) from None


def _faults(errors: Sequence[Any], where: str) -> list[Fault]:
    """Name the first few places that are wrong, and how many more there are."""
    faults = Faults()
    for error in errors[:MOST_FAULTS]:
        place = ".".join(str(step) for step in error["loc"])
        if error["type"] == "json_invalid":
            place = "the file"
        faults.add(
            f"{place or 'the file'} is not as decisions are written: "
            f"{error['msg'][:1].lower()}{error['msg'][1:200]}",
            "take the file that the workbench saved, or correct it there",
            where=where,
        )
    if len(errors) > MOST_FAULTS:
        remedy = "correct the first ones and read it again"
        faults.add(f"and {len(errors) - MOST_FAULTS:,} more of these", remedy, where=where)
    return faults
