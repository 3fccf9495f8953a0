"""What every screen is built from: filters in the address, status words, dates, masked values, number tiles."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import QueryDict
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import timezone

from notoneless.web.shell.filters import Facet, chosen, filter_panel
from notoneless.web.shell.templatetags import desk

STATE = Facet("state", "状态", [("open", "待核实", 4), ("closed", "已销号", 0), ("-", "（空）", None)])


def show(text: str, **values: object) -> str:
    return Template("{% load desk i18n %}" + text).render(Context(values))


def test_a_filter_is_put_on_and_taken_off_by_its_link() -> None:
    query = QueryDict("state=open&town=371321101000&after=abc")
    panel = filter_panel(query, [STATE])
    first, second, _empty = panel.lines[0].options
    assert (first.chosen, second.chosen) == (True, False)
    assert QueryDict(first.url[1:]) == QueryDict("town=371321101000")
    assert QueryDict(second.url[1:]).getlist("state") == ["open", "closed"]
    assert [chip.label for chip in panel.chips] == ["待核实"]
    assert panel.clear_url == "?town=371321101000"


def test_values_that_a_filter_does_not_have_are_ignored() -> None:
    assert chosen(QueryDict("state=open&state=%27%3B drop&state=-"), STATE) == ["open", "-"]


def test_a_sorting_head_turns_round() -> None:
    request = RequestFactory().get("/case/?sort=due_date&after=x")
    page = show('{% sort_head "due_date" "期限" %}', request=request)
    assert 'aria-sort="ascending"' in page
    assert "?sort=-due_date" in page


def test_a_status_is_words_and_knows_its_kinds() -> None:
    assert show('{% status "进行中" "doing" %}') == '<span class="status status-doing">进行中</span>'
    with pytest.raises(TemplateSyntaxError):
        show('{% status "进行中" "green" %}')


@pytest.mark.parametrize(("shift", "word"), [(4, "剩 4 天"), (0, "今天到期"), (-3, "逾期 3 天")])
def test_days_left(shift: int, word: str) -> None:
    assert desk.days_left(timezone.localdate() + dt.timedelta(days=shift)) == word


def test_dates_numbers_and_masked_values() -> None:
    day = dt.date(2026, 3, 5)
    assert (desk.day(day), desk.long_day(day), desk.day(None)) == ("2026-03-05", "2026年3月5日", "")
    assert desk.moment(dt.datetime(2026, 3, 5, 0, 0, tzinfo=dt.UTC)) == "2026-03-05 08:00"
    assert (desk.count(47902), desk.count(0), desk.count(None), desk.count("")) == ("47,902", "0", "—", "—")
    assert desk.masked_id("371321201101010019") == "3713**********0019"
    assert desk.masked_name("张小花") == "张*花"
    assert "1234" not in desk.masked_phone("13812345678")
    assert (desk.place_name("371321101000"), desk.place_path("371321101000")) == ("岸堤镇", "岸堤镇")
    assert (desk.place_name(""), desk.place_name("999999999999")) == ("", "999999999999")


def test_a_number_without_a_list_is_no_link() -> None:
    tile = '{% include "shell/number.html" with value=value label="逾期" url=url kind="bad" only %}'
    assert '<a class="number number-bad" href="/case/">' in show(tile, value=3, url="/case/")
    assert "<a " not in show(tile, value=None, url="")
