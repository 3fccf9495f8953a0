"""Pages that are the same until something is written: kept as they were sent, for the person who asked.

Only for pages that carry no form token and leave no trail. The key holds everything else that a page depends on: the
person, the language, the address, the minute (it stands on the printed sheet, and deadlines move with the day), and the last change
that the trail tells of.
"""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language

from notoneless.flows.following import FOLLOWER

MOST_PAGES = 300
View = Callable[..., HttpResponse]


class _Pages:
    """The pages asked for last; of each its bytes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: OrderedDict[object, bytes] = OrderedDict()

    def get(self, key: object) -> bytes | None:
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
            return self._pages.get(key)

    def put(self, key: object, page: bytes) -> None:
        with self._lock:
            self._pages[key] = page
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)


_PAGES = _Pages()


def kept_page(*, unless: tuple[str, ...] = ()) -> Callable[[View], View]:
    """For a view below ``requires``; not kept when the address names one of ``unless`` or a message waits to be shown."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def keeping(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if any(name in request.GET for name in unless) or len(get_messages(request)):
                return view(request, *args, **kwargs)
            key = _key(request)
            page = _PAGES.get(key)
            if page is not None:
                return HttpResponse(page)
            response = view(request, *args, **kwargs)
            if response.status_code == 200:
                _PAGES.put(key, response.content)
            return response

        return keeping

    return decorate


def _key(request: HttpRequest) -> object:
    user = request.user
    person = (user.pk, user.role, user.place_code, user.school_code, user.sender, user.display_name)
    minute = timezone.now().replace(second=0, microsecond=0)
    return (*person, get_language(), request.get_full_path(), minute, FOLLOWER.look())
