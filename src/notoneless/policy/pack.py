"""The policy pack: every number of law, amount, limit and code list, dated, sourced and overridable by region.

Layout beside this file::

    pack.yaml                 version of the whole pack
    parameters/**/*.yaml      one number a file: id, name, unit, source, status, last_confirmed, values
    tables/*.yaml             id, name, source, status, columns {name: type}, rows (a row may hold from/to dates)
    codes/*.csv               code,name lists of national standards
    regions/<code>.yaml       what a province, city or county sets differently

The pack knows its numbers; it never computes with them.
"""

from __future__ import annotations

import csv
import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from notoneless.common.errors import Fault
from notoneless.common.wording import wordings
from notoneless.common.yaml_files import read_yaml
from notoneless.policy.places import LEVEL_DIGITS, Places, full_code

ROOT = Path(__file__).parent
STATUSES = frozenset({"confirmed", "local_default", "to_check"})
COLUMN_TYPES = frozenset({"text", "int", "date", "bool"})
TEXTS = ("name", "unit", "stage_name", "issuer", "hint", "todo")
"""What people read of a parameter or a row."""


@dataclass(frozen=True)
class Parameter:
    """One number with its history. ``values`` are (first day of effect, value), oldest first."""

    id: str
    name: str
    unit: str
    source: str
    status: str
    last_confirmed: date
    values: tuple[tuple[date, Any], ...]

    def on(self, day: date) -> Any:
        """The value in force on ``day``. Raises E522 when none is yet in force."""
        in_force = [value for since, value in self.values if since <= day]
        if not in_force:
            raise Fault("E522", where=self.id, parameter=self.id, day=day.isoformat())
        return in_force[-1]


@dataclass(frozen=True)
class PolicyTable:
    """A table of the pack. ``columns`` maps column → text|int|date|bool; ``rows`` still hold their from/to dates."""

    id: str
    name: str
    source: str
    status: str
    last_confirmed: date
    columns: Mapping[str, str]
    rows: tuple[Mapping[str, Any], ...]

    def on(self, day: date) -> list[dict[str, Any]]:
        """The rows in force on ``day`` (from ≤ day < to), without the two dates; absent cells are None."""
        kept = [row for row in self.rows if row.get("from", date.min) <= day < row.get("to", date.max)]
        return [{column: row.get(column) for column in self.columns} for row in kept]


@dataclass(frozen=True)
class Pack:
    """What applies in one region on one day. Make it with :func:`load_pack`."""

    version: str
    digest: str
    region: str
    region_name: str
    as_of: date
    parameters: Mapping[str, Parameter]
    tables: Mapping[str, PolicyTable]
    codes: Mapping[str, Mapping[str, str]]

    def value(self, parameter: str) -> Any:
        """The parameter's value on the pack's day. Raises E521 (unknown) or E522 (not yet in force)."""
        if parameter not in self.parameters:
            raise Fault("E521", where=parameter, parameter=parameter)
        return self.parameters[parameter].on(self.as_of)

    def table(self, table: str, on: date | None = None) -> list[dict[str, Any]]:
        """Rows of a table in force on the pack's day (or on ``on``). Raises E521 for an unknown table."""
        return self.full_table(table).on(on or self.as_of)

    def full_table(self, table: str) -> PolicyTable:
        """A table with its whole history. Raises E521."""
        if table not in self.tables:
            raise Fault("E521", where=table, parameter=table)
        return self.tables[table]

    def names(self, table: str) -> dict[str, str]:
        """``code`` → ``name`` of a table that has both columns. Raises E521."""
        return {row["code"]: row["name"] for row in self.table(table)}

    def code_list(self, name: str) -> Mapping[str, str]:
        """A national code list, code → name. Raises E521."""
        if name not in self.codes:
            raise Fault("E521", where=name, parameter=name)
        return self.codes[name]

    def on(self, day: date) -> Pack:
        """The same pack on another day."""
        return replace(self, as_of=day)

    def stale(self, today: date) -> list[Parameter | PolicyTable]:
        """What wants confirming: marked to_check, or last confirmed longer ago than policy.confirm_days, by id."""
        limit = self.value("policy.confirm_days")
        entries: list[Parameter | PolicyTable] = [*self.parameters.values(), *self.tables.values()]
        wanting = [e for e in entries if e.status == "to_check" or (today - e.last_confirmed).days > limit]
        return sorted(wanting, key=lambda entry: entry.id)


def load_pack(region: str | None, as_of: date, root: Path = ROOT) -> Pack:
    """The pack for a region (code of 2–12 digits, or None for the national defaults) on a day.

    Overrides of province, city, county … are laid over one another, the nearest last. Raises E523 (malformed file),
    E524 (an override of something that does not exist), E525 (not a region code).
    """
    return _load(full_code(region) if region else "", root).on(as_of)


