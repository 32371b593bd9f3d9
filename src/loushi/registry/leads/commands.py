"""The only way to write leads, referral posts and referrals."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.scoping import fetch
from loushi.foundation.core.workflow import Move
from loushi.foundation.notices.commands import Phrase, notify
from loushi.registry.accounts.models import User
from loushi.registry.accounts.policy import can_at
from loushi.registry.buildings.models import Space
from loushi.registry.buildings.queries import standing
from loushi.registry.enterprises import commands as enterprises
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.leads.models import (
    InvestmentLead,
    LeadQuote,
    LeadViewing,
    LostReason,
    Referral,
    ReferralMember,
    ReferralPost,
    Source,
    Stage,
)
from loushi.registry.leads.policy import (
    CREATE,
    KIND_ASSIGNED,
    KIND_REFERRAL,
    POSTS,
    REFER,
    WORK,
)
from loushi.registry.leads.workflow import mandatory_at, workflow
from loushi.registry.territory.models import Unit

FIELDS = frozenset(
    (
        "company", "credit_code", "industry_id", "contact_name", "contact_phone", "area_min",
        "area_max", "budget", "use", "needed_by", "source", "officer_id", "note", "space_id",
        "lease_since", "lease_until", "lost_reason",
    )
)  # fmt: skip
Values = Mapping[str, Any]


def create_lead(
    *, actor: Actor, unit_id: int, values: Values, permission: str = CREATE
) -> InvestmentLead:
    """Registers a lead at a unit; the person becomes its officer unless another is named."""
    unit = Unit.objects.filter(pk=unit_id).exclude(path="").first()
    if unit is None:
        raise Refused(_("请选择线索归哪个社区跟进。"), field="unit_id")
    if not can_at(actor, permission, unit.path):
        raise Denied
    return _create(actor, unit, values, officer=actor.user_id)


def update_lead(*, actor: Actor, lead_id: int, values: Values) -> InvestmentLead:
    """Corrects a lead; what its stage makes mandatory cannot be emptied."""
    with transaction.atomic():
        row = fetch(InvestmentLead, actor, lead_id, permission=WORK, lock=True)
        changes = _cleaned(values)
        empty = [
            name for name in mandatory_at(row.state)
            if name in changes and changes[name] in (None, "")
        ]  # fmt: skip
        if empty:
            label = workflow.states[row.state]
            raise Refused.many(
                {name: _("已到“%(stage)s”，这一项不能空。") % {"stage": label} for name in empty}
            )
        before = {name: getattr(row, name) for name in changes}
        for name, value in changes.items():
            setattr(row, name, value)
        row.save()
        if row.officer_id != before.get("officer_id", row.officer_id):
            _tell_officer(actor, row)
        record(
            actor=actor, action="leads.update", subject=row, before=_told(before),
            after=_told(changes),
        )  # fmt: skip
    return row


def make_move(
    *, actor: Actor, lead_id: int, move: str, values: Values | None = None
) -> InvestmentLead:
    """One step of the funnel. Moving in registers firm and tenancy in the same transaction."""
    given = dict(values or {})
    with transaction.atomic():
        held = fetch(InvestmentLead, actor, lead_id)
        changes = _cleaned({k: v for k, v in given.items() if k in FIELDS and v not in (None, "")})
        price = _price(held, given)
        full = {name: getattr(held, name) for name in FIELDS} | changes
        full |= {"price": price, "words": str(given.get("words", "")).strip()}
        _check_lease(full)
        if changes.get("space_id") or move in ("sign", "move_in"):
            _check_space(actor, full["space_id"], move)

        def apply(row: InvestmentLead, step: Move, _values: Values) -> dict[str, Any]:
            for name, value in changes.items():
                setattr(row, name, value)
            if row.space_id:
                row.building_id = row.space.building_id if row.space else None
            row.stage_since = timezone.now() if step.target else row.stage_since
            return _effect(actor, row, step.name, given)

        outcome = workflow.perform(
            actor=actor, pk=lead_id, move=move, values=full, apply=apply, note=full["words"]
        )
        record(
            actor=actor, action=f"leads.{move}", subject=outcome.row,
            before={"state": outcome.before}, after={"state": outcome.after} | _told(changes),
            why=full["words"],
        )  # fmt: skip
        if outcome.before != outcome.after:
            _tell_referrer(actor, outcome.row)
        if outcome.row.officer_id != held.officer_id:
            _tell_officer(actor, outcome.row)
    return outcome.row


def create_post(
    *, actor: Actor, unit_id: int, name: str, since: date, address: str = ""
) -> ReferralPost:
    """Sets up a referral post at a unit."""
    unit = Unit.objects.filter(pk=unit_id).exclude(path="").first()
    if unit is None or not name.strip():
        raise Refused(_("请填写联络站名称并选择所属社区。"), field="name" if unit else "unit_id")
    if not can_at(actor, POSTS, unit.path):
        raise Denied
    with transaction.atomic():
        made = ReferralPost.objects.unscoped("made at a unit that was checked").create(
            name=name.strip(), address=address.strip(), unit=unit, unit_path=unit.path, since=since
        )
        record(actor=actor, action="leads.post", subject=made, after={"name": made.name})
    return made


def add_referrer(*, actor: Actor, post_id: int, username: str, since: date) -> ReferralMember:
    """Names a person of a post, by user name; the role itself is given by the accounts' office."""
    with transaction.atomic():
        post = fetch(ReferralPost, actor, post_id, permission=POSTS)
        user = User.objects.filter(username=username.strip(), is_active=True).first()
        if user is None:
            raise Refused(
                _("没有这个用户名。请先由安全管理员建立账号，角色选“招商联络站”。"),
                field="username",
            )
        rows = ReferralMember.objects.unscoped("members of a post that was checked")
        if held := rows.filter(post=post, user=user, until__isnull=True).first():
            return held
        made = rows.create(post=post, user=user, unit_path=post.unit_path, since=since)
        record(actor=actor, action="leads.referrer", subject=made, after={"user_id": user.pk})
    return made


