"""The worker looks into the drop folders while it has nothing else to do."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from datetime import datetime

from django.db import OperationalError

from notoneless.common.errors import Fault
from notoneless.flows.inbox import Doings, Look, look_into
from notoneless.jobs.models import Job
from notoneless.jobs.queue import run_pending
from notoneless.jobs.uploads import check_job, publish_job, start_check, start_publish
from notoneless.roster.records.models import DropFolder, UploadDraft

logger = logging.getLogger("notoneless.jobs")

SECONDS = 10.0
"""Between two looks: a file is taken when it has not changed for that long."""
Said = tuple[str, str, str]


class Inbox:
    """All drop folders of the installation; remembers what lay there at the last look."""

    def __init__(self, clock: Callable[[], datetime], seconds: float = SECONDS) -> None:
        self._clock = clock
        self._seconds = seconds
        self._before: dict[str, Look] = {}
        self._trouble: dict[str, str] = {}
        self._next = 0.0

    def look_when_due(self) -> None:
        """A look, if the last one is long enough ago."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._seconds
        try:
            self.look()
        except OperationalError:
            logger.warning("the database did not answer, the next look follows", exc_info=True)
        except Exception:
            logger.exception("the drop folders could not be looked into, the next look follows")

    def look(self) -> list[Said]:
        """One look into each folder; (folder, file, sentence) of what was done. A folder in trouble stops no other."""
        said: list[Said] = []
        for folder in DropFolder.objects.select_related("user"):
            now = self._clock()
            try:
                look = look_into(folder, self._before.get(folder.pk, Look()), doings=_doings(folder, now), now=now)
            except Fault as fault:
                if self._is_new_trouble(folder, fault.code):
                    logger.warning("drop folder %s: %s", folder.pk, fault.code)
                said.append((folder.pk, fault.where, fault.what))
                continue
            except OperationalError:
                raise
            except Exception as error:
                code = secrets.token_hex(3).upper()
                if self._is_new_trouble(folder, type(error).__name__):
                    logger.exception("drop folder %s could not be looked into, code %s", folder.pk, code)
                said.append((folder.pk, "", Fault("E804", fault_code=code).what))
                continue
            self._trouble.pop(folder.pk, None)
            self._before[folder.pk] = look
            said += [(folder.pk, *line) for line in look.said]
        return said

    def _is_new_trouble(self, folder: DropFolder, what: str) -> bool:
        """Said once, until the folder is well again or something else is the matter: one folder does not fill the log."""
        before, self._trouble[folder.pk] = self._trouble.get(folder.pk), what
        return before != what

    def run_once(self, pause: Callable[[float], None] = time.sleep) -> list[Said]:
        """Take, check, import and answer all that lies there now and is whole; for a command without a worker."""
        self.look()
        pause(self._seconds)
        said = self.look()
        while run_pending(clock=self._clock):
            said += self.look()
        return list(dict.fromkeys(said))


def _doings(folder: DropFolder, now: datetime) -> Doings:
    def check(draft: UploadDraft) -> None:
        start_check(draft, by=folder.user, now=now)

    def publish(draft: UploadDraft) -> bool:
        """Once: an import that failed waits for a person."""
        job = publish_job(draft) or start_publish(draft=draft, choice="all_or_nothing", by=folder.user, now=now)
        return job is None or job.state in (Job.State.READY, Job.State.RUNNING)

    def broken(draft: UploadDraft) -> str:
        job = check_job(draft)
        if job is None or job.state not in (Job.State.FAILED, Job.State.CANCELLED):
            return ""
        return str(job.result.get("error", {}).get("what", "")) or "核对被取消"

    return Doings(check, publish, broken)
