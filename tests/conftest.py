"""What holds for every test: signals arrive, and 6,000 tests are not searched for garbage."""

from __future__ import annotations

import gc
import signal


def pytest_configure() -> None:
    """Let Ctrl-C arrive: what runs in the background of a script is told to ignore it.

    The programs that tests start would inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Set aside what was imported and collected, for it stays until the end.

    Each full search for garbage would walk two million objects of it.
    """
    gc.collect()
    gc.freeze()
