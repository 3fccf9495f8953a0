"""系统."""

from django.urls import path

from notoneless.web.system.views import grants, index, places, staff_list, users

app_name = "system"

urlpatterns = [
    path("", index.index, name="index"),
    path("user/", users.user_list, name="users"),
    path("user/new/", users.new, name="user_new"),
    path("user/import/", staff_list.upload, name="staff_upload"),
    path("user/import/confirm/", staff_list.confirm, name="staff_confirm"),
    path("user/template/", staff_list.template, name="staff_template"),
    path("user/<int:user_id>/", users.page, name="user"),
    path("user/<int:user_id>/move/", users.move, name="user_move"),
    path("user/<int:user_id>/disable/", users.disable, name="user_disable"),
    path("user/<int:user_id>/enable/", users.enable, name="user_enable"),
    path("user/<int:user_id>/password/", users.password, name="user_password"),
    path("grant/", grants.grant_list, name="grants"),
    path("grant/approve/", grants.approve_many, name="grants_approve"),
    path("grant/<int:grant_id>/", grants.page, name="grant"),
    path("grant/<int:grant_id>/decide/", grants.decide, name="grant_decide"),
    path("grant/<int:grant_id>/withdraw/", grants.withdraw, name="grant_withdraw"),
    path("role/", index.roles, name="roles"),
    path("health/", index.health, name="health"),
    path("retention/", index.retention, name="retention"),
    path("template/", places.templates, name="templates"),
    path("template/<slug:kind>/", places.template_file, name="template"),
    path("place/", places.place_list, name="places"),
    path("place/<slug:place_code>/switch/", places.switch_one_place, name="place_switch"),
    path("school/", places.school_list, name="schools"),
    path("school/<slug:school_code>/switch/", places.switch_one_school, name="school_switch"),
]
