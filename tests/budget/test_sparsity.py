"""Sparsity: small schools far from others, by phase; who cannot be judged is named, not paid."""

from __future__ import annotations

from fractions import Fraction

import pytest

import clusters as cl
from clusters.budget import Remote, Sparsity, Taper, check_split, split_budget
from clusters.budget.sparsity import BY_PHASE
from clusters.errors import MoneyError
from tests.budget.authority import plan_of, problem_of, school
from tests.shared_data import shared_path


def paid(schools, **more):
    """Pence by school of a sum of 1,000 pounds, and the notes on sparsity."""
    problem = problem_of(schools)
    plan = plan_of({"A": [one.urn for one in schools]})
    formula = cl.Formula({"schools": 1}, sparsity=Sparsity(amount="1000", **more))
    split = split_budget(problem, plan, "1000000", formula)
    assert check_split(split) == ()
    sums = {share.key: share.factor_pence.get("sparsity", 0) for share in split.schools}
    return sums, [note for note in split.notes if note.startswith("Sparsity")]


def far(urn, k, **more):
    """Stand at the k-th place on a line, 10 km from the next."""
    return school(urn, easting=10_000.0 * k, northing=1_000.0, **more)


def remote(phase, pupils, count=3, gap=10_000.0):
    return [
        school(str(k), phase=phase, pupils=pupils, easting=gap * k, northing=1_000.0)
        for k in range(count)
    ]


@pytest.mark.parametrize(
    ("phase", "pupils", "share"),
    [
        ("primary", 74, 1),  # 10.57 in a year group: below half of 21.4
        ("primary", 112, Fraction(54, 107)),  # 16 in a year group
        ("primary", 150, 0),  # 21.43
        ("infant", 48, Fraction(54, 107)),  # three years
        ("junior", 64, Fraction(54, 107)),
        ("first", 80, Fraction(54, 107)),
        ("middle", 4 * 34, 1),
        ("middle", 280, 0),
        ("secondary", 300, 1),
        ("secondary", 450, Fraction(1, 2)),
        ("secondary", 600, 0),
        ("all-through", 12 * 62, Fraction(1, 125) * 2),
    ],
)
def test_the_sum_falls_with_the_mean_year_group_of_the_phase(phase, pupils, share):
    sums, notes = paid(remote(phase, pupils))
    # the middle one of three on a line has its second nearest at 10 km, as the others at 20 km
    assert set(sums.values()) == {round(100_000 * share)}
    assert notes == []


@pytest.mark.parametrize(
    ("phase", "metres", "share"),
    [
        ("primary", 2575, 0),
        ("primary", 2897, Fraction(1, 2)),
        ("primary", 3219, 1),
        ("secondary", 3219, 0),
        ("secondary", 3862, 0),
        ("secondary", 4345, Fraction(1, 2)),
        ("secondary", 4828, 1),
        ("middle", 3219, 1),
        ("all-through", 3219, 1),
    ],
)
def test_distances_differ_by_phase(phase, metres, share):
    schools = remote(phase, 20, count=3, gap=float(metres))
    sums, _ = paid(schools)
    assert sums["1"] == round(100_000 * share)


def test_who_cannot_be_judged_gets_nothing_and_is_named():
    schools = [
        *remote("primary", 50),
        far("lone", 7, phase="all-through", pupils=40),
        far("dark", 8, phase="unknown", pupils=40),
        far("upper", 9, phase="upper", pupils=40),
        far("special", 10, phase="special", pupils=40),
        far("nobody", 11, phase="primary", pupils=None),
        far("deep", 12, phase="secondary", pupils=40),
    ]
    sums, notes = paid([one for one in schools if one.urn != "nobody"])
    assert {key: sums[key] for key in ("dark", "upper", "special")} == dict.fromkeys(
        ("dark", "upper", "special"), 0
    )
    assert notes == [
        "Sparsity: 2 schools get nothing because their phase is not known: School dark, "
        "School upper.",
        "Sparsity: 1 school gets nothing because their phase has no limits: School special.",
    ]
    sums, notes = paid(schools)
    assert sums["nobody"] == 0
    assert "Sparsity: 1 school gets nothing because their pupils are not known: School nobody." in (
        notes
    )


