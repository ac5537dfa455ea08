"""Formulas to start from, each with its source. None of them is any authority's actual formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from clusters.budget.formula import Formula
from clusters.errors import Faults, MoneyError
from clusters.money import Number, exact_number

__all__ = [
    "CHECK_BEFORE_USE",
    "PRESETS",
    "by_type_and_level",
    "equal_per_school",
    "high_needs_proxies",
    "need_units",
    "per_pupil",
    "pupils_poverty_attainment",
]

CHECK_BEFORE_USE = "check the weights before use"


def equal_per_school() -> Formula:
    """Give every school the same.

    Examples
    --------
    >>> dict(equal_per_school().weights)
    {'schools': Fraction(1, 1)}
    """
    return Formula(
        {"schools": 1},
        unit="school",
        name="equal per school",
        source="as West Berkshire shared half of a fund between its ten secondary schools, 2021: "
        "decisionmaking.westberks.gov.uk, mgAi 63986",
    )


def per_pupil() -> Formula:
    """Give every pupil on roll the same."""
    return Formula(
        {"pupils": 1},
        unit="pupil",
        name="per pupil",
        source="as the basic per-pupil element of school formulas",
    )


def pupils_poverty_attainment(
    pupils: str = "pupils", fsm: str = "fsm", low_attainment: str = "low_attainment"
) -> Formula:
    """Share 15% by pupils, 35% by free school meals and 50% by low prior attainment.

    Parameters
    ----------
    pupils, fsm, low_attainment
        The problem's names for these counts.
    """
    return Formula(
        shares={pupils: "15%", fsm: "35%", low_attainment: "50%"},
        name="15/35/50 pupils, free school meals, prior attainment",
        source='the "personalisation" factor of a council\'s secondary formula of 2012-13 '
        "(docsbay, secondary-school-funding-formula-2012-13)",
    )


def need_units(ehcps: Number = 3, sen_support: Number = 1) -> Formula:
    """Share by need units: pupils with EHC plans and with SEN support, weighted.

    Parameters
    ----------
    ehcps, sen_support
        Units for one pupil. The defaults are an example: the weights are for the group to choose.

    Examples
    --------
    >>> need_units(ehcps=4).weights["ehcps"]
    Fraction(4, 1)
    """
    return Formula(
        {"ehcps": ehcps, "sen_support": sen_support},
        name="need units",
        source=f"example weights, {CHECK_BEFORE_USE}",
    )


def by_type_and_level(
    types: Mapping[str, Number], ehcps: Number = 3, sen_support: Number = 1
) -> Formula:
    """Share by need units by type and level: weight of the type x weight of the level.

    Parameters
    ----------
    types
        Weight by code of need (``{"asd": "1.5", "slcn": 1}``). Types left out count for nothing.
    ehcps, sen_support
        Weight of one pupil with an EHC plan, with SEN support.

    Examples
    --------
    >>> sorted(by_type_and_level({"asd": 2}).weights.items())
    [('ehcps_asd', Fraction(6, 1)), ('sen_support_asd', Fraction(2, 1))]
    """
    weights = {
        f"{level}_{kind}": exact_number(weight) * exact_number(of_level)
        for kind, weight in types.items()
        for level, of_level in (("ehcps", ehcps), ("sen_support", sen_support))
    }
    return Formula(
        weights,
        name="need units by type and level",
        source=f"local weights, {CHECK_BEFORE_USE}",
    )


_PROXIES: Mapping[str, str] = {
    "pupils": "50",
    "bad_health": "7.5",
    "disability": "7.5",
    "fsm": "10",
    "idaci": "10",
    "ks2_low_attainment": "7.5",
    "ks4_low_attainment": "7.5",
}


def high_needs_proxies(names: Mapping[str, str] | None = None) -> Formula:
    """Share by proxies in the manner of the high needs national funding formula.

    The weights (population 50, bad health 7.5, disability 7.5, free school meals 10, IDACI 10, low
    attainment at key stage 2 and at key stage 4 7.5 each) are from general knowledge of the formula
    and have not been confirmed: check the weights before use. Historic spend, the floor and the
    area cost adjustment are left out.

    Parameters
    ----------
    names
        The problem's own name for each proxy that differs from: pupils, bad_health, disability,
        fsm, idaci, ks2_low_attainment, ks4_low_attainment.

    Raises
    ------
    MoneyError
        If `names` has a proxy that the preset does not.
    """
    names = dict(names or {})
    faults = Faults()
    for name in names:
        if name not in _PROXIES:
            faults.add(f"the preset has no proxy {name!r}", f"use any of {', '.join(_PROXIES)}")
    faults.refuse(MoneyError)
    return Formula(
        shares={names.get(proxy, proxy): f"{share}%" for proxy, share in _PROXIES.items()},
        name="proxies like those of the high needs national funding formula",
        source=f"not confirmed: {CHECK_BEFORE_USE}",
    )


PRESETS: Mapping[str, Callable[[], Formula]] = {
    "equal per school": equal_per_school,
    "per pupil": per_pupil,
    "15/35/50": pupils_poverty_attainment,
    "need units": need_units,
    "high needs proxies": high_needs_proxies,
}
"""The presets that need no arguments, by short name."""
