"""收件夹: lists that a department leaves in a folder are taken in, checked, and answered in the same folder.

The plain file stays in 处理中 until its list is in the lake or refused; then it is removed, or handed back in 要改. Every
step may be repeated: a process that dies at any point leaves what the next look goes on with, and nothing is taken in
twice. Receipts hold counts and codes, never a person.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localdate

from notoneless.common.errors import Fault
from notoneless.files.drop_folder import TAKEN, TO_MEND, DropFolderOnDisk, Lying, Taken, shown_name
from notoneless.flows.inbox_receipt import About, Verdict, receipt, refusal
from notoneless.flows.intake import LARGEST, Started, take_in
from notoneless.flows.uploads import abandon_upload, draft_errors
from notoneless.org.models import User
from notoneless.roster.records.models import DropFolder, UploadDraft
from notoneless.roster.records.permissions import check_can_upload

NAMESPACE = uuid.UUID("6b9c9c52-4b0e-5d6b-8a55-0d5ac6e9c7a4")
# 2026-09-30, 2026.9.30, 2026年9月30日, 20260930 — bounded, so that no part of a longer number is a day.
DAY = re.compile(r"(?<!\d)(20\d\d)(?:[-_.年](\d{1,2})[-_.月](\d{1,2})|(\d\d)(\d\d))(?!\d)")
Status = UploadDraft.Status


@dataclass(frozen=True)
class Doings:
    """What the layer above does: start a check; start the import of a draft, once, and say whether it is at work;
    say why the check of a draft broke down ("" when it did not).
    """

    check: Started
    publish: Callable[[UploadDraft], bool]
    broken: Callable[[UploadDraft], str]


@dataclass
class Look:
    """What one look found: what lies there, and in sentences what was done (file name, sentence)."""

    lying: dict[str, Lying] = field(default_factory=dict)
    said: list[tuple[str, str]] = field(default_factory=list)


def folder_path(folder: DropFolder) -> Path:
    """Where the folder is."""
    return Path(settings.INBOX_DIR) / folder.pk


def look_into(folder: DropFolder, before: Look, *, doings: Doings, now: dt.datetime) -> Look:
    """Take what is whole, go on with what was taken, answer what is settled, explain the rest.

    ``before``: the last look; a file that has not changed since is whole. Raises Fault E043 when the folder is unfit.
    """
    disk = DropFolderOnDisk(folder_path(folder))
    disk.prepare()
    with disk.alone() as mine:
        if not mine:
            return before
        return _Looking(folder, disk, doings, now).look(before)


def day_in_name(name: str, today: dt.date) -> dt.date | None:
    """The one day that a file name tells, when it is not in the future."""
    days = set()
    for year, month, day, month_too, day_too in DAY.findall(name):
        try:
            days.add(dt.date(int(year), int(month or month_too), int(day or day_too)))
        except ValueError:
            continue
    told = [day for day in days if day <= today]
    return told[0] if len(days) == len(told) == 1 else None


class _Looking:
    """One look into one folder."""

    def __init__(self, folder: DropFolder, disk: DropFolderOnDisk, doings: Doings, now: dt.datetime) -> None:
        self.folder, self.disk, self.doings, self.now = folder, disk, doings, now
        self.user: User = folder.user
        self.result = Look()

    def look(self, before: Look) -> Look:
        for taken in self.disk.taken():
            self._go_on(taken)
        lying = self.disk.look(LARGEST)
        self.result.lying = {one.name: one for one in lying}
        still = [one for one in lying if before.lying.get(one.name) == one]
        closed = self._closed()
        left = [closed] if closed and lying else []
        for one in still:
            fault = one.reason() if one.fault else None if closed else self._take(one)
            left += [fault] if fault else []
        self.disk.explain(left)
        self.result.said += [(fault.where, fault.what) for fault in left]
        return self.result

    def _closed(self) -> Fault | None:
        """Why nothing is taken in at all: stopped, or its account may no longer send this list."""
        try:
            check_can_upload(self.user, sender=self.folder.sender, place_code=self.folder.place_code)
        except Fault:
            return Fault("E843", where=self.folder.sender)
        return None if self.folder.is_active else Fault("E843", where=self.folder.sender)

    def _take(self, lying: Lying) -> Fault | None:
        try:
            taken = self.disk.take(lying)
        except Fault as fault:
            return fault
        if taken:
            self._go_on(taken)
        return None

    def _go_on(self, taken: Taken) -> None:
        progress = taken.progress()
        if "drafts" not in progress:
            noted = self._take_in(taken)
            if noted is None:
                return
            progress = noted
        drafts = list(UploadDraft.objects.filter(pk__in=progress["drafts"]).order_by("created_at", "file_name"))
        verdicts = [verdict for draft in drafts if (verdict := self._verdict(draft)) is not None]
        if len(verdicts) < len(drafts):
            return  # something is still at work
        self._answer(taken, progress, verdicts)

    def _take_in(self, taken: Taken) -> dict[str, Any] | None:
        """Note the file as drafts; what is known of it, or None when it was handed back."""
        day = day_in_name(taken.name, localdate(self.now))
        digest = hashlib.sha256()
        folder = self.folder
        known = {"taken_at": self.now.isoformat(), "as_of": str(day or localdate(self.now)), "day_told": bool(day)}
        try:
            drafts = take_in(
                chunks=_hashed(taken, digest.update),
                file_name=shown_name(taken.name),
                by=self.user,
                now=self.now,
                door=UploadDraft.Door.FOLDER,
                parcel_id=uuid.uuid5(NAMESPACE, f"{folder.pk}/{taken.folder.name}"),
                started=self.doings.check,
                kind=folder.kind,
                sender=folder.sender,
                as_of=day or localdate(self.now),
                place_code=folder.place_code,
                legal_basis=folder.legal_basis,
            )
        except OSError:
            self.disk.put_back(taken)  # the next look says what is the matter with it
            return None
        except Fault as fault:
            if fault.code == "E044" or fault.code.startswith("E7"):
                self.disk.put_back(taken)
            else:
                self._refuse(taken, {**known, "sha256": digest.hexdigest()}, fault)
            return None
        progress = {**known, "sha256": digest.hexdigest(), "drafts": [str(draft.pk) for draft in drafts]}
        taken.note(progress)
        self.result.said.append((shown_name(taken.name), "已取走，正在核对"))
        return progress

    def _refuse(self, taken: Taken, progress: dict[str, Any], fault: Fault) -> None:
        text = refusal(self._about(taken, progress), fault.to_dict(), now=self.now)
        self.disk.write_back(TO_MEND, taken.answer_name("回执.txt"), text)
        self.disk.settle(taken, back=True)
        self.result.said.append((shown_name(taken.name), f"没有收：{fault.what}"))

    def _verdict(self, draft: UploadDraft) -> Verdict | None:
        """Where a draft stands; None while it is being checked or imported."""
        result = draft.result
        if draft.status == Status.READY and result.get("already"):
            draft = abandon_upload(draft, by=self.user, now=self.now)
        if draft.status == Status.PUBLISHED and draft.delivery_id:
            return Verdict(draft, True, True, f"已导入，批次 {draft.delivery_id}")
        if draft.status == Status.ABANDONED and result.get("already"):
            return Verdict(draft, True, True, f"以前已经收到，批次 {result['already']}，这次什么都没有改变")
        if draft.status == Status.ABANDONED and result.get("fault", {}).get("code") == "E017":
            return Verdict(draft, True, True, str(result["fault"]["what"]))  # litter of a zip
        if draft.status in (Status.ABANDONED, Status.PUBLISHED):
            return Verdict(draft, True, False, "没有导入：经办人已放弃，或者很久没有人确认")
        if draft.status == Status.FAILED:
            asked = bool(result.get("questions") or result.get("choices"))
            sentence = f"{result['fault']['code']} {result['fault']['what']}"
            return Verdict(
                draft, not asked, False, f"等教育局经办人确认：{sentence}" if asked else f"没有收：{sentence}"
            )
        if draft.status == Status.CHECKING:
            broken = self.doings.broken(draft)
            return Verdict(draft, True, False, f"没有核对成：{broken}") if broken else None
        if self._may_go_in(draft) and self.doings.publish(draft):
            return None
        return Verdict(draft, False, False, "已核对，等教育局经办人确认")

    def _may_go_in(self, draft: UploadDraft) -> bool:
        """Nothing is wrong and nothing is asked, and the folder says that such lists need nobody."""
        counts, result = draft.result["counts"], draft.result
        asked = result.get("questions") or result.get("overlap", {}).get("suspicious")
        good = counts["accepted"] > 0 and counts["refused"] == 0 and not asked
        return self.folder.choice == DropFolder.Choice.GOOD_FILES and bool(good)

    def _answer(self, taken: Taken, progress: dict[str, Any], verdicts: list[Verdict]) -> None:
        about = self._about(taken, progress)
        settled, good = all(one.settled for one in verdicts), all(one.good for one in verdicts)
        wrong = any(_is_wrong(one) for one in verdicts)
        if wrong and not progress.get("told"):
            self._hand_back_rows(taken, verdicts)
            if not settled:
                text = receipt(about, verdicts, now=self.now)
                self.disk.write_back(TO_MEND, taken.answer_name("回执.txt"), text)
            taken.note({**progress, "told": True})
        if not settled:
            return
        where = TAKEN if good else TO_MEND
        self.disk.write_back(where, taken.answer_name("回执.txt"), receipt(about, verdicts, now=self.now))
        self.disk.settle(taken, back=not good)
        self.result.said += [(shown_name(one.draft.file_name), one.sentence) for one in verdicts]
        for one in verdicts:
            if one.draft.status == Status.CHECKING:
                abandon_upload(one.draft, by=self.user, now=self.now)

    def _hand_back_rows(self, taken: Taken, verdicts: list[Verdict]) -> None:
        for number, one in enumerate(verdicts, start=1):
            data = draft_errors(one.draft, by=self.user, now=self.now)
            if data is not None:
                name = "错误行.xlsx" if len(verdicts) == 1 else f"{number}_错误行.xlsx"
                self.disk.write_back(TO_MEND, taken.answer_name(name), data)

    def _about(self, taken: Taken, progress: dict[str, Any]) -> About:
        return About(
            name=taken.name,
            sha256=progress["sha256"],
            taken_at=parse_datetime(progress["taken_at"]) or self.now,
            as_of=dt.date.fromisoformat(progress["as_of"]),
            day_told=progress["day_told"],
            sender=self.folder.sender,
        )


def _is_wrong(verdict: Verdict) -> bool:
    counts = verdict.draft.result.get("counts") or {}
    return bool(counts.get("refused")) or verdict.draft.status == Status.FAILED


def _hashed(taken: Taken, update: Callable[[bytes], object]) -> Iterator[bytes]:
    for chunk in taken.chunks():
        update(chunk)
        yield chunk
