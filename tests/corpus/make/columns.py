"""列/: columns that are missing, could be two things, or hold what their heading does not say."""

from __future__ import annotations

from tests.corpus.make.cast import CHILDREN
from tests.corpus.make.lists import column, grid, renamed
from tests.corpus.make.writing import text_file, xls, xlsx

FEW = CHILDREN[:6]


def without(rows: list, *headings: str) -> list:
    kept = [place for place, heading in enumerate(rows[0]) if heading not in headings]
    return [[row[place] for place in kept] for row in rows]


def with_column(rows: list, heading: str, cells: list) -> list:
    return [[*row, cell] for row, cell in zip(rows, [heading, *cells], strict=True)]


def two_id_columns() -> list:
    """证件号 and 身份证号码, both full of ID numbers that differ: which is the child's?"""
    rows = renamed(grid("户籍", FEW), 公民身份号码="证件号码")
    return with_column(rows, "身份证号码", [child.father_id for child in FEW])


def two_equal_id_columns() -> list:
    """The same numbers twice: nothing to ask."""
    rows = renamed(grid("户籍", FEW), 公民身份号码="证件号码")
    return with_column(rows, "身份证号码", [child.id_no for child in FEW])


def swapped() -> list:
    """Under 姓名 stand the numbers and under 公民身份号码 the names."""
    rows = grid("户籍", FEW)
    return renamed(rows, 姓名="公民身份号码", 公民身份号码="姓名")


def dates_hold_phones() -> list:
    return column(grid("秋季入户摸底表", FEW), "出生日期", [child.phone for child in FEW])


def ids_hold_student_numbers() -> list:
    """Every cell of 身份证件号 is a student number, and there is no column for those."""
    rows = without(grid("学籍", FEW), "学籍号")
    return column(rows, "身份证件号", [f"G{child.id_no}" for child in FEW])


def certificate_in_id() -> list:
    """残疾人证号 under 身份证号 and the other way round."""
    return renamed(grid("持证残疾人", FEW), 身份证号="残疾人证号", 残疾人证号="身份证号")


def unclear_number() -> list:
    """A column 号码 that by its values is the ID number."""
    return renamed(grid("医保参保", FEW), 证件号="号码")


def head_without_name() -> list:
    return renamed(grid("户籍", FEW), 姓名="家庭成员")


FILES = {
    "列/缺身份证号有相近的.xlsx": lambda: xlsx(renamed(grid("户籍", FEW), 公民身份号码="公民身分号码")),
    "列/缺姓名有相近的.csv": lambda: text_file(renamed(grid("学籍", FEW), 姓名="姓名信息栏"), "gb18030"),
    "列/缺年级.xlsx": lambda: xlsx(without(grid("学籍", FEW), "年级")),
    "列/缺两列.xls": lambda: xls(without(grid("户籍", FEW), "姓名", "公民身份号码")),
    "列/缺就学状况多备注.xlsx": lambda: xlsx(renamed(grid("秋季入户摸底表", FEW), 就学状况="备注2", 备注="备注1")),
    "列/缺户类型.xlsx": lambda: xlsx(without(grid("脱贫享受政策与监测对象", FEW), "户类型")),
    "列/缺单位名称.csv": lambda: text_file(without(grid("社保", FEW[:2]), "单位名称")),
    "列/缺金额有相近的.xlsx": lambda: xlsx(renamed(grid("资助发放", FEW), 金额="发放金额合计数")),
    "列/两列都像身份证号.xlsx": lambda: xlsx(two_id_columns()),
    "列/两列都像身份证号.csv": lambda: text_file(two_id_columns(), "gb18030"),
    "列/两列身份证号相同.xlsx": lambda: xlsx(two_equal_id_columns()),
    "列/姓名和身份证号写反.xlsx": lambda: xlsx(swapped()),
    "列/出生日期里是电话.xlsx": lambda: xlsx(dates_hold_phones()),
    "列/身份证件号里全是学籍号.xlsx": lambda: xlsx(ids_hold_student_numbers()),
    "列/残疾证号和身份证号写反.xls": lambda: xls(certificate_in_id()),
    "列/号码一列是身份证号.xlsx": lambda: xlsx(unclear_number()),
    "列/家庭成员一列是姓名.csv": lambda: text_file(head_without_name(), "gb18030"),
    "列/没有特征列.xlsx": lambda: xlsx(without(grid("医保参保", FEW), "险种", "参保地", "参保状态")),
    "列/只有姓名和身份证号.csv": lambda: text_file([row[1::4] for row in grid("户籍", FEW)], "gb18030"),
}
