"""Tags and filters of the desk: the frame, masked values, places, dates, status words, sorting heads, chips.

Listed with examples in web/README.md. Personal values leave a template masked unless it says otherwise on purpose.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from notoneless.check.core import lists as check_lists
from notoneless.common import names, phones, resident_id
from notoneless.common.wording import Wording
from notoneless.org.permissions import Permission, may
from notoneless.policy.pack import load_pack
from notoneless.policy.places import Places
from notoneless.roster.core.people import SEX_NAMES
from notoneless.web.shell import frame
from notoneless.web.shell.narrowing import chosen_part
from notoneless.web.shell.tree import tree

register = template.Library()

# A status is one of these; the word is always written beside the mark.
STATUS_KINDS = frozenset({"todo", "doing", "done", "warn", "bad", "off"})


def _user(context: template.Context) -> Any:
    request = context.get("request")
    return getattr(request, "user", None)


def _signed_in(user: Any) -> bool:
    return user is not None and user.is_authenticated


@register.inclusion_tag("shell/top_bar.html", takes_context=True)
def top_bar(context: template.Context) -> dict[str, Any]:
    """The bar on top: name, search, who is here, as of when."""
    user = _user(context)
    if not _signed_in(user):
        return {"user": user}
    return {
        "user": user,
        "may_search": may(user, Permission.CHILD_VIEW),
        "words": context["request"].GET.get("q", "") if context["request"].path == "/child/" else "",
        "role": frame.role_name(user),
        "standing": frame.standing(user),
        "data_date": frame.data_date(user),
    }


@register.inclusion_tag("shell/side_menu.html", takes_context=True)
def side_menu(context: template.Context) -> dict[str, Any]:
    """The left menu of this person."""
    user = _user(context)
    return {"items": frame.menu(user, context["request"].path) if _signed_in(user) else []}


@register.inclusion_tag("shell/org_tree.html", takes_context=True)
def org_tree(context: template.Context) -> dict[str, Any]:
    """The organisation tree of a page that can be narrowed; nothing on other pages."""
    if not _signed_in(_user(context)):
        return {"tree": []}
    line, all_url = tree(context["request"])
    part = chosen_part(context["request"].GET)
    return {"tree": [line] if line else [], "all_url": all_url, "part": part}


@register.inclusion_tag("shell/print_head.html", takes_context=True)
def print_head(context: template.Context) -> dict[str, Any]:
    """Who printed, when, as of when: only on paper. Each browser prints its own page numbers."""
    user = _user(context)
    return {"user": user, "data_date": frame.data_date(user) if _signed_in(user) else None}


@register.filter
def masked_id(value: str | None) -> str:
    """3713**********1226; empty stays empty."""
    return resident_id.mask(value) if value else ""


@register.filter
def masked_name(value: str | None) -> str:
    """张*花; for people who may not see full names."""
    return names.mask_name(value) if value else ""


@register.filter
def masked_phone(value: str | None) -> str:
    """138****5678."""
    return phones.mask(value) if value else ""


@register.filter
def place_name(code: str | None) -> str:
    """沂南县, 岸堤镇, 柳行岔村: the place itself; the code when it is not in the list."""
    known = [place for place in Places.load().ancestors(code) if place.code == code] if code else []
    return known[0].short_name if known else (code or "")


@register.filter
def place_path(code: str | None) -> str:
    """岸堤镇柳行岔村: the place as a reader calls it, township and village together."""
    return Places.load().label(code)


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """2026-03-05, for tables."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
    return value.strftime("%Y-%m-%d")


@register.filter
def moment(value: dt.datetime | None) -> str:
    """2026-03-05 08:00, local time."""
    if value is None:
        return ""
    return (timezone.localtime(value) if timezone.is_aware(value) else value).strftime("%Y-%m-%d %H:%M")


@register.filter
def long_day(value: dt.date | None) -> str:
    """2026年3月5日, in English 5 March 2026, for letters and sentences."""
    return date_format(value, _("Y年n月j日")) if value else ""


@register.filter
def days_left(value: dt.date | None) -> str:
    """剩 4 天, 今天到期, 逾期 3 天."""
    if value is None:
        return ""
    left = (value - timezone.localdate()).days
    if left < 0:
        return _("逾期 %(days)s 天") % {"days": -left}
    return _("剩 %(days)s 天") % {"days": left} if left else _("今天到期")


@register.filter
def count(value: int | str | None) -> str:
    """47,902; an unknown number (None, or a name the template does not know) is a dash, never 0."""
    return f"{value:,}" if isinstance(value, int) else "—"


@register.filter
def sex_name(value: str | None) -> str:
    """男, 女; unknown stays empty."""
    return SEX_NAMES.get(value or "", "")


@register.filter
def grade_name(value: str | None) -> str:
    """三年级, 小班, by the policy pack's table of stages; a code outside it as it is."""
    stages = load_pack(settings.REGION, timezone.localdate()).full_table("school_stages").rows
    return {stage["grade"]: stage["name"] for stage in stages}.get(value or "", value or "")


@register.filter
def class_name(value: str | None) -> str:
    """1班 for a bare 1; a class that has a name of its own as it is."""
    return _("%(number)s班") % {"number": value} if value and value.isdigit() else value or ""


@register.filter
def list_name(kind: str) -> str:
    """户籍名册: how a sentence calls the lists of a kind."""
    return check_lists.list_name(kind)


@register.filter
def said(value: str | None) -> str:
    """A word that was recorded in Chinese (a job's name, a kind of error) in the reader's language, if it is known."""
    return str(Wording(value or ""))


@register.filter
def lookup(mapping: Mapping[Any, Any], key: Any) -> Any:
    """``mapping[key]`` or an empty text."""
    return mapping.get(key, "")


@register.simple_tag
def status(word: str, kind: str = "todo") -> SafeString:
    """A status as plain text with a mark: todo ○, doing ◐, done ●, warn ▲, bad ■, off –."""
    if kind not in STATUS_KINDS:
        raise template.TemplateSyntaxError(f"status kind {kind!r} is not one of {sorted(STATUS_KINDS)}")
    return format_html('<span class="status status-{}">{}</span>', kind, word)


@register.inclusion_tag("shell/sort_head.html", takes_context=True)
def sort_head(context: template.Context, key: str, label: str, css: str = "") -> dict[str, Any]:
    """A table head that sorts by ``key`` (``?sort=key`` or ``?sort=-key``) and says so to a screen reader."""
    query = context["request"].GET
    now = query.get("sort", context.get("default_sort", ""))
    direction = {key: "ascending", f"-{key}": "descending"}.get(now, "")
    target = query.copy()
    for name in ("after", "before"):
        target.pop(name, None)
    target["sort"] = f"-{key}" if direction == "ascending" else key
    return {"label": label, "css": css, "direction": direction, "url": f"?{target.urlencode()}"}
