"""Tables of a web page: many offices' “导出 Excel” writes one and calls it .xls.

Tags are looked for one by one from the left, so that no page, however broken, costs more than its length. Every
<table> becomes a sheet, also one inside another; scripts, styles and comments are passed over.
"""

import html
import re
from typing import BinaryIO

from notoneless.files.encodings import csv_encoding
from notoneless.files.refusal import Refused
from notoneless.files.text_book import MAX_SHEETS, TextBook, TextSheet

LARGEST = 64 << 20
DEEPEST = 16
_NAME = re.compile(r"/?\s*([a-zA-Z][\w:]*)")
_PASSED_OVER = {name: re.compile(f"</{name}\\s*>", re.I) for name in ("script", "style", "xml", "title", "textarea")}
_SHEET_NAME = re.compile(r"<x:Name>([^<]{1,31})</x:Name>", re.I)
_SPAN = re.compile(r"""\b(col|row)span\s*=\s*["']?\s*(\d{1,5})""", re.I)
_NOT_SHOWN = re.compile(r"display\s*:\s*none", re.I)
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def read_html(stream: BinaryIO) -> TextBook:
    """The tables of a page. Raises Refused E007 when there is none, E005 when it is too large."""
    if stream.seek(0, 2) > LARGEST:
        raise Refused("E005", size=f"有 {stream.tell() >> 20} MiB", limit=f" {LARGEST >> 20} MiB")
    stream.seek(0)
    encoding = csv_encoding(stream)
    stream.seek(0)
    page = stream.read().decode(encoding, "replace")
    tables = _Tables()
    tables.read(page)
    sheets = [table for table in tables.found if any(map(any, table.rows))]
    if not sheets:
        raise Refused("E007")
    names = _SHEET_NAME.findall(page)
    for number, sheet in enumerate(sheets):
        sheet.name = html.unescape(names[number]) if len(names) == len(sheets) else f"表{number + 1}"
    return TextBook("html", sheets)


class _Tables:
    """Follows the tags of a page; ``found`` are its tables in the order of their beginnings."""

    def __init__(self) -> None:
        self.found: list[TextSheet] = []
        self._open: list[tuple[TextSheet, list[str] | None, str]] = []
        self._table: TextSheet | None = None
        self._text: list[str] | None = None
        """What the cell that is open holds so far; None between cells."""
        self._attributes = ""

    def read(self, page: str) -> None:
        at = 0
        while (start := page.find("<", at)) >= 0:
            self._add(page[at:start])
            if page.startswith("<!--", start):
                at = _after(page, "-->", start)
                continue
            end = page.find(">", start)
            if end < 0:
                break
            tag = page[start + 1 : end]
            at = end + 1
            if name := _NAME.match(tag):
                at = self._tag(page, at, name[1].lower(), tag)
        else:
            self._add(page[at:])
        self._end_cell()

    def _add(self, text: str) -> None:
        if self._text is not None and text:
            self._text.append(_BLANKS.sub(" ", text))

    def _tag(self, page: str, at: int, name: str, tag: str) -> int:
        """Act on one tag; returns where to go on."""
        closing = tag.startswith("/")
        if name == "table":
            self._end_table() if closing else self._begin_table()
        elif self._table is not None and name in ("tr", "td", "th"):
            self._end_cell()
            if name == "tr" and not closing:
                self._table.begin_row(hidden=_NOT_SHOWN.search(tag) is not None)
            elif name != "tr" and not closing:
                self._text, self._attributes = [], tag
        elif name in ("br", "p", "div", "li") and self._text:
            self._text.append("\n")
        elif name in _PASSED_OVER and not closing and not tag.endswith("/"):
            end = _PASSED_OVER[name].search(page, at)
            return end.end() if end else len(page)
        return at

    def _begin_table(self) -> None:
        if len(self.found) >= MAX_SHEETS or len(self._open) >= DEEPEST:
            raise Refused("E007")
        if self._table is not None:
            self._open.append((self._table, self._text, self._attributes))
        self._table, self._text = TextSheet(f"表{len(self.found) + 1}"), None
        self.found.append(self._table)

    def _end_table(self) -> None:
        self._end_cell()
        self._table, self._text, self._attributes = self._open.pop() if self._open else (None, None, "")

    def _end_cell(self) -> None:
        if self._text is None or self._table is None:
            return
        if not self._table.rows:
            self._table.begin_row()
        span = {kind.lower(): int(number) for kind, number in _SPAN.findall(self._attributes)}
        text = "\n".join(line.strip(" ") for line in html.unescape("".join(self._text)).split("\n")).strip("\n")
        self._table.put(text.strip(" \xa0"), across=span.get("col", 1), down=span.get("row", 1))
        self._text = None


def _after(page: str, mark: str, at: int) -> int:
    end = page.find(mark, at)
    return end + len(mark) if end >= 0 else len(page)
