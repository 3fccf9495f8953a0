"""帮助与意见."""

from django.urls import path

from notoneless.web.help.views import opinions, texts

app_name = "help"

urlpatterns = [
    path("", texts.index, name="index"),
    path("card/<slug:role_id>/", texts.card, name="card"),
    path("opinion/", opinions.give, name="opinion"),
    path("opinion/mine/", opinions.mine, name="mine"),
    path("opinion/all/", opinions.everybody, name="opinions"),
    path("opinion/<int:opinion_id>/answer/", opinions.answer, name="answer"),
]
