"""What was asked for is written or refused: never another thing, never nothing in silence."""

from __future__ import annotations

import sys
import zipfile

import pytest

from clusters.__main__ import BAD_INPUT, DONE, main
from clusters.errors import ClustersError, MissingLibraryError
from clusters.maps import map_png
from clusters.report import FORMATS, write_report
from clusters.report.parts import left_out, parts_of_a_pack

LIBRARIES = {"docx": "python-docx", "matplotlib": "matplotlib", "weasyprint": "weasyprint"}
NEEDS = [
    ("word", "docx"),
    ("word", "matplotlib"),
    ("letters", "docx"),
    ("maps", "matplotlib"),
    ("pdf", "weasyprint"),
    ("pdf", "matplotlib"),
]


@pytest.fixture
def without(monkeypatch):
    """Make modules look as if they were not installed."""

    def hide(*modules):
        for name in list(sys.modules):
            if name.partition(".")[0] in modules:
                monkeypatch.delitem(sys.modules, name)
        for name in modules:
            monkeypatch.setitem(sys.modules, name, None)

    return hide


@pytest.mark.parametrize(("part", "module"), NEEDS)
def test_a_part_without_its_library_is_refused_with_the_command(
    part, module, without, valley, plan, tmp_path
):
    # the libraries that this machine may lack as well come after the one that is hidden
    without(module, *(["weasyprint"] if module != "matplotlib" else []))
    folder = tmp_path / "pack"
    if part == "pdf" and module == "matplotlib":
        try:
            import weasyprint  # noqa: F401
        except (ImportError, OSError):
            pytest.skip("weasyprint is not installed, and is what would be named")
    with pytest.raises(ClustersError, match=f"{LIBRARIES[module]} is not installed") as caught:
        write_report(folder, valley, plan, formats=["html", part])
    assert "pip install 'clusters[report" in str(caught.value)
    assert not folder.exists()


def test_by_default_all_that_can_be_made_is_made_and_the_rest_is_named(
    without, valley, plan, tmp_path
):
    without("docx", "weasyprint", "matplotlib")
    made = {path.name for path in write_report(tmp_path, valley, plan)}
    assert {"report.html", "appendix.xlsx", "option_1.svg"} <= made
    assert "option_1.png" not in made
    assert not {"paper.docx", "letters.docx", "paper.pdf"} & made
    assert set(left_out(public=False)) == {"maps", "word", "letters", "pdf"}
    assert set(left_out(public=True)) == {"maps", "word", "letters", "pdf"}


def test_a_library_without_what_lies_under_it_is_refused_too(monkeypatch, valley, plan, tmp_path):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra: report)")
    import importlib

    load = importlib.import_module

    def broken(name, *more):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'\nmore")
        return load(name, *more)

    monkeypatch.setattr(importlib, "import_module", broken)
    for path, formats in ((tmp_path / "pack", ["pdf"]), (tmp_path / "an.pdf", None)):
        with pytest.raises(MissingLibraryError, match="apt install libpango"):
            write_report(path, valley, plan, formats=formats)
        assert not path.exists()


@pytest.mark.parametrize("name", ["an.docx", "an.xlsx", "AN.DOCX"])
def test_a_file_of_a_paper_is_that_paper(name, valley, plan, tmp_path):
    pytest.importorskip("docx", reason="python-docx is not installed (extra: report)")
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra: report)")
    made = write_report(tmp_path / "new" / name, valley, plan)
    assert made == (tmp_path / "new" / name,)
    assert zipfile.is_zipfile(made[0])
    assert [path.name for path in (tmp_path / "new").iterdir()] == [name]


def test_a_pdf_is_a_pdf_or_refused(valley, plan, tmp_path):
    path = tmp_path / "an.pdf"
    try:
        made = write_report(path, valley, plan)
    except MissingLibraryError:
        assert not path.exists()
    else:
        assert made == (path,)
        assert path.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("an.odt", {}),
        ("an.csv", {}),
        ("an.html", {"formats": ["pdf"]}),
        ("an.xlsx", {"formats": ["html"]}),
        ("pack", {"formats": []}),
        ("pack", {"formats": "html"}),
        ("pack", {"formats": ["fax"]}),
        ("pack", {"formats": [None]}),
        ("pack", {"formats": 3}),
        ("pack", {"formats": ["html", "letters"], "audience": "public"}),
    ],
)
def test_what_cannot_be_written_is_refused_and_nothing_is(name, more, valley, plan, tmp_path):
    with pytest.raises(ClustersError):
        write_report(tmp_path / name, valley, plan, **more)
    assert list(tmp_path.iterdir()) == []


def test_a_picture_without_matplotlib_is_refused(without, valley, plan, tmp_path):
    without("matplotlib")
    with pytest.raises(MissingLibraryError, match=r"pip install 'clusters\[report\]'"):
        map_png(tmp_path / "a.png", valley, plan)
    assert issubclass(MissingLibraryError, ImportError)


def test_every_part_has_a_place_in_the_order():
    assert parts_of_a_pack(["csv", "html"], public=False) == ("html", "csv")
    assert "letters" not in parts_of_a_pack(None, public=True)
    assert set(parts_of_a_pack(None, public=False)) | set(left_out(public=False)) == set(FORMATS)


def test_the_command_line_refuses_and_says_what_is_left_out(without, tmp_path, capsys):
    schools, today = tmp_path / "s.csv", tmp_path / "p.csv"
    schools.write_text(
        "URN,name,phase,easting,northing,pupils,ehcps,sen_support\n"
        "1,A,primary,410000,415000,90,1,9\n2,B,primary,411000,416000,90,1,9\n"
    )
    today.write_text("URN,cluster\n1,A\n2,A\n")
    without("docx", "weasyprint", "matplotlib")
    asked = ["report", "--schools", str(schools), "--plan", str(today), "--out"]
    assert main([*asked, str(tmp_path / "one"), "--parts", "word"]) == BAD_INPUT
    assert "python-docx is not installed; pip install" in capsys.readouterr().err
    assert not (tmp_path / "one").exists()
    assert main([*asked, str(tmp_path / "two")]) == DONE
    assert "Left out: word: python-docx is not installed" in capsys.readouterr().out
