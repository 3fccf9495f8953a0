"""A drop folder on the disk: what is whole is taken once, what is odd is explained, nothing is lost or followed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from notoneless.common.errors import Fault
from notoneless.files.drop_folder import NOTE, TAKEN, TAKING, TO_MEND, DropFolderOnDisk, Taken, shown_name

LARGEST = 1000


@pytest.fixture
def folder(tmp_path: Path) -> DropFolderOnDisk:
    made = DropFolderOnDisk(tmp_path / "police")
    made.prepare()
    return made


def put(folder: DropFolderOnDisk, name: str, data: bytes = b"a,b\n") -> Path:
    path = folder.path / name
    path.write_bytes(data)
    return path


def faults(folder: DropFolderOnDisk) -> dict[str, str]:
    return {one.name: one.fault for one in folder.look(LARGEST)}


def take(folder: DropFolderOnDisk, name: str) -> Taken:
    (lying,) = [one for one in folder.look(LARGEST) if one.name == name]
    taken = folder.take(lying)
    assert taken is not None
    return taken


def test_a_file_is_taken_whole_and_its_place_names_it(folder: DropFolderOnDisk) -> None:
    put(folder, "户籍 2026.xlsx", b"x" * 999)
    assert faults(folder) == {"户籍 2026.xlsx": ""}
    taken = take(folder, "户籍 2026.xlsx")
    assert b"".join(taken.chunks()) == b"x" * 999
    assert not (folder.path / "户籍 2026.xlsx").exists()
    assert taken.folder.parent.name == TAKING
    assert taken.folder.name == f"户籍 2026_{taken.mark}"
    assert folder.taken() == [taken]


def test_what_is_not_taken_has_a_reason(folder: DropFolderOnDisk, tmp_path: Path) -> None:
    (folder.path / "2025").mkdir()
    (folder.path / "link.xlsx").symlink_to("/etc/passwd")
    os.mkfifo(folder.path / "pipe.xlsx")
    put(folder, "户籍.xlsx.part")
    put(folder, ".户籍.xlsx.Ab12")
    put(folder, "学籍.xlsx")
    put(folder, "~$学籍.xlsx")
    put(folder, "点名.csv")
    put(folder, ".~lock.点名.csv#")
    put(folder, "big.csv", b"x" * 1001)
    assert faults(folder) == {
        "2025": "E040", "link.xlsx": "E041", "pipe.xlsx": "E041", "户籍.xlsx.part": "E045", ".户籍.xlsx.Ab12": "E045",
        "学籍.xlsx": "E046", "点名.csv": "E046", "big.csv": "E047",
    }  # fmt: skip


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_explained(folder: DropFolderOnDisk) -> None:
    put(folder, "户籍.xlsx").chmod(0)
    assert faults(folder) == {"户籍.xlsx": "E042"}


def test_what_programs_leave_for_themselves_is_passed_over(folder: DropFolderOnDisk) -> None:
    for name in ("Thumbs.db", ".DS_Store", "desktop.ini", "._户籍.xlsx", "~$旧.xlsx"):
        put(folder, name)
    assert faults(folder) == {}


def test_a_growing_file_is_not_equal_to_itself(folder: DropFolderOnDisk) -> None:
    path = put(folder, "户籍.csv")
    before = folder.look(LARGEST)
    assert folder.look(LARGEST) == before
    path.write_bytes(b"a,b\nc,d\n")
    assert folder.look(LARGEST) != before
    assert folder.take(before[0]) is None, "changed since the look"
    assert path.read_bytes() == b"a,b\nc,d\n"
    assert folder.taken() == []


def test_a_file_that_is_gone_is_not_taken(folder: DropFolderOnDisk) -> None:
    path = put(folder, "户籍.csv")
    (lying,) = folder.look(LARGEST)
    path.unlink()
    assert folder.take(lying) is None
    assert list((folder.path / TAKING).iterdir()) == []


def test_a_link_put_in_the_place_of_a_taken_file_is_not_followed(folder: DropFolderOnDisk) -> None:
    put(folder, "户籍.csv")
    taken = take(folder, "户籍.csv")
    taken.path.unlink()
    taken.path.symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="symbolic"):
        list(taken.chunks())


def test_a_link_in_the_place_of_an_own_folder_stops_everything(folder: DropFolderOnDisk, tmp_path: Path) -> None:
    (folder.path / TAKEN).rmdir()
    (folder.path / TAKEN).symlink_to(tmp_path)
    with pytest.raises(Fault, match="E043"):
        folder.prepare()


def test_writing_while_it_is_read_is_noticed(folder: DropFolderOnDisk) -> None:
    put(folder, "户籍.csv")
    taken = take(folder, "户籍.csv")
    pieces = taken.chunks()
    next(pieces)
    with taken.path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(Fault, match="E044"):
        list(pieces)
    folder.put_back(taken)
    assert faults(folder) == {"户籍.csv": ""}


def test_put_back_never_overwrites_what_came_meanwhile(folder: DropFolderOnDisk) -> None:
    put(folder, "户籍.csv", b"first")
    taken = take(folder, "户籍.csv")
    put(folder, "户籍.csv", b"second")
    folder.put_back(taken)
    assert sorted(path.read_bytes() for path in folder.path.glob("*.csv")) == [b"first", b"second"]


def test_answers_are_named_after_the_file_and_replace_themselves(folder: DropFolderOnDisk) -> None:
    put(folder, "户籍.xlsx")
    taken = take(folder, "户籍.xlsx")
    name = taken.answer_name("回执.txt")
    assert name == f"户籍_回执_{taken.mark}.txt"
    folder.write_back(TAKEN, name, b"one")
    folder.write_back(TAKEN, name, b"two")
    assert [path.read_bytes() for path in (folder.path / TAKEN).iterdir()] == [b"two"]


def test_settled_is_removed_or_handed_back(folder: DropFolderOnDisk) -> None:
    for name in ("good.csv", "bad.csv"):
        put(folder, name, name.encode())
    good, bad = take(folder, "good.csv"), take(folder, "bad.csv")
    good.note({"sha256": "x"})
    folder.settle(good, back=False)
    folder.settle(bad, back=True)
    assert folder.taken() == []
    assert list((folder.path / TAKING).iterdir()) == []
    assert [path.read_bytes() for path in (folder.path / TO_MEND).iterdir()] == [b"bad.csv"]


def test_progress_survives_and_rubbish_is_no_progress(folder: DropFolderOnDisk) -> None:
    put(folder, "户籍.csv")
    taken = take(folder, "户籍.csv")
    assert taken.progress() == {}
    taken.note({"drafts": ["a"]})
    assert folder.taken()[0].progress() == {"drafts": ["a"]}
    (taken.folder / "进度.json").write_text("[")
    assert taken.progress() == {}


def test_an_empty_place_of_a_killed_process_is_cleared(folder: DropFolderOnDisk) -> None:
    (folder.path / TAKING / "户籍_abcdef").mkdir()
    (folder.path / TAKING / "学籍_abcdef").mkdir()
    (folder.path / TAKING / "学籍_abcdef" / ".~0123").write_bytes(b"half")
    assert folder.taken() == []
    assert list((folder.path / TAKING).iterdir()) == []


def test_the_note_says_why_and_goes_when_nothing_is_left(folder: DropFolderOnDisk) -> None:
    (folder.path / "2025").mkdir()
    folder.explain([one.reason() for one in folder.look(LARGEST)])
    text = (folder.path / NOTE).read_bytes().decode("utf-8-sig")
    assert "2025：这是文件夹，不收" in text
    assert "\r\n" in text
    assert faults(folder) == {"2025": "E040"}, "the note itself is nobody's list"
    folder.explain([])
    assert not (folder.path / NOTE).exists()


def test_two_processes_never_have_it_at_once(folder: DropFolderOnDisk) -> None:
    with folder.alone() as first, folder.alone() as second:
        assert (first, second) == (True, False)
    with folder.alone() as again:
        assert again


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("户籍\n2026.csv", "户籍 2026.csv"),
        (os.fsdecode("户籍.csv".encode("gb18030")), "户籍.csv"),
        ("\x07", "无名文件"),
        ("-rf", "-rf"),
    ],
)
def test_odd_names_are_shown_readably(folder: DropFolderOnDisk, name: str, shown: str) -> None:
    assert shown_name(name) == shown
    put(folder, name)
    taken = take(folder, name)
    assert b"".join(taken.chunks()) == b"a,b\n"
    folder.settle(taken, back=True)
    assert len(list((folder.path / TO_MEND).iterdir())) == 1


def test_the_longest_name_has_room_for_its_answers(folder: DropFolderOnDisk) -> None:
    put(folder, "册" * 83 + ".xlsx")
    taken = take(folder, "册" * 83 + ".xlsx")
    folder.write_back(TO_MEND, taken.answer_name("错误行.xlsx"), b"x")
    folder.settle(taken, back=True)
    assert len(list((folder.path / TO_MEND).iterdir())) == 2
