"""The page in a real browser."""

import pytest

from clusters.budget import Assumptions, look_ahead
from clusters.domain import Priorities, Rules
from clusters.report import write_report
from tests.report.conftest import visit
from tests.report.reading import found

pytestmark = pytest.mark.browser

NAMES = ("report.html", "equality.html", "families.html", "easy_read.html")
PAGES = 2 + 2 * len(NAMES)


@pytest.fixture(scope="module")
def seen(valley, plan, other, split, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    one, two = folder / "one.html", folder / "options.html"
    write_report(one, valley, plan)
    write_report(
        two,
        valley,
        {"Shortest": plan, "Another": other},
        rules=Rules(n_clusters=4, balance={"pupils": 0.1}),
        priorities=Priorities(travel_by="pupils", pyramids=1.0),
        synthetic=True,
    )
    packs = [
        write_report(
            folder / audience,
            valley,
            {"Shortest": found(plan), "Another": other},
            rules=Rules(n_clusters=4),
            split=split,
            outlook=look_ahead(split, Assumptions(growth="5%"), n_simulations=200),
            audience=audience,
            formats=["html"],
            run_file="run.json",
        )
        for audience in ("working group", "public")
    ]
    return visit(one, two, *(path for pack in packs for path in pack))


def test_no_requests_and_no_errors(seen):
    assert [(page["requests"], page["errors"]) for page in seen] == [([], [])] * PAGES


@pytest.mark.parametrize("width", ["wide", "middle", "narrow", "colours"])
def test_no_violations_of_wcag_2_2_aa(seen, width):
    assert [page[width]["violations"] for page in seen] == [[]] * PAGES
    assert all(page[width]["passes"] > 15 for page in seen)  # an empty page passes too


def test_as_many_focusable_links_on_the_map_as_clusters(seen):
    assert [(page["file"], page["focusable"]) for page in seen] == [
        ("one.html", 4),
        ("options.html", 4),
        *[(name, 4 * (name == "report.html")) for name in NAMES] * 2,
    ]


def test_every_link_leads_somewhere(seen):
    assert [page["broken"] for page in seen] == [[]] * PAGES


def test_the_page_does_not_scroll_sideways_on_a_narrow_screen_or_at_twice_the_size(seen):
    assert all(page["width"] <= 320 for page in seen)
    assert all(page["zoomed"] <= 640 for page in seen)


def test_buttons_and_boxes_keep_an_edge_in_forced_colours(seen):
    assert all(page["colours"]["active"] for page in seen)
    assert [page["colours"]["edges"] for page in seen] == [[]] * PAGES


def test_the_keyboard_starts_at_the_skip_link_and_can_be_seen_everywhere(seen):
    for page in seen:
        assert page["keys"][0]["name"] == "Skip to the main content"
        hidden = [
            k for k in page["keys"] if k["tag"] != "BODY" and not (k["marked"] and k["inside"])
        ]
        assert hidden == [], page["file"]
