"""A case in the words and order of its page: gaps with their measures, visits, papers, placements, looks, requests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from notoneless.case.core.outcomes import Outcome, Rules, needs_persuasion
from notoneless.case.core.persuasion import Persuasion, is_joint
from notoneless.case.core.states import State, state_name, table
from notoneless.case.records.models import (
    Case,
    ClosingRequest,
    Evidence,
    Gap,
    Measure,
    Placement,
    Recheck,
    Visit,
)
from notoneless.case.records.queries import timeline
from notoneless.check.core import load_checks
from notoneless.org.models import School, User
from notoneless.org.roles import ROLES
from notoneless.policy.places import Places

STATE_KINDS = {
    State.TO_VERIFY: "todo",
    State.CONFIRMED: "bad",
    State.PERSUADING: "doing",
    State.RETURNED: "doing",
    State.RECHECKING: "doing",
    State.TRANSFERRING: "doing",
    State.MISTAKE: "off",
    State.CLEARED: "done",
    State.TRANSFERRED: "done",
    State.PLACED: "done",
    State.EXCUSED: "done",
}
GAP_KINDS = {Gap.State.OPEN: "bad", Gap.State.CLOSED: "done", Gap.State.EXCUSED: "off"}


@dataclass(frozen=True)
class GapBlock:
    """One gap with what was planned and done about it. ``single`` gaps are struck off by paper, one by one."""

    gap: Gap
    name: str
    kind: str
    single: bool
    measures: list[Measure]
    papers: list[str]
    ended: str

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done about it."""
        return self.gap.state == Gap.State.OPEN

    @property
    def left(self) -> int:
        """Measures not struck off yet."""
        return sum(measure.done_at is None for measure in self.measures)


@dataclass(frozen=True)
class VisitLine:
    """One visit with its number (第几次) in the life of the case."""

    n: int
    visit: Visit
    kind: str
    bodies: str
    is_joint: bool
    corrects: int


@dataclass(frozen=True)
class PaperLine:
    """One paper with the name of its kind and the gap it was filed under."""

    paper: Evidence
    kind: str
    gap: str


@dataclass(frozen=True)
class RequestLine:
    """One asking for 销号 with its decision, if there is one."""

    request: ClosingRequest
    outcome: str
    paper: str


@dataclass(frozen=True)
class StoryLine:
    """One line for shell/timeline.html."""

    at: dt.datetime
    text: str
    who: str
    more: str = ""


@dataclass(frozen=True)
class CaseLine:
    """A row of the list."""

    case: Case
    state: str
    kind: str
    gaps: list[str]
    waiting: bool
    is_open: bool = field(default=True)


def state_kind(case: Case) -> str:
    """The mark of a case's state."""
    return STATE_KINDS[State(case.state)]


def age(birth: dt.date | None, today: dt.date) -> int | None:
    """Full years on ``today``; None without a date of birth."""
    if birth is None:
        return None
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def role_names(roles: Iterable[str]) -> str:
    """乡镇干部、校长."""
    return "、".join(str(ROLES[role].name) for role in roles)


def owner_label(person: User) -> str:
    """李老师（教师）: a person in a list of choices."""
    role = ROLES[person.role].name if person.role in ROLES else person.role
    return f"{person.display_name}（{role}）"


def school_name(case: Case) -> str:
    """The child's school as the lists write it, else as the directory does; "" for a child in no school."""
    known = School.objects.filter(code=case.school_code).first() if case.school_code else None
    return case.child.school_name or (known.name if known else "")


def check_name(check_id: str) -> str:
    """The name of a check; its id when the check is no longer shipped."""
    known = load_checks().get(check_id)
    return known.name if known else check_id


def school_choices() -> list[tuple[str, str] | tuple[str, list[tuple[str, str]]]]:
    """Schools under their township, for a choice that may stay empty."""
    places, towns = Places.load(), dict[str, list[tuple[str, str]]]()
    for school in School.objects.order_by("place_code", "name"):
        towns.setdefault(f"{school.place_code[:9]}000", []).append((school.code, school.name))
    return [("", _("不在学校，或不在名录里")), *((places.label(code) or code, rows) for code, rows in towns.items())]


