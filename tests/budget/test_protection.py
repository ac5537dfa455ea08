"""Floors and caps against today's spend."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clusters as cl
from clusters.budget import check_split, split_budget
from clusters.errors import MoneyError
from tests.budget.authority import plan_of, problem_of, school

F = Fraction
NEED = cl.Formula({"ehcps": 1})


def world(*lines):
    """Schools from (plans, today's pounds, pupils), each its own cluster."""
    problem = problem_of(
        [
            school(str(k + 1), ehcps=ehcps, topup=100 * today, pupils=pupils)
            for k, (ehcps, today, pupils) in enumerate(lines)
        ]
    )
    return problem, plan_of({f"C{k + 1}": [str(k + 1)] for k in range(len(lines))})


def paid(split):
    """Pounds by cluster, worked out by both routes."""
    assert check_split(split) == ()
    return [share.flexible_pence / 100 for share in split.clusters]


THREE = world((10, 300, 10), (10, 100, 10), (20, 200, 10))
"""By plans alone 600 pounds fall 150, 150, 300: losses and gains of -150, +50, +100."""


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, [150, 150, 300]),
        # floor 240 for the first; the other 360 in the ratio 10 : 20
        ({"floor": "80%"}, [240, 120, 240]),
        # caps 110 and 220; the first has what is left
        ({"cap": "110%"}, [270, 110, 220]),
        ({"floor": "80%", "cap": "110%"}, [270, 110, 220]),
        ({"floor": "80%", "cap": "130%"}, [240, 120, 240]),
        ({"loss_per_pupil": 6}, [240, 120, 240]),
        ({"gain_per_pupil": "1"}, [280, 110, 210]),
        ({"floor": "80%", "loss_per_pupil": 3}, [270, 110, 220]),
        ({"cap": "200%", "gain_per_pupil": 1}, [280, 110, 210]),
    ],
)
def test_scaling_by_hand(limits, expected):
    split = split_budget(*THREE, "600", NEED, cl.budget.Protection(**limits))
    assert paid(split) == expected
    assert check_split(split) == ()


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        # the 90 for the floor come from gains above one level: 300 - 90 = 210 is +5%, but the
        # second, at +50%, meets the level too: 100 x + 200 x = 360 gives 120%
        ({"floor": "80%"}, [240, 120, 240]),
        ({"floor": "60%"}, [180, 140, 280]),
        # the gains are capped at 110 and 220; what is over scales the only one below its cap
        ({"cap": "110%"}, [270, 110, 220]),
        # level in pounds per pupil: 100 + 10 g + 200 + 10 g = 360 gives g = 3
        ({"loss_per_pupil": 6}, [240, 130, 230]),
        ({"gain_per_pupil": 1}, [280, 110, 210]),
    ],
)
def test_capping_by_hand(limits, expected):
    split = split_budget(*THREE, "600", NEED, cl.budget.Protection(method="capping", **limits))
    assert paid(split) == expected
    assert check_split(split) == ()


def test_capping_leaves_those_between_as_the_formula_has_them():
    world_ = world((10, 300, 10), (10, 100, 10), (20, 300, 10), (20, 100, 10))
    # 60 a plan... 600 over 60 plans: 100, 100, 200, 200. Floor 50%: 150 for the first.
    protection = cl.budget.Protection(floor="50%", method="capping")
    split = split_budget(*world_, "600", NEED, protection)
    assert paid(split) == [150, 100, 200, 150]
    assert split.protected.level == F(3, 2)
    assert split.protected.factor == 1
    scaled = split_budget(*world_, "600", NEED, cl.budget.Protection(floor="50%"))
    assert paid(scaled) == [150, 90, 180, 180]
    assert scaled.protected.factor == F(9, 10)


def test_capping_when_the_pot_shrinks_below_today():
    world_ = world((10, 100, 10), (10, 100, 10), (1, 100, 10))
    # 210: 100, 100, 10. Floor 60%: 60 for the last; the level of the others falls to 75%
    split = split_budget(*world_, "210", NEED, cl.budget.Protection(floor="60%", method="capping"))
    assert paid(split) == [75, 75, 60]


def test_capping_with_a_school_that_has_nothing_today():
    world_ = world((10, 0, 10), (10, 100, 10))
    # 150: 75, 75. Floor 90%: 90, and the new school has what is left
    split = split_budget(*world_, "150", NEED, cl.budget.Protection(floor="90%", method="capping"))
    assert paid(split) == [60, 90]
    assert split.protected.factor == F(4, 5)
    assert check_split(split) == ()


