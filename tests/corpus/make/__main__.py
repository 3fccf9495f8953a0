"""Write the corpus: `PYTHONPATH=src:. python -m tests.corpus.make [--again NAME…]`.

A file once made stays as it is, for a list that was readable must stay readable; ``--again`` makes named ones anew.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from tests.corpus.make import broken, cells, columns, headers, kinds, lines, meaning, pages, returned, texts, wps

FOLDER = Path(__file__).resolve().parents[1] / "files"
GROUPS = (kinds, headers, pages, cells, lines, texts, columns, meaning, broken, returned, wps)


def makers() -> dict[str, Callable[[], bytes]]:
    """Path below files/ → what makes it."""
    return {name: make for group in GROUPS for name, make in group.FILES.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--again", nargs="*", default=[], metavar="NAME", help="parts of names to make anew")
    again = parser.parse_args().again
    for name, make in makers().items():
        path = FOLDER / name
        if path.exists() and not any(part in name for part in again):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(make())
        sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main()
