"""Events as lines, and the groups of acts that an auditor picks from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from notoneless.trail.actions import Action
from notoneless.trail.models import Event
from notoneless.trail.sentence import sentence
from notoneless.web.shell.filters import Facet

# Group in the address → (label, beginnings of the action's name). The reads that matter stand first.
GROUPS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "read": (_("查看孩子与完整号码"), ("child.", "evidence.read", "roster.read", "audit.child", "audit.case")),
    "export": (_("导出"), ("ledger.",)),
    "roster": (_("名册"), ("roster.",)),
    "link": (_("同一人"), ("link.",)),
    "sweep": (_("摸排"), ("sweep.",)),
    "case": (_("个案"), ("case.", "measure.", "visit.", "evidence.", "placement.", "closing.", "gap.", "recheck.")),
    "staff": (_("账号与授权"), ("user.", "grant.", "token.", "place.", "school.")),
    "login": (_("登录"), ("login.",)),
    "audit": (_("审计"), ("audit.",)),
    "other": (_("任务与留痕"), ("job.", "trail.", "opinion.")),
}


@dataclass(frozen=True)
class EventLine:
    """One event as the page shows it."""

    event: Event
    text: str


def event_lines(events: Iterable[Event], role_names: dict[str, str]) -> list[EventLine]:
    """Sentences with the roles in words."""
    return [EventLine(event, sentence(event, role_names)) for event in events]


def group_facet() -> Facet:
    """The groups as a filter."""
    return Facet("kind", str(_("动作")), [(key, str(label), None) for key, (label, _names) in GROUPS.items()])


def in_groups(groups: Iterable[str]) -> list[str]:
    """The actions of the chosen groups."""
    beginnings = tuple(begin for group in groups for begin in GROUPS[group][1])
    return [action.value for action in Action if action.value.startswith(beginnings)]


def narrowed(events: QuerySet[Event], asked: Mapping[str, Any], groups: Iterable[str]) -> QuerySet[Event]:
    """``events`` cut to what the filters ask for; nothing asked leaves them whole."""
    if groups := list(groups):
        events = events.filter(action__in=in_groups(groups))
    if actor := asked.get("actor"):
        events = events.filter(Q(actor=actor) | Q(actor_name=actor))
    if object_id := asked.get("object_id"):
        events = events.filter(object_id=object_id)
    if since := asked.get("since"):
        events = events.filter(at__date__gte=since)
    if until := asked.get("until"):
        events = events.filter(at__date__lte=until)
    return events
