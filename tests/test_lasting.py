"""Plans that last: against every plan there is on tiny worlds, and year by year."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import pytest

import clusters as cl
from clusters import lasting
from clusters.lasting import Forecast
from tests.shared_data import shared_path
from tests.worlds import drawn_plan, every_plan, world

ALIKE = cl.Priorities(travel_by="schools")
SOON = cl.Settings(time_limit_s=10, workers=1)
YEARS = ("2027", "2028", "2029")


def by_school(digits: str) -> dict[str, int]:
    return {str(k + 1): int(digit) for k, digit in enumerate(digits)}


def forecast_of(**by_year: str) -> Forecast:
    """Make a forecast of pupils from strings of digits: y2027="123"."""
    return Forecast(
        numbers={
            "pupils": {
                year.removeprefix("y"): by_school(digits) for year, digits in by_year.items()
            }
        }
    )


# ---- against every plan -------------------------------------------------------------------------


def cheapest(problem, k, share, tables):
    """Cost of the cheapest plan of k connected clusters, even in every table; or None."""
    near = {frozenset(pair) for pair in problem.neighbour_pairs()}
    best = None
    for plan in every_plan(len(problem)):
        groups = [set(cluster.members) for cluster in plan.clusters]
        if len(groups) != k or not all(connected(group, near) for group in groups):
            continue
        if not all(even(groups, table, share, k) for table in tables):
            continue
        cost = sum(
            min(
                sum(problem.travel[problem.position(a), problem.position(c)] for a in group)
                for c in group
            )
            for group in groups
        )
        best = cost if best is None else min(best, cost)
    return best


def connected(group, near):
    left, reached = set(group), [min(group)]
    left.discard(min(group))
    while reached:
        own = reached.pop()
        beside = {other for other in left if frozenset((own, other)) in near}
        left -= beside
        reached += beside
    return not left


def even(groups, table, share, k):
    mean = Fraction(sum(table.values()), k)
    return all(abs(sum(table[key] for key in group) - mean) <= share * mean for group in groups)


@pytest.mark.parametrize("seed", range(12))
def test_price_of_lasting_is_that_of_every_plan(seed):
    draw = random.Random(seed)
    digits = lambda: "".join(str(draw.randint(1, 9)) for _ in range(6))  # noqa: E731
    today = digits()
    problem = world(f"{today[:3]}\n{today[3:]}")
    ahead = {f"y{year}": digits() for year in YEARS[: draw.randint(1, 3)]}
    forecast, share = forecast_of(**ahead), draw.choice([Fraction(1, 4), Fraction(1, 2)])
    tables = [by_school(row) for row in (today, *ahead.values())]
    rules = cl.Rules(n_clusters=2, balance={"pupils": float(share)})
    now = cheapest(problem, 2, share, tables[:1])
    later = cheapest(problem, 2, share, tables)
    if now is None:
        with pytest.raises(cl.InfeasibleError):
            lasting.price_of_lasting(problem, rules, forecast, ALIKE, settings=SOON)
        return
    price = lasting.price_of_lasting(problem, rules, forecast, ALIKE, settings=SOON)
    assert price.today.objective == pytest.approx(now)
    if later is None:
        assert price.status == "none exists"
        assert price.conflict
        return
    assert price.status == "proved"
    assert price.lasting.objective == pytest.approx(later)
    assert price.price == pytest.approx(later - now)
    assert price.bounds == pytest.approx((later - now, later - now), abs=1e-3)
    assert price.lasting_lasts.ok


def test_horizons_are_those_of_every_plan():
    problem = world("555555")
    ahead = {"y2027": "555555", "y2028": "883222", "y2029": "900001"}
    forecast = forecast_of(**ahead)
    tables = [by_school(row) for row in ("555555", *ahead.values())]
    rules = cl.Rules(n_clusters=2, balance={"pupils": 0.5})
    found = lasting.price_by_horizon(problem, rules, forecast, ALIKE, settings=SOON)
    expected = [cheapest(problem, 2, Fraction(1, 2), tables[: n + 2]) for n in range(3)]
    got = [row.price.lasting and row.price.lasting.objective for row in found.rows]
    assert expected[1] > expected[0]
    assert expected[2] is None
    assert got == [pytest.approx(expected[0]), pytest.approx(expected[1]), None]
    assert found.lasts_to == "2028"
    assert "to 2028, by the forecast (proved: none can to 2029)" in found.sentence
    assert list(found.to_frame()["to"]) == list(YEARS)


# ---- rules of every year ------------------------------------------------------------------------


def test_a_rule_holds_in_every_year_but_excused_ones():
    rules = cl.Rules(
        n_clusters=2,
        balance={"pupils": 0.2, "need": 0.3},
        limits={"pupils": (1, None)},
        exceptions={"1": {"balance": {"pupils": 0.5}}, "2": "limits"},
    )
    forecast = Forecast(
        numbers={
            "pupils": {year: {"1": 1} for year in YEARS},
            "need": {"2027": {"1": 1}},
        }
    )
    made = lasting.rules_for_years(rules, forecast, excused={"2028": ["pupils"]})
    assert dict(made.balance) == {
        "pupils": 0.2,
        "need": 0.3,
        "pupils@2027": 0.2,
        "pupils@2029": 0.2,
        "need@2027": 0.3,
    }
    assert set(made.limits) == {"pupils", "pupils@2027", "pupils@2029"}
    assert made.exceptions["1"]["balance"]["pupils@2029"] == 0.5
    assert "pupils@2028" not in made.exceptions["1"]["balance"]
    assert made.exceptions["2"] == {"limits": None}
    for wrong in (["2031"], {"2028": ["hours"]}):
        with pytest.raises(cl.RulesError, match="excused names"):
            lasting.rules_for_years(rules, forecast, excused=wrong)
    with pytest.raises(cl.RulesError, match="no rule bounds"):
        lasting.rules_for_years(cl.Rules(n_clusters=2), forecast)


def test_the_first_year_that_breaks_and_by_how_much():
    problem = world("5555")
    plan = drawn_plan("A a b B")
    forecast = forecast_of(y2027="5555", y2028="6654", y2029="7755")
    rules = cl.Rules(n_clusters=2, limits={"pupils": (None, 11)})
    found = lasting.verify_years(problem, rules, plan, forecast)
    assert (found.lasts_to, found.first_break.year) == ("2027", "2028")
    (finding,) = found.first_break.certificate.findings
    assert finding.amount == 1
    assert "first breaks a rule in 2028, by the forecast" in found.sentence
    assert "12 pupils: 1 above the most allowed, 11" in found.sentence
    assert "It also breaks one in 2029." in found.sentence
    frame = found.to_frame()
    assert frame.loc[(frame.year == "2029") & (frame.cluster == "1"), "over"].item() == 3
    assert len(found.to_frame("findings")) == 2
    left = lasting.verify_years(problem, rules, plan, forecast, excused=["2028", "2029"])
    assert left.ok
    assert left.years[1].over[0].amount == 1
    assert "Not asked for in 2028 (pupils); 2029 (pupils)." in left.sentence


def test_what_is_not_forecast_is_said():
    problem = world("55", measures={"hours": "12"})
    rules = cl.Rules(n_clusters=2, balance={"pupils": 1.0, "hours": 1.0})
    found = lasting.verify_years(problem, rules, drawn_plan("A B"), forecast_of(y2027="55"))
    assert found.unforecast == ("hours",)
    assert "Taken as today's in every year: hours." in found.sentence


def test_a_plan_that_lasts_anyway_costs_nothing_more():
    problem = world("5555")
    rules = cl.Rules(n_clusters=2, balance={"pupils": 0.1})
    price = lasting.price_of_lasting(problem, rules, forecast_of(y2027="6666"), ALIKE)
    assert price.price == 0
    assert price.journey == 0
    assert "costs nothing more (proved" in price.sentence


def test_facts_of_a_year_and_notes_of_a_forecast():
    problem = world("55")
    forecast = lasting.with_rate(problem, forecast_of(y2027="64"), "need")
    made = lasting.with_forecast(problem, forecast)
    assert made.measures["need@2027"].tolist() == [6, 4]
    assert any("need are a projection" in note for note in made.notes)
    assert lasting.in_year(problem, forecast, "2027").measures["pupils"].tolist() == [6, 4]
    with pytest.raises(cl.DataError, match="does not have the year '2030'"):
        lasting.in_year(problem, forecast, "2030")
    with pytest.raises(cl.DataError, match="lacks 1 of 2 schools"):
        lasting.with_forecast(problem, Forecast(numbers={"pupils": {"2027": {"1": 5}}}))


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({}, "holds no number"),
        ({"pupils": {"next year": {"1": 5}}}, "is not a year"),
        ({"pupils": {"2027": {"1": -5}}}, "not a number of 0 or more"),
        ({"pupils": {"2027": {"1": float("nan")}}}, "not a number of 0 or more"),
        ({"schools": {"2027": {"1": 1}}}, "makes no sense"),
    ],
)
def test_forecasts_that_cannot_be_are_refused(numbers, said):
    with pytest.raises(cl.DataError, match=said):
        Forecast(numbers=numbers)


# ---- projections --------------------------------------------------------------------------------


def test_cohorts_move_up_and_intakes_follow_those_who_leave():
    problem = world("111", phases="pps")
    groups = {
        "1": dict.fromkeys(range(7), 10),
        "2": {**dict.fromkeys(range(6), 10), 6: 40},
        "3": dict.fromkeys(range(7, 12), 20),
    }
    made = lasting.project_cohorts(problem, groups, today="2025-26", n_years=2)
    assert made.years == ("2026-27", "2027-28")
    assert made.words == "projection"
    # 100 pupils in Years 7 to 11; 50 leave Year 6, and 60 of 90 go on (three years each side)
    first = 100 - 20 + Fraction(50) * Fraction(60, 90)
    assert made.numbers["pupils"]["2026-27"]["3"] == round(1 * first / 100)
    problem = problem.with_measures(pupils=[70, 100, 100])
    made = lasting.project_cohorts(
        problem, groups, today="2025-26", n_years=2, at_todays_rate=["need"]
    )
    by_year = made.numbers["pupils"]
    assert by_year["2026-27"] == {"1": 70, "2": 70, "3": round(float(first))}
    assert by_year["2027-28"]["3"] == round(float(first - 20 + Fraction(20 * 60, 90)))
    assert set(made.projected) == {"pupils", "need"}
    assert "projection, not a forecast" in made.notes[0]


def test_sixth_forms_keep_the_share_that_stays_on_today():
    problem = world("9", phases="s").with_measures(pupils=[320])
    groups = {"1": {7: 50, 8: 50, 9: 50, 10: 50, 11: 80, 12: 40}}
    made = lasting.project_cohorts(problem, groups, today="2026", n_years=1)
    # 50 in each of Years 7 to 11 (the first as today), half of 80 in Year 12
    assert made.numbers["pupils"]["2027"]["1"] == 5 * 50 + 40


def test_projections_refuse_what_they_cannot_do():
    problem = world("11")
    with pytest.raises(cl.DataError, match="no year groups of 1 school"):
        lasting.project_cohorts(problem, {"1": {0: 5}}, today="2026")
    with pytest.raises(cl.DataError, match="not a year"):
        lasting.project_cohorts(problem, {"1": {0: 5}, "2": {0: 5}}, today="now")
    with pytest.raises(cl.RulesError, match="n_years"):
        lasting.project_cohorts(problem, {"1": {0: 5}, "2": {0: 5}}, today="2026", n_years=40)
    with pytest.raises(cl.RulesError, match="does not hold hours"):
        lasting.with_sum(forecast_of(y2027="55"), "need", {"hours": 1})


# ---- a real authority ---------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.slow
def test_kirklees_for_five_years():
    file = shared_path("data", "kirklees", "schools_jan2019_mainstream_kirklees.csv")
    columns = {"pupils": "NOR", "ehcps": "TSENELSE", "sen_support": "TSENELK"}
    problem = cl.build_problem(cl.readers.read_schools(file, columns=columns))
    draw = random.Random(1)
    rate = {key: draw.uniform(0.97, 1.03) for key in problem.ids}
    pupils = dict(zip(problem.ids, problem.measures["pupils"].tolist(), strict=True))
    numbers = {
        f"20{20 + n}": {key: round(pupils[key] * rate[key] ** n) for key in pupils}
        for n in range(1, 6)
    }
    forecast = lasting.with_rate(problem, Forecast(numbers={"pupils": numbers}), "need")
    rules = cl.Rules(n_clusters=18, balance={"pupils": 0.25, "need": 0.4})
    price = lasting.price_of_lasting(
        problem,
        rules,
        forecast,
        cl.Priorities(travel_by="pupils"),
        settings=cl.Settings(time_limit_s=25),
    )
    assert price.lasting_lasts.ok
    assert price.bounds[0] <= price.price <= price.bounds[1]
    assert len(list(itertools.chain(price.lasting_lasts.amounts))) == 18 * 2 * 6
