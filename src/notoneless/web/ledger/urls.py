"""台账."""

from django.urls import path

from notoneless.web.ledger import assign_views, export_views, view_views, views

app_name = "ledger"

urlpatterns = [
    path("", views.ledgers, name="all"),
    path("file/<uuid:export_id>/", export_views.fetch, name="fetch"),
    path("handout/<uuid:handout_id>/", assign_views.handout, name="handout"),
    path("handout/<uuid:handout_id>/undo/", assign_views.take_back, name="take_back"),
    path("<slug:name>/", views.ledger_page, name="page"),
    path("<slug:name>/paste/", views.paste, name="paste"),
    path("<slug:name>/export/", export_views.export, name="export"),
    path("<slug:name>/export/ask/", export_views.ask, name="ask"),
    path("<slug:name>/print/", export_views.print_view, name="print"),
    path("<slug:name>/view/", view_views.save, name="save_view"),
    path("<slug:name>/view/<int:view_id>/remove/", view_views.remove, name="remove_view"),
    path("<slug:name>/columns/", view_views.columns, name="columns"),
    path("<slug:name>/assign/", assign_views.assign, name="assign"),
]
