"""How much of a split is meant for EHC plans: what risk is read against."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from clusters.budget.sparsity import exact_measure
from clusters.budget.values import Split
from clusters.domain import Problem, SchoolId
from clusters.errors import MoneyError
from clusters.money import Number, largest_remainder, percentage

__all__ = ["plan_money"]


def plan_money(split: Split, flexible: Number | None = None) -> tuple[dict[SchoolId, int], str]:
    """Whole pence for EHC plans by school, and where they come from.

    Parameters
    ----------
    flexible
        Share of the flexible money that is meant for plans. None: what the formula gives for the
        measures that count them ("ehcps", "ehcps_asd" ..., and "need" where it is made up of plans
        and SEN support); protection raises or lowers that part with the rest.

    Raises
    ------
    MoneyError
        If no money is meant for plans.
    """
    ids = split.problem.ids
    if flexible is not None:
        stated = percentage(flexible)
        parts = dict.fromkeys(ids, stated)
        source = f"committed sums, and {float(stated):.0%} of the flexible money (given)"
    else:
        parts = _formula_parts(split)
        paid = sum(split.pot.committed_pence.values())
        source = "committed sums, and " if paid else "nothing is committed; "
        source += "of the flexible money what the formula gives for EHC plans"
    exact = [parts[share.key] * share.flexible_pence for share in split.schools]
    whole = sum(exact, Fraction(0))
    rounded = largest_remainder(exact, whole.numerator // whole.denominator, ids)
    budgets = {
        share.key: share.committed_pence + sum_
        for share, sum_ in zip(split.schools, rounded, strict=True)
    }
    if not any(budgets.values()):
        raise MoneyError.of(
            "no money of the split is meant for EHC plans: nothing is committed, and the formula "
            "does not count plans",
            'give committed sums, or Assumptions(flexible_for_plans="60%") for instance',
        )
    return budgets, source


def _formula_parts(split: Split) -> dict[SchoolId, Fraction]:
    """Part of each school's formula money that is given for plans."""
    ids = split.problem.ids
    plans: dict[SchoolId, Fraction] = dict.fromkeys(ids, Fraction(0))
    for factor in split.factors:
        if factor.name == "units":
            of_units = _plan_units(split)
            for urn in ids:
                plans[urn] += of_units[urn] * factor.rate
        elif _counts_plans(factor.name):
            for urn in ids:
                plans[urn] += factor.exact[urn]
    return {
        share.key: min(Fraction(1), plans[share.key] / share.formula_exact)
        if share.formula_exact
        else Fraction(0)
        for share in split.schools
    }


def _counts_plans(name: str) -> bool:
    return name == "ehcps" or name.startswith("ehcps_")


def _plan_units(split: Split) -> dict[SchoolId, Fraction]:
    """Units that each school has for its plans."""
    problem = split.problem
    units: dict[SchoolId, Fraction] = dict.fromkeys(problem.ids, Fraction(0))
    for name, weight in split.formula.weights.items():
        each = Fraction(1)
        measure = name
        if name == "need":
            measure, each = "ehcps", _weight_of_plans(problem)
        if _counts_plans(measure) and each:
            values = exact_measure(problem, measure)
            for urn in problem.ids:
                units[urn] += Fraction(weight) * each * values[urn]
    return units


def _weight_of_plans(problem: Problem) -> Fraction:
    """Weight of a plan in the measure "need"; 0 where it is not just plans and SEN support."""
    if not {"ehcps", "sen_support", "need"} <= set(problem.measures):
        return Fraction(0)
    counts = np.stack([problem.measures[name] for name in ("ehcps", "sen_support")], axis=1)
    if np.array_equal(
        counts.sum(axis=1), problem.measures["need"]
    ):  # as where no weights are given
        return Fraction(1)
    weights, _, rank, _ = np.linalg.lstsq(counts, problem.measures["need"], rcond=None)
    if rank < 2 or np.abs(counts @ weights - problem.measures["need"]).max() > 1e-6:
        return Fraction(0)
    return Fraction(round(float(weights[0]) * 10**6), 10**6)
