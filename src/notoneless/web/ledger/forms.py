"""Search inside a ledger, and the box for a pasted list."""

from __future__ import annotations

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from notoneless.flows.find_pasted import PASTE_LIMIT
from notoneless.web.shell.forms import DeskForm


class SearchForm(DeskForm):
    """A name, initials or a village; numbers of people go into the pasted list, which stays out of the address."""

    q = forms.CharField(
        label=_("查找"),
        required=False,
        max_length=50,
        widget=forms.TextInput(attrs={"placeholder": _("姓名 / 拼音首字母 / 村"), "autocomplete": "off"}),
    )


class PasteForm(DeskForm):
    """Names, ID numbers, phone numbers or child ids copied out of a sheet."""

    text = forms.CharField(
        label=_("粘贴名单"),
        max_length=40_000,
        help_text=format_lazy(
            _("从表格里复制一列姓名、身份证号、手机号或孩子编号，一行一个；一次最多 {most} 个"), most=PASTE_LIMIT
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ViewForm(DeskForm):
    """A view's name, and whether colleagues see it."""

    name = forms.CharField(label=_("名称"), max_length=30, help_text=_("例如“待派单的脱贫户”"))
    shared = forms.BooleanField(label=_("共享给本单位（同一辖区、同一学校的人都看得到）"), required=False)


class ExportForm(DeskForm):
    """How a list is fetched; a reason makes the numbers whole."""

    format = forms.ChoiceField(
        label=_("文件"),
        choices=[("xlsx", _("Excel 工作簿（带导出说明）")), ("csv", _("CSV"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("要完整身份证号、电话的，写明用途；不写就只给首尾四位"),
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
