"""核查: one check of one sweep."""

from django.urls import path

from notoneless.web.check import views

app_name = "check"

urlpatterns = [
    path("<slug:sweep_id>/<slug:check_id>/", views.check_page, name="page"),
    path("<slug:sweep_id>/<slug:check_id>/export/", views.export, name="export"),
]
