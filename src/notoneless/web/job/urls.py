"""任务中心."""

from django.urls import path

from notoneless.web.job import views

app_name = "job"

urlpatterns = [
    path("", views.job_list, name="list"),
    path("<uuid:job_id>/", views.job_page, name="page"),
    path("<uuid:job_id>/progress/", views.progress, name="progress"),
    path("<uuid:job_id>/retry/", views.retry_job, name="retry"),
    path("<uuid:job_id>/cancel/", views.cancel_job, name="cancel"),
]
