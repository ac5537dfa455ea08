"""Files written and lines printed."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clusters.cli.files import PATHS
from clusters.cli.files import part as part_of

if TYPE_CHECKING:
    from clusters.domain import Plan, Problem


def say(text: str) -> None:
    """Print a line for the reader."""
    print(text)


PARTS = {
    "report.html": "the page to read first: map, clusters, money",
    "equality.html": "who travels furthest, who gains and loses",
    "families.html": "a draft for parents and carers, to be checked",
    "easy_read.html": "the same in short sentences, to be checked",
    "figures.csv": "where each number comes from",
    "paper.docx": "the paper for the Forum, to be finished in Word",
    "paper.pdf": "the same as PDF",
    "appendix.xlsx": "all tables, the split with live formulas",
    "letters.docx": "a letter to each school",
}
"""What each file of a pack is."""

FOLDERS = {
    "figures": "the table behind each number",
    "maps": "maps as pictures",
    "gis": "the map, for QGIS and for the web",
}
"""What each folder of a pack is."""


_UNSAID = ("notes", "out", "quiet", "reading", "scenario")
"""What changes nothing about the answer, and the report on the reading, which has its own place."""


def _asked(chosen: Namespace) -> dict[str, Any]:
    """List the options as they are in force; of paths the names alone, which say enough."""
    return {
        name: _names(value) if name in PATHS else value
        for name, value in sorted(vars(chosen).items())
        if name not in _UNSAID
    }


def _heading(chosen: Namespace) -> dict[str, Any]:
    """Say what stands at the head of every paper."""
    return {
        "title": chosen.title,
        "council": chosen.council,
        "sources": chosen.source or [Path(file).name for file in chosen.schools],
        "date": chosen.date or None,
    }


def _names(value: Any) -> Any:
    if isinstance(value, list):
        return [_names(item) for item in value]
    if isinstance(value, tuple):  # of a report: the option's name, and its file
        return [value[0], _names(value[1])]
    return value if value is None else Path(value).name


def _pot(split: Any) -> Any:
    """Table of the steps of the pot, and below it what has to be known about the split."""
    import pandas as pd

    notes = pd.DataFrame({"step": [f"Note: {note}" for note in split.notes]})
    steps = split.to_frame("pot").astype({"pence": "Int64"})  # whole pence beside empty cells
    return pd.concat([steps, notes], ignore_index=True)


class Folder:
    """The folder of results: writes each kind of file, and remembers what it wrote."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        self.written: list[tuple[Path, str]] = []

    def file(self, name: str, words: str) -> Path:
        """Give the path of a file to be written, and remember what it holds."""
        self.path.mkdir(parents=True, exist_ok=True)
        path = self.path / name
        self.written.append((path, words))
        return path

    def plan(self, problem: Problem, plan: Plan) -> None:
        """Write the plan as CSV and as GeoPackage."""
        from clusters.writers import write_geopackage, write_plan

        write_plan(self.file("plan.csv", "which school is in which cluster"), problem, plan)
        write_geopackage(self.file("plan.gpkg", "the map, for QGIS"), problem, plan)

    def plans(self, problem: Problem, plans: Mapping[str, Plan]) -> None:
        """Write each option as CSV, without counts of pupils: the folder may be published."""
        from clusters.disclosure import redacted
        from clusters.writers import write_plan

        shown = redacted(problem)
        for k, (name, plan) in enumerate(plans.items(), start=1):
            write_plan(self.file(f"plan_{k}.csv", f"schools and clusters of {name}"), shown, plan)

    def split(self, split: Any) -> None:
        """Write the money by cluster and by school."""
        from clusters.writers import write_frame

        write_frame(self.file("split.csv", "the money by cluster"), split.to_frame("cluster"))
        by_school = split.to_frame("school")
        write_frame(self.file("split_by_school.csv", "indicative money by school"), by_school)
        given = split.pot.committed_as_given
        if hasattr(given, "to_frame") and hasattr(given, "rates_pence"):
            words = "plans and committed sums by school"
            write_frame(self.file("commitments.csv", words), given.to_frame(split.problem))
        write_frame(self.file("pot.csv", "what comes off the pot, and notes"), _pot(split))

    def payments(self, made: Any) -> None:
        """Write who is paid what, and when."""
        from clusters.writers import write_frame

        write_frame(self.file("payments.csv", "who is paid what, and when"), made.to_frame())

    def run(self, chosen: Namespace, *, minutes: Iterable[str] = (), **record: Any) -> None:
        """Write the record of the run, with the options that were given and what was agreed."""
        from clusters.writers import write_run

        decisions = getattr(chosen, "decisions", None)
        write_run(
            self.file("run.json", "the record of this run"),
            inputs=[*chosen.schools, *([] if decisions is None else [decisions])],
            options=_asked(chosen),
            notes=[*chosen.notes, *minutes],
            **record,
        )

    def page(
        self, chosen: Namespace, problem: Problem, options: Mapping[str, Any], **more: Any
    ) -> None:
        """Write the page."""
        from clusters.report import write_report

        run = any(path.name == "run.json" for path, _ in self.written)
        write_report(
            self.file("report.html", "the page to read first: map, clusters, money"),
            problem,
            options,
            **_heading(chosen),
            run_file="run.json" if run else None,
            **more,
        )

    def pack(
        self, chosen: Namespace, problem: Problem, options: Mapping[str, Any], **more: Any
    ) -> None:
        """Write the whole pack, or the parts that were asked for."""
        from clusters.maps import read_backdrop
        from clusters.report import write_report
        from clusters.report.parts import left_out

        layers = [part_of(chosen, path) for path in chosen.map_layer]
        if chosen.parts is None:
            for part, reason in left_out(public=chosen.audience == "public").items():
                say(f"Left out: {part}: {reason}.")
        written = write_report(
            self.path,
            problem,
            options,
            **_heading(chosen),
            run_file="run.json",
            audience=chosen.audience,
            threshold=chosen.threshold,
            decisions=chosen.decision,
            formats=chosen.parts,
            backdrop=read_backdrop(*layers) if layers else None,
            **more,
        )
        self.written += [(p, PARTS.get(p.name, "")) for p in written if p.parent == self.path]
        folders = ((self.path / folder, words) for folder, words in FOLDERS.items())
        self.written += [(folder, words) for folder, words in folders if folder.is_dir()]

    def say_where(self) -> None:
        """Say where to look."""
        say(f"Written to {self.path.resolve()}:")
        widest = max(len(path.name) for path, _ in self.written)
        for path, words in self.written:
            say(f"  {path.name:<{widest}}  {words}")
