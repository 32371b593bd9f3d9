"""Reading proposals of duplicates: the list, and one pair side by side."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied
from loushi.foundation.core.scoping import fetch
from loushi.foundation.language.linkage import Entry, compare_all
from loushi.registry.buildings.queries import Page, page_of
from loushi.registry.enterprises.models import DuplicateProposal, Enterprise
from loushi.registry.enterprises.policy import MERGE
from loushi.registry.enterprises.queries.enterprises import EnterprisePage, enterprise_page

REASONS: dict[tuple[str, str], Any] = {
    ("name", "same"): _("名称相同"),
    ("name", "confused"): _("名称只差同音或形近字"),
    ("name", "swapped"): _("名称有两个字颠倒"),
    ("name", "letter"): _("名称多一个字或少一个字"),
    ("name", "near"): _("名称相近"),
    ("name", "far"): _("名称有些像"),
    ("name", "shortened"): _("一个是另一个的简称"),
    ("code", "same"): _("信用代码相同"),
    ("code", "body"): _("组织机构代码相同"),
    ("code", "near"): _("信用代码只差一位"),
    ("code", "other"): _("信用代码不同"),
    ("phone", "same"): _("电话相同"),
    ("phone", "other"): _("电话不同"),
    ("address", "same"): _("地址相同"),
    ("address", "near"): _("地址相近"),
    ("address", "street"): _("同一条街或同一幢楼"),
    ("address", "other"): _("地址不同"),
    ("form", "other"): _("组织形式不同"),
    ("region", "other"): _("行政区划不同"),
    ("branch", "other"): _("分支机构不同"),
}
COLUMNS: tuple[tuple[str, Any], ...] = (
    ("name", _("企业名称")), ("credit_code", _("统一社会信用代码")), ("short_name", _("简称")),
    ("business_kind", _("主体类型")), ("industry_id", _("行业")), ("size", _("规模")),
    ("status", _("经营状态")), ("established_on", _("成立日期")), ("staff_count", _("员工数")),
    ("officer_id", _("企业专员")),
)  # fmt: skip
LIKELY, PERHAPS = 0.9, 0.5
SURE_WORDS = (gettext_noop("很可能"), gettext_noop("可能"), gettext_noop("请留意"))


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A proposal in the list; `speaks_for` and `against` are sentences."""

    id: int
    first_id: int
    second_id: int
    first: str
    second: str
    unit: str
    sure: str
    speaks_for: tuple[Any, ...]
    against: tuple[Any, ...]
    state: str
    why: str
    found_at: datetime


@dataclass(frozen=True, slots=True)
class Side:
    """One enterprise of a pair, with what its page shows to this actor."""

    id: int
    page: EnterprisePage


@dataclass(frozen=True, slots=True)
class Compared:
    """One column of a pair: both values as shown, and whether they differ."""

    name: str
    label: Any
    first: str
    second: str
    differs: bool


def proposal_list(
    actor: Actor, *, state: str = "open", after: str = "", before: str = ""
) -> Page[ProposalLine]:
    """Proposals of one state, the most probable first, a page of fifty."""
    if not actor.has(MERGE):
        raise Denied
    rows = DuplicateProposal.objects.visible_to(actor).filter(state=state)
    rows = rows.select_related("first__unit", "second__unit")
    page = page_of(rows, order=("-probability",), after=after, before=before)
    return Page(
        [_line(row) for row in page.rows], page.first, page.last, page.total, page.capped,
        page.before, page.after,
    )  # fmt: skip


def open_proposals(actor: Actor) -> int:
    """How many proposals wait for the actor."""
    if not actor.has(MERGE):
        return 0
    rows = DuplicateProposal.objects.visible_to(actor)
    return rows.filter(state=DuplicateProposal.State.OPEN).count()


def proposal(actor: Actor, proposal_id: int) -> ProposalLine:
    """One proposal; NotVisible for those who do not see both."""
    related = ("first__unit", "second__unit")
    return _line(fetch(DuplicateProposal, actor, proposal_id, related=related))


def proposal_of(actor: Actor, first_id: int, second_id: int) -> ProposalLine | None:
    """The proposal of a pair, if there is one."""
    first, second = sorted((first_id, second_id))
    rows = DuplicateProposal.objects.visible_to(actor).filter(first_id=first, second_id=second)
    row = rows.select_related("first__unit", "second__unit").first()
    return _line(row) if row else None


def pair_ids(actor: Actor, one: str, other: str) -> tuple[int, int] | None:
    """Two different visible enterprises by credit code or full name, or None."""
    found = []
    for text in (one.strip(), other.strip()):
        rows = Enterprise.objects.visible_to(actor, MERGE)
        ids = rows.filter(Q(credit_code=text.upper()) | Q(name=text)).order_by("pk")
        found.append(list(ids.values_list("pk", flat=True)[:2]))
    firsts, seconds = found
    pairs = [(a, b) for a in firsts for b in seconds if a != b]
    return pairs[0] if pairs else None


def side(actor: Actor, enterprise_id: int) -> Side:
    """One enterprise of a pair, as its own page shows it."""
    fetch(Enterprise, actor, enterprise_id, permission=MERGE)
    return Side(enterprise_id, enterprise_page(actor, enterprise_id))


def compared(actor: Actor, first_id: int, second_id: int) -> list[Compared]:
    """The columns of both side by side."""
    related = ("industry", "officer")
    one = fetch(Enterprise, actor, first_id, permission=MERGE, related=related)
    other = fetch(Enterprise, actor, second_id, permission=MERGE, related=related)
    found = []
    for name, label in COLUMNS:
        a, b = _shown(one, name), _shown(other, name)
        found.append(Compared(name, label, a, b, a != b))
    return found


def look_alikes(
    actor: Actor, *, name: str, code: str = "", phone: str = "", address: str = ""
) -> list[tuple[int, str]]:
    """(id, name) of at most five visible enterprises that probably are the one being registered."""
    head = name.strip()
    if len(head) < 3:
        return []
    rows = Enterprise.objects.visible_to(actor)
    near = rows.filter(name__contains=head[2:5]).order_by("pk")[:400]
    entries = [
        Entry(row.pk, row.name, row.credit_code or "", (), row.registered_address) for row in near
    ]
    pairs = compare_all(
        Entry(0, head, code, (phone,) if phone else (), address), entries, total=rows.count()
    )
    names = {entry.id: entry.name for entry in entries}
    return [(pair.second, names[pair.second]) for pair in pairs[:5]]


def _line(row: DuplicateProposal) -> ProposalLine:
    parts = [(part["field"], part["verdict"], part["weight"]) for part in row.evidence]
    units = {str(unit) for unit in (row.first.unit, row.second.unit) if unit}
    place = 0 if row.probability >= LIKELY else 1 if row.probability >= PERHAPS else 2
    return ProposalLine(
        id=row.pk,
        first_id=row.first_id,
        second_id=row.second_id,
        first=row.first.name,
        second=row.second.name,
        unit=" / ".join(sorted(units)),
        sure=SURE_WORDS[place],
        speaks_for=tuple(_reason(name, word) for name, word, weight in parts if weight > 0),
        against=tuple(_reason(name, word) for name, word, weight in parts if weight < 0),
        state=row.state,
        why=row.why,
        found_at=row.found_at,
    )


def _reason(name: str, verdict: str) -> Any:
    return REASONS.get((name, verdict), verdict)


def _shown(row: Enterprise, name: str) -> str:
    if name in ("business_kind", "size", "status"):
        return str(getattr(row, f"get_{name}_display")() or "")
    value = getattr(row, name.removesuffix("_id"))
    return "" if value is None else str(value)
