"""The types of special educational need and their broad areas.

Source: Department for Education, school census guide, "SEN type" code set; the four areas are
those of the SEND Code of Practice 2015, paragraphs 6.28 to 6.35.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["BROAD_AREAS", "NEED_TYPES", "NO_SPECIALIST_ASSESSMENT"]

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
