"""The forms of a case. Each that changes the case carries the version its writer saw, so that nobody overwrites anybody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notoneless.case.core.outcomes import Rules
from notoneless.case.records.actions import VisitReport
from notoneless.case.records.models import Evidence
from notoneless.org.models import User
from notoneless.web.case.presenters import owner_label, paper_label, school_choices
from notoneless.web.shell.forms import DeskForm

WRONG_DAY = {"invalid": gettext_lazy("请写成 2026-10-10 这样的日期")}
WRONG_TIME = {"invalid": gettext_lazy("请写成 14:30 这样的时间")}
NOBODY = ("", gettext_lazy("请选择"))


def text_area(label: str, help_text: str = "", *, required: bool = True, most: int = 500, rows: int = 3) -> Any:
    """A box for several lines; as long as the column it goes into."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def day_field(label: str, help_text: str = "", *, required: bool = True) -> forms.DateField:
    """A date with the browser's own calendar."""
    return forms.DateField(
        label=label, help_text=help_text, required=required, widget=forms.DateInput(), error_messages=WRONG_DAY
    )


class VersionForm(DeskForm):
    """Anything that changes the case itself."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class OwnerForm(VersionForm):
    """派责任人."""

    owner_id = forms.TypedChoiceField(
        label=gettext_lazy("责任人"),
        coerce=int,
        help_text=gettext_lazy("只列出在用账号、有权办理、并且管得到这个孩子的人"),
    )

    def __init__(self, *args: Any, owners: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner_id"].choices = [NOBODY, *((one.pk, owner_label(one)) for one in owners)]


class VisitForm(DeskForm):
    """走访、劝返记录; ``client_id`` makes a form that is sent twice count once."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=gettext_lazy("方式"), widget=forms.RadioSelect)
    on_day = day_field(gettext_lazy("走访日期"))
    at_time = forms.TimeField(
        label=gettext_lazy("走访时间"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages=WRONG_TIME,
    )
    bodies = forms.MultipleChoiceField(
        label=gettext_lazy("参加单位"),
        help_text=gettext_lazy("去了几家就勾几家；两家以上一起去的算联合劝返"),
        widget=forms.CheckboxSelectMultiple,
    )
    people = forms.CharField(
        label=gettext_lazy("走访人"), max_length=200, help_text=gettext_lazy("谁去的，例如 李老师、村支书老王")
    )
    met_whom = forms.CharField(
        label=gettext_lazy("见到谁"), max_length=100, help_text=gettext_lazy("例如 祖母和本人；没见到写“没有人在家”")
    )
    guardian_attitude = text_area(gettext_lazy("家长态度"), required=False, rows=2)
    child_attitude = text_area(gettext_lazy("学生态度"), required=False, rows=2)
    difficulty = text_area(gettext_lazy("有什么困难"), required=False, rows=2)
    agreed = forms.BooleanField(label=gettext_lazy("已经约定返校"), required=False)
    agreed_date = day_field(gettext_lazy("约定哪天返校"), required=False)
    next_step = text_area(
        gettext_lazy("下一步"), gettext_lazy("谁、哪天、再做什么，例如 周五请司法所一起去"), required=False, rows=2
    )

    def __init__(self, *args: Any, rules: Rules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = list(rules.visit_kinds.items())
        self.fields["bodies"].choices = list(rules.bodies.items())

    @staticmethod
    def blank(by: User, now: dt.datetime, rules: Rules) -> dict[str, Any]:
        """What a new record begins with: today, now, the writer and the writer's own office."""
        here = timezone.localtime(now)
        return {
            "client_id": uuid4(),
            "on_day": here.date(),
            "at_time": here.time(),
            "people": by.display_name,
            "bodies": rules.bodies_of(by.role),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("agreed_date") and not cleaned.get("agreed"):
            self.add_error("agreed", _("填了返校日期，请勾选“已经约定返校”，或者去掉日期"))
        return cleaned

    def report(self) -> VisitReport:
        """The record as the action takes it."""
        said = dict(self.cleaned_data)
        moment = dt.datetime.combine(said.pop("on_day"), said.pop("at_time"))
        bodies = tuple(said.pop("bodies"))
        return VisitReport(at=timezone.make_aware(moment), bodies=bodies, **said)


class EvidenceForm(DeskForm):
    """一份佐证; the scan is optional and kept sealed."""

    kind = forms.ChoiceField(label=gettext_lazy("佐证种类"))
    number = forms.CharField(
        label=gettext_lazy("文号或编号"),
        max_length=100,
        help_text=gettext_lazy("例如 岸校证〔2026〕7号；没有的写“无”"),
    )
    issued_by = forms.CharField(label=gettext_lazy("出具单位"), max_length=100)
    issued_date = day_field(gettext_lazy("出具日期"))
    valid_to = day_field(
        gettext_lazy("有效期至"), gettext_lazy("休学、延缓入学等有期限的必须填；到期后再次比对"), required=False
    )
    note_text = text_area(gettext_lazy("说明"), required=False, rows=2)
    file = forms.FileField(
        label=gettext_lazy("扫描件"),
        required=False,
        help_text=gettext_lazy("pdf、jpg 或 png，不超过 10 MB；加密保存，谁下载都会留痕"),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )

    def __init__(self, *args: Any, kinds: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [NOBODY, *kinds.items()]

    def paper(self) -> dict[str, Any]:
        """Keyword arguments for ``add_evidence``."""
        said = dict(self.cleaned_data)
        file: UploadedFile | None = said.pop("file")
        return said | {"file": file.read() if file else None, "file_name": str(file.name) if file else ""}


class PlacementForm(VersionForm):
    """孩子现在怎么受教育."""

    kind = forms.ChoiceField(label=gettext_lazy("安置方式"))
    from_date = day_field(gettext_lazy("起始日期"), gettext_lazy("原来的安置到这一天为止"))
    school_code = forms.ChoiceField(label=gettext_lazy("学校"), required=False)
    note_text = text_area(gettext_lazy("说明"), required=False, rows=2)

    def __init__(self, *args: Any, kinds: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [NOBODY, *kinds.items()]
        self.fields["school_code"].choices = school_choices()


class MoveForm(VersionForm):
    """One step by one person."""

    reason = text_area(gettext_lazy("说明"), required=False, rows=2)

    def __init__(self, *args: Any, needs_reason: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if needs_reason:
            self.fields["reason"].required, self.fields["reason"].label = True, _("理由")


class PaperForm(VersionForm):
    """Anything that rests on one of the papers on file."""

    evidence_id = forms.ChoiceField(label=gettext_lazy("佐证"), widget=forms.RadioSelect)
    reason = text_area(gettext_lazy("理由"), gettext_lazy("一两句话说清楚查明了什么"))

    def __init__(self, *args: Any, papers: Sequence[Evidence], rules: Rules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(paper.pk), paper_label(paper, rules)) for paper in papers]
        self.fields["evidence_id"].choices = choices
        if len(choices) == 1:
            self.fields["evidence_id"].initial = choices[0][0]


class ReturnForm(PaperForm):
    """登记复学."""

    returned_date = day_field(gettext_lazy("复学日期"), gettext_lazy("各次复查的日期从这一天算起"))
    field_order = ["version", "returned_date", "evidence_id", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required, self.fields["reason"].label = False, _("说明")
        self.fields["reason"].help_text = ""


class RecheckForm(VersionForm):
    """一次复查."""

    n = forms.IntegerField(widget=forms.HiddenInput)
    in_school = forms.TypedChoiceField(
        label=gettext_lazy("孩子在校吗"),
        choices=[("1", gettext_lazy("在校")), ("0", gettext_lazy("不在校，退回劝返"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    note_text = text_area(
        gettext_lazy("说明"), gettext_lazy("怎么看到的；不在校的必须写清情况"), required=False, rows=2
    )


class DecisionForm(VersionForm):
    """另一人审批."""

    approved = forms.TypedChoiceField(
        label=gettext_lazy("审批意见"),
        choices=[("1", gettext_lazy("批准销号")), ("0", gettext_lazy("退回，继续办理"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    reason = text_area(gettext_lazy("意见"), gettext_lazy("退回的必须写明还缺什么"), required=False)


class PlanForm(VersionForm):
    """一个缺口一套方案."""

    plan = text_area(
        gettext_lazy("方案"),
        gettext_lazy("打算怎么解决，例如 送学上门补课，申请住校，落实寄宿生补助"),
        most=1000,
        rows=4,
    )
    owner_id = forms.TypedChoiceField(
        label=gettext_lazy("这个缺口的责任人"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, owners: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_owners(self, owners, _("不另派，随个案"))


class MeasureForm(DeskForm):
    """一条措施."""

    text = text_area(gettext_lazy("措施"), gettext_lazy("一条写一件事，例如 联系寄宿床位"), rows=2)
    owner_id = forms.TypedChoiceField(label=gettext_lazy("谁来办"), required=False, coerce=int, empty_value=None)
    due_date = day_field(gettext_lazy("哪天办完"), required=False)

    def __init__(self, *args: Any, owners: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_owners(self, owners, _("个案责任人"))


class ResultForm(DeskForm):
    """措施办完了."""

    result = text_area(gettext_lazy("结果"), gettext_lazy("办成了什么，例如 已安排 3 号楼床位"), rows=2)


class DueForm(VersionForm):
    """改期限."""

    due_date = day_field(gettext_lazy("期限"))
    reason = text_area(gettext_lazy("理由"), most=200, rows=2)


def _offer_owners(form: DeskForm, owners: Iterable[User], nobody: str) -> None:
    """People to choose from; without any (a teacher does not assign) the question is not asked."""
    choices = [(one.pk, owner_label(one)) for one in owners]
    if choices:
        form.fields["owner_id"].choices = [("", nobody), *choices]
    else:
        del form.fields["owner_id"]
