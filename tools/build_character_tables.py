"""Build src/notoneless/common/tables/characters.csv and heteronyms.csv, the tables that names.py reads.

    python tools/build_character_tables.py [--opencc WHEEL]

Inputs: the hand-written tables beside the output, pypinyin (as locked) and Unicode data of the running Python. With
--opencc, traditional.csv is first taken anew from that wheel:
``pip download --no-deps opencc-python-reimplemented==0.1.7``. Sources and licences: tables/README.md.
"""

import argparse
import csv
import io
import sys
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from pypinyin import Style, pinyin
from pypinyin.constants import PINYIN_DICT

TABLES = Path(__file__).resolve().parents[1] / "src" / "notoneless" / "common" / "tables"
HEADER = ["character", "base", "syllable", "shape"]
HETERONYM_HEADER = ["character", "readings"]

# Unified ideographs, extension A, and the extensions C to E that hold the rare characters of the 2013 standard list.
# Extension B (43,000 characters seen in no name list) is left out, except where the traditional table names one.
RANGES = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0x2A700, 0x2CEB0))
COMPATIBILITY = ((0x2F00, 0x2FD6), (0xF900, 0xFB00), (0x2F800, 0x2FA20))
# GBK kept eighty characters that Unicode did not have yet in two-byte codes FE50 to FEA0, which old systems turn into
# this block of private-use code points, in the same order.
FIRST_PRIVATE = 0xE815
GBK_TRAILS = (*range(0x50, 0x7F), *range(0x80, 0xA1))


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--opencc", type=Path, help="wheel of opencc-python-reimplemented")
    wheel = arguments.parse_args().opencc
    if wheel:
        write(TABLES / "traditional.csv", ["character", "base", "source"], traditional_rows(wheel))
    write(TABLES / "characters.csv", HEADER, character_rows())
    write(TABLES / "heteronyms.csv", HETERONYM_HEADER, heteronym_rows())
    return 0


def write(path: Path, header: list[str], rows: Iterable[tuple[str, ...]]) -> None:
    path.write_text(as_csv(header, rows), encoding="utf-8", newline="")


def as_csv(header: list[str], rows: Iterable[tuple[str, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def read(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def traditional_rows(wheel: Path) -> list[tuple[str, str, str]]:
    """Traditional and Japanese characters with their simplified base; of several, OpenCC's first.

    A character of GB 2312 is left alone: it is written as itself in simplified names (芸 is not 艺, 著 is not 着).
    """
    simplified = dict(dictionary(wheel, "TSCharacters.txt"))
    rows = {old: (old, new, "TSCharacters") for old, new in simplified.items()}
    for old, new in dictionary(wheel, "JPVariants.txt"):
        rows.setdefault(new, (new, simplified.get(old, old), "JPVariants"))
    for old, new in dictionary(wheel, "TWVariants.txt"):
        rows.setdefault(new, (new, simplified.get(old, old), "TWVariants"))
    return sorted(row for row in rows.values() if row[0] != row[1] and not in_gb2312(row[0]))


def in_gb2312(character: str) -> bool:
    try:
        return bool(character.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def dictionary(wheel: Path, name: str) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(f"opencc/dictionary/{name}").decode("utf-8")
    for line in text.splitlines():
        if line.strip():
            character, choices = line.split("\t")
            yield character, choices.split()[0]


def character_rows() -> list[tuple[str, str, str, str]]:
    """(character, base or "", syllable, shape group or ""), by code point."""
    bases = resolved(direct_bases())
    shapes = shape_groups(bases)
    known = {chr(code) for code in PINYIN_DICT if in_ranges(code, RANGES)}
    readings = {row["text"]: row["reading"] for row in read("readings.csv") if row["place"] == "any"}
    rows = []
    for character in sorted(known | set(bases) | set(bases.values()) | set(shapes)):
        base = bases.get(character, character)
        syllable = readings.get(character) or readings.get(base) or syllable_of(character) or syllable_of(base)
        rows.append((character, "" if base == character else base, syllable, shapes.get(base, "")))
    return rows


def in_ranges(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= code < high for low, high in ranges)


def direct_bases() -> dict[str, str]:
    """One step from a character to its base; the hand-written lists come last and win, their bases are final."""
    bases = {}
    for low, high in COMPATIBILITY:
        for code in range(low, high):
            folded = unicodedata.normalize("NFKC", chr(code))
            if folded != chr(code) and len(folded) == 1:
                bases[chr(code)] = folded
    bases |= private_use()
    bases |= {row["character"]: row["base"] for row in read("traditional.csv")}
    for name in ("radicals.csv", "name_variants.csv"):
        for row in read(name):
            bases |= dict.fromkeys(row["variants"], row["base"])
    final = {row["base"] for row in read("name_variants.csv")}
    return {character: base for character, base in bases.items() if character not in final}


def private_use() -> dict[str, str]:
    """Private-use code points of GBK with the character that Unicode has by now: from the codec of Python, and from
    the hand-written table for those that came too late for it. Parts of characters are left out.
    """
    found = {row["character"]: row["base"] for row in read("private_use.csv")}
    for private, trail in enumerate(GBK_TRAILS, start=FIRST_PRIVATE):
        character = bytes([0xFE, trail]).decode("gb18030")
        if any(low <= ord(character) < high for low, high in RANGES):
            found[chr(private)] = character
    return found


def heteronym_rows() -> list[tuple[str, str]]:
    """(character of GBK, its other readings by blanks), for names in which somebody wrote a character as pinyin."""
    rows = []
    for character, _base, first, _shape in character_rows():
        if not in_gbk(character) or ord(character) not in PINYIN_DICT:
            continue
        readings = {one.replace("ü", "v") for one in pinyin(character, style=Style.NORMAL, heteronym=True)[0]}
        if others := sorted(readings - {first}):
            rows.append((character, " ".join(others)))
    return rows


def in_gbk(character: str) -> bool:
    try:
        return bool(character.encode("gbk"))
    except UnicodeEncodeError:
        return False


def resolved(direct: dict[str, str]) -> dict[str, str]:
    """Follow each chain to its end. Exits when a chain runs in a ring."""
    found = {}
    for character in direct:
        base, seen = direct[character], {character}
        while base in direct:
            if base in seen:
                sys.exit(f"the variant tables run in a ring at {base}")
            seen.add(base)
            base = direct[base]
        found[character] = base
    return found


def shape_groups(bases: dict[str, str]) -> dict[str, str]:
    """Base character -> first character of its look-alike group. Exits when a character stands in two groups."""
    groups: dict[str, str] = {}
    for row in read("look_alikes.csv"):
        members = list(dict.fromkeys(bases.get(character, character) for character in row["group"]))
        for member in members:
            if member in groups:
                sys.exit(f"{member} stands in two look-alike groups: {row['group']} and that of {groups[member]}")
            groups[member] = members[0]
    return groups


def syllable_of(character: str) -> str:
    """First reading of pypinyin without tone, ü as v; "" when it knows none."""
    if ord(character) not in PINYIN_DICT:
        return ""
    return pinyin(character, style=Style.NORMAL)[0][0].replace("ü", "v")


if __name__ == "__main__":
    sys.exit(main())
