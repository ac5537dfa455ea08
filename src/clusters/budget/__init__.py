"""The money: pot, formula, protection, split, fairness and outlook.

Sums go in as POUNDS (text, whole numbers, Decimals; never floats) and come out as whole PENCE.
"""

from clusters.arguments import checked
from clusters.budget.assumptions import MINUTES, Assumptions, Scenario
from clusters.budget.audit import MoneyFinding
from clusters.budget.audit import check_split as _check_split
from clusters.budget.commitments import Commitments, committed_in_a_year
from clusters.budget.division_rules import RULES, award, compare_rules
from clusters.budget.effects import (
    Turbulence,
    effects,
    sensitivity,
    transition,
    turbulence,
)
from clusters.budget.explanation import explain, recompute
from clusters.budget.fairness import FairnessFigure, fairness, fairness_frame
from clusters.budget.formula import Formula
from clusters.budget.ledger import Ledger
from clusters.budget.ledger_tables import Balance
from clusters.budget.medium_term import (
    DemandAhead,
    FinancialYear,
    MediumTermPlan,
    look_years_ahead,
    plan_years,
)
from clusters.budget.outlook import Outlook, look_ahead
from clusters.budget.payments import Payment, Payments, payments
from clusters.budget.pot import Backdated, Pot
from clusters.budget.presets import PRESETS
from clusters.budget.protection import Protection
from clusters.budget.rounding import controlled_rounding
from clusters.budget.sparsity import Remote, Sparsity, Taper
from clusters.budget.split import split_budget
from clusters.budget.tiers import Contribution, Tiers, tiers
from clusters.budget.true_years import true_years
from clusters.budget.values import Share, Split
from clusters.budget.years import Calendar, by_pot, by_year, instalments

__all__ = [
    "MINUTES",
    "PRESETS",
    "RULES",
    "Assumptions",
    "Backdated",
    "Balance",
    "Calendar",
    "Commitments",
    "Contribution",
    "DemandAhead",
    "FairnessFigure",
    "FinancialYear",
    "Formula",
    "Ledger",
    "MediumTermPlan",
    "MoneyFinding",
    "Outlook",
    "Payment",
    "Payments",
    "Pot",
    "Protection",
    "Remote",
    "Scenario",
    "Share",
    "Sparsity",
    "Split",
    "Taper",
    "Tiers",
    "Turbulence",
    "award",
    "by_pot",
    "by_year",
    "check_split",
    "committed_in_a_year",
    "compare_rules",
    "controlled_rounding",
    "effects",
    "explain",
    "fairness",
    "fairness_frame",
    "instalments",
    "look_ahead",
    "look_years_ahead",
    "payments",
    "plan_years",
    "recompute",
    "sensitivity",
    "split_budget",
    "tiers",
    "transition",
    "true_years",
    "turbulence",
]

# Here, as the checker itself imports nothing but what splits are made of.
check_split = checked(_check_split)