def test_no_cap_in_per_cent_holds_where_there_is_nothing_today():
    split = split_budget(
        *world((10, 0, 10), (10, 100, 10)), "300", NEED, cl.budget.Protection(cap="100%")
    )
    assert paid(split) == [200, 100]
    assert split.clusters[0].cap_pence is None


def test_committed_money_counts_towards_floor_and_cap():
    pot = cl.Pot("600", committed={"1": "250", "2": "120"})
    split = split_budget(*THREE, pot, NEED, cl.budget.Protection(floor="90%", cap="110%"))
    # the first needs 20 more for 270; the second is above its cap already; the third has the rest
    assert [s.floor_pence for s in split.clusters] == [2_000, 0, 18_000]
    assert [s.cap_pence for s in split.clusters] == [8_000, 0, 22_000]
    assert paid(split) == [50, 0, 180]
    assert check_split(split) == ()


def test_limits_round_inwards_to_whole_pence():
    problem = problem_of([school("1", topup=101), school("2", topup=100)])
    plan = plan_of({"A": ["1"], "B": ["2"]})
    protection = cl.budget.Protection(floor="99.5%", cap="100.5%")
    split = split_budget(problem, plan, "2.01", NEED, protection)
    assert [s.floor_pence for s in split.clusters] == [101, 100]
    assert [s.cap_pence for s in split.clusters] == [101, 100]


def test_limits_of_clusters_leave_schools_in_the_proportions_of_the_formula():
    problem = problem_of(
        [
            school("1", ehcps=1, topup=10_000),
            school("2", ehcps=3, topup=30_000),
            school("3", ehcps=4, topup=0),
        ]
    )
    plan = plan_of({"A": ["1", "2"], "B": ["3"]})
    split = split_budget(problem, plan, "400", NEED, cl.budget.Protection(floor="75%"))
    assert [s.flexible_pence for s in split.schools] == [7_500, 22_500, 10_000]
    by_school = cl.budget.Protection(floor="75%", level="school")
    split = split_budget(problem, plan, "400", NEED, by_school)
    assert [s.flexible_pence for s in split.schools] == [7_500, 22_500, 10_000]
    assert [s.floor_pence for s in split.schools] == [7_500, 22_500, 0]
    assert split.clusters[0].floor_pence is None


@pytest.mark.parametrize(("today", "expected"), [((30, 10), [7_500, 2_500]), ((0, 0), [0, 0])])
def test_a_cluster_without_formula_money_shares_its_floor_by_today(today, expected):
    problem = problem_of(
        [
            school("1", ehcps=0, topup=1000 * today[0]),
            school("2", ehcps=0, topup=1000 * today[1]),
            school("3", ehcps=4, topup=0),
        ]
    )
    plan = plan_of({"A": ["1", "2"], "B": ["3"]})
    split = split_budget(problem, plan, "400", NEED, cl.budget.Protection(floor="25%"))
    assert [s.flexible_pence for s in split.schools][:2] == expected
    assert check_split(split) == ()


def test_today_may_be_given():
    protection = cl.budget.Protection(floor="100%", today={"1": "100", "2": 100, "3": "400.00"})
    assert paid(split_budget(*THREE, "600", NEED, protection)) == [100, 100, 400]


def test_every_school_must_have_a_figure_for_today():
    problem = problem_of([school("1", topup=None), school("2", topup=None), school("3")])
    plan = plan_of({"A": ["1", "2", "3"]})
    with pytest.raises(MoneyError) as caught:
        split_budget(problem, plan, "1", NEED, cl.budget.Protection(floor="1%"))
    (fault,) = caught.value.faults
    assert fault.what.endswith("which is not known for 2 schools: URN 1, 2")
    with pytest.raises(MoneyError, match="today's spend of 1 is a float"):
        split_budget(problem, plan, "1", NEED, cl.budget.Protection(floor="1%", today={"1": 0.5}))


