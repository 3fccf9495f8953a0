"""One plain sentence per event, for people who audit."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from notoneless.common.wording import Wording, worded
from notoneless.trail.models import Event

SENTENCES = Path(__file__).with_name("sentences.yaml")
MACHINE = Wording("系统")
UNKNOWN = "—"


class _Parts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return UNKNOWN


@cache
def sentences() -> dict[str, Wording]:
    """Template per action, from sentences.yaml."""
    texts = yaml.safe_load(SENTENCES.read_text(encoding="utf-8"))
    return {action: Wording(text) for action, text in texts.items()}


def sentence(event: Event, role_names: dict[str, str] | None = None) -> str:
    """The event as a sentence without the time.

    `role_names` turns role ids into words (trail is below org).
    """
    role = (role_names or {}).get(event.role, "")
    who = worded("{name}（{role}）", name=event.actor_name, role=role) if role else event.actor_name
    parts = _Parts({key: UNKNOWN if value in (None, "") else _word(value) for key, value in event.detail.items()})
    parts |= {"who": who or MACHINE, "id": event.object_id or UNKNOWN}
    return str(sentences().get(event.action, "{who}：" + event.action)).format_map(parts)


def _word(value: Any) -> Any:
    """A recorded word (启用, 适龄儿童、辍学) as the reader's language has it; what a person wrote stays."""
    return "、".join(str(Wording(part)) for part in value.split("、")) if isinstance(value, str) else value
