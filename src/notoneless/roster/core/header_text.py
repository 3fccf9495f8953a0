"""Evening out the text of headings, code values and cells, so that only what matters is compared."""

import re
import unicodedata

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe00-\ufe0f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLANKS = re.compile(r"[\s\u3000\xa0]+")
_UNTIDY = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe00-\ufe0f"
    "\x00-\x20\x7f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
)
"""All that the three above may change: one look instead of three for the many cells that have none of it."""
_MARKS = ("'", "‘", "’", "＇", "`")
_BEGINNINGS = (*_MARKS, "=")
_WRAPPED = re.compile(r'="(.*)"')
_BRACKETED = re.compile(r"[(\[【〔<《{][^)\]】〕>》}]*[)\]】〕>》}]")
_DECORATION = re.compile(r"[*★☆※#:：、,，.。;；\"'“”‘’()\[\]【】〔〕<>《》{}_\-—/\\|]")


def tidy(text: str) -> str:
    """Cell text without invisible characters, outer blanks and what marks text in spreadsheets: a leading apostrophe,
    or ``="…"`` around it.
    """
    if (text.isascii() and text.isalnum()) or not (text.startswith(_BEGINNINGS) or _UNTIDY.search(text)):
        return text
    text = _BLANKS.sub(" ", _CONTROL.sub("", _INVISIBLE.sub("", text))).strip()
    if wrapped := _WRAPPED.fullmatch(text):
        return wrapped[1].strip()
    return text[1:].strip() if text.startswith(_MARKS) else text


def narrow(text: str) -> str:
    """Full-width letters, digits and signs as half-width; compatibility forms folded (NFKC)."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def heading_key(text: str) -> str:
    """What is compared of a heading or code value: ``★ 姓 名（必填）：`` and ``姓名(必填)`` give ``姓名必填``;
    lower case.
    """
    return _DECORATION.sub("", _BLANKS.sub("", narrow(_INVISIBLE.sub("", text)))).lower()


def bare_heading_key(text: str) -> str:
    """The same without what stands in brackets: ``姓名（必填）`` gives ``姓名``."""
    return heading_key(_BRACKETED.sub("", narrow(text)))
