"""The form all screens share, and the forms of the shell's own pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.translation import gettext_lazy as _

from notoneless.common.errors import Fault


class DeskRenderer(DjangoTemplates):
    """Fields as label, hint, error, control; forms without the error summary (the page includes that on top)."""

    form_template_name = "shell/form.html"
    field_template_name = "shell/field.html"


class DeskForm(forms.Form):
    """Bootstrap controls, GOV.UK habits: hint above the control, the same error on top and at the field."""

    default_renderer = DeskRenderer()
    required_css_class = "required"
    use_required_attribute = False  # our own message says how to mend it; the browser's bubble does not

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _dress(field)

    def add_fault(self, fault: Fault, field: str | None = None) -> None:
        """Show an error of an action at a field, or above all fields."""
        self.add_error(field, fault.message)


class ReasonForm(DeskForm):
    """One reason in words, for acts that must be explained (撤回, 重开, 查看完整号码)."""

    reason = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class LoginForm(DeskForm):
    """Account and password."""

    username = forms.CharField(
        label=_("账号"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(DeskForm):
    """The old password and the new one twice; the rules for a good one are checked by the action."""

    old = forms.CharField(
        label=_("现在的密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("新密码"),
        max_length=128,
        strip=False,
        help_text=_("至少 10 个字符，不能全是数字，不要用姓名、账号或常见密码；一句自己记得住的话最好"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再输一遍新密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("new") and cleaned.get("again") and cleaned["new"] != cleaned["again"]:
            self.add_error("again", _("两次输入的新密码不一样，请重新输入"))
        return cleaned


def _dress(field: forms.Field) -> None:
    widget = field.widget
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return  # Django would put the class on the list around the boxes too; .choices in desk.css dresses them
    if isinstance(widget, forms.CheckboxInput):
        css = "form-check-input"
    elif isinstance(widget, forms.Select):
        css = "form-select"
    else:
        css = "form-control"
    widget.attrs["class"] = f"{css} {widget.attrs.get('class', '')}".strip()
    if isinstance(widget, forms.DateInput):
        widget.input_type, widget.format = "date", "%Y-%m-%d"
