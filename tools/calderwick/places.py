"""The invented map of Calderwick (synthetic): who feeds whom, and who stands out.

Nothing here is real. Coordinates are kilometres east and north of the map's corner, which lies in
the North Sea (see `land.ORIGIN_M`) so that nobody takes the place for a real one.
"""

from __future__ import annotations

from tools.calderwick.country import COUNTRY
from tools.calderwick.pyramids import Pyramid
from tools.calderwick.towns import TOWNS

PYRAMIDS: tuple[Pyramid, ...] = (*TOWNS, *COUNTRY)

REMOTE = {"Nethershope CE Primary School", "Marshope CE Primary School", "Scarhope Primary School"}
"""Schools on the edge of the moor, very small."""

RESOURCED: dict[str, tuple[str, int]] = {
    "Carrfold Junior School": ("hi", 12),
    "Lowbridge High School": ("hi", 14),
    "Tenterhey Primary School": ("vi", 12),
    "Stonecroft School": ("vi", 12),
    "Nethercroft High School": ("pd", 12),
    "Brackenfold Primary School": ("asd", 10),
    "Kellgate Primary School": ("asd", 8),
    "Merrowbridge Junior School": ("asd", 8),
    "Brigholme Academy": ("asd", 20),
    "Dyehouse Lane Academy": ("asd", 20),
    "Ravensholme Primary School": ("slcn", 12),
    "Hagroyd Primary School": ("semh", 8),
    "Scarcote Community School": ("semh", 14),
    "Almondthorpe Primary School": ("mld", 12),
}
"""Resourced provisions: type of need and places, by school."""

TRUSTS: dict[str, tuple[str, ...]] = {
    "Packhorse Learning Trust": ("Fellgate", "Dyehouse Lane", "Tenterfield"),
    "Millrace Education Trust": ("Ravensholme", "Millthwaite"),
    "Northern Weft Trust": ("Lingbrook", "Kellgate", "Ashbeck"),
    "Curlew Academies Trust": ("Ravendale", "Blackrigg", "Stonecroft"),
    "Cotton Grass Trust": ("Harrowdale", "Highfold", "Merrow Valley"),
    "Aldred Diocesan Trust": ("Bishop Aldred",),
    "St Oswin Catholic Trust": ("St Oswin's",),
    "Brigholme Academy Trust": ("Brigholme",),
}
"""Trusts, with the pyramids in which they have schools."""

ODD_ONES_TODAY = {
    "Thornhey CE Primary School": "Ravendale",
    "Farnshaw Primary School": "Calderwick South",
    "Lepshaw Primary School": "Calderwick East",
    "Al Qamar Islamic Primary School": "Millthwaite",
    "Soothcliffe Primary School": "Kellgate and Lingbrook",
}
"""Schools that sit in another group today than the rest of their pyramid, some of them far off."""
