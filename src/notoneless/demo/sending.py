"""The files as they leave the departments: names, senders, title rows, sum rows, workbooks and csv."""

import csv
import io
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any, TextIO

import xlsxwriter

from notoneless.demo.desk import Body, FileKey, file_layout
from notoneless.demo.layout import Cell, Layout
from notoneless.demo.places import County, School
from notoneless.demo.truth import TruthWriter

_CREATED = datetime(2026, 9, 1, 8, 0, 0)
_COPY_CHUNK = 1 << 22

# kind: (order of the file name, Chinese name, sending office, legal basis)
_OFFICES = {
    "hukou": (1, "户籍", "{county}公安局", "控辍保学联控联保数据比对（公安）"),
    "school_roll": (2, "学籍", "{county}教育和体育局学籍管理办公室", "《中小学生学籍管理办法》"),
    "head_count": (3, "在校点名", "{school}", "《未成年人保护法》第二十八条"),
    "poverty": (4, "防返贫监测", "{county}农业农村局", "防止返贫监测帮扶数据共享"),
    "disability": (5, "持证残疾人", "{county}残疾人联合会", "《残疾人教育条例》"),
    "low_income": (6, "低保", "{county}民政局", "社会救助对象教育资助数据共享"),
    "destitute": (7, "特困", "{county}民政局", "社会救助对象教育资助数据共享"),
    "orphan": (8, "孤儿", "{county}民政局", "社会救助对象教育资助数据共享"),
    "medical_insurance": (9, "医保参保", "{county}医疗保障局", "政务数据共享（核实去向）"),
    "social_insurance": (10, "社保参保", "{county}人力资源和社会保障局", "政务数据共享（核实去向）"),
    "aid_paid": (11, "资助发放", "{county}学生资助管理中心", "《学生资助资金管理办法》"),
    "doorstep": (12, "入户摸底", "{township}", "《义务教育法》第十三条"),
    "school_directory": (13, "学校名录", "{county}教育和体育局", "《教育统计管理规定》"),
}
_PART_NAMES = {"kindergarten": "幼儿园", "school": "中小学", "town": "县直学校", "3-6": "3-6岁", "6-15": "6-15岁"}


@dataclass(frozen=True, slots=True)
class Sent:
    """One file that has left its department."""

    path: Path
    kind: str
    sender: str
    legal_basis: str
    place_code: str


@dataclass(slots=True)
class _Open:
    """A file under way: rows so far, and for csv the open text."""

    layout: Layout
    sent: Sent
    words: dict[str, str]
    lines: int
    printed: int = 0
    rows: list[list[Cell]] = field(default_factory=list)
    out: TextIO | None = None


class Post:
    """Joins the townships' bodies into files, in the order in which they are taken."""

    def __init__(self, folder: Path, size: str, seed: str, as_of: date, truth: TruthWriter) -> None:
        self._folder, self._size, self._seed, self._as_of, self._truth = folder, size, seed, as_of, truth
        self._open: dict[FileKey, _Open] = {}
        self._names: dict[str, str] = {}
        self._only_place = ""

    def expect(self, counties: list[County], only_place: str) -> None:
        """Tell the names behind county, township and school codes; ``only_place`` is the township shown alone."""
        self._only_place = only_place
        for county in counties:
            self._names[county.code] = county.name
            self._names.update({township.code: township.name for township in county.townships})
            self._names.update({school.code: school.name for school in county.schools()})

    def take(self, bodies: list[Body]) -> None:
        """Add the bodies of one township to their files and their rows to the truth."""
        for body in bodies:
            file = self._open.get(body.key)
            if file is None:
                file = self._open[body.key] = self._begin(body.key, body.layout, body.path is not None)
            rows = [file.lines + 1 + at for at in body.at]
            self._truth.add_rows(file.sent.path.name, rows, list(body.keys), body.tags)
            file.lines += body.lines
            file.printed += body.printed
            if file.out is None:
                file.rows += body.rows
            elif body.path is not None:
                _append(body.path, file.out)

    def add_directory(self, county: County, schools: list[School]) -> None:
        """Add the directory of the schools of one county (or of the part of it that is shown)."""
        key = FileKey(county.code, "school_directory")
        file = self._open[key] = self._begin(key, file_layout(self._seed, key, workbook=True), False)
        for number, school in enumerate(schools, 1):
            place = self._names[county.code] + self._names[school.township]
            fields = {
                "school_name": school.name, "school_code": school.code, "stage": _STAGES[school.stage],
                "addr_code": school.village.code, "address": place + school.village.name, "phone": f"1990001{number:04d}",
            }  # fmt: skip
            file.rows.append(file.layout.render(fields, number))
            file.printed += 1

    def close(self) -> list[Sent]:
        """Finish every file and return them in the order of their names."""
        for key, file in self._open.items():
            if file.out is not None:
                file.out.close()
            else:
                _write_workbook(file, Random(f"{self._seed}/{key}/tail"))
        return sorted((file.sent for file in self._open.values()), key=lambda sent: sent.path.name)

    def _begin(self, key: FileKey, layout: Layout, big: bool) -> _Open:
        number, name, office, legal = _OFFICES[key.kind]
        words = self._words(key)
        sender = office.format_map(words)
        part = _PART_NAMES.get(key.part, self._names.get(key.part, ""))
        county = f"_{words['county']}" if self._size == "city" else ""
        suffix = "csv" if big else "xlsx"
        path = self._folder / (f"{number:02d}_{name}{county}" + (f"_{part}" if part else "") + f".{suffix}")
        sent = Sent(path, key.kind, sender, legal, self._only_place or key.county)
        file = _Open(layout, sent, words, len(layout.title) + 1)
        if big:
            encoding = "utf-8-sig" if key.kind in ("doorstep", "low_income") else "gb18030"
            file.out = path.open("w", encoding=encoding, newline="")
            for line in _title(file):
                file.out.write(_csv_line([line] + [""] * (len(layout.headings) - 1)))
            file.out.write(_csv_line(list(layout.headings)))
        return file

    def _words(self, key: FileKey) -> dict[str, str]:
        county = self._names[key.county]
        township = self._names.get(self._only_place, "")
        school = self._names.get(key.part, "")
        if not school:
            school = f"{county}{township}{_PART_NAMES.get(key.part, '各学校')}"
        return {
            "county": county, "township": f"{township or county}人民政府", "school": school, "as_of": f"{self._as_of:%Y-%m-%d}",
            "year": str(self._as_of.year), "band": key.part,
        }  # fmt: skip


