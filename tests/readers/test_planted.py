"""Forty faults planted in one file: all forty are found in one pass, and nothing else."""

from __future__ import annotations

import pytest

import clusters as cl

HEADER = (
    *("urn", "name", "phase", "easting", "northing", "pupils", "ehcps", "sen_support"),
    *("ehcps_asd", "ehcps_semh", "sen_support_asd", "sen_support_nsa", "expertise_asd"),
    *("expertise_hi", "expertise_unit", "can_lead", "topup", "need", "measure_fsm"),
    *("ehcps_wizardry", "expertise_dragons"),
)


def clean_row(k: int) -> dict[str, str]:
    return {
        "urn": str(200_000 + k),
        "name": f"School {k}",
        "phase": "primary",
        "easting": str(400_000 + 300 * (k % 10)),
        "northing": str(300_000 + 300 * (k // 10)),
        "pupils": "1,024",
        "ehcps": "12",
        "sen_support": "40.0",
        "ehcps_asd": "5",
        "ehcps_semh": "c",
        "sen_support_asd": "7",
        "sen_support_nsa": "2",
        "expertise_asd": "1.5",
        "expertise_hi": "",
        "expertise_unit": "staff days",
        "can_lead": "yes",
        "topup": "£12,345.67",
        "need": "31.5",
        "measure_fsm": "12%",
        "ehcps_wizardry": "",
        "expertise_dragons": "",
    }


# (row of the fault, column of the fault, cells that plant it); rows count from 2.
IN_CELLS: list[tuple[str, dict[str, str]]] = [
    ("pupils", {"pupils": "NaN"}),
    ("pupils", {"pupils": "-5"}),
    ("pupils", {"pupils": "12.5"}),
    ("pupils", {"pupils": "1,24"}),
    ("pupils", {"pupils": "twelve"}),
    ("pupils", {"pupils": "1e3"}),
    ("pupils", {"pupils": "#REF!"}),
    ("pupils", {"pupils": "inf"}),
    ("ehcps", {"ehcps": "5%"}),
    ("ehcps", {"ehcps": "2000"}),
    ("sen_support", {"sen_support": "1020"}),
    ("sen_support", {"sen_support": "\u221240"}),
    ("ehcps_semh", {"ehcps_semh": "9"}),
    ("ehcps_asd", {"ehcps_asd": "0.5"}),
    ("sen_support_nsa", {"sen_support_nsa": "39"}),
    ("expertise_asd", {"expertise_unit": ""}),
    ("expertise_asd", {"expertise_asd": "-1"}),
    ("expertise_hi", {"expertise_hi": "lots"}),
    ("can_lead", {"can_lead": "maybe"}),
    ("topup", {"topup": "12.345"}),
    ("topup", {"topup": "-1.00"}),
    ("topup", {"topup": "lots"}),
    ("need", {"need": "-0.1"}),
    ("measure_fsm", {"measure_fsm": "many"}),
    ("name", {"name": ""}),
    ("urn", {"urn": ""}),
    ("urn", {"urn": "200001"}),
    ("urn", {"urn": "2.00E+05"}),
    ("urn", {"urn": "2000A1"}),
    ("urn", {"urn": "200 099"}),
    ("easting", {"easting": ""}),
    ("northing", {"northing": "north"}),
    ("easting", {"easting": "-1.78", "northing": "53.64"}),
    ("easting", {"easting": "0", "northing": "0"}),
    ("easting", {"easting": "800000", "northing": "420000"}),
    ("easting", {"easting": "30000"}),
]


@pytest.fixture
def planted(write):
    rows = [clean_row(k) for k in range(60)]
    expected: set[tuple[int | None, str | None]] = set()
    for k, (column, cells) in enumerate(IN_CELLS, start=5):
        rows[k].update(cells)
        expected.add((k + 2, column))
    lines = [",".join(HEADER)]
    lines += [",".join(f'"{row[name]}"' for name in HEADER) for row in rows]
    lines[50] += ",surplus"
    lines[51] = "200049,School 49"
    expected |= {(51, None), (52, None), (None, "ehcps_wizardry"), (None, "expertise_dragons")}
    return write("\n".join(lines) + "\n"), expected


def test_all_forty_are_found_at_once(planted):
    path, expected = planted
    assert len(expected) == 40
    with pytest.raises(cl.DataError) as caught:
        cl.read_schools(path)
    found = [(fault.row, fault.column) for fault in caught.value.faults]
    assert set(found) == expected
    assert len(found) == 40


def test_every_fault_says_where_what_and_how_to_mend_it(planted):
    with pytest.raises(cl.DataError) as caught:
        cl.read_schools(planted[0])
    for fault in caught.value.faults:
        assert fault.where == "schools.csv"
        assert fault.what
        assert fault.remedy
        assert not fault.what.endswith(".")
        if fault.row and fault.column not in (None, "urn"):
            assert fault.urn
            assert fault.value is not None


def test_no_false_alarm_on_the_same_file_when_clean(write):
    rows = [clean_row(k) for k in range(60)]
    names = [name for name in HEADER if "wizardry" not in name and "dragons" not in name]
    lines = [",".join(names), *(",".join(f'"{row[name]}"' for name in names) for row in rows)]
    schools = cl.read_schools(write("\n".join(lines)))
    assert len(schools) == 60
    first = schools[0]
    assert (first.pupils, first.ehcps, first.sen_support) == (1024, 12, 40)
    assert first.need["asd"].ehcps == 5
    assert first.need["semh"].ehcps is None
    assert first.topup_pence == 1_234_567
    assert first.can_lead is True
    assert first.expertise["asd"] == cl.Capacity(amount=1.5, unit="staff days")
    assert "hi" not in first.expertise
    assert first.measures == {"need": 31.5, "fsm": 12.0, "sen_support_nsa": 2.0}


def test_a_fault_of_a_whole_column_is_reported_once(write):
    rows = [clean_row(k) | {"northing": "54.1", "easting": "-1.5"} for k in range(60)]
    lines = [",".join(HEADER[:8])]
    lines += [",".join(f'"{row[name]}"' for name in HEADER[:8]) for row in rows]
    with pytest.raises(cl.DataError) as caught:
        cl.read_schools(write("\n".join(lines)))
    assert len(caught.value.faults) == 60
    (line,) = str(caught.value).splitlines()
    assert "degrees, not metres" in line
    assert "60 times, first in rows 2, 3, 4" in line
