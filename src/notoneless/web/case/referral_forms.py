"""The forms of a hand-over (移交): whom to, and what the receiver says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from notoneless.case.records.queries import Receivers
from notoneless.org.models import User
from notoneless.web.case.forms import NOBODY, VersionForm, text_area
from notoneless.web.case.presenters import owner_label
from notoneless.web.shell.forms import DeskForm


class ReferForm(VersionForm):
    """移交给本系统里的一个单位."""

    receiver = forms.ChoiceField(label=gettext_lazy("接收单位"))
    reason = text_area(
        gettext_lazy("理由"), gettext_lazy("为什么该由对方负责，例如 已随父母搬到镇上，九月起在镇中心小学借读")
    )

    def __init__(self, *args: Any, receivers: Receivers, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["receiver"].choices = [NOBODY, *_choices(receivers)]

    def wanted(self) -> dict[str, Any]:
        """Keyword arguments for ``refer``."""
        said = dict(self.cleaned_data)
        place, _, school = said.pop("receiver").partition("/")
        return said | {"to_place": place, "to_school": school}


class OutsideForm(VersionForm):
    """转出，请外地接收方确认."""

    receiver = forms.CharField(
        label=gettext_lazy("接收单位"),
        max_length=200,
        help_text=gettext_lazy("写全称，例如 河南省商丘市某县教育体育局、某某小学"),
    )
    reason = text_area(gettext_lazy("理由"), gettext_lazy("孩子跟谁、哪天去的，怎么知道的"))


class OutsideAnswerForm(VersionForm):
    """外地接收方的答复."""

    accepted = forms.TypedChoiceField(
        label=gettext_lazy("对方的答复"),
        choices=[("1", gettext_lazy("孩子在那里，已经接收")), ("0", gettext_lazy("没有接收，退回重新核实"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    reason = text_area(
        gettext_lazy("对方怎么答复"), gettext_lazy("谁、哪天、怎么说的；书面回执另外登记成佐证"), rows=2
    )


class AcceptForm(DeskForm):
    """接收."""

    owner_id = forms.TypedChoiceField(
        label=gettext_lazy("由谁负责"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=gettext_lazy("可以先接收，以后再派"),
    )
    reason = text_area(gettext_lazy("说明"), required=False, rows=2)

    def __init__(self, *args: Any, owners: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.pk, owner_label(one)) for one in owners]
        self.fields["owner_id"].choices = [("", gettext_lazy("接收后再派")), *choices]


class AnswerForm(DeskForm):
    """退回 or 撤回, in words."""

    reason = text_area(gettext_lazy("理由"), rows=2)


def _choices(receivers: Receivers) -> list[Any]:
    """The county's own office, its townships, and the schools under their township; value: place/school."""
    towns = {town.code: town.name for town in receivers.towns}
    schools: dict[str, list[tuple[str, str]]] = {}
    for school in receivers.schools:
        town = towns.get(f"{school.place_code[:9]}000", receivers.county.name)
        schools.setdefault(town, []).append((f"{school.place_code}/{school.code}", school.name))
    offices = [(f"{receivers.county.code}/", receivers.county.name), *((f"{c}/", name) for c, name in towns.items())]
    return [(gettext_lazy("县、乡镇"), offices), *schools.items()]
