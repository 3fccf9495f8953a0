"""The forms of a consultation (会商): the question, and what was decided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from notoneless.case.core.outcomes import Rules
from notoneless.web.case.forms import day_field, text_area
from notoneless.web.shell.forms import DeskForm


class ConsultationForm(DeskForm):
    """提请会商."""

    question = text_area(
        gettext_lazy("商量什么"), gettext_lazy("一件事问清楚，例如 怎样解决接送和住校，谁来落实"), most=1000, rows=4
    )
    bodies = forms.MultipleChoiceField(label=gettext_lazy("请哪些单位"), widget=forms.CheckboxSelectMultiple)
    meet_date = day_field(gettext_lazy("哪天会商"))

    def __init__(self, *args: Any, rules: Rules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bodies"].choices = list(rules.bodies.items())


class DecisionRecordForm(DeskForm):
    """登记会商决定; each line of ``measures`` becomes one measure of the chosen gap."""

    decision = text_area(gettext_lazy("会商决定"), gettext_lazy("用自己的话写清楚定了什么"), most=1000, rows=4)
    deciders = forms.CharField(
        label=gettext_lazy("谁决定的"), max_length=200, help_text=gettext_lazy("例如 镇长李某、校长孙某、派出所王某")
    )
    decided_date = day_field(gettext_lazy("会商日期"))
    measures = text_area(
        gettext_lazy("随之要办的事"), gettext_lazy("一行一件，记成措施"), required=False, most=2000, rows=4
    )
    gap_id = forms.ChoiceField(label=gettext_lazy("措施记在哪个缺口"), required=False)

    def __init__(self, *args: Any, gaps: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = list(gaps)
        self.fields["gap_id"].choices = choices if len(choices) == 1 else [("", gettext_lazy("请选择")), *choices]

    def said(self) -> dict[str, Any]:
        """Keyword arguments for ``record_decision``."""
        said = dict(self.cleaned_data)
        return said | {"measures": said["measures"].splitlines(), "gap_id": said["gap_id"] or None}
