"""Say whether a checkout is ready to be released; docs/releasing.md says when to run it.

Usage: python tools/release.py [--tag v0.2.0]
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLACEHOLDER = ".example/"


def faults(tag: str | None = None, root: Path = ROOT) -> Iterator[str]:
    """List what stands in the way of a release.

    Parameters
    ----------
    tag
        Of the release, with its "v"; None to leave it out.
    root
        Of the checkout.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    version = project["version"]
    code = (root / "src" / "clusters" / "__init__.py").read_text("utf-8")
    if f'__version__ = "{version}"' not in code:
        yield f"src/clusters/__init__.py does not say version {version}"
    if not re.search(rf"^version: {re.escape(version)}$", _read(root, "CITATION.cff"), re.M):
        yield f"CITATION.cff does not say version {version}"
    if not re.search(rf"^## \[?{re.escape(version)}\b", _read(root, "CHANGELOG.md"), re.M):
        yield f"CHANGELOG.md has no heading for version {version}"
    if "dev" in version:
        yield f"version {version} is one of development"
    if tag is not None and tag != f"v{version}":
        yield f"the tag is {tag}, the version {version}"
    for name, url in project.get("urls", {}).items():
        if PLACEHOLDER in url:
            yield f"the address {name} of pyproject.toml is a placeholder: {url}"


def _read(root: Path, name: str) -> str:
    path = root / name
    return path.read_text("utf-8") if path.exists() else ""


def main() -> int:
    """Print what stands in the way; 1 if there is anything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tag")
    found = list(faults(parser.parse_args().tag))
    print("\n".join(found) if found else "ready")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
