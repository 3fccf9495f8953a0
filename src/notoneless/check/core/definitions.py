"""Checks as data: one folder per check with ``check.yaml``, ``check.sql`` and ``cases.yaml``.

``tables.yaml`` beside the folders names the tables that several checks share, each a ``tables/<id>.sql``.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from notoneless.common.errors import Fault
from notoneless.common.wording import Wording, wordings
from notoneless.common.yaml_files import read_yaml

DEFINITIONS = Path(__file__).resolve().parents[1] / "definitions"
STATE_NAMES = {
    "met": Wording("符合"),
    "gap": Wording("缺口"),
    "excused": Wording("有据排除"),
    "unknown": Wording("不能判断"),
}
STATES = tuple(STATE_NAMES)
PERIODS = frozenset({"school_year", "term", "aid_term"})
LEDGERS = frozenset({"school_age", "suspected", "dropout", "aid", "data"})
SEVERITIES = frozenset({1, 2, 3})


def result_file(check_id: str) -> str:
    """The name of a check's results among the files of a sweep."""
    return f"results_{check_id}.parquet"


@dataclass(frozen=True)
class CheckDefinition:
    """One declared promise. ``severity`` 3 is the gravest; ``deadline_days`` names a policy parameter in days.

    ``needs`` are the lists without which nothing can be said; ``pending_matters`` the lists of which an undecided
    pair could still turn a gap into met; ``excuses`` the outcomes that count with evidence; ``placements`` the
    placement codes that meet the promise.
    """

    id: str
    name: str
    question: str
    why: str
    needs: tuple[str, ...]
    optional: tuple[str, ...]
    pending_matters: tuple[str, ...]
    needs_checks: tuple[str, ...]
    parameters: Mapping[str, str]
    period: str
    severity: int
    owner_role: str
    deadline_days: str
    excuses: tuple[str, ...]
    placements: tuple[str, ...]
    close_by_roster: bool
    source: str
    review_by: date
    ledger: str
    sql: str
    folder: Path

    @property
    def cases_path(self) -> Path:
        """The worked cases."""
        return self.folder / "cases.yaml"


FIELDS = frozenset(field.name for field in fields(CheckDefinition)) - {"sql", "folder"}
"""What every check.yaml holds, no more and no less."""


@dataclass(frozen=True)
class SharedTable:
    """A table that several checks read: one SELECT with a name and a sentence."""

    id: str
    name: str
    sql: str


@functools.cache
def load_checks(folder: Path = DEFINITIONS) -> Mapping[str, CheckDefinition]:
    """All checks by id, each after those whose results it needs. Raises E510 (malformed) or E514 (a circle)."""
    checks = {check.id: check for check in map(_read_check, sorted(folder.glob("*/check.yaml")))}
    return {check.id: check for check in _in_order(checks)}


@functools.cache
def load_shared_tables(folder: Path = DEFINITIONS) -> tuple[SharedTable, ...]:
    """The shared tables in the order in which they are made. Raises E510."""
    entries = read_yaml(folder / "tables.yaml")["tables"]
    return tuple(
        SharedTable(one["id"], one["name"], _read_sql(folder / "tables" / f"{one['id']}.sql")) for one in entries
    )


def get_check(check_id: str, folder: Path = DEFINITIONS) -> CheckDefinition:
    """The check of that id or 名称. Raises E515 listing those that exist."""
    checks = load_checks(folder)
    for check in checks.values():
        if check_id in (check.id, check.name):
            return check
    raise Fault(
        "E515", where=check_id, check=check_id, known="、".join(f"{one.name}（{one.id}）" for one in checks.values())
    )


def _in_order(checks: Mapping[str, CheckDefinition]) -> Iterable[CheckDefinition]:
    done: set[str] = set()
    while len(done) < len(checks):
        ready = [c for c in checks.values() if c.id not in done and set(c.needs_checks) <= done]
        if not ready:
            raise Fault("E514", checks="、".join(sorted(set(checks) - done)))
        done |= {check.id for check in ready}
        yield from ready


def _read_check(path: Path) -> CheckDefinition:
    place = f"{path.parent.name}/{path.name}"
    given = read_yaml(path)
    if not isinstance(given, dict) or set(given) != FIELDS:
        strange = FIELDS ^ set(given if isinstance(given, dict) else ())
        raise Fault("E510", where=place, problem=f"多出或缺少：{'、'.join(sorted(strange))}")
    _lint(given, path, place)
    listed: dict[str, Any] = {key: tuple(one) if isinstance(one, list) else one for key, one in given.items()}
    listed = wordings(listed, "name", "question", "why")
    return CheckDefinition(**listed, sql=_read_sql(path.with_name("check.sql")), folder=path.parent)


def _lint(given: Mapping[str, Any], path: Path, place: str) -> None:
    wrong = {
        "id": given["id"] != path.parent.name,
        "period": given["period"] not in PERIODS,
        "ledger": given["ledger"] not in LEDGERS,
        "severity": given["severity"] not in SEVERITIES,
        "review_by": not isinstance(given["review_by"], date),
        "close_by_roster": not isinstance(given["close_by_roster"], bool),
    }
    if any(wrong.values()):
        raise Fault("E510", where=place, problem="、".join(key for key, bad in wrong.items() if bad))


def _read_sql(path: Path) -> str:
    if not path.exists():
        raise Fault("E510", where=f"{path.parent.name}/{path.name}", problem="没有这个文件")
    return path.read_text(encoding="utf-8").strip().removesuffix(";")
