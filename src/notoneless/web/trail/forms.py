"""What an auditor may ask for."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from notoneless.web.shell.forms import DeskForm


class EventFilter(DeskForm):
    """Person, object, from day, to day; the kind of act is chosen by links."""

    actor = forms.CharField(label=_("人员（账号或姓名）"), required=False, max_length=40)
    object_id = forms.CharField(label=_("孩子、个案或批次编号"), required=False, max_length=64)
    since = forms.DateField(label=_("从"), required=False, widget=forms.DateInput())
    until = forms.DateField(label=_("到"), required=False, widget=forms.DateInput())


class ChainForm(DeskForm):
    """Lines of checkpoints that were printed and kept elsewhere."""

    lines = forms.CharField(
        label=_("打印保存的核对点"),
        required=False,
        max_length=20_000,
        help_text=_("每行一个，原样输入；不填就只核对系统里的记录"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
