"""The command `link` in its plain form, without loading what prints help and tables: that takes longer than a small list.

Whatever is not plain (help, a wrong word, JSON) is left to the full command, which says the same in the same words.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

_OPTIONS = {"--out", "--review", "--engine", "--threads", "--memory", "--explain"}
_ENGINES = {"duckdb", "spark"}
_SEALED = b"notoneless.sealed"
_LENGTH_AND_MAGIC = 8
"""At the end of a Parquet file: the length of its footer, in four bytes, and four that say what it is."""
_UNUSED = {"numpy", "pandas"}
"""PyArrow and DuckDB load them, where they are installed, only to ask whether a list is one of theirs: for a second."""


class _Unused:
    """Says of what is not used here that it is not installed."""

    def find_spec(self, name: str, *_: object) -> None:
        """Raises ModuleNotFoundError for what is not used; leaves everything else to the others."""
        if name in _UNUSED:
            raise ModuleNotFoundError(name=name)


def plain(words: Sequence[str]) -> dict[str, str] | None:
    """`left`, `right` and the options of `link LEFT RIGHT --out FILE …`; None when anything else is said."""
    found: dict[str, str] = {}
    rest = iter(words[1:] if words[:1] == ["link"] else ["--"])
    for word in rest:
        if not word.startswith("-"):
            place = "left" if "left" not in found else "right"
        elif word in _OPTIONS:
            place, word = word[2:], next(rest, "")
        else:
            return None
        if place in found or not word or word.startswith("-"):
            return None
        found[place] = word
    threads = found.get("threads", "1")
    fits = {"left", "right", "out"} <= set(found) and found.get("engine", "duckdb") in _ENGINES
    return found if fits and threads.isascii() and threads.isdigit() and int(threads) > 0 else None


def seems_sealed(path: Path) -> bool:
    """Whether the end of a Parquet file says that it is a sealed list; asked before anything is loaded, because the
    full command needs what is kept away here."""
    try:
        with path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - _LENGTH_AND_MAGIC))
            length, magic = int.from_bytes(file.read(4), "little"), file.read(4)
            file.seek(max(0, end - length - _LENGTH_AND_MAGIC))
            return magic == b"PAR1" and _SEALED in file.read()
    except OSError:
        return False


def go_without(words: dict[str, str]) -> None:
    """Keep away from what takes long to load and is not used; Spark uses all of it."""
    if words.get("engine", "duckdb") == "duckdb":
        sys.meta_path.insert(0, _Unused())


def link(words: dict[str, str]) -> None:
    """Run it. Raises what `flows.link_lists.link` raises."""
    gc.disable()  # a short life that makes no rings of objects worth collecting
    from notoneless.flows.link_lists import calibration_page, write_links
    from notoneless.flows.link_lists import link as link_two

    threads = int(words["threads"]) if "threads" in words else None
    left, right, out = Path(words["left"]), Path(words["right"]), Path(words["out"])
    found = link_two(left, right, engine=words.get("engine", "duckdb"), threads=threads, memory=words.get("memory"))
    write_links(found.links, out)
    if "review" in words:
        write_links(found.review, Path(words["review"]))
    if "explain" in words:
        Path(words["explain"]).write_text(calibration_page(found), encoding="utf-8")
    sys.stderr.write(said(found.links.num_rows, found.review.num_rows, out) + "\n")


def said(links: int, review: int, out: Path) -> str:
    """What the command says at its end."""
    return f"合上 {links} 对，写入 {out}；要人看 {review} 对"