def refer(*, actor: Actor, company: str, contact_name: str, contact_phone: str, words: str = "",
          area_min: Decimal | None = None) -> Referral:  # fmt: skip
    """A referral becomes a lead of the post's unit. Denied without leads.refer and a post."""
    if actor.user_id is None or not actor.has(REFER):
        raise Denied
    post = post_of(actor)
    if post is None:
        raise Refused(_("您还没有加入招商联络站。请联系社区书记指定联络人。"))
    wrong = {
        name: _("这一项必须填写，社区好与企业联系。")
        for name, value in (("company", company), ("contact_name", contact_name),
                            ("contact_phone", contact_phone))
        if not value.strip()
    }  # fmt: skip
    if wrong:
        raise Refused.many(wrong)
    values = {
        "company": company, "contact_name": contact_name, "contact_phone": contact_phone,
        "area_min": area_min, "source": Source.REFERRAL, "note": words,
    }  # fmt: skip
    with transaction.atomic():
        lead = _create(actor, post.unit, values, officer=None)
        made = Referral.objects.unscoped("the actor's own row").create(
            lead=lead, post=post, user_id=actor.user_id, words=words.strip()[:200]
        )
        record(actor=actor, action="leads.refer", subject=made, after={"company": lead.company},
               unit_path=post.unit_path)  # fmt: skip
    return made


def post_of(actor: Actor) -> ReferralPost | None:
    """The running post of the acting person."""
    if actor.user_id is None:
        return None
    today = timezone.localdate()
    running = Q(until__isnull=True) | Q(until__gte=today)
    member = (
        ReferralMember.objects.unscoped("the actor's own post")
        .filter(running, user_id=actor.user_id, since__lte=today)
        .select_related("post__unit")
        .first()
    )
    return member.post if member else None


