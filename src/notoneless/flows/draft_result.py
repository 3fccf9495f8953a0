"""What the check of an upload found, in the shape that its draft keeps: counts, headings, masked examples."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from notoneless.common.errors import Fault
from notoneless.common.redact import redact
from notoneless.flows import upload_store as store
from notoneless.flows.coverage import overlap
from notoneless.flows.draft_reading import Reading
from notoneless.flows.import_file import ImportOutcome, sheets_of
from notoneless.flows.upload_columns import columns_read, keep_columns, likeliest_header, sheet_names
from notoneless.org.models import User
from notoneless.roster.core import Roster, load_kinds
from notoneless.roster.records.models import UploadDraft
from notoneless.roster.records.queries import list_deliveries

# The columns could not be told: the person may name the kind and match them by hand.
MATCH_BY_HAND = frozenset({"E301", "E302", "E303", "E304", "E310"})
EXAMPLES = 5


def result_of(draft: UploadDraft, reading: Reading, outcome: ImportOutcome, by: User) -> dict[str, Any]:
    """A file that could be read."""
    roster, already = outcome.roster, outcome.delivery if outcome.already else None
    return {
        "kind": roster.kind,
        "counts": roster.counts.to_dict(),
        "ignored": dict(roster.ignored),
        "problems": [_problem(roster, *line) for line in roster.summary()],
        "recognised": draft.result.get("recognised") or roster.recognised,
        "sheet": roster.sheet,
        "header_row": roster.header_row,
        "sheets": sheets_of(roster),
        "left_out": [list(one) for one in roster.left_out],
        "sheet_names": draft.result.get("sheet_names") or _sheet_names(roster),
        "format": roster.format,
        "encoding": roster.encoding,
        "mapping": roster.mapping.to_dict(),
        "file_sha256": roster.file_sha256,
        "already": already.pk if already else "",
        "mends": roster.mends,
        "overlap": _overlap(draft, outcome, by),
        "suggestions": [{**one.to_dict(), "key": _key(one.to_dict())} for one in roster.suggestions],
        "corrected": [
            {**one.to_dict(), "key": key_of(one.to_dict()), "rows": rows} for one, rows in roster.corrected.items()
        ],
        "habits": dict(reading.habits),
    }


def fault_result(draft: UploadDraft, data: bytes, reading: Reading, fault: Fault) -> dict[str, Any]:
    """A file that could not be read, or that first needs an answer; with its columns where that helps."""
    questions = fault.values.get("questions", [])
    result: dict[str, Any] = {"fault": fault.to_dict(), "questions": questions, "choices": {}}
    result["sheet_names"] = draft.result.get("sheet_names") or sheet_names(data, draft)
    if reading.habits:
        result["habits"] = dict(reading.habits)
    if fault.code in MATCH_BY_HAND or questions:
        meant = [kind.id for kind in load_kinds().values() if kind.name == fault.values.get("kind")]
        likely = likeliest_header(data, draft, [reading.kind] if reading.kind else meant)
        if likely is not None and len(likely.labels) > 1:
            keep_columns(draft, likely.columns())
            columns = {**likely.mapping.columns, **reading.mapping}
            result["choices"] = {"kind": likely.kind.id, "columns": columns, "labels": likely.labels}
    return result


def keep_found(draft: UploadDraft, outcome: ImportOutcome) -> None:
    """Seal what the person may want to look at: the rows with problems, and the first cells of each column."""
    keep_columns(draft, columns_read(outcome))
    rows = [
        {
            "sheet": one.sheet,
            "row_no": one.row_no,
            "code": one.code,
            "column": one.column_name,
            "value": one.value_masked,
            "what": one.what,
            "how": one.how,
        }
        for one in outcome.roster.problems
    ]
    store.put(draft.pk, store.PROBLEMS, [json.dumps(rows, ensure_ascii=False).encode()])


def problem_rows(draft: UploadDraft, code: str) -> list[dict[str, Any]]:
    """The rows of a checked draft with one problem, in file order: sheet, row_no, column, value (masked), what, how.

    The first ones of the file only (roster.core keeps so many); the draft's result counts all.
    """
    if not store.has(draft.pk, store.PROBLEMS):
        return []
    return [row for row in json.loads(store.get(draft.pk, store.PROBLEMS)) if row["code"] == code]


def key_of(correction: Mapping[str, str]) -> str:
    """A short name of a writing and its rule, whatever it is taken for."""
    parts = (correction["column"], correction["rule"], correction.get("written", ""))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


def _sheet_names(roster: Roster) -> list[str]:
    """Every sheet of a workbook; a csv has none to choose from."""
    return (
        [] if roster.format == "csv" else [one.name for one in roster.sheets] + [name for name, _ in roster.left_out]
    )


def _key(suggestion: Mapping[str, Any]) -> str:
    return key_of(suggestion["correction"]) if suggestion["correction"] else ""


def _problem(roster: Roster, code: str, name: str, rows: int, how: str) -> dict[str, Any]:
    found = [problem for problem in roster.problems if problem.code == code]
    return {
        "code": code,
        "name": name,
        "rows": rows,
        "how": found[0].how if found else how,
        "severity": found[0].severity if found else "",
        "examples": [
            {"row_no": one.row_no, "column": one.column_name, "value": redact(one.value_masked), "what": one.what}
            for one in found[:EXAMPLES]
        ],
    }


def _overlap(draft: UploadDraft, outcome: ImportOutcome, by: User) -> dict[str, Any]:
    """How the list stands to the one that it would take the place of; {} for the first, or for mended rows."""
    roster = outcome.roster
    if roster.mends or outcome.already:
        return {}
    found = overlap(roster.kind, draft.sender, draft.place_code, outcome.peek.row_keys, as_of=draft.as_of)
    if found.earlier is None:
        return {}
    seen = list_deliveries(by).filter(pk=found.earlier.pk).exists()
    return {
        "earlier": found.earlier.pk if seen else "",
        "as_of": found.earlier.as_of.isoformat(),
        "new": found.new,
        "gone": found.gone,
        "kept": found.kept,
        "suspicious": found.suspicious,
    }
