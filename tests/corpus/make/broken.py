"""坏文件/: what is no roster at all, cannot be opened, or would eat the machine. Each is refused with a sentence."""

from __future__ import annotations

import struct
import zlib

from tests.corpus.make.cast import CHILDREN
from tests.corpus.make.lists import grid
from tests.corpus.make.writing import Page, text_file, with_members, xls, xlsx, zipped

FEW = CHILDREN[:4]
SHEET = "xl/worksheets/sheet1.xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
DOCX = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "word/document.xml": "<w:document/>",
}
ENTITY = '<?xml version="1.0"?>\n<!DOCTYPE worksheet [<!ENTITY {}>]>\n'


def good() -> bytes:
    return xlsx(grid("户籍", FEW))


def jpeg() -> bytes:
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(200) + b"\xff\xd9"


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def flipped() -> bytes:
    """One byte of the packed sheet altered: the check sum of the zip no longer fits."""
    data = bytearray(good())
    start = data.index(SHEET.encode()) + len(SHEET) + 200
    data[start] ^= 0x55
    return bytes(data)


def password_protected() -> bytes:
    """The outer shell of an encrypted workbook: an OLE file that holds EncryptionInfo and EncryptedPackage."""
    return compound_file({"EncryptionInfo": b"\x04\x00\x04\x00\x40\x00\x00\x00" + b"<encryption/>" * 30,
                          "EncryptedPackage": b"\x00" * 5000})  # fmt: skip


