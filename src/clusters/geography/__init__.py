"""From schools to a problem: journeys, territories, neighbours, connected parts.

Two schools on one site (an infant and a junior school) are one place: everything geometric is done
on distinct sites first, then handed to the schools that stand on them.
"""

from clusters.geography.build import build_problem
from clusters.geography.parts import Bridge, check_connected, parts, suggest_bridges

__all__ = ["Bridge", "build_problem", "check_connected", "parts", "suggest_bridges"]
