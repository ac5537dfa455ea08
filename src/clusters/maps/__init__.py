"""Maps of plans: inline SVG without a plotting library, and PNG for papers.

A layout says what stands where; a scene lists what is drawn; SVG and PNG both show that scene.
Zones are coloured by adjacency with five tints that stay apart under colour-vision deficiency,
bordered near-black, numbered and named, because no palette of 18 colours is safe; schools are marks
whose shape shows the phase, numbered from A to Z; dense towns are drawn again, enlarged. Every text
is escaped, every coordinate rounded, so that the same plan gives the same bytes.
"""

from clusters.maps.backdrop import Backdrop, Place, read_backdrop
from clusters.maps.certainty import certainty_svg
from clusters.maps.difference import changes, difference_svg, matched_numbers
from clusters.maps.layout import Layout, lay_out
from clusters.maps.matching import same_numbers, shared_colours
from clusters.maps.picture import difference_png, map_png, small_multiples_png
from clusters.maps.svg import map_svg
from clusters.maps.zones import school_numbers

__all__ = [
    "Backdrop",
    "Layout",
    "Place",
    "certainty_svg",
    "changes",
    "difference_png",
    "difference_svg",
    "lay_out",
    "map_png",
    "map_svg",
    "matched_numbers",
    "read_backdrop",
    "same_numbers",
    "school_numbers",
    "shared_colours",
    "small_multiples_png",
]
