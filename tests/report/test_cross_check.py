"""Every format of the pack says the same numbers, and they are right.

The numbers are reckoned here from the raw file by a few lines of plain Python, apart from the
library: roll and plans by cluster, journeys, need units, rates, and every sum to the penny.
"""

import csv
import importlib.util
import math
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest

import clusters as cl
from clusters import datasets
from clusters.budget import Formula, Pot, split_budget
from clusters.report import write_report

SHARED = Path(__file__).parents[2] / ".." / "shared" / "data"
WEIGHTS = {"ehcps": 3, "sen_support": 1}
LUMP_PENCE, POT_PENCE, HELD_PENCE = 20_000_00, 18_000_000_07, 540_000_00
COUNTS = ("pupils", "ehcps", "sen_support")
OURS = {"urn": "urn", "name": "name", "x": "easting", "y": "northing", **{c: c for c in COUNTS}}
DFE = {"urn": "URN", "name": "EstablishmentName", "x": "Easting", "y": "Northing"}
DFE |= {"pupils": "NOR", "ehcps": "TSENELSE", "sen_support": "TSENELK"}


# ---- the raw files, and the plans ------------------------------------------------------------


def small(folder):
    """A made-up town of 32 schools in a file of its own."""
    file = folder / "town.csv"
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow([*OURS.values(), "phase"])
        for k in range(32):
            at = 430_000 + 700 * (k % 8) + 13 * k, 412_000 + 900 * (k // 8) + (k * k) % 97
            rows.writerow([100_001 + k, f"School {chr(65 + k % 26)}{k}", *at])
    lines = file.read_text().splitlines()
    counts = [f"{190 + 37 * k % 400},{12 + k % 9},{31 + 5 * k % 60},primary" for k in range(32)]
    body = [f"{line},{more}" for line, more in zip(lines[1:], counts, strict=True)]
    file.write_text("\n".join([lines[0], *body]) + "\n")
    homes = {str(100_001 + k): f"Quarter {1 + k // 8}" for k in range(32)}
    return file, OURS, homes


def calderwick(folder):
    del folder
    with datasets.path("today").open(encoding="utf-8-sig") as lines:
        homes = {row["urn"]: row["cluster"] for row in csv.DictReader(lines)}
    return datasets.path("schools"), OURS, homes


def kirklees(folder):
    del folder
    file = SHARED / "kirklees" / "schools_jan2019_mainstream_kirklees.csv"
    if not file.exists():
        pytest.skip("the real data are not here (../shared)")
    with file.open(encoding="utf-8-sig") as lines:
        rows = sorted(csv.DictReader(lines), key=lambda row: int(row["Easting"]))
    return file, DFE, {row["URN"]: f"Strip {1 + k // 10}" for k, row in enumerate(rows)}


# ---- the independent reckoning ----------------------------------------------------------------


def largest_remainder(exact, total, ties):
    """Whole pence that add up to a total; the lowest URN wins ties."""
    whole = {key: math.floor(value) for key, value in exact.items()}
    order = sorted(exact, key=lambda key: (whole[key] - exact[key], ties[key]))
    for key in order[: total - sum(whole.values())]:
        whole[key] += 1
    return whole


def reckoned(file, columns, homes, centre_of):
    """What the pack ought to say, by ("school" or "cluster", key, figure)."""
    with Path(file).open(encoding="utf-8-sig") as lines:
        rows = {row[columns["urn"]]: row for row in csv.DictReader(lines)}
    count = {(u, c): int(float(rows[u][columns[c]])) for u in homes for c in COUNTS}
    units = {u: sum(w * count[u, c] for c, w in WEIGHTS.items()) for u in homes}
    members = defaultdict(list)
    for urn in homes:
        members[homes[urn]].append(urn)
    rest = POT_PENCE - HELD_PENCE - LUMP_PENCE * len(members)
    rate = Fraction(rest, sum(units.values()))
    exact = {c: rate * sum(units[u] for u in us) + LUMP_PENCE for c, us in members.items()}
    lowest = {c: min(map(int, us)) for c, us in members.items()}
    money = largest_remainder(exact, POT_PENCE - HELD_PENCE, lowest)
    found = {}
    for cluster, urns in members.items():
        found["cluster", cluster, "schools"] = len(urns)
        found["cluster", cluster, "money"] = money[cluster]
        found["cluster", cluster, "units"] = sum(units[u] for u in urns)
        for name in COUNTS:
            found["cluster", cluster, name] = sum(count[u, name] for u in urns)
        own = {u: rate * units[u] + Fraction(LUMP_PENCE, len(urns)) for u in urns}
        for urn, sum_ in largest_remainder(own, money[cluster], {u: int(u) for u in urns}).items():
            found["school", urn, "money"] = sum_
    for urn, row in rows.items():
        if urn in homes:
            there = rows[centre_of[homes[urn]]]
            x, y = (float(row[columns[a]]) - float(there[columns[a]]) for a in "xy")
            found["school", urn, "journey"] = round(math.hypot(x, y) / 1000, 1)
            found |= {("school", urn, name): count[urn, name] for name in COUNTS}
    return found


# ---- what each format says ---------------------------------------------------------------------


class Tables(HTMLParser):
    """Tables of a page: rows of texts by caption."""

    def __init__(self, text):
        super().__init__()
        self.tables, self.caption, self.into = {}, None, None
        self.feed(text)

    def handle_starttag(self, tag, _attrs):
        if tag == "caption":
            self.into = "caption"
        elif tag == "tr" and self.caption is not None:
            self.tables[self.caption].append([])
        elif tag in ("th", "td") and self.caption is not None:
            self.tables[self.caption][-1].append("")
            self.into = "cell"

    def handle_endtag(self, tag):
        if tag in ("caption", "th", "td"):
            self.into = None
        elif tag == "table":
            self.caption = None

    def handle_data(self, data):
        if self.into == "caption":
            self.caption = data.strip()
            self.tables.setdefault(self.caption, [])
        elif self.into == "cell":
            self.tables[self.caption][-1][-1] += data


def number(words):
    """The number in a text, without pounds, commas and units; None where there is none."""
    text = re.sub(r"[£, ]|km", "", str(words))
    return Decimal(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None


def pence(words):
    value = number(words)
    return None if value is None else int(value * 100)


def records(rows):
    heads, *body = rows
    return [dict(zip(heads, row, strict=False)) for row in body]


def label_in(name):
    """The label in "Cluster 3: Holme"."""
    return name.partition(": ")[2] or name


def of_tables(tables, urn_of, where):
    """What tables of the page or the paper say of schools and clusters."""
    for caption, rows in tables.items():
        for row in records(rows):
            first = next(iter(row.values()), "").strip()
            if caption == "All schools, A to Z":
                urn = urn_of[first]
                yield where, ("school", urn, "money"), pence(row["Indicative sum, a year"])
                at = row["To the centre"]
                yield where, ("school", urn, "journey"), float(number(at) or 0)
            elif caption == "Indicative sums by school" and first in urn_of:
                yield where, ("school", urn_of[first], "money"), pence(row["Total"])
                yield where, ("school", urn_of[first], "pupils"), number(row["Pupils"])
            elif caption == "The clusters":
                key = label_in(first)
                heads = {"Schools": "schools", "Pupils": "pupils", "EHC plans": "ehcps"}
                for head, name in heads.items():
                    if head in row and not first.startswith("All"):
                        yield where, ("cluster", key, name), number(row[head])
            elif caption == "Money by cluster" and not first.startswith("All"):
                key = label_in(first)
                yield where, ("cluster", key, "money"), pence(row["Total"])
                total = row["Need units"].rpartition("= ")[2]
                yield where, ("cluster", key, "units"), number(total)


def of_word(file, urn_of):
    docx = pytest.importorskip("docx", reason="python-docx is not installed (extra: report)")
    tables = {}
    caption = ""
    document = docx.Document(file)
    for block in document.element.body.iterchildren():
        if block.tag.endswith("}p"):
            words = "".join(node.text or "" for node in block.iter() if node.tag.endswith("}t"))
            caption = re.sub(r"^Table \d+[.:]? ", "", words) or caption
        elif block.tag.endswith("}tbl"):
            table = docx.table.Table(block, document)
            tables[caption] = [[cell.text for cell in row.cells] for row in table.rows]
    yield from of_tables(tables, urn_of, "Word")


def of_frames(read, where):
    """What the frames say, from CSV files or from sheets; `read` gives rows by name."""
    for row in read("schools"):
        for name in COUNTS:
            yield where, ("school", row["urn"], name), number(row[name])
        yield where, ("school", row["urn"], "journey"), round(float(row["journey"]), 1)
    for row in read("clusters"):
        for name in ("schools", *COUNTS):
            yield where, ("cluster", row["cluster"], name), number(row[name])
    for row in read("money_by_school"):
        yield where, ("school", row["urn"], "money"), int(row["money"])


def of_csv(folder):
    def read(name):
        with (folder / "figures" / f"{name}.csv").open(encoding="utf-8-sig") as lines:
            for row in csv.DictReader(lines):
                if "journey_m" in row:
                    row["journey"] = float(row["journey_m"]) / 1000
                row["money"] = row.get("total_pence")
                yield row

    yield from of_frames(read, "CSV")
    for row in read("money"):
        yield "CSV", ("cluster", row["cluster"], "money"), int(row["money"])
        yield "CSV", ("cluster", row["cluster"], "units"), number(row["units"].removesuffix(".0"))


def of_excel(folder):
    import openpyxl

    book = openpyxl.load_workbook(folder / "appendix.xlsx")
    sheets = {"schools": "School list", "clusters": "Cluster list"}
    sheets["money_by_school"] = "Money by school"

    def read(name):
        rows = list(book[sheets[name]].iter_rows(values_only=True))
        for row in records(rows):
            if "total (pounds)" in row:
                row["money"] = round(100 * row["total (pounds)"])
            if "journey (km)" in row:
                row["journey"] = row["journey (km)"] or 0.0
            yield {k.replace(" ", "_"): v for k, v in row.items()}

    yield from of_frames(read, "Excel")
    work = [[c.value for c in row] for row in book["Working"].iter_rows()]
    top = next(k for k, row in enumerate(work) if row[0] == "number")
    heads = work[top]
    for row in work[top + 1 :]:
        if row[0] is None:
            break
        sum_ = row[heads.index("of the split")]
        yield "Excel", ("cluster", row[heads.index("cluster")], "money"), round(100 * sum_)


def of_geopackage(folder):
    import pyogrio

    schools = pyogrio.read_dataframe(folder / "gis" / "clusters.gpkg", layer="schools")
    for row in schools.to_dict("records"):
        for name in COUNTS:
            yield "GeoPackage", ("school", row["urn"], name), int(row[name])
        at = round(row["journey_m"] / 1000, 1)
        yield "GeoPackage", ("school", row["urn"], "journey"), at
    zones = pyogrio.read_dataframe(folder / "gis" / "clusters.gpkg", layer="clusters")
    for row in zones.to_dict("records"):
        for name in ("schools", *COUNTS):
            yield "GeoPackage", ("cluster", row["cluster"], name), int(row[name])


# ---- the check ---------------------------------------------------------------------------------


@pytest.fixture(
    scope="module",
    params=[
        small,
        *(pytest.param(case, marks=pytest.mark.slow) for case in (calderwick, kirklees)),
    ],
    ids=lambda case: case.__name__,
)
def pack(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pack")
    file, columns, homes = request.param(folder)
    given = {name: columns[name] for name in COUNTS}
    problem = cl.build_problem(cl.read_schools(file, columns=given))
    centre_of = {}
    for urn, label in homes.items():
        centre_of.setdefault(label, urn)  # the first of each cluster
    plan = cl.Plan.from_assignment(
        {urn: centre_of[label] for urn, label in homes.items()},
        {centre: label for label, centre in centre_of.items()},
    )
    formula = Formula(WEIGHTS, lump_per_cluster="20000")
    split = split_budget(problem, plan, Pot("18000000.07", contingency="540000"), formula)
    formats = ["html", "csv", "excel", "geo", "word"]
    if request.param is not small and importlib.util.find_spec("weasyprint"):
        formats.append("pdf")
    write_report(folder, problem, {"Proposal": plan}, split=split, formats=formats)
    urn_of = {school.name: school.urn for school in problem.schools}
    return folder, reckoned(file, columns, homes, centre_of), urn_of


def test_at_least_300_numbers_agree_in_every_format_with_the_raw_file(pack):
    folder, right, urn_of = pack
    page = Tables((folder / "report.html").read_text(encoding="utf-8")).tables
    said = [
        *of_tables(page, urn_of, "page"),
        *of_word(folder / "paper.docx", urn_of),
        *of_csv(folder),
        *of_excel(folder),
        *of_geopackage(folder),
    ]
    wrong = [
        (where, key, value, right.get(key)) for where, key, value in said if value != right.get(key)
    ]
    # A journey that ends in 5 at the next decimal may be rounded either way.
    wrong = [w for w in wrong if w[1][2] != "journey" or abs(w[2] - w[3]) > 0.1001]
    assert wrong == []
    assert len(said) >= 300
    by_format = defaultdict(int)
    for where, _, _ in said:
        by_format[where] += 1
    clusters = len({key[1] for key in right if key[0] == "cluster"})
    assert set(by_format) == {"page", "Word", "CSV", "Excel", "GeoPackage"}
    assert min(by_format.values()) >= 4 * clusters, by_format


def sums_in(text):
    """Sums of money in a text, with how often each stands there."""
    return Counter(re.findall(r"[+-]?£[\d,]+(?:\.\d\d)?", text))


def test_the_paper_says_the_same_sums_as_word_and_as_pdf(pack):
    docx = pytest.importorskip("docx", reason="python-docx is not installed (extra: report)")
    folder, right, _ = pack
    if not (folder / "paper.pdf").exists():
        pytest.skip("the pack has no PDF: it is the small one, or WeasyPrint is not installed")
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (Debian: poppler-utils)")
    words = ["pdftotext", str(folder / "paper.pdf"), "-"]
    printed = sums_in(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    body = docx.Document(folder / "paper.docx").element.body
    cells = [
        "".join(node.text or "" for node in block.iter() if node.tag.endswith("}t"))
        for block in body.iter()
        if block.tag.endswith("}p")
    ]
    assert printed == sums_in("\n".join(cells))
    for (kind, key, figure), value in right.items():
        if (kind, figure) == ("cluster", "money"):
            assert printed[f"£{value // 100:,}.{value % 100:02}"], key


def test_a_cluster_has_one_number_name_and_colour_in_every_file(pack):
    import openpyxl
    import pyogrio

    folder, right, _ = pack
    labels = {key[1] for key in right if key[0] == "cluster"}
    with (folder / "figures" / "clusters.csv").open(encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    first = {row["cluster"]: (int(row["number"]), row["colour"]) for row in rows}
    assert set(first) == labels
    assert sorted(number for number, _ in first.values()) == list(range(1, len(labels) + 1))
    for layer in ("schools", "territories", "clusters"):
        found = pyogrio.read_dataframe(folder / "gis" / "clusters.gpkg", layer=layer)
        said = zip(found["cluster"], found["number"], found["colour"], strict=True)
        assert {label: (int(n), colour) for label, n, colour in said} == first, layer
    text = (folder / "report.html").read_text(encoding="utf-8")
    for drawing in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        fills = dict(re.findall(r'cluster-(\d+)" class="zone">.*?fill="([^"]+)"', drawing, re.S))
        assert fills == {str(n): colour for n, colour in first.values()}
    for label, (n, _) in first.items():
        assert f"Cluster {n}: {label}" in text
    book = openpyxl.load_workbook(folder / "appendix.xlsx")
    for sheet in book.worksheets:
        body = [list(row) for row in sheet.iter_rows(values_only=True)]
        top = next((k for k, row in enumerate(body) if {"number", "cluster"} <= set(row)), None)
        if top is not None:
            n, label = body[top].index("number"), body[top].index("cluster")
            pairs = {(row[label], row[n]) for row in body[top + 1 :] if row[label] in labels}
            if sheet.title != "Working":  # below its clusters stand the schools
                assert pairs == {(label, first[label][0]) for label in labels} & pairs
                assert pairs
