"""孩子档案."""

from django.urls import path

from notoneless.web.child import search_views, views

app_name = "child"

urlpatterns = [
    path("", search_views.search, name="search"),
    path("find/", search_views.find, name="find"),
    path("<slug:child_id>/", views.page, name="page"),
    path("<slug:child_id>/number/<slug:field>/", views.whole_number, name="number"),
    path("<slug:child_id>/row/<slug:row_key>/", views.source_row, name="row"),
    path("<slug:child_id>/split/<slug:row_key>/", views.split, name="split"),
    path("<slug:child_id>/decision/<int:decision_id>/undo/", views.undo_verdict, name="undo"),
]
