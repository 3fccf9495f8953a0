"""What an auditor is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notoneless.audit.records.models import Sample, SampleItem
from notoneless.check.core import load_checks
from notoneless.check.records.models import Sweep
from notoneless.common.errors import Fault
from notoneless.web.shell.forms import DeskForm

FIELDS_OF_FAULT = {"E581": "size", "E583": "seed", "E582": "subject"}


class SampleForm(DeskForm):
    """What to draw, with which seed, how many."""

    subject = forms.ChoiceField(
        label=gettext_lazy("从什么里面抽"), choices=Sample.Subject.choices, widget=forms.RadioSelect()
    )
    sweep = forms.ChoiceField(
        label=gettext_lazy("哪一次摸排"), required=False, help_text=gettext_lazy("抽孩子或缺口时用")
    )
    check_id = forms.ChoiceField(
        label=gettext_lazy("哪一项核查"), required=False, help_text=gettext_lazy("只抽一项核查的缺口时选")
    )
    seed = forms.CharField(
        label=gettext_lazy("种子"),
        max_length=40,
        help_text=gettext_lazy("当众定的词或数字，例如 20261130-4；同样的种子抽出同样的样"),
    )
    size = forms.IntegerField(label=gettext_lazy("抽几件"), initial=20)

    def __init__(self, *args: Any, sweeps: Sequence[Sweep], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [(sweep.pk, f"{sweep.as_of:%Y-%m-%d}（{sweep.get_status_display()}）{sweep.pk}") for sweep in sweeps]
        checks = [(check.id, check.name) for check in load_checks().values()]
        self.fields["sweep"].choices = listed or [("", _("还没有摸排"))]  # type: ignore[attr-defined]
        self.fields["check_id"].choices = [("", _("全部核查")), *checks]  # type: ignore[attr-defined]

    def take(self, fault: Fault) -> None:
        """A fault of the draw at the field it is about."""
        self.add_fault(fault, FIELDS_OF_FAULT.get(fault.code))


class ResultForm(DeskForm):
    """What the paper said of one item."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("核对结果"), choices=SampleItem.Outcome.choices, widget=forms.RadioSelect()
    )
    note = forms.CharField(label=gettext_lazy("说明"), required=False, max_length=300)


class CaseForm(DeskForm):
    """The number of a case."""

    case = forms.CharField(label=gettext_lazy("个案编号"), max_length=20, help_text=gettext_lazy("例如 A2026-000012"))


class ChildForm(DeskForm):
    """The number of a child."""

    child = forms.CharField(
        label=gettext_lazy("孩子编号"),
        max_length=20,
        help_text=gettext_lazy("在摸排的行、个案或抽样里都写着"),
    )


class PackForm(DeskForm):
    """A pack to be checked."""

    file = forms.FileField(label=gettext_lazy("取证包"), widget=forms.FileInput(attrs={"accept": ".zip"}))
