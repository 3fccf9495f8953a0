"""Roster kinds as data: one folder with a ``kind.yaml`` per kind; a new kind needs no code.

``columns.yaml`` holds the columns that kinds share, ``codes.yaml`` the value lists, ``headers.yaml`` the words
that tell the parts of a sheet apart. A further folder of kinds (a county's own) may bring its own copies;
missing ones fall back to these.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from notoneless.common.errors import Fault
from notoneless.common.wording import wordings
from notoneless.common.yaml_files import read_yaml
from notoneless.roster.core.header_text import heading_key

DEFINITIONS = Path(__file__).resolve().parents[1] / "definitions"
TYPES = frozenset(
    [
        "text",
        "name",
        "id_no",
        "student_no",
        "cert_no",
        "date",
        "month",
        "code",
        "flag",
        "grade",
        "class_no",
        "fen",
        "digits",
        "term",
        "place_code",
    ]
)
SUBJECTS = frozenset({"person", "school"})
COVERS = frozenset({"place", "sender"})
UNITS = frozenset({"township", "school"})
CODE_LISTS = {"flag": "flag", "grade": "grade"}
COLUMN_FIELDS = frozenset(["id", "name", "type", "aliases", "required", "on_bad", "key", "codes", "into", "also"])


@dataclass(frozen=True)
class Column:
    """One canonical column. ``writings`` maps every accepted writing of a code list to its canonical value."""

    id: str
    name: str
    type: str = "text"
    aliases: tuple[str, ...] = ()
    required: bool = False
    on_bad: str = "warn"
    key: bool = False
    into: str = ""
    codes: str = ""
    writings: Mapping[str, str] | None = None

    @property
    def headings(self) -> tuple[str, ...]:
        """The 名称 and every alias."""
        return (self.name, *self.aliases)

    @property
    def is_optional_value(self) -> bool:
        """Whether an empty cell is fine: only a required name, heading or code must be filled in each row."""
        return not self.required or self.type == "id_no"


@dataclass(frozen=True)
class RowCheck:
    """A check over several columns of a row: birth_matches_id, sex_matches_id, or any_of (one of ``columns`` is
    filled).
    """

    check: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class KindDefinition:
    """One kind of roster, as its section chief declared it.

    ``covers``: place — a list speaks for everybody of its place, whoever sent it; sender — each sender speaks for
    itself only. ``unit``: by what one asks whether a list has come, township or school. ``exports``: programs whose
    own export this may be, each with headings that tell it (two of them are enough). ``household``: a row may hold a whole family (成员1姓名, 成员2姓名…).
    """

    id: str
    name: str
    subject: str
    why: str
    legal_basis: str
    senders: tuple[str, ...]
    covers: str
    unit: str
    household: bool
    hints: tuple[str, ...]
    columns: tuple[Column, ...]
    signature: tuple[str, ...]
    exports: Mapping[str, tuple[str, ...]]
    row_checks: tuple[RowCheck, ...]
    precedence: tuple[str, ...]
    address_from: tuple[str, ...]
    folder: Path
    example_file: str
    words: Mapping[str, tuple[str, ...]]

    def column(self, column_id: str) -> Column:
        """The column of that canonical id. Raises KeyError."""
        return self._by_id[column_id]

    @functools.cached_property
    def _by_id(self) -> dict[str, Column]:
        return {column.id: column for column in self.columns}

    @functools.cached_property
    def alias_index(self) -> dict[str, str]:
        """Heading key → canonical id, canonical ids themselves included."""
        return {key: column_id for key, (column_id, _) in self._headings.items()}

    @functools.cached_property
    def alias_ranks(self) -> dict[str, int]:
        """Heading key → 0 for the 名称, 1 for the first alias and so on."""
        return {key: rank for key, (_, rank) in self._headings.items()}

    @functools.cached_property
    def _headings(self) -> dict[str, tuple[str, int]]:
        found: dict[str, tuple[str, int]] = {}
        for column in self.columns:
            for rank, heading in enumerate((*column.headings, column.id)):
                found.setdefault(heading_key(heading), (column.id, rank))
        return found

    @functools.cached_property
    def required(self) -> tuple[Column, ...]:
        """The columns a file must have."""
        return tuple(column for column in self.columns if column.required)

    @property
    def signature_names(self) -> list[str]:
        """The 名称 of the columns that tell this kind from others."""
        names = {column.id: column.name for column in self.columns}
        return [names.get(mark, mark) for mark in self.signature]

    @property
    def example_path(self) -> Path:
        """The tiny invented example csv."""
        return self.folder / self.example_file


@functools.cache
def load_kinds(folder: Path = DEFINITIONS) -> Mapping[str, KindDefinition]:
    """All kinds below ``folder`` by id, in folder order. Raises Fault E319 naming the file and what is wrong in
    it.
    """
    shared = _Shared(
        columns=_read(folder, "columns.yaml"),
        codes=_read(folder, "codes.yaml"),
        words={key: tuple(map(str, words)) for key, words in _read(folder, "headers.yaml").items()},
    )
    files = sorted(folder.glob("*/kind.yaml"))
    kinds = [_kind(file, wordings(read_yaml(file), "name", "why"), shared) for file in files]
    return {kind.id: kind for kind in kinds}


def get_kind(kind: str, kinds: Mapping[str, KindDefinition]) -> KindDefinition:
    """A kind by its id or its 名称. Raises Fault E313 listing those that exist."""
    for each in kinds.values():
        if kind in (each.id, each.name):
            return each
    raise Fault("E313", kind=kind, known="、".join(f"{each.name}（{each.id}）" for each in kinds.values()))


@dataclass(frozen=True)
class _Shared:
    columns: Mapping[str, Any]
    codes: Mapping[str, Mapping[str, list[Any]]]
    words: Mapping[str, tuple[str, ...]]


def _read(folder: Path, name: str) -> Any:
    own = folder / name
    return wordings(read_yaml(own if own.exists() else DEFINITIONS / name), "name")


def _kind(file: Path, data: Mapping[str, Any], shared: _Shared) -> KindDefinition:
    place = f"{file.parent.name}/{file.name}"
    try:
        return KindDefinition(
            id=data["id"],
            name=data["name"],
            subject=_one_of(data["subject"], SUBJECTS),
            why=data["why"],
            legal_basis=data["legal_basis"],
            senders=tuple(data["senders"]),
            covers=_one_of(data.get("covers", "sender"), COVERS),
            unit=_one_of(data.get("unit", "township"), UNITS),
            household=bool(data.get("household", False)),
            hints=tuple(data.get("hints", ())),
            columns=_columns(data, shared),
            signature=tuple(data.get("signature", ())),
            exports={name: tuple(marks) for name, marks in data.get("exports", {}).items()},
            row_checks=tuple(map(_row_check, data.get("row_checks", ()))),
            precedence=tuple(data.get("precedence", ())),
            address_from=tuple(data.get("address_from", ("addr",))),
            folder=file.parent,
            example_file=data.get("example_file", ""),
            words=shared.words,
        )
    except KeyError as error:
        raise Fault("E319", file=place, reason=f"没有写 {error.args[0]}") from error
    except (ValueError, TypeError) as error:
        raise Fault("E319", file=place, reason=str(error)) from error


def _columns(data: Mapping[str, Any], shared: _Shared) -> tuple[Column, ...]:
    entries = {entry["id"]: entry for entry in data["columns"]}
    if data["subject"] == "person":
        entries = {**{name: {"id": name} for name in shared.columns["person"]}, **entries}
    columns = [_column(entry, shared) for entry in entries.values()]
    return tuple(_without_taken_aliases(columns))


def _column(entry: Mapping[str, Any], shared: _Shared) -> Column:
    if unknown := set(entry) - COLUMN_FIELDS:
        raise ValueError(f"{entry['id']} 的写法不认识：{'、'.join(sorted(unknown))}")
    base = shared.columns["columns"].get(entry["id"], {})
    merged = {**base, **entry}
    kind_of_value = _one_of(merged.get("type", "text"), TYPES)
    codes = merged.get("codes", CODE_LISTS.get(kind_of_value, ""))
    return Column(
        id=merged["id"],
        name=merged["name"],
        type=kind_of_value,
        aliases=tuple(dict.fromkeys(map(str, [*entry.get("aliases", ()), *_shared_headings(base, entry)]))),
        required=bool(merged.get("required", False)),
        on_bad=_one_of(merged.get("on_bad", "warn"), frozenset({"warn", "refuse"})),
        key=bool(merged.get("key", False)),
        into=merged.get("into", ""),
        codes=codes,
        writings=_writings(shared.codes[codes], merged.get("also", {})) if codes else None,
    )


def _shared_headings(base: Mapping[str, Any], entry: Mapping[str, Any]) -> list[str]:
    renamed = [base["name"]] if "name" in base and entry.get("name", base["name"]) != base["name"] else []
    return [*renamed, *base.get("aliases", ())]


def _without_taken_aliases(columns: list[Column]) -> list[Column]:
    """A heading that a kind's own column claims (its 名称, or an alias given first) is taken from the shared ones."""
    owner: dict[str, str] = {}
    for column in columns:
        owner.setdefault(heading_key(column.name), column.id)
    for column in sorted(columns, key=lambda each: not each.required):
        for alias in column.aliases:
            owner.setdefault(heading_key(alias), column.id)
    return [
        replace(column, aliases=tuple(alias for alias in column.aliases if owner[heading_key(alias)] == column.id))
        for column in columns
    ]


def _writings(codes: Mapping[str, list[Any]], also: Mapping[str, list[Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for value, writings in [*codes.items(), *also.items()]:
        for writing in (value, *writings):
            found.setdefault(heading_key(str(writing)), str(value))
    return found


def _row_check(entry: Any) -> RowCheck:
    if isinstance(entry, Mapping):
        ((check, columns),) = entry.items()
        return RowCheck(_one_of(check, frozenset({"any_of"})), tuple(columns))
    return RowCheck(_one_of(entry, frozenset({"birth_matches_id", "sex_matches_id"})))


def _one_of(value: str, allowed: frozenset[str]) -> str:
    if value not in allowed:
        raise ValueError(f"“{value}”不在可选值内：{'、'.join(sorted(allowed))}")
    return value