@pytest.mark.parametrize(
    ("limits", "pot", "words"),
    [
        ({"floor": "80%"}, "400", r"£480.00, £80.00 more than the £400.00.*66.66% of today's"),
        ({"loss_per_pupil": "5"}, "400", r"£450.00, £50.00 more.*a loss of £6.67 per pupil"),
        ({"floor": "80%", "loss_per_pupil": 1}, "400", "one of the two kinds of floor"),
        ({"cap": "110%"}, "700", r"£660.00, which leaves £40.00 of the £700.00.*116.67% of"),
        ({"gain_per_pupil": "1"}, "700", r"£630.00, which leaves £70.00.*£3.34 per pupil"),
        ({"cap": "110%", "gain_per_pupil": 1}, "700", "one of the two kinds of cap"),
        ({"cap": "110%"}, "9000", "no cap below 1000% of today's spend fits"),
    ],
)
def test_limits_that_do_not_fit_are_refused_with_what_would(limits, pot, words):
    with pytest.raises(MoneyError, match=words):
        split_budget(*THREE, pot, NEED, cl.budget.Protection(**limits))


@pytest.mark.parametrize(
    ("kind", "pot", "fits"),
    [("floor", "400", "66.66%"), ("cap", "700", "116.67%")],
)
def test_what_is_said_to_fit_does(kind, pot, fits):
    split = split_budget(*THREE, pot, NEED, cl.budget.Protection(**{kind: fits}))
    assert check_split(split) == ()
    next_one = {"floor": "66.67%", "cap": "116.66%"}[kind]
    with pytest.raises(MoneyError):
        split_budget(*THREE, pot, NEED, cl.budget.Protection(**{kind: next_one}))


def test_limits_per_pupil_need_pupils():
    problem = problem_of([school("1", pupils=None)])
    with pytest.raises(MoneyError, match="pupils"):
        split_budget(
            problem, plan_of({"A": ["1"]}), "1", NEED, cl.budget.Protection(loss_per_pupil=1)
        )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"floor": 95}, "the floor is not a share of today's spend.*95%"),
        ({"floor": "-1%"}, "the floor is not a share"),
        ({"floor": "1000%"}, "the floor is not a share"),
        ({"cap": 10}, "the cap is not a share"),
        ({"floor": "x"}, "floor is not a number"),
        ({"cap": 110}, "the cap is not a share of today's spend"),
        ({"cap": "90%", "floor": "95%"}, "the floor is above the cap"),
        ({"loss_per_pupil": 0.5}, "loss_per_pupil is a float"),
        ({"gain_per_pupil": "-1"}, "gain_per_pupil is less than"),
        ({"method": "clipping"}, "method is neither 'scaling' nor 'capping'"),
        ({"level": "area"}, "level is neither 'cluster' nor 'school'"),
        ({"today": [1]}, "today is not a mapping"),
        ({"floor": "9%", "gain_per_pupil": 1, "method": "capping"}, "capping needs one kind"),
    ],
)
def test_faults_of_a_protection(arguments, words):
    with pytest.raises(MoneyError, match=words):
        cl.budget.Protection(**arguments)


def test_a_floor_may_guarantee_a_rise():
    """As Norfolk's minimum funding guarantee of +0.5 % (domain.md section 2)."""
    split = split_budget(*THREE, "700", NEED, cl.budget.Protection(floor="100.5%"))
    assert paid(split)[0] == 301.5


def test_papers_say_that_it_is_a_local_choice():
    split = split_budget(*THREE, "600", NEED, cl.budget.Protection(floor="1%"))
    assert "local choice" in split.notes[1]
    assert "statutory guarantee does not apply" in split.notes[1]


@pytest.mark.parametrize(
    ("limits", "pot", "fits", "too_tight"),
    [
        ("loss_per_pupil", "400", "6.67", "6.66"),
        ("gain_per_pupil", "700", "3.34", "3.33"),
    ],
)
def test_what_is_said_to_fit_per_pupil_does(limits, pot, fits, too_tight):
    split_budget(*THREE, pot, NEED, cl.budget.Protection(**{limits: fits}))
    with pytest.raises(MoneyError):
        split_budget(*THREE, pot, NEED, cl.budget.Protection(**{limits: too_tight}))


def test_a_floor_that_just_fits_is_allowed():
    assert paid(split_budget(*THREE, "480", NEED, cl.budget.Protection(floor="80%"))) == [
        240,
        80,
        160,
    ]
    assert paid(split_budget(*THREE, "660", NEED, cl.budget.Protection(cap="110%"))) == [
        330,
        110,
        220,
    ]