def test_a_lone_phase_is_no_proof_of_distance():
    sums, notes = paid([*remote("primary", 50), far("9", 9, phase="secondary", pupils=40)])
    assert sums["9"] == 0
    assert notes == [
        "Sparsity: 1 school gets nothing because fewer than 2 other schools teach their years: "
        "School 9."
    ]


def test_schools_that_teach_the_same_years_are_others_to_go_to():
    # An all-through school beside an infant and a primary school is not remote, nor are they.
    near = [
        far("a", 0, phase="all-through", pupils=100),
        school("b", phase="infant", pupils=20, easting=100.0, northing=1_000.0),
        school("c", phase="primary", pupils=20, easting=200.0, northing=1_000.0),
    ]
    sums, notes = paid(near)
    assert set(sums.values()) == {0}
    assert notes == []
    # Infants and juniors on one site are nobody's alternative to each other.
    pair = [
        *remote("infant", 20),
        *(
            school(f"j{k}", phase="junior", pupils=20, easting=1e4 * k, northing=1_000.0)
            for k in range(3)
        ),
    ]
    assert set(paid(pair)[0].values()) == {100_000}


def test_a_neighbour_of_unknown_phase_might_be_another_school_to_go_to():
    schools = [
        *remote("primary", 50, count=2),
        school("x", phase="unknown", pupils=50, easting=100.0, northing=1_000.0),
        school("y", phase="unknown", pupils=50, easting=200.0, northing=1_000.0),
    ]
    assert paid(schools)[0]["0"] == 0


def test_a_taper_of_ones_own_replaces_the_year_group():
    schools = remote("primary", 150)
    assert set(paid(schools)[0].values()) == {0}
    own = Taper(full_to=100, none_from=200)
    assert set(paid(schools, taper=own)[0].values()) == {50_000}
    assert set(paid(schools, size_limit=False)[0].values()) == {100_000}


def test_limits_of_ones_own():
    small = dict(BY_PHASE) | {"upper": Remote(near_m=1, far_m=2, year_group=60, years=(9, 10))}
    assert set(paid(remote("upper", 60), by_phase=small)[0].values()) == {100_000}
    assert set(paid(remote("primary", 70), near_m=8_000, far_m=12_000)[0].values()) == {
        50_000,
        100_000,
    }


@pytest.mark.parametrize(
    "call",
    [
        lambda: Sparsity(amount="1", near_m=5),
        lambda: Sparsity(amount="1", near_m=5, far_m=5),
        lambda: Sparsity(amount="1", near_m=1.5, far_m=5),
        lambda: Sparsity(amount="1", rank=0),
        lambda: Sparsity(amount="1", rank="2"),
        lambda: Sparsity(amount="1", by_phase={"primary": 3}),
        lambda: Sparsity(amount="1", by_phase=["primary"]),
        lambda: Remote(near_m=1, far_m=2, year_group=0, years=(1,)),
        lambda: Remote(near_m=1, far_m=2, year_group=20, years=()),
        lambda: Remote(near_m=3, far_m=2, year_group=20, years=(1,)),
    ],
)
def test_limits_out_of_order_are_refused(call):
    with pytest.raises(MoneyError):
        call()


def test_the_real_schools_of_2026_pay_nobody_of_unknown_phase():
    path = shared_path("data", "kirklees", "schools_2026_joined_kirklees.csv")
    problem = cl.build_problem(cl.read_schools(path))
    plan = plan_of({"A": list(problem.ids)})
    sparsity = Sparsity(amount="25000")
    split = split_budget(problem, plan, "18000000", cl.Formula({"schools": 1}, sparsity=sparsity))
    got = {s.key for s in split.schools if s.factor_pence.get("sparsity")}
    assert all(problem.school(urn).phase in BY_PHASE for urn in got)
    assert check_split(split) == ()
