"""Two counties at work, made through the real doors only: lists, sweeps, a verdict, cases, papers, jobs, uploads.

沂南县 is the clerk's, 沂水县 the stranger's; each has one of everything that an address of the desk can name. Its children
are invented. Used by the tests that walk every route.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from tests.lib import cases as k
from tests.lib import cast as c
from tests.lib import rosters
from tests.lib.cast import Cast
from tests.lib.rosters import Pupil
from tests.lib.web import client_of, hukou_csv, run_jobs, upload

from notoneless.case.records import actions
from notoneless.case.records.models import Case
from notoneless.check.records.models import Sweep
from notoneless.flows.audit_sample import draw
from notoneless.flows.habits import remember_headings
from notoneless.flows.import_file import import_file
from notoneless.flows.ledger import LEDGERS
from notoneless.flows.ledger_file import Wanted
from notoneless.flows.sweep import run_sweep
from notoneless.jobs.exports import enqueue_export
from notoneless.jobs.queue import enqueue
from notoneless.link.records.actions import undo_link
from notoneless.link.records.models import Child, ReviewPair
from notoneless.link.records.queries import get_members
from notoneless.org.actions import create_user
from notoneless.org.lists import save_view
from notoneless.org.models import School, User
from notoneless.org.opinions import give_opinion
from notoneless.roster.records.models import Delivery, SenderHabit, UploadDraft

SCAN = b"%PDF-1.4 one page"


@dataclass(frozen=True)
class County:
    """Where, who works there, and its five children: away from school, at school, of two numbers, and two nowhere."""

    place: str
    clerk: User
    head: User
    away: Pupil
    present: Pupil
    twofold: Pupil
    missing: Pupil
    settled: Pupil

    @property
    def pupils(self) -> list[Pupil]:
        return [self.away, self.present, self.twofold, self.missing, self.settled]


def home_county(cast: Cast) -> County:
    """沂南县, 岸堤镇中心小学."""
    return _county(c.COUNTY, cast.clerk, cast.head, "王张李赵孙", rosters.XIAOHUA, 31)


def foreign_county(cast: Cast) -> County:
    """沂水县, 沂城街道第二小学; it needs a second person to decide."""
    head = cast.person("stranger_head", "邻县老靳", "county_head", place_code=c.FOREIGN_COUNTY)
    like = replace(rosters.XIAOHUA, school=c.FOREIGN_SCHOOL, address=rosters.FOREIGN_ADDRESS)
    return _county(c.FOREIGN_COUNTY, cast.stranger, head, "郑冯陈褚卫", like, 51)


def _county(place: str, clerk: User, head: User, surnames: str, like: Pupil, first: int) -> County:
    given = ("春桃", "立夏", "秋实", "冬梅", "小满")
    pupils = [
        replace(like, name=surname + name, birth=like.birth + dt.timedelta(days=40 * n), number=first + n)
        for n, (surname, name) in enumerate(zip(surnames, given, strict=True))
    ]
    return County(place, clerk, head, *pupils)


LISTS = ("户籍", "学籍", "点名")


def lists_of(county: County) -> dict[str, bytes]:
    """The three lists: two children are not on the roll, one is absent, one has another number there."""
    registered = replace(county.twofold, number=county.twofold.number + 10)
    at_school = [county.away, county.present, registered]
    return {
        "户籍": rosters.hukou(county.pupils),
        "学籍": rosters.school_roll(at_school),
        "点名": rosters.head_count(at_school, {county.away.name: "2026-11-02"}),
    }


def sweep_county(county: County, lists: Sequence[str] = LISTS) -> Sweep:
    """Deliver those of the lists that are named, and sweep."""
    sources = lists_of(county)
    for name in lists:
        deliver(county, sources[name], f"{name}.csv")
    return run_sweep(as_of=rosters.AS_OF, by=county.clerk, now=c.NOW, region=county.place).sweep


def deliver(county: County, source: bytes, name: str, as_of: dt.date = rosters.AS_OF) -> Delivery:
    """One list from the county's office."""
    outcome = import_file(
        source=source,
        file_name=name,
        sender=sender_of(county),
        as_of=as_of,
        place_code=county.place,
        by=county.clerk,
        now=c.NOW,
    )
    assert outcome.delivery is not None, outcome.roster.problems
    return outcome.delivery


