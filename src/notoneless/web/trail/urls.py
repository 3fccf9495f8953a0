"""留痕."""

from django.urls import path

from notoneless.web.trail import views

app_name = "trail"

urlpatterns = [
    path("", views.event_list, name="list"),
    path("chain/", views.chain, name="chain"),
]
