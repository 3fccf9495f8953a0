"""Proving the trail: edits, deletions and re-orderings break the chain; a cut-off tail contradicts a checkpoint.

Whoever owns the database can rewrite the whole chain and its checkpoints. The printed line of a checkpoint (kept on
paper, on another machine, in a published sweep) is therefore what counts: give it to `verify_chain` as an anchor.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from notoneless.common.errors import Fault
from notoneless.trail.models import ZERO_HASH, ChainHead, Checkpoint, Event
from notoneless.trail.record import event_hash

CHUNK = 2000
MAX_PROBLEMS = 50
_LINE = re.compile(r"共\s*(\d+)\s*条.*末条散列\s*([0-9a-f]{64})")


@dataclass(frozen=True)
class Anchor:
    """A length and last hash that were true once."""

    size: int
    head: str


@dataclass
class ChainReport:
    """What `verify_chain` found. `problems` are Chinese sentences, at most 50; `size` counts the events read."""

    size: int = 0
    head: str = ZERO_HASH
    problems: list[str] = field(default_factory=list)
    anchors: int = 0

    @property
    def whole(self) -> bool:
        """True if nothing was found."""
        return not self.problems

    def summary(self) -> str:
        """One sentence for a person."""
        if self.whole:
            return f"留痕完整：共 {self.size} 条，与 {self.anchors} 个核对点相符"
        return f"留痕有问题：共 {self.size} 条，发现 {len(self.problems)} 处；" + "；".join(self.problems[:3])

    def add(self, problem: str) -> None:
        """Note a problem, as long as there is room."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)


def checkpoint(*, now: dt.datetime) -> Checkpoint:
    """Write down length and last hash of the chain as it stands. Raises Fault E721 if the chain has no head row."""
    with transaction.atomic():
        head = ChainHead.objects.select_for_update().filter(id=1).first()
        if head is None:
            raise Fault("E721")
        return Checkpoint.objects.create(size=head.size, head=head.hash, at=now)


def checkpoint_line(point: Checkpoint) -> str:
    """The line to print and keep elsewhere; `parse_line` reads it back."""
    at = timezone.localtime(point.at).strftime("%Y-%m-%d %H:%M:%S")
    return f"留痕核对点 {at} 共 {point.size} 条 末条散列 {point.head}"


def parse_line(line: str) -> Anchor:
    """The anchor in a printed line. Raises Fault E722 if it is none."""
    found = _LINE.search(line)
    if found is None:
        raise Fault("E722", line=line.strip()[:40])
    return Anchor(int(found[1]), found[2])


def verify_chain(anchors: Iterable[Anchor] = ()) -> ChainReport:
    """Read the whole trail and hold it against its own hashes, its head row, its checkpoints and the given anchors.

    Writers go on meanwhile: head and checkpoints are read first, so events appended later contradict nothing.
    """
    head = _head()
    claims = [(anchor, "外存核对点") for anchor in anchors]
    claims += [(Anchor(point.size, point.head), "核对点") for point in Checkpoint.objects.order_by("id")]
    report = ChainReport(anchors=len(claims))
    marks: dict[int, str] = {0: ZERO_HASH}
    wanted = {anchor.size for anchor, _ in claims} | {head.size}
    for event in Event.objects.order_by("id").iterator(chunk_size=CHUNK):
        _check_link(event, report)
        if event.id in wanted:
            marks[event.id] = event.hash
    for anchor, name in claims:
        if marks.get(anchor.size) != anchor.head:
            report.add(f"与{name}不符：当时共 {anchor.size} 条，现已不是同一串记录")
    if marks.get(head.size) != head.head or _head().size < report.size:
        report.add(f"链首记着共 {head.size} 条，实际读到 {report.size} 条，末尾被删、被改或被添")
    return report


def _check_link(event: Event, report: ChainReport) -> None:
    expected = report.size + 1
    if event.id != expected:
        report.add(f"第 {expected} 条起缺失或次序被改，接着读到的是第 {event.id} 条")
    if event.prev_hash != report.head:
        report.add(f"第 {event.id} 条与前一条接不上")
    if event_hash(event) != event.hash:
        report.add(f"第 {event.id} 条内容被改动")
    report.size, report.head = event.id, event.hash


def _head() -> Anchor:
    head = ChainHead.objects.filter(id=1).first()
    return Anchor(head.size, head.hash) if head else Anchor(-1, "")
