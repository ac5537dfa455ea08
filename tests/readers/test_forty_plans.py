"""Forty plans as people write them: read as what is meant, or refused with the cause."""

from __future__ import annotations

import io

import geopandas
import openpyxl
import pandas as pd
import pytest
import shapely

import clusters as cl

NAMES = [
    *("St. Mary's C of E Primary School", "Hill & Vale First School", "Moor Junior School"),
    *("Dale Academy", "Park School", "Park School"),
]
URNS = [str(900001 + k) for k in range(6)]
LAESTABS = [f"382200{k}" for k in range(1, 7)]
GROUPS = {"North": URNS[:3], "South": URNS[3:]}
LABELS = ["North"] * 3 + ["South"] * 3
OLD = {"800001": "900001", "800004": "900004"}


@pytest.fixture(scope="module")
def problem() -> cl.Problem:
    return cl.build_problem(
        cl.School(
            urn=urn,
            name=name,
            easting=414000 + 900 * k,
            northing=417000 + 300 * (k % 2),
            traits={"laestab": laestab},
        )
        for k, (urn, name, laestab) in enumerate(zip(URNS, NAMES, LAESTABS, strict=True))
    )


def csv(*lines: str) -> io.StringIO:
    return io.StringIO("\n".join(lines) + "\n")


def long(ids, head="urn,cluster", labels=LABELS) -> io.StringIO:
    return csv(head, *(f'"{one}","{label}"' for one, label in zip(ids, labels, strict=True)))


def sheet(*rows, merged=()) -> io.BytesIO:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for area in merged:
        book.active.merge_cells(area)
    data = io.BytesIO()
    book.save(data)
    data.seek(0)
    return data


BY_NAME = [*NAMES[:4], *URNS[4:]]  # two schools share a name
POINTS = [shapely.Point(k, k) for k in range(6)]

