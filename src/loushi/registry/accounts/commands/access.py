"""Devices, tokens, and the expiring "see all" mode."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor, system_actor
from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.foundation.core.scoping import fetch, root_path
from loushi.registry.accounts import sessions, tokens
from loushi.registry.accounts.models import ApiToken, SupportAccess, User, UserSession
from loushi.registry.accounts.policy import SUPPORT, can_at, can_manage

LONGEST_SUPPORT_HOURS = 8
TOKEN_DAYS = 90
LONGEST_TOKEN_DAYS = 366


def end_session(*, actor: Actor, session_id: int) -> UserSession:
    """Logs out one device: one's own, or anybody's for the security administrator."""
    with transaction.atomic():
        if can_manage(actor):
            rows = UserSession.objects.unscoped("the security administrator ends sessions")
            row = rows.select_related("user").filter(pk=session_id).first()
            if row is None:
                raise NotVisible
        else:
            row = fetch(UserSession, actor, session_id, related=("user",))
        sessions.end([row.session_key], "revoked")
        record(
            actor=actor,
            action="accounts.end_session",
            subject=("accounts.usersession", row.pk, f"{row.user.name} {row.device}"),
        )
    return row


def issue_token(
    *, actor: Actor | None = None, username: str, label: str = "", days: int = TOKEN_DAYS
) -> str:
    """A new bearer token of a person, shown this once; only its digest is kept.

    Without an actor the operator of the machine issues it (`loushi token`). Raises Denied for
    somebody else's token, Refused for an unknown or closed account or a wrong term.
    """
    acting = actor or system_actor(_("运维"))
    user = User.objects.filter(username=username.strip().lower()).first()
    if not acting.system and (user is None or user.pk != acting.user_id):
        raise Denied
    if user is None or not user.is_active:
        raise Refused(
            _("没有用户名为“%(name)s”的启用账号。") % {"name": username}, field="username"
        )
    if not 1 <= days <= LONGEST_TOKEN_DAYS:
        raise Refused(
            _("有效期在 1 到 %(days)d 天之间。") % {"days": LONGEST_TOKEN_DAYS}, field="days"
        )
    text, digest, hint = tokens.make()
    with transaction.atomic():
        row = ApiToken.objects.unscoped("issuing").create(
            user=user,
            label=label.strip()[:60],
            digest=digest,
            hint=hint,
            created_at=timezone.now(),
            expires_at=timezone.now() + timedelta(days=days),
        )
        record(
            actor=acting,
            action="accounts.issue_token",
            subject=("accounts.apitoken", row.pk, f"{user.name} {hint}"),
            after={"label": row.label, "days": days},
        )
    return text


def revoke_token(*, actor: Actor, token_id: int) -> ApiToken:
    """Makes a token useless at once: one's own, or anybody's for the security administrator."""
    with transaction.atomic():
        if can_manage(actor):
            rows = ApiToken.objects.unscoped("the security administrator revokes tokens")
            row = rows.select_related("user").filter(pk=token_id).first()
            if row is None:
                raise NotVisible
        else:
            row = fetch(ApiToken, actor, token_id, related=("user",))
        if row.revoked_at is None:
            row.revoked_at = timezone.now()
            row.save(update_fields=["revoked_at"])
            record(
                actor=actor,
                action="accounts.revoke_token",
                subject=("accounts.apitoken", row.pk, f"{row.user.name} {row.hint}"),
            )
    return row


def grant_support(*, actor: Actor, user_id: int, reason: str, hours: int) -> SupportAccess:
    """Lets a person see all rows for at most eight hours, for a stated reason."""
    if not can_at(actor, SUPPORT, root_path() or "-") or actor.user_id is None:
        raise Denied
    if user_id == actor.user_id:
        raise Refused(_("不能批准给自己。"), field="user")
    if not reason.strip():
        raise Refused(_("请写明事由，例如“排查诉求列表打不开”。"), field="reason")
    if not 1 <= hours <= LONGEST_SUPPORT_HOURS:
        raise Refused(
            _("时长在 1 到 %(hours)d 小时之间。") % {"hours": LONGEST_SUPPORT_HOURS}, field="hours"
        )
    with transaction.atomic():
        user = User.objects.filter(pk=user_id, is_active=True).first()
        if user is None:
            raise Refused(_("没有这个人员，或账号已停用。"), field="user")
        row = SupportAccess.objects.unscoped("granting").create(
            user=user,
            reason=reason.strip(),
            granted_by_id=actor.user_id,
            granted_at=timezone.now(),
            expires_at=timezone.now() + timedelta(hours=hours),
        )
        record(
            actor=actor,
            action="accounts.grant_support",
            subject=("accounts.supportaccess", row.pk, user.name),
            after={"hours": hours, "expires_at": row.expires_at.isoformat()},
            why=reason,
        )
    return row


def _own_support(actor: Actor, access_id: int) -> SupportAccess:
    row: SupportAccess = fetch(SupportAccess, actor, access_id, lock=True)
    if row.user_id != actor.user_id:
        raise NotVisible
    if row.ended_at is not None or row.expires_at <= timezone.now():
        raise Refused(_("这次支持模式已经结束，需要时请安全管理员重新批准。"))
    return row


def start_support(*, actor: Actor, access_id: int) -> SupportAccess:
    """The person begins to see all rows; from here on every page says so."""
    with transaction.atomic():
        row = _own_support(actor, access_id)
        if row.started_at is None:
            row.started_at = timezone.now()
            row.save(update_fields=["started_at"])
        _note(actor, row, "accounts.start_support")
    return row


def end_support(*, actor: Actor, access_id: int) -> SupportAccess:
    """The person stops seeing all rows before the time is over."""
    with transaction.atomic():
        row = _own_support(actor, access_id)
        row.ended_at = timezone.now()
        row.save(update_fields=["ended_at"])
        _note(actor, row, "accounts.end_support")
    return row


def revoke_support(*, actor: Actor, access_id: int) -> SupportAccess:
    """The security administrator ends somebody's "see all" mode at once."""
    if not can_manage(actor):
        raise Denied
    with transaction.atomic():
        rows = SupportAccess.objects.unscoped("the security administrator ends support modes")
        row = rows.select_for_update().filter(pk=access_id).first()
        if row is None:
            raise NotVisible
        if row.ended_at is None:
            row.ended_at = timezone.now()
            row.save(update_fields=["ended_at"])
            _note(actor, row, "accounts.revoke_support")
    return row


def _note(actor: Actor, row: SupportAccess, action: str) -> None:
    record(
        actor=actor,
        action=action,
        subject=("accounts.supportaccess", row.pk, row.reason),
        why=row.reason,
    )
