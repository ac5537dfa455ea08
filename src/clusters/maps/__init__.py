"""Maps of plans: inline SVG without a plotting library, and PNG for papers.

Zones are coloured by adjacency with five tints that stay apart under colour-vision deficiency,
bordered near-black and numbered, because no palette of 18 colours is safe; schools are marks whose
shape tells the phase; dense towns are drawn again, enlarged. Every text is escaped, every
coordinate rounded, so that the same plan gives the same bytes.
"""

from clusters.maps.certainty import certainty_svg
from clusters.maps.difference import changes, difference_svg, matched_numbers
from clusters.maps.layout import Layout, lay_out
from clusters.maps.matching import same_numbers, shared_colours
from clusters.maps.picture import difference_png, map_png, small_multiples_png
from clusters.maps.svg import map_svg

__all__ = [
    "Layout",
    "certainty_svg",
    "changes",
    "difference_png",
    "difference_svg",
    "lay_out",
    "map_png",
    "map_svg",
    "matched_numbers",
    "same_numbers",
    "shared_colours",
    "small_multiples_png",
]
