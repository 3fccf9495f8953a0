"""表头/: where the header stands and how it is written."""

from __future__ import annotations

import random

from tests.corpus.make.cast import CHILDREN
from tests.corpus.make.lists import grid, renamed
from tests.corpus.make.writing import Grid, Page, text_file, xls, xlsx

FEW = CHILDREN[:4]
ABOVE = [
    "沂南县2026年秋季适龄儿童名单",
    "填报单位：岸堤镇派出所",
    "截至2026年9月1日",
    "",
    "说明：请逐户核对",
    "单位：人",
    "公开范围：内部",
]


def under(count: int, rows: list) -> list:
    """The header on row ``count`` + 1."""
    return [*[[text] for text in ABOVE[:count]], *rows]


def merged_title(count: int) -> Page:
    rows = under(count, grid("户籍", FEW))
    return Page(rows, "名单", merges=[(row, 0, row, 8) for row in range(count) if rows[row][0]])


def grouped() -> Page:
    """Two rows: groups over 学生 and 监护人, the single columns merged downwards."""
    upper = ["序号", "学生信息", "", "", "", "监护人信息", "", "年级"]
    lower = ["", "姓名", "性别", "身份证号", "学籍号", "姓名", "联系电话", ""]
    rows = [
        [n, c.name, c.sex, c.id_no, f"G{c.id_no}", c.father, c.phone, c.grade] for n, c in enumerate(FEW, start=1)
    ]
    merges = [(0, 0, 1, 0), (0, 1, 0, 4), (0, 5, 0, 6), (0, 7, 1, 7)]
    return Page([upper, lower, *rows], "学籍", merges)


def grouped_under_titles() -> Page:
    page = grouped()
    merges = [(2, 0, 3, 0), (2, 1, 2, 4), (2, 5, 2, 6), (2, 7, 3, 7), (0, 0, 0, 7)]
    return Page([["岸堤镇中心小学学生花名册"], ["2026年秋季"], *page.rows], "学籍", merges)


def two_guardians() -> Page:
    upper = ["姓名", "身份证号", "学籍号", "年级", "父亲", "", "母亲", ""]
    lower = ["", "", "", "", "姓名", "电话", "姓名", "电话"]
    rows = [[c.name, c.id_no, f"G{c.id_no}", c.grade, c.father, c.phone, "何秀英", ""] for c in FEW]
    return Page([upper, lower, *rows], "学籍", [(0, 4, 0, 5), (0, 6, 0, 7), *[(0, n, 1, n) for n in range(4)]])


def address_over_parts() -> Page:
    upper = ["户编号", "住址", "", "", "姓名", "证件号码", "户类型", "脱贫年度"]
    lower = ["", "乡", "村", "自然村", "", "", "", ""]
    rows = [[c.household, "岸堤镇", c.village, "一组", c.name, c.id_no, "脱贫户", "2017"] for c in FEW]
    return Page([upper, lower, *rows], "导出", [(0, 1, 0, 3)])


def shuffled(rows: list, seed: int) -> list:
    order = list(range(len(rows[0])))
    random.Random(seed).shuffle(order)
    return [[row[place] for place in order] for row in rows]


def with_extras(rows: list) -> list:
    """Columns that nobody asked for, between the others."""
    return [["备注1" if n == 0 else "", *row[:3], "网格员" if n == 0 else "张明", *row[3:], "备注2" if n == 0 else ""]
            for n, row in enumerate(rows)]  # fmt: skip


def decorated() -> list:
    return renamed(
        grid("户籍", FEW), 姓名="★姓  名", 性别="性别\n（男/女）", 公民身份号码="公民身份号码（18位）：", 户号="*户号",
        与户主关系="与户主\n关系", 户籍地址="【户籍地址】", 出生日期="出生日期(必填)",
    )  # fmt: skip


def full_width() -> list:
    return renamed(
        grid("医保参保", FEW), 姓名="　姓　名　", 证件号="证 件 号", 参保年度="参保年度\u200b", 险种="险　种"
    )


def numbered_columns() -> list:
    rows = grid("低保", FEW)
    return [rows[0], [str(n) for n in range(1, len(rows[0]) + 1)], *rows[1:]]


def indented(rows: list) -> list:
    """Column A and the first two rows left empty, as a neat clerk does."""
    return [[], [], *[["", *row] for row in rows]]


def unnamed_column() -> list:
    rows = grid("户籍", FEW)
    return [[*row[:4], "" if n == 0 else f"第{n}户", *row[4:]] for n, row in enumerate(rows)]


def twice_named() -> list:
    rows = grid("户籍", FEW)
    return [[*row, "姓名" if n == 0 else "登记员甲"] for n, row in enumerate(rows)]


def wide() -> list:
    """Over a hundred columns; the list stands in the first nine."""
    rows: Grid = grid("户籍", FEW)
    return [[*row, *[f"项目{n}" if at == 0 else "" for n in range(100)]] for at, row in enumerate(rows)]


FILES = {
    "表头/第2行.xlsx": lambda: xlsx(merged_title(1)),
    "表头/第3行.xlsx": lambda: xlsx(merged_title(2)),
    "表头/第4行.xls": lambda: xls(under(3, grid("户籍", FEW))),
    "表头/第5行.csv": lambda: text_file(under(4, grid("户籍", FEW)), "gb18030"),
    "表头/第5行.xlsx": lambda: xlsx(merged_title(4)),
    "表头/第8行.xlsx": lambda: xlsx(merged_title(7)),
    "表头/第9行太靠下.xlsx": lambda: xlsx(under(7, [["制表：高明月"], *grid("户籍", FEW)])),
    "表头/前有空行空列.xlsx": lambda: xlsx(indented(grid("户籍", FEW))),
    "表头/前有空行空列.xls": lambda: xls(indented(grid("学籍", FEW))),
    "表头/前有空行.csv": lambda: text_file([[], [], *grid("户籍", FEW)]),
    "表头/两行合并.xlsx": lambda: xlsx(grouped()),
    "表头/两行合并.xls": lambda: xls(grouped()),
    "表头/标题下两行合并.xlsx": lambda: xlsx(grouped_under_titles()),
    "表头/父亲母亲两组.xlsx": lambda: xlsx(two_guardians()),
    "表头/住址分三栏.xlsx": lambda: xlsx(address_over_parts()),
    "表头/列序打乱.xlsx": lambda: xlsx(shuffled(grid("户籍", FEW), 3)),
    "表头/列序打乱.csv": lambda: text_file(shuffled(grid("资助发放", FEW), 5), "gb18030"),
    "表头/列序打乱.xls": lambda: xls(shuffled(grid("持证残疾人", FEW), 7)),
    "表头/多出几列.xlsx": lambda: xlsx(with_extras(grid("户籍", FEW))),
    "表头/多出一百列.xlsx": lambda: xlsx(wide()),
    "表头/有星号括号换行.xlsx": lambda: xlsx(decorated()),
    "表头/有星号括号换行.csv": lambda: text_file(decorated(), "gb18030"),
    "表头/有全角空格.xlsx": lambda: xlsx(full_width()),
    "表头/下面一行是列号.xlsx": lambda: xlsx(numbered_columns()),
    "表头/有一列没有名字.xlsx": lambda: xlsx(unnamed_column()),
    "表头/姓名出现两次.xlsx": lambda: xlsx(twice_named()),
    "表头/没有表头.xlsx": lambda: xlsx(grid("户籍", FEW)[1:]),
    "表头/没有表头.csv": lambda: text_file(grid("医保参保", FEW)[1:], "gb18030"),
}
