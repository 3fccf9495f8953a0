"""Why somebody needs the whole number."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from notoneless.web.shell.forms import DeskForm


class PurposeForm(DeskForm):
    """The purpose stays in the trail."""

    reason = forms.CharField(
        label=_("用途"),
        max_length=200,
        help_text=_("例如：到派出所核对户籍；会留痕"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
