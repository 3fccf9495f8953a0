"""Names of people: clean for showing, fold for comparing, sound for searching, mask for the screen.

``clean`` keeps what the writer meant. ``fold``, ``syllables`` and ``initials`` are keys only: two names with one
key may belong to two people. The characters come from ``tables/characters.csv`` (sources in ``tables/README.md``).
"""

import csv
import functools
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from notoneless.common.typed_numbers import NOTHING_WORDS

TABLES = Path(__file__).resolve().parent / "tables"

_DOTS = "·•‧∙⋅・･．｡。˙●∘◦ꞏᐧ⸱"
_QUOTES = "'‘’`´\"“”"
_HAN = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_PLAIN = re.compile("[\u4e00-\u9fff]{2,4}")
_HAN_CHARACTER = re.compile(f"[{_HAN}]")
_BLANK_BESIDE_HAN = re.compile(f"(?<=[{_HAN}·]) +| +(?=[{_HAN}·])")
_POINT_BESIDE_HAN = re.compile(f"(?<=[{_HAN}])\\.|\\.(?=[{_HAN}])")
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|<[^<>]*>|《[^《》]*》")
_UNREADABLE = re.compile("[?□■\ufffd\ue000-\uf8ff〓\U000f0000-\U0010fffd]")
_TOKENS = re.compile(f"[{_HAN}]|[a-z]+")
LONGEST_PLAIN = 4
"""Characters of a Chinese name with a surname of one character, with room for two surnames (王李小花)."""
NO_NAME = NOTHING_WORDS | {"无名", "无名氏", "未取名", "待取名", "未起名", "未命名", "新生儿"}


class CharacterRow(NamedTuple):
    """``base``: the character it is folded to (itself, mostly). ``syllable``: pinyin without tone, ü as v.
    ``shape_group``: the first of the characters easily mistaken for each other. "" when unknown or none.
    """

    char: str
    base: str
    syllable: str
    shape_group: str


@functools.lru_cache(maxsize=65536)
def clean(text: str) -> str:
    """The name as it should be shown: half-width letters, one kind of middle dot, no blanks between Chinese
    characters, no invisible characters; compatibility, radical and GBK's private-use code points replaced by the plain
    character. Variants stay as written.
    """
    if _PLAIN.fullmatch(text):
        return text
    name = text.translate(_clean_table())
    if "." in name:
        name = _POINT_BESIDE_HAN.sub("·", name)
    name = _BLANK_BESIDE_HAN.sub("", re.sub(" +", " ", name))
    return re.sub("·+", "·", name).strip(f" ·,;:.{_QUOTES}")


@functools.lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """The comparing key: traditional, variant and radical forms as one base character, letters in lower case
    without accents, remarks in brackets, digits, dots, blanks, question marks and unknown private-use characters
    removed.
    ``fold(fold(x)) == fold(x)``.
    """
    if _PLAIN.fullmatch(text):
        return text.translate(_fold_table())
    return _BRACKETED.sub("", clean(text)).translate(_fold_table())


@functools.lru_cache(maxsize=65536)
def syllables(text: str) -> str:
    """Pinyin without tones, joined by blanks: ``单小花`` -> ``shan xiao hua``. Surnames are read as surnames, also
    those of two characters (尉迟 -> yu chi); a run of letters is one syllable (``李yue`` -> ``li yue``). Unknown
    characters are left out.
    """
    if _PLAIN.fullmatch(text):
        return " ".join(_read(list(text)))
    name = _BRACKETED.sub("", clean(text))
    tokens = _TOKENS.findall(name.translate(_letter_table()))
    return " ".join(_sounds_of(tokens) if "·" in name else _read(tokens))


class NameParts(NamedTuple):
    """Family name and given name; ``surname`` is "" when the name does not say where it ends (阿迪力·买买提, Li Ming)."""

    surname: str
    given: str


