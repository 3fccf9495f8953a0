"""A drop folder (收件夹) on the disk: what lies in it, taken one by one, and what is written back.

    <folder>/户籍.xlsx              left by the department
    <folder>/处理中/户籍_kqwzmt/     taken: the file, and beside it what is known of it (进度.json)
    <folder>/已收/  <folder>/要改/   what goes back
    <folder>/未收说明.txt            why something that lies there is not taken

Other people write into this folder while we read it. Nothing is followed (no links), nothing of theirs is overwritten,
and a file is taken by one rename, so that two processes never take the same one. A process killed at any point leaves
either the file where it was, or a taken one that the next look goes on with.
"""

import fcntl
import json
import os
import secrets
import stat
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from notoneless.common.durable import write_new
from notoneless.common.errors import Fault

TAKING, TAKEN, TO_MEND = "处理中", "已收", "要改"
NOTE = "未收说明.txt"
PROGRESS = "进度.json"
OWN = frozenset({TAKING, TAKEN, TO_MEND, NOTE})
JUNK = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})  # made by the file browser, not by a person
UNFINISHED = (".part", ".tmp", ".temp", ".crdownload", ".partial", ".filepart", ".download", ".!ut")
MARK_LETTERS = 6
LONGEST_STEM = 160  # bytes; with what we add it stays below the 255 of a file system
BESIDE = ".~"
NAMELESS = "无名文件"
PIECE = 1 << 20


@dataclass(frozen=True)
class Lying:
    """Something that lies in the folder, as it was at one look; equal at the next look means untouched since."""

    name: str
    size: int
    changed_ns: int
    fault: str = ""  # the code of the reason why it is not taken

    def reason(self) -> Fault:
        """The reason in words."""
        return Fault(self.fault, where=shown_name(self.name), size=f"{self.size >> 20} MiB")


