"""Look a workbook over before any parser sees it: refuse what would eat the machine or mislead, note what a reader
of its rows must know.

The parser holds a sheet as one dense rectangle, so a single stray cell in the last column of the last row (a slip of
the mouse as well as an attack) asks for hundreds of gigabytes. Runs in the guarded child; raises Refused.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import unquote
from xml.parsers import expat

from notoneless.files.refusal import Refused
from notoneless.files.sheet_scan import SheetFacts, SheetScan
from notoneless.files.zips import check_directory, is_unsafe_name, open_zip, unpack

MAX_UNPACKED = 3 << 30
"""Bytes in one workbook: a full sheet of 1,048,576 rows × 20 columns needs about 1.5 GiB."""
MAX_RATIO = 200
"""Unpacked to packed: real rosters reach 10 to 40, zip bombs 250 and more; judged only above ``RATIO_FROM``."""
RATIO_FROM = 64 << 20
MAX_CELLS = 60_000_000
"""Cells of the rectangle around the data of one sheet, about 2 GiB in the parser."""
SPARSE_FROM, SPARSE = 16_000_000, 20
"""From so many places on (half a GiB in the parser), at least one in so many, or one a row, must be filled: else it is a
stray cell."""
MAX_MERGES = 500_000
MAX_SMALL_PART = 16 << 20
"""Bytes of the parts that only list other parts."""
LAST_ROW = 1_048_576
BYTES_A_CELL, BYTES_A_PLACE = 160, 48
"""What the parser needs at most for a filled cell with an ordinary text, and for any place of the rectangle."""
_DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_DTD_OVERLAP = 16
_OTHER_ENCODING = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_XML = (".xml", ".rels", ".vml")
_LOOKS = (
    ("word/", "Word 文档"),
    ("ppt/", "PowerPoint 演示文稿"),
    ("OFD.xml", "OFD 版式文件"),
    ("Index/", "Numbers 表格"),
    ("Index.zip", "Numbers 表格"),
)
_OPEN_DOCUMENT = {"spreadsheet": "OpenDocument 表格（.ods）", "text": "OpenDocument 文档", "presentation": "演示文稿"}


@dataclass
class SheetPart:
    """One sheet of the workbook, in its order; ``facts`` are empty for what is no worksheet in XML."""

    name: str
    member: str
    facts: SheetFacts = field(default_factory=SheetFacts)


@dataclass
class WorkbookFacts:
    """``memory``: bytes that parsing needs at most; ``unpacked``: bytes of all parts."""

    sheets: list[SheetPart]
    date1904: bool
    unpacked: int
    memory: int


def inspect_workbook(stream: BinaryIO) -> WorkbookFacts:
    """Look over the xlsx in ``stream``, which is left at its start.

    Raises Refused E001 (another kind of zip), E003, E004, E005, E011, E012, E013 (see errors.yaml).
    """
    with open_zip(stream) as archive:
        members = check_directory(archive)
        _check_sizes(members)
        names = {_plain(member.filename): member for member in members}
        workbook = _workbook_name(archive, names)
        if any(is_unsafe_name(member.filename) for member in members):
            raise Refused("E012", why="有指向外面的路径")
        sheets, date1904 = _sheets(archive, names, workbook)
        wanted = {sheet.member: sheet for sheet in sheets}
        for name, member in names.items():
            if name.endswith(_XML):
                _look_through(archive, name, member, wanted.get(name))
        _check_outside_links(archive, names)
    for sheet in sheets:
        check_sheet(sheet.name, sheet.facts)
    stream.seek(0)
    unpacked = sum(member.file_size for member in members)
    texts = sum(member.file_size for name, member in names.items() if name.endswith("sharedstrings.xml"))
    memory = memory_of([sheet.facts for sheet in sheets]) + 3 * texts
    return WorkbookFacts(sheets, date1904, unpacked, memory)


def _plain(name: str) -> str:
    return name.replace("\\", "/").lower()


def _check_sizes(members: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    bomb = unpacked > RATIO_FROM and unpacked / packed > MAX_RATIO
    if bomb or unpacked > MAX_UNPACKED:
        raise Refused("E005", size=f"有 {unpacked >> 20} MiB", limit=f" {MAX_UNPACKED >> 20} MiB")


# ---- what the package holds


def _workbook_name(archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo]) -> str:
    """The part that lists the sheets. Raises Refused E001 saying what the zip is instead."""
    for target in _relations(archive, names, "").values():
        if target.startswith("xl/") and posixpath.basename(target).startswith("workbook") and target in names:
            return target
    for usual in ("xl/workbook.xml", "xl/workbook.bin"):
        if usual in names:
            return usual
    raise Refused("E001", looks=looks_of(archive, list(names.values())) or "压缩包")


def looks_of(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> str:
    """Which document a zip is that is no workbook; empty when it is a plain archive."""
    names = {_plain(member.filename): member for member in members}
    if "mimetype" in names:
        kind = _small_part(archive, names["mimetype"]).decode("ascii", "replace")
        return next((looks for word, looks in _OPEN_DOCUMENT.items() if word in kind), "OpenDocument 文件")
    for start, looks in _LOOKS:
        if any(name.startswith(start.lower()) for name in names):
            return looks
    return ""


def _sheets(
    archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo], workbook: str
) -> tuple[list[SheetPart], bool]:
    if workbook.endswith(".bin"):
        return [], False
    targets = _relations(archive, names, workbook)
    sheets: list[SheetPart] = []
    date1904 = False
    for tag, attributes in _elements(_small_part(archive, names[workbook])):
        if tag == "workbookPr":
            date1904 = attributes.get("date1904", "0") in ("1", "true")
        elif tag == "sheet":
            relation = next((value for key, value in attributes.items() if _local(key) == "id"), "")
            sheets.append(SheetPart(attributes.get("name", ""), targets.get(relation, "")))
    return sheets, date1904


def _relations(archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo], part: str) -> dict[str, str]:
    """Relation id → name of the part that it points to, for one part ("" is the package)."""
    folder, base = posixpath.split(part)
    member = names.get(posixpath.join(folder, "_rels", f"{base}.rels"))
    if member is None:
        return {}
    return {
        attributes.get("Id", ""): _plain(posixpath.normpath(posixpath.join("/", folder, _target(attributes)))[1:])
        for tag, attributes in _elements(_small_part(archive, member))
        if tag == "Relationship"
    }


def _target(attributes: dict[str, str]) -> str:
    return unquote(attributes.get("Target", "")).replace("\\", "/")


def _small_part(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    if member.file_size > MAX_SMALL_PART:
        raise Refused("E005", size=f"的目录有 {member.file_size >> 20} MiB", limit=f" {MAX_SMALL_PART >> 20} MiB")
    return b"".join(unpack(archive, member))


def _elements(xml: bytes) -> list[tuple[str, dict[str, str]]]:
    """Local name and attributes of every element, in order. Raises Refused E012 on a DTD, E004 on broken XML."""
    found: list[tuple[str, dict[str, str]]] = []

    def refuse(*_declaration: object) -> None:
        raise Refused("E012", why="带有 DOCTYPE 声明")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: found.append((_local(tag), attributes))
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise Refused("E004", detail=repr(error)) from error
    return found


def _local(name: str) -> str:
    return name.rpartition(":")[2]


# ---- every part, piece by piece


def _look_through(archive: zipfile.ZipFile, name: str, member: zipfile.ZipInfo, sheet: SheetPart | None) -> None:
    scan = SheetScan() if sheet is not None else None
    for piece in _checked_xml(unpack(archive, member)):
        if scan is not None:
            scan.feed(piece)
    if scan is not None and sheet is not None:
        sheet.facts = scan.close()


def _checked_xml(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, as long as they could be an honest part: no DTD, UTF-8, no text of a megabyte."""
    tail = b""
    for piece in pieces:
        if not tail and piece.startswith(_OTHER_ENCODING):
            raise Refused("E012", why="不是 UTF-8 编码")
        if _DTD.search(tail + piece[:_DTD_OVERLAP]) or _DTD.search(piece):
            raise Refused("E012", why="带有 DOCTYPE 或 ENTITY 声明")
        if len(piece) >= 1 << 20 and b"<" not in piece:
            raise Refused("E005", size="有一格文字超过 1 MiB", limit=" 32767 个字")
        tail = piece[-_DTD_OVERLAP:]
        yield piece


