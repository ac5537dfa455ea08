import json
import time

import numpy as np
import pandas as pd
import pyproj
import pytest

import clusters as cl
from clusters import DataError
from clusters.readers.travel_tables import read_matrix
from clusters.readers.travel_units import is_no_way_number

IDS = ["107600", "107601", "107602"]
VALUES = np.array([[0, 1.5, 2], [3, 0, 4], [5, np.inf, 0]])
SQUARE = "id,107600,107602,107601\n107601,3,4,0\n107600,0,2,1.5\n107602,5,0,inf\n"
LONG = (
    "from,to,minutes\n107600,107601,1.5\n107600,107602,2\n107601,107600,3\n"
    "107601,107602,4\n107602,107600,5\n107602,107601,inf\n"
)


def long_frame():
    rows = [(IDS[i], IDS[j], VALUES[i, j]) for i in range(3) for j in range(3) if i != j]
    return pd.DataFrame(rows, columns=["Origin", "Destination", "Minutes"])


def square_frame():
    return pd.DataFrame(VALUES, index=[int(key) for key in IDS], columns=IDS)


@pytest.mark.parametrize(
    "text", [SQUARE, LONG, "\ufeff" + LONG, LONG.replace("\n", "\r\n"), LONG + "\n\n"]
)
def test_csv_square_and_long(tmp_path, text):
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode())
    assert np.array_equal(read_matrix(path, IDS, "min").values, VALUES)


@pytest.mark.parametrize("frame", [long_frame(), square_frame()], ids=["long", "square"])
def test_parquet_and_frames(tmp_path, frame):
    assert np.array_equal(read_matrix(frame, IDS, "min").values, VALUES)
    path = tmp_path / "table.parquet"
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.rename_axis("id").reset_index()
    frame.to_parquet(path)
    assert np.array_equal(read_matrix(path, IDS, "min").values, VALUES)


def test_square_frame_with_ids_as_a_column():
    frame = square_frame().rename_axis("id").reset_index()
    assert np.array_equal(read_matrix(frame, IDS, "min").values, VALUES)


def test_number_ids_meet_text_ids():
    assert np.array_equal(
        read_matrix(square_frame(), [int(key) for key in IDS], "min").values, VALUES
    )


def test_other_ids_are_passed_over_and_noted():
    read = read_matrix(square_frame(), IDS[:2], "min")
    assert np.array_equal(read.values, VALUES[:2, :2])
    assert "107602 were passed over" in read.notes[0]
    assert "107602" in read_matrix(long_frame(), IDS[:2], "min").notes[0]


def test_every_fault_at_once(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(
        "from,to,minutes\n107600,107601,-1\n107600,107602,c\n107601,107600,3\n"
        "107601,107600,3\n107602,107600,5\n107602,107602,2\n"
    )
    with pytest.raises(DataError) as caught:
        read_matrix(path, IDS, "min")
    texts = [str(fault) for fault in caught.value.faults]
    assert len(texts) == 5
    assert "row 2" in texts[0]
    assert "'-1'" in texts[0]
    assert "row 3" in texts[1]
    assert "given 2 times" in texts[2]
    assert "no journey to 107602" in texts[3]
    assert "no journey to 107601" in texts[4]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("from,to,minutes\n", "no rows"),
        ("from,to,minutes\n1,2,3,4\n", "too many fields"),
        ("from,to,distance_m\n107600,107601,1\n", "no column holds minutes"),
        (SQUARE.replace("107601,3,4,0\n", ""), "no row for this school"),
        (SQUARE.replace("id,107600", "id,999"), "no column for this school"),
        (SQUARE + "107602,5,0,inf\n", "more than one row"),
        (SQUARE.replace("3,4,0", "3,,0"), "the journey is blank"),
        (SQUARE.replace("3,4,0", "3,x,0"), "not a number of 0 or more"),
        (SQUARE.replace("3,4,0", "3,4,9"), "to itself is not 0"),
        (LONG + "107600,107600,9\n", "to itself is not 0"),
    ],
)
def test_wrong_tables_are_refused(tmp_path, text, words):
    path = tmp_path / "table.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=words):
        read_matrix(path, IDS, "min")


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "table.xlsx"
    path.write_bytes(b"PK")
    with pytest.raises(DataError, match="not an Excel file"):
        read_matrix(path, IDS, "m")


def test_a_false_parquet_is_refused(tmp_path):
    path = tmp_path / "table.parquet"
    path.write_bytes(b"not parquet at all")
    with pytest.raises(DataError, match="not a Parquet file"):
        read_matrix(path, IDS, "m")


