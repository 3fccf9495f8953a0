"""Money: yuan in texts, whole fen (分) in every computation."""

import re

from notoneless.common.typed_numbers import HALF_WIDTH, NOTHING_WORDS

_AMOUNT = re.compile(
    r"(?:RMB|CNY)?\s*[¥￥]?\s*(?P<sign>[-+]?)(?P<yuan>\d+|\d{1,3}(?:,\d{3})+)(?:\.(?P<part>\d{1,2})0*|\.)?\s*元?整?"
)
_NO_AMOUNT = NOTHING_WORDS - {"0"}


def to_fen(text: str) -> int | None:
    """Fen of an amount in yuan: ``625``, ``1,250.50``, ``￥625元``; None for an empty cell or a dash.

    Raises ValueError for anything else, also for parts of a fen: an amount is never rounded in silence.
    """
    value = text.translate(HALF_WIDTH).strip(" '\t\r\n\xa0").upper()
    if value in _NO_AMOUNT:
        return None
    found = _AMOUNT.fullmatch(value)
    if found is None:
        raise ValueError(f"not an amount in yuan: {text[:20]!r}")
    fen = int(found["yuan"].replace(",", "")) * 100 + int((found["part"] or "0").ljust(2, "0"))
    return -fen if found["sign"] == "-" else fen


def to_yuan(fen: int, *, thousands: bool = False) -> str:
    """``1250.50``, with ``thousands`` ``1,250.50``; always two decimals."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan:{',' if thousands else ''}}.{rest:02d}"
