"""How an upload reads on its way in: its verdict in one line, its columns, what could be mended, what was."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from notoneless.common.names import mask_name
from notoneless.common.redact import redact
from notoneless.common.resident_id import mask
from notoneless.flows.upload_columns import FileColumn
from notoneless.policy.pack import load_pack
from notoneless.roster.core import Column, KindDefinition, load_kinds
from notoneless.roster.core.header_text import heading_key
from notoneless.roster.core.mapping import make_headings, match_columns, near_columns
from notoneless.roster.records.models import SenderHabit, UploadDraft

SHOWN = 20
_MAYBE_NAME = re.compile("[\u3400-\u9fff·]{2,4}")
_NUMBERS = frozenset({"id_no", "student_no", "cert_no", "digits"})


@dataclass(frozen=True)
class DraftLine:
    """One upload in the list of those that wait. ``kind``: doing, warn, bad or done; ``days_left`` until it goes."""

    draft: UploadDraft
    kind_name: str
    word: str
    status_kind: str
    sentence: str
    keep_until: dt.date
    days_left: int
    is_ending: bool


@dataclass(frozen=True)
class ColumnLine:
    """One column of the file. ``matched``: canonical id or ""; ``why`` in words; ``near``: what it may be, to confirm;
    ``samples`` are masked; ``question``: the choices when the person must say.
    """

    label: str
    matched: str = ""
    why: str = ""
    near: str = ""
    samples: Sequence[str] = ()
    question: Sequence[Mapping[str, str]] = field(default_factory=tuple)


@dataclass(frozen=True)
class SuggestionLine:
    """Something that could be mended at once: ``written`` in ``column``, ``meant`` or a choice of ``choices``."""

    key: str
    column: str
    sentence: str
    meant: str
    rows: int
    example: str
    certain: bool
    choices: Sequence[str]


@dataclass(frozen=True)
class CorrectionLine:
    """What a person accepted: ``column``, the sentence, how many rows; ``is_habit``: from an earlier list."""

    key: str
    column: str
    sentence: str
    rows: int
    is_habit: bool = False


def draft_lines(drafts: Iterable[UploadDraft], stages: Mapping[str, str], now: dt.datetime) -> list[DraftLine]:
    """``stages``: draft id → where its check or import stands, of those that are running."""
    pack = load_pack(settings.REGION, timezone.localdate(now))
    days, warn = pack.value("roster.draft_days"), pack.value("roster.draft_warn_days")
    lines = []
    drafts = list(drafts)
    sent = Counter(draft.result.get("file_sha256") for draft in drafts)
    for draft in drafts:
        word, status_kind, sentence = _verdict(draft, stages.get(str(draft.pk), ""))
        if draft.result.get("file_sha256") and sent[draft.result["file_sha256"]] > 1:
            sentence = _("%(sentence)s；与另一份是同一个文件") % {"sentence": sentence}
        until = timezone.localdate(draft.created_at) + dt.timedelta(days=days)
        left = (until - timezone.localdate(now)).days
        lines.append(
            DraftLine(draft, _kind_of(draft), word, status_kind, sentence, until, max(0, left), left <= warn)
        )
    return lines


def _verdict(draft: UploadDraft, stage: str) -> tuple[str, str, str]:
    result = draft.result
    if draft.status == UploadDraft.Status.CHECKING or stage:
        return _("核对中") if draft.status == UploadDraft.Status.CHECKING else _("正在导入"), "doing", stage
    if draft.status == UploadDraft.Status.FAILED:
        if result.get("questions"):
            return _("要您回答"), "warn", _("有 %(n)s 列请您说明是什么") % {"n": len(result["questions"])}
        return _("不能读取"), "bad", result.get("fault", {}).get("name", "")
    if result.get("already"):
        return _("以前导入过"), "off", _("同一份文件已在批次 %(id)s 里") % {"id": result["already"]}
    return _("等您确认"), "warn", _counted(result.get("counts", {}))


def _kind_of(draft: UploadDraft) -> str:
    likely = draft.result.get("choices", {}).get("kind", "")
    return _kind(draft.kind) or (_("像%(kind)s") % {"kind": _kind(likely)} if likely else "")


def _counted(counts: Mapping[str, int]) -> str:
    accepted, refused = counts.get("accepted", 0), counts.get("refused", 0)
    sentence = _("可导入 %(n)s 行") % {"n": f"{accepted:,}"}
    errors = _("有错误 %(n)s 行") % {"n": f"{refused:,}"} if refused else _("没有错误")
    return f"{sentence}，{errors}"


def _kind(kind: str) -> str:
    known = load_kinds().get(kind)
    return known.name if known else kind


def column_lines(kind: KindDefinition, draft: UploadDraft, columns: Sequence[FileColumn]) -> list[ColumnLine]:
    """The columns of a file as they were taken, or would be for ``kind`` when that is another than the draft's."""
    result = draft.result
    found = result.get("choices") or result.get("mapping", {})
    labels = [column.label for column in columns] or list(found.get("labels", []))
    values = {column.label: column.values for column in columns}
    known = found.get("kind", draft.kind) == kind.id or draft.kind == kind.id
    matched = dict(found.get("columns", {})) if known else match_columns(kind, make_headings(labels)).columns
    for sheet in result.get("sheets", ()) if known else ():
        matched = {**sheet["mapping"]["columns"], **matched}
    missing = [column.name for column in kind.required if column.id not in matched.values()]
    near = {
        label: name
        for name, label in near_columns(kind, missing, [one for one in labels if one not in matched]).items()
    }
    names = {column.name: column.id for column in kind.columns}
    questions = {one["label"]: one for one in result.get("questions", ())} if known else {}
    labels += [label for label in questions if label not in labels]
    by_id = {column.id: column for column in kind.columns}
    return [
        ColumnLine(label, samples=questions[label]["examples"], question=questions[label]["choices"])
        if label in questions
        else ColumnLine(
            label=label,
            matched=matched.get(label, ""),
            why=_why(label, by_id.get(matched.get(label, "")), draft),
            near=names.get(near.get(label, ""), ""),
            samples=[_masked(value, by_id.get(matched.get(label, ""))) for value in values.get(label, ())],
        )
        for label in labels
    ]


