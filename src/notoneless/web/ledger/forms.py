"""Search inside a ledger, and the box for a pasted list."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from notoneless.flows.find_children import PASTE_LIMIT
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
        help_text=_("从表格里复制一列姓名、身份证号、手机号或孩子编号，一行一个；一次最多 %(most)s 个")
        % {"most": PASTE_LIMIT},
        widget=forms.Textarea(attrs={"rows": 4}),
    )
