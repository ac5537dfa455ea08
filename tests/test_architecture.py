"""The picture of the rooms shows the contract on imports as it is."""

from __future__ import annotations

import runpy
from pathlib import Path

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"


def test_the_picture_of_the_rooms_is_that_of_the_contract():
    code = runpy.run_path(str(PICTURES / "rooms.py"))
    assert (PICTURES / "rooms.svg").read_text(encoding="utf-8") == code["drawn"]()


def test_every_room_on_the_way_of_the_data_is_in_the_contract():
    code = runpy.run_path(str(PICTURES / "rooms.py"))
    assert set(code["WAY"]) <= {room for row in code["rows"]() for room in row}