READ = {
    "by URN": lambda: long(URNS),
    "URNs as floats": lambda: long([f"{urn}.0" for urn in URNS]),
    "URNs with apostrophes": lambda: long([f"'{urn}" for urn in URNS]),
    "other names of columns": lambda: long(URNS, "School URN,Proposed cluster"),
    "semicolons below a title": lambda: csv(
        "Draft 3, for discussion",
        "",
        "URN;Cluster",
        *(f"{u};{k}" for u, k in zip(URNS, LABELS, strict=True)),
    ),
    "tabs": lambda: csv("urn\tcluster", *(f"{u}\t{k}" for u, k in zip(URNS, LABELS, strict=True))),
    "by name": lambda: long(BY_NAME, "school,cluster"),
    "names spelt otherwise": lambda: long(
        [
            "ST MARYS CE PRIMARY SCHOOL",
            "Hill and Vale first school",
            "Moor  Junior School",
            "DALE ACADEMY",
            *URNS[4:],
        ],
        "School name,Group",
    ),
    "URN where the name is blank": lambda: csv(
        "name,urn,cluster", *(f'"{n}",{u},{k}' for n, u, k in zip(NAMES, URNS, LABELS, strict=True))
    ),
    "name where the URN is blank": lambda: csv(
        "urn,school,cluster",
        ',"Moor Junior School",North',
        *(f"{u},,{k}" for u, k in zip(URNS, LABELS, strict=True) if u != URNS[2]),
    ),
    "by LAESTAB": lambda: long(LAESTABS, "LAESTAB,cluster"),
    "LAESTAB with a stroke": lambda: long([f"382/{n[3:]}" for n in LAESTABS], "DfE number,cluster"),
    "establishment numbers": lambda: long([n[3:] for n in LAESTABS], "DfE No,cluster"),
    "LAESTAB in the column of URNs": lambda: long(LAESTABS),
    "old URNs": lambda: long(["800001", *URNS[1:3], "800004", *URNS[4:]]),
    "URN and name in one cell": lambda: long(
        [f"{n} ({u})" for n, u in zip(NAMES, URNS, strict=True)], "school,cluster"
    ),
    "labels spelt otherwise": lambda: long(
        URNS, labels=["North", "NORTH", " North", "South", "South", "south"]
    ),
    "a column per cluster": lambda: csv(
        "North,South", *(f"{a},{b}" for a, b in zip(*GROUPS.values(), strict=True))
    ),
    "columns of names": lambda: csv(
        "North,South", *(f'"{a}","{b}"' for a, b in zip(BY_NAME[:3], BY_NAME[3:], strict=True))
    ),
    "columns below a title": lambda: sheet(
        ["Our map, May"],
        [],
        ["North", "South"],
        *([int(a), int(b)] for a, b in zip(*GROUPS.values(), strict=True)),
    ),
    "columns of unequal length": lambda: csv(
        "North,South", "900001,900004", "900002,900005", "900003,900006", ","
    ),
    "marks": lambda: csv(
        "urn,North,South",
        *(
            f"{u},{'x' if k == 'North' else ''},{'x' if k == 'South' else ''}"
            for u, k in zip(URNS, LABELS, strict=True)
        ),
    ),
    "ones and noughts": lambda: csv(
        "School,URN,North,South",
        *(
            f'"{n}",{u},{int(k == "North")},{int(k == "South")}'
            for n, u, k in zip(NAMES, URNS, LABELS, strict=True)
        ),
    ),
    "lists under each other": lambda: csv("North", *URNS[:3], "", "South", *URNS[3:]),
    "lists of names": lambda: csv("North", *BY_NAME[:3], "South", *BY_NAME[3:]),
    "lists with a header each": lambda: csv(
        "North,",
        "URN,School",
        *(f'{u},"{n}"' for u, n in zip(URNS[:3], NAMES[:3], strict=True)),
        "South,",
        "URN,School",
        *(f'{u},"{n}"' for u, n in zip(URNS[3:], NAMES[3:], strict=True)),
    ),
    "lists in a workbook": lambda: sheet(
        ["North"], *([int(u)] for u in URNS[:3]), [], ["South"], *([int(u)] for u in URNS[3:])
    ),
    "merged column of clusters": lambda: sheet(
        ["cluster", "urn"],
        ["North", 900001],
        [None, 900002],
        [None, 900003],
        ["South", 900004],
        [None, 900005],
        [None, 900006],
        merged=("A2:A4", "A5:A7"),
    ),
    "a row of totals": lambda: csv(
        "urn,cluster", *(f"{u},{k}" for u, k in zip(URNS, LABELS, strict=True)), "Total,6"
    ),
    "a mapping from URN to label": lambda: dict(zip(URNS, LABELS, strict=True)),
    "a mapping from numbers": lambda: {int(u): k for u, k in zip(URNS, LABELS, strict=True)},
    "a mapping from label to URNs": lambda: GROUPS,
    "a Series": lambda: pd.Series(LABELS, index=URNS),
    "a GeoDataFrame without a system": lambda: geopandas.GeoDataFrame(
        {"urn": URNS, "cluster": LABELS}, geometry=POINTS
    ),
    "a list of mappings": lambda: [
        {"urn": u, "cluster": k} for u, k in zip(URNS, LABELS, strict=True)
    ],
    "a URN and a name per cluster": lambda: csv(
        "North,,South,",
        *(f'{URNS[k]},"{NAMES[k]}",{URNS[k + 3]},"{NAMES[k + 3]}"' for k in range(3)),
    ),
    "a column that counts the rows": lambda: csv(
        ",North,South", *(f"{k + 1},{URNS[k]},{URNS[k + 3]}" for k in range(3))
    ),
    "a row per cluster": lambda: csv(
        "Cluster,First,Second,Third",
        *(f"{label},{','.join(urns)}" for label, urns in GROUPS.items()),
    ),
    "schools of a cluster in one cell": lambda: csv(
        "cluster,schools", *(f'{label},"{"; ".join(urns)}"' for label, urns in GROUPS.items())
    ),
    "lists in the second column": lambda: csv(
        "North,", *(f",{u}" for u in URNS[:3]), "South,", *(f",{u}" for u in URNS[3:])
    ),
    "number and name of each cluster": lambda: csv(
        "urn,Cluster no,Cluster name",
        *(f"{u},{1 + (k == 'South')},{k}" for u, k in zip(URNS, LABELS, strict=True)),
    ),
    "a note below": lambda: csv(
        "urn,cluster",
        *(f"{u},{k}" for u, k in zip(URNS, LABELS, strict=True)),
        "",
        "Agreed on 5 May",
    ),
    "two columns, one of no known name": lambda: long(URNS, "urn,Locality"),
}

