"""The types of special educational need, their broad areas, and mappings between categories.

Source: Department for Education, school census guide, "SEN type" code set; the four areas are
those of the SEND Code of Practice 2015, paragraphs 6.28 to 6.35.

A mapping is plain data, ``{category: codes}``: print it, copy it, change it. It is applied to
schools by :func:`clusters.expertise.recode`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from clusters.errors import DataError, Fault

__all__ = [
    "BROAD_AREAS",
    "COUNCIL_CATEGORIES",
    "NEED_TYPES",
    "NO_SPECIALIST_ASSESSMENT",
    "category_by_code",
    "refuse_unknown_types",
]

NEED_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "spld": "specific learning difficulty",
        "mld": "moderate learning difficulty",
        "sld": "severe learning difficulty",
        "pmld": "profound and multiple learning difficulty",
        "semh": "social, emotional and mental health",
        "slcn": "speech, language and communication needs",
        "hi": "hearing impairment",
        "vi": "vision impairment",
        "msi": "multi-sensory impairment",
        "pd": "physical disability",
        "asd": "autistic spectrum disorder",
        "oth": "other difficulty or disability",
    }
)
"""The twelve primary types of need, by lower-case code."""

NO_SPECIALIST_ASSESSMENT = "nsa"
"""SEN support without specialist assessment of type of need: a count, not a type."""

BROAD_AREAS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "communication and interaction": ("slcn", "asd"),
        "cognition and learning": ("spld", "mld", "sld", "pmld"),
        "social, emotional and mental health": ("semh",),
        "sensory and physical": ("hi", "vi", "msi", "pd"),
    }
)
"""The four broad areas of need and the types in each ("oth" belongs to none)."""

COUNCIL_CATEGORIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "CCI": ("slcn", "asd"),
        "C&L": ("spld", "mld", "sld", "pmld"),
        "SEMH": ("semh",),
        "PI": ("pd",),
        "HI": ("hi",),
        "VI": ("vi",),
        "MSI": ("msi",),
        "OTH": ("oth",),
    }
)
"""Categories in which councils describe their resourced provision: complex communication and
interaction, cognition and learning, social, emotional and mental health, physical, hearing and
vision impairment. An example to be changed, not a standard; "msi" and "oth" stay by themselves,
since which team serves them differs from council to council."""


def category_by_code(
    mapping: Mapping[str, Iterable[str]], codes: Collection[str] | None = None
) -> dict[str, str]:
    """Turn ``{category: codes}`` round into ``{code: category}``, refusing what is ambiguous.

    Parameters
    ----------
    mapping
        For each category the codes in it; each code in one category only, so that every pupil
        counts once.
    codes
        Codes that may stand in it; None for the twelve types of need and "nsa".

    Raises
    ------
    DataError
        Listing codes that are not known, codes in two categories and categories without codes.

    Examples
    --------
    >>> category_by_code({"sensory": ["hi", "vi"], "physical": ["pd"]})
    {'hi': 'sensory', 'vi': 'sensory', 'pd': 'physical'}
    >>> category_by_code({"autism": ["azd"]})
    Traceback (most recent call last):
    ...
    clusters.errors.DataError: mapping, value 'azd': category 'autism' names an unknown type of \
need - did you mean 'asd'? The types are spld, mld, sld, pmld, semh, slcn, hi, vi, msi, pd, asd, \
oth, nsa
    """
    known = [*NEED_TYPES, NO_SPECIALIST_ASSESSMENT] if codes is None else [*codes]
    found: dict[str, str] = {}
    faults: list[Fault] = []
    for category, listed in mapping.items():
        kinds = [listed] if isinstance(listed, str) else list(listed)
        if not kinds:
            faults.append(_fault(f"category {category!r} has no codes", "name some, or drop it"))
        for kind in kinds:
            if kind not in known:
                faults += _unknown([kind], known, f"category {category!r} names an", "mapping")
            elif found.setdefault(kind, category) != category:
                faults.append(
                    _fault(
                        f"code {kind!r} is in both {found[kind]!r} and {category!r}",
                        "put each code into one category",
                    )
                )
    if faults:
        raise DataError(faults)
    return found


def refuse_unknown_types(kinds: Iterable[str], known: Collection[str], where: str) -> None:
    """Refuse types of need that are not among those known, naming each and the nearest match.

    Raises
    ------
    DataError
        Listing all of them.

    Examples
    --------
    >>> refuse_unknown_types(["asd", "hi"], NEED_TYPES, "capacity")
    """
    faults = list(_unknown(kinds, known, "this is an", where))
    if faults:
        raise DataError(faults)


def _unknown(
    kinds: Iterable[str], known: Collection[str], lead: str, where: str
) -> Iterator[Fault]:
    for kind in kinds:
        if kind not in known:
            close = get_close_matches(str(kind).lower(), [str(name) for name in known], n=1)
            hint = f"did you mean {close[0]!r}? " if close else ""
            yield Fault(
                what=f"{lead} unknown type of need",
                remedy=f"{hint}The types are {', '.join(known)}" if known else "none is on record",
                where=where,
                value=str(kind),
            )


def _fault(what: str, remedy: str) -> Fault:
    return Fault(what=what, remedy=remedy, where="mapping")
