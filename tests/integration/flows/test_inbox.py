"""Drop folders: what a department leaves is taken in once, answered where it was left, and never lost."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from openpyxl import load_workbook
from tests.lib.cast import FEDERATION, Cast
from tests.lib.folders import POLICE, SENDER, Department, open_folder
from tests.lib.web import hukou_csv

from notoneless.common.errors import Fault
from notoneless.files.drop_folder import NOTE, TAKEN, TAKING, TO_MEND, DropFolderOnDisk, Taken
from notoneless.flows import inbox, intake
from notoneless.flows.inbox import day_in_name
from notoneless.flows.uploads import abandon_upload
from notoneless.jobs.inbox import Inbox
from notoneless.jobs.models import Job
from notoneless.jobs.uploads import start_publish
from notoneless.org.actions import disable_user
from notoneless.roster.records.drop_folders import add_folder, get_folder, list_folders, stop_folder
from notoneless.roster.records.models import Delivery, DropFolder, UploadDraft
from notoneless.trail.models import Event

GOOD = hukou_csv(rows=5, wrong=0)


@pytest.fixture(autouse=True)
def _empty_inbox() -> Iterator[None]:
    yield
    shutil.rmtree(settings.INBOX_DIR, ignore_errors=True)


@pytest.fixture
def police(cast: Cast) -> Department:
    open_folder(cast)
    return Department()


def test_a_good_list_goes_in_by_itself_and_only_a_receipt_is_left(police: Department) -> None:
    police.put("户籍_20261101.csv", GOOD)
    police.wait()
    delivery = Delivery.objects.get()
    assert (delivery.rows_accepted, delivery.sender, delivery.as_of) == (5, SENDER, date(2026, 11, 1))
    assert UploadDraft.objects.get().door == "folder"
    assert (police.taking, police.to_mend) == ([], [])
    assert len(police.taken) == 1
    text = police.text(TAKEN)
    assert f"已导入，批次 {delivery.pk}" in text
    assert hashlib.sha256(GOOD).hexdigest() in text
    assert "读入 5 ＝ 可导入 5" in text
    assert "2026-11-01（文件名里写的）" in text
    assert not list(police.path.rglob("*.csv")), "the plain list is gone; it lies sealed in the lake"


def test_a_receipt_holds_nothing_about_anybody(police: Department) -> None:
    police.put("王小一371321201603051037.csv", hukou_csv(rows=3, wrong=2))
    police.wait()
    text = police.text(TO_MEND)
    assert not re.search(r"\d{15,18}[\dXx]?\b", text.replace(hashlib.sha256().hexdigest(), "").split("指纹")[0])
    assert "371321" not in text
    assert "王小二" not in text


def test_wrong_rows_come_back_and_a_person_decides(police: Department) -> None:
    police.put("户籍.csv", hukou_csv(rows=4, wrong=2))
    police.wait()
    assert Delivery.objects.count() == 0
    draft = UploadDraft.objects.get()
    assert draft.status == UploadDraft.Status.READY
    assert ["回执" in name or "错误行" in name for name in police.to_mend] == [True, True]
    assert "等教育局经办人确认" in police.text(TO_MEND)
    assert "E" in police.text(TO_MEND)
    (book,) = [name for name in police.to_mend if name.endswith(".xlsx")]
    assert load_workbook(police.path / TO_MEND / book).worksheets[0].max_row == 3
    assert len(police.taking) == 1, "the file waits too"
    (police.path / TO_MEND / book).unlink()
    start_publish(draft=draft, choice="good_rows", by=draft.created_by, now=timezone.now())
    police.wait()
    assert Delivery.objects.get().rows_accepted == 4
    assert "已导入" in police.text(TAKEN)
    assert police.taking == []
    assert not [name for name in police.to_mend if name.endswith(".xlsx")], "what they fetched is not put there again"


def test_mended_rows_dropped_again_go_in(police: Department) -> None:
    police.put("户籍_20261101.csv", hukou_csv(rows=4, wrong=1))
    police.wait()
    draft = UploadDraft.objects.get()
    start_publish(draft=draft, choice="good_rows", by=draft.created_by, now=timezone.now())
    police.wait()
    (book,) = [name for name in police.to_mend if name.endswith(".xlsx")]
    workbook = load_workbook(police.path / TO_MEND / book)
    sheet = workbook.worksheets[0]
    heading = [cell.value for cell in sheet[1]]
    sheet.cell(2, heading.index("姓名") + 1).value = "王小六"
    mended = io.BytesIO()
    workbook.save(mended)
    police.put(book, mended.getvalue())
    police.wait()
    second = Delivery.objects.order_by("-created_at").first()
    assert second is not None
    assert (second.rows_accepted, second.supplements, second.as_of) == (1, True, date(2026, 11, 1))


def test_a_folder_that_wants_a_person_waits_for_one(cast: Cast) -> None:
    open_folder(cast, choice="confirm")
    department = Department()
    department.put("户籍.csv", GOOD)
    department.wait()
    assert Delivery.objects.count() == 0
    assert UploadDraft.objects.get().status == UploadDraft.Status.READY
    assert (department.taken, department.to_mend) == ([], []), "nothing is wrong, so nothing is told"


def test_given_up_by_the_clerk_the_file_goes_back(cast: Cast) -> None:
    open_folder(cast, choice="confirm")
    department = Department()
    department.put("户籍.csv", GOOD)
    department.wait()
    abandon_upload(UploadDraft.objects.get(), by=cast.clerk, now=timezone.now())
    department.wait()
    assert "经办人已放弃" in department.text(TO_MEND)
    (back,) = [name for name in department.to_mend if name.endswith(".csv")]
    assert (department.path / TO_MEND / back).read_bytes() == GOOD


def test_the_same_list_again_changes_nothing_and_says_so(police: Department) -> None:
    for name in ("户籍_20261101.csv", "户籍_20261101 (2).csv"):
        police.put(name, GOOD)
        police.wait()
    assert Delivery.objects.count() == 1
    texts = [(police.path / TAKEN / name).read_bytes().decode() for name in police.taken]
    assert sum("以前已经收到" in text for text in texts) == 1


def test_what_is_no_list_goes_back_with_a_sentence(police: Department) -> None:
    police.put("通知.pdf", b"%PDF-1.4 one page")
    police.wait()
    assert "没有收：E001" in police.text(TO_MEND)
    (back,) = [name for name in police.to_mend if name.endswith(".pdf")]
    assert (police.path / TO_MEND / back).read_bytes() == b"%PDF-1.4 one page"
    assert police.taking == []


def test_a_file_still_being_copied_is_left_alone(police: Department) -> None:
    path = police.put("户籍.csv", GOOD[:40])
    police.inbox.look()
    path.write_bytes(GOOD)
    police.inbox.look()
    assert path.exists()
    assert not UploadDraft.objects.exists()
    police.wait()
    assert Delivery.objects.get().rows_accepted == 5


def test_odd_things_are_explained_and_good_ones_pass_by(police: Department) -> None:
    (police.path / "2025年").mkdir()
    (police.path / "link.csv").symlink_to("/etc/passwd")
    police.put("学籍.csv.part", b"half")
    police.put("户籍.csv", GOOD)
    police.wait()
    text = (police.path / NOTE).read_bytes().decode("utf-8-sig")
    assert "2025年：这是文件夹" in text
    assert "link.csv：这是链接" in text
    assert "学籍.csv.part：从名称看" in text
    assert Delivery.objects.count() == 1
    assert (police.path / "link.csv").is_symlink()


def test_a_file_too_large_stays_and_is_explained(police: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "LARGEST", 10)
    police.put("户籍.csv", GOOD)
    police.wait()
    assert "太大" in (police.path / NOTE).read_bytes().decode()
    assert (police.path / "户籍.csv").exists()


def test_a_zip_is_one_receipt_with_each_list(police: Department) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("户籍.csv", GOOD)
        archive.writestr("说明.pdf", b"%PDF-1.4")
    police.put("名册_20261101.zip", packed.getvalue())
    police.wait()
    assert Delivery.objects.count() == 1
    text = police.text(TO_MEND)
    assert "名册：户籍.csv" in text
    assert "名册：说明.pdf" in text
    assert [name for name in police.to_mend if name.endswith(".zip")], "not all of it is in, so it goes back whole"


def test_a_zip_whose_lists_are_all_in_is_gone(police: Department) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("东片/户籍.csv", GOOD)
        archive.writestr("__MACOSX/东片/._户籍.csv", b"x")
    police.put("名册.zip", packed.getvalue())
    police.wait()
    assert Delivery.objects.count() == 1
    assert (police.taking, police.to_mend) == ([], [])
    assert "电脑自动生成" in police.text(TAKEN)


class Killed(BaseException):
    """Stands for kill -9: nothing of ours catches it."""


@pytest.mark.parametrize("step", range(10))
def test_killed_at_any_step_the_next_looks_finish_it_once(
    police: Department, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = iter(range(100))

    def dying(function: Any) -> Any:
        def step_or_die(*args: Any, **options: Any) -> Any:
            if next(steps) == step:
                raise Killed
            result = function(*args, **options)
            if next(steps) == step:
                raise Killed
            return result

        return step_or_die

    police.put("户籍.csv", GOOD)
    with monkeypatch.context() as patched:
        for owner, name in (
            (DropFolderOnDisk, "take"), (intake, "keep_upload"), (Taken, "note"), (DropFolderOnDisk, "write_back"),
            (DropFolderOnDisk, "settle"),
        ):  # fmt: skip
            patched.setattr(owner, name, dying(getattr(owner, name)))
        with pytest.raises(Killed):
            police.wait()
    assert list(police.path.rglob("*户籍*")), "the file or its receipt is there"
    police.wait()
    police.wait()
    assert Delivery.objects.count() == 1
    assert UploadDraft.objects.count() == 1
    assert Job.objects.filter(kind="publish_upload").count() == 1
    assert (police.taking, police.to_mend, len(police.taken)) == ([], [], 1)


def test_an_import_that_fails_waits_for_a_person(police: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("notoneless.jobs.uploads.publish_upload", broken)
    police.put("户籍.csv", GOOD)
    for _ in range(3):
        police.wait()
    assert Job.objects.filter(kind="publish_upload").count() == 1
    assert len(police.taking) == 1


def test_a_check_that_breaks_down_hands_the_file_back(police: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("notoneless.jobs.uploads.check_upload", broken)
    police.put("户籍.csv", GOOD)
    police.wait()
    police.wait()
    assert "没有核对成" in police.text(TO_MEND)
    assert UploadDraft.objects.get().status == UploadDraft.Status.ABANDONED


def test_a_closed_account_or_a_stopped_folder_takes_nothing(cast: Cast, police: Department) -> None:
    stop_folder(folder=DropFolder.objects.get(), by=cast.admin, now=timezone.now())
    police.put("户籍.csv", GOOD)
    police.wait()
    assert "已停用" in (police.path / NOTE).read_bytes().decode()
    open_folder(cast)
    disable_user(user=cast.clerk, by=cast.admin, now=timezone.now())
    police.wait()
    assert (police.path / "户籍.csv").exists()
    assert not UploadDraft.objects.exists()


def test_one_folder_in_trouble_stops_no_other(cast: Cast, police: Department) -> None:
    open_folder(cast, id="canlian", sender=FEDERATION)
    other = Path(settings.INBOX_DIR) / "canlian"
    other.mkdir(parents=True)
    (other / TAKING).symlink_to("/tmp")
    police.put("户籍.csv", GOOD)
    police.wait()
    assert Delivery.objects.count() == 1


def test_a_folder_in_trouble_is_told_once_until_it_is_well(
    cast: Cast, police: Department, caplog: pytest.LogCaptureFixture
) -> None:
    bad = police.path / TAKING
    bad.symlink_to("/tmp")
    looking = Inbox(timezone.now, seconds=0)
    for _ in range(3):
        assert [line[0] for line in looking.look()] == [DropFolder.objects.get().pk]
    assert len([one for one in caplog.records if "drop folder" in one.message]) == 1
    bad.unlink()
    looking.look()
    (police.path / TAKING).rmdir()
    bad.symlink_to("/tmp")
    looking.look()
    assert len([one for one in caplog.records if "drop folder" in one.message]) == 2


def test_while_another_process_has_the_folder_this_one_keeps_off(police: Department) -> None:
    disk = DropFolderOnDisk(police.path)
    disk.prepare()
    police.put("户籍.csv", GOOD)
    with disk.alone():
        police.wait()
    assert (police.path / "户籍.csv").exists()


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("户籍_20261010.xlsx", date(2026, 10, 10)),
        ("户籍2026年9月30日.xlsx", date(2026, 9, 30)),
        ("2026.9.3户籍.csv", date(2026, 9, 3)),
        ("户籍2026.csv", None),
        ("户籍20261301.csv", None),
        ("20260901-20260930户籍.csv", None),
        ("户籍20991231.csv", None),
        ("371321201603051037.csv", None),
    ],
)
def test_the_day_in_a_file_name(name: str, day: date | None) -> None:
    assert day_in_name(name, date(2026, 11, 23)) == day


def test_folders_are_the_administrators(cast: Cast) -> None:
    folder = open_folder(cast)
    assert [one.pk for one in list_folders(cast.admin)] == [POLICE]
    for user in cast:
        if user == cast.admin:
            continue
        for act in (
            lambda user=user: list_folders(user),
            lambda user=user: get_folder(user, POLICE),
            lambda user=user: stop_folder(folder=folder, by=user, now=timezone.now()),
            lambda user=user: add_folder(
                id="own", sender=SENDER, place_code=folder.place_code, user=cast.clerk, by=user, now=timezone.now()
            ),
        ):
            with pytest.raises(Fault, match="E701"):
                act()
    assert Event.objects.filter(action__startswith="folder.").count() == 1


def test_opening_and_stopping_leave_a_trace_and_happen_once(cast: Cast) -> None:
    folder = open_folder(cast)
    with pytest.raises(Fault, match="E335"):
        open_folder(cast)
    stop_folder(folder=folder, by=cast.admin, now=timezone.now())
    with pytest.raises(Fault, match="E336"):
        stop_folder(folder=folder, by=cast.admin, now=timezone.now())
    assert open_folder(cast, choice="confirm").choice == "confirm"
    kinds = list(Event.objects.filter(action__startswith="folder.").values_list("action", flat=True))
    assert kinds == ["folder.add", "folder.stop", "folder.add"]


@pytest.mark.parametrize("name", ["", "a", "../x", "公安", "A-b", "x" * 41, "-a", "a/b"])
def test_a_folders_name_is_a_plain_word(cast: Cast, name: str) -> None:
    with pytest.raises(Fault, match="E334"):
        open_folder(cast, id=name)


def test_a_folder_never_sends_what_its_account_may_not(cast: Cast) -> None:
    for user, code in ((cast.partner, "E702"), (cast.stranger, "E702"), (cast.auditor, "E701")):
        with pytest.raises(Fault, match=code):
            open_folder(cast, user=user)
    assert not DropFolder.objects.exists()
