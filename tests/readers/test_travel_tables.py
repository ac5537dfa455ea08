import numpy as np
import pandas as pd
import pytest

from clusters import DataError
from clusters.readers.travel_tables import read_matrix

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