# routing tools, units and what cannot be ------------------------------------------------------

N = 8
URNS = [str(900001 + k) for k in range(N)]
XY = np.array([[414000 + 1500 * k, 417000 + 900 * (k % 3)] for k in range(N)], dtype=float)
STRAIGHT = np.hypot(*(XY[:, None] - XY[None]).transpose(2, 0, 1))
MINUTES = np.round(STRAIGHT / 1000 * 2.1, 2)
PLACES = [
    {"location": list(pair)}
    for pair in zip(
        *pyproj.Transformer.from_crs(27700, 4326, always_xy=True).transform(XY[:, 0], XY[:, 1]),
        strict=True,
    )
]


@pytest.fixture(scope="module")
def schools():
    return [
        cl.School(urn=urn, name=urn, easting=x, northing=y)
        for urn, (x, y) in zip(URNS, XY, strict=True)
    ]


def pairs(names, values):
    rows = [(URNS[a], URNS[b], values[a, b]) for a in range(N) for b in range(N)]
    return pd.DataFrame(rows, columns=names)


def osrm(values):
    return {"code": "Ok", "durations": values.tolist(), "sources": PLACES, "destinations": PLACES}


def valhalla(values):
    return {
        "sources_to_targets": [
            [
                {"from_index": a, "to_index": b, "time": values[a, b], "distance": 1.0}
                for b in reversed(range(N))
            ]
            for a in range(N)
        ],
        "units": "kilometers",
    }


KM = STRAIGHT * 1.3 / 1000
TOOLS = {
    "r5py": (pairs(["from_id", "to_id", "travel_time"], MINUTES), "travel_min", {}),
    "r5py percentile": (pairs(["from_id", "to_id", "travel_time_p50"], MINUTES), "travel_min", {}),
    "ORS Tools": (
        pairs(["FROM_ID", "TO_ID", "DURATION_H"], MINUTES / 60).assign(DIST_KM=1.0),
        "travel_min",
        {},
    ),
    "ORS Tools, distances": (
        pairs(["FROM_ID", "TO_ID", "DIST_KM"], KM).assign(DURATION_H=1.0),
        "travel_m",
        {},
    ),
    "QNEAT3": (
        pairs(["origin_id", "destination_id", "total_cost"], KM * 1000).assign(
            entry_cost=5.0, network_cost=9.0, exit_cost=5.0
        ),
        "travel_m",
        {},
    ),
    "QNEAT3, seconds": (
        pairs(["origin_id", "destination_id", "total_cost"], MINUTES * 60),
        "travel_min",
        {"travel_unit": "s"},
    ),
    "QGIS": (pairs(["InputID", "TargetID", "Distance"], KM * 1000), "travel_m", {}),
    "a spreadsheet": (
        pairs(["Origin URN", "Destination URN", "Drive time (mins)"], MINUTES),
        "travel_min",
        {},
    ),
    "miles": (pairs(["from", "to", "Miles"], KM / 1.609344), "travel_m", {}),
    "OSRM": (osrm(MINUTES * 60), "travel_min", {}),
    "OpenRouteService": (
        osrm(MINUTES * 60) | {"metadata": {"query": {"units": "m"}}},
        "travel_min",
        {},
    ),
    "OpenRouteService, km": (
        {"distances": KM.tolist(), "metadata": {"query": {"units": "km"}}},
        "travel_m",
        {},
    ),
    "Valhalla": (valhalla(MINUTES * 60), "travel_min", {}),
    "Valhalla, short": (
        {"sources_to_targets": {"durations": (MINUTES * 60).tolist()}, "units": "miles"},
        "travel_min",
        {},
    ),
    "an array of seconds": (MINUTES * 60, "travel_min", {"travel_unit": "seconds"}),
    "an array of kilometres": (KM, "travel_m", {"travel_unit": "km"}),
}


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("saved", [False, True])
def test_what_routing_tools_give(schools, tool, saved, tmp_path):
    source, argument, options = TOOLS[tool]
    if saved and isinstance(source, dict):
        (tmp_path / "answer.json").write_text(json.dumps(source))
        source = tmp_path / "answer.json"
    elif saved and isinstance(source, pd.DataFrame):
        source.to_excel(tmp_path / "answer.xlsx", index=False)
        source = tmp_path / "answer.xlsx"
    problem = cl.build_problem(schools, **{argument: source}, **options)
    wanted = MINUTES if argument == "travel_min" else KM * 1000
    assert np.allclose(problem.travel, wanted, atol=0.02)


