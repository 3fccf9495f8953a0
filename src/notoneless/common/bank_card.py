"""Bank card and passbook numbers: tidy and mask. Passbooks carry no check digit, so none is asked for."""

from notoneless.common import typed_numbers


def normalise(text: str) -> str:
    """The number without blanks, dashes and full-width forms."""
    return typed_numbers.without_float_tail(typed_numbers.clean(text))


def mask(text: str) -> str:
    """``尾号 1234``; all stars below twelve digits."""
    number = normalise(text)
    return f"尾号 {number[-4:]}" if len(number) >= 12 else "*" * len(number)
