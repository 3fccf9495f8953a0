"""Money: yuan in texts, whole fen (分) in every computation."""

import re

_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xA0: " "}
_AMOUNT = re.compile(r"([-+]?)(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d{1,2})0*|\.)?")
_NO_AMOUNT = frozenset({"", "-", "--", "/", "无"})


def to_fen(text: str) -> int | None:
    """Fen of an amount in yuan: ``625``, ``1,250.50``, ``￥625元``; None for an empty cell or a dash.

    Raises ValueError for anything else, also for parts of a fen: an amount is never rounded in silence.
    """
    value = text.translate(_WIDTH).strip(" '\t\r\n").upper()
    value = value.removeprefix("RMB").removeprefix("CNY").strip(" ").lstrip("¥￥").removesuffix("整").removesuffix("元").strip(" ")
    if value in _NO_AMOUNT:
        return None
    found = _AMOUNT.fullmatch(value)
    if found is None:
        raise ValueError(f"not an amount in yuan: {text[:20]!r}")
    fen = int(found[2].replace(",", "")) * 100 + int((found[3] or "0").ljust(2, "0"))
    return -fen if found[1] == "-" else fen


def to_yuan(fen: int, *, thousands: bool = False) -> str:
    """``1250.50``, with ``thousands`` ``1,250.50``; always two decimals."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan:{',' if thousands else ''}}.{rest:02d}"
