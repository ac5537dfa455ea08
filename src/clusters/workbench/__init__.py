"""The workbench: move a school and see what follows.

One page for a meeting, over the library: as a single file that needs nothing else
(:func:`write_workbench`), or served on this computer only, where the library answers
(:func:`workbench`). docs/workbench.md says what the page reckons by itself and what it asks.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from clusters.workbench.opening import workbench, write_workbench
from clusters.workbench.session import Session

__all__ = ["Session", "workbench", "write_workbench"]


class _Room(ModuleType):
    """The package, which can be called like the function of its name.

    Importing a package puts it on its parent, where ``clusters.workbench`` is the function too.
    """

    def __call__(self, *given: Any, **named: Any) -> Session:
        return workbench(*given, **named)


sys.modules[__name__].__class__ = _Room
