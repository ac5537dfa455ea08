"""Our names for columns, and the names under which published files hold the same facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from clusters.need_types import NEED_TYPES, NO_SPECIALIST_ASSESSMENT

__all__ = [
    "FORMATS",
    "LEVELS",
    "NUMBERS",
    "PUBLISHED",
    "TEMPLATE",
    "TRAITS",
    "key_of",
    "near",
    "recognise",
    "simple",
    "typed",
]

LEVELS = {"ehcps": "ehc_primary_need", "sen_support": "sup_primary_need"}
"""Prefix of the published columns of pupils by type of need, by ours."""

TRAITS = ("faith", "rurality", "town", "ward", "postcode", "lsoa", "type")
"""Text facts that are kept in ``School.traits`` where a file has them."""

NUMBERS = ("need", "deprivation")
"""Numbers that are kept in ``School.measures`` where a file has them."""

PUBLISHED: Mapping[str, tuple[str, ...]] = {
    "urn": ("school_urn", "establishment_urn", "unique_reference_number"),
    "name": ("establishmentname", "school_name", "schname", "schoolname", "establishment_name"),
    "phase": ("phaseofeducation_name", "phase_type_grouping", "schooltype", "school_type"),
    "type": ("typeofestablishment_name", "type_of_establishment", "schooltype", "school_type"),
    "low_age": ("statutorylowage", "agelow", "agel"),
    "high_age": ("statutoryhighage", "agehigh", "ageh"),
    "status": ("establishmentstatus_name",),
    "level": ("geographic_level",),
    "record": ("rectype",),
    "easting": ("eastings", "oseast1m"),
    "northing": ("northings", "osnrth1m"),
    "longitude": ("lon", "lng", "long", "lng_wgs84", "lon_wgs84"),
    "latitude": ("lat", "lat_wgs84"),
    "postcode": ("school_postcode", "pcode", "post_code"),
    "pupils": (
        *("nor", "total_pupils", "headcount_of_pupils", "numberofpupils", "number_of_pupils"),
        *("number_of_pupils_on_roll", "number_on_roll", "pupils_on_roll", "roll", "totpups"),
    ),
    "ehcps": ("tsenelse", "ehc_plan", "ehc_plans", "ehcp"),
    "sen_support": ("tsenelk",),
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
    "pupils": (
        "school-level pupil census",
        frozenset({"headcount_of_pupils", "laestab"}),
    ),
    "census": ("performance tables census", frozenset({"nor", "tsenelse", "tsenelk"})),
    "pupil_premium": (
        "pupil premium allocations",
        frozenset({"laestab", "number_of_pupils_on_roll"}),
    ),
    "links": ("GIAS links file", frozenset({"linkurn", "linktype"})),
    "template": ("template", frozenset({"urn", "name", "pupils"})),
}
"""Published formats: name in reports, and the simplified columns by which each is recognised."""

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
    return re.sub(r"[^a-z0-9]+", "_", plain.casefold()).strip("_")


def near(name: str, known: Iterable[str]) -> str:
    """Words that offer the known names most like this one."""
    by_simple = {simple(candidate): candidate for candidate in known}
    wanted = simple(name)
    close = get_close_matches(wanted, by_simple, n=3, cutoff=_LEAST_ALIKE)
    close += [key for key in by_simple if len(wanted) > 2 and wanted in key and key not in close]
    if not close:
        return ""
    return "did you mean " + " or ".join(repr(by_simple[key]) for key in close[:3]) + "?"


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
