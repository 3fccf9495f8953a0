"""What is asked about accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notoneless.common.errors import Fault
from notoneless.org.models import Place
from notoneless.org.queries import find_school_code
from notoneless.org.roles import ROLES
from notoneless.policy.places import code_range
from notoneless.web.shell.forms import DeskForm

FIELDS_OF_FAULT = {
    "E709": "username", "E710": "role", "E711": "role", "E712": "school", "E713": None, "E731": "role", "E737": "role",
    "E739": "reason",
}  # fmt: skip
SUFFIXES = ".xlsx,.xls,.csv"


class PostForm(DeskForm):
    """A role and where it counts."""

    role = forms.ChoiceField(label=gettext_lazy("角色"))
    place_code = forms.ChoiceField(
        label=gettext_lazy("辖区"),
        required=False,
        help_text=gettext_lazy("县局、乡镇、审计、部门联系人要选；校长、教师不用选，跟着学校"),
    )
    school = forms.CharField(
        label=gettext_lazy("学校"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("校长、教师要填：学校标识码，或与名录一字不差的校名"),
    )
    sender = forms.CharField(
        label=gettext_lazy("送达单位"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("部门联系人要填，例如 县残疾人联合会；他只看得到这个单位送的名册"),
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("给批准的人看，例如 接替王经办"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.id, role.name) for role in ROLES.values()]
        self.fields["role"].choices = [("", _("请选")), *roles]  # type: ignore[attr-defined]
        self.fields["place_code"].choices = [("", _("不用辖区")), *_places()]  # type: ignore[attr-defined]

    def post(self) -> dict[str, str]:
        """What the actions take."""
        data = self.cleaned_data
        return {
            "role": data["role"],
            "place_code": data["place_code"],
            "school_code": find_school_code(data["school"]),
            "sender": data["sender"].strip(),
            "reason": data["reason"],
        }

    def take(self, fault: Fault) -> None:
        """A fault of an action at the field it is about."""
        field = FIELDS_OF_FAULT.get(fault.code)
        self.add_fault(fault, field if field in self.fields else None)


class AccountForm(PostForm):
    """A new account."""

    username = forms.CharField(
        label=gettext_lazy("账号"),
        max_length=40,
        help_text=gettext_lazy("登录用，建议用姓名全拼或工号；建好后不能改"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    display_name = forms.CharField(label=gettext_lazy("姓名"), max_length=40)
    field_order = ("username", "display_name", "role", "place_code", "school", "sender", "reason")


class StaffListForm(DeskForm):
    """A workbook of accounts to be."""

    file = forms.FileField(
        label=gettext_lazy("账号表"),
        help_text=gettext_lazy("按模板填；先看每一行的结果，确认了才建"),
        widget=forms.FileInput(attrs={"accept": SUFFIXES}),
    )


class StaffConfirmForm(DeskForm):
    """The rows that were shown, once more; they are checked again from the beginning."""

    rows = forms.CharField(max_length=200_000, widget=forms.HiddenInput())
    reason = forms.CharField(label=gettext_lazy("理由"), required=False, max_length=300)


class DecisionForm(DeskForm):
    """Why; only a refusal needs it."""

    reason = forms.CharField(
        label=gettext_lazy("意见"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("不批准要写明理由"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class FindForm(DeskForm):
    """Words to look for in a list."""

    q = forms.CharField(label=gettext_lazy("查找"), required=False, max_length=40)


def _places() -> list[tuple[str, str]]:
    low, high = code_range(settings.REGION)
    levels = (Place.Level.CITY, Place.Level.COUNTY, Place.Level.TOWN)
    found = Place.objects.filter(code__gte=low, code__lt=high, level__in=levels, is_active=True)
    return [(place.code, f"{place.name} {place.code}") for place in found.order_by("code")]
