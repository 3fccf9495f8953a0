"""Helps for tests of drop folders: one of the police, and a department that puts files into it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from tests.lib.cast import COUNTY, NOW, Cast
from tests.lib.web import run_jobs

from notoneless.files.drop_folder import TAKEN, TAKING, TO_MEND
from notoneless.jobs.inbox import Inbox
from notoneless.roster.records.drop_folders import add_folder
from notoneless.roster.records.models import DropFolder

POLICE = "gongan-hukou"
SENDER = "县公安局户政科"


def open_folder(cast: Cast, **said: Any) -> DropFolder:
    known = {"id": POLICE, "sender": SENDER, "place_code": COUNTY, "user": cast.clerk, "choice": "good_files"}
    return add_folder(**(known | said), by=cast.admin, now=NOW)


class Department:
    """Puts files into its folder and looks what came back; ``wait`` is the time in which the worker does its part."""

    def __init__(self, folder: str = POLICE) -> None:
        self.path = Path(settings.INBOX_DIR) / folder
        self.path.mkdir(parents=True, exist_ok=True)
        self.inbox = Inbox(timezone.now)

    def put(self, name: str, data: bytes) -> Path:
        (self.path / name).write_bytes(data)
        return self.path / name

    def wait(self) -> None:
        """Two looks, all jobs, and the looks after them."""
        self.inbox.look()
        self.inbox.look()
        while run_jobs():
            self.inbox.look()

    def names(self, where: str) -> list[str]:
        folder = self.path / where
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    @property
    def taking(self) -> list[str]:
        return self.names(TAKING)

    @property
    def taken(self) -> list[str]:
        return self.names(TAKEN)

    @property
    def to_mend(self) -> list[str]:
        return self.names(TO_MEND)

    def text(self, where: str, part: str = "回执") -> str:
        """The one receipt that lies there."""
        (path,) = [path for path in (self.path / where).iterdir() if part in path.name]
        return path.read_bytes().decode("utf-8-sig")
