"""Refuse workbooks that would eat the machine, before any parser sees them.

The parser holds a sheet as one dense rectangle, so a single stray cell in the last column of the last row (a
slip of the mouse as well as an attack) asks for hundreds of gigabytes. Sizes are therefore read from the zip
directory and cell references are scanned while unpacking in small pieces.
"""

import re
import zipfile
from typing import BinaryIO

from notoneless.common.errors import Fault

MAX_UNPACKED = 3 << 30
"""Bytes of XML in one workbook: a full sheet of 1,048,576 rows × 20 columns needs about 1.5 GiB."""
MAX_RATIO = 200
"""Unpacked to packed: real rosters reach 10 to 40, zip bombs 250 and more; judged only above ``RATIO_FROM``."""
RATIO_FROM = 256 << 20
MAX_CELLS = 60_000_000
"""Cells of the rectangle around the data of one sheet, about 2 GiB in the parser."""
PIECE = 1 << 20
OVERLAP = 64

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml$")
_WIDE = re.compile(rb'<c r="([A-Z]{2,3})\d')
_ROW = re.compile(rb'<row r="(\d+)"')


def check_workbook(stream: BinaryIO, file_name: str) -> None:
    """Raise Fault E005 when the zip in ``stream`` is too large to be read safely, E004 when it is no zip."""
    try:
        with zipfile.ZipFile(stream) as archive:
            _check_sizes(archive, file_name)
            for member in archive.namelist():
                if _SHEET.match(member):
                    _check_rectangle(archive, member, file_name)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]
        raise Fault("E004", file=file_name, detail=repr(error)) from error
    finally:
        stream.seek(0)


def column_number(letters: str) -> int:
    """``A`` → 1, ``Z`` → 26, ``AA`` → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _check_sizes(archive: zipfile.ZipFile, file_name: str) -> None:
    unpacked = sum(member.file_size for member in archive.infolist())
    packed = sum(member.compress_size for member in archive.infolist()) or 1
    bomb = unpacked > RATIO_FROM and unpacked / packed > MAX_RATIO
    if bomb or unpacked > MAX_UNPACKED:
        raise Fault("E005", file=file_name, size=f"有 {unpacked >> 20} MiB", limit=f" {MAX_UNPACKED >> 20} MiB")


def _check_rectangle(archive: zipfile.ZipFile, member: str, file_name: str) -> None:
    widest, last_row = 26, 0
    tail = b""
    with archive.open(member) as stream:
        while piece := stream.read(PIECE):
            text = tail + piece
            widest = max([widest, *(column_number(found.decode()) for found in set(_WIDE.findall(text)))])
            start = max(text.rfind(b"<row r="), 0)
            if found := _ROW.match(text, start):
                last_row = int(found[1])
            tail = text[-OVERLAP:]
    if widest * last_row > MAX_CELLS:
        size = f"是 {last_row} 行 × {widest} 列"
        raise Fault("E005", file=file_name, size=size, limit=f" {MAX_CELLS // 10_000} 万格")
