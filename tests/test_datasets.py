import csv
from collections import Counter

import pytest

import clusters as cl
from clusters import datasets
from clusters.geography import parts
from clusters.need_types import NEED_TYPES
from tools.calderwick.dice import Dice
from tools.calderwick.tables import make_files


@pytest.fixture(scope="module")
def schools():
    return datasets.load_schools()


@pytest.fixture(scope="module")
def problem():
    return datasets.load_problem()


def test_the_packaged_files_are_made_again_byte_by_byte():
    made = make_files()
    assert set(made) == set(datasets.FILES.values())
    for name, text in made.items():
        assert (datasets.DATA / name).read_bytes() == text.encode(), name


def test_another_seed_makes_another_authority():
    assert make_files(1)[datasets.FILES["schools"]] != make_files()[datasets.FILES["schools"]]


def test_dice_fall_the_same_everywhere():
    dice = Dice(5)
    assert [dice.whole(1, 6) for _ in range(12)] == [4, 5, 5, 6, 5, 6, 1, 3, 6, 4, 6, 1]


def test_every_file_says_that_it_is_synthetic():
    assert "synthetic" in datasets.NAME
    for name in datasets.FILES.values():
        assert name.startswith("synthetic_")
    for name in ("boundary", "barriers"):
        assert '"name": "Calderwick (synthetic)' in datasets.path(name).read_text()


def test_schools_and_problem_say_that_they_are_synthetic(schools, problem):
    assert {school.traits["source"] for school in schools} == {"synthetic"}
    assert "invented" in problem.notes[0]


def test_nothing_of_the_file_is_left_unread(schools):
    report = schools.report
    for one in (report, *report.others):
        assert one.rows_read == one.rows_kept
        assert not one.not_used
        assert set(one.unknown) <= {"trust"}  # most schools belong to none


@pytest.mark.parametrize(
    ("measure", "low", "high"),
    [
        ("schools", 165, 175),
        ("pupils", 66_000, 68_000),
        ("ehcps", 1_200, 1_900),
        ("sen_support", 6_700, 7_400),
        ("topup_pence", 17_500_000_00, 18_500_000_00),
        ("fsm", 12_000, 18_000),
        ("low_prior_attainment", 12_000, 22_000),
    ],
)
def test_totals_are_those_of_a_real_authority(problem, measure, low, high):
    assert low <= problem.measure(measure).sum() <= high


def test_types_of_need_add_up_and_have_realistic_shares(schools, problem):
    for school in schools:
        assert set(school.need) == set(NEED_TYPES)
        assert school.ehcps == sum(count.ehcps for count in school.need.values())
        assert school.sen_support == sum(count.sen_support for count in school.need.values())
        assert school.ehcps + school.sen_support < school.pupils
    plans = {kind: problem.measure(f"ehcps_{kind}").sum() for kind in NEED_TYPES}
    assert set(sorted(plans, key=plans.get)[-3:]) == {"asd", "semh", "slcn"}
    assert not problem.unknown


def test_phases(schools):
    phases = Counter(school.phase for school in schools)
    assert phases["first"] == 16
    assert phases["middle"] == 2
    assert phases["all-through"] == 2
    assert phases["infant"] == phases["junior"] >= 8
    upper = phases["secondary"] + phases["all-through"] + phases["middle"]
    assert len(schools) - upper == pytest.approx(142, abs=3)


def test_the_three_tier_pyramid(problem):
    members = [problem.school(key) for key in problem.pyramids["Harrowdale"]]
    assert Counter(school.phase for school in members) == {"first": 16, "middle": 2, "secondary": 1}
    assert max(map(len, problem.pyramids.values())) == 19


def test_every_pyramid_has_one_top(schools):
    tops = Counter(s.pyramid for s in schools if s.phase in ("secondary", "all-through"))
    assert set(tops) == {school.pyramid for school in schools}
    assert set(tops.values()) == {1}