def paper_label(paper: Evidence, rules: Rules) -> str:
    """就读证明 岸校证〔2026〕7号（岸堤镇中心小学 2026-11-20）."""
    kind = rules.evidence_kinds.get(paper.kind, paper.kind)
    until = _("，有效期至 %(day)s") % {"day": paper.valid_to.isoformat()} if paper.valid_to else ""
    return f"{kind} {paper.number}（{paper.issued_by} {paper.issued_date.isoformat()}{until}）"


def accepted_names(outcome: Outcome, rules: Rules) -> str:
    """The kinds of paper that an outcome accepts, in the order of the code list."""
    return "、".join(str(name) for code, name in rules.evidence_kinds.items() if code in outcome.evidence)


def usable_papers(case: Case, outcome: Outcome) -> list[Evidence]:
    """Papers of the case, filed since it was opened or last reopened, of a kind the outcome accepts; newest first."""
    since = case.reopened_at or case.opened_at
    return list(case.evidence.filter(at__gte=since, kind__in=outcome.evidence).order_by("-at"))


def gap_blocks(case: Case, rules: Rules) -> list[GapBlock]:
    """Open gaps first, the most serious first; each with its measures and papers."""
    found = case.gaps.select_related("owner", "closed_by", "closing_evidence")
    gaps = list(found.prefetch_related("measures__owner", "measures__done_by", "evidence"))
    gaps.sort(key=lambda gap: (gap.state != Gap.State.OPEN, -gap.severity, gap.opened_at))
    return [
        GapBlock(
            gap,
            check_name(gap.check_id),
            GAP_KINDS[Gap.State(gap.state)],
            not needs_persuasion(gap.ledger),
            list(gap.measures.all()),
            [paper_label(paper, rules) for paper in gap.evidence.all()],
            _ended(gap, rules),
        )
        for gap in gaps
    ]


def _ended(gap: Gap, rules: Rules) -> str:
    if gap.state == Gap.State.OPEN or gap.closed_at is None:
        return ""
    if gap.closing_delivery:
        ground = _("名册批次 %(delivery)s 第 %(row)s 行") % {"delivery": gap.closing_delivery, "row": gap.closing_row}
    else:
        ground = paper_label(gap.closing_evidence, rules) if gap.closing_evidence else ""
    day = timezone.localdate(gap.closed_at).isoformat()
    return f"{day} {rules.outcome_name(gap.outcome)}：{ground}"


def visit_lines(case: Case, rules: Rules) -> list[VisitLine]:
    """Visits numbered from the first, shown newest first; a correction says which one it corrects."""
    visits = list(case.visits.select_related("by"))
    numbers = {visit.pk: n for n, visit in enumerate(visits, start=1)}
    lines = [
        VisitLine(
            numbers[visit.pk],
            visit,
            rules.visit_kinds.get(visit.kind, visit.kind),
            rules.body_names(visit.bodies),
            is_joint(visit.bodies, rules.pack),
            numbers.get(visit.corrects_id, 0),
        )
        for visit in visits
    ]
    return lines[::-1]


def persuasion_line(done: Persuasion) -> str:
    """已劝返 2 次，其中联合 0 次；发限期复学文书之前至少 3 次、其中联合 1 次."""
    values = {"made": done.attempts, "joint": done.joint, "wanted": done.wanted, "wanted_joint": done.wanted_joint}
    made = _("已劝返 %(made)s 次，其中联合 %(joint)s 次") % values
    if done.is_enough:
        return _("%(made)s，已够发限期复学文书的次数") % {"made": made}
    asked = _("发限期复学文书之前至少 %(wanted)s 次，其中联合 %(wanted_joint)s 次") % values
    return f"{made}；{asked}"


