"""Everything that the papers of a pack are made from, worked out once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clusters.domain import FrozenDict, SchoolId
from clusters.maps import Backdrop
from clusters.report.release.audience import AUDIENCES, Reader
from clusters.report.release.option import Option
from clusters.text import clean, counted

if TYPE_CHECKING:
    from clusters.budget import MediumTermPlan, Outlook
    from clusters.report.frames.frame import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A group of clusters: its name, their labels as papers print them, and who leads it."""

    name: str
    labels: tuple[str, ...]
    lead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Material:
    """Everything that the papers of a pack are made from.

    Parameters
    ----------
    reader
        Who reads it, and the facts as they may see them.
    options, chosen
        All options, and the recommended one.
    frames
        The frames behind every number, by name.
    title, date, sources, run_file, is_synthetic
        As given to `write_report`.
    decisions, together
        What is asked; what is said of schools that stay together. Empty for the usual words.
    why_here
        For each school, lines that say why it is in its cluster.
    areas
        The areas that the clusters feed into, if any.
    outlook
        The risk that money runs out.
    medium_term
        The plan of several financial years.
    start_month
        First month of the year that is paid for.
    council
        Whose paper it is.
    colours
        Colour of each cluster by its number: the same on every map.
    backdrop
        Roads and places of the maps.
    """

    reader: Reader
    options: Sequence[Option]
    chosen: Option
    frames: Mapping[str, Frame] = field(default_factory=FrozenDict)
    title: str
    date: str = ""
    sources: tuple[object, ...] = ()
    run_file: str = ""
    is_synthetic: bool = False
    decisions: tuple[object, ...] = ()
    together: tuple[object, ...] = ()
    why_here: Mapping[SchoolId, Sequence[str]] = field(default_factory=FrozenDict)
    areas: Sequence[Area] = ()
    outlook: Outlook | None = None
    medium_term: MediumTermPlan | None = None
    start_month: int = 9
    council: str = ""
    colours: Mapping[int, int] = field(default_factory=FrozenDict)
    backdrop: Backdrop | None = None

    @property
    def leads(self) -> Mapping[str, str]:
        """Who leads each cluster of the recommended option, by label."""
        return self.chosen.leads

    @property
    def area_of(self) -> Mapping[str, str]:
        """Area of each cluster, by label."""
        return {label: area.name for area in self.areas for label in area.labels}

    @property
    def stand_ins(self) -> list[str]:
        """Which numbers stand for counts that are not known: said in every paper."""
        return [clean(note) for note in self.reader.shown.stand_ins]

    @property
    def source_line(self) -> str:
        """Where the facts come from, on one line below the maps."""
        return "; ".join(clean(source) for source in self.sources) or "not named"

    def headline(self, option: Option) -> str:
        """Say what a map of an option shows, in a line over it."""
        facts = option.facts
        schools = counted(facts.measures.whole.n_schools, "school")
        return f"{option.name}: {schools} in {counted(len(facts.clusters), 'cluster')}"

    @property
    def audience_note(self) -> str:
        """The line that says who may read it."""
        return AUDIENCES[self.reader.name]
