"""People who can log in: created, changed, reset, closed."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from axes.utils import reset
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line, record, record_many
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.registry.accounts import sessions
from loushi.registry.accounts.models import ApiToken, User
from loushi.registry.accounts.policy import can_manage

USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,59}")
PHONE = re.compile(r"\+?[0-9][0-9-]{4,18}")
# Without letters and digits that look alike.
ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"
LANGUAGES = ("", "zh-hans", "en")


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What it takes to make a person. Without a password a one-time password is made."""

    username: str
    name: str
    phone: str = ""
    email: str = ""
    password: str = field(default="", repr=False)
    must_change_password: bool = True
    source: str = ""


def one_time_password() -> str:
    """Twelve letters and digits in three groups, for reading out."""
    letters = [secrets.choice(ALPHABET) for _place in range(12)]
    return "-".join("".join(letters[start : start + 4]) for start in (0, 4, 8))


def create_user(
    *, actor: Actor, username: str, name: str, phone: str = "", email: str = "", source: str = ""
) -> tuple[User, str]:
    """Makes a person with a one-time password: (user, password, shown this once).

    Raises Denied without the right to manage accounts, Refused naming every wrong field.
    """
    person = NewPerson(username, name, phone, email, one_time_password(), source=source)
    return create_users(actor=actor, people=[person])[0], person.password


def create_users(*, actor: Actor, people: Sequence[NewPerson]) -> list[User]:
    """Makes many people, all or nothing. Equal passwords share one hash (demo, imports)."""
    _require(actor)
    _check(people)
    hashes: dict[str, str] = {}
    now = timezone.now()
    with transaction.atomic():
        users = [
            User(
                username=_folded(person.username),
                name=person.name.strip(),
                phone=_phone(person.phone),
                email=person.email.strip(),
                password=_hash(person.password, hashes),
                must_change_password=person.must_change_password,
                source=person.source,
                created_at=now,
            )
            for person in people
        ]
        User.objects.bulk_create(users, batch_size=500)
        record_many(
            actor=actor,
            action="accounts.create_user",
            lines=[
                Line(user, after={"username": user.username, "name": user.name}) for user in users
            ],
        )
    return users


def _hash(password: str, known: dict[str, str]) -> str:
    if not password:
        return make_password(None)
    if password not in known:
        known[password] = make_password(password)
    return known[password]


def _require(actor: Actor) -> None:
    if not can_manage(actor):
        raise Denied


def _folded(username: str) -> str:
    return username.strip().lower()


def _phone(phone: str) -> str:
    return phone.replace(" ", "")


def _check(people: Sequence[NewPerson]) -> None:
    names = [_folded(person.username) for person in people]
    taken: set[str] = set()
    for start in range(0, len(names), 500):
        part = names[start : start + 500]
        taken |= set(User.objects.filter(username__in=part).values_list("username", flat=True))
    errors: dict[str, str] = {}
    seen: set[str] = set()
    for person, username in zip(people, names, strict=True):
        if username in taken or username in seen:
            sentence = _("用户名“%(name)s”已被使用，请换一个。")
            errors.setdefault("username", sentence % {"name": username})
        seen.add(username)
        for key, sentence in wrong_fields(username, person.name, person.phone, person.email):
            errors.setdefault(key, sentence)
    if errors:
        raise Refused.many(errors)


def wrong_fields(username: str, name: str, phone: str, email: str) -> list[tuple[str, str]]:
    """(field, sentence) for everything that is wrong with a person's own data."""
    wrong: list[tuple[str, str]] = []
    if not USERNAME.fullmatch(username):
        wrong.append(
            (
                "username",
                _("用户名用小写字母开头，3 到 60 位，可含数字、点、横线，例如 zhou.wendi。"),
            )
        )
    wrong += wrong_profile(name, phone, email)
    return wrong


def wrong_profile(name: str, phone: str, email: str) -> list[tuple[str, str]]:
    """(field, sentence) for everything that is wrong with name, phone and mail."""
    wrong: list[tuple[str, str]] = []
    if not name.strip():
        wrong.append(("name", _("请填写姓名。")))
    elif len(name.strip()) > 40:
        wrong.append(("name", _("姓名最多 40 个字。")))
    if phone.strip() and not PHONE.fullmatch(_phone(phone)):
        wrong.append(("phone", _("电话只能由数字和横线组成，例如 13800001234。")))
    if email.strip():
        try:
            validate_email(email.strip())
        except ValidationError:
            wrong.append(("email", _("邮箱格式不对，例如 name@example.cn。")))
    return wrong


def _locked(user_id: int) -> User:
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NotVisible
    return user


def _other(actor: Actor, user: User) -> None:
    if actor.user_id == user.pk:
        raise Refused(_("不能对自己的账号做这件事，请另一位安全管理员办理。"))


