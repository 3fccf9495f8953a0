"""What a person says, and what is answered."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from notoneless.org.opinions import MOST
from notoneless.web.shell.forms import DeskForm


class OpinionForm(DeskForm):
    """The words; the screen and the fault code come along unseen."""

    text = forms.CharField(
        label=gettext_lazy("意见建议"),
        max_length=MOST,
        help_text=gettext_lazy("在办什么、哪里不对、希望怎样。不要写孩子的姓名和身份证号"),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    page = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput())
    fault_code = forms.CharField(required=False, max_length=8, widget=forms.HiddenInput())


class AnswerForm(DeskForm):
    """The administrator's answer."""

    answer = forms.CharField(label=gettext_lazy("答复"), max_length=MOST, widget=forms.Textarea(attrs={"rows": 4}))