def paper_lines(case: Case, rules: Rules) -> list[PaperLine]:
    """Papers, the newest first."""
    return [
        PaperLine(
            paper,
            rules.evidence_kinds.get(paper.kind, paper.kind),
            check_name(paper.gap.check_id) if paper.gap else "",
        )
        for paper in case.evidence.select_related("by", "gap").order_by("-at")
    ]


def placement_lines(case: Case, rules: Rules) -> list[tuple[Placement, str, str]]:
    """(placement, its kind, its school) of the child, the present one first."""
    placed = list(Placement.objects.filter(child=case.child_id).select_related("by").order_by("-from_date", "-pk"))
    schools = dict(School.objects.filter(code__in={one.school_code for one in placed}).values_list("code", "name"))
    return [
        (one, rules.placements.get(one.kind, one.kind), schools.get(one.school_code, one.school_code))
        for one in placed
    ]


def recheck_lines(case: Case) -> list[tuple[Recheck, str, str]]:
    """(look, its result in words, mark) of the present round."""
    return [(look, *_look(look)) for look in case.rechecks.filter(round=case.return_round).select_related("by")]


def _look(look: Recheck) -> tuple[str, str]:
    if look.dropped_at:
        return _("不用再查（已退回劝返）"), "off"
    if look.done_at is None:
        return _("未开始"), "todo"
    return (_("在校"), "done") if look.in_school else (_("不在校"), "bad")


def request_lines(case: Case, rules: Rules) -> list[RequestLine]:
    """Askings for 销号, the newest first."""
    requests = case.closing_requests.select_related("asked_by", "decided_by", "evidence").order_by("-asked_at")
    return [RequestLine(one, rules.outcome_name(one.outcome), paper_label(one.evidence, rules)) for one in requests]


def story(case: Case) -> list[StoryLine]:
    """The timeline of the case."""
    return [StoryLine(entry.at, entry.text, entry.who) for entry in timeline(case)]


def case_lines(cases: Sequence[Case]) -> list[CaseLine]:
    """Rows of the list with their open gaps and whether a closing waits; two queries for all of them."""
    ids = [case.pk for case in cases]
    gaps: dict[str, list[str]] = {}
    for case_id, check_id in Gap.objects.filter(case__in=ids, state=Gap.State.OPEN).values_list(
        "case_id", "check_id"
    ):
        gaps.setdefault(case_id, []).append(check_name(check_id))
    asked = ClosingRequest.objects.filter(case__in=ids, decided_at=None)
    waiting = set(asked.values_list("case_id", flat=True))
    return [
        CaseLine(
            case,
            state_name(case.state),
            state_kind(case),
            list(dict.fromkeys(gaps.get(case.pk, []))),
            case.pk in waiting,
            case.closed_at is None,
        )
        for case in cases
    ]


def outcome_groups(
    case: Case, outcomes: Iterable[Outcome], rules: Rules
) -> list[tuple[str, list[tuple[Outcome, str]]]]:
    """Outcomes with the papers they accept, under the name of the step each would take from the case's state."""
    names: dict[str, list[tuple[Outcome, str]]] = {}
    for outcome in outcomes:
        step = table().move_name(outcome.move_from(State(case.state)))
        names.setdefault(step, []).append((outcome, accepted_names(outcome, rules)))
    return list(names.items())


def gap_outcome_groups(
    gap: Gap, outcomes: Iterable[Outcome], rules: Rules
) -> list[tuple[str, list[tuple[Outcome, str]]]]:
    """Outcomes with the papers they accept: first those that the check itself names, then all others that could end it."""
    check = load_checks().get(gap.check_id)
    named, others = [], []
    for outcome in outcomes:
        (named if check and outcome.id in check.excuses else others).append((outcome, accepted_names(outcome, rules)))
    groups = [(_("这项核查列明的结果"), named), (_("其他结果"), others)]
    return [(name, rows) for name, rows in groups if rows]


def known_names(codes: Mapping[str, str], wanted: Iterable[str]) -> dict[str, str]:
    """The part of a code list that is wanted, in its own order."""
    kept = set(wanted)
    return {code: name for code, name in codes.items() if code in kept}
