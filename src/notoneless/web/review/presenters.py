"""How doubtful pairs read on screen: a pair as this person meets it, lines of a list, the numbers of 判读质量."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from notoneless.link.core.review import Agreement, agreement
from notoneless.link.records.models import Reading, ReviewPair
from notoneless.link.records.readings import get_first_reading, get_last_return, get_own_blind, list_waiting
from notoneless.org.models import User
from notoneless.policy.places import town_of
from notoneless.roster.core import load_kinds

Status = ReviewPair.Status
STATUS_KINDS = {"open": "todo", "second": "warn", "same": "done", "different": "done", "unsure": "warn"}


@dataclass(frozen=True)
class Stand:
    """A pair as one person meets it. ``mode``: judge (also a blind one), second, waiting (own risky merge) or judged.

    ``first`` is the verdict to be answered or shown, None while it must not be seen; ``returned`` the last refusal.
    """

    mode: str
    first: Reading | None
    returned: Reading | None


@dataclass(frozen=True)
class PairLine:
    """A pair in a list: the kind of the doubtful row, its township, its status as this person may know it."""

    pair: ReviewPair
    kind: str
    town: str
    status: str
    status_kind: str


@dataclass(frozen=True)
class Judged:
    """What was just said of a pair, and whether taking it back concerns one's blind reading only."""

    pair: ReviewPair
    verdict: str
    blind: bool


@dataclass(frozen=True)
class ReaderLine:
    """One reader's pairs that another person read blind; rate and kappa are None while they are too few."""

    name: str
    measured: Agreement
    enough: bool


def stand_of(user: User, pair: ReviewPair) -> Stand:
    """How this person meets the pair."""
    if pair.status == Status.OPEN:
        return Stand("judge", None, get_last_return(pair))
    if not list_waiting(user).filter(pk=pair.pk).exists():
        return Stand("waiting" if pair.status == Status.SECOND else "judged", get_first_reading(pair), None)
    if pair.status == Status.SECOND:
        return Stand("second", get_first_reading(pair), None)
    return Stand("judge", None, None)


def just_judged(user: User, pair: ReviewPair | None) -> Judged | None:
    """The pair this person has just judged, in their own words: a blind reader is not told the other verdict."""
    if pair is None:
        return None
    own = get_own_blind(user, pair)
    if own:
        return Judged(pair, str(own.get_verdict_display()), True)
    return Judged(pair, str(pair.get_status_display()), False) if pair.status != Status.OPEN else None


def waiting_lines(pairs: Iterable[ReviewPair]) -> list[PairLine]:
    """Lines of the queue: open, or waiting for a second person; a blind one looks like an open one."""
    shown = [(pair, Status.SECOND if pair.status == Status.SECOND else Status.OPEN) for pair in pairs]
    return [_line(pair, status.label, STATUS_KINDS[status]) for pair, status in shown]


def judged_lines(pairs: Iterable[ReviewPair]) -> list[PairLine]:
    """Lines of 再看已判."""
    return [_line(pair, pair.get_status_display(), STATUS_KINDS[pair.status]) for pair in pairs]


def verdict_table(compared: Sequence[Reading]) -> list[tuple[str, list[int]]]:
    """First verdict × blind verdict, in numbers; rows and columns in the order of :func:`verdict_names`."""
    verdicts = [Reading.Verdict.SAME, Reading.Verdict.DIFFERENT, Reading.Verdict.UNSURE]
    met = [(one.against.verdict, one.verdict) for one in compared if one.against]
    return [(str(row.label), [met.count((row.value, column.value)) for column in verdicts]) for row in verdicts]


def verdict_names() -> list[str]:
    """同一人, 不是同一人, 说不准."""
    return [str(one.label) for one in (Reading.Verdict.SAME, Reading.Verdict.DIFFERENT, Reading.Verdict.UNSURE)]


def measured(compared: Iterable[Reading]) -> Agreement:
    """How far the first readers and the blind ones agree."""
    return agreement((one.against.verdict, one.verdict) for one in compared if one.against)


def reader_lines(compared: Iterable[Reading], least: int, only: User | None) -> list[ReaderLine]:
    """Every first reader with the agreement of the others; ``only`` one person's own line for whoever may see no more."""
    by_reader: dict[tuple[str, int], list[Reading]] = {}
    for one in compared:
        if one.against and (only is None or one.against.by_id == only.pk):
            by_reader.setdefault((one.against.by.display_name, one.against.by_id), []).append(one)
    found = [(name, measured(readings)) for (name, _id), readings in sorted(by_reader.items())]
    return [ReaderLine(name, one, one.read >= least) for name, one in found]


def _line(pair: ReviewPair, status: str, kind: str) -> PairLine:
    return PairLine(pair, load_kinds()[pair.left_kind].name, town_of(pair.place_code), str(status), kind)