def missing_names(kind: KindDefinition, lines: Sequence[ColumnLine]) -> list[tuple[str, str]]:
    """(名称, the heading that may be meant or "") of the required columns that are not matched."""
    matched = {line.matched for line in lines} | {one["column"] for line in lines for one in line.question}
    near = {line.near: line.label for line in lines if line.near}
    return [(column.name, near.get(column.id, "")) for column in kind.required if column.id not in matched]


def _why(label: str, column: Column | None, draft: UploadDraft) -> str:
    if column is None:
        return ""
    if label in draft.result.get("habits", {}).get("columns", {}):
        return _("按上次的对法")
    if label in draft.mapping:
        return _("您指定的")
    key = heading_key(label)
    if key == heading_key(column.name):
        return _("列名相同")
    if key in map(heading_key, column.aliases):
        return _("常见的另一种列名")
    return _("按表头的上下文和内容认出")


def _masked(value: str, column: Column | None) -> str:
    """A cell fit for the screen; in a column that is not known, whatever looks like a number or a name is masked."""
    text = value.strip()
    if column is not None and column.type in _NUMBERS:
        return mask(text)
    if (column is not None and column.type == "name") or (column is None and _MAYBE_NAME.fullmatch(text)):
        return mask_name(text)
    text = redact(text)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def habit_words(draft: UploadDraft) -> list[str]:
    """What of a reading came from the sender's earlier lists and still holds: “证件号”＝身份证号."""
    habits = draft.result.get("habits", {})
    columns = {
        label: column for label, column in habits.get("columns", {}).items() if draft.mapping.get(label) == column
    }
    corrections = [one for one in habits.get("corrections", ()) if one in draft.corrections]
    names = _column_names(draft.kind)
    words = [
        _("“%(label)s”＝%(name)s") % {"label": label, "name": names.get(column, _("不用"))}
        for label, column in columns.items()
    ]
    return words + [_sentence(one, names) for one in corrections]


