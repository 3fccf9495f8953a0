"""The forms of a sealed note (保密记录)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from notoneless.case.records.queries import NoteKind
from notoneless.org.models import User
from notoneless.web.case.forms import NOBODY, text_area
from notoneless.web.case.presenters import owner_label
from notoneless.web.shell.forms import DeskForm


class NoteForm(DeskForm):
    """写一条保密记录."""

    kind = forms.ChoiceField(label=gettext_lazy("种类"))
    text = text_area(
        gettext_lazy("内容"), gettext_lazy("只写办案必须知道的；不写施害人以外其他孩子的姓名"), most=4000, rows=6
    )
    reader_ids = forms.TypedMultipleChoiceField(
        label=gettext_lazy("另外指名谁可以看"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, kinds: Mapping[str, NoteKind], people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(code, f"{kind.name}（{kind.hint}）") for code, kind in kinds.items()]
        self.fields["kind"].choices = [NOBODY, *named]
        self.fields["reader_ids"].choices = [(one.pk, owner_label(one)) for one in people]


class NoteReasonForm(DeskForm):
    """为什么要看."""

    reason = text_area(
        gettext_lazy("理由"), gettext_lazy("写清办什么事要看；理由、时间和您的姓名会留下"), most=200, rows=2
    )
