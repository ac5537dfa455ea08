"""``python -m tools.calderwick``: write the packaged files of the synthetic authority again."""

from __future__ import annotations

import argparse
from pathlib import Path

from clusters.datasets import DATA, NAME
from tools.calderwick.tables import SEED, make_files


def main() -> None:
    """Write the files to a folder, by default over the packaged ones."""
    parser = argparse.ArgumentParser(description=f"Make the files of {NAME}, an invented authority")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--folder", type=Path, default=DATA)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, text in make_files(options.seed).items():
        (options.folder / name).write_text(text, encoding="utf-8", newline="\n")
        print(options.folder / name)


if __name__ == "__main__":
    main()