def _create(actor: Actor, unit: Unit, values: Values, officer: int | None) -> InvestmentLead:
    changes = _cleaned(values)
    missing = [name for name in mandatory_at("clue") if not changes.get(name)]
    if missing:
        raise Refused.many({name: _("这一项必须填写。") for name in missing})
    changes.setdefault("officer_id", officer)
    with transaction.atomic():
        made = InvestmentLead.objects.unscoped("made at a unit that was checked").create(
            unit=unit, unit_path=unit.path, created_by=actor.user_id, **changes
        )
        workflow.write(made, "create", "", made.state, actor=actor)
        record(actor=actor, action="leads.create", subject=made, after=_told(changes))
        _tell_officer(actor, made)
    return made


ASSIGNED = gettext_noop("招商线索“%(company)s”交给您跟进")
PROGRESS: Mapping[str, str] = {
    Stage.CLUE: gettext_noop("您引荐的“%(company)s”重新跟进"),
    Stage.TALK: gettext_noop("您引荐的“%(company)s”开始洽谈"),
    Stage.VIEWING: gettext_noop("您引荐的“%(company)s”去看了房"),
    Stage.QUOTED: gettext_noop("您引荐的“%(company)s”拿到了报价"),
    Stage.SIGNED: gettext_noop("您引荐的“%(company)s”签约了"),
    Stage.MOVED_IN: gettext_noop("您引荐的“%(company)s”已入驻"),
    Stage.LOST: gettext_noop("您引荐的“%(company)s”这次没有谈成"),
}
"""What a referrer learns: the stage, never the rooms, prices or people behind it."""


def _tell_officer(actor: Actor, row: InvestmentLead) -> None:
    """Whoever a lead is handed to by somebody else learns of it."""
    if row.officer_id is None or row.officer_id == actor.user_id:
        return
    notify(
        user_ids=[row.officer_id], kind=KIND_ASSIGNED, link=f"/leads/{row.pk}/",
        title=Phrase(ASSIGNED, {"company": row.company}), subject=("leads.investmentlead", row.pk),
        key=f"lead:{row.pk}:{row.officer_id}:{timezone.now().isoformat()}",
    )  # fmt: skip


def _tell_referrer(actor: Actor, row: InvestmentLead) -> None:
    """Who referred a firm learns each new stage."""
    rows = Referral.objects.unscoped("who referred a lead that was changed").filter(lead=row)
    for made in rows.exclude(user_id=actor.user_id or 0):
        notify(
            user_ids=[made.user_id], kind=KIND_REFERRAL, link="/leads/referrals/",
            title=Phrase(PROGRESS[row.state], {"company": row.company}),
            subject=("leads.referral", made.pk),
            key=f"referral:{made.pk}:{row.state}:{row.stage_since.isoformat()}",
        )  # fmt: skip


def _effect(actor: Actor, row: InvestmentLead, move: str, given: Values) -> dict[str, Any]:
    """What a step does besides changing the stage."""
    on = given.get("on") or timezone.localdate()
    words = str(given.get("words", ""))[:200]
    if move == "view":
        LeadViewing.objects.unscoped("of a lead that is locked").create(
            lead=row, unit_path=row.unit_path, space_id=row.space_id or 0, on=on, note=words
        )
    elif move == "quote":
        LeadQuote.objects.unscoped("of a lead that is locked").create(
            lead=row, unit_path=row.unit_path, space_id=row.space_id or 0, on=on,
            price=given["price"], note=words,
        )  # fmt: skip
    elif move == "move_in":
        return _move_in(actor, row)
    elif move == "reopen":
        row.lost_reason = ""
    return {}


