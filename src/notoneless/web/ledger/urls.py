"""台账."""

from django.urls import path

from notoneless.web.ledger import views

app_name = "ledger"

urlpatterns = [
    path("", views.ledgers, name="all"),
    path("<slug:name>/", views.ledger_page, name="page"),
    path("<slug:name>/paste/", views.paste, name="paste"),
    path("<slug:name>/export/", views.export, name="export"),
    path("<slug:name>/print/", views.print_view, name="print"),
]
