"""单元格/: numbers, dates, names and words as people and programs write them, one per row."""

from __future__ import annotations

import datetime as dt

from tests.corpus.make.cast import CHILDREN, Child, id_number, old_id_number
from tests.corpus.make.lists import at, column, grid
from tests.corpus.make.writing import Page, Styled, text_file, xls, xlsx

WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
GIRL = CHILDREN[0]
X_CHILD = Child("郑思齐", dt.date(2014, 5, 20), 23, "柳行岔村", "六年级", "郑海", "371321020")
OLD = Child("王守仁", dt.date(1958, 6, 3), 117, "柳行岔村", "", "", "371321030")


def ids(cells: list) -> list:
    """A 户籍 list with these cells as ID numbers."""
    return column(grid("户籍", CHILDREN[: len(cells)]), "公民身份号码", cells)


def typed_as_numbers() -> list:
    return ids([float(child.id_no.replace("X", "0")) for child in CHILDREN[:4]])


def with_lower_x() -> list:
    child = next(c for c in _ending_in_x())
    return column(grid("户籍", [child, *CHILDREN[:2]]), "公民身份号码", [child.id_no.lower()])


def _ending_in_x() -> list[Child]:
    found = []
    for order in range(1, 200):
        if id_number(X_CHILD.birth, order).endswith("X"):
            found.append(Child("郑思齐", X_CHILD.birth, order, "柳行岔村", "六年级", "郑海", "371321020"))
    return found


def with_blanks_and_marks() -> list:
    a, b, c, d, e, f, g, h = (child.id_no for child in CHILDREN)
    return ids([
        f"'{a}", f" {b}", f"{c[:6]} {c[6:14]} {c[14:]}", f"{d}\u3000", e.translate(WIDE), f"\u200e{f}\u202c", f"{g}\t", f"‘{h}",
    ])  # fmt: skip


def wrong_ids() -> list:
    """One fault each: check digit, short, letter, no such day, 000, stand-in, empty, number of another person."""
    a = CHILDREN[0].id_no
    broken = a[:17] + ("1" if a[17] != "1" else "2")
    return ids([
        broken, CHILDREN[1].id_no[:17], CHILDREN[2].id_no[:10] + "O" + CHILDREN[2].id_no[11:], "371321201602301229",
        "371321201207210000", "111111111111111111", "", "无",
    ])  # fmt: skip


def fifteen_digits() -> list:
    rows = grid("户籍", [CHILDREN[0], OLD])
    at(rows, 3, "公民身份号码", old_id_number(OLD.birth, OLD.order))
    return rows


def student_numbers() -> list:
    """G, L, J, without letter, lower case, spaced, as a number, empty."""
    a, b, c, d, e, f, g, _ = (child.id_no for child in CHILDREN)
    return column(grid("学籍"), "学籍号", [
        f"G{a}", f"L{b[:6]}{b[6:]}", f"J{c}", d, f"g{e}", f" G {f} ", float(g), "",
    ])  # fmt: skip


def id_column_with_letters() -> list:
    """The student number in the column of the ID number."""
    return column(grid("学籍", CHILDREN[:3]), "身份证件号", [f"G{child.id_no}" for child in CHILDREN[:3]])


def written_dates() -> list:
    """Eight ways to write a birthday."""
    forms = [
        "{0:%Y%m%d}", "{0:%Y-%m-%d}", "{0.year}-{0.month}-{0.day}", "{0:%Y/%m/%d}", "{0.year}/{0.month}/{0.day}",
        "{0.year}.{0.month}.{0.day}", "{0.year}年{0.month}月{0.day}日", "{0:%Y-%m-%d} 00:00:00",
    ]  # fmt: skip
    return _dates([form.format(child.birth) for form, child in zip(forms, CHILDREN, strict=True)])


def more_written_dates() -> list:
    """Eight rarer ways."""
    return _dates([
        "二〇一三年五月二日", "２０１５年９月１７日", "2014、3、8", " 2016-11-30 ", "'2012-07-21", "2017年 1月 5日",
        "2015-12-12T00:00:00", "2013.10.09.",
    ])  # fmt: skip


