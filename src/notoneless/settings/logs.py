"""Log lines without people in them."""

import logging
import re

from notoneless.common.redact import redact

QUERY_STRING = re.compile(r"\?[^\s\"']+")


class RedactingFormatter(logging.Formatter):
    """Takes ID, card and phone numbers and URL query strings (search words) out of a line and its traceback."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return redact(QUERY_STRING.sub("?…", super().format(record)))
