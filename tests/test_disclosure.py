"""Small numbers stay hidden, whoever does the sums, and whoever runs the code again.

The attacks (`tests/intruder.py`) share no code with the library. Here they are run on what is
hidden and on whole packs.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clusters as cl
from clusters.budget import Protection
from clusters.disclosure import HIDDEN, SmallNumbers, hide_amounts, hide_counts, redacted
from clusters.domain import Capacity, NeedCount, Problem, School
from clusters.errors import DataError
from clusters.report import write as writing
from tests.intruder import (
    COUNTS,
    POT,
    Case,
    authority,
    files_of,
    narrow,
    numbers_of,
    rerun_pack,
    rows_of,
    solve_pack,
    texts_of,
)

# ---- what is hidden ---------------------------------------------------------------------------


def same_page(clusters, policy, most, one, other):
    """Whether two sets of counts lead to the same hidden and the same shown numbers."""
    views = []
    for counts in (one, other):
        hidden = hide_counts(counts, clusters, policy, most=most)
        views.append(
            (
                hidden,
                {k: v for k, v in counts.items() if k not in hidden.schools},
                {
                    key: sum(counts[m] for m in ids)
                    for key, ids in clusters.items()
                    if key not in hidden.clusters
                },
                None if hidden.total else sum(counts.values()),
            )
        )
    return views[0] == views[1]


def ways(counts, clusters, hidden, top):
    """Every set of counts that agrees with the sums shown, tried out one by one."""
    ids = sorted(hidden.schools)
    for values in itertools.product(range(1, top + 1), repeat=len(ids)):
        guess = counts | dict(zip(ids, values, strict=True))
        if all(
            key in hidden.clusters
            or sum(guess[m] for m in members) == sum(counts[m] for m in members)
            for key, members in clusters.items()
        ) and sum(guess.values()) == sum(counts.values()):
            yield guess


def assert_three_values_lead_to_the_same_page(counts, clusters, policy, most):
    """Both attacks at once, by brute force: every way is tried, and the code is run again on it."""
    hidden = hide_counts(counts, clusters, policy, most=most)
    small = {k for k, v in counts.items() if policy.is_small(v, most.get(k))}
    assert small <= hidden.schools
    if hidden.total:
        return  # nothing is shown but which counts are zero
    found = {key: set() for key in hidden.schools}
    for guess in ways(counts, clusters, hidden, 9):
        if any(guess[key] > roll for key, roll in most.items()):
            continue
        if any(len(found[key]) < 3 and guess[key] not in found[key] for key in found) and (
            same_page(clusters, policy, most, counts, guess)
        ):
            for key in found:
                found[key].add(guess[key])
    assert all(len(each) >= 3 for each in found.values()), (counts, found)


@st.composite
def small_authorities(draw, n):
    names = "abcdef"[:n]
    counts = {key: draw(st.integers(0, 7)) for key in names}
    homes = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    clusters = {home: [k for k, h in zip(names, homes, strict=True) if h == home] for home in homes}
    most = {}
    if draw(st.booleans()):
        most = {key: max(counts[key], draw(st.integers(5, 9))) for key in names}
    return counts, clusters, SmallNumbers(threshold=draw(st.sampled_from([4, 5]))), most


@settings(max_examples=12, deadline=None)
@given(small_authorities(5))
def test_at_least_three_values_of_each_hidden_count_lead_to_the_same_page(world):
    assert_three_values_lead_to_the_same_page(*world)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(small_authorities(6))
def test_three_values_lead_to_the_same_page_on_many_worlds(world):
    assert_three_values_lead_to_the_same_page(*world)


def test_a_sum_over_all_that_gives_a_count_away_is_hidden_too():
    counts = {"a": 1, "b": 1, "c": 0, "d": 0}
    hidden = hide_counts(counts, {"North": [*"ab"], "South": [*"cd"]}, SmallNumbers())
    assert hidden.schools == {"a", "b"}
    assert hidden.clusters == {"North", "South"}
    assert hidden.total


def test_one_small_count_hides_its_cluster_and_no_other():
    counts = {"a": 3, "b": 9, "c": 20, "d": 11, "e": 0}
    clusters = {"North": [*"abce"], "South": [*"d"]}
    hidden = hide_counts(counts, clusters, SmallNumbers())
    assert (hidden.schools, hidden.clusters, hidden.total) == ({"a", "b", "c"}, set(), False)
    many = hide_counts(counts, clusters, SmallNumbers(threshold=12))
    assert many.schools == {"a", "b", "c", "d"}


def test_a_sum_over_two_schools_is_never_shown_where_one_is_small():
    counts = {"a": 3, "b": 30, "c": 20, "d": 11, "e": 40, "f": 50, "g": 60}
    clusters = {"North": [*"ab"], "South": [*"cde"], "West": [*"fg"]}
    hidden = hide_counts(counts, clusters, SmallNumbers())
    assert "North" in hidden.clusters
    assert len(hidden.clusters) > 1  # or the sum over all less the others would show it


def test_which_other_clusters_are_hidden_depends_on_rolls_alone():
    clusters = {"tiny": [*"ab"], "N": [*"cde"], "S": [*"fgh"], "W": [*"ijk"], "E": [*"lmn"]}
    most = {key: 1000 + 10 * k for k, key in enumerate("abcdefghijklmn")}
    for start in (20, 200):
        counts = {key: start + 7 * k % 40 for k, key in enumerate("abcdefghijklmn")} | {"a": 3}
        hidden = hide_counts(counts, clusters, SmallNumbers(), most=most)
        assert hidden.clusters == {"tiny", "N"}


def test_a_measure_of_which_only_sums_are_shown():
    counts = dict.fromkeys("abcdef", 3)
    hidden = hide_counts(counts, {"N": [*"abc"], "S": [*"def"]}, SmallNumbers(), by_school=False)
    assert (hidden.schools, hidden.clusters) == (set("abcdef"), set())
    few = hide_counts(
        counts | {"a": 2, "b": 1, "c": 0},
        {"N": [*"abc"], "S": [*"def"]},
        SmallNumbers(),
        by_school=False,
    )
    assert few.clusters == {"N", "S"}


def test_sums_of_money_over_one_or_two_schools_are_hidden():
    sums = {"a": 5.0, "b": 0.0, "c": 7.0, "d": 8.0, "e": 9.0, "f": 1.0, "g": 2.0, "h": 3.0}
    hidden = hide_amounts(sums, {"N": [*"ab"], "S": [*"cde"], "W": [*"fgh"], "E": []})
    assert hidden.clusters == {"N", "S"}
    assert not hidden.total
    assert hide_amounts({"a": 5.0, "b": 6.0}, {"N": [*"ab"]}).total


@pytest.mark.parametrize(
    ("policy", "count", "most", "small"),
    [
        (SmallNumbers(), 0, 100, False),
        (SmallNumbers(zeros="hide"), 0, 100, True),
        (SmallNumbers(), 1, 100, True),
        (SmallNumbers(), 4, 100, True),
        (SmallNumbers(), 5, 100, False),
        (SmallNumbers(threshold=10), 9, 100, True),
        (SmallNumbers(threshold=10), 10, 100, False),
        (SmallNumbers(), 100, 100, True),
        (SmallNumbers(), 96, 100, True),
        (SmallNumbers(), 95, 100, False),
        (SmallNumbers(everybody="show"), 100, 100, False),
        (SmallNumbers(), 0, 0, False),
    ],
)
def test_which_numbers_are_small(policy, count, most, small):
    assert policy.is_small(count, most) is small


@pytest.mark.parametrize(
    "wrong", [{"threshold": 1}, {"threshold": 5.0}, {"zeros": "maybe"}, {"everybody": "no"}]
)
def test_a_policy_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(DataError):
        SmallNumbers(**wrong)


# ---- packs ------------------------------------------------------------------------------------


def drawn(seed: int, n: int, threshold: int, **more: object) -> Case:
    problem, plan = authority(seed, n)
    return Case(problem=problem, plan=plan, threshold=threshold, **more)


@pytest.mark.parametrize(("seed", "n", "threshold"), [(1, 10, 5), (3, 12, 5), (4, 24, 10)])
def test_published_figures_leave_three_values_to_each_hidden_count(seed, n, threshold, tmp_path):
    case = drawn(seed, n, threshold)
    values = solve_pack(case, case.write(tmp_path))
    assert values
    assert narrow(values) == []


def test_running_the_code_again_leaves_three_values_to_each_hidden_count(tmp_path):
    """With each of them, every file of the pack is the same to the byte."""
    case = drawn(1, 10, 5, formats=("csv", "html"))
    values = rerun_pack(case, case.write(tmp_path / "pack"), tmp_path / "again")
    assert values
    assert narrow(values) == []


@pytest.mark.slow
@pytest.mark.parametrize("threshold", [5, 10])
@pytest.mark.parametrize("n", [10, 14, 20, 30, 45, 60])
def test_published_figures_leave_three_values_on_many_authorities(n, threshold, tmp_path):
    for seed in range(100, 106):
        case = drawn(seed, n, threshold)
        values = solve_pack(case, case.write(tmp_path / str(seed)))
        assert narrow(values) == [], seed


@pytest.mark.slow
@pytest.mark.parametrize("threshold", [5, 10])
@pytest.mark.parametrize("n", [10, 15, 22])
def test_running_the_code_again_on_many_authorities(n, threshold, tmp_path):
    for seed in (200, 201):
        case = drawn(seed, n, threshold, formats=("csv", "html"))
        folder = case.write(tmp_path / f"{seed}-pack")
        values = rerun_pack(case, folder, tmp_path / str(seed))
        assert narrow(values) == [], seed


ALL_FORMATS = ("html", "csv", "maps", "geo", "word", "excel")


@pytest.mark.slow
def test_no_file_of_a_whole_pack_changes_with_hidden_counts(tmp_path):
    """Pictures, Word, Excel and GeoPackage too; two schools of a cluster change places."""
    pytest.importorskip("docx", reason="python-docx is not installed (extra: report)")
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra: report)")
    case = drawn(1, 10, 5, formats=ALL_FORMATS)
    published = files_of(case.write(tmp_path / "pack"))
    hidden = {
        (name, row["urn"]): row["cluster"]
        for row in rows_of(tmp_path / "pack/figures/schools.csv")
        for name in COUNTS
        if row[name] == HIDDEN
    }
    swapped = {}
    for (name, label), keys in itertools.groupby(
        sorted(hidden, key=lambda key: (key[0], hidden[key])),
        key=lambda key: (key[0], hidden[key]),
    ):
        group = list(keys)
        values = [getattr(case.problem.school(urn), name) for _, urn in group]
        swapped |= dict(zip(group, values[1:] + values[:1], strict=True))
        assert len(set(values)) > 1, label
    again = files_of(case.with_counts(swapped).write(tmp_path / "again"))
    assert {name for name in published if published[name] != again[name]} == set()
    assert published.keys() == again.keys()


def reachable(value: object, seen: set[int]) -> Iterator[object]:
    """Walk everything that can be reached from a value."""
    if id(value) in seen or isinstance(value, str | bytes | int | float | type(None)):
        return
    seen.add(id(value))
    yield value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        inner = [getattr(value, field.name) for field in dataclasses.fields(value)]
    elif isinstance(value, Mapping):
        inner = [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        inner = list(value)
    else:
        inner = []
    for each in inner:
        yield from reachable(each, seen)


def test_no_section_can_reach_a_hidden_number(monkeypatch, tmp_path):
    """What the papers are made from does not hold the facts, the money of schools or the search."""
    case, made = drawn(1, 10, 5), []
    monkeypatch.setattr(
        writing, "write_folder", lambda _, material, __: made.append(material) or ()
    )
    case.write(tmp_path)
    (material,) = made
    found = list(reachable(material, set()))
    schools = [each for each in found if isinstance(each, School)]
    assert {s.urn for s in schools} >= {s.urn for s in case.problem.schools}
    for school in schools:
        assert (school.ehcps, school.sen_support, school.topup_pence) == (None, None, None)
        assert not school.need
    counts = material.reader.counts
    assert HIDDEN in {*counts.schools["ehcps"].values(), *counts.schools["sen_support"].values()}
    for problem in (each for each in found if isinstance(each, Problem)):
        if set(problem.ids) & set(case.problem.ids):
            assert set(problem.measures) == {"schools", "pupils"}
    for split in (each for each in found if isinstance(each, cl.budget.Split)):
        assert split.schools == ()
    assert not [each for each in found if isinstance(each, cl.budget.Outlook)]
    assert all(option.result is None for option in material.options)


def test_no_file_names_the_money_of_a_school_or_the_cost_of_a_plan(tmp_path):
    case = drawn(2, 14, 5, formats=("html", "csv", "excel"))
    case.write(tmp_path)
    said = numbers_of(tmp_path)
    split = cl.split_budget(
        case.problem, case.plan, cl.Pot(POT, contingency="3%"), cl.Formula({"ehcps": 3,
        "sen_support": 1}, lump_per_cluster="1000"),
    )  # fmt: skip
    for share in split.schools:
        assert not said & {share.total_pence, share.total_pence / 100}
    rules = cl.Rules(n_clusters=(1, 99), contiguous=False)
    cost = cl.verify(case.problem, rules, case.plan, cl.Priorities(travel_by="need")).objective
    assert not said & {cost, round(cost), round(cost, 1)}


def test_a_public_pack_has_no_digest_and_no_simulation(tmp_path):
    case = drawn(1, 10, 5, formats=("html", "csv", "excel"))
    case.write(tmp_path)
    names = {path.name for path in tmp_path.rglob("*")}
    assert not names & {"risk.csv", "scenarios.csv", "letters.docx", "money_by_school.csv"}
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "The simulated risk is left out" in text
    for name, words in texts_of(tmp_path):
        assert "simulated_" not in words, name
        assert 'sha256":' not in words, name


# ---- money that goes to schools ---------------------------------------------------------------


def written(case: Case, folder: Path, **money: object) -> Path:
    """A public pack with this money."""
    known = {
        "pot": cl.Pot(POT),
        "formula": cl.Formula({"ehcps": 3, "sen_support": 1}),
        "protection": None,
    } | money
    split = cl.split_budget(case.problem, case.plan, *known.values())
    cl.write_report(
        folder,
        case.problem,
        {"A": case.plan},
        split=split,
        audience="public",
        formats=["csv", "html"],
    )
    return folder


def test_committed_sums_are_rounded_and_need_three_schools(tmp_path):
    case = drawn(6, 60, 5)
    paid = {s.urn: f"{s.ehcps * 5000 + 17}.37" for s in case.problem.schools if s.ehcps}
    rows = rows_of(written(case, tmp_path / "all", pot=cl.Pot("3000000", committed=paid))
                   / "figures/money.csv")  # fmt: skip
    shown = [row for row in rows if row["committed_pence"] != HIDDEN]
    assert shown
    assert all(int(float(row["committed_pence"])) % 100_000 == 0 for row in shown)
    one = dict(itertools.islice(paid.items(), 1))
    folder = written(case, tmp_path / "one", pot=cl.Pot("3000000", committed=one))
    assert not (folder / "figures/money.csv").exists()
    assert "The money is left out" in (folder / "report.html").read_text(encoding="utf-8")
    assert not numbers_of(folder) & {float(sum_) for sum_ in one.values()}


def test_floors_for_each_school_hide_the_money_of_clusters(tmp_path):
    case = drawn(4, 30, 5)
    folder = written(
        case, tmp_path, protection=Protection(floor="80%", level="school", method="scaling")
    )
    assert not (folder / "figures/money.csv").exists()
    assert (folder / "figures/pot.csv").exists()
    assert "money of all clusters is hidden" in (folder / "report.html").read_text("utf-8")


def test_money_that_is_shown_is_the_money_that_is_paid(tmp_path):
    """To the penny where every sum is shown and nothing is paid school by school."""
    problem, plan = authority(4, 30)
    bare = cl.Problem.from_schools([replace(s, topup_pence=None) for s in problem.schools])
    case = Case(problem=bare, plan=plan)
    formula = cl.Formula(
        {"ehcps": 3, "sen_support": 1}, lump_per_cluster="1000.01", lump_per_school="33.33"
    )
    rows = rows_of(written(case, tmp_path, formula=formula) / "figures/money.csv")
    split = cl.split_budget(bare, plan, cl.Pot(POT), formula)
    assert HIDDEN not in {row["total_pence"] for row in rows}
    assert [int(float(row["total_pence"])) for row in rows] == [
        share.total_pence for share in split.clusters
    ]
    assert [int(float(row["schools"])) for row in rows] == [len(c.members) for c in plan.clusters]


# ---- redacted facts ---------------------------------------------------------------------------


def test_what_is_made_from_redacted_facts_cannot_give_them_away():
    school = School(
        urn="1",
        name="A",
        easting=0.0,
        northing=0.0,
        pupils=100,
        ehcps=3,
        sen_support=11,
        topup_pence=1234,
        need={"asd": NeedCount(ehcps=2, sen_support=1)},
        expertise={"asd": Capacity(amount=2, unit="days")},
        measures={"fsm": 17},
    )
    problem = redacted(Problem.from_schools([school]))
    (left,) = problem.schools
    assert (left.pupils, left.name) == (100, "A")
    assert (left.ehcps, left.sen_support, left.topup_pence) == (None, None, None)
    assert (dict(left.need), dict(left.measures)) == ({}, {})
    assert left.expertise["asd"].amount == 2
    assert set(problem.measures) == {"schools", "pupils"}
