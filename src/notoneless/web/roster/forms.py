"""What a person says about an uploaded list, and the hand-made match of its columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notoneless.common.errors import Fault
from notoneless.org.models import Place, User
from notoneless.org.queries import list_places
from notoneless.roster.core import KindDefinition, load_kinds
from notoneless.web.roster.wizard_presenters import ColumnLine
from notoneless.web.shell.forms import DeskForm

MOST_FILES = 20
SUFFIXES = (".xlsx", ".xls", ".csv", ".txt", ".zip")
WHOLE, PART = "0", "1"
PARTS = [
    (WHOLE, gettext_lazy("全部名单，取代上次")),
    (PART, gettext_lazy("补充，与上次的一起用")),
]


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
            raise forms.ValidationError(
                _("一次最多 %(most)s 个文件，请分几次传，或压缩成一个 zip") % {"most": MOST_FILES}
            )
        for one in files:
            if not str(one.name).lower().endswith(SUFFIXES):
                message = _("“%(name)s”不是 Excel、CSV 或 zip；WPS 的 .et 请另存为 .xlsx 再传")
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
    supplements = forms.TypedChoiceField(
        label=gettext_lazy("是不是全部"),
        choices=PARTS,
        coerce=lambda value: value == PART,
        empty_value=False,
        required=False,
        initial=WHOLE,
        widget=forms.RadioSelect(),
        help_text=gettext_lazy(
            "新的一份名单到了，上次同种的就不再用；只是其中一部分（一个片区、后来补的几行），请选补充。改好传回的错误行会自动认作补充。"
        ),
    )
    place_code = forms.ChoiceField(
        label=gettext_lazy("名单是哪里的"),
        required=False,
        help_text=gettext_lazy("只是一个乡镇的名单，请选那个乡镇：它只取代那个乡镇的部分"),
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
        self._offer_places(user)
        if user.sender:
            self.fields["sender"].initial = self.initial["sender"] = user.sender
            self.fields["sender"].widget.attrs["readonly"] = True
        else:
            self.fields["sender"].widget.attrs["list"] = "known-senders"  # a datalist on the page

    def _offer_places(self, user: User) -> None:
        towns = [(place.code, place.name) for place in list_places(user, "town") if place.code != user.place_code]
        own = Place.objects.filter(code=user.place_code).first()
        if own is None or not towns:
            del self.fields["place_code"]
            return
        whole = _("%(name)s（全部）") % {"name": own.name}
        self.fields["place_code"].choices = [("", whole), *towns]  # type: ignore[attr-defined]

    def clean_as_of(self) -> dt.date:
        """A list cannot describe a day that has not come."""
        as_of: dt.date = self.cleaned_data["as_of"]
        if as_of > self.today:
            raise forms.ValidationError(_("数据时点不能晚于今天（%(today)s）") % {"today": self.today.isoformat()})
        return as_of


class ColumnsForm(DeskForm):
    """One choice per file column: which canonical column it is, or none. Fields are ``column_0``, ``column_1``…

    A column that could be two things is asked with radio buttons and must be answered; nothing is chosen for it.
    """

    remember = forms.BooleanField(
        label=gettext_lazy("记住，以后这个单位的这种名册都这样对"), required=False, initial=True
    )

    def __init__(self, *args: Any, kind: KindDefinition, columns: Sequence[ColumnLine], **kwargs: Any) -> None:
        self.kind, self.columns = kind, columns
        super().__init__(*args, **kwargs)
        choices = [("", _("不用这一列"))]
        choices += [(c.id, f"{c.name}{_('（必需）') if c.required else ''}") for c in kind.columns]
        for number, column in enumerate(columns):
            self.fields[f"column_{number}"] = _question(column) if column.question else _select(column, choices)

    def clean(self) -> dict[str, Any]:
        """No column may be meant twice, and every required one must be there."""
        cleaned = super().clean() or {}
        chosen = [cleaned.get(f"column_{number}") for number in range(len(self.columns))]
        unanswered = [one for one, answer in zip(self.columns, chosen, strict=True) if one.question and not answer]
        open_choices = {choice["column"] for one in unanswered for choice in one.question}
        for column in self.kind.columns:
            if chosen.count(column.id) > 1:
                self.add_error(None, _("“%(name)s”被选了两次，请只留一列") % {"name": column.name})
            if column.required and column.id not in chosen and column.id not in open_choices:
                self.add_error(None, _("缺少必需的列“%(name)s”，请指出是哪一列") % {"name": column.name})
        return cleaned

    def mapping(self) -> dict[str, str]:
        """File column → canonical id, "" for columns that are not used."""
        chosen = (self.cleaned_data[f"column_{number}"] for number in range(len(self.columns)))
        return {
            column.label: "" if value == NOT_USED else value
            for column, value in zip(self.columns, chosen, strict=True)
        }

    def news(self) -> dict[str, str]:
        """Those columns of :meth:`mapping` that would not have been matched so without the person."""
        found = {column.label: column.matched for column in self.columns}
        asked = {column.label for column in self.columns if column.question}
        return {label: value for label, value in self.mapping().items() if label in asked or value != found[label]}

    def asked(self) -> list[tuple[ColumnLine, forms.BoundField]]:
        """The columns that are a question, with their radio buttons."""
        return [pair for pair in self._pairs() if pair[0].question]

    def told(self) -> list[tuple[ColumnLine, forms.BoundField]]:
        """The other columns, with their selects."""
        return [pair for pair in self._pairs() if not pair[0].question]

    def _pairs(self) -> list[tuple[ColumnLine, forms.BoundField]]:
        return [(column, self[f"column_{number}"]) for number, column in enumerate(self.columns)]


NOT_USED = "-"  # an answer, where "" is no answer yet


def _select(column: ColumnLine, choices: Sequence[tuple[str, Any]]) -> forms.ChoiceField:
    proposed = column.matched or column.near
    field = forms.ChoiceField(label=column.label, choices=choices, required=False, initial=proposed)
    field.widget.attrs["class"] = "form-select"
    return field


def _question(column: ColumnLine) -> forms.ChoiceField:
    used = [one for one in column.question if one["column"]]
    choices = [(one["column"], f"{one['name']}：{one['why']}" if one["why"] else one["name"]) for one in used]
    return forms.ChoiceField(
        label=_("“%(label)s”这一列是什么？") % {"label": column.label},
        choices=[*choices, (NOT_USED, _("都不是，不用这一列"))],
        widget=forms.RadioSelect(),
        error_messages={"required": _("请选一个：系统不替您猜")},
    )


def chosen_kind(wanted: str, fallback: str) -> KindDefinition:
    """The kind named in an address, else the one recognised. Raises Fault E704 for neither."""
    kinds = load_kinds()
    for kind in (wanted, fallback):
        if kind in kinds:
            return kinds[kind]
    raise Fault("E704", where=wanted)
