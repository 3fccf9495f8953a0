"""同一人复核."""

from django.urls import path

from notoneless.web.review import views

app_name = "review"

urlpatterns = [
    path("", views.queue, name="queue"),
    path("judged/", views.judged, name="judged"),
    path("quality/", views.quality, name="quality"),
    path("export/", views.export, name="export"),
    path("<slug:pair_id>/", views.pair_page, name="pair"),
    path("<slug:pair_id>/decide/", views.decide, name="decide"),
    path("<slug:pair_id>/undo/", views.undo, name="undo"),
]
