"""A verdict on a doubtful pair."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from notoneless.link.records.models import Reading, ReviewPair
from notoneless.web.shell.forms import DeskForm

VERDICTS = [
    (ReviewPair.Status.SAME.value, _("同一人")),
    (ReviewPair.Status.DIFFERENT.value, _("不是同一人")),
    (ReviewPair.Status.UNSURE.value, _("说不准，留待")),
]
ANSWERS = [
    (Reading.Verdict.SAME.value, _("同意是同一人")),
    (Reading.Verdict.RETURNED.value, _("退回")),
]


class VerdictForm(DeskForm):
    """The verdict, given by one of the buttons, and a word on why if there is one.

    ``reading`` is the first verdict that a second person answers.
    """

    verdict = forms.ChoiceField(choices=[*VERDICTS, ANSWERS[1]], widget=forms.HiddenInput())
    reading = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput())
    reason = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"placeholder": _("例如：电话问过监护人"), "autocomplete": "off"}),
    )