def test_what_fits_counts_committed_money():
    pot = cl.Pot("400", committed={"1": "100"})
    # 80%: 240 less 100, 80, 160 are 380 of the 300 left; 66.66% are 99.98 + 66.66 + 133.32
    with pytest.raises(MoneyError, match=r"£380.00, £80.00 more than the £300.00.*66\.66%"):
        split_budget(*THREE, pot, NEED, cl.budget.Protection(floor="80%"))
    nobody = world((0, 300, 10), (10, 100, 10))
    # the first has nothing by the formula, so only the second's cap counts
    with pytest.raises(MoneyError, match=r"£100.00, which leaves £50.00.*150\.00% of"):
        split_budget(*nobody, "150", NEED, cl.budget.Protection(cap="100%"))
    with pytest.raises(MoneyError, match=r"£5\.00 per pupil"):
        split_budget(*nobody, "150", NEED, cl.budget.Protection(gain_per_pupil=0))


def test_a_loss_beyond_all_spend_always_fits():
    with pytest.raises(MoneyError, match=r"a loss of £27\.50 per pupil"):
        split_budget(*THREE, "25", NEED, cl.budget.Protection(loss_per_pupil=1))
    with pytest.raises(MoneyError, match=r"a loss of £30\.00 per pupil"):
        split_budget(*THREE, "0", NEED, cl.budget.Protection(loss_per_pupil=1))


def test_capping_counts_committed_money():
    pot = cl.Pot("600", committed={"1": "50", "3": "30"})
    split = split_budget(*THREE, pot, NEED, cl.budget.Protection(floor="80%", method="capping"))
    # 520 flexible, by formula 130, 130, 260; floor of the first 190. Level x: 100 x + 200 x - 30
    # = 330 gives 120%: 120 and 210
    assert paid(split) == [190, 120, 210]
    per_pupil = cl.budget.Protection(loss_per_pupil=6, method="capping")
    assert paid(split_budget(*THREE, pot, NEED, per_pupil)) == [190, 130, 200]


def test_capping_by_pupils_without_a_floor():
    split = split_budget(
        *THREE, "300", NEED, cl.budget.Protection(gain_per_pupil=1, method="capping")
    )
    assert paid(split) == [75, 75, 150]
    assert split.protected.factor == 1


LIMITS = st.one_of(
    st.fixed_dictionaries(
        {"floor": st.sampled_from([None, "0%", "50%", "95%", "120%"])},
        optional={"cap": st.sampled_from(["120%", "150%", "300%"])},
    ),
    st.fixed_dictionaries(
        {"loss_per_pupil": st.sampled_from([None, 0, "1.50", 20])},
        optional={"gain_per_pupil": st.sampled_from([0, "3.33", 40])},
    ),
)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 400), st.integers(0, 10)),
        min_size=1,
        max_size=4,
    ),
    LIMITS,
    st.sampled_from(["scaling", "capping"]),
    st.integers(0, 150_000),
    st.integers(0, 9_000),
)
def test_both_routes_agree_on_every_small_world(lines, limits, method, pence, committed):
    """Few schools and round figures, so that pots fall on and between all sorts of bends."""
    problem, plan = world(*lines)
    pot = cl.Pot(F(pence + committed, 100), committed={"1": F(committed, 100)})
    try:
        split = split_budget(
            problem, plan, pot, NEED, cl.budget.Protection(method=method, **limits)
        )
    except MoneyError as error:
        refused = str(error)
        assert any(word in refused for word in ("fits", "every school has 0 of ehcps", "no cap"))
        return
    assert check_split(split) == ()
    assert sum(share.flexible_pence for share in split.clusters) == pence


def test_a_gain_per_pupil_counts_committed_money():
    pot = cl.Pot("600", committed={"1": "100", "2": "120"})
    split = split_budget(*THREE, pot, NEED, cl.budget.Protection(gain_per_pupil=5))
    # 300 + 50 - 100, 100 + 50 - 120, 200 + 50
    assert [s.cap_pence for s in split.clusters] == [25_000, 3_000, 25_000]
    assert paid(split) == [116.67, 30, 233.33]


def test_floor_and_cap_may_be_one():
    pot = "570"
    split = split_budget(*THREE, pot, NEED, cl.budget.Protection(floor="95%", cap="95%"))
    assert paid(split) == [285, 95, 190]


def test_a_penny_today_has_a_cap():
    problem = problem_of([school("1", topup=1), school("2", topup=100)])
    plan = plan_of({"A": ["1"], "B": ["2"]})
    split = split_budget(problem, plan, "1.01", NEED, cl.budget.Protection(cap="100%"))
    assert [s.cap_pence for s in split.clusters] == [1, 100]
    assert paid(split) == [0.01, 1]