def unreadable_dates() -> list:
    """None says a day; the ID number does."""
    return _dates(["13-5-2", "2015年9月", "农历三月初八", "2016-11-31", "不清楚的", "5/1/2017", "2015", "20131909"])


def _dates(cells: list) -> list:
    return column(grid("户籍", CHILDREN[: len(cells)]), "出生日期", cells)


def real_dates(form: str) -> list:
    return _dates([Styled(dt.datetime.combine(child.birth, dt.time()), form) for child in CHILDREN])


def serials() -> list:
    """Days as bare numbers, after somebody set the column to “常规”."""
    return _dates([(child.birth - dt.date(1899, 12, 30)).days for child in CHILDREN])


def doorstep_dates_differ() -> list:
    """No ID numbers, so the written day is all there is."""
    rows = grid("秋季入户摸底表", CHILDREN[:4], 身份证号="")
    return column(rows, "出生日期", ["2013年5月2日", "2015.9", "", "2027-01-01"])


def names() -> list:
    """Inner blanks, middle dots of five makes, rare and new characters, beyond the basic plane too."""
    written = [
        "王 小 燕", "阿依古丽·买买提", "买买提•阿不都", "古丽．艾合买提", "热娜・吐尔逊", "张㛃", "刘𬘭", "\U00020bb7田一",
    ]  # fmt: skip
    return column(grid("户籍"), "姓名", written)


def more_names() -> list:
    written = ["王小燕（女）", "李*轩", "", "张?桐", "赵", "孙浩然2", "Zhou Xinyi", "　刘　宇　航　"]
    return column(grid("户籍"), "姓名", written)


def rare_names() -> list:
    written = ["䶮子轩", "张堃", "李垚淼", "王翀", "赵珺玥", "孙龘", "周\U0002b363", "刘\ue863"]
    return column(grid("户籍"), "姓名", written)


def sexes() -> list:
    return column(grid("户籍"), "性别", ["女性", "1", "M", "2-女", "女生", "男孩", "不详", "男女"])


def sexes_against_id() -> list:
    return column(grid("户籍", CHILDREN[:3]), "性别", ["男", "女", "男"])


def money() -> list:
    return column(
        grid("资助发放"), "金额", ["312.5", "312.50元", "¥312.50", "３１２．５０", "1,250.00", 312.5, "叁佰元", ""]
    )


def terms() -> list:
    return column(grid("资助发放"), "学期", [
        "2026秋", "2026年秋季学期", "2026-2027学年第一学期", "2026-2027-1", "2025-2026学年度第二学期", "2026春", "秋季", "2026",
    ])  # fmt: skip


def grades() -> list:
    written = ["初一", "小学五年级", "6年级", 4, "8", "三", "五年级1班", "中学"]
    return column(grid("学籍"), "年级", written)


def attendance() -> list:
    written = ["√", "到校", "×", "Y", "1", "已到", "请假", "外出务工"]
    return column(grid("在校点名"), "是否在校", written)


def certificates() -> list:
    """A good one, re-issued, spaced, wrong kind, short, as a number, another's ID inside, empty."""
    a, b, c, d, e, f, g, _ = (child.id_no for child in CHILDREN)
    return column(grid("持证残疾人"), "残疾人证号", [
        f"{a}41", f"{b}22B1", f"{c} 52", f"{d}92", e, float(f[:17]) * 1000, f"{g[:17]}{(int(g[17]) + 1) % 10 if g[17] != 'X' else 1}41", "",
    ])  # fmt: skip


def digits_only() -> list:
    """Phones, cards and codes as numbers with a tail."""
    rows = grid("学籍", CHILDREN[:3])
    column(rows, "联系电话", [19900000122.0, "1990 000 0215", "19900000031.0"])
    return column(rows, "学校标识码", [3137000045, "2137000123.0", "２１３７０００１２３"])


def apostrophes() -> list:
    """Every cell with the mark that some systems put before text."""
    rows = grid("医保参保", CHILDREN[:4])
    return [rows[0], *[[f"'{cell}" for cell in row] for row in rows[1:]]]


