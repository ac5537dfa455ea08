"""The page answers first what people come for: what, how much, which decision, which cluster."""

import re
from dataclasses import replace

import pytest

from clusters.domain import Priorities, Problem, Rules
from clusters.money import pounds
from tests.report.reading import found
from tests.report.test_report import Reader, page
from tests.report.test_working import rows_of


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


def rows_a_to_z(text):
    """Rows of the table from A to Z: cells as shown, a name that a search passes over included."""
    table = text.partition("<caption>All schools, A to Z")[2].partition("</table>")[0]
    for row in re.findall(r"<tr[^>]*>.*?</tr>", table.partition("<tbody")[2], re.DOTALL):
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
        yield [
            (re.search(r'data-text="([^"]*)"', cell) or [0, re.sub("<[^>]*>", "", cell)])[1]
            for cell in cells
        ]


def test_the_first_hit_of_a_search_for_a_school_is_its_own_row(text, valley):
    """As a browser searches: what stands in attributes is passed over."""
    plain = re.sub(r"<title>.*?</title>|<desc.*?</desc>", "", text.partition("<body>")[2])
    plain = re.sub(r"<(?!/?t[hdr])[^>]*>", "", plain)
    for school in valley.schools:
        # other names may start with this one, as "School 1" and "School 12" do
        first = re.search(rf"{re.escape(school.name)}(?!\d)", plain).start()
        assert plain[:first].endswith('scope="row" role="rowheader">') or re.search(
            r'<th scope="row" role="rowheader" id="a-z-\w">$', plain[:first]
        )


def test_every_school_finds_its_cluster_lead_centre_and_money_in_its_row(text, valley, plan, split):
    rows = {row[0]: row[1:] for row in rows_a_to_z(text)}
    paid = {share.key: share.total_pence for share in split.schools}
    for cluster in plan.clusters:
        centre = valley.school(cluster.centre).name
        for urn in cluster.members:
            school = valley.school(urn)
            own, lead, middle, _, money, on_map = rows[school.name]
            assert int(on_map) == 1 + sorted(rows, key=str.casefold).index(school.name)
            assert own == f"Cluster {cluster.label}"
            assert lead == f"Lead {cluster.label}"
            assert middle == ("this school" if urn == cluster.centre else centre)
            assert money == pounds(paid[urn])
            assert f'id="cluster-{cluster.label}"' in text


def test_a_lead_is_reported_in_its_own_row(valley, plan, tmp_path):
    leads = {c.label: f"Ms Lead, {valley.school(c.members[1]).name}" for c in plan.clusters}
    rows = {row[0]: row for row in rows_a_to_z(page(tmp_path, valley, plan, leads=leads))}
    leader = valley.school(plan.clusters[0].members[1]).name
    other = valley.school(plan.clusters[0].members[2]).name
    assert rows[leader][2] == "Ms Lead, this school"
    assert rows[other][2] == f"Ms Lead, {leader}"


def test_the_public_reads_the_money_of_the_cluster_in_the_row(valley, plan, split, tmp_path):
    text = page(tmp_path, valley, plan, split=split, audience="public")
    shown = {row[-2] for row in rows_a_to_z(text)}
    assert len(shown) <= len(plan.clusters)
    assert not shown & {pounds(share.total_pence) for share in split.schools}


def test_letters_lead_to_the_first_school_of_each(text):
    for letter in re.findall(r'href="#a-z-(\w)"', text):
        at = text.index(f'id="a-z-{letter}"')
        assert re.match(rf"[^>]*><bdi>{letter}", text[at:])


def test_schools_are_listed_from_a_to_z(text):
    names = [row[0] for row in rows_a_to_z(text)]
    assert len(names) == 16
    assert names == sorted(names, key=str.casefold)


def test_every_way_leads_somewhere(text):
    for target in re.findall(r'href="#([^"]+)"', text):
        assert f'id="{target}"' in text, target


def test_leads_stand_in_the_main_table(text):
    table = text.partition("<caption>The clusters<")[2].partition("</table>")[0]
    assert [f"Lead {k}" in table for k in range(1, 5)] == [True] * 4


def test_which_cluster_lacks_what_and_who_is_nearest_stands_in_a_table(valley, plan, tmp_path):
    short = [replace(s, expertise={} if s.urn != "1" else s.expertise) for s in valley.schools]
    problem = Problem.from_schools(short, edges=valley.edges, territories=valley.territories)
    text = page(tmp_path, problem, plan)
    rows = list(rows_of(text, "No expertise on record in the cluster"))
    assert [row["Cluster"] for row in rows] == ["Cluster 2", "Cluster 3", "Cluster 4"]
    for row, cluster in zip(rows, plan.clusters[1:], strict=True):
        far = problem.travel[problem.position(cluster.centre), problem.position("1")]
        assert row["Nearest school with it"] == "School 1"
        assert row["Has on record"] == "2 staff days"
        assert row["From the centre"] == f"{far / 1000:.1f} km"
    (row,) = rows_of(text, "Access to expertise by type of need")
    assert row["Clusters without any"] == "3: all but 1"
    assert row["On record"] == "2 staff days"


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
