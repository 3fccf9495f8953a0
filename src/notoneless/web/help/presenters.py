"""What help knows: short texts, the card of each role, and every error code with its text; all searchable."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from notoneless.common.errors import ErrorText, catalog
from notoneless.common.wording import wordings
from notoneless.org.roles import PERMISSION_NAMES, ROLES, Role

TEXTS = Path(__file__).with_name("texts.yaml")
CARDS = Path(__file__).with_name("cards.yaml")


@dataclass(frozen=True)
class HelpText:
    """One question with its answer in a few sentences."""

    title: str
    text: str


@dataclass(frozen=True)
class Step:
    """One thing that a role does: when, what, where it is found."""

    when: str
    what: str
    where: str


@dataclass(frozen=True)
class Card:
    """A role on one page: what it is for, what it does and when, what it may, whom to ask."""

    role: type[Role]
    steps: list[Step]
    remember: list[str]
    rights: list[str]
    ask: str


def help_texts(words: str) -> list[HelpText]:
    """The texts that hold ``words``; all of them without words."""
    wanted = words.strip().upper()
    return [one for one in _texts() if wanted in f"{one.title} {one.text}".upper()]


def help_topics(words: str) -> list[ErrorText]:
    """Errors whose code, name or text holds ``words``; without words the ones that an import can show (E1xx–E3xx)."""
    texts = list(catalog().values())
    wanted = words.strip().upper()
    if not wanted:
        return [text for text in texts if text.code[1] in "123"]
    return [text for text in texts if wanted in f"{text.code} {text.name} {text.what} {text.how}".upper()]


def card(role_id: str) -> Card | None:
    """The card of a role; None for a role that there is not."""
    role, written = ROLES.get(role_id), _cards().get(role_id)
    if role is None or written is None:
        return None
    return Card(
        role=role,
        steps=[Step(**step) for step in written["steps"]],
        remember=list(written["remember"]),
        rights=[name for permission, name in PERMISSION_NAMES.items() if permission in role.permissions],
        ask=written["ask"],
    )


def card_names() -> list[tuple[str, str]]:
    """(role id, name) of every card."""
    return [(role.id, role.name) for role in ROLES.values() if role.id in _cards()]


@cache
def _texts() -> list[HelpText]:
    texts = wordings(yaml.safe_load(TEXTS.read_text(encoding="utf-8")), "title", "text")
    return [HelpText(**one) for one in texts]


@cache
def _cards() -> dict[str, Any]:
    cards = yaml.safe_load(CARDS.read_text(encoding="utf-8"))
    return dict(wordings(cards, "when", "what", "where", "remember", "ask"))
