"""Which encoding a csv from a Chinese office is in: UTF-8 with or without mark, UTF-16 with mark, else GB18030."""

import codecs
from typing import BinaryIO

PIECE = 1 << 20
SURE_AFTER = 64
"""So many well-formed UTF-8 characters beyond ASCII never occur by chance in GB18030 text."""
SOUND_TO_DAMAGED = 10
"""In a small UTF-8 list with a damaged byte so many characters are sound for each that is not; GB18030 read as UTF-8
has hardly any sound ones.
"""


def csv_encoding(stream: BinaryIO) -> str:
    """The Python codec name for ``stream``, which is read as far as needed (to its end for plain UTF-8).

    A UTF-8 file with a damaged byte or a cut end stays UTF-8: only the damaged cell suffers, not every name in
    the file.
    """
    start = stream.read(4)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    stream.seek(0)
    return "utf-8" if _is_utf8(stream) else "gb18030"


def _is_utf8(stream: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    wide = 0
    while True:
        piece = stream.read(PIECE)
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            sound = wide + _wide(error.object[: error.start].decode("utf-8"))
            return sound >= SURE_AFTER or _is_mostly_utf8(error.object)
        wide += _wide(text)
        if not piece:
            return True


def _is_mostly_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    return _wide(text) - damaged > SOUND_TO_DAMAGED * damaged


def _wide(text: str) -> int:
    """How many characters are not ASCII."""
    return 0 if text.isascii() else len(text) - len(text.encode("ascii", "ignore"))
