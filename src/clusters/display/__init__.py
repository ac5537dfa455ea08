"""How values are shown: cards for notebooks, pictures by matplotlib, a line of progress.

The classes themselves know nothing of this room: the root of the package names it as their viewer
(``clusters.shown``; docs/decisions/0017-how-values-show-themselves.md).
"""

from clusters.display.cards import html
from clusters.display.pictures import plot
from clusters.display.progress import line_of, progress_line

__all__ = ["html", "line_of", "plot", "progress_line"]
