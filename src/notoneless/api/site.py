"""The API put together: routers, errors, the document."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from notoneless.api import deliveries, faults, kinds, uploads
from notoneless.api.access import Token
from notoneless.api.documents import ABOUT, TITLE
from notoneless.common.errors import Fault

api = NinjaAPI(
    title=TITLE,
    version="1",
    description=ABOUT,
    auth=Token(),
    urls_namespace="api",
    docs_url=None,  # the bundled page needs inline scripts, which our content security policy forbids
)
for module in (uploads, deliveries, kinds):
    api.add_router("", module.router)

api.add_exception_handler(Fault, faults.on_fault)
api.add_exception_handler(AuthenticationError, faults.on_no_token)
api.add_exception_handler(ValidationError, faults.on_bad_fields)
api.add_exception_handler(HttpError, faults.on_http_error)
api.add_exception_handler(Http404, lambda request, _error: faults.on_fault(request, Fault("E704")))
api.add_exception_handler(Exception, faults.on_failure)


def docs(request: HttpRequest) -> HttpResponse:
    """The document as a page: no script, nothing from elsewhere."""
    from notoneless.api.reference import sections

    return render(request, "api/docs.html", {"title": TITLE, "about": ABOUT, "sections": sections(api)})


def unknown(_request: HttpRequest) -> HttpResponse:
    """Any other address below /api/."""
    return faults.answer_fault(Fault("E945"))
