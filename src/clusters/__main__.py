"""``python -m clusters``: demo, check, propose, fund, report.

Exit codes: 0 done; 2 bad input or bad arguments; 3 no plan exists, or none was found in time;
4 the search was interrupted, the best plan so far was written.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from clusters.errors import ClustersError, NoPlanError

DONE, BAD_INPUT, NO_PLAN, STOPPED_EARLY = 0, 2, 3, 4


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

        folder = getattr(chosen, "out", None)
        stopped = verbs.VERBS[chosen.verb](chosen)
    except NoPlanError as error:
        _tell(error)
        return NO_PLAN
    except (ClustersError, OSError) as error:
        _tell(error, folder)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("Stopped before there was anything to keep; nothing was written.", file=sys.stderr)
        return STOPPED_EARLY
    return STOPPED_EARLY if stopped else DONE


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