@dataclass(frozen=True)
class Taken:
    """A file that was taken and is not settled yet. ``mark`` tells it from every other one of the folder."""

    folder: Path
    name: str
    mark: str

    @property
    def path(self) -> Path:
        """Where the file is now."""
        return self.folder / self.name

    def chunks(self) -> Iterator[bytes]:
        """Its bytes. Raises Fault E044 when somebody was still writing it, or put a link in its place."""
        handle = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(handle, "rb") as file:
            before = os.fstat(handle)
            if not stat.S_ISREG(before.st_mode):
                raise Fault("E044", where=shown_name(self.name))
            while piece := file.read(PIECE):
                yield piece
            after = os.fstat(handle)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise Fault("E044", where=shown_name(self.name))

    def progress(self) -> dict[str, Any]:
        """What was noted of it; {} when nothing was."""
        try:
            noted = json.loads((self.folder / PROGRESS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return noted if isinstance(noted, dict) else {}

    def note(self, progress: Mapping[str, Any]) -> None:
        """Note how far it is, whole or not at all."""
        _replace(self.folder / PROGRESS, json.dumps(progress, ensure_ascii=False).encode())

    def answer_name(self, what: str) -> str:
        """The name of something that goes back about it: 户籍_错误行_kqwzmt.xlsx for 错误行.xlsx."""
        stem, suffix = os.path.splitext(what)
        return f"{_stem(self.name)}_{stem}_{self.mark}{suffix}"


class DropFolderOnDisk:
    """One department's folder. Use it inside :meth:`alone`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def prepare(self) -> None:
        """Make what is missing. Raises Fault E043 when one of our own folders is something else, or is not ours."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o770)
            for name in (TAKING, TAKEN, TO_MEND):
                (self.path / name).mkdir(exist_ok=True, mode=0o770)
                if not stat.S_ISDIR((self.path / name).lstat().st_mode):
                    raise Fault("E043", where=name)
        except OSError as error:
            raise Fault("E043", where=self.path.name, detail=repr(error)) from error
        if not all(os.access(self.path / name, os.R_OK | os.W_OK | os.X_OK) for name in ("", TAKING, TAKEN, TO_MEND)):
            raise Fault("E043", where=self.path.name)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether this process has the folder to itself while the block runs; another one may be at work."""
        handle = os.open(self.path / TAKING, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(handle)

    def look(self, largest: int) -> list[Lying]:
        """What lies there now, in the order of names; ``largest``: bytes of a file that may be taken."""
        with os.scandir(self.path) as entries:
            found = [entry for entry in entries if entry.name not in OWN]
        names = {entry.name for entry in found}
        lying = []
        for entry in sorted((one for one in found if not _is_junk(one.name)), key=lambda one: one.name):
            with suppress(FileNotFoundError):
                lying.append(_lying(entry, names, largest))
        return lying

    def take(self, lying: Lying) -> Taken | None:
        """Move a file out of everybody's way; None when it is gone or changed since the look.

        Raises Fault E042 when it may not be moved.
        """
        taken = Taken(self._new_place(lying.name), lying.name, "")
        taken = Taken(taken.folder, lying.name, taken.folder.name[-MARK_LETTERS:])
        try:
            os.rename(self.path / lying.name, taken.path)
        except FileNotFoundError:
            taken.folder.rmdir()
            return None
        except OSError as error:
            taken.folder.rmdir()
            raise Fault("E042", where=shown_name(lying.name), detail=repr(error)) from error
        now = taken.path.lstat()
        if (now.st_size, now.st_mtime_ns, stat.S_ISREG(now.st_mode)) != (lying.size, lying.changed_ns, True):
            self.put_back(taken)
            return None
        return taken

    def taken(self) -> list[Taken]:
        """What was taken and is not settled, oldest first; places without a file are cleared away."""
        found = []
        for place in (self.path / TAKING).iterdir():
            if place.is_symlink() or not place.is_dir():
                continue
            files = sorted(entry.name for entry in place.iterdir() if not _is_ours(entry.name))
            if files:
                found.append(Taken(place, files[0], place.name[-MARK_LETTERS:]))
            else:
                _clear(place)
        return sorted(found, key=lambda taken: (taken.folder.stat().st_mtime_ns, taken.mark))

    def write_back(self, where: str, name: str, data: bytes) -> None:
        """Put an answer into 已收 or 要改; the same name again takes the place of the former."""
        _replace(self.path / where / name, data)

    def settle(self, taken: Taken, *, back: bool) -> None:
        """The end of a taken file: handed back in 要改, or removed because it lies sealed in the lake."""
        if back:
            with suppress(FileNotFoundError):
                os.rename(taken.path, self.path / TO_MEND / taken.answer_name(f"原件{taken.path.suffix}"))
        else:
            taken.path.unlink(missing_ok=True)
        _clear(taken.folder)

    def put_back(self, taken: Taken) -> None:
        """Back to where it lay, for the next look; if something of that name has come meanwhile, under a new name."""
        target = self.path / taken.name
        if os.path.lexists(target):
            target = self.path / taken.answer_name(f"再看{taken.path.suffix}")
        os.rename(taken.path, target)
        _clear(taken.folder)

    def explain(self, left: list[Fault]) -> None:
        """Say in 未收说明.txt why things are not taken; with nothing to say the file goes."""
        note = self.path / NOTE
        if not left:
            note.unlink(missing_ok=True)
            return
        text = as_text(["这些还没有收：", "", *[f"{fault.where}：{fault.what}。{fault.how}。" for fault in left]])
        if note.is_symlink() or not note.is_file() or note.read_bytes() != text:
            _replace(note, text)

    def _new_place(self, name: str) -> Path:
        while True:
            mark = "".join(secrets.choice(string.ascii_lowercase) for _ in range(MARK_LETTERS))
            place = self.path / TAKING / f"{_stem(name)}_{mark}"
            with suppress(FileExistsError):
                place.mkdir(mode=0o770)
                return place


def shown_name(name: str) -> str:
    """A file name fit for a sentence and for the database: no control characters, readable although GBK."""
    raw = os.fsencode(name)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    return "".join(" " if ord(letter) < 32 or letter == "\x7f" else letter for letter in text).strip() or NAMELESS


def as_text(lines: list[str]) -> bytes:
    """Lines as the notepad of any Windows opens them."""
    return ("\ufeff" + "\r\n".join([*lines, ""])).encode()


def _lying(entry: os.DirEntry[str], names: set[str], largest: int) -> Lying:
    seen = entry.stat(follow_symlinks=False)
    return Lying(entry.name, seen.st_size, seen.st_mtime_ns, _fault(entry, seen, names, largest))


def _fault(entry: os.DirEntry[str], seen: os.stat_result, names: set[str], largest: int) -> str:
    """The code of the reason why this is not taken, "" for none."""
    name = entry.name
    if stat.S_ISDIR(seen.st_mode):
        return "E040"
    if not stat.S_ISREG(seen.st_mode):
        return "E041"
    if name.lower().endswith(UNFINISHED) or name.startswith((".", "~WR")):
        return "E045"
    if names & {f"~${name}", f"~${name[2:]}", f".~lock.{name}#", f".~{name}"}:
        return "E046"
    if seen.st_size > largest:
        return "E047"
    return "" if os.access(entry.path, os.R_OK) else "E042"


def _is_junk(name: str) -> bool:
    """Made by a program for itself: browsers of files, locks of Office (``~$``) and LibreOffice, our own (``.~``)."""
    return name.lower() in JUNK or name.startswith(("._", "~$", ".~"))


def _is_ours(name: str) -> bool:
    return name == PROGRESS or name.startswith(BESIDE)


def _stem(name: str) -> str:
    stem = Path(shown_name(name)).stem
    return stem.encode()[:LONGEST_STEM].decode(errors="ignore").strip() or "文件"


def _replace(target: Path, data: bytes) -> None:
    """Write beside, then rename: no reader ever sees half of it, and no link is followed."""
    beside = target.with_name(f"{BESIDE}{secrets.token_hex(8)}")
    try:
        write_new(beside, data, 0o660)
        os.replace(beside, target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _clear(place: Path) -> None:
    """Remove a place; whatever somebody else has put there keeps it, and is taken at the next look."""
    for entry in place.iterdir():
        if _is_ours(entry.name):
            entry.unlink()
    with suppress(OSError):
        place.rmdir()