def national_parameter(parameter: str, root: Path = ROOT) -> Parameter:
    """One national parameter, read without the rest of the pack. Raises E521 (unknown), E523 (malformed file)."""
    stage, _, name = parameter.partition(".")
    path = root / "parameters" / stage / f"{name}.yaml"
    found = _read_parameter(path) if path.is_file() else None
    if found is None or found.id != parameter:
        raise Fault("E521", where=parameter, parameter=parameter)
    return found


@functools.lru_cache(maxsize=32)
def _load(region: str, root: Path) -> Pack:
    parameters = {p.id: p for p in map(_read_parameter, sorted((root / "parameters").rglob("*.yaml")))}
    tables = {t.id: t for t in map(_read_table, sorted((root / "tables").glob("*.yaml")))}
    for path in _region_files(region, root):
        content = _read_yaml(path)
        _override(parameters, content.get("parameters", {}), path)
        _override_tables(tables, content.get("tables", {}), path)
    version = str(_read_yaml(root / "pack.yaml")["version"])
    codes = {path.stem: _read_codes(path) for path in sorted((root / "codes").glob("*.csv"))}
    return Pack(version, _digest(root), region, Places.load().label(region), date.max, parameters, tables, codes)


def _region_files(region: str, root: Path) -> list[Path]:
    """Override files that apply, from the widest region to the nearest."""
    codes = [region[:digits].ljust(len(region), "0") for digits in LEVEL_DIGITS.values()] if region else []
    paths = [root / "regions" / f"{code}.yaml" for code in dict.fromkeys(codes)]
    return [path for path in paths if path.exists()]


def _override(parameters: dict[str, Parameter], changes: Mapping[str, Any], path: Path) -> None:
    for key, fields in changes.items():
        if key not in parameters:
            raise Fault("E524", where=path.name, parameter=key)
        known = parameters[key]
        merged = {"name": known.name, "unit": known.unit, **fields, "id": key}
        parameters[key] = _parameter(merged, path)


def _override_tables(tables: dict[str, PolicyTable], changes: Mapping[str, Any], path: Path) -> None:
    for key, fields in changes.items():
        if key not in tables:
            raise Fault("E524", where=path.name, parameter=key)
        known = tables[key]
        merged = {"name": known.name, "columns": dict(known.columns), **fields, "id": key}
        tables[key] = _table(merged, path)


def _read_parameter(path: Path) -> Parameter:
    return _parameter(_read_yaml(path), path)


def _parameter(fields: Mapping[str, Any], path: Path) -> Parameter:
    try:
        values = tuple(sorted(((one["from"], one["value"]) for one in fields["values"]), key=lambda pair: pair[0]))
        keys = ("id", "name", "unit", "source", "status", "last_confirmed")
        made = Parameter(**{key: fields[key] for key in keys}, values=values)
    except (KeyError, TypeError) as error:
        raise Fault("E523", where=path.name, problem=f"缺 {error}") from error
    _check_entry(made.status, made.last_confirmed, path)
    if not values or not all(isinstance(since, date) for since, _ in values):
        raise Fault("E523", where=path.name, problem="values 里每项要有日期 from")
    return made


def _read_table(path: Path) -> PolicyTable:
    return _table(_read_yaml(path), path)


def _table(fields: Mapping[str, Any], path: Path) -> PolicyTable:
    try:
        keys = ("id", "name", "source", "status", "last_confirmed", "columns")
        made = PolicyTable(**{key: fields[key] for key in keys}, rows=tuple(fields["rows"]))
    except (KeyError, TypeError) as error:
        raise Fault("E523", where=path.name, problem=f"缺 {error}") from error
    _check_entry(made.status, made.last_confirmed, path)
    strange = {key for row in made.rows for key in row} - set(made.columns) - {"from", "to"}
    wrong_types = set(made.columns.values()) - COLUMN_TYPES
    if strange or wrong_types:
        raise Fault("E523", where=path.name, problem=f"列不认识：{sorted(strange | wrong_types)}")
    return made


def _check_entry(status: str, last_confirmed: object, path: Path) -> None:
    if status not in STATUSES:
        raise Fault("E523", where=path.name, problem=f"status 只能是 {sorted(STATUSES)}")
    if not isinstance(last_confirmed, date):
        raise Fault("E523", where=path.name, problem="last_confirmed 要写成日期")


def _read_codes(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def _read_yaml(path: Path) -> dict[str, Any]:
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise Fault("E523", where=path.name, problem="不是一个键值表")
    return wordings(content, *TEXTS)


def _digest(root: Path) -> str:
    """SHA-256 over every data file of the pack, by relative path and content."""
    sums = hashlib.sha256()
    files = {path.relative_to(root).as_posix(): path for kind in ("yaml", "csv") for path in root.rglob(f"*.{kind}")}
    for name, path in sorted(files.items()):
        sums.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return sums.hexdigest()
