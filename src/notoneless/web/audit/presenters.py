"""How what an auditor looks at reads on screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from notoneless.audit.records.models import Sample, SampleItem
from notoneless.check.core import STATE_NAMES, STATES, load_checks
from notoneless.common.wording import Wording
from notoneless.flows.audit_rows import masked_line
from notoneless.policy.places import Places
from notoneless.web.shell.filters import Facet

STATE_KINDS = {"met": "done", "gap": "bad", "excused": "doing", "unknown": "warn"}
OUTCOME_KINDS = {"": "todo", "agrees": "done", "differs": "bad", "not_found": "warn"}


@dataclass(frozen=True)
class ItemLine:
    """One item of a sample ready to be shown: what the system says as (label, text)."""

    item: SampleItem
    shown: list[tuple[str, str]]
    outcome: str
    kind: str


def row_lines(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows masked, their state in words."""
    lines = [masked_line(row) for row in rows]
    return [
        line | {"state_name": STATE_NAMES[line["state"]], "state_kind": STATE_KINDS[line["state"]]} for line in lines
    ]


def facets(states: Mapping[str, int], towns: Mapping[str, int]) -> list[Facet]:
    """State and township with their counts."""
    places = Places.load()
    named = [(code, places.label(code) or _("（空）"), count) for code, count in sorted(towns.items()) if count]
    found = [Facet("state", _("结果"), [(state, STATE_NAMES[state], states[state]) for state in STATES])]
    return [*found, Facet("town", _("乡镇"), named)] if named else found


def check_lines(counts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The numbers of a sweep with the checks' names."""
    known = load_checks()
    return [{**row, "name": known[row["check_id"]].name} for row in counts if row["check_id"] in known]


def item_lines(items: Iterable[SampleItem]) -> list[ItemLine]:
    """Items in their order."""
    return [
        ItemLine(
            item,
            [(Wording(label), text) for label, text in item.shown.items() if text],
            item.get_outcome_display() or _("未登记"),
            OUTCOME_KINDS[item.outcome],
        )
        for item in items
    ]


def tally(items: Iterable[SampleItem]) -> list[tuple[str, int, str]]:
    """(outcome in words, how many, mark) over all outcomes and what is not entered yet."""
    listed = list(items)
    names = {"": _("未登记"), **dict(SampleItem.Outcome.choices)}
    return [
        (name, sum(item.outcome == value for item in listed), OUTCOME_KINDS[value]) for value, name in names.items()
    ]


def check_name(sample: Sample) -> str:
    """The check that was drawn from, in words."""
    known = load_checks()
    return known[sample.check_id].name if sample.check_id in known else sample.check_id
