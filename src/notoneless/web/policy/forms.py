"""Another value to try, or another day whose value to try."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notoneless.web.shell.forms import DeskForm


class TrialForm(DeskForm):
    """One of the two."""

    value = forms.CharField(label=gettext_lazy("改成多少"), required=False, max_length=20)
    day = forms.DateField(
        label=gettext_lazy("或者：用哪一天生效的值"),
        required=False,
        widget=forms.DateInput(),
        help_text=gettext_lazy("已经写好将来生效的值时，填生效那天"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("value") and not cleaned.get("day"):
            self.add_error("value", _("请写一个值，或选一个日期"))
        return cleaned
