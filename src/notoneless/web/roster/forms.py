"""What a person says about an uploaded list, and the hand-made match of its columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notoneless.common.errors import Fault
from notoneless.org.models import User
from notoneless.roster.core import KindDefinition, load_kinds
from notoneless.web.shell.forms import DeskForm

MOST_FILES = 20
SUFFIXES = (".xlsx", ".xls", ".csv", ".txt")


class ManyFilesInput(forms.FileInput):
    """A file control that takes several files."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files; ``clean`` gives a list of UploadedFile."""

    widget = ManyFilesInput(attrs={"multiple": True, "accept": ",".join(SUFFIXES)})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:  # type: ignore[override]
        """Each file checked by itself; foreign kinds are named, so that the person knows which one to take out."""
        files = [one for one in (data or []) if one]
        if not files:
            raise forms.ValidationError(_("请选择至少一个文件"))
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("一次最多 %(most)s 个文件，请分几次传") % {"most": MOST_FILES})
        for one in files:
            if not str(one.name).lower().endswith(SUFFIXES):
                message = _("“%(name)s”不是 Excel 或 CSV；WPS 的 .et 请另存为 .xlsx 再传")
                raise forms.ValidationError(message % {"name": one.name})
            super().clean(one, initial)
        return files


class UploadForm(DeskForm):
    """Several files of one sender and one as-of day; the kind is told by the headings unless named."""

    files = ManyFilesField(label=gettext_lazy("文件"))
    sender = forms.CharField(
        label=gettext_lazy("送达单位"),
        max_length=80,
        help_text=gettext_lazy("名单是哪个单位给的，例如 县公安局户政科"),
    )
    as_of = forms.DateField(
        label=gettext_lazy("数据时点"),
        help_text=gettext_lazy("名单反映哪一天的情况；不是上传的日子"),
        widget=forms.DateInput(),
        error_messages={"invalid": gettext_lazy("请写成 2026-10-10 这样的日期")},
    )
    kind = forms.ChoiceField(label=gettext_lazy("名册种类"), required=False)
    legal_basis = forms.CharField(
        label=gettext_lazy("送达依据"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("调取数据的文件或协议，例如 部门数据共享协议〔2026〕3号"),
    )

    def __init__(self, *args: Any, user: User, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        kinds = [(kind.id, kind.name) for kind in load_kinds().values()]
        self.fields["kind"].choices = [("", _("由表头自动认出")), *kinds]  # type: ignore[attr-defined]
        self.fields["as_of"].initial = today
        if user.sender:
            self.fields["sender"].initial = user.sender
            self.fields["sender"].widget.attrs["readonly"] = True

    def clean_as_of(self) -> dt.date:
        """A list cannot describe a day that has not come."""
        as_of: dt.date = self.cleaned_data["as_of"]
        if as_of > self.today:
            raise forms.ValidationError(_("数据时点不能晚于今天（%(today)s）") % {"today": self.today.isoformat()})
        return as_of


class ColumnsForm(DeskForm):
    """One choice per file column: which canonical column it is, or none. Fields are ``column_0``, ``column_1``…"""

    def __init__(
        self, *args: Any, kind: KindDefinition, labels: list[str], matched: Mapping[str, str], **kwargs: Any
    ) -> None:
        self.kind, self.labels = kind, labels
        super().__init__(*args, **kwargs)
        choices = [("", _("不用这一列"))]
        choices += [(c.id, f"{c.name}{_('（必需）') if c.required else ''}") for c in kind.columns]
        for number, label in enumerate(labels):
            field = forms.ChoiceField(label=label, choices=choices, required=False, initial=matched.get(label, ""))
            field.widget.attrs["class"] = "form-select"
            self.fields[f"column_{number}"] = field

    def clean(self) -> dict[str, Any]:
        """No column may be meant twice, and every required one must be there."""
        cleaned = super().clean() or {}
        chosen = [value for value in cleaned.values() if value]
        for column in self.kind.columns:
            if chosen.count(column.id) > 1:
                self.add_error(None, _("“%(name)s”被选了两次，请只留一列") % {"name": column.name})
            if column.required and column.id not in chosen:
                self.add_error(None, _("缺少必需的列“%(name)s”，请指出是哪一列") % {"name": column.name})
        return cleaned

    def mapping(self) -> dict[str, str]:
        """File column → canonical id, "" for columns that are not used."""
        return {label: self.cleaned_data[f"column_{number}"] for number, label in enumerate(self.labels)}

    def pairs(self) -> list[tuple[str, forms.BoundField]]:
        """Labels beside their controls, for the table on the page."""
        return [(label, self[f"column_{number}"]) for number, label in enumerate(self.labels)]


def chosen_kind(wanted: str, fallback: str) -> KindDefinition:
    """The kind named in an address, else the one recognised. Raises Fault E704 for neither."""
    kinds = load_kinds()
    for kind in (wanted, fallback):
        if kind in kinds:
            return kinds[kind]
    raise Fault("E704", where=wanted)