def suggestion_lines(draft: UploadDraft) -> tuple[list[SuggestionLine], list[SuggestionLine]]:
    """(what could be mended, what was evened out already); the second need no answer."""
    names = _column_names(draft.kind)
    lines = [_suggestion(one, names) for one in draft.result.get("suggestions", ())]
    return [line for line in lines if line.key], [line for line in lines if not line.key]


def _suggestion(found: Mapping[str, Any], names: Mapping[str, str]) -> SuggestionLine:
    correction = found["correction"] or {"column": "", "rule": "", "written": "", "meant": ""}
    return SuggestionLine(
        key=found["key"],
        column=names.get(correction["column"], correction["column"]),
        sentence=_sentence(correction, names, ask=True) if found["key"] else "",
        meant=correction["meant"],
        rows=found["rows"],
        example=found["example"],
        certain=found["certain"],
        choices=found["choices"],
    )


def correction_lines(
    kind: str, corrections: Iterable[Mapping[str, Any]], habits: Mapping[str, Any] | None = None
) -> list[CorrectionLine]:
    """Accepted corrections with their rows, the most rows first."""
    names = _column_names(kind)
    usual = [
        {key: one[key] for key in ("column", "rule", "written")} for one in (habits or {}).get("corrections", ())
    ]
    lines = [
        CorrectionLine(
            key=one.get("key", ""),
            column=names.get(one["column"], one["column"]),
            sentence=_sentence(one, names),
            rows=one["rows"],
            is_habit={key: one[key] for key in ("column", "rule", "written")} in usual,
        )
        for one in corrections
    ]
    return sorted(lines, key=lambda line: -line.rows)


def _sentence(correction: Mapping[str, str], names: Mapping[str, str], ask: bool = False) -> str:
    written, meant = correction["written"], correction["meant"]
    if correction["rule"] == "birth_from_id":
        return _("出生日期以身份证号为准")
    if ask and not meant:
        return _("“%(written)s”是什么意思？") % {"written": written}
    return _("“%(written)s” → “%(meant)s”") % {"written": written, "meant": meant}


def _column_names(kind: str) -> dict[str, str]:
    known = load_kinds().get(kind)
    return {column.id: column.name for column in known.columns} if known else {}


@dataclass(frozen=True)
class HabitLine:
    """One habit as a sentence."""

    habit: SenderHabit
    kind_name: str
    sentence: str


def habit_lines(habits: Iterable[SenderHabit]) -> list[HabitLine]:
    """Habits in words: 列名“证件号”是身份证号; 户籍地址里的“柳行叉村”读作“柳行岔村”."""
    return [HabitLine(habit, _kind(habit.kind), _habit_sentence(habit)) for habit in habits]


def _habit_sentence(habit: SenderHabit) -> str:
    names = _column_names(habit.kind)
    values = {"written": habit.written, "meant": habit.meant, "name": names.get(habit.column, habit.column)}
    if habit.sort == SenderHabit.Sort.HEADING:
        return _("列名“%(written)s”是%(name)s") % values if habit.column else _("列“%(written)s”不用") % values
    if habit.sort == SenderHabit.Sort.BIRTH:
        return _("出生日期以身份证号为准")
    if habit.sort == SenderHabit.Sort.FRAGMENT:
        return _("%(name)s里的“%(written)s”读作“%(meant)s”") % values
    return _("%(name)s“%(written)s”读作“%(meant)s”") % values
