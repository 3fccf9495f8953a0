"""The shell's own pages."""

from django.urls import path

from notoneless.web.shell import language, tree, views

app_name = "shell"

urlpatterns = [
    path("", views.home, name="home"),
    path("tree/", tree.branch, name="tree"),
    path("login/", views.sign_in, name="login"),
    path("logout/", views.sign_out, name="logout"),
    path("language/", language.language, name="language"),
    path("account/", views.account, name="account"),
    path("account/password/", views.password, name="password"),
]
