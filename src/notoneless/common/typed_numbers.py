"""What people and spreadsheets do to numbers before we see them: widths, blanks, quotes, floats, placeholders."""

import re
import unicodedata

# Look like x or are used for it: multiplication signs, Cyrillic and Greek letters, Roman numeral ten.
_X_LOOKALIKES = "xХхΧχ×✕✖⨯Ⅹⅹ"
_DROPPED = "'‘’`´′＇\"“”＂-‐‑‒–—―－_＿·,，;；"

_NOTHING_CHINESE = "|无|無|没有|沒有|暂无|不详|不祥|不知|不知道|未知|未填|待补|待查|待定|空|略"
NOTHING_WORDS = frozenset(f"{_NOTHING_CHINESE}|NULL|NONE|NAN|NAT|N/A|NA|-|--|——|/|\\|0".split("|"))
_PLACEHOLDER_WORDS = NOTHING_WORDS | {"未办", "未办理", "未上户", "无户口", "同上", "NO", "TBD", "?", ".", "。", "*"}
HALF_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_ASCENDING = "0123456789" * 3


def _clean_table() -> dict[int, int | str]:
    """Full-width forms to ASCII, invisible characters and separators dropped, look-alikes of X to X."""
    invisible = ("Zs", "Zl", "Zp", "Cc", "Cf")
    table: dict[int, int | str] = dict(HALF_WIDTH)
    table |= {code: "" for code in (*range(0x3001), 0xFEFF) if unicodedata.category(chr(code)) in invisible}
    table |= {ord(char): "" for char in _DROPPED}
    table |= {ord(char): "X" for char in _X_LOOKALIKES}
    return table


_TABLE = _clean_table()


def clean(text: str) -> str:
    """Upper case, half width, without blanks, invisible characters, quotes and dashes; every look-alike of X is X."""
    return text.translate(_TABLE).upper()


def clean_map() -> dict[str, str]:
    """What ``clean`` does before raising to upper case, character by character, for SQL: "" means dropped."""
    return {chr(code): plain if isinstance(plain, str) else chr(plain) for code, plain in _TABLE.items() if code}


def is_placeholder(value: str) -> bool:
    """Whether a cleaned cell only says that there is no number: a word, one digit repeated, or counting up."""
    if value in _PLACEHOLDER_WORDS:
        return True
    if len(value) > 1 and len(set(value)) == 1:
        return True
    return len(value) >= 4 and value.removesuffix("X") in _ASCENDING


def is_damaged(value: str, whole_digits: int) -> bool:
    """Whether a cleaned number went through a float that could not hold it: scientific notation, or a longer number
    with ``.0``.

    ``whole_digits``: the number of digits that a spreadsheet still keeps (15 for Excel).
    """
    if re.fullmatch(r"[0-9](\.[0-9]+)?E\+?[0-9]+", value):
        return True
    whole, point, _ = value.partition(".")
    return bool(point) and whole.isdigit() and len(whole) > whole_digits


def without_float_tail(value: str) -> str:
    """``13812345678.0`` to ``13812345678``; other texts as they are."""
    return re.sub(r"^([0-9]+)\.0+$", r"\1", value)
