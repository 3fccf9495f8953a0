"""A verdict on a doubtful pair."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from notoneless.link.records.models import ReviewPair
from notoneless.web.shell.forms import DeskForm

VERDICTS = [
    (ReviewPair.Status.SAME.value, _("同一人")),
    (ReviewPair.Status.DIFFERENT.value, _("不是")),
    (ReviewPair.Status.UNSURE.value, _("存疑")),
]


class VerdictForm(DeskForm):
    """The verdict, given by one of three buttons, and a word on why if there is one."""

    verdict = forms.ChoiceField(choices=VERDICTS, widget=forms.HiddenInput())
    reason = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"placeholder": _("例如：电话问过监护人"), "autocomplete": "off"}),
    )