def split(text: str) -> NameParts:
    """``欧阳小花`` -> (欧阳, 小花), ``王小花`` -> (王, 小花); of a name that is no Chinese one all is given name.

    A name of two characters has a surname of one: 司马 alone may be Ma of the Si. Names of five characters and more
    without a surname of two are read as names of another language.
    """
    name = _BRACKETED.sub("", clean(text))
    if "·" in name or _HAN_CHARACTER.match(name) is None:
        return NameParts("", name)
    if has_compound_surname(name):
        return NameParts(name[:2], name[2:])
    return NameParts("", name) if len(name) > LONGEST_PLAIN else NameParts(name[0], name[1:])


def has_compound_surname(text: str) -> bool:
    """Whether a name of three to five characters begins with a surname of two (欧阳, 諸葛)."""
    return 3 <= len(text) <= LONGEST_PLAIN + 1 and fold(text[:2]) in compound_surnames()


@functools.cache
def compound_surnames() -> frozenset[str]:
    """Surnames of two characters, folded."""
    return frozenset(fold(row[0]) for row in _rows("surnames.csv"))


def sounds_like(char: str) -> frozenset[str]:
    """Every reading of one character (乐: le, yue, lao); empty when unknown. Its usual one, and for a surname the one
    it has there, are among them.
    """
    base = _bases().get(char, char)
    usual = {_sounds().get(char, ""), _sounds().get(base, ""), surname_reading(base)}
    return frozenset(usual.union(*(_heteronyms().get(one, ()) for one in (char, base))) - {""})


def initials(text: str) -> str:
    """First letters of the syllables in upper case: ``王小燕`` -> ``WXY``."""
    if _PLAIN.fullmatch(text):
        return _initials_of_two(text[:2], len(text) > 2) + text[2:].translate(_initial_table())
    return "".join(syllable[0] for syllable in syllables(text).split()).upper()


@functools.lru_cache(maxsize=65536)
def _initials_of_two(start: str, more: bool) -> str:
    """Of the first two characters of a Chinese name; with `more` after them they may be one surname."""
    sounds = _read([*start, "一"])[:-1] if more else _read(list(start))
    return "".join(sound[0] for sound in sounds).upper()


def mask_name(text: str) -> str:
    """``张小花`` -> ``张*花``, ``张花`` -> ``张*``: at most the first and the last character."""
    if len(text) <= 2:
        return text[:1] + "*" if len(text) == 2 else "*" * len(text)
    return text[0] + "*" * (len(text) - 2) + text[-1]


def problem_code(text: str) -> str:
    """The catalog code of what is wrong with a typed name, "" when nothing is. Only E230 (no name) makes a row
    unusable.
    """
    if _PLAIN.fullmatch(text) and text not in NO_NAME and "某" not in text:
        return ""
    name = clean(text)
    if name.upper() in NO_NAME:
        return "E230"
    if re.search("[*○]|某某?$", name):
        return "E234"
    if _UNREADABLE.search(name):
        return "E231"
    if re.search(r"[0-9()\[\]【】〔〕]", name):
        return "E232"
    if re.search("[A-Za-z]", name):
        return "E235"
    return "E233" if len(name) == 1 else ""


def surname_reading(char: str) -> str:
    """How one character is read as a surname where that differs from its commonest reading (单 -> shan); else ""."""
    return surname_readings().get(char, "")


@functools.cache
def surname_readings() -> dict[str, str]:
    """Surname → how it is read where that differs from its commonest reading: all that ``surname_reading`` knows."""
    return {text: " ".join(reading) for text, reading in _surname_readings().items()}


@functools.cache
def character_table() -> list[CharacterRow]:
    """All known characters by code point: about 30,000 rows, for SQL to join. Do not change the list."""
    return list(map(CharacterRow._make, zip(*character_columns(), strict=True)))


@functools.cache
def character_columns() -> tuple[list[str], list[str], list[str], list[str]]:
    """The columns of ``character_table``: reading them whole takes a third of the time. Do not change the lists."""
    chars, bases, syllables, shapes = map(list, zip(*_rows("characters.csv"), strict=True))
    return chars, [base or char for char, base in zip(chars, bases, strict=True)], syllables, shapes


