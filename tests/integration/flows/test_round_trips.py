"""What went out comes back: the corrected error workbook completes its list, and no file counts twice."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.apps import apps
from tests.corpus.make.writing import text_file, xls, xlsx
from tests.lib import rosters

from notoneless.flows.import_file import ImportOutcome
from notoneless.org.keys import lake
from notoneless.roster.core import errors_workbook
from notoneless.roster.records.models import Delivery
from notoneless.roster.records.queries import read_rows

pytestmark = pytest.mark.django_db
Send = Callable[..., ImportOutcome]
VALUES = ["name", "sex", "dob", "id_no", "nation", "addr", "addr_code", "hh_no", "relation", "hukou_status"]
FORMS = {"csv": text_file, "xlsx": xlsx, "xls": xls}


def lines() -> list[list[str]]:
    """The 户籍 list of the known children, header first."""
    return list(csv.reader(io.StringIO(rosters.hukou(rosters.CAST).decode())))


def everything() -> dict[str, Any]:
    """How much there is of everything, in the database and in the lake."""
    rows = {model._meta.label: model._default_manager.count() for model in apps.get_models()}
    files = sorted(str(path) for path in lake().root.rglob("*") if path.is_file())
    return {**rows, "lake": files}


def taken(*deliveries: Delivery | None) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(row.values()) for each in deliveries if each for row in read_rows(each, VALUES).to_pylist())


@pytest.mark.parametrize("form", FORMS)
def test_the_same_file_twice_changes_nothing_at_all(form: str, send: Send) -> None:
    data = FORMS[form](lines())
    first = send(data, f"户籍.{form}")
    before = everything()
    second = send(data, f"户籍又一次.{form}")
    assert second.already
    assert second.delivery == first.delivery
    assert everything() == before


def test_wrong_rows_corrected_and_sent_back_complete_the_list(send: Send, tmp_path: Path) -> None:
    clean, wrong = lines(), lines()
    wrong[1][5], wrong[3][1] = "3.71321E+17", ""
    first = send(text_file(wrong), "户籍.csv")
    again = send(mended(first, clean, tmp_path), "户籍_错误.xlsx", supplements=True)
    assert (first.roster.counts.refused, again.roster.counts.refused) == (2, 0)
    assert again.delivery is not None
    assert again.delivery.supplements
    union = taken(first.delivery, again.delivery)
    assert union == taken(send(text_file(clean), "户籍全.csv", sender="另一处").delivery)


def test_every_form_of_one_list_gives_the_same_rows(send: Send) -> None:
    given = [taken(send(write(lines()), f"户籍.{form}", sender=form).delivery) for form, write in FORMS.items()]
    assert given[0] == given[1] == given[2]
    assert sum(given[0].values()) == len(rosters.CAST)


def mended(outcome: ImportOutcome, clean: list[list[str]], folder: Path) -> bytes:
    """The error workbook with its rows typed anew as the clean list has them."""
    path = folder / "错误.xlsx"
    errors_workbook(outcome.roster, path)
    book = openpyxl.load_workbook(path)
    for line, row in enumerate(outcome.roster.refused["row_no"].to_pylist(), start=2):
        for place, cell in enumerate(clean[row - 1], start=1):
            book.worksheets[0].cell(line, place).value = cell
    book.save(path)
    return path.read_bytes()