def test_infant_and_junior_schools_share_sites(schools):
    sites = Counter((school.easting, school.northing) for school in schools)
    shared = [site for site, count in sites.items() if count > 1]
    assert len(shared) == 8
    for site in shared:
        there = {s.phase for s in schools if (s.easting, s.northing) == site}
        assert there == {"infant", "junior"}


def test_names_and_urns_are_unique_and_not_real(schools):
    assert len({school.name for school in schools}) == len(schools)
    assert [int(school.urn) for school in schools] == list(range(900_001, 900_001 + len(schools)))


def test_expertise_is_in_days_and_unevenly_known(schools):
    holders = [school for school in schools if school.expertise]
    assert 50 <= len(holders) <= 100
    assert {c.unit for school in holders for c in school.expertise.values()} == {"staff days"}
    assert any(c.amount == 0 for school in holders for c in school.expertise.values())


def test_resourced_provisions_are_at_schools_that_can_share(schools):
    with datasets.path("resourced_provision").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 14
    by_urn = {school.urn: school for school in schools}
    for row in rows:
        school = by_urn[row["urn"]]
        assert school.name == row["name"]
        assert school.expertise[row["type"]].amount > 0
        assert school.need[row["type"]].ehcps >= int(row["places"]) // 2


def test_traits_for_the_equality_page(schools):
    assert {s.traits["deprivation_quintile"] for s in schools} == set("12345")
    assert len({s.traits["rurality"] for s in schools}) == 4
    assert {"none", "Church of England", "Roman Catholic", "Muslim"} == {
        s.traits["faith"] for s in schools
    }
    assert 0.3 < sum(bool(s.can_lead) for s in schools) / len(schools) < 0.8


def test_the_land_is_in_one_piece_with_and_without_the_ridge(problem):
    ridged = datasets.load_problem(barriers=True)
    assert len(parts(problem)) == len(parts(ridged)) == 1
    assert 0 < len(problem.edges) - len(ridged.edges) < 20


def test_every_school_lies_inside_the_boundary(schools):
    import shapely

    boundary = datasets.load_boundary()
    assert all(boundary.contains(shapely.Point(s.easting, s.northing)) for s in schools)
    assert boundary.crosses(datasets.load_barriers()) or boundary.contains(datasets.load_barriers())


def test_journeys_by_road(problem):
    road = datasets.load_problem(by_road=True)
    assert road.travel_unit == "min"
    assert any("differ by direction" in note for note in road.notes)
    assert 20 < road.travel[road.travel > 0].mean() < 30
    kmh = 60 * problem.distance_m / 1000 / road.travel.clip(min=0.1)
    assert kmh.max() < 50


def test_todays_groups(problem):
    plan = datasets.load_plan(problem)
    assert len(plan.clusters) == 18
    assert plan.labels == {school.urn: school.cluster for school in problem.schools}


def test_the_hand_drawn_map_has_just_its_six_mistakes(problem):
    plan = cl.read_plan(datasets.path("hand_drawn"), problem)
    rules = cl.Rules(n_clusters=18, schools_per_cluster=(4, 20), contiguous=True)
    certificate = cl.verify(problem, rules, plan)
    found = Counter(finding.rule for finding in certificate.findings)
    assert found == {"assignment": 4, "schools_per_cluster": 1, "contiguous": 1}
    text = certificate.summary()
    for word in ("Golcroft", "Hagroyd", "Lowbridge Primary", "999999", "Highfold", "Skelholme"):
        assert word in text


def test_unknown_files_are_refused():
    with pytest.raises(cl.DataError, match="no packaged file"):
        datasets.path("kirklees")


def test_the_generator_writes_to_a_folder(tmp_path, monkeypatch, capsys):
    from tools.calderwick.__main__ import main

    monkeypatch.setattr("sys.argv", ["datasets", "--folder", str(tmp_path / "new")])
    main()
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(
        datasets.FILES.values()
    )
    assert "synthetic_schools.csv" in capsys.readouterr().out