REFUSED = {
    "a name of two schools": (
        lambda: long([*NAMES[:4], "Park School", URNS[5]], "school,cluster"),
        "2 schools have this name: give the URN, 900005 or 900006",
    ),
    "a name that no school has": (
        lambda: long(["Hill and Dale First School", *BY_NAME[1:]], "school,cluster"),
        "did you mean 'Hill & Vale First School' (900002)",
    ),
    "labels in the first row of each group alone": (
        lambda: long(URNS, labels=["North", "", "", "South", "", ""]),
        "only in the first row of each group",
    ),
    "a label that became a date": (
        lambda: sheet(["urn", "cluster"], *([int(u), pd.Timestamp(2026, 5, 1)] for u in URNS)),
        "it is a date",
    ),
    "formulas without results": (
        lambda: sheet(["urn", "cluster"], *([int(u), "=A2"] for u in URNS)),
        "formula whose result is not saved",
    ),
    "a URN beside another school's name": (
        lambda: csv("urn,school,cluster", '900001,"Dale Academy",North', "900004,,South"),
        "the name of another school (900004)",
    ),
    "schools of elsewhere": (
        lambda: long([str(100000 + k) for k in range(6)]),
        "6 of the plan's 6 schools are none of the problem's",
    ),
    "LAESTAB numbers that the schools do not have": (
        lambda: long([f"9990{k:03d}" for k in range(6)]),
        "read the schools from a file that has them too",
    ),
    "no column of clusters": (
        lambda: csv("urn,pupils,roll", *(f"{u},3,4" for u in URNS)),
        "there is no column 'cluster'",
    ),
    "no column of schools": (lambda: csv("a,b,c", "1,2,3"), "no column holds the schools"),
    "a column per cluster, with another's column": (
        lambda: csv("North,South,Notes", "900001,900004,early", "900002,900005,late"),
        "'Notes' holds what are no schools",
    ),
    "a list with a name that is not known": (
        lambda: csv("North,", "900001,A", "900002,B", "Hull School,C", "South,", "900004,D"),
        "no school of the problem",
    ),
    "two columns of clusters that differ": (
        lambda: csv(
            "urn,Current cluster,Proposed cluster",
            *(f"{u},{'AABBAB'[k]},{LABELS[k]}" for k, u in enumerate(URNS)),
        ),
        "two columns name clusters, and not the same",
    ),
    "an empty mapping": (lambda: {}, "the mapping is empty"),
}


@pytest.mark.parametrize("name", READ)
def test_a_plan_is_read_as_what_is_meant(name, problem):
    plan = cl.read_plan(READ[name](), problem, links=OLD)
    groups = {cluster.label.title(): sorted(cluster.members) for cluster in plan.clusters}
    assert groups == GROUPS


@pytest.mark.parametrize("name", REFUSED)
def test_a_plan_is_refused_with_the_cause_in_one_sentence(name, problem):
    source, words = REFUSED[name]
    with pytest.raises(cl.DataError) as caught:
        cl.read_plan(source(), problem)
    (line,) = str(caught.value).splitlines()
    assert words in line
    assert " - " in line


def test_there_are_forty_and_more():
    assert len(READ) + len(REFUSED) >= 40


def test_numbers_saved_as_floats_are_the_same_labels(problem):
    plan = cl.read_plan(long(URNS, labels=["1", "1.0", "1", "2", "2", "2.0"]), problem)
    assert [cluster.label for cluster in plan.clusters] == ["1", "2"]


def test_what_was_odd_is_in_the_notes(problem):
    notes = " ".join(cl.read_plan(READ["by name"](), problem).notes)
    assert "4 schools were found by its name" in notes
    notes = " ".join(cl.read_plan(READ["labels spelt otherwise"](), problem).notes)
    assert "are one" in notes
    notes = " ".join(cl.read_plan(long(URNS, labels=[*LABELS[:5], "#N/A"]), problem).notes)
    assert "1 school has no cluster (#N/A x 1)" in notes


def test_names_of_the_files_columns_may_be_given(problem):
    plan = cl.read_plan(
        long(LAESTABS, "No,Where"), problem, columns={"laestab": "No", "cluster": "Where"}
    )
    assert [cluster.label for cluster in plan.clusters] == ["North", "South"]


def test_centres_by_name_or_by_mark(problem):
    pairs = list(zip(URNS, LABELS, strict=True))
    lines = [f"{u},{k},{'x' if u in ('900002', '900005') else ''}" for u, k in pairs]
    plan = cl.read_plan(csv("urn,cluster,centre", *lines), problem)
    assert [cluster.centre for cluster in plan.clusters] == ["900002", "900005"]
    lines = [f"{u},{k},{'Dale Academy' if k == 'South' else ''}" for u, k in pairs]
    plan = cl.read_plan(csv("urn,cluster,centre", *lines), problem)
    assert plan.clusters[1].centre == "900004"
