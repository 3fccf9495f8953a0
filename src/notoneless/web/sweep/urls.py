"""摸排."""

from django.urls import path

from notoneless.web.sweep import views

app_name = "sweep"

urlpatterns = [
    path("", views.sweep_list, name="list"),
    path("start/", views.start, name="start"),
    path("<slug:sweep_id>/", views.sweep_page, name="page"),
    path("<slug:sweep_id>/diff/", views.diff, name="diff"),
    path("<slug:sweep_id>/verify/", views.verify, name="verify"),
]
