"""What happened to an enterprise, as this package tells it on the timeline (config/timeline.py)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import permits
from loushi.registry.enterprises.models import (
    Enterprise,
    EnterpriseMembership,
    EnterpriseMerge,
    PlaceFact,
    SignUp,
    Tenancy,
)
from loushi.registry.enterprises.policy import REVIEW
from loushi.registry.enterprises.queries.facts import facts_of
from loushi.registry.enterprises.queries.marks import marks_through_time


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened: `kind` groups (move, fact, officer, tag, stability, people, demand,
    visit …), `tone` is the timeline component's mark."""

    on: date
    kind: str
    title: str
    text: str = ""
    meta: str = ""
    href: str = ""
    tone: str = "note"


def moves(actor: Actor, enterprise_id: int) -> Iterator[Moment]:
    """Moving in and out, as far as the actor sees the places."""
    rows = Tenancy.objects.visible_to(actor).filter(enterprise_id=enterprise_id)
    for row in rows.select_related("building", "space", "began", "ended").order_by("pk"):
        place = f"{row.building.name} {row.space.number if row.space else ''}".strip()
        href = reverse("buildings:page", args=[row.building_id])
        if row.since:
            title = _("入驻%(place)s") if row.sits else _("注册在%(place)s，不在那里办公")
            yield Moment(
                row.since, "move", title % {"place": place},
                text=_area(row), meta=row.began.label if row.began else "", href=href, tone="new",
            )  # fmt: skip
        if row.until and row.until <= timezone.localdate() and row.until != row.since:
            title = _("从%(place)s迁出") if row.sits else _("不再注册在%(place)s，或已迁入")
            yield Moment(
                row.until, "move", title % {"place": place},
                meta=row.ended.label if row.ended else "", href=href, tone="returned",
            )  # fmt: skip


def facts(actor: Actor, enterprise_id: int) -> Iterator[Moment]:
    """Statements about registration and tax place, with what was withdrawn."""
    href = reverse("enterprises:facts", args=[enterprise_id])
    for kind, held in facts_of(actor, enterprise_id).items():
        label = PlaceFact.Kind(kind).label
        for fact in held:
            given = {"kind": label, "lies": fact.lies_label, "text": fact.address or fact.place}
            notes = [fact.reason, fact.source]
            if fact.withdrawn_at is not None:
                notes.append(
                    _("%(day)s 更正撤回")
                    % {"day": timezone.localdate(fact.withdrawn_at).isoformat()}
                )
            yield Moment(
                fact.since or timezone.localdate(fact.recorded_at), "fact",
                (_("%(kind)s：%(lies)s %(text)s") % given).strip(), text=fact.note,
                meta="·".join(filter(None, notes)), href=href,
                tone="paused" if fact.withdrawn_at else "handling",
            )  # fmt: skip


def marks(actor: Actor, enterprise_id: int) -> Iterator[Moment]:
    """Officers, tags and judgements."""
    tags, levels, posts = marks_through_time(actor, enterprise_id)
    for post in posts:
        yield Moment(
            post.since, "officer", _("由%(name)s负责") % {"name": post.name}, meta=post.why
        )
    for tag in tags:
        yield Moment(
            tag.since, "tag", _("加标签“%(tag)s”") % {"tag": tag.label},
            meta=_("按规则") if tag.by_rule else tag.source,
        )  # fmt: skip
        if tag.until:
            yield Moment(tag.until, "tag", _("取消标签“%(tag)s”") % {"tag": tag.label})
    for level in levels:
        yield Moment(
            level.since, "stability", _("稳定度：%(level)s") % {"level": level.label},
            text=level.reason, meta=level.who,
        )  # fmt: skip


def people(actor: Actor, enterprise_id: int) -> Iterator[Moment]:
    """Who may log in for the enterprise, and the sign-ups for those who may review them."""
    rows = EnterpriseMembership.objects.visible_to(actor).filter(enterprise_id=enterprise_id)
    for row in rows.select_related("user", "role").order_by("pk"):
        given = {"name": row.user.name, "role": row.role.label}
        yield Moment(row.since, "people", _("%(name)s成为%(role)s") % given)
        if row.until:
            day = row.until + timedelta(days=1)
            yield Moment(day, "people", _("%(name)s不再是%(role)s") % given)
    firm = Enterprise.objects.visible_to(actor).filter(pk=enterprise_id).first()
    if firm is None or not permits(actor, REVIEW, firm):
        return
    for sign_up in SignUp.objects.visible_to(actor).filter(enterprise_id=enterprise_id):
        yield Moment(
            timezone.localdate(sign_up.created_at), "people", _("企业自助注册"),
            meta=str(sign_up.get_state_display()),
            href=reverse("enterprises:review", args=[sign_up.pk]),
        )  # fmt: skip


def merges(actor: Actor, enterprise_id: int) -> Iterator[Moment]:
    """Merges into this enterprise and their undoing; of one that came back, both as well."""
    rows = EnterpriseMerge.objects.visible_to(actor).filter(
        Q(enterprise_id=enterprise_id) | Q(former_id=enterprise_id)
    )
    href = reverse("enterprises:merges")
    for row in rows.select_related("enterprise").order_by("pk"):
        if row.enterprise_id == enterprise_id:
            title, undone = _("“%(name)s”并入"), _("撤销并户，“%(name)s”重新单列")
            name = row.former_name
        else:
            title, undone = _("并入“%(name)s”"), _("撤销并入“%(name)s”，重新单列")
            name = row.enterprise.name
        yield Moment(
            timezone.localdate(row.merged_at), "merge", title % {"name": name}, text=row.why,
            meta=row.merged_name, href=href, tone="handling",
        )  # fmt: skip
        if row.undone_at is not None:
            yield Moment(
                timezone.localdate(row.undone_at), "merge", undone % {"name": name}, href=href,
                tone="returned",
            )  # fmt: skip


def _area(row: Tenancy) -> str:
    return _("%(area)s ㎡") % {"area": f"{row.area:,.0f}"} if row.area is not None else ""