@pytest.mark.parametrize(
    ("arguments", "unit"),
    [
        ({"travel_min": MINUTES * 60}, "s"),
        ({"travel_min": MINUTES / 60}, "h"),
        ({"travel_m": KM}, "km"),
        ({"travel_m": KM / 1.609344}, "miles"),
        ({"travel_min": pairs(["from", "to", "travel_time"], MINUTES * 60)}, "s"),
    ],
)
def test_journeys_in_another_unit_are_refused_and_it_is_named(schools, arguments, unit):
    with pytest.raises(DataError, match=f'travel_unit="{unit}"'):
        cl.build_problem(schools, **arguments)
    cl.build_problem(schools, **arguments, travel_unit=unit)


@pytest.mark.parametrize("unit", ["furlongs", "km"])
def test_a_wrong_unit_is_refused(schools, unit):
    with pytest.raises(DataError, match="use s, min or h"):
        cl.build_problem(schools, travel_min=MINUTES, travel_unit=unit)


def with_number(value):
    values = MINUTES.astype(object)
    values[1, 2] = value
    return values


@pytest.mark.parametrize("value", [2147483647, -1, 999999, np.nan])
@pytest.mark.parametrize("form", ["array", "frame", "answer"])
def test_numbers_for_no_way_are_refused_and_marked_by_choice(schools, value, form):
    values = with_number(value)
    source = values.astype(float)
    if form == "frame":
        source = pairs(["from_id", "to_id", "travel_min"], values)
    elif form == "answer":
        source = {"durations": [[None if x != x else x for x in row] for row in values]}
    options = {"travel_unit": "min"} if form == "answer" else {}
    with pytest.raises(DataError, match="no_way="):
        cl.build_problem(schools, travel_min=source, **options)
    mark = "blank" if value != value else value
    problem = cl.build_problem(schools, travel_min=source, no_way=[mark], **options)
    assert np.isinf(problem.travel[1, 2])
    assert np.isinf(problem.travel).sum() == 1


@pytest.mark.parametrize(
    ("value", "unit", "factor", "no_way"),
    [
        (9_999, "m", 1, False),
        (99_999, "m", 1, False),
        (999_999, "m", 1, True),
        (9_999, "min", 1, True),
        (9_999, "min", 1 / 60, False),
        (99_999, "min", 1 / 60, True),
        (999, "m", 1_000, True),
        (2_147_483_647, "min", 1 / 60, True),
        (20_000, "min", 1, True),
        (-1, "m", 1, True),
    ],
)
def test_nines_are_no_way_only_where_they_cannot_be_a_journey(value, unit, factor, no_way):
    assert is_no_way_number(str(value), value, unit, factor) == no_way


def test_an_answer_in_another_order_is_refused(schools):
    answer = osrm(MINUTES * 60) | {"sources": PLACES[::-1]}
    with pytest.raises(DataError, match="km from the school in that place"):
        cl.build_problem(schools, travel_min=answer)


def test_an_answer_for_other_schools_is_refused(schools):
    with pytest.raises(DataError, match="for 8 places, and there are 7 schools"):
        cl.build_problem(schools[:7], travel_min=osrm(MINUTES * 60))
    with pytest.raises(DataError, match="ask the service for distances too"):
        cl.build_problem(schools, travel_m=osrm(MINUTES * 60))


def test_several_columns_that_could_be_meant_are_refused(schools):
    table = pairs(["from_id", "to_id", "travel_time_p25"], MINUTES).assign(travel_time_p75=1)
    with pytest.raises(DataError, match="2 columns could hold the minutes"):
        cl.build_problem(schools, travel_min=table)


def test_a_table_with_thousands_separators_is_read_and_noted(tmp_path):
    square = pd.DataFrame([[f"{x:,.0f}" for x in row] for row in STRAIGHT], URNS, URNS)
    square.rename_axis("id").to_csv(tmp_path / "t.csv")
    read = read_matrix(tmp_path / "t.csv", URNS, "m")
    assert np.allclose(read.values, np.round(STRAIGHT))
    assert "comma between thousands" in read.notes[0]


def test_a_flood_of_wrong_cells_is_one_sentence():
    ids = [str(k) for k in range(170)]
    square = pd.DataFrame([["5 km"] * 170] * 170, ids, ids)
    start = time.perf_counter()
    with pytest.raises(DataError) as caught:
        read_matrix(square, ids, "m")
    assert time.perf_counter() - start < 5
    assert len(str(caught.value).splitlines()) == 1
    assert len(caught.value.faults) == 170 * 170
