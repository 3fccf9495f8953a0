"""The files as they leave the departments: names, senders, title rows, sum rows, workbooks and csv."""

import csv
import io
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Self, TextIO

from notoneless.demo.desk import Body, FileKey, file_layout
from notoneless.demo.layout import Cell, Layout
from notoneless.demo.places import County, School
from notoneless.demo.truth import TruthWriter
from notoneless.demo.workbook import Sheet, write_sheet

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
# Two lists of one kind come from two offices: a later list of the same sender would replace the earlier one.
_OFFICE_OF_PART = {
    ("school_roll", "kindergarten"): "{county}教育和体育局学前教育科",
    ("aid_paid", "kindergarten"): "{county}学生资助管理中心（学前教育）",
    ("doorstep", "3-6"): "{township}学前教育办公室",
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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        for file in self._open.values():
            if file.out is not None:
                file.out.close()

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
                file = self._open[body.key] = self._begin(body.key, body.path is not None)
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
        file = self._open[key] = self._begin(key, False)
        for number, school in enumerate(schools, 1):
            place = self._names[county.code] + self._names[school.township]
            fields = {
                "school_name": school.name, "school_code": school.code, "stage": _STAGES[school.stage],
                "addr_code": school.village.code, "address": place + school.village.name,
                "phone": f"1990001{number:04d}",
            }  # fmt: skip
            file.rows.append(file.layout.render(fields, number))
            file.printed += 1

    def close(self) -> list[Sent]:
        """Finish every file and return them in the order of their names."""
        for key, file in self._open.items():
            if file.out is not None:
                file.out.close()
                continue
            seed = f"{self._seed}/{key.county}/{key.kind}/{key.part}"
            headings = list(file.layout.headings)
            write_sheet(Sheet(file.sent.path, seed, _title(file), headings, file.rows, file.printed))
        return sorted((file.sent for file in self._open.values()), key=lambda sent: sent.path.name)

    def _begin(self, key: FileKey, big: bool) -> _Open:
        layout = file_layout(self._seed, key, workbook=not big)
        number, name, office, legal = _OFFICES[key.kind]
        words = self._words(key)
        sender = _OFFICE_OF_PART.get((key.kind, key.part), office).format_map(words)
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
        if key.kind == "head_count" and key.part.endswith("000"):
            school = f"{county}{school}中心校"
        if not school:
            school = f"{county}{township}{_PART_NAMES.get(key.part, '各学校')}"
        return {
            "county": county, "township": f"{county}{township}人民政府", "school": school,
            "as_of": f"{self._as_of:%Y-%m-%d}", "year": str(self._as_of.year), "band": key.part,
        }  # fmt: skip


_STAGES = {
    "kindergarten": "幼儿园",
    "primary": "小学",
    "junior": "初级中学",
    "senior": "高级中学",
    "special": "特殊教育学校",
}


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
