"""名册."""

from django.urls import path

from notoneless.web.roster import views

app_name = "roster"

urlpatterns = [
    path("", views.center, name="center"),
    path("batch/", views.batches, name="batches"),
    path("upload/", views.upload, name="upload"),
    path("template/<slug:kind>/", views.template_file, name="template"),
    path("draft/", views.drafts, name="drafts"),
    path("draft/<uuid:draft_id>/", views.draft_page, name="draft"),
    path("draft/<uuid:draft_id>/columns/", views.columns, name="columns"),
    path("draft/<uuid:draft_id>/publish/", views.publish, name="publish"),
    path("draft/<uuid:draft_id>/abandon/", views.abandon, name="abandon"),
    path("draft/<uuid:draft_id>/errors/", views.draft_errors_file, name="draft_errors"),
    path("<slug:delivery_id>/", views.delivery_page, name="delivery"),
    path("<slug:delivery_id>/errors/", views.delivery_errors_file, name="delivery_errors"),
    path("<slug:delivery_id>/revoke/", views.revoke, name="revoke"),
]
