"""Texts that a user reads, said in the reader's language where they are shown.

Chinese is the source: definitions (YAML), roles, column titles hold it, and files, keys and the database get it. A
:class:`Wording` is that Chinese text, and turns into the reader's language only when it is shown: ``str()``, ``format``,
an f-string, a template. It is what ``gettext_lazy`` is to Django, for code that may not know Django.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any


def _chinese(text: str) -> str:
    return text


_translate: Callable[[str], str] = _chinese


def speak_with(translate: Callable[[str], str]) -> None:
    """Let ``translate`` (source text → text in the language of whoever asks now) say every wording of this process."""
    global _translate
    _translate = translate


class Wording(str):
    """A Chinese text that is shown in the reader's language.

    Comparing, sorting, joining, JSON, files and the database see the Chinese; only showing it translates.
    """

    __slots__ = ()

    @property
    def source(self) -> str:
        """The Chinese text as a plain ``str``."""
        return self[:]

    def __str__(self) -> str:
        return _translate(self[:]) if self else ""

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __html__(self) -> str:
        """What a template writes."""
        return html.escape(str(self))


def worded(text: str, **values: Any) -> str:
    """``text`` in the reader's language with its ``{placeholders}`` filled."""
    return str(Wording(text)).format_map(values)


def wordings(data: Any, *fields: str) -> Any:
    """``data`` as read from YAML, with every text, or list of texts, at the keys ``fields`` made a :class:`Wording`."""
    if isinstance(data, dict):
        return {
            key: _worded(part, fields) if key in fields else wordings(part, *fields) for key, part in data.items()
        }
    return [wordings(part, *fields) for part in data] if isinstance(data, list) else data


def _worded(part: Any, fields: tuple[str, ...]) -> Any:
    if isinstance(part, list):
        return [_worded(one, fields) for one in part]
    return Wording(part) if isinstance(part, str) else wordings(part, *fields)
