"""个案."""

from django.urls import path

from notoneless.web.case.views import (
    bulk,
    closing,
    consulting,
    family,
    gaps,
    lists,
    moves,
    notes,
    page,
    referrals,
    stuck,
    work,
)

app_name = "case"

urlpatterns = [
    path("", lists.case_list, name="list"),
    path("assign/", bulk.assign_many, name="assign_many"),
    path("stuck/", stuck.stuck, name="stuck"),
    path("referrals/", referrals.referrals, name="referrals"),
    path("referral/<int:referral_id>/", referrals.referral, name="referral"),
    path("referral/<int:referral_id>/accept/", referrals.accept, name="accept"),
    path("referral/<int:referral_id>/return/", referrals.send_back, name="send_back"),
    path("referral/<int:referral_id>/withdraw/", referrals.withdraw, name="withdraw"),
    path("<slug:case_id>/", page.case_page, name="page"),
    path("<slug:case_id>/family/", family.family, name="family"),
    path("<slug:case_id>/print/", page.print_view, name="print"),
    path("<slug:case_id>/assign/", work.assign, name="assign"),
    path("<slug:case_id>/visit/", work.visit, name="visit"),
    path("<slug:case_id>/visit/<int:corrects_id>/", work.visit, name="visit_correction"),
    path("<slug:case_id>/evidence/", work.evidence, name="evidence"),
    path("<slug:case_id>/evidence/<uuid:evidence_id>/", work.evidence_file, name="evidence_file"),
    path("<slug:case_id>/placement/", work.placement, name="placement"),
    path("<slug:case_id>/return/", moves.record_return, name="return"),
    path("<slug:case_id>/recheck/", moves.recheck, name="recheck"),
    path("<slug:case_id>/reopen/", moves.reopen, name="reopen"),
    path("<slug:case_id>/refer/", referrals.refer, name="refer"),
    path("<slug:case_id>/refer/outside/", referrals.refer_outside, name="refer_outside"),
    path("<slug:case_id>/receiver/", referrals.outside_answer, name="outside_answer"),
    path("<slug:case_id>/consultation/", consulting.ask, name="consultation"),
    path("<slug:case_id>/consultation/<int:consultation_id>/", consulting.decide, name="consultation_decision"),
    path("<slug:case_id>/note/", notes.write, name="note"),
    path("<slug:case_id>/note/<uuid:note_id>/", notes.read, name="note_read"),
    path("<slug:case_id>/move/<slug:move_id>/", moves.move, name="move"),
    path("<slug:case_id>/closing/", closing.ask, name="closing"),
    path("<slug:case_id>/closing/<int:request_id>/", closing.decide, name="decide"),
    path("<slug:case_id>/gap/<uuid:gap_id>/plan/", gaps.plan, name="plan"),
    path("<slug:case_id>/gap/<uuid:gap_id>/measure/", gaps.measure, name="measure"),
    path("<slug:case_id>/gap/<uuid:gap_id>/measure/<int:measure_id>/", gaps.finish, name="finish"),
    path("<slug:case_id>/gap/<uuid:gap_id>/close/", gaps.close, name="close_gap"),
    path("<slug:case_id>/gap/<uuid:gap_id>/due/", gaps.due, name="due"),
    path("<slug:case_id>/gap/<uuid:gap_id>/reopen/", gaps.reopen, name="reopen_gap"),
]
