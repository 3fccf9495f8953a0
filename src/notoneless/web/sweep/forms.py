"""What a person says to start a sweep."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notoneless.web.shell.forms import DeskForm


class StartForm(DeskForm):
    """The day whose state is to be told."""

    as_of = forms.DateField(
        label=gettext_lazy("数据时点"),
        help_text=gettext_lazy("按哪一天的情况比对；这一天以后的名册不用"),
        widget=forms.DateInput(),
        error_messages={"invalid": gettext_lazy("请写成 2026-10-10 这样的日期")},
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["as_of"].initial = today

    def clean_as_of(self) -> dt.date:
        """No sweep of a day that has not come."""
        as_of: dt.date = self.cleaned_data["as_of"]
        if as_of > self.today:
            raise forms.ValidationError(_("数据时点不能晚于今天（%(today)s）") % {"today": self.today.isoformat()})
        return as_of