def sender_of(county: County) -> str:
    """Each county's office has a name of its own."""
    return f"{county.place[:6]}县局"


def child_of(county: County, pupil: Pupil) -> Child:
    return Child.objects.get(name=pupil.name, place_code__startswith=county.place[:6])


def case_of(county: County, pupil: Pupil) -> Case:
    return Case.objects.get(child=child_of(county, pupil))


Samples = dict[str, object]


def fill(counties: Sequence[County]) -> list[Samples]:
    """One of everything that an address can name, per county: URL parameter → value."""
    filled = [_fill(county) for county in counties]
    # Last of all, so that nobody runs them: jobs that wait.
    return [
        {**things, "job_id": waiting_job(county), "preview_id": waiting_trial(county)}
        for county, things in zip(counties, filled, strict=True)
    ]


def _fill(county: County) -> Samples:
    sweep_county(county, LISTS[:2])
    sweep = sweep_county(county, LISTS[2:])
    handout, view = (
        hand_out(county),
        save_view(
            list_id="school_age",
            list_name="适龄儿童",
            name="常看",
            query="school=none",
            shared=True,
            by=county.clerk,
            now=c.NOW,
        ),
    )
    child = child_of(county, county.present)
    row_key = get_members(sweep.pk, child.pk)[0]["row_key"]
    pair = ReviewPair.objects.get(place_code__startswith=county.place[:6], status=ReviewPair.Status.OPEN)
    return {
        "sweep_id": sweep.pk,
        "handout_id": handout,
        "view_id": view.pk,
        "export_id": exported(county),
        "check_id": "suspected_dropout",
        "pair_id": pair.pk,
        "child_id": child.pk,
        "row_key": row_key,
        "decision_id": split_once(county, sweep, child),
        **keep_accounts(county),
        **audit(county, sweep, child, case_of(county, county.away)),
        **work_on(county, case_of(county, county.away)),
        "referral_id": refer_to_school(county, case_of(county, county.missing)),
        **at_the_desk(county),
    }


def audit(county: County, sweep: Sweep, child: Child, case: Case) -> Samples:
    """What the county's auditor looks at: a child, a case, a sample of one."""
    auditor = User.objects.filter(role="auditor", place_code=county.place).first() or _auditor(county)
    sample = draw(subject="gap", seed="1", size=1, sweep=sweep, by=auditor, now=c.NOW)
    return {"audited_child": child.pk, "audited_case": case.pk, "sample_id": sample.pk, "number": 1}


def _auditor(county: County) -> User:
    admin, security = (User.objects.get(username=name) for name in ("admin", "security"))
    name = f"auditor{county.place[:6]}"
    return c.approved(admin, security, username=name, display_name=name, role="auditor", place_code=county.place)


def keep_accounts(county: County) -> Samples:
    """An account of the county that waits to be approved, and what could be switched off there."""
    school = School.objects.get(place_code__startswith=county.place[:6], stage="primary")
    waiting = create_user(
        username=f"new{county.place[:6]}", display_name=f"新人{county.place[:6]}", role="teacher",
        school_code=school.pk, password=c.PASSWORD, by=User.objects.get(username="admin"), now=c.NOW,
    )  # fmt: skip
    return {
        "user_id": county.clerk.pk,
        "grant_id": waiting.grants.get().pk,
        "place_code": county.place,
        "school_code": school.pk,
        "opinion_id": give_opinion(text="看不清", page="/case/", fault_code="", by=county.clerk, now=c.NOW).pk,
    }


