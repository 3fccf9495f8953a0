"""“XML 表格 2003”: a whole workbook in one XML file, which some systems write and call .xls."""

import codecs
import re
from typing import BinaryIO
from xml.parsers import expat

from notoneless.files.cells import column_letters, number_text
from notoneless.files.refusal import Refused
from notoneless.files.sheet_scan import MAX_COLUMNS
from notoneless.files.text_book import MAX_SHEETS, TextBook, TextSheet

PIECE = 1 << 20
HEAD = 200
LARGEST = 256 << 20
_DIGITS = re.compile(r"-?\d+")
_CHINESE = re.compile(rb"""^<\?xml[^>]*encoding=["'](?:gb2312|gbk|gb18030)["']""", re.I)
_MIDNIGHT = "T00:00:00"


def read_xml_sheets(stream: BinaryIO) -> TextBook:
    """The sheets of such a file. Raises Refused E004 (broken), E005 (too large), E012 (with a DTD)."""
    if stream.seek(0, 2) > LARGEST:
        raise Refused("E005", size=f"有 {stream.tell() >> 20} MiB", limit=f" {LARGEST >> 20} MiB")
    stream.seek(0)
    reader = _Reader()
    try:
        decoder = _decoder(stream.read(HEAD))
        stream.seek(0)
        while piece := stream.read(PIECE):
            reader.parser.Parse(decoder.decode(piece) if decoder else piece, False)
        reader.parser.Parse(b"", True)
    except (expat.ExpatError, ValueError) as error:
        raise Refused("E004", detail=repr(error)) from error
    return TextBook("xml", reader.sheets)


def _decoder(head: bytes) -> codecs.IncrementalDecoder | None:
    """For the encodings of Chinese offices, which the parser does not know."""
    named = _CHINESE.search(head)
    return codecs.getincrementaldecoder("gb18030")("replace") if named else None


class _Reader:
    """Follows the elements: Worksheet > Table > Row > Cell > Data."""

    def __init__(self) -> None:
        self.sheets: list[TextSheet] = []
        self._cell: dict[str, str] = {}
        self._kind = ""
        self._text: list[str] | None = None
        self._value: str | None = None
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _refuse(self, *_declaration: object) -> None:
        raise Refused("E012", why="带有 DOCTYPE 声明")

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        given = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if name == "Worksheet":
            if len(self.sheets) >= MAX_SHEETS:
                raise Refused("E005", size=f"有 {MAX_SHEETS} 张以上工作表", limit=f" {MAX_SHEETS} 张")
            self.sheets.append(TextSheet(given.get("Name", "")))
        elif not self.sheets:
            return
        elif name == "Visible" or name == "Data":
            self._kind, self._text = given.get("Type", "String"), []
        elif name == "Row":
            index = int(given["Index"]) - 1 if "Index" in given else None
            self.sheets[-1].begin_row(index, hidden=given.get("Hidden") == "1")
        elif name == "Column" and given.get("Hidden") == "1" and "Index" in given:
            first = int(given["Index"]) - 1
            last = min(first + int(given.get("Span", 0)), MAX_COLUMNS - 1)
            self.sheets[-1].hidden_columns += range(first, last + 1)
        elif name == "Cell":
            self._cell, self._value = given, None

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in ("Data", "Visible") and self._text is not None:
            text, self._text = "".join(self._text), None
            if name == "Visible":
                self.sheets[-1].hidden = text.strip() != "SheetVisible"
            else:
                self._value = _text_of(self._kind, text)
        elif name == "Cell" and self.sheets and self.sheets[-1].rows:
            self._put(self.sheets[-1])

    def _put(self, sheet: TextSheet) -> None:
        given = self._cell
        index = int(given["Index"]) - 1 if "Index" in given else None
        across, down = int(given.get("MergeAcross", 0)) + 1, int(given.get("MergeDown", 0)) + 1
        sheet.put(self._value or "", index, across=across, down=down)
        if "Formula" in given:
            sheet.formulas += 1
            if self._value is None:
                sheet.unstored += 1
                sheet.first_unstored = sheet.first_unstored or f"{column_letters((index or 0) + 1)}{len(sheet.rows)}"

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)


def _text_of(kind: str, text: str) -> str:
    """The text of a value: a whole number keeps all digits it was written with, a day loses its midnight."""
    if kind == "Number" and not _DIGITS.fullmatch(text.strip()):
        return number_text(float(text))
    if kind == "DateTime":
        day, _, rest = text.partition(".")
        return day.removesuffix(_MIDNIGHT).replace("T", " ") if not rest.strip("0") else text
    if kind == "Boolean":
        return "TRUE" if text.strip() == "1" else "FALSE"
    return text
