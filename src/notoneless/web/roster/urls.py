"""名册."""

from django.urls import path

from notoneless.web.roster import coverage_views, habit_views, partner_views, quality_views, views, wizard_views

app_name = "roster"

urlpatterns = [
    path("", views.center, name="center"),
    path("batch/", views.batches, name="batches"),
    path("upload/", wizard_views.upload, name="upload"),
    path("template/<slug:kind>/", views.template_file, name="template"),
    path("habit/", habit_views.habits, name="habits"),
    path("habit/<int:habit_id>/forget/", habit_views.forget, name="forget_habit"),
    path("draft/", wizard_views.drafts, name="drafts"),
    path("draft/<uuid:draft_id>/", wizard_views.draft_page, name="draft"),
    path("draft/<uuid:draft_id>/columns/", wizard_views.columns, name="columns"),
    path("draft/<uuid:draft_id>/sheet/", wizard_views.sheet, name="sheet"),
    path("draft/<uuid:draft_id>/correct/", wizard_views.correct, name="correct"),
    path("draft/<uuid:draft_id>/undo/", wizard_views.undo, name="undo"),
    path("draft/<uuid:draft_id>/part/", wizard_views.part, name="part"),
    path("draft/<uuid:draft_id>/check/", wizard_views.check, name="check"),
    path("draft/<uuid:draft_id>/rows/", wizard_views.rows, name="draft_rows"),
    path("draft/<uuid:draft_id>/publish/", wizard_views.publish, name="publish"),
    path("draft/<uuid:draft_id>/abandon/", wizard_views.abandon, name="abandon"),
    path("draft/<uuid:draft_id>/errors/", wizard_views.draft_errors_file, name="draft_errors"),
    path("coverage/<slug:kind>/", coverage_views.coverage_page, name="coverage"),
    path("coverage/<slug:kind>/export/", coverage_views.export, name="coverage_export"),
    path("sender/<path:sender>/", quality_views.sender_page, name="sender"),
    path("<slug:delivery_id>/", views.delivery_page, name="delivery"),
    path("<slug:delivery_id>/quality/", quality_views.quality_page, name="quality"),
    path("<slug:delivery_id>/quality/export/", quality_views.export, name="quality_export"),
    path("<slug:delivery_id>/quality/measure/", quality_views.measure, name="measure"),
    path("<slug:delivery_id>/quality/rows/<slug:which>/", quality_views.changed_rows, name="changed_rows"),
    path("<slug:delivery_id>/receipt/", partner_views.receipt, name="receipt"),
    path("<slug:delivery_id>/feedback/", partner_views.feedback, name="feedback"),
    path("<slug:delivery_id>/feedback/export/", partner_views.feedback_file, name="feedback_file"),
    path("<slug:delivery_id>/reply/", quality_views.reply, name="reply"),
    path("<slug:delivery_id>/errors/", views.delivery_errors_file, name="delivery_errors"),
    path("<slug:delivery_id>/revoke/", views.revoke, name="revoke"),
]
