"""企业自助注册: a person signs up with the credit code, the community approves or refuses."""

import re
from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import ENTERPRISE, Actor, system_actor
from loushi.foundation.core.errors import Conflict, Denied, Refused, TooMany
from loushi.foundation.core.events import publish
from loushi.foundation.core.scoping import fetch
from loushi.foundation.notices.commands import Phrase, notify
from loushi.registry.accounts import commands as accounts
from loushi.registry.accounts.models import Role, User
from loushi.registry.accounts.queries import users_with_permission
from loushi.registry.enterprises.commands.contacts import add_member, save_contact
from loushi.registry.enterprises.commands.credit_code import CodeError, check_code
from loushi.registry.enterprises.commands.enterprises import register_enterprise
from loushi.registry.enterprises.commands.values import PHONE
from loushi.registry.enterprises.models import Enterprise, SignUp
from loushi.registry.enterprises.policy import REVIEW, can_review
from loushi.registry.territory.models import Unit, UnitKind

CONTACT_ROLE = "enterprise_contact"
MOST_WAITING = 5  # of one phone number; more is a mistake or mischief
USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,59}")


class KnownCode(Refused):
    """The code is registered: the same form may be sent again as an application to join."""


@dataclass(frozen=True, slots=True)
class SignUpData:
    """What the public form asks for. `join` says that the enterprise may be registered already."""

    credit_code: str
    enterprise_name: str
    contact_name: str
    phone: str
    unit_id: int | None
    address: str = ""
    username: str = ""
    password: str = ""
    join: bool = False


def sign_up(*, data: SignUpData, ip: str | None = None) -> SignUp:
    """A stranger asks for access: makes an account without any right, and a sign-up that waits.

    A code that is registered already raises KnownCode, which names nobody, unless `join` is set:
    then the community of that enterprise decides. Refused names every wrong field.
    """
    code = _check(data)
    with transaction.atomic():
        known = (
            Enterprise.objects.unscoped("whether the code is registered, nothing more is said")
            .filter(credit_code=code)
            .first()
        )
        if known is not None and not data.join:
            raise KnownCode(
                _(
                    "这个统一社会信用代码已经登记。若是贵企业，请点“申请关联”，"
                    "由所在商务社区核对后开通。"
                ),
                field="credit_code",
            )
        _refuse_flood(data.phone, code)
        unit = _unit(data.unit_id, known)
        user = accounts.create_users(
            actor=system_actor(str(_("企业自助注册"))),
            people=[
                accounts.NewPerson(
                    username=data.username.strip().lower(),
                    name=data.contact_name.strip(),
                    phone=data.phone.strip(),
                    password=data.password,
                    must_change_password=False,
                    source="sign_up",
                )
            ],
        )[0]
        row = SignUp(
            credit_code=code,
            enterprise_name=" ".join(data.enterprise_name.split()),
            enterprise=known,
            contact_name=data.contact_name.strip(),
            phone=data.phone.strip(),
            address=data.address.strip(),
            unit=unit,
            unit_path=unit.path,
            user=user,
        )
        row.save()
        record(
            actor=Actor(user_id=user.pk, name=user.name),
            action="enterprises.sign_up",
            subject=row,
            after={"credit_code": code, "enterprise_name": row.enterprise_name},
            ip=ip,
        )
        publish("enterprise_signed_up", {"sign_up_id": row.pk, "unit_path": row.unit_path})
        notify(
            user_ids=users_with_permission(REVIEW, unit_path=row.unit_path),
            kind="sign_up_waiting",
            title=Phrase(gettext_noop("有企业自助注册等您审核")),
            body=row.enterprise_name,
            link=f"/enterprises/sign-ups/{row.pk}/",
            key=f"sign_up:{row.pk}:waiting",
        )
    return row


def approve_sign_up(*, actor: Actor, sign_up_id: int, enterprise_id: int | None = None) -> SignUp:
    """Lets the person in: registers the enterprise where it is new, and makes the membership."""
    with transaction.atomic():
        row = _waiting(actor, sign_up_id)
        system = system_actor(actor.name)
        known = enterprise_id or row.enterprise_id or _registered_since(row.credit_code)
        if known is None:
            enterprise = register_enterprise(
                actor=system,
                values={
                    "credit_code": row.credit_code,
                    "name": row.enterprise_name,
                    "unit_id": row.unit_id,
                    "source": str(_("企业自助注册")),
                },
                why=_("批准自助注册"),
            )
            known = enterprise.pk
        elif enterprise_id:
            fetch(Enterprise, actor, enterprise_id)
        save_contact(
            actor=system,
            enterprise_id=known,
            values={"name": row.contact_name, "phone": row.phone, "is_primary": True},
        )
        add_member(
            actor=system,
            enterprise_id=known,
            user_id=row.user_id,
            role=_contact_role(),
            since=timezone.localdate(),
        )
        row.enterprise_id = known
        _decide(actor, row, SignUp.State.APPROVED, "")
        notify(
            user_ids=[row.user_id],
            kind="sign_up_approved",
            title=Phrase(gettext_noop("注册已通过，可以提交诉求了")),
            body=row.enterprise_name,
            link="/enterprises/mine/",
            key=f"sign_up:{row.pk}:approved",
        )
    return row


