"""文本/: csv and txt in every encoding and with every separator."""

from __future__ import annotations

from tests.corpus.make.cast import CHILDREN
from tests.corpus.make.lists import at, column, grid
from tests.corpus.make.writing import html_table, text_file

FEW = CHILDREN[:4]


def rare() -> list:
    return column(grid("户籍", FEW), "姓名", ["张㛃", "刘𬘭", "\U00020bb7田一", "阿依古丽·买买提"])


def quoted() -> list:
    """Commas, quotes and a line break inside cells."""
    rows = grid("户籍", FEW)
    return column(
        rows, "户籍地址", ["沂南县,岸堤镇,柳行岔村33号", '沂南县岸堤镇"柳行岔"村', "沂南县岸堤镇\n兴旺村32号"]
    )


def unclosed_quote() -> bytes:
    """A quote opened in row 3 and never closed swallows the rest: refused, for nobody can tell the rows."""
    lines = text_file(grid("户籍")).decode().split("\r\n")
    cells = lines[2].split(",")
    cells[7] = '"' + cells[7]
    lines[2] = ",".join(cells)
    return "\r\n".join([*lines[:3], *lines[3:] * 300]).encode()


def half_converted() -> bytes:
    """UTF-8 with one damaged byte in a name."""
    data = text_file(grid("户籍")).split(b"\r\n")
    name = "王小川".encode()
    data[2] = data[2].replace(name, name[:4] + b"\xff" + name[5:])
    return b"\r\n".join(data)


def with_nul() -> bytes:
    return text_file(grid("户籍", FEW)).replace("李明轩".encode(), "李明轩\x00".encode())


def question_marks() -> list:
    """What is left when a rare character went through an old system."""
    rows = grid("户籍", FEW)
    at(rows, 2, "姓名", "张?")
    at(rows, 3, "姓名", "刘\ufffd")
    return rows


def xml_sheet(rows: list) -> bytes:
    """The XML of Excel 2003, as old export templates write it."""
    lines = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in row) + "</Row>"
        for row in rows
    )
    return (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="名单"><Table>{lines}</Table></Worksheet></Workbook>'
    ).encode()


FILES = {
    "文本/网页导出.xls": lambda: html_table(grid("户籍", FEW)),
    "文本/网页导出GBK.xls": lambda: html_table(grid("户籍", FEW), "gb18030"),
    "文本/XML表格2003.xls": lambda: xml_sheet(grid("户籍", FEW)),
    "文本/UTF8无标记.csv": lambda: text_file(rare()),
    "文本/UTF8有标记.csv": lambda: text_file(rare(), "utf-8-sig"),
    "文本/GB18030.csv": lambda: text_file(rare(), "gb18030"),
    "文本/GBK.csv": lambda: text_file(grid("户籍", FEW), "gbk"),
    "文本/UTF16小端.txt": lambda: b"\xff\xfe" + text_file(rare(), "utf-16-le", "\t"),
    "文本/UTF16大端.csv": lambda: b"\xfe\xff" + text_file(rare(), "utf-16-be"),
    "文本/制表符.txt": lambda: text_file(grid("户籍", FEW), "gb18030", "\t"),
    "文本/分号.csv": lambda: text_file(grid("户籍", FEW), "gb18030", ";"),
    "文本/竖线.txt": lambda: text_file(grid("户籍", FEW), "utf-8", "|"),
    "文本/逗号.txt": lambda: text_file(grid("户籍", FEW), "utf-8"),
    "文本/只有换行符.csv": lambda: text_file(grid("户籍", FEW), "gb18030", end="\n"),
    "文本/只有回车符.csv": lambda: text_file(grid("户籍", FEW), "gb18030", end="\r"),
    "文本/每格都有引号.csv": lambda: text_file(grid("户籍", FEW), "gb18030", quote=True),
    "文本/格里有逗号引号换行.csv": lambda: text_file(quoted(), "gb18030"),
    "文本/引号没收尾.csv": unclosed_quote,
    "文本/坏了一个字节.csv": half_converted,
    "文本/有空字符.csv": with_nul,
    "文本/问号和方块.csv": lambda: text_file(question_marks()),
    "文本/扩展名是xlsx.xlsx": lambda: text_file(grid("户籍", FEW), "gb18030"),
    "文本/扩展名是xls.xls": lambda: text_file(grid("学籍", FEW), "gb18030", "\t"),
    "文本/末行没有换行.csv": lambda: text_file(grid("户籍", FEW), "gb18030").rstrip(b"\r\n"),
}  # fmt: skip
