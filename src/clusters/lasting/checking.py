"""Whether a plan lasts: the independent verifier asked again with the numbers of each year.

What solves knows the years as further measures ("pupils@2027"). Here nothing of that is used: for
each year the facts are made with that year's numbers, and today's rules are checked on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from clusters.arguments import checked
from clusters.domain import Plan, PlanLike, Problem, Rules, check_rules, plan_of, positions_of
from clusters.domain.forecast import Forecast
from clusters.lasting.years import BY_MEASURE, Excused, excused_years, in_year, with_bounds
from clusters.measures.values import check_kind
from clusters.shown import Shown
from clusters.text import counted
from clusters.verifier import Certificate, Finding, verify

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Lasting", "YearCheck", "verify_years"]

TODAY = "today"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class YearCheck(Shown):
    """What the verifier found in one year.

    Parameters
    ----------
    year
        As in the forecast; "today" for today's numbers.
    certificate
        Of the plan under the rules that are asked for in that year, with that year's numbers.
    excused
        Measures that are not asked for in that year.
    over
        What would be broken of the rules that are not asked for.
    projected
        Measures whose numbers are a projection.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b"], [[0, 0], [1, 0]], {"pupils": [5, 5]}, [("a", "b")])
    >>> forecast = cl.lasting.Forecast(
    ...     numbers={"pupils": {"2027": {"a": 6, "b": 5}, "2028": {"a": 9, "b": 5}}})
    >>> rules = cl.Rules(n_clusters=2, limits={"pupils": (None, 8)})
    >>> checks = cl.lasting.verify_years(problem, rules, {"a": "a", "b": "b"}, forecast)
    >>> [(check.year, check.certificate.ok) for check in (checks.today, *checks.years)]
    [('today', True), ('2027', True), ('2028', False)]
    """

    year: str
    certificate: Certificate
    excused: tuple[str, ...] = ()
    over: tuple[Finding, ...] = ()
    projected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Lasting(Shown):
    """How long a plan keeps the rules, year by year.

    Parameters
    ----------
    today
        The check with today's numbers.
    years
        The check of each year of the forecast, in order.
    words
        Whether the numbers are a "forecast" or a "projection".
    unforecast
        Measures that rules bound and the forecast does not hold: taken as today's in every year.
    amounts
        By year, by cluster and bounded measure: (have, least, most), exact; the bounds before any
        exceptions of single clusters.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b"], [[0, 0], [1, 0]], {"pupils": [5, 5]}, [("a", "b")])
    >>> forecast = cl.lasting.Forecast(
    ...     numbers={"pupils": {"2027": {"a": 6, "b": 5}, "2028": {"a": 9, "b": 5}}})
    >>> rules = cl.Rules(n_clusters=2, limits={"pupils": (None, 8)})
    >>> checks = cl.lasting.verify_years(problem, rules, {"a": "a", "b": "b"}, forecast)
    >>> checks.ok, checks.lasts_to, checks.first_break.year
    (False, '2027', '2028')
    """

    today: YearCheck
    years: tuple[YearCheck, ...]
    words: str
    unforecast: tuple[str, ...]
    amounts: tuple[tuple[str, str, str, Fraction, Fraction | None, Fraction | None], ...]

    @property
    def ok(self) -> bool:
        """Whether the plan keeps what is asked for today and in every year."""
        return all(check.certificate.ok for check in (self.today, *self.years))

    @property
    def first_break(self) -> YearCheck | None:
        """The first check, today's before all, in which the plan breaks a rule."""
        checks = (self.today, *self.years)
        return next((check for check in checks if not check.certificate.ok), None)

    @property
    def lasts_to(self) -> str | None:
        """Last year up to which every rule holds, without a gap; None where not even today."""
        held = None
        for check in (self.today, *self.years):
            if not check.certificate.ok:
                break
            held = check.year
        return held

    @property
    def sentence(self) -> str:
        """Say how long the plan lasts, and where it breaks first and by how much."""
        span = _span(self.years)
        source = f"by the {self.words}"
        broken = self.first_break
        if broken is None:
            text = f"The plan keeps every rule today and in every year of {span}, {source}."
        else:
            findings = broken.certificate.findings
            more = f" (and {counted(len(findings) - 1, 'finding')} more)" if findings[1:] else ""
            when = "already today" if broken.year == TODAY else f"in {broken.year}"
            text = f"The plan first breaks a rule {when}"
            text += f", {source}" if broken.year != TODAY else ""
            text += f": {findings[0].message.rstrip('.')}{more}."
            again = [c.year for c in self.years if not c.certificate.ok and c is not broken]
            if again:
                text += f" It also breaks one in {', '.join(again)}."
        return " ".join([text, *self._asides()])

    def _asides(self) -> Iterator[str]:
        left = [check for check in self.years if check.excused]
        if left:
            each = "; ".join(f"{check.year} ({', '.join(check.excused)})" for check in left)
            yield f"Not asked for in {each}."
        for check in left:
            if check.over:
                yield f"There it would break in {check.year}: {check.over[0].message}"
        if self.unforecast:
            yield f"Taken as today's in every year: {', '.join(self.unforecast)}."

    @checked
    def to_frame(self, kind: str = "amounts") -> pd.DataFrame:
        """Make a frame.

        Parameters
        ----------
        kind
            "amounts": a row for each year, cluster and bounded measure; `over` is how far the
            number lies outside its bounds (below 0 for below the least), which are those without
            exceptions of single clusters. "findings": a row for each finding.
        """
        import pandas as pd

        check_kind(kind, ("amounts", "findings"))
        if kind == "findings":
            found = [
                (check.year, f.rule, f.cluster, f.amount, asked, f.message)
                for check in (self.today, *self.years)
                for asked, some in ((True, check.certificate.findings), (False, check.over))
                for f in some
            ]
            heads = ["year", "rule", "cluster", "amount", "asked", "message"]
            return pd.DataFrame(found, columns=heads)
        rows = [
            (year, cluster, measure, float(have), _float(low), _float(high), _over(have, low, high))
            for year, cluster, measure, have, low, high in self.amounts
        ]
        names = ["year", "cluster", "measure", "amount", "least", "most", "over"]
        frame = pd.DataFrame(rows, columns=names)
        frame.insert(1, "source", [self._source(row[0], row[2]) for row in self.amounts])
        return frame

    def _source(self, year: str, measure: str) -> str:
        if year == TODAY or measure in self.unforecast:
            return TODAY
        check = next(check for check in self.years if check.year == year)
        return "projection" if measure in check.projected else "forecast"