def _rows(name: str) -> Iterator[list[str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        yield from rows


@functools.cache
def _sounds() -> dict[str, str]:
    chars, _, syllables, _ = character_columns()
    return dict(zip(chars, syllables, strict=True))


@functools.cache
def _surname_readings() -> dict[str, list[str]]:
    return {text: reading.split() for text, reading, place, _ in _rows("readings.csv") if place == "surname"}


@functools.cache
def _heteronyms() -> dict[str, list[str]]:
    return {char: readings.split() for char, readings in _rows("heteronyms.csv")}


def _read(tokens: list[str]) -> list[str]:
    """Syllables of a name that begins with a surname."""
    if len(tokens) > 1:
        readings, bases = _surname_readings(), _bases()
        first, second = (bases.get(token, token) for token in tokens[:2])
        if len(tokens) > 2 and first + second in readings:
            return readings[first + second] + _sounds_of(tokens[2:])
        if first in readings:
            return readings[first] + _sounds_of(tokens[1:])
    return _sounds_of(tokens)


def _sounds_of(tokens: list[str]) -> list[str]:
    """Syllables of characters wherever they stand; a run of letters sounds as written, an unknown character is left
    out.
    """
    sounds = _sounds()
    found = [sounds.get(token, token if token.isascii() else "") for token in tokens]
    return [sound for sound in found if sound]


class _CleanTable(dict[int, str]):
    """Translation table for :func:`clean`, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        self[code] = found = self._clean(chr(code))
        return found

    def _clean(self, char: str) -> str:
        category = unicodedata.category(char)
        if char in _DOTS:
            return "·"
        if category in ("Cc", "Cf", "Cn"):
            return " " if char in "\t\n\r" else ""
        if category[0] == "Z":
            return " "
        if "\u2e80" <= char <= "\u2eff" or "\ue000" <= char <= "\uf8ff":
            return _bases().get(char, char)
        plain = unicodedata.normalize("NFKC", char)
        return plain if len(plain) == 1 else char


class _InitialTable(dict[int, str]):
    """Translation table for :func:`initials`: the first letter of a character that is not read as a surname."""

    def __missing__(self, code: int) -> str:
        self[code] = found = "".join(sound[0] for sound in _sounds_of([chr(code)])).upper()
        return found


class _FoldTable(dict[int, str]):
    """Translation table for :func:`fold`: base characters, plain letters, and nothing else."""

    def __missing__(self, code: int) -> str:
        self[code] = found = self._fold(chr(code))
        return found

    def _fold(self, char: str) -> str:
        if char in _bases() or _HAN_CHARACTER.match(char):
            return _bases().get(char, char)
        letters = unicodedata.normalize("NFKD", char).lower()
        return "".join(letter for letter in letters if letter.isalpha())


class _LetterTable(dict[int, str]):
    """Translation table for :func:`syllables`: letters in lower case without tone marks, ü as v; the rest as it
    is.
    """

    def __missing__(self, code: int) -> str:
        self[code] = found = self._letter(chr(code))
        return found

    def _letter(self, char: str) -> str:
        parts = unicodedata.normalize("NFD", char).lower()
        if parts.startswith("u\u0308"):
            return "v"
        return parts[0] if parts[:1].isascii() else char


@functools.cache
def _bases() -> dict[str, str]:
    chars, bases, _, _ = character_columns()
    return {char: base for char, base in zip(chars, bases, strict=True) if base != char}


@functools.cache
def _clean_table() -> _CleanTable:
    return _CleanTable()


@functools.cache
def _initial_table() -> _InitialTable:
    return _InitialTable()


@functools.cache
def _fold_table() -> _FoldTable:
    return _FoldTable()


@functools.cache
def _letter_table() -> _LetterTable:
    return _LetterTable()
