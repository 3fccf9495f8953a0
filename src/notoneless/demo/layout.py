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
_WORDS: dict[str, dict[str, dict[Any, str]]] = {
    "sex": {
        "word": {"1": "男", "2": "女"},
        "code": {"1": "1", "2": "2"},
        "both": {"1": "1-男", "2": "2-女"},
    },
    "flag": {
        "word": {True: "是", False: "否"},
        "tick": {True: "√", False: ""},
        "digit": {True: "1", False: "0"},
    },
    "present": {
        "word": {True: "在校", False: "不在校"},
        "flag": {True: "是", False: "否"},
        "tick": {True: "√", False: "×"},
    },
    "boarding": {"word": {True: "住校", False: "走读"}},
    "disability": {
        "word": dict(zip("1234567", ("视力残疾", "听力残疾", "言语残疾", "肢体残疾", "智力残疾", "精神残疾", "多重残疾"), strict=True)),
        "short": dict(zip("1234567", ("视力", "听力", "言语", "肢体", "智力", "精神", "多重"), strict=True)),
    },
    "level": {"word": dict(zip("1234", ("一级", "二级", "三级", "四级"), strict=True))},
}
_STYLE_OF_FIELD = {
    "sex": "sex", "left_behind": "flag", "orphan_flag": "flag", "inclusive": "flag", "risk_removed": "flag",
    "present": "present", "boarding": "boarding", "disability_kind": "disability", "disability_level": "level",
}  # fmt: skip
_DATES = ("dob", "status_date", "last_seen_date")


@dataclass(frozen=True)
class Layout:
    """One sender's way of writing: ``title`` rows, ``headings`` and a renderer of one row of fields."""

    title: tuple[str, ...]
    headings: tuple[str, ...]
    fields: tuple[str, ...]
    writers: tuple[Callable[[Any], Cell] | None, ...]

    def render(self, fields: Fields, number: int) -> list[Cell]:
        """Return the cells of one row; ``number`` is the running number that some senders print."""
        cells: list[Cell] = []
        for field, write in zip(self.fields, self.writers, strict=True):
            if write is not None:
                value = fields.get(field)
                cells.append("" if value is None else write(value))
            elif field == "#":
                cells.append(str(number))
            elif field.startswith("<"):
                cells.append(field[1:-1])
            else:
                cells.append(fields.get(field, ""))
        return cells


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
        tuple(chosen["title"]), tuple(chosen["columns"]), fields, tuple(_writer(field, style) for field in fields)
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
        return lambda value: table.get(value, "")
    if field == "grade":
        return {grade: written_grade(grade, style["grade"]) for grade in _grades()}.__getitem__
    if field == "class_no":
        form = {"plain": "{}", "ban": "{}班", "bracket": "（{}）班"}[style["klass"]]
        return lambda value: form.format(value)
    return None


def _date_writer(style: int) -> Callable[[Any], Cell]:
    if style == DATE_CELL:
        return lambda value: value
    seen: dict[date, str] = {}

    def write(value: date) -> str:
        text = seen.get(value)
        if text is None:
            text = seen[value] = written_date(style, value)
        return text

    return write


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
