"""工作表/: several sheets, hidden ones, hidden rows and columns."""

from __future__ import annotations

from tests.corpus.make.cast import CHILDREN
from tests.corpus.make.headers import shuffled
from tests.corpus.make.lists import SCHOOLS, grid
from tests.corpus.make.writing import Page, xls, xlsx

FIRST, SECOND, THIRD = CHILDREN[:3], CHILDREN[3:6], CHILDREN[6:]
NOTE = [["填表说明"], ["1. 逐户填写，不要改动表头。"], ["2. 身份证号设为文本。"]]
SUMS = [["年级", "人数"], ["五年级", 2], ["七年级", 2]]


def class_lists() -> list[Page]:
    """One sheet a class, as a school sends them."""
    return [Page(grid("学籍", part), name) for part, name in ((FIRST, "一班"), (SECOND, "二班"), (THIRD, "三班"))]


def unlike_class_lists() -> list[Page]:
    """The same, but every class teacher laid the sheet out anew."""
    second = [["二班学生名单"], ["班主任：李老师"], *shuffled(grid("学籍", SECOND), 11)]
    third = [["三班"], *grid("学籍", THIRD)]
    return [Page(grid("学籍", FIRST), "一班"), Page(second, "二班"), Page(third, "三班")]


def villages() -> list[Page]:
    return [Page(grid("户籍", part), name) for part, name in ((FIRST, "柳行岔村"), (SECOND, "兴旺村"))]


def hidden(rows: list, name: str = "旧名单") -> Page:
    return Page(rows, name, hidden=True)


def chart(book: object, sheet: object) -> None:
    drawn = book.add_chart({"type": "column"})  # type: ignore[attr-defined]
    drawn.add_series({"values": "=统计!$B$2:$B$3"})
    sheet.insert_chart("D2", drawn)  # type: ignore[attr-defined]


FILES = {
    "工作表/三个班三张表.xlsx": lambda: xlsx(*class_lists()),
    "工作表/三个班三张表.xls": lambda: xls(*class_lists()),
    "工作表/三个班各排各的.xlsx": lambda: xlsx(*unlike_class_lists()),
    "工作表/两个村两张表.xlsx": lambda: xlsx(*villages()),
    "工作表/两张表同一人.xlsx": lambda: xlsx(Page(grid("户籍", FIRST), "柳行岔村"), Page(grid("户籍", CHILDREN[2:5]), "兴旺村")),
    "工作表/一张表有错一张没有.xlsx": lambda: xlsx(
        Page(grid("户籍", FIRST), "柳行岔村"), Page(grid("户籍", SECOND, 公民身份号码="3.71321E+17"), "兴旺村")
    ),
    "工作表/另一种名册在旁边.xlsx": lambda: xlsx(Page(grid("户籍", FIRST), "户籍"), Page(grid("学籍", SECOND), "学籍")),
    "工作表/学校名录在旁边.xlsx": lambda: xlsx(Page(grid("学籍", FIRST), "学生"), Page(SCHOOLS, "学校")),
    "工作表/空表在前.xlsx": lambda: xlsx(Page([], "Sheet1"), Page(grid("户籍", FIRST), "Sheet2"), Page([], "Sheet3")),
    "工作表/空表在后.xls": lambda: xls(Page(grid("户籍", FIRST), "Sheet1"), Page([], "Sheet2"), Page([], "Sheet3")),
    "工作表/说明在前.xlsx": lambda: xlsx(Page(NOTE, "填表说明"), Page(grid("户籍", FIRST), "名单")),
    "工作表/统计在后.xlsx": lambda: xlsx(Page(grid("学籍", FIRST), "名单"), Page(SUMS, "统计", extras=chart)),
    "工作表/只有表头的表在旁边.xlsx": lambda: xlsx(
        Page(grid("户籍", FIRST), "柳行岔村"), Page(grid("户籍", FIRST)[:1], "兴旺村")
    ),
    "工作表/隐藏的旧名单.xlsx": lambda: xlsx(Page(grid("户籍", FIRST), "名单"), hidden(grid("户籍", SECOND))),
    "工作表/隐藏的旧名单.xls": lambda: xls(Page(grid("户籍", FIRST), "名单"), hidden(grid("户籍", SECOND))),
    "工作表/隐藏的下拉选项.xlsx": lambda: xlsx(Page(grid("户籍", FIRST), "名单"), hidden([["男"], ["女"]], "选项")),
    "工作表/名单藏着只露说明.xlsx": lambda: xlsx(Page(NOTE, "说明"), hidden(grid("户籍", FIRST), "名单")),
    "工作表/隐藏行.xlsx": lambda: xlsx(Page(grid("户籍"), "名单", hidden_rows=[2, 5])),
    "工作表/隐藏行.xls": lambda: xls(Page(grid("户籍"), "名单", hidden_rows=[2, 5])),
    "工作表/隐藏列.xlsx": lambda: xlsx(Page(grid("户籍"), "名单", hidden_columns=[3, 5])),
    "工作表/隐藏列.xls": lambda: xls(Page(grid("户籍"), "名单", hidden_columns=[3, 5])),
    "工作表/全是说明.xlsx": lambda: xlsx(Page(NOTE, "说明")),
    "工作表/三张空表.xlsx": lambda: xlsx(Page([], "Sheet1"), Page([], "Sheet2"), Page([], "Sheet3")),
}  # fmt: skip
