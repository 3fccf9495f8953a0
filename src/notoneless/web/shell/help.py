"""What the help page knows: every error code with its text, made from the catalog, searchable by code or word."""

from __future__ import annotations

from notoneless.common.errors import ErrorText, catalog


def help_topics(words: str) -> list[ErrorText]:
    """Errors whose code, name or text holds ``words``; without words the ones that an import can show (E1xx–E3xx)."""
    texts = list(catalog().values())
    wanted = words.strip().upper()
    if not wanted:
        return [text for text in texts if text.code[1] in "123"]
    return [text for text in texts if wanted in f"{text.code} {text.name} {text.what} {text.how}".upper()]
