"""What a cell with the number of an identity document holds, when it need not be a resident ID.

Recognised by shape only. Numbers of passports and travel permits carry no check that a program could use, so they are
never repaired and never say anything of birth or sex; two of them are compared as they are written.

Sources of the shapes: GB 11643-1999 (ID and residence permits of people from Hong Kong, Macao and Taiwan, 81 to 83);
the form of the student registry (1 居民身份证, 6 香港, 7 澳门, 8 台胞证, 9 境外永久居住证, A 护照); announcements of the
National Immigration Administration on the new permanent residence card (2023) and of the ministry on birth certificates.
"""

import re
from typing import NamedTuple

from notoneless.common import disability_cert, resident_id, student_no, typed_numbers

RESIDENT, PERMIT_RESIDENT, FOREIGN_RESIDENT = "resident_id", "residence_permit", "foreign_residence"
DISABILITY, STUDENT, BIRTH = "disability_cert", "student_no", "birth_certificate"
KIND_NAMES = {
    RESIDENT: "居民身份证",
    PERMIT_RESIDENT: "港澳台居民居住证",
    FOREIGN_RESIDENT: "外国人永久居留身份证",
    DISABILITY: "残疾人证",
    STUDENT: "学籍号",
    "hk_macao_permit": "港澳居民来往内地通行证",
    "taiwan_permit": "台湾居民来往大陆通行证",
    "chinese_passport": "中国护照",
    BIRTH: "出生医学证明",
    "foreign_passport": "护照",
}
# Tried in this order; a number that fits two shapes counts as the first.
_SHAPES = (
    ("hk_macao_permit", re.compile(r"[HM](?:\d{8}|\d{10})")),
    ("chinese_passport", re.compile(r"(?:[EGDSPK]\d{8}|E[A-HJ-NP-Z]\d{7}|(?:SE|DE|PE|MA|KJ|HJ)\d{7}|1[45]\d{7})")),
    (BIRTH, re.compile(r"[A-Z]\d{9}")),
    (FOREIGN_RESIDENT, re.compile(r"[A-Z]{3}\d{12}")),
    ("taiwan_permit", re.compile(r"\d{8}|\d{10}(?:[A-Z]|\([A-Z]\))?")),
    ("foreign_passport", re.compile(r"(?=.*\d{4})[A-Z]{1,2}\d{6,8}[A-Z]?")),
)
_PERMIT_AREAS = ("81", "82", "83")
_PERMANENT = "9"


class Document(NamedTuple):
    """``kind`` is a key of KIND_NAMES, "" when the cell holds none that is known; ``value``: the number as cleaned."""

    kind: str
    value: str

    @property
    def name(self) -> str:
        """The document in Chinese, "" when unknown."""
        return KIND_NAMES.get(self.kind, "")

    @property
    def repairable(self) -> bool:
        """Whether a wrong digit could be found out: only where the check digit of GB 11643 guards the number."""
        return self.kind in ("", RESIDENT)

    def __repr__(self) -> str:
        """Masked: a log line or a traceback must not carry a full number."""
        return f"Document({self.kind}, {resident_id.mask(self.value)})"


def recognise(text: str) -> Document:
    """Which document the cell names. Never raises. A resident ID with a slip is no document of another kind: ``kind``
    is "" and the number may be repaired.
    """
    found = resident_id.parse(text)
    if found.state == "valid":
        return Document(_kind_of_valid(found.value), found.value)
    value = typed_numbers.clean(text)
    if found.state in ("missing", "placeholder", "damaged"):
        return Document("", value)
    if disability_cert.parse(text).state == "valid":
        return Document(DISABILITY, value)
    if student_no.parse(text).state == "valid":
        return Document(STUDENT, value)
    return Document(next((kind for kind, shape in _SHAPES if shape.fullmatch(value)), ""), value)


def _kind_of_valid(value: str) -> str:
    if value.startswith(_PERMIT_AREAS):
        return PERMIT_RESIDENT
    return FOREIGN_RESIDENT if value.startswith(_PERMANENT) else RESIDENT