PROFILE = ("name", "phone", "email", "language")


def change_user(*, actor: Actor, user_id: int, name: str, phone: str = "", email: str = "") -> User:
    """Corrects a person's name, phone and mail (security administrator)."""
    _require(actor)
    return _save_profile(
        actor, user_id, {"name": name, "phone": phone, "email": email}, "accounts.change_user"
    )


def change_profile(
    *, actor: Actor, phone: str = "", email: str = "", language: str | None = None
) -> User:
    """The acting person's own phone, mail and language; the name is the administrator's."""
    if actor.user_id is None:
        raise Denied
    if language is not None and language not in LANGUAGES:
        raise Refused(_("请选择语言。"), field="language")
    values: dict[str, Any] = {"phone": phone, "email": email}
    if language is not None:
        values["language"] = language
    return _save_profile(actor, actor.user_id, values, "accounts.change_profile")


def _save_profile(actor: Actor, user_id: int, values: Mapping[str, Any], action: str) -> User:
    with transaction.atomic():
        user = _locked(user_id)
        wrong = wrong_profile(values.get("name", user.name), values["phone"], values["email"])
        if wrong:
            raise Refused.many(dict(reversed(wrong)))
        before = {key: getattr(user, key) for key in values}
        after = {key: str(value).strip() for key, value in values.items()}
        after["phone"] = _phone(after["phone"])
        for key, value in after.items():
            setattr(user, key, value)
        user.save(update_fields=list(after))
        record(actor=actor, action=action, subject=user, before=before, after=after)
    return user


def change_own_password(*, actor: Actor, old: str, new: str, keep_session: str = "") -> User:
    """Sets a new password; other devices are logged out. Refused names what is wrong."""
    if actor.user_id is None:
        raise Denied
    user = User.objects.filter(pk=actor.user_id).first()
    if user is None:
        raise NotVisible
    if not check_password(old, user.password):
        raise Refused(_("现在的密码不对，请重新输入。"), field="old")
    if old == new:
        raise Refused(_("新密码不能与现在的密码相同。"), field="new")
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), field="new") from error
    with transaction.atomic():
        user = _locked(actor.user_id)
        user.set_password(new)
        user.must_change_password = False
        user.password_changed_at = timezone.now()
        user.save(update_fields=["password", "must_change_password", "password_changed_at"])
        sessions.end_all(user.pk, "password", keep=keep_session)
        record(actor=actor, action="accounts.change_password", subject=user)
    return user


def reset_password(*, actor: Actor, user_id: int, why: str) -> tuple[User, str]:
    """Gives a person a one-time password and ends all their sessions: (user, password)."""
    _require(actor)
    if not why.strip():
        raise Refused(_("请写明重设密码的原因和如何核实了本人身份。"), field="why")
    password = one_time_password()
    with transaction.atomic():
        user = _locked(user_id)
        _other(actor, user)
        user.set_password(password)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])
        sessions.end_all(user.pk, "reset")
        reset(username=user.username)
        record(actor=actor, action="accounts.reset_password", subject=user, why=why)
    return user, password


def unlock_user(*, actor: Actor, user_id: int) -> User:
    """Lifts the lock after too many wrong passwords."""
    _require(actor)
    with transaction.atomic():
        user = _locked(user_id)
        reset(username=user.username)
        record(actor=actor, action="accounts.unlock_user", subject=user)
    return user


def deactivate_user(*, actor: Actor, user_id: int, why: str) -> User:
    """Closes an account: no login, sessions ended, tokens revoked; history stays."""
    _require(actor)
    if not why.strip():
        raise Refused(_("请写明停用的原因，例如“10月30日调离”。"), field="why")
    return _set_active(actor, user_id, active=False, why=why)


def reactivate_user(*, actor: Actor, user_id: int, why: str = "") -> User:
    """Opens a closed account again; its password must be reset or still be known."""
    _require(actor)
    return _set_active(actor, user_id, active=True, why=why)


def _set_active(actor: Actor, user_id: int, *, active: bool, why: str) -> User:
    with transaction.atomic():
        user = _locked(user_id)
        _other(actor, user)
        if user.is_active == active:
            raise Refused(_("这个账号已是启用状态。") if active else _("这个账号已经停用。"))
        user.is_active = active
        user.save(update_fields=["is_active"])
        if not active:
            sessions.end_all(user.pk, "deactivated")
            ApiToken.objects.unscoped("a closed account has no tokens").filter(
                user=user, revoked_at__isnull=True
            ).update(revoked_at=timezone.now())
        record(
            actor=actor,
            action="accounts.reactivate_user" if active else "accounts.deactivate_user",
            subject=user,
            before={"is_active": not active},
            after={"is_active": active},
            why=why,
        )
    return user
