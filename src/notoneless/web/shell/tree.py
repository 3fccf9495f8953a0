"""The organisation tree beside the pages that can be narrowed: one branch at a time, the address does the rest."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from notoneless.flows import org_tree
from notoneless.flows.ledger import LEDGERS
from notoneless.flows.ledger_counts import CASES
from notoneless.org.models import User
from notoneless.org.permissions import Permission
from notoneless.policy.places import is_no_town
from notoneless.web.shell.access import requires
from notoneless.web.shell.filters import PAGING
from notoneless.web.shell.frame import may_any
from notoneless.web.shell.narrowing import PLACE, chosen_part, may_narrow

TREE_PAGES = {"/": "school_age", "/case/": CASES} | {f"/ledger/{name}/": name for name in LEDGERS}
"""Address of a page that may be narrowed → what its tree counts."""

COUNTING = (Permission.LEDGER_VIEW, Permission.CASE_VIEW)
"""Who may see how many children there are."""
WORDS = ("q",)
"""Not carried over to another place: what was typed stays in the one address where it was asked."""


@dataclass(frozen=True)
class Line:
    """One node ready to be shown: ``url`` narrows the page to it, ``more`` fetches what lies below."""

    node: org_tree.Node
    url: str
    more: str
    current: bool
    lines: list[Line] = field(default_factory=list)


@require_safe
@requires(*COUNTING)
def branch(request: HttpRequest) -> HttpResponse:
    """The nodes below ``?node=``, for the page whose path and query stand in ``page`` and ``query``."""
    path = request.GET.get("page", "/")
    query = QueryDict(request.GET.get("query", ""))
    lines = _Tree(request.user, path if path in TREE_PAGES else "/", query).below(request.GET.get("node", ""))
    return render(request, "shell/tree_lines.html", {"lines": lines})


def tree(request: HttpRequest) -> tuple[Line | None, str]:
    """(the tree of this page with the branch to the chosen node open, address of the page without a node).

    The line is None on pages without a tree and for those who have nothing to choose.
    """
    if request.path not in TREE_PAGES or not may_narrow(request.user) or not may_any(request.user, COUNTING):
        return None, ""
    made = _Tree(request.user, request.path, request.GET)
    return made.root(), made.url("")


class _Tree:
    def __init__(self, user: User, path: str, query: QueryDict) -> None:
        self.user, self.path, self.query = user, path, query.copy()
        for name in (*PAGING, *WORDS):
            self.query.pop(name, None)
        self.counted, self.today = TREE_PAGES[path], timezone.localdate()
        part = chosen_part(query)
        self.chosen = part.code if part.school or is_no_town(part.code) else part.interval[0]
        self.open = set(org_tree.path_to(part.interval[0], part.school)) if part.code else set()

    def root(self) -> Line | None:
        node = org_tree.root(self.user, self.counted, self.today)
        return self._line(node, opened=True) if node else None

    def below(self, code: str) -> list[Line]:
        return [self._line(node) for node in org_tree.branch(self.user, code, self.counted, self.today)]

    def url(self, code: str) -> str:
        """The page narrowed to a node, from its first row on."""
        target = self.query.copy()
        target.pop(PLACE, None)
        if code:
            target[PLACE] = code
        return f"{self.path}?{target.urlencode()}" if target else self.path

    def _line(self, node: org_tree.Node, opened: bool = False) -> Line:
        lines = self.below(node.code) if node.opens and (opened or node.code in self.open) else []
        asked = {"node": node.code, "page": self.path, "query": self.query.urlencode()}
        more = f"{reverse('shell:tree')}?{urlencode(asked)}" if node.opens and not lines else ""
        return Line(node, self.url(node.code), more, node.code == self.chosen, lines)