def compound_file(streams: dict[str, bytes]) -> bytes:
    """A minimal OLE2 compound file of 512-byte sectors; every stream is filled up to 4096 bytes or more."""
    filled = {name: data.ljust(4096, b"\0") for name, data in streams.items()}
    sectors, table, starts = [b""], [-3], {}
    for name, data in filled.items():
        starts[name] = len(sectors)
        count = -(-len(data) // 512)
        table += [*range(len(sectors) + 1, len(sectors) + count), -2]
        sectors += [data[n * 512 : n * 512 + 512].ljust(512, b"\0") for n in range(count)]
    directory = len(sectors)
    names = list(filled)
    entries = [_entry("Root Entry", 5, child=1, start=-2, size=0)]
    for n, name in enumerate(names, 1):
        right = n + 1 if n < len(names) else -1
        entries.append(_entry(name, 2, right=right, start=starts[name], size=len(filled[name])))
    listing = b"".join(entries).ljust(512, b"\0")
    table.append(-2)
    table += [-1] * (128 - len(table))
    sectors[0] = struct.pack("<128i", *table)
    difat = struct.pack("<109i", 0, *[-1] * 108)
    head = (
        OLE
        + bytes(16)
        + struct.pack("<HHHHH6xIIiIIiIiI", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, directory, 0, 4096, -2, 0, -2, 0)
    )
    return head + difat + b"".join(sectors) + listing


def _entry(name: str, kind: int, right: int = -1, child: int = -1, start: int = 0, size: int = 0) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return text.ljust(64, b"\0") + struct.pack("<HBBiii36xiQ", len(text), kind, 1, -1, right, child, start, size)


def password_xls() -> bytes:
    """An old workbook whose first record after the beginning says that the rest is encrypted."""
    data = xls(grid("户籍", FEW))
    mark = data.index(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    record = struct.pack("<HHH", 0x2F, 4, 1) + b"\x12\x34"
    return data[: mark + 20] + record + data[mark + 20 + len(record) :]


def with_entity(text: str) -> bytes:
    """The sheet begins with a document type that declares an entity."""
    return with_members(good(), {SHEET: lambda xml: ENTITY.format(text) + xml.split("?>", 1)[1]})


def bomb() -> bytes:
    """300 MiB of blanks in a member of a few hundred kilobytes."""
    return zipped({**_members(), SHEET: b"<worksheet><sheetData>" + b" " * (300 << 20)})


def _members() -> dict[str, str | bytes]:
    return {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "xl/workbook.xml": "<workbook/>",
    }


def last_row() -> bytes:
    """The last row of a short list stands in row 1,048,576: a slip that drags a million empty rows along."""

    def moved(xml: str) -> str:
        place = xml.rindex("<row ")
        return xml[:place] + xml[place:].replace('r="5"', 'r="1048576"', 1).replace('5" ', '1048576" ').replace(
            '5"><', '1048576"><'
        )

    return with_members(good(), {SHEET: moved})


def far_cell() -> bytes:
    """A slip of the mouse: one cell in the last column of the last row."""
    stray = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    return with_members(good(), {SHEET: lambda xml: xml.replace("</sheetData>", stray)})


def many_merges() -> bytes:
    ranges = '<mergeCell ref="A10:B10"/>' * 600_000
    return with_members(
        good(), {SHEET: lambda xml: xml.replace("</sheetData>", f"</sheetData><mergeCells>{ranges}</mergeCells>")}
    )


def dde() -> bytes:
    link = (
        '<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
    )
    return with_members(good(), {"xl/externalLinks/externalLink1.xml": link})


def with_macro() -> bytes:
    """A workbook with macros: they are never run, the list is read."""
    return with_members(good(), {"xl/vbaProject.bin": "not looked into"})


FILES = {
    "坏文件/零字节.xlsx": lambda: b"",
    "坏文件/只有空白.csv": lambda: b"\xef\xbb\xbf \r\n\r\n\t\r\n",
    "坏文件/只有表头.xlsx": lambda: xlsx(grid("户籍")[:1]),
    "坏文件/只有表头.csv": lambda: text_file(grid("户籍")[:1], "gb18030"),
    "坏文件/只有标题和表头.xls": lambda: xls([["户籍名单"], *grid("户籍")[:1]]),
    "坏文件/其实是PDF.xlsx": lambda: PDF,
    "坏文件/其实是Word.xlsx": lambda: zipped(DOCX),
    "坏文件/其实是照片.xls": jpeg,
    "坏文件/其实是截图.xlsx": png,
    "坏文件/其实是RAR.xlsx": lambda: b"Rar!\x1a\x07\x00" + bytes(64),
    "坏文件/其实是压缩包.xlsx": lambda: zipped({"户籍.csv": text_file(grid("户籍", FEW))}),
    "坏文件/其实是老Word.xls": lambda: compound_file({"WordDocument": b"\xec\xa5" + bytes(600)}),
    "坏文件/网页没有表格.xls": lambda: "<html><body><p>登录已超时，请重新登录</p></body></html>".encode(),
    "坏文件/一封信.txt": lambda: "县教育局：\r\n现将名单报上，请查收。\r\n岸堤镇人民政府\r\n".encode("gb18030"),
    "坏文件/有打开密码.xlsx": password_protected,
    "坏文件/有打开密码.xls": password_xls,
    "坏文件/没下载完.xlsx": lambda: good()[:-900],
    "坏文件/只有一半.xls": lambda: xls(grid("户籍", FEW))[:3000],
    "坏文件/压缩包错一个字节.xlsx": flipped,
    "坏文件/缺工作表部件.xlsx": lambda: zipped(_members()),
    "坏文件/内部实体.xlsx": lambda: with_entity('a "aaaa"'),
    "坏文件/外部实体.xlsx": lambda: with_entity('a SYSTEM "file:///etc/passwd"'),
    "坏文件/炸弹.xlsx": bomb,
    "坏文件/最后一行有一格.xlsx": last_row,
    "坏文件/右下角有一格.xlsx": far_cell,
    "坏文件/六十万处合并.xlsx": many_merges,
    "坏文件/动态数据交换.xlsx": dde,
    "坏文件/带宏.xlsm": with_macro,
    "坏文件/别的表格.xlsx": lambda: xlsx([["品名", "数量", "单价"], ["课桌", 40, 180], ["椅子", 40, 90]]),
    "坏文件/一格数据.xlsx": lambda: xlsx(Page([["户籍名单见附件"]])),
}  # fmt: skip