@checked
def verify_years(
    problem: Problem, rules: Rules, plan: PlanLike, forecast: Forecast, *, excused: Excused = ()
) -> Lasting:
    """Check a plan against today's rules with the numbers of each year.

    Parameters
    ----------
    problem, rules
        Today's facts and rules: each bound on a measure is asked for in every year.
    plan
        Any plan. Its clusters and centres stay as they are in every year.
    forecast
        Numbers of later years. What it does not hold is taken as today's.
    excused
        Years in which nothing is asked beyond what the forecast leaves as it is; or, by year, the
        measures that are not asked for.

    Raises
    ------
    RulesError
        If the rules do not fit the problem, or an excused year or measure is not in the forecast.
    DataError
        If the forecast lacks a school.

    Examples
    --------
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [1, 0]], {"pupils": [5, 7]})
    >>> by_year = {"2027": {"a": 6, "b": 6}, "2028": {"a": 3, "b": 9}}
    >>> forecast = Forecast(numbers={"pupils": by_year})
    >>> rules = Rules(n_clusters=2, balance={"pupils": 0.25}, contiguous=False)
    >>> lasting = verify_years(problem, rules, {"a": "West", "b": "East"}, forecast)
    >>> lasting.lasts_to, lasting.first_break.year
    ('2027', '2028')
    >>> print(lasting.sentence)  # doctest: +ELLIPSIS
    The plan first breaks a rule in 2028, by the forecast: Cluster 1 (West) has 3 pupils: 1.5 ...
    """
    plan = plan_of(problem, plan)
    check_rules(problem, rules)
    left_out = excused_years(forecast, excused)
    bounded = tuple(dict.fromkeys(name for rule in BY_MEASURE for name in getattr(rules, rule)))
    today = YearCheck(year=TODAY, certificate=verify(problem, rules, plan))
    facts = {year: in_year(problem, forecast, year) for year in forecast.years}
    years = tuple(
        _check(facts[year], rules, plan, forecast, year, sorted(left_out.get(year, ())))
        for year in forecast.years
    )
    return Lasting(
        today=today,
        years=years,
        words=forecast.words,
        unforecast=tuple(name for name in bounded if name not in forecast.numbers),
        amounts=tuple(
            row
            for year, facts_ in ((TODAY, problem), *facts.items())
            for row in _amounts(facts_, rules, plan, year, bounded)
        ),
    )


def _check(
    facts: Problem, rules: Rules, plan: Plan, forecast: Forecast, year: str, excused: list[str]
) -> YearCheck:
    def asked(bounds: Mapping[str, Any]) -> dict[str, Any]:
        return {name: bound for name, bound in bounds.items() if name not in excused}

    certificate = verify(facts, with_bounds(rules, asked), plan)
    found = {finding.message for finding in certificate.findings}
    over = verify(facts, rules, plan).findings if excused else ()
    return YearCheck(
        year=year,
        certificate=certificate,
        excused=tuple(excused),
        over=tuple(finding for finding in over if finding.message not in found),
        projected=tuple(n for n in forecast.projected if year in forecast.numbers.get(n, ())),
    )


def _amounts(
    facts: Problem, rules: Rules, plan: Plan, year: str, measures: tuple[str, ...]
) -> Iterator[tuple[str, str, str, Fraction, Fraction | None, Fraction | None]]:
    labels = [cluster.label for cluster in plan.clusters]
    held = [row for row in zip(labels, positions_of(facts, plan), strict=True) if row[1]]
    for measure in measures:
        units = [Fraction(str(value)) for value in facts.measures[measure].tolist()]
        mean = sum(units, Fraction(0)) / max(1, len(held))
        pair = rules.limits.get(measure) or (None, None)
        lows, highs = ([] if end is None else [Fraction(str(end))] for end in pair)
        if measure in rules.balance:
            share = Fraction(str(rules.balance[measure]))
            lows.append((1 - share) * mean)
            highs.append((1 + share) * mean)
        least, most = max(lows, default=None), min(highs, default=None)
        for label, positions in held:
            yield year, label, measure, sum((units[p] for p in positions), Fraction(0)), least, most


def _over(have: Fraction, low: Fraction | None, high: Fraction | None) -> float:
    if high is not None and have > high:
        return float(have - high)
    return float(have - low) if low is not None and have < low else 0.0


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _span(years: tuple[YearCheck, ...]) -> str:
    first, last = years[0].year, years[-1].year
    return first if first == last else f"{first} to {last}"