def _check_outside_links(archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo]) -> None:
    """Links to other workbooks are only links; a DDE link starts a program when the workbook is opened."""
    for name, member in names.items():
        if name.startswith("xl/externallinks/") and name.endswith(".xml"):
            for tag, attributes in _elements(_small_part(archive, member)):
                if tag == "ddeLink":
                    raise Refused("E011", place=f"外部链接 {attributes.get('ddeService', '')[:20]}")


def check_sheet(name: str, facts: SheetFacts, rows: int = LAST_ROW) -> None:
    """Refuse a sheet that no one could want read, of a format with so many ``rows``. Raises Refused E005, E011, E013."""
    places = facts.width * facts.last_row
    stray = places > SPARSE_FROM and facts.filled * SPARSE < places and facts.filled < facts.last_row
    if places > MAX_CELLS or stray:
        size = f"是 {facts.last_row} 行 × {facts.width} 列"
        raise Refused(
            "E005", size=size, limit=f" {MAX_CELLS // 10_000} 万格，几乎空着的表 {SPARSE_FROM // 10_000} 万格"
        )
    if facts.last_row >= rows:
        raise Refused("E013", sheet=name, row=facts.last_row)
    if facts.merges > MAX_MERGES:
        raise Refused("E005", size=f"有 {facts.merges} 处合并单元格", limit=f" {MAX_MERGES} 处")
    if facts.outside_command:
        raise Refused("E011", place=f"工作表“{name}”{facts.outside_command} 格")


def memory_of(sheets: list[SheetFacts]) -> int:
    """Bytes the parser needs at most for the largest of the sheets: they are parsed one at a time."""
    return max(
        (each.filled * BYTES_A_CELL + each.last_row * each.width * BYTES_A_PLACE for each in sheets), default=0
    )
