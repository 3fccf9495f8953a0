"""What a file is, by its first bytes; the extension is not asked."""

from notoneless.files.refusal import Refused

HEAD = 4096
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BLANK = b"\x00\xef\xbb\xbf\xff\xfe \t\r\n"
_MAGIC = {
    b"%PDF": "PDF 文件",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"GIF8": "图片",
    b"Rar!": "RAR 压缩包",
    b"7z\xbc\xaf": "7z 压缩包",
    b"\x1f\x8b": "gzip 压缩包",
    b"{\\rtf": "RTF 文档",
    b"SQLite format 3": "SQLite 数据库",
}
_WIDE_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_HTML = ("<html", "<!doctype html", "<table", "<meta", "<head", "<body", "<div", "<style", "<!--", "mime-version:")
_SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a"))
_DBASE = b"\x03\x30\x83\x8b\xf5"
MOST_CONTROLS = 0.01
"""Share of control characters from which on a file is no text. Some old systems fill fields with them."""


def form_of(head: bytes) -> str:
    """``zip``, ``ole``, ``html``, ``xml`` (spreadsheet) or ``csv``, from the first `HEAD` bytes of a file.

    Raises Refused E002 when there is nothing, E001 for what is no table.
    """
    if not head.strip(_BLANK):
        raise Refused("E002")
    if head.startswith(b"PK"):
        return "zip"
    if head.startswith(OLE):
        return "ole"
    for magic, looks in _MAGIC.items():
        if head.startswith(magic):
            raise Refused("E001", looks=looks)
    wide = _WIDE_MARKS.get(head[:2])
    if wide is None and _is_binary(head):
        raise Refused("E001", looks="dBase 数据表（.dbf）" if _is_dbase(head) else "二进制文件")
    return _text_form(head.decode(wide or "latin-1", "replace").lstrip("\ufeff\xef\xbb\xbf \t\r\n").lower())


def _text_form(start: str) -> str:
    if start.startswith(("<?xml", "<workbook")):
        if _SPREADSHEET in start:
            return "xml"
        return "html" if "<html" in start or "<table" in start else _other_xml(start)
    return "html" if start.startswith(_HTML) else "csv"


def _other_xml(start: str) -> str:
    raise Refused("E001", looks="XML 文件" if "<w:" not in start else "Word 文档")


def _is_binary(head: bytes) -> bool:
    nothing = head.count(b"\x00")
    controls = len(head) - len(head.translate(None, _CONTROLS)) - nothing
    return controls > len(head) * MOST_CONTROLS or nothing > len(head) * 0.3


def _is_dbase(head: bytes) -> bool:
    return len(head) > 32 and head[0] in _DBASE and 1 <= head[2] <= 12 and 1 <= head[3] <= 31
