"""Our names for columns, and the names under which published files hold the same facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches

from clusters.need_types import NEED_TYPES, NO_SPECIALIST_ASSESSMENT

__all__ = [
    "FORMATS",
    "LEVELS",
    "NUMBERS",
    "PASSED_ON",
    "PUBLISHED",
    "TEMPLATE",
    "TRAITS",
    "header_score",
    "key_of",
    "near",
    "recognise",
    "simple",
    "typed",
]

LEVELS = {"ehcps": "ehc_primary_need", "sen_support": "sup_primary_need"}
"""Prefix of the published columns of pupils by type of need, by ours."""

TRAITS = ("faith", "rurality", "town", "ward", "postcode", "lsoa", "type", "laestab")
"""Text facts that are kept in ``School.traits`` where a file has them."""

NUMBERS = ("need", "deprivation")
"""Numbers that are kept in ``School.measures`` where a file has them."""

PUBLISHED: Mapping[str, tuple[str, ...]] = {
    "urn": (
        *("school_urn", "establishment_urn", "unique_reference_number", "urn_number"),
        *("urn_no", "dfe_urn", "unique_reference_number_urn"),
    ),
    "name": (
        *("establishmentname", "school_name", "schname", "schoolname", "establishment_name"),
        *("school", "name_of_school"),
    ),
    "phase": ("phaseofeducation_name", "phase_type_grouping", "schooltype", "school_type"),
    "type": ("typeofestablishment_name", "type_of_establishment", "schooltype", "school_type"),
    "low_age": ("statutorylowage", "agelow", "agel"),
    "high_age": ("statutoryhighage", "agehigh", "ageh"),
    "status": ("establishmentstatus_name",),
    "level": ("geographic_level",),
    "record": ("rectype",),
    "laestab": ("la_estab", "dfe_number", "dfe_no", "laestab_number", "dfes", "dfe"),
    "authority": ("la_code", "la", "lea", "old_la_code", "la_number", "local_authority_code"),
    "estab": ("establishmentnumber", "establishment_number"),
    "year": ("time_period", "academic_year", "census_year"),
    "census_date": ("censusdate", "census_date"),
    "easting": ("eastings", "oseast1m"),
    "northing": ("northings", "osnrth1m"),
    "longitude": ("lon", "lng", "long", "lng_wgs84", "lon_wgs84"),
    "latitude": ("lat", "lat_wgs84"),
    "postcode": ("school_postcode", "pcode", "post_code"),
    "pupils": (
        *("nor", "total_pupils", "headcount_of_pupils", "numberofpupils", "number_of_pupils"),
        *("number_of_pupils_on_roll", "number_on_roll", "pupils_on_roll", "roll", "totpups"),
        *("pupil_numbers", "pupil_count", "pupils_count", "pupils_number", "number_of_all_pupils"),
    ),
    "ehcps": (
        *("tsenelse", "ehc_plan", "ehc_plans", "ehcp", "ehcps_number", "number_of_ehcps"),
        *("ehcps_count", "ehcp_count", "ehcp_number", "no_of_ehcps", "ehc_plans_number"),
        *("number_of_ehc_plans", "ehc_plan_count", "ehc_plans_count", "pupils_with_ehc_plans"),
        *("pupils_with_ehcps", "total_ehcps", "ehcps_total", "ehcp_total", "ehcp_pupils"),
    ),
    "sen_support": (
        *("tsenelk", "sen_support_count", "sen_support_number", "number_of_sen_support"),
        *("sen_support_pupils", "pupils_on_sen_support", "pupils_with_sen_support"),
        *("sen_support_total", "total_sen_support", "sen_k", "no_of_sen_support"),
    ),
    "pyramid": ("pyramid_name", "feeder_group"),
    "trust": ("trusts_name", "trust_name"),
    "can_lead": (),
    "topup": ("top_up", "topup_pounds", "topup_gbp"),
    "topup_pence": (),
    "cluster": ("cluster_name", "cluster_label"),
    "expertise_unit": (),
    "faith": ("religiouscharacter_name", "denomination"),
    "rurality": ("urbanrural_name", "urban_rural"),
    "town": (),
    "ward": ("ward_name", "administrativeward_name"),
    "lsoa": ("lsoa_code", "lsoa21cd", "lsoa11"),
    "need": (),
    "deprivation": (),
    "provision": ("typeofresourcedprovision_name",),
    "provision_places": ("resourcedprovisioncapacity",),
    "unit_places": ("senunitcapacity",),
    **{f"provision_{k}": (f"sen{k}_name",) for k in range(1, 14)},
}
"""Published names of columns, simplified, by our name; the first that a file has is taken."""

TEMPLATE = (
    *("urn", "name", "phase", "type", "easting", "northing", "longitude", "latitude", "postcode"),
    *("pupils", "ehcps", "sen_support", "pyramid", "trust", "can_lead", "topup", "topup_pence"),
    *("cluster", "expertise_unit", "faith", "rurality", "town", "ward", "lsoa"),
    *("need", "deprivation", "low_age", "high_age"),
)
"""Our names that a caller may map with `columns=`, besides those by type of need."""

FORMATS: Mapping[str, tuple[str, frozenset[str]]] = {
    "gias_bulk": (
        "GIAS bulk extract",
        frozenset({"establishmentname", "phaseofeducation_code", "establishmentstatus_code"}),
    ),
    "gias_search": (
        "GIAS search download",
        frozenset({"establishmentname", "phaseofeducation_name", "establishmentstatus_name"}),
    ),
    "sen": (
        "school-level SEN by type of need",
        frozenset({"ehc_primary_need_asd", "sup_primary_need_asd"}),
    ),
    "pupils": ("school-level pupil census", frozenset({"headcount_of_pupils", "laestab"})),
    "census": ("performance tables census", frozenset({"nor", "tsenelse", "tsenelk"})),
    "pupil_premium": (
        "pupil premium allocations",
        frozenset({"laestab", "number_of_pupils_on_roll"}),
    ),
    "links": ("GIAS links file", frozenset({"linkurn", "linktype"})),
    "performance": ("performance tables", frozenset({"rectype", "urn"})),
    "finance": ("school financial file", frozenset({"urn", "laestab", "school_name"})),
    "template": ("template", frozenset({"urn", "name", "pupils"})),
}
"""Published formats: name in reports, and the simplified columns by which each is recognised."""

PASSED_ON = ("authority", "estab", "year", "census_date")
"""Columns that say which school or year a row is about, and are no facts of the school."""

_FOOTNOTE = re.compile(r"\s*\(\d+\)\s*$")
_LEAST_ALIKE = 0.6


def simple(name: str) -> str:
    """Simplify a column's name: lower case, no footnote, one underscore between words.

    Examples
    --------
    >>> simple("PhaseOfEducation (name)"), simple(" Number of pupils on roll (7)")
    ('phaseofeducation_name', 'number_of_pupils_on_roll')
    """
    plain = _FOOTNOTE.sub("", name.replace("\ufeff", "").replace("ï»¿", ""))
    plain = plain.replace("%", " pct ")  # a share is no count
    return re.sub(r"[^a-z0-9]+", "_", plain.casefold()).strip("_")


def near(name: str, known: Iterable[str], least: float = _LEAST_ALIKE) -> str:
    """Words that offer the known names most like this one."""
    by_simple = {simple(candidate): candidate for candidate in known}
    wanted = simple(name)
    close = get_close_matches(wanted, by_simple, n=3, cutoff=least)
    close += [key for key in by_simple if len(wanted) > 2 and wanted in key and key not in close]
    if not close:
        return ""
    return "did you mean " + " or ".join(repr(by_simple[key]) for key in close[:3]) + "?"


def header_score(*needed: str, names: Iterable[str] = ()) -> Callable[[Sequence[str]], int]:
    """Make the function that says how well a row does as the header of a table.

    Parameters
    ----------
    needed
        Our columns of which the header must have one at least.
    names
        Further names of columns, given by the caller, that count as such too.

    Returns
    -------
    Callable
        Number of columns known in a row; 0 where none of those needed is among them.
    """
    given = {simple(name) for name in names}
    must = given | {name for key in needed for name in (key, *PUBLISHED.get(key, ()))}
    key_of_name: dict[str, str] = {}
    for key, others in PUBLISHED.items():
        for name in (key, *others):
            key_of_name.setdefault(name, key)

    def score(cells: Sequence[str]) -> int:
        have = {simple(cell) for cell in cells if cell}
        if not have & must:
            return 0
        known = {key_of_name.get(name, name if name in given else "") for name in have}
        return len(known - {""}) + sum(1 for name in have if typed(name) is not None)

    return score


def recognise(header: Sequence[str]) -> str | None:
    """Recognise a published format by its columns; None where it is none of them."""
    have = {simple(name) for name in header}
    return next((name for name, (_, needed) in FORMATS.items() if needed <= have), None)


def typed(name: str) -> tuple[str, str] | None:
    """Split the simplified name of a column by type of need into our prefix and the type's code.

    Examples
    --------
    >>> typed("sup_primary_need_asd"), typed("expertise_hi"), typed("pupils")
    (('sen_support', 'asd'), ('expertise', 'hi'), None)
    """
    prefixes = [(prefix, prefix) for prefix in (*LEVELS, "expertise")]
    for ours, prefix in [*prefixes, *LEVELS.items()]:
        if name.startswith(f"{prefix}_") and name != "expertise_unit":
            return ours, name[len(prefix) + 1 :]
    return None


def key_of(label: str, types: Iterable[str] = ()) -> str | None:
    """Code of a type of need from a code, or a published label such as "ASD - Autistic ...".

    Examples
    --------
    >>> key_of("ASD - Autistic Spectrum Disorder"), key_of("wizardry")
    ('asd', None)
    """
    codes = {*NEED_TYPES, NO_SPECIALIST_ASSESSMENT, *(kind.lower() for kind in types)}
    word = label.strip().lower()
    if word in codes:
        return word
    code = re.split(r"\s*[-:\u2013]\s+", word, maxsplit=1)[0].strip()
    return code if code in codes else None