def line_breaks() -> list:
    rows = grid("户籍", CHILDREN[:3])
    column(rows, "户籍地址", ["沂南县岸堤镇\n柳行岔村33号", "沂南县\r\n岸堤镇柳行岔村36号", "岸堤镇兴旺村\t32号"])
    return column(rows, "姓名", ["王小燕\n", "王\n小川", "李明轩\r"])


FILES = {
    "单元格/身份证成了数字.xlsx": lambda: xlsx(typed_as_numbers()),
    "单元格/身份证成了数字.xls": lambda: xls(typed_as_numbers()),
    "单元格/身份证成了科学计数.csv": lambda: text_file(ids(["3.71321E+17", "3.71321201509172E+17", CHILDREN[2].id_no]), "gb18030"),
    "单元格/身份证末位小写x.xlsx": lambda: xlsx(with_lower_x()),
    "单元格/身份证有空格引号全角.xlsx": lambda: xlsx(with_blanks_and_marks()),
    "单元格/身份证有空格引号全角.csv": lambda: text_file(with_blanks_and_marks()),
    "单元格/身份证各种错.xlsx": lambda: xlsx(wrong_ids()),
    "单元格/身份证各种错.csv": lambda: text_file(wrong_ids(), "gb18030"),
    "单元格/十五位旧号.xlsx": lambda: xlsx(fifteen_digits()),
    "单元格/学籍号各种写法.xlsx": lambda: xlsx(student_numbers()),
    "单元格/证件号里写了学籍号.xls": lambda: xls(id_column_with_letters()),
    "单元格/日期八种写法.xlsx": lambda: xlsx(written_dates()),
    "单元格/日期八种写法.csv": lambda: text_file(written_dates(), "gb18030"),
    "单元格/日期少见写法.xls": lambda: xls(more_written_dates()),
    "单元格/日期看不懂.csv": lambda: text_file(unreadable_dates()),
    "单元格/日期格式短横.xlsx": lambda: xlsx(real_dates("yyyy-mm-dd")),
    "单元格/日期格式中文.xlsx": lambda: xlsx(real_dates('yyyy"年"m"月"d"日"')),
    "单元格/日期格式系统长日期.xlsx": lambda: xlsx(real_dates("[$-F800]dddd, mmmm dd, yyyy")),
    "单元格/日期格式.xls": lambda: xls(real_dates("yyyy/m/d")),
    "单元格/日期一九〇四.xlsx": lambda: xlsx(real_dates("yyyy/m/d"), date_1904=True),
    "单元格/日期一九〇四.xls": lambda: xls(Page(real_dates("yyyy/m/d")), dates_1904=True),
    "单元格/日期成了序列数.xlsx": lambda: xlsx(serials()),
    "单元格/日期成了序列数.csv": lambda: text_file(serials(), "gb18030"),
    "单元格/没有身份证的日期.xlsx": lambda: xlsx(doorstep_dates_differ()),
    "单元格/姓名空格圆点生僻字.xlsx": lambda: xlsx(names()),
    "单元格/姓名空格圆点生僻字.csv": lambda: text_file(names(), "gb18030"),
    "单元格/姓名带杂质.xlsx": lambda: xlsx(more_names()),
    "单元格/姓名生僻字.xls": lambda: xls(rare_names()),
    "单元格/性别各种写法.xlsx": lambda: xlsx(sexes()),
    "单元格/性别与身份证不符.csv": lambda: text_file(sexes_against_id()),
    "单元格/金额各种写法.xlsx": lambda: xlsx(money()),
    "单元格/学期各种写法.csv": lambda: text_file(terms(), "gb18030"),
    "单元格/年级各种写法.xlsx": lambda: xlsx(grades()),
    "单元格/到校各种写法.xls": lambda: xls(attendance()),
    "单元格/残疾证号各种写法.xlsx": lambda: xlsx(certificates()),
    "单元格/电话代码成了数字.xlsx": lambda: xlsx(digits_only()),
    "单元格/每格带单引号.csv": lambda: text_file(apostrophes(), "gb18030"),
    "单元格/格内换行.xlsx": lambda: xlsx(line_breaks()),
    "单元格/格内换行.csv": lambda: text_file(line_breaks(), "utf-8-sig"),
}  # fmt: skip
