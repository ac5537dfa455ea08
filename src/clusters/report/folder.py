"""The whole pack: a folder of papers, tables, maps and the frames behind them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clusters.errors import DataError
from clusters.maps import difference_png, difference_svg, map_png, map_svg, small_multiples_png
from clusters.maps.colours import TINTS
from clusters.report.convergence import convergence_png, convergence_svg
from clusters.report.document.blocks import Section
from clusters.report.material import Material
from clusters.report.parts import FORMATS, left_out
from clusters.report.release.option import Option, numbers_in
from clusters.report.render.html import render_page
from clusters.report.sections import EASY, EQUALITY, FAMILIES, document
from clusters.report.sections.options import change_title
from clusters.text import clean
from clusters.writers.atomic import write_bytes


def write_folder(folder: Path, material: Material, parts: Sequence[str]) -> tuple[Path, ...]:
    """Write parts of the pack (see :func:`parts_of_a_pack`) into a folder, which is made if needed.

    Raises
    ------
    DataError
        If something cannot be written.
    """
    if material.reader.is_public:
        _check_nothing_private(folder)
    folder.mkdir(parents=True, exist_ok=True)
    pack = _Pack(folder, material)
    with tempfile.TemporaryDirectory() as spare:
        pack.draw(Path(spare) if "maps" not in parts else folder / "maps", parts)
        for name in FORMATS:
            if name in parts:
                getattr(pack, name)()  # each part has a method of its name
    return tuple(pack.written)


def write_file(path: Path, material: Material, part: str) -> Path:
    """Write one paper of the pack (the Word document, the workbook or the PDF) as a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pack = _Pack(path.parent, material)
    with tempfile.TemporaryDirectory() as spare:
        pack.draw(Path(spare), (part,))
        getattr(pack, part)(path.name)
    return pack.written[-1]


_PRIVATE = (
    "letters.docx",
    "split_by_school.csv",
    *(f"figures/{name}.csv" for name in ("*_by_school", "risk", "scenarios")),
)
"""Files that no public pack has, and that one of the working group leaves in its folder."""


def _check_nothing_private(folder: Path) -> None:
    """Refuse to write a public pack beside files that are not for publication."""
    found = sorted(str(p.relative_to(folder)) for name in _PRIVATE for p in folder.glob(name))
    if found:
        raise DataError.of(
            f"the folder holds {len(found)} files that are not for publication",
            "write the public pack into a folder of its own",
            where=str(folder),
            value=", ".join(found),
        )


