"""行/: blank rows, sums, notes, headers printed again, duplicates, merged cells, errors and formulas below the header."""

from __future__ import annotations

from tests.corpus.make.cast import CHILDREN
from tests.corpus.make.lists import at, column, grid
from tests.corpus.make.writing import Formula, Page, text_file, with_members, xls, xlsx

SHEET = "xl/worksheets/sheet1.xml"


def padded(cells: list, like: list) -> list:
    return [*cells, *[""] * (len(like) - len(cells))]


def with_sums() -> list:
    """A sum after each village and one at the end."""
    rows = grid("户籍")
    return [
        *rows[:5],
        padded(["小计", "4人"], rows[0]),
        *rows[5:],
        padded(["", "小计：4"], rows[0]),
        padded(["合计", 8], rows[0]),
    ]


def with_notes() -> list:
    rows = grid("户籍", CHILDREN[:3])
    notes = [
        ["注：迁出人员不填"],
        ["填表人：高明月", "审核人：周立人", "日期：2026.9.3"],
        ["单位负责人（签字）："],
        ["（盖章）"],
    ]
    return [*rows, *[padded(note, rows[0]) for note in notes]]


def printed_again() -> list:
    """The header on every printed page, with the title once more."""
    rows = grid("户籍")
    title = padded(["沂南县2026年秋季适龄儿童名单"], rows[0])
    return [title, *rows[:4], [], title, rows[0], *rows[4:7], [], rows[0], *rows[7:]]


def numbered_blanks() -> list:
    """序号 drawn down to 30 although the list has four people."""
    rows = grid("医保参保", CHILDREN[:4])
    return [["序号", *rows[0]], *[[n, *row] for n, row in enumerate(rows[1:], 1)],
            *[[n, *[""] * len(rows[0])] for n in range(5, 31)]]  # fmt: skip


def duplicates() -> list:
    """A row twice, a third time with blanks and a mark, once with another village: that one is another row."""
    rows = grid("户籍", CHILDREN[:3])
    again = list(rows[1])
    spaced = [f" {cell}" if n == 1 else cell for n, cell in enumerate(again)]
    moved = list(again)
    moved[7] = "沂南县岸堤镇兴旺村1号"
    return [*rows, again, spaced, moved]


def merged_household() -> Page:
    """户号 merged down over the members: the cells below are empty."""
    rows = grid("户籍", CHILDREN[:4])
    for row in (3, 5):
        rows[row - 1][0] = ""
    return Page(rows, "户籍", [(1, 0, 2, 0), (3, 0, 4, 0)])


def merged_name() -> Page:
    """A name merged over two rows: the second has none."""
    rows = grid("资助发放", CHILDREN[:3])
    at(rows, 3, "姓名", "")
    at(rows, 3, "证件号", "")
    place = rows[0].index("姓名")
    return Page(rows, "发放", [(1, place, 2, place), (1, place + 1, 2, place + 1)])


def missing_names() -> list:
    rows = grid("户籍", CHILDREN[:4])
    at(rows, 3, "姓名", "")
    at(rows, 4, "姓名", "无")
    return rows


def longer_than_header() -> list:
    """A comma inside an address that nobody quoted moves the rest of the row."""
    rows = grid("户籍", CHILDREN[:3])
    rows[2] = [*rows[2][:7], "沂南县岸堤镇", "柳行岔村36号", "正常"]
    return rows


def shorter_than_header() -> list:
    rows = grid("户籍", CHILDREN[:3])
    return [rows[0], rows[1], rows[2][:6], rows[3]]


def numbered(formula: bool) -> list:
    """序号 by formula, sex taken from the ID number by formula."""
    rows = grid("户籍", CHILDREN[:4])
    column(rows, "性别", [
        Formula(f'=IF(MOD(MID(G{n},17,1),2)=1,"男","女")', c.sex if formula else None) for n, c in enumerate(CHILDREN[:4], 2)
    ])  # fmt: skip
    return [
        ["序号", *rows[0]],
        *[[Formula("=ROW()-1", n if formula else None), *row] for n, row in enumerate(rows[1:], 1)],
    ]


