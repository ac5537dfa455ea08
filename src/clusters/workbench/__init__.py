"""The workbench: move a school and see what follows.

One page for a meeting, over the library: as a single file that needs nothing else
(:func:`write_workbench`), or served on this computer only, where the library answers
(:func:`serve_workbench`). docs/workbench.md says what the page works out by itself and
what it asks.
"""

from __future__ import annotations

from clusters.workbench.opening import serve_workbench, write_workbench
from clusters.workbench.session import Session

__all__ = ["Session", "serve_workbench", "write_workbench"]