def refuse_sign_up(*, actor: Actor, sign_up_id: int, reason: str) -> SignUp:
    """Says no, with a reason that the person reads."""
    if not reason.strip():
        raise Refused(_("请写明未通过的原因，申请人会看到。"), field="reason")
    with transaction.atomic():
        row = _waiting(actor, sign_up_id)
        _decide(actor, row, SignUp.State.REFUSED, reason.strip())
        notify(
            user_ids=[row.user_id],
            kind="sign_up_refused",
            title=Phrase(gettext_noop("注册未通过")),
            body=reason.strip(),
            link="/enterprises/sign-up/status/",
            key=f"sign_up:{row.pk}:refused",
        )
    return row


def _check(data: SignUpData) -> str:
    errors: dict[str, str] = {}
    code = ""
    try:
        code = check_code(data.credit_code)
    except CodeError as error:
        errors["credit_code"] = str(error)
    if not data.enterprise_name.strip():
        errors["enterprise_name"] = _("请填写企业名称，与营业执照一致。")
    if not data.contact_name.strip():
        errors["contact_name"] = _("请填写联系人姓名。")
    if not PHONE.fullmatch(data.phone.strip()):
        errors["phone"] = _("请填写能联系到您的电话，5 至 20 位数字。")
    if not USERNAME.fullmatch(data.username.strip().lower()):
        errors["username"] = _("用户名用小写字母开头，3 到 60 位，可含数字、点、横线。")
    elif User.objects.filter(username=data.username.strip().lower()).exists():
        errors["username"] = _("这个用户名已被使用，请换一个。")
    try:
        validate_password(data.password, User(username=data.username, name=data.contact_name))
    except ValidationError as error:
        errors["password"] = "".join(_password_sentence(item) for item in error.error_list)
    if not data.join and data.unit_id is None:
        errors["unit_id"] = _("请选择企业所在的商务社区。")
    if errors:
        raise Refused.many(errors)
    return code


def _password_sentence(error: ValidationError) -> str:
    """Django's own sentences are partly untranslated."""
    sentences = {
        "password_too_short": _("密码太短，至少 %(min_length)d 位。"),
        "password_too_common": _("这个密码太常见，容易被猜到。"),
        "password_entirely_numeric": _("密码不能只有数字。"),
        "password_too_similar": _("密码和用户名或姓名太像。"),
    }
    sentence = sentences.get(str(error.code), _("密码不符合要求，请换一个。"))
    return sentence % (error.params or {})


def _refuse_flood(phone: str, code: str) -> None:
    waiting = SignUp.objects.unscoped("a limit over all units").filter(
        phone=phone.strip(), state=SignUp.State.WAITING
    )
    if waiting.filter(credit_code=code).exists():
        raise Conflict(_("您已经为这家企业提交过注册，正在等待审核，不用再提交。"))
    if waiting.count() >= MOST_WAITING:
        raise TooMany(_("这个电话已有多份注册在等待审核。请等审核结果，或到社区窗口办理。"))


def _unit(unit_id: int | None, known: Enterprise | None) -> Unit:
    """Who decides: the home of the enterprise where it is known, else the chosen community."""
    wanted = known.unit_id if known is not None and known.unit_id else unit_id
    unit = Unit.objects.filter(pk=wanted).exclude(path="").first() if wanted else None
    if unit is None or (known is None and unit.kind != UnitKind.COMMUNITY):
        raise Refused(_("请选择企业所在的商务社区。"), field="unit_id")
    return unit


def _waiting(actor: Actor, sign_up_id: int) -> SignUp:
    row = fetch(SignUp, actor, sign_up_id, lock=True)
    if not can_review(actor, row):
        raise Denied
    if row.state != SignUp.State.WAITING:
        raise Conflict(
            _("这份注册已经是“%(state)s”。请刷新后看结果。") % {"state": row.get_state_display()}
        )
    return row


def _decide(actor: Actor, row: SignUp, state: str, reason: str) -> None:
    row.state = state
    row.reason = reason
    row.decided_at = timezone.now()
    row.decided_by = actor.user_id
    row.save()
    record(
        actor=actor,
        action=f"enterprises.sign_up_{state}",
        subject=row,
        before={"state": SignUp.State.WAITING},
        after={"state": state, "enterprise_id": row.enterprise_id},
        why=reason,
    )


def _registered_since(code: str) -> int | None:
    """Somebody else may have registered the enterprise while the sign-up waited."""
    found = (
        Enterprise.objects.unscoped("the code of an approved sign-up")
        .filter(credit_code=code)
        .values_list("pk", flat=True)
        .first()
    )
    return int(found) if found is not None else None


def _contact_role() -> str:
    role = Role.objects.filter(code=CONTACT_ROLE, kind=ENTERPRISE, is_active=True).first()
    if role is None:
        raise Conflict(_("还没有“企业联系人”这个角色。请系统管理员先装入角色模板。"))
    return role.code
