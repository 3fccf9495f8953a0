"""Random shapes for a list: where its header stands, in which order its columns come, in which file it is written.

A shape never changes what a list says, so whatever shape it takes, the reader must give the same rows.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field

from hypothesis import strategies as st
from tests.corpus.make.cast import Child
from tests.corpus.make.writing import Page, text_file, xls, xlsx

NAMES = st.text("王李张欧阳小花川禾燕㛃𬘭𠮷", min_size=2, max_size=4)
VILLAGES = ("柳行岔村", "兴旺村", "塘子村", "三峪村")
GRADES = ("一年级", "五年级", "七年级", "九年级")
TITLES = ("沂南县2026年秋季名单", "", "填报单位：岸堤镇", "截至2026年9月1日", "（内部资料）")
EXTRA = ("备注1", "网格员", "核对情况")
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16")
MARKS = (",", "\t", ";")


def children(most: int = 8) -> st.SearchStrategy[list[Child]]:
    """Up to ``most`` invented children, no two of one number."""
    one = st.builds(
        Child,
        name=NAMES,
        birth=st.dates(dt.date(2008, 1, 1), dt.date(2020, 12, 31)),
        order=st.integers(1, 999),
        village=st.sampled_from(VILLAGES),
        grade=st.sampled_from(GRADES),
        father=st.sampled_from(("王建国", "李守田", "张大山")),
        household=st.integers(371321001, 371321099).map(str),
    )
    return st.lists(one, min_size=1, max_size=most, unique_by=lambda child: child.id_no)


@dataclass
class Shaped:
    """A list in one shape: the file, and where each of its rows stands: (sheet number from 0, row number from 1)."""

    data: bytes
    name: str
    places: list[tuple[int, int]] = field(default_factory=list)


def shape(rows: list, form: str, chance: random.Random) -> Shaped:
    """``rows`` (header first) in a random shape as ``csv``, ``xlsx`` or ``xls``."""
    rows = _reordered(rows, chance)
    parts = _parts(rows[1:], chance) if form != "csv" else [rows[1:]]
    pages, places = [], []
    for number, part in enumerate(parts):
        page, numbers = _page([rows[0], *part], f"第{number + 1}组", chance)
        pages.append(page)
        places += [(number, row) for row in numbers]
    if form == "csv":
        data = text_file(pages[0].rows, chance.choice(ENCODINGS), chance.choice(MARKS), chance.choice(("\n", "\r\n")))
    else:
        data = {"xlsx": xlsx, "xls": xls}[form](*pages)
    return Shaped(data, f"名单.{form}", places)


def _reordered(rows: list, chance: random.Random) -> list:
    """Columns shuffled, some that nobody asked for among them."""
    extra = chance.sample(EXTRA, chance.randint(0, 2))
    wide = [[*row, *(extra if n == 0 else ["随便"] * len(extra))] for n, row in enumerate(rows)]
    order = list(range(len(wide[0])))
    chance.shuffle(order)
    return [[row[place] for place in order] for row in wide]


def _parts(rows: list, chance: random.Random) -> list[list]:
    """The rows cut into up to three sheets, none of them empty."""
    cuts = sorted(chance.sample(range(1, len(rows)), min(chance.randint(0, 2), len(rows) - 1)))
    return [rows[start:end] for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True)]


def _page(rows: list, name: str, chance: random.Random) -> tuple[Page, list[int]]:
    """One sheet with titles above, perhaps groups over its headings, blank rows and headers printed again between."""
    above = [[chance.choice(TITLES)] for _ in range(chance.randint(0, 4))]
    header, width = rows[0], len(rows[0])
    merges = []
    if chance.random() < 0.3:
        split = chance.randint(1, width - 1)
        merges = [(len(above), 0, len(above), split - 1)] if split > 1 else []
        above.append(["基本信息", *[""] * (split - 1), "其他信息", *[""] * (width - split - 1)])
    sheet, places = [*above, header], []
    for row in rows[1:]:
        if chance.random() < 0.2:
            sheet.append(chance.choice(([""] * width, header)))
        sheet.append(row)
        places.append(len(sheet))
    if chance.random() < 0.3:
        sheet.append(["合计", *[""] * (width - 1)])
    return Page(sheet, name, merges), places
