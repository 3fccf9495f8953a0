"""Real files broken by chance: bits turned, ends cut, parts of the XML and of the zip moved about."""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Callable

from tests.lib.workbooks import old_xls, prefixed, roster, strict, unzipped, web_page, xml_spreadsheet, zipped

NUMBERS = [b"0", b"-1", b"99999999999", b"1048576", b"16384", b"65536", b"1e308", b"NaN", b"", b"\xff", b"&x;"]


@functools.cache
def originals() -> tuple[bytes, ...]:
    """What is broken: each a whole, readable file."""
    return (
        roster(40), roster(2, constant_memory=True), strict(roster()), prefixed(roster()), old_xls(40), old_xls(),
        web_page(10), xml_spreadsheet(10), xml_spreadsheet(3, "GB2312"), "姓名,号\n王,=\"1\"\n".encode("gb18030"),
    )  # fmt: skip


def broken(seed: int, number: int) -> tuple[str, bytes]:
    """The ``number``-th broken file of ``seed``, with the name of what was done to it."""
    chance = random.Random(f"{seed}-{number}")
    data = chance.choice(originals())
    ways = [turn_bits, cut, insert, *([change_xml, move_parts, change_part] * 2 if data.startswith(b"PK") else [])]
    way: Callable[[random.Random, bytes], bytes] = chance.choice(ways)
    return way.__name__, way(chance, data)


def turn_bits(chance: random.Random, data: bytes) -> bytes:
    """Up to 20 bits, anywhere."""
    turned = bytearray(data)
    for _ in range(chance.randint(1, 20)):
        turned[chance.randrange(len(turned))] ^= 1 << chance.randrange(8)
    return bytes(turned)


def cut(chance: random.Random, data: bytes) -> bytes:
    """The end, or a piece of the middle, is missing."""
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.randint(1, 600) :] if chance.random() < 0.5 else data[:start]


def insert(chance: random.Random, data: bytes) -> bytes:
    """Foreign bytes in between."""
    at = chance.randrange(len(data))
    return data[:at] + chance.randbytes(chance.randint(1, 200)) + data[at:]


def change_xml(chance: random.Random, data: bytes) -> bytes:
    """One part of the workbook, its numbers, tags and attributes mixed up; the zip itself is whole."""
    parts = unzipped(data)
    name = chance.choice([name for name in parts if name.startswith("xl/") and parts[name]])
    parts[name] = chance.choice([_numbers, _tags, _quotes, turn_bits, cut])(chance, parts[name])
    return zipped(parts)


def _numbers(chance: random.Random, xml: bytes) -> bytes:
    return re.sub(rb"\d+", lambda found: chance.choice(NUMBERS) if chance.random() < 0.05 else found[0], xml)


def _tags(chance: random.Random, xml: bytes) -> bytes:
    tags = re.split(rb"(?=<)", xml)
    for _ in range(chance.randint(1, 5)):
        at, other = chance.randrange(len(tags)), chance.randrange(len(tags))
        tags[at] = chance.choice([b"", tags[other], tags[at] * 3, tags[at][:-1], b"<x>" * 100])
    return b"".join(tags)


def _quotes(chance: random.Random, xml: bytes) -> bytes:
    return re.sub(rb'"', lambda found: b"'" if chance.random() < 0.3 else found[0], xml)


def move_parts(chance: random.Random, data: bytes) -> bytes:
    """Parts lost, exchanged or called otherwise."""
    parts = unzipped(data)
    names = list(parts)
    for _ in range(chance.randint(1, 3)):
        one, other = chance.choice(names), chance.choice(names)
        if chance.random() < 0.3:
            parts.pop(one, None)
        elif chance.random() < 0.5:
            parts[one], parts[other] = parts.get(other, b""), parts.get(one, b"")
        else:
            parts[one.replace("xl/", chance.choice(["", "XL\\", "/xl/", "../xl/"]))] = parts.pop(one, b"")
    return zipped(parts)


def change_part(chance: random.Random, data: bytes) -> bytes:
    """The bytes of the directory that say sizes, places and methods."""
    changed = bytearray(data)
    at = changed.find(b"PK\x01\x02")
    for _ in range(chance.randint(1, 4)):
        changed[min(at + chance.randrange(46 * 8), len(changed) - 1)] = chance.randrange(256)
    return bytes(changed)