def work_on(county: County, case: Case) -> Samples:
    """A case with a visit, a plan, a measure, a paper with its scan, and a closing that waits for a decision."""
    by, gap = county.clerk, case.gaps.get()
    visit = actions.record_visit(case_id=case.pk, report=k.visit_report(), by=by, now=c.NOW)
    actions.set_plan(**k.fresh_gap(gap), plan="送学上门补课", by=by, now=c.NOW)
    measure = actions.add_measure(gap_id=gap.pk, text="联系寄宿床位", by=by, now=c.NOW)
    paper = k.add_evidence(case, by, "graduation_paper", file=SCAN, file_name="毕业证.pdf")
    asked = actions.ask_consultation(
        case_id=case.pk,
        question="怎样解决接送",
        bodies=["school", "village"],
        meet_date=c.NOW.date(),
        by=by,
        now=c.NOW,
    )
    note = actions.add_note(case_id=case.pk, kind="neglect", text="父母都不管", by=by, now=c.NOW)
    request = actions.ask_closing(
        **k.fresh(case), outcome_id="graduated", evidence_id=paper.pk, reason="已毕业", by=by, now=c.NOW
    )
    return {
        "case_id": case.pk,
        "gap_id": gap.pk,
        "consultation_id": asked.pk,
        "note_id": note.pk,
        "corrects_id": visit.pk,
        "measure_id": measure.pk,
        "evidence_id": paper.pk,
        "request_id": request.pk,
        "move_id": "confirm",
    }


def refer_to_school(county: County, case: Case) -> int:
    """A case of a child in no school, proposed to the county's school by its head of office; nobody has answered."""
    school = county.away.school
    return actions.refer(
        **k.fresh(case), to_place="", to_school=school, reason="九月起在那里借读", by=county.head, now=c.NOW
    ).pk


def hand_out(county: County) -> UUID:
    """One case given to the clerk by a handout."""
    case, handout = case_of(county, county.away), uuid4()
    actions.hand_out(
        handout_id=handout, cases=[(case.pk, case.version)], owner_id=county.clerk.pk, by=county.clerk, now=c.NOW
    )
    return handout


def exported(county: County) -> str:
    """A ledger written into a file by a job."""
    wanted = Wanted(LEDGERS["school_age"], {}, ("", "", ""), ["name", "school"], [("条件", "全部")], c.NOW.date())
    job = enqueue_export(wanted, by=county.clerk, now=c.NOW)
    run_jobs()
    return str(job.arguments["export"])


def split_once(county: County, sweep: Sweep, child: Child) -> int:
    """A verdict on two of the child's rows."""
    keys = [member["row_key"] for member in get_members(sweep.pk, child.pk)]
    return undo_link(
        child=child, row_key=keys[0], other_key=keys[1], reason="家长说不是", by=county.clerk, now=c.NOW
    ).pk


def at_the_desk(county: County) -> Samples:
    """What the clerk's own clicks leave: a batch with a wrong row, and an upload that is not decided yet."""
    client = client_of(county.clerk)
    deliver(county, rosters.hukou(county.pupils[:2]), "夏季户籍.csv", as_of=dt.date(2026, 7, 1))
    upload(client, ("低保.csv", hukou_csv(rows=2)))
    taken = UploadDraft.objects.get(created_by=county.clerk)
    client.post(f"/roster/draft/{taken.pk}/publish/")
    run_jobs()
    taken.refresh_from_db()
    upload(client, ("再报.csv", hukou_csv(rows=3)))
    draft = UploadDraft.objects.get(created_by=county.clerk, delivery=None)
    return {
        "delivery_id": taken.delivery_id,
        "draft_id": draft.pk,
        "habit_id": habit_of(county).pk,
        "sender": sender_of(county),
    }


def habit_of(county: County) -> SenderHabit:
    """What the clerk said once about the lists of a sender; each county has a sender of that name."""
    remember_headings(
        sender="县局", place_code=county.place, kind="hukou", mapping={"号": "id_no"}, by=county.clerk, now=c.NOW
    )
    return SenderHabit.objects.get(place_code=county.place)


def waiting_trial(county: County) -> UUID:
    """A value of policy that somebody wants to try."""
    arguments = {"parameter": "school_age.start_years", "value": 7}
    return enqueue("preview_policy", arguments, by=county.clerk, now=c.NOW).pk


def waiting_job(county: County) -> UUID:
    """A sweep that was asked for."""
    return enqueue("sweep", {"as_of": rosters.AS_OF.isoformat()}, by=county.clerk, now=c.NOW).pk
