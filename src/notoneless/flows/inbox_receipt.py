"""回执: what a department finds beside its file. Counts, codes and how to mend; nothing about any person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.timezone import localtime

from notoneless.common.redact import redact
from notoneless.files.drop_folder import as_text, shown_name
from notoneless.roster.core import load_kinds
from notoneless.roster.records.models import UploadDraft

DAY_TOLD = "文件名里写的"
DAY_TAKEN = "收到的那天；文件名里写上日期就按它，如 户籍_20261010.xlsx"


@dataclass(frozen=True)
class Verdict:
    """What became of one list: ``settled`` when nobody has to do anything any more, ``good`` when it is in."""

    draft: UploadDraft
    settled: bool
    good: bool
    sentence: str


@dataclass(frozen=True)
class About:
    """The file as it was taken: its name, hash, when, for which day, and how that day was known."""

    name: str
    sha256: str
    taken_at: dt.datetime
    as_of: dt.date
    day_told: bool
    sender: str


def receipt(about: About, verdicts: Sequence[Verdict], *, now: dt.datetime) -> bytes:
    """The text of a receipt: the file, then each list in it."""
    day = f"{about.as_of}（{DAY_TOLD if about.day_told else DAY_TAKEN}）"
    lines = [
        "名册收件回执",
        "",
        f"文件：{redact(shown_name(about.name))}",
        f"指纹（SHA-256）：{about.sha256}",
        f"送达单位：{about.sender}",
        f"数据时点：{day}",
        f"收到：{_moment(about.taken_at)}",
        f"回执：{_moment(now)}",
    ]
    for verdict in verdicts:
        lines += ["", *_lines(verdict)]
    return as_text(lines)


def refusal(about: About, fault: dict[str, Any], *, now: dt.datetime) -> bytes:
    """The receipt of a file out of which nothing could be taken."""
    said = [f"结果：没有收。{fault['code']} {fault['what']}", f"怎么办：{fault['how']}"]
    return receipt(about, [], now=now) + "\r\n".join(["", *said, ""]).encode()


def _lines(verdict: Verdict) -> list[str]:
    draft, result = verdict.draft, verdict.draft.result
    lines = [f"名册：{draft.file_name}"] if draft.archive_name else []
    lines.append(f"结果：{verdict.sentence}")
    if draft.kind in load_kinds():
        lines.append(f"种类：{load_kinds()[draft.kind].name}")
    if counts := result.get("counts"):
        lines.append(
            f"行数：读入 {counts['read']} ＝ 可导入 {counts['accepted']} ＋ 有错误 {counts['refused']} "
            f"＋ 重复 {counts['duplicate']} ＋ 空行等 {counts['ignored']}"
        )
    lines += [f"　{one['code']} {one['name']}：{one['rows']} 行" for one in result.get("problems", [])]
    if fault := result.get("fault"):
        lines.append(f"怎么办：{fault['how']}")
    if counts and counts["refused"]:
        lines.append("怎么办：在“要改”里的错误行工作簿上改好，直接放回收件夹")
    return lines


def _moment(moment: dt.datetime) -> str:
    return localtime(moment).strftime("%Y-%m-%d %H:%M")