def _move_in(actor: Actor, row: InvestmentLead) -> dict[str, Any]:
    """Registers the firm (or takes the registered one) and its tenancy by the usual commands."""
    code = enterprises.check_code(row.credit_code)
    firm = Enterprise.objects.visible_to(actor).filter(credit_code=code).first()
    if firm is None:
        firm = enterprises.register_enterprise(
            actor=actor,
            values={
                "name": row.company, "credit_code": code, "industry_id": row.industry_id,
                "unit_id": row.unit_id, "source": _("招商入驻"),
            },
        )  # fmt: skip
    tenancy = enterprises.move_in(
        actor=actor,
        enterprise_id=firm.pk,
        values={
            "building_id": row.building_id or 0, "space_id": row.space_id,
            "since": row.lease_since, "lease_until": row.lease_until,
            "area": row.space.area if row.space else None,
        },
    )  # fmt: skip
    row.enterprise_id = firm.pk
    return {"enterprise_id": firm.pk, "tenancy_id": tenancy.pk}


def _cleaned(values: Values) -> dict[str, Any]:
    """Known fields; texts without blanks at their ends. Refused names what is wrong."""
    found = {
        name: value.strip() if isinstance(value, str) else value
        for name, value in values.items()
        if name in FIELDS
    }
    for name in ("industry_id", "officer_id", "space_id"):
        if name in found:
            found[name] = found[name] or None
    wrong = _wrong(found)
    if code := found.get("credit_code"):
        try:
            found["credit_code"] = enterprises.check_code(code)
        except enterprises.CodeError as error:
            wrong["credit_code"] = str(error)
    if wrong:
        raise Refused.many(wrong)
    return found


def _wrong(found: Values) -> dict[str, Any]:
    """Field → what is wrong with it."""
    wrong: dict[str, Any] = {
        name: _("不能小于 0。")
        for name in ("area_min", "area_max", "budget")
        if found.get(name) is not None and found[name] < 0
    }
    low, high = found.get("area_min"), found.get("area_max")
    if low is not None and high is not None and high < low:
        wrong["area_max"] = _("上限不能小于下限。")
    if found.get("lost_reason") and found["lost_reason"] not in LostReason.values:
        wrong["lost_reason"] = _("请从列表里选择流失原因。")
    if found.get("source") and found["source"] not in Source.values:
        wrong["source"] = _("请从列表里选择来源。")
    return wrong


def _check_lease(full: Values) -> None:
    since, until = full.get("lease_since"), full.get("lease_until")
    if since and until and until <= since:
        raise Refused(_("租约到期应晚于起租日期。"), field="lease_until")


def _check_space(actor: Actor, space_id: int | None, move: str) -> None:
    """The room is one that the actor sees; who signs or moves in gets one that is free."""
    rooms = Space.objects.visible_to(actor).filter(standing(timezone.localdate()))
    space = rooms.filter(pk=space_id or 0).first()
    if space is None:
        raise Refused(_("请从匹配的房源里选一间。"), field="space_id")
    if move in ("sign", "move_in") and space.state not in (
        Space.State.VACANT, Space.State.RESERVED,
    ):  # fmt: skip
        raise Refused(
            _("%(room)s 现在是“%(state)s”，不能签约入驻。请换一间，或先更正房源。")
            % {"room": space.number, "state": space.get_state_display()},
            field="space_id",
        )


def _price(row: InvestmentLead, given: Values) -> Decimal | None:
    """The price typed now, else that of the newest quote."""
    if given.get("price"):
        return Decimal(given["price"])
    quotes = LeadQuote.objects.unscoped("of a lead that was fetched").filter(lead=row)
    return quotes.order_by("-on", "-pk").values_list("price", flat=True).first()


def _told(values: Values) -> dict[str, Any]:
    """What the record of actions keeps: no phone of a person."""
    return {
        name: "***" if name == "contact_phone" and value else
        (str(value) if isinstance(value, (Decimal, date)) else value)
        for name, value in values.items()
        if value not in (None, "")
    }  # fmt: skip
