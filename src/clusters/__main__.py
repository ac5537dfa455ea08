"""``python -m clusters VERB``: the command line; ``--help`` lists the verbs.

Exit codes: 0 done; 2 bad input or bad arguments; 3 no plan exists, or none was found in time;
4 the search was interrupted (Ctrl-C or SIGTERM), the best plan so far was written; 130 (128 + the
number of the signal, as shells have it) interrupted before there was anything to write.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator, Sequence

from clusters.errors import ClustersError, NoPlanError

DONE, BAD_INPUT, NO_PLAN, STOPPED_EARLY, INTERRUPTED = 0, 2, 3, 4, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code.

    Parameters
    ----------
    arguments
        As on the command line, without the program's name; None for the real ones.
    """
    from clusters.cli.arguments import parse

    folder = None
    try:
        chosen = parse(sys.argv[1:] if arguments is None else list(arguments))
        from clusters.cli import verbs

        for note in chosen.notes:
            print(note)
        folder = getattr(chosen, "out", None)
        with _ended_like_ctrl_c():
            stopped = verbs.VERBS[chosen.verb](chosen)
    except NoPlanError as error:
        _tell(error)
        return INTERRUPTED if getattr(error, "interrupted", False) else NO_PLAN
    except (ClustersError, OSError) as error:
        _tell(error, folder)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("Stopped before there was a plan to write; every file is whole.", file=sys.stderr)
        return INTERRUPTED
    return STOPPED_EARLY if stopped else DONE


@contextlib.contextmanager
def _ended_like_ctrl_c() -> Iterator[None]:
    """Let SIGTERM do what Ctrl-C does: the search ends, and the best plan so far is written."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _tell(error: Exception, folder: str | None = None) -> None:
    """Print an error as one clear list, in the words of the command line."""
    from clusters.cli.files import in_option_words, write_faults

    more = None
    if isinstance(error, ClustersError):
        error = in_option_words(error)
        more = write_faults(error, folder)
    lines = [f"clusters: {error}", *([more] if more else [])]
    conflict = getattr(error, "conflict", ())
    if conflict:
        lines.append("These cannot all hold:")
        lines += [f"  - {sentence}" for sentence in conflict]
    print("\n".join(lines), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