def looked_up() -> list:
    """VLOOKUP results beside the list, two of them errors."""
    rows = grid("户籍", CHILDREN[:4])
    results = ["G371", "#N/A", "G372", "#REF!"]
    return [[*row, "学籍号" if n == 0 else Formula(f"=VLOOKUP(F{n + 1},学籍!A:B,2,0)", results[n - 1])]
            for n, row in enumerate(rows)]  # fmt: skip


def error_cells() -> list:
    """#N/A in an address, #VALUE! in a name, #REF! in an ID number."""
    rows = grid("户籍", CHILDREN[:4])
    at(rows, 2, "户籍地址", "#N/A")
    at(rows, 3, "姓名", "#VALUE!")
    at(rows, 4, "公民身份号码", "#REF!")
    return rows


def real_error_cells() -> bytes:
    """The same as cells of type error, not text."""

    def as_errors(xml: str) -> str:
        for place in ("H2", "B3", "F4"):
            start = xml.index(f'<c r="{place}"')
            xml = xml[:start] + f'<c r="{place}" t="e"><v>#N/A</v></c>' + xml[xml.index("</c>", start) + 4 :]
        return xml

    return with_members(xlsx(grid("户籍", CHILDREN[:4])), {SHEET: as_errors})


def blank_between() -> list:
    rows = grid("户籍", CHILDREN[:4])
    return [*rows[:2], [], [], *rows[2:3], [" "] * 9, *rows[3:]]


def nothing_but_numbers() -> list:
    rows = grid("秋季入户摸底表", CHILDREN[:3])
    for heading in ("身份证号", "监护人姓名", "实际居住地"):
        at(rows, 3, heading, "")
    return rows


def strange_texts() -> list:
    """Cells that a spreadsheet would take for formulas stay text."""
    rows = grid("户籍", CHILDREN[:4])
    return column(rows, "户籍地址", ["=1+1", "+沂南县岸堤镇柳行岔村", "@岸堤镇", '-HYPERLINK("http://x.invalid")'])


FILES = {
    "行/三千行空白带框线.xlsx": lambda: xlsx(Page(grid("户籍"), blank_rows=3000)),
    "行/两千行空白带逗号.csv": lambda: text_file([*grid("户籍"), *[[""] * 9] * 2000], "gb18030"),
    "行/中间有空行.xlsx": lambda: xlsx(blank_between()),
    "行/小计合计.xlsx": lambda: xlsx(with_sums()),
    "行/小计合计.csv": lambda: text_file(with_sums(), "gb18030"),
    "行/末尾有注和签字.xlsx": lambda: xlsx(with_notes()),
    "行/末尾有注和签字.xls": lambda: xls(with_notes()),
    "行/每页重印表头.xlsx": lambda: xlsx(printed_again()),
    "行/每页重印表头.csv": lambda: text_file(printed_again(), "gb18030"),
    "行/序号拉到三十.xlsx": lambda: xlsx(numbered_blanks()),
    "行/重复的行.xlsx": lambda: xlsx(duplicates()),
    "行/重复的行.csv": lambda: text_file(duplicates()),
    "行/户号合并.xlsx": lambda: xlsx(merged_household()),
    "行/户号合并.xls": lambda: xls(merged_household()),
    "行/姓名合并.xlsx": lambda: xlsx(merged_name()),
    "行/缺姓名.xlsx": lambda: xlsx(missing_names()),
    "行/多出一格.csv": lambda: text_file(longer_than_header()),
    "行/少了几格.csv": lambda: text_file(shorter_than_header(), "gb18030"),
    "行/公式有结果.xlsx": lambda: xlsx(numbered(True)),
    "行/公式没有结果.xlsx": lambda: with_members(
        xlsx(numbered(False)), {SHEET: lambda xml: xml.replace("<v></v>", "")}
    ),
    "行/公式.xls": lambda: xls(numbered(True)),
    "行/查找公式查不到.xlsx": lambda: xlsx(looked_up()),
    "行/错误值文字.csv": lambda: text_file(error_cells(), "gb18030"),
    "行/错误值.xlsx": real_error_cells,
    "行/摸底表没有可比对的.xlsx": lambda: xlsx(nothing_but_numbers()),
    "行/像公式的文字.csv": lambda: text_file(strange_texts(), "utf-8-sig"),
    "行/像公式的文字.xlsx": lambda: xlsx(strange_texts()),
}  # fmt: skip