@dataclass(slots=True)
class _Pack:
    folder: Path
    material: Material
    written: list[Path] = field(default_factory=list)
    pictures: dict[str, Path] = field(default_factory=dict)

    def note(self, path: Path) -> Path:
        self.written.append(path)
        return path

    # ---- pictures

    def draw(self, folder: Path, formats: Collection[str]) -> None:
        """Draw the PNG pictures that the papers hold."""
        if not {"maps", "word", "pdf"} & set(formats) or "maps" in left_out(public=False):
            return
        folder.mkdir(exist_ok=True)
        material, shown = self.material, self.material.reader.shown
        chosen, options = material.chosen, material.options
        keep: Callable[[Path], Path] = self.note if "maps" in formats else lambda path: path
        for k, option in enumerate(options, start=1):
            if option is chosen or "maps" in formats:
                path = folder / f"option_{k}.png"
                drawn = keep(map_png(path, shown, option.plan, **self._map_of(option)))
                if option is chosen:
                    self.pictures["chosen"] = drawn
        for k, option in enumerate(options, start=1):
            if option is not chosen:
                path = folder / f"change_{k}.png"
                self.pictures[f"change_{k}"] = keep(
                    difference_png(path, shown, option.plan, chosen.plan, **self._change_of(option))
                )
        if len(options) > 1:
            self.pictures["options"] = keep(
                small_multiples_png(
                    folder / "options.png",
                    shown,
                    {option.name: option.plan for option in options},
                    numbers={option.name: numbers_in(option) for option in options},
                    colours=material.colours,
                )
            )
        if "search" in material.frames:
            frame, public = material.frames["search"].data, material.reader.is_public
            drawn = convergence_png(folder / "search.png", frame, in_percent=public)
            self.pictures["search"] = keep(drawn)

    # ---- parts

    def html(self) -> None:
        self._page("report.html", document(self.material, "page"))
        self._page("equality.html", document(self.material, "page", EQUALITY))
        for name, order in (("families.html", FAMILIES), ("easy_read.html", EASY)):
            self._page(name, document(self.material, "page", order), marks=True)

    def _page(self, name: str, sections: Sequence[Section], *, marks: bool = False) -> None:
        text = render_page(self.material, sections, marks=marks)
        self.note(write_bytes(self.folder / name, text.encode()))

    def csv(self) -> None:
        """Write every frame, and an index that says which call returns it."""
        import pandas as pd

        from clusters.writers import write_frame

        folder = self.folder / "figures"
        folder.mkdir(exist_ok=True)
        rows = []
        for name, frame in self.material.frames.items():
            self.note(write_frame(folder / f"{name}.csv", frame.data))
            rows.append(
                {
                    "file": f"{name}.csv",
                    "title": clean(frame.title),
                    "rows": len(frame.data),
                    "returned_by": frame.how,
                    "run_record": self.material.run_file,
                }
            )
        self.note(write_frame(self.folder / "figures.csv", pd.DataFrame(rows)))

    def _map_of(self, option: Option) -> dict[str, Any]:
        """Give what the map of an option shows, in either format."""
        material = self.material
        return {
            "title": material.headline(option),
            "source": material.source_line,
            "numbers": option.numbers or None,
            "colours": material.colours,
            "backdrop": material.backdrop,
        }

    def _change_of(self, option: Option) -> dict[str, Any]:
        """Give what the map of what changes from an option shows, in either format."""
        chosen = self.material.chosen
        return {"title": change_title(chosen, option), "numbers": numbers_in(chosen)}

    def maps(self) -> None:
        folder = self.folder / "maps"
        folder.mkdir(exist_ok=True)
        material, shown = self.material, self.material.reader.shown
        for k, option in enumerate(material.options, start=1):
            plan, chosen = option.plan, material.chosen
            drawing = map_svg(shown, plan, **self._map_of(option), school_key=True, links=False)
            self.note(write_bytes(folder / f"option_{k}.svg", drawing.encode()))
            if option is not chosen:
                drawing = difference_svg(
                    shown, plan, chosen.plan, **self._change_of(option), links=False
                )
                self.note(write_bytes(folder / f"change_{k}.svg", drawing.encode()))
        if "search" in material.frames:
            frame, public = material.frames["search"].data, material.reader.is_public
            drawing = convergence_svg(frame, in_percent=public)
            self.note(write_bytes(folder / "search.svg", drawing.encode()))

    def geo(self) -> None:
        """Write schools and territories for GIS: GeoPackage and GeoJSON."""
        import shapely

        from clusters.writers import plan_geodataframe, write_geopackage

        shown, plan = self.material.reader.shown, self.material.chosen.plan
        numbers = numbers_in(self.material.chosen)
        colours = {number: TINTS[k] for number, k in self.material.colours.items()}
        folder = self.folder / "gis"
        folder.mkdir(exist_ok=True)
        self.note(
            write_geopackage(
                folder / "clusters.gpkg", shown, plan, numbers=numbers, colours=colours
            )
        )
        frame = plan_geodataframe(shown, plan, numbers=numbers, colours=colours)
        frame = frame.dropna(axis=1, how="all")
        points = frame.set_geometry(shapely.points(frame["easting"], frame["northing"]))
        layers = {"schools": points.set_crs(frame.crs)}
        if shown.territories is not None:
            layers["territories"] = frame
        for name, layer in layers.items():
            # Longitude and latitude, as the GeoJSON standard (RFC 7946) asks.
            world = layer.to_crs("EPSG:4326")
            world["geometry"] = shapely.set_precision(world.geometry.to_numpy(), 1e-6)
            self.note(write_bytes(folder / f"{name}.geojson", world.to_json().encode()))

    def word(self, name: str = "paper.docx") -> None:
        from clusters.report.render.word import write_paper

        sections = document(self.material, "paper")
        self.note(write_paper(self.folder / name, self.material, sections, self.pictures))

    def excel(self, name: str = "appendix.xlsx") -> None:
        from clusters.report.render.excel import write_workbook

        self.note(write_workbook(self.folder / name, self.material))

    def letters(self) -> None:
        from clusters.report.letters import write_letters

        self.note(write_letters(self.folder / "letters.docx", self.material))

    def pdf(self, name: str = "paper.pdf") -> None:
        from clusters.report.render.pdf import write_pdf

        sections = document(self.material, "paper")
        self.note(write_pdf(self.folder / name, self.material, sections, self.pictures))
