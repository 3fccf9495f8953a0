"""How one sender writes one list: title rows, headings, and the written form of each cell."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml

from notoneless.demo.numbers import written_date

Cell = str | date | float
Fields = dict[str, Any]
DATE_CELL = 7

_CN = "零一二三四五六七八九"
_KINDS = ("视力", "听力", "言语", "肢体", "智力", "精神", "多重")
_WORDS: dict[str, dict[str, dict[Any, str]]] = {
    "sex": {"word": {"1": "男", "2": "女"}, "code": {"1": "1", "2": "2"}, "both": {"1": "1-男", "2": "2-女"}},
    "flag": {"word": {True: "是", False: "否"}, "tick": {True: "√", False: ""}, "digit": {True: "1", False: "0"}},
    "present": {
        "word": {True: "在校", False: "不在校"},
        "flag": {True: "是", False: "否"},
        "tick": {True: "√", False: "×"},
    },
    "boarding": {"word": {True: "住校", False: "走读"}},
    "disability": {
        "word": {str(i): f"{kind}残疾" for i, kind in enumerate(_KINDS, 1)},
        "short": {str(i): kind for i, kind in enumerate(_KINDS, 1)},
    },
    "level": {"word": {"1": "一级", "2": "二级", "3": "三级", "4": "四级"}},
}
_STYLE_OF_FIELD = {
    "sex": "sex", "left_behind": "flag", "orphan_flag": "flag", "inclusive": "flag", "risk_removed": "flag",
    "present": "present", "boarding": "boarding", "disability_kind": "disability", "disability_level": "level",
}  # fmt: skip
_DATES = ("dob", "status_date", "last_seen_date")


class _Words(dict[Any, str]):
    """Written forms of values; what has none is left empty."""

    def __missing__(self, value: Any) -> str:
        return ""


@dataclass(frozen=True)
class Layout:
    """One sender's way of writing: title rows, headings, and per column the field and its writer.

    ``constants`` are the columns that hold the same text in every row.
    """

    title: tuple[str, ...]
    headings: tuple[str, ...]
    columns: tuple[tuple[str, Callable[[Any], Cell] | None], ...]
    constants: dict[str, str]

    def render(self, fields: Fields, number: int) -> list[Cell]:
        """Return the cells of one row; ``number`` is the running number that some senders print."""
        get = {**self.constants, "#": str(number), **fields}.get
        return [get(field) or "" if write is None else write(get(field)) for field, write in self.columns]


def layout(kind: str, which: int, date_cells: bool = False) -> Layout:
    """Return one of the layouts of a kind (``which`` is taken modulo their number).

    ``date_cells``: birthdays are stored as date cells, which only a workbook can do.
    """
    choices = _layouts()[kind]
    chosen = choices[which % len(choices)]
    style = dict(chosen["style"])
    if date_cells:
        style["date"] = DATE_CELL
    fields = tuple(chosen["columns"].values())
    return Layout(
        tuple(chosen["title"]),
        tuple(chosen["columns"]),
        tuple((field, _writer(field, style)) for field in fields),
        {field: field[1:-1] for field in fields if field.startswith("<")},
    )


def layout_count(kind: str) -> int:
    """Return how many layouts a kind has."""
    return len(_layouts()[kind])


@cache
def _layouts() -> dict[str, list[dict[str, Any]]]:
    text = resources.files("notoneless.demo").joinpath("layouts.yaml").read_text("utf-8")
    loaded: dict[str, list[dict[str, Any]]] = yaml.safe_load(text)
    return loaded


def _writer(field: str, style: dict[str, Any]) -> Callable[[Any], Cell] | None:
    if field in _DATES:
        return _date_writer(int(style.get("date", 1)))
    if field in _STYLE_OF_FIELD:
        family = _STYLE_OF_FIELD[field]
        table = _WORDS[family][style.get(family, "word")]
        return _Words(table).__getitem__
    if field == "grade":
        return _Words({grade: written_grade(grade, style["grade"]) for grade in _grades()}).__getitem__
    if field == "class_no":
        form = {"plain": "{}", "ban": "{}班", "bracket": "（{}）班"}[style["klass"]]
        return lambda value: form.format(value)
    return None


def _date_writer(style: int) -> Callable[[Any], Cell]:
    if style == DATE_CELL:
        return lambda value: value or ""
    return _Dates(style).__getitem__


class _Dates(dict[date | None, str]):
    """Written days of one style, each worked out once."""

    def __init__(self, style: int) -> None:
        super().__init__({None: ""})
        self._style = style

    def __missing__(self, day: date | None) -> str:
        assert day is not None
        text = self[day] = written_date(self._style, day)
        return text


def _grades() -> list[str]:
    return ["K1", "K2", "K3", *(str(n) for n in range(1, 13))]


def written_grade(grade: str, style: str) -> str:
    """Return a grade as schools write it: ``cn`` 七年级, ``digit`` 7, ``school`` 初一, ``middle`` 初中一年级."""
    if grade.startswith("K"):
        return {"K1": "小班", "K2": "中班", "K3": "大班"}[grade]
    year = int(grade)
    if style == "digit" and year < 10:
        return grade
    if year > 9:
        return f"高{_CN[year - 9]}"
    if style == "cn" or year < 7:
        return f"{_CN[year]}年级"
    return f"初{_CN[year - 6]}" if style == "school" else f"初中{_CN[year - 6]}年级"
