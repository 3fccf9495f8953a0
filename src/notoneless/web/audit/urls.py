"""审计."""

from django.urls import path

from notoneless.web.audit.views import cases, numbers, samples

app_name = "audit"

urlpatterns = [
    path("", numbers.index, name="index"),
    path("sweep/<slug:sweep_id>/", numbers.sweep_page, name="sweep"),
    path("sweep/<slug:sweep_id>/<slug:check_id>/", numbers.check_page, name="check"),
    path("child/<slug:sweep_id>/<slug:audited_child>/", numbers.child_page, name="child"),
    path("child/<slug:sweep_id>/<slug:audited_child>/<slug:row_key>/", numbers.check_row, name="row"),
    path("sample/", samples.sample_list, name="samples"),
    path("sample/new/", samples.new, name="sample_new"),
    path("sample/<slug:sample_id>/", samples.page, name="sample"),
    path("sample/<slug:sample_id>/print/", samples.sheet, name="sample_sheet"),
    path("sample/<slug:sample_id>/pack/", samples.pack, name="sample_pack"),
    path("sample/<slug:sample_id>/<int:number>/", samples.enter, name="sample_enter"),
    path("case/", cases.find, name="case_find"),
    path("case/<slug:audited_case>/", cases.page, name="case"),
    path("case/<slug:audited_case>/pack/", cases.pack, name="case_pack"),
    path("pack/", cases.verify, name="pack_verify"),
    path("who/", cases.who, name="who"),
]
