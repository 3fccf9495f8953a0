"""政策与字典."""

from django.urls import path

from notoneless.web.policy import views

app_name = "policy"

urlpatterns = [
    path("", views.parameter_list, name="list"),
    path("code/", views.code_lists, name="codes"),
    path("code/<slug:list_id>/", views.code_list, name="code"),
    path("preview/<uuid:preview_id>/", views.preview_page, name="preview"),
    path("preview/<uuid:preview_id>/<slug:check_id>/", views.preview_rows, name="preview_rows"),
    path("<str:parameter>/", views.parameter_page, name="parameter"),
    path("<str:parameter>/try/", views.try_value, name="try"),
]
