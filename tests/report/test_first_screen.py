"""The page answers first what people come for: what, how much, which decision, which cluster."""

import re

import pytest

from clusters.domain import Priorities, Rules
from tests.report.conftest import found
from tests.report.test_report import Reader, page


@pytest.fixture(scope="module")
def text(valley, plan, other, split, tmp_path_factory):
    return page(
        tmp_path_factory.mktemp("page"),
        valley,
        {"Best": found(plan), "Other": other},
        rules=Rules(n_clusters=4),
        priorities=Priorities(travel_by="pupils"),
        split=split,
        council="Valley Council",
        leads={label: f"Lead {label}" for label in "1234"},
        together=["One sentence."],
    )


def body(text):
    """The body: what is not folded away."""
    text = re.sub(r"<(style|svg)\b.*?</\1>", "", text.partition("<body>")[2], flags=re.DOTALL)
    return re.sub(r"<details.*?</details>", "", text, flags=re.DOTALL)


def test_the_first_words_say_who_what_how_much_and_what_is_asked(text):
    words = Reader(text.partition("<body>")[2]).words
    places = [
        words.index(part)
        for part in (
            "Valley Council",
            "Proposed clusters for SEND support",
            "16 schools would work together in 4 clusters of 4 schools each",
            "The clusters would share £174,600.01 a year for this",
            "£180,000.01",
            "£0",
            "£5,400",
            "£174,600.01",
            "Find your school",
            "See the map",
            "The Forum is asked to:",
            "All schools, A to Z",
        )
    ]
    assert places[:3] == sorted(places[:3])
    assert places[-4:] == sorted(places[-4:])
    assert len(words[: places[-1]].split()) < 300


def test_the_first_hit_of_a_search_for_a_school_is_its_own_row(text, valley):
    visible = text.partition("<body>")[2]
    table = visible[visible.index("<caption>All schools, A to Z") :]
    start = len(visible) - len(table)
    plain = re.sub(r"<title>.*?</title>|<desc.*?</desc>", lambda m: " " * len(m[0]), visible)
    for school in valley.schools:
        # other names may start with this one, as "School 1" and "School 12" do
        first = re.search(rf"{re.escape(school.name)}(?!\d)", plain).start()
        assert first > start
        row = visible[visible.rindex("<tr>", 0, first) : visible.index("</tr>", first)]
        assert f'<th scope="row"><bdi>{school.name}</bdi></th>' in row
        number = re.search(r'href="#(cluster-\d+)">Cluster \d', row)[1]
        card = visible[visible.index(f'id="{number}"') :].partition("</article>")[0]
        assert school.name in card
        assert f"<dt>Lead</dt><dd><bdi>Lead {number[-1]}</bdi></dd>" in card


def test_schools_are_listed_from_a_to_z(text):
    table = text.partition("<caption>All schools, A to Z")[2].partition("</table>")[0]
    names = re.findall(r'<th scope="row"><bdi>(.*?)</bdi>', table)
    assert len(names) == 16
    assert names == sorted(names, key=str.casefold)


def test_every_way_leads_somewhere(text):
    for target in re.findall(r'href="#([^"]+)"', text):
        assert f'id="{target}"' in text, target


def test_leads_stand_in_the_main_table(text):
    table = text.partition("<caption>The clusters<")[2].partition("</table>")[0]
    assert [f"Lead {k}" in table for k in range(1, 5)] == [True] * 4


def test_which_cluster_lacks_which_expertise_is_said_in_words(text):
    assert "no recorded expertise in these types of need" in text
    said = re.findall(r"<li><bdi>(Cluster \d: [^<]*)</bdi>", text)
    assert said
    for line in said:
        assert re.search(r"\(nearest: School \d+, [\d.]+ km from the centre\)", line)


def test_a_set_of_schools_is_not_called_a_group_or_cluster(text):
    part = text.partition('id="together"')[2].partition("</section>")[0]
    assert "Set A" in part
    assert "Group 1" not in part


def test_no_sum_says_that_money_moves(text):
    assert "moves from" not in text


def test_the_body_is_short_for_a_whole_authority(tmp_path):
    """At most 2,500 words for 18 clusters; the rest is folded away."""
    import clusters as cl
    from clusters import datasets
    from clusters.budget import Formula, Pot, split_budget

    problem = datasets.load_problem()
    plan = datasets.load_plan(problem)
    split = split_budget(
        problem, plan, Pot("18000000", contingency="3%"), Formula({"ehcps": 3, "sen_support": 1})
    )
    options = {"Today": plan, "Same": cl.Plan(plan.clusters)}
    leads = {cluster.label: "A Name, of a School" for cluster in plan.clusters}
    text = page(tmp_path, problem, options, split=split, leads=leads)
    assert len(plan.clusters) == 18
    assert len(Reader(body(text)).words.split()) <= 2500


def test_families_read_what_stays_and_the_author_sees_what_to_fill(valley, plan, tmp_path):
    from clusters.report import write_report

    write_report(tmp_path, valley, plan, formats=["html"], audience="public")
    families = Reader((tmp_path / "families.html").read_text(encoding="utf-8"))
    assert "An EHC plan is a right in law." in families.words
    assert families.words.count("[For the author:") == 5
    easy = Reader((tmp_path / "easy_read.html").read_text(encoding="utf-8"))
    said = re.findall(r"[^.]+\.", easy.words.partition("easy words ")[2].partition("[For")[0])
    assert len(said) >= 10
    assert max(len(sentence.split()) for sentence in said) <= 8
    whole = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "[For the author:" not in whole
