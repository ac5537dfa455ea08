"""Splits worked by hand, what is refused, and what frames show."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

import clusters as cl
from clusters.budget import Backdated, Sparsity, Taper, check_split, split_budget
from clusters.domain import Plan, Problem
from clusters.errors import MoneyError
from tests.budget.authority import NEED, authority, plan_of, problem_of, school


def two_schools(**more):
    problem = problem_of([school("a", **more), school("b", **more)])
    return problem, plan_of({"A": ["a"], "B": ["b"]})


def test_a_split_worked_by_hand():
    """100,000 pounds; 20,000 committed, 5% held back, 1,000 a cluster, the rest by 40 units.

    75,000 - 2,000 = 73,000 over 18 + 12 + 10 = 40 units is 1,825.00 a unit.
    """
    problem = problem_of(
        [
            school("1", ehcps=3, sen_support=9),
            school("2", ehcps=2, sen_support=6),
            school("3", ehcps=0, sen_support=10),
        ]
    )
    plan = plan_of({"North": ["1", "2"], "South": ["3"]})
    pot = cl.Pot("100000", committed={"2": "20000"}, contingency="5%")
    formula = cl.Formula({"ehcps": 3, "sen_support": 1}, lump_per_cluster="1000")
    split = cl.split_budget(problem, plan, pot, formula)
    frame = split.to_frame("cluster")
    assert frame["units"].tolist() == [30.0, 10.0]
    assert frame["units_pence"].tolist() == [5_475_000, 1_825_000]
    assert frame["lump_per_cluster_pence"].tolist() == [100_000, 100_000]
    assert frame["committed_pence"].tolist() == [2_000_000, 0]
    assert frame["total_pence"].tolist() == [7_575_000, 1_925_000]
    assert frame["total"].tolist() == [Decimal("75750.00"), Decimal("19250.00")]
    schools = split.to_frame("school")
    assert schools["total_pence"].tolist() == [3_335_000, 4_240_000, 1_925_000]
    assert schools["lump_per_cluster_pence"].tolist() == [50_000, 50_000, 100_000]
    assert split.held_pence == 500_000
    assert check_split(split) == ()


def test_eighteen_million_over_eighteen_and_seventeen_clusters():
    """Worked_examples.md 4.11: 1,000,000.00 each; 16 get 1,058,823.53 and one 1,058,823.52."""
    for k, expected in [
        (18, [100_000_000] * 18),
        (17, [105_882_353] * 16 + [105_882_352]),
    ]:
        ids = [str(1000 - i) for i in range(k)]
        problem = Problem.from_arrays(ids, [[i, 0] for i in range(k)])
        plan = Plan.from_assignment({urn: urn for urn in ids})
        split = split_budget(problem, plan, "18000000", cl.Formula({"schools": 1}))
        paid = {share.members[0]: share.total_pence for share in split.clusters}
        assert [paid[urn] for urn in sorted(ids, key=int)] == expected


def test_one_pot_over_pupils():
    """Worked_examples.md 4.11: 18 million pounds over 67,003 pupils is 268.64 a pupil."""
    problem = problem_of([school("a", pupils=67_002), school("b", pupils=1)])
    plan = plan_of({"A": ["a"], "B": ["b"]})
    split = split_budget(problem, plan, 18_000_000, cl.Formula({"pupils": 1}))
    assert [share.total_pence for share in split.clusters] == [1_799_973_136, 26_864]


def test_frames_add_up_in_every_column():
    problem, plan = authority(31, 7)
    pot = cl.Pot(
        "5234567.89",
        committed={"107000": "1000.01", "107037": "2000"},
        backdated=[
            Backdated(
                urn="107000",
                a_year="6000",
                compliance_date=date(2026, 1, 1),
                paid_from=date(2026, 3, 1),
            )
        ],
        contingency="3%",
        low_incidence="20000",
    )
    formula = cl.Formula(
        {"ehcps": "2.5", "sen_support": 1},
        {"pupils": "15%", "fsm": 0.35},
        lump_per_cluster="5000",
        lump_per_school="1000",
        taper=Taper(full_to=150, none_from=400),
        sparsity=Sparsity(amount="3000"),
    )
    protection = cl.budget.Protection(floor="50%", cap="200%", level="school")
    split = split_budget(problem, plan, pot, formula, protection)
    schools, clusters = split.to_frame("school"), split.to_frame("cluster")
    columns = [name for name in clusters if name.endswith("_pence") or name == "total"]
    assert len(columns) == 15
    for name in columns:
        by_cluster = schools.groupby("cluster", sort=False)[name].sum()
        assert by_cluster.tolist() == clusters[name].tolist(), name
    factors = split.to_frame("factor").set_index("factor")["total_pence"]
    assert set(factors.index) == {
        "units",
        "pupils",
        "fsm",
        "lump_per_cluster",
        "lump_per_school",
        "sparsity",
    }
    for name, total in factors.items():
        assert clusters[f"{name}_pence"].sum() == total
    steps = split.to_frame("pot").set_index("step")["pence"]
    assert steps["total"] == 523_456_789
    assert steps.drop("total").sum() == 523_456_789
    assert clusters["total_pence"].sum() + split.held_pence == 523_456_789
    assert check_split(split) == ()


@pytest.mark.parametrize("pence_in_pot", [0, 1, 2, 99])
def test_a_pot_of_a_penny(pence_in_pot):
    problem, plan = authority(12, 3)
    split = split_budget(problem, plan, Fraction(pence_in_pot, 100), NEED)
    assert sum(share.total_pence for share in split.clusters) == pence_in_pot
    assert sum(share.total_pence for share in split.schools) == pence_in_pot
    assert check_split(split) == ()


def test_a_thousand_clusters():
    ids = list(range(1000))
    problem = Problem.from_arrays(ids, [[i, 0] for i in ids], {"need": [i % 7 + 0.1 for i in ids]})
    plan = Plan.from_assignment({i: i for i in ids})
    split = split_budget(problem, plan, "18000000.01", cl.Formula())
    assert sum(share.total_pence for share in split.clusters) == 1_800_000_001
    assert len(split.to_frame("cluster")) == 1000


@pytest.mark.slow
@pytest.mark.parametrize(
    "protection",
    [None, cl.budget.Protection(floor="15%", method="capping"), cl.budget.Protection(floor="15%")],
)
def test_a_thousand_clusters_with_everything(protection):
    problem, plan = authority(1000, 1000)
    formula = cl.Formula(
        {"ehcps": 3, "sen_support": 1},
        {"pupils": "15%", "fsm": "20%"},
        lump_per_cluster="100.01",
        lump_per_school="50.5",
        taper=Taper(full_to=100, none_from=1000),
        sparsity=Sparsity(amount="77"),
    )
    split = split_budget(problem, plan, "18000000.01", formula, protection)
    assert sum(share.total_pence for share in split.schools) == 1_800_000_001
    assert check_split(split) == ()


def test_equal_shares_do_not_depend_on_the_order_of_schools_or_on_labels():
    problem, plan = authority(10, 3, seed=4)
    paid = {s.key: s.total_pence for s in split_budget(problem, plan, "1000.01", NEED).schools}
    rng = random.Random(2)
    for _ in range(5):
        schools, groups = list(problem.schools), list(plan.clusters)
        rng.shuffle(schools)
        rng.shuffle(groups)
        mixed = plan_of(
            {f"x{k}": rng.sample(g.members, len(g.members)) for k, g in enumerate(groups)}
        )
        again = split_budget(problem_of(schools), mixed, "1000.01", NEED)
        assert {s.key: s.total_pence for s in again.schools} == paid


def test_ids_may_be_numbers_or_their_text():
    numbered = problem_of([school(101), school(102)])
    plan = plan_of({"A": ["101"], "B": [102]})
    committed = {"101": "1.50", 102: "2"}
    split = split_budget(numbered, plan, cl.Pot("10", committed=committed), NEED)
    assert [share.committed_pence for share in split.schools] == [150, 200]
    assert [share.key for share in split.schools] == [101, 102]
    assert check_split(split) == ()


def test_factors_without_a_school_in_common_still_add_up():
    problem = problem_of(
        [school(str(k), measures={"x": int(k < 3), "y": 2 * (k >= 3)}) for k in range(6)]
    )
    plan = plan_of({f"C{k}": [str(k)] for k in range(6)})
    split = split_budget(
        problem, plan, "3", cl.Formula(shares={"x": Fraction(1, 3), "y": Fraction(2, 3)})
    )
    frame = split.to_frame("cluster")
    assert frame["x_pence"].sum() == 100
    assert frame["y_pence"].sum() == 200
    assert check_split(split) == ()


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ({"A": ["a"]}, "School b is in no cluster"),
        ({"A": ["a", "b"], "B": ["b"]}, "School b is in 2 clusters"),
        ({"A": ["a", "b", "z"]}, "URN z: cluster 'A' holds a school that the problem does not"),
        ({"A": ["a", "b"], "B": []}, "cluster 'B' has no schools"),
    ],
)
def test_broken_plans_are_refused_by_name(groups, words):
    problem, _ = two_schools()
    with pytest.raises(MoneyError, match=words):
        split_budget(problem, plan_of(groups), "10", NEED)


def test_two_clusters_of_one_name_are_refused():
    problem, plan = two_schools()
    with pytest.raises(MoneyError, match="2 clusters are labelled 'A'"):
        split_budget(problem, plan.relabelled({"B": "A"}), "10", NEED)


def test_money_for_schools_outside_the_plan_is_refused():
    problem, plan = two_schools()
    late = Backdated(
        urn="y", a_year=1, compliance_date=date(2026, 1, 1), paid_from=date(2026, 1, 2)
    )
    pot = cl.Pot("10", committed={"z": "1"}, backdated=[late])
    with pytest.raises(MoneyError) as caught:
        split_budget(problem, plan, pot, NEED, cl.budget.Protection(floor="1%", today={"x": 1}))
    text = str(caught.value)
    assert "URN z: a committed top-up goes to a school outside the plan" in text
    assert "URN y: a backdated payment goes to a school outside the plan" in text
    assert "URN x: today's spend goes to a school outside the plan" in text


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        (cl.Formula({"need": 1, "spend": 1}), "no measure 'spend'|'spend'"),
        (
            cl.Formula({"zero": 1}),
            "every school has 0 of zero, so nothing says how to share £10.00",
        ),
        (cl.Formula(shares={"zero": 1}), "every school has 0 of zero"),
        (cl.Formula(lump_per_cluster="6"), r"£12.00, £2.00 more than the £10.00.*83.33%"),
        (cl.Formula(lump_per_school=6), r"£12.00, £2.00 more than the £10.00"),
    ],
)
def test_formulas_that_cannot_share_are_refused(formula, words):
    problem, plan = two_schools(measures={"zero": 0.0})
    with pytest.raises(MoneyError, match=words):
        split_budget(problem, plan, "10", formula)


def test_every_missing_measure_is_named():
    problem = problem_of([school("a", pupils=None), school("b")])
    plan = plan_of({"A": ["a", "b"]})
    formula = cl.Formula(
        {"pupils": 1, "idaci": 1},
        lump_per_school=1,
        taper=Taper(full_to=1, none_from=2, measure="size"),
    )
    with pytest.raises(MoneyError) as caught:
        split_budget(problem, plan, "10", formula)
    assert len(caught.value.faults) == 3


def test_a_pot_used_up_by_lump_sums_needs_no_units():
    problem, plan = two_schools(measures={"zero": 0.0})
    split = split_budget(problem, plan, "10", cl.Formula({"zero": 1}, lump_per_cluster=5))
    assert [share.total_pence for share in split.clusters] == [500, 500]


def test_the_default_formula_is_need():
    problem, plan = two_schools()
    split = split_budget(problem, plan, "10")
    assert dict(split.formula.weights) == {"need": 1}
    assert "local formula" in split.notes[0]


def test_small_schools_keep_their_lump_sum():
    problem = problem_of(
        [school("a", pupils=100), school("b", pupils=175), school("c", pupils=900)]
    )
    plan = plan_of({"A": ["a", "b", "c"]})
    formula = cl.Formula(lump_per_school="100.01", taper=Taper(full_to=100, none_from=200))
    split = split_budget(problem, plan, "1000", formula)
    assert split.to_frame("school")["lump_per_school_pence"].tolist() == [10_001, 2_500, 0]


def test_far_schools_get_a_sparsity_sum():
    problem = problem_of(
        [
            school("a", easting=0.0, northing=0.0),
            school("b", easting=2575.0, northing=0.0),
            school("c", easting=2897.0, northing=0.0),
            school("d", easting=0.0, northing=0.0, phase="secondary"),
        ]
    )
    plan = plan_of({"A": ["a", "b", "c", "d"]})

    def sums(**more):
        sparsity = Sparsity(amount=10, near_m=2575, far_m=3219, size_limit=False, **more)
        split = split_budget(problem, plan, "1000", cl.Formula(sparsity=sparsity))
        assert check_split(split) == ()
        return [share.factor_pence.get("sparsity", 0) for share in split.schools]

    # second nearest of the same phase: a 2,897 m (half way), b 2,575 m, c 2,897 m; d has none
    assert sums() == [500, 0, 500, 0]
    assert sums(rank=1) == [0, 0, 0, 0]
    assert sums(same_phase=False) == [0, 0, 500, 0]
    assert sums(same_phase=False, rank=3) == [500, 0, 500, 500]


def test_unknown_levels_are_refused():
    problem, plan = two_schools()
    with pytest.raises(MoneyError, match='use "cluster" or "school"'):
        split_budget(problem, plan, "10", NEED).to_frame("schools")


def test_the_frames_show_facts_and_changes():
    problem = problem_of(
        [
            school("1", pupils=10, ehcps=1, topup=3_000),
            school("2", pupils=20, ehcps=2, topup=None),
            school("3", pupils=30, ehcps=3, topup=1_000),
        ]
    )
    plan = plan_of({"A": ["1", "2"], "B": ["3"]})
    split = split_budget(problem, plan, "60", cl.Formula({"schools": 1}))
    frame = split.to_frame()
    assert frame["cluster"].tolist() == ["A", "B"]
    assert frame["centre"].tolist() == ["1", "3"]
    assert frame["schools"].tolist() == [2, 1]
    assert frame["pupils"].tolist() == [30.0, 30.0]
    assert frame["ehcps"].tolist() == [3.0, 3.0]
    assert frame["change_pence"].tolist()[1] == 1_000
    assert frame["today_pence"].isna().tolist() == [True, False]
    by_school = split.to_frame("school")
    assert by_school["pupils"].tolist() == [10.0, 20.0, 30.0]
    assert by_school["change_pence"].tolist()[0] == -1_000


def test_fairness_frames_pass_their_choices_on():
    from clusters.budget import fairness, fairness_frame

    problem, plan = authority(12, 3)
    split = split_budget(problem, plan, "100000", NEED)
    for level in ("cluster", "school"):
        figures = fairness(split, level, need="fsm", per="sen_support")
        frame = fairness_frame(split, level, need="fsm", per="sen_support")
        assert frame["value"].tolist() == [figure.value for figure in figures]


def test_a_cluster_may_be_called_like_a_school():
    problem = problem_of([school("1", topup=100), school("2", topup=100)])
    plan = plan_of({"1": ["1"], "2": ["2"]})
    by_cluster = split_budget(problem, plan, "2", NEED, cl.budget.Protection(floor="50%"))
    assert [share.floor_pence for share in by_cluster.schools] == [None, None]
    assert [share.floor_pence for share in by_cluster.clusters] == [50, 50]
    by_school = split_budget(
        problem, plan, "2", NEED, cl.budget.Protection(floor="50%", level="school")
    )
    assert [share.floor_pence for share in by_school.clusters] == [None, None]
    assert [share.name for share in by_school.clusters] == ["1", "2"]


def test_exact_shares_are_kept():
    problem = problem_of([school("1"), school("2"), school("3")])
    plan = plan_of({"A": ["1", "2"], "B": ["3"]})
    split = split_budget(problem, plan, "1", NEED, cl.budget.Protection(cap="100%", floor="0%"))
    assert [s.formula_exact for s in split.clusters] == [Fraction(200, 3), Fraction(100, 3)]
    assert [s.flexible_exact for s in split.schools] == [Fraction(100, 3)] * 3
    assert [f.kind for f in split.factors] == ["rate"]
    lumps = split_budget(problem, plan, "1", cl.Formula(lump_per_cluster="0.10"))
    assert [f.kind for f in lumps.factors] == ["rate", "lump"]
    by_school = split_budget(problem, plan, "1", cl.Formula(lump_per_school="0.10"))
    assert [f.kind for f in by_school.factors] == ["rate", "lump"]
    assert [s.name for s in by_school.schools] == ["School 1", "School 2", "School 3"]
    assert lumps.schools[0].quantity["lump_per_cluster"] == Fraction(1, 2)