_STAGES = {"kindergarten": "幼儿园", "primary": "小学", "junior": "初级中学", "senior": "高级中学", "special": "特殊教育学校"}


def _title(file: _Open) -> list[str]:
    return [line.format_map({**file.words, "sender": file.sent.sender}) for line in file.layout.title]


def _csv_line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _append(part: Path, out: TextIO) -> None:
    with part.open(encoding="utf-8", newline="") as source:
        while chunk := source.read(_COPY_CHUNK):
            out.write(chunk)
    part.unlink()


def _write_workbook(file: _Open, rng: Random) -> None:
    """Write a workbook as an office does: merged title, tinted header, rows, blank bordered rows, a sum row."""
    book = xlsxwriter.Workbook(str(file.sent.path), {"constant_memory": True, "strings_to_urls": False})
    book.set_properties({"author": "", "created": _CREATED})
    sheet = book.add_worksheet("Sheet1" if rng.random() < 0.5 else "花名册")
    head = book.add_format({"bold": True, "border": 1, "bg_color": "#D9E1F2"})
    title_format = book.add_format({"bold": True, "font_size": 16})
    edge = book.add_format({"border": 1})
    days = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.set_column(0, len(file.layout.headings) - 1, 14)
    row = 0
    for line in _title(file):
        sheet.write_string(row, 0, line, title_format)
        row += 1
    for column, heading in enumerate(file.layout.headings):
        sheet.write_string(row, column, heading, head)
    row = _write_rows(sheet, file.rows, row + 1, days)
    _write_tail(sheet, file, row, edge, rng)
    if rng.random() < 0.4:
        note = book.add_worksheet("填表说明")
        note.write_string(0, 0, "一、身份证号请按户口簿填写。二、日期按本单位习惯填写即可。")
    book.close()


def _write_rows(sheet: Any, rows: list[list[Cell]], row: int, days: Any) -> int:
    write_string = sheet.write_string
    for cells in rows:
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                if cell:
                    write_string(row, column, cell)
            elif isinstance(cell, float):
                sheet.write_number(row, column, cell)
            else:
                sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), days)
        row += 1
    return row


def _write_tail(sheet: Any, file: _Open, row: int, edge: Any, rng: Random) -> None:
    width = len(file.layout.headings)
    for _ in range(rng.randrange(5)):
        for column in range(width):
            sheet.write_blank(row, column, None, edge)
        row += 1
    if rng.random() < 0.5:
        sheet.write_string(row, 0, "合计", edge)
        sheet.write_string(row, 1, f"{file.printed}人", edge)
        row += 1
    if rng.random() < 0.4:
        sheet.write_string(row, 0, "制表人：        审核人：        单位负责人：", edge)
