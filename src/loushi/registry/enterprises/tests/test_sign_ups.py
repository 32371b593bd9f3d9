"""企业自助注册: who may ask, who decides, what follows."""

import pytest
from django.test import Client
from django.urls import reverse

from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.core.testing import make_actor
from loushi.foundation.notices.models import Notice
from loushi.registry.accounts import commands as accounts
from loushi.registry.accounts.factories import PASSWORD, actor_of, make_staff
from loushi.registry.accounts.models import User
from loushi.registry.enterprises import commands, queries
from loushi.registry.enterprises.factories import make_enterprise, valid_code
from loushi.registry.enterprises.models import Enterprise, EnterpriseMembership, SignUp
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db


@pytest.fixture
def units():
    accounts.install_roles(actor=system_actor())
    return make_district()


@pytest.fixture
def clerk(units):
    return actor_of(make_staff("window_clerk", units["C1"]))


def data(units, **changes) -> commands.SignUpData:
    given = {
        "credit_code": valid_code(7), "enterprise_name": "云栈科技", "contact_name": "许念青",
        "phone": "13812342046", "unit_id": units["C1"].pk, "username": "xu.nianqing",
        "password": PASSWORD,
    }  # fmt: skip
    return commands.SignUpData(**{**given, **changes})


def test_new_account_has_no_right_until_approval(units, clerk) -> None:
    row = commands.sign_up(data=data(units))
    assert actor_of(row.user).grants == ()
    assert Notice.objects.unscoped("test").filter(kind="sign_up_waiting").exists()
    commands.approve_sign_up(actor=clerk, sign_up_id=row.pk)
    firm = Enterprise.plain.get()
    assert (firm.name, firm.unit_id) == ("云栈科技", units["C1"].pk)
    assert [grant.key for grant in actor_of(row.user).grants] == [str(firm.pk)]
    assert firm.contacts.get().phone == "13812342046"
    notice = Notice.objects.unscoped("test").get(kind="sign_up_approved")
    assert notice.recipient_id == row.user_id


def test_every_wrong_field_is_named_and_no_account_is_left_behind(units) -> None:
    users = User.objects.count()
    with pytest.raises(Refused) as caught:
        commands.sign_up(
            data=data(units, credit_code="91", enterprise_name=" ", contact_name="", phone="一二",
                      username="9", password="123", unit_id=None)
        )  # fmt: skip
    fields = {error.field for error in caught.value.errors}
    assert fields == {
        "credit_code", "enterprise_name", "contact_name", "phone", "username", "password", "unit_id"
    }  # fmt: skip
    assert "密码太短，至少 10 位。" in str(caught.value)
    assert User.objects.count() == users
    assert not SignUp.plain.exists()


def test_known_code_asks_to_join_and_its_own_community_decides(units, clerk) -> None:
    held = make_enterprise(units["C2"], name="邻区贸易")
    with pytest.raises(commands.KnownCode) as caught:
        commands.sign_up(data=data(units, credit_code=held.credit_code))
    assert "邻区" not in str(caught.value)
    assert not SignUp.plain.exists()
    row = commands.sign_up(data=data(units, credit_code=held.credit_code, join=True))
    assert row.unit_id == units["C2"].pk
    with pytest.raises(NotVisible):
        commands.approve_sign_up(actor=clerk, sign_up_id=row.pk)
    there = actor_of(make_staff("window_clerk", units["C2"]))
    commands.approve_sign_up(actor=there, sign_up_id=row.pk)
    assert EnterpriseMembership.plain.get().enterprise_id == held.pk
    assert Enterprise.plain.count() == 1


def test_decided_once(units, clerk) -> None:
    row = commands.sign_up(data=data(units))
    commands.refuse_sign_up(actor=clerk, sign_up_id=row.pk, reason="请到窗口核对")
    with pytest.raises(Conflict):
        commands.approve_sign_up(actor=clerk, sign_up_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("refused", "请到窗口核对")
    assert not EnterpriseMembership.plain.exists()
    assert queries.own_sign_ups(row.user_id)[0].reason == "请到窗口核对"


def test_refusal_needs_a_reason(units, clerk) -> None:
    row = commands.sign_up(data=data(units))
    with pytest.raises(Refused):
        commands.refuse_sign_up(actor=clerk, sign_up_id=row.pk, reason=" ")
    row.refresh_from_db()
    assert row.state == "waiting"


def test_nobody_decides_about_the_own_sign_up(units) -> None:
    row = commands.sign_up(data=data(units))
    same = make_actor(row.user_id, path=units["C1"].path, permissions=["enterprises.review"])
    with pytest.raises(Denied):
        commands.approve_sign_up(actor=same, sign_up_id=row.pk)
    assert not EnterpriseMembership.plain.exists()


def test_the_same_request_twice_is_a_conflict(units) -> None:
    commands.sign_up(data=data(units))
    users = User.objects.count()
    with pytest.raises(Conflict):
        commands.sign_up(data=data(units, username="another.one"))
    assert (SignUp.plain.count(), User.objects.count()) == (1, users)


def test_an_enterprise_registered_meanwhile_is_joined_not_doubled(units, clerk) -> None:
    row = commands.sign_up(data=data(units))
    firm = make_enterprise(units["C1"], credit_code=row.credit_code, name="云栈科技有限公司")
    commands.approve_sign_up(actor=clerk, sign_up_id=row.pk)
    assert EnterpriseMembership.plain.get().enterprise_id == firm.pk
    assert Enterprise.plain.count() == 1


def test_an_approved_sign_up_is_no_claim_and_leads_to_its_enterprise(units) -> None:
    client, clerk = Client(), make_staff("window_clerk", units["C1"])
    client.force_login(clerk)
    row = commands.sign_up(data=data(units))
    page = reverse("enterprises:review", args=[row.pk])
    assert "通过并登记企业" in client.get(page).content.decode()
    commands.approve_sign_up(actor=actor_of(clerk), sign_up_id=row.pk)
    text = client.get(page).content.decode()
    assert "这是关联申请" not in text
    assert reverse("enterprises:page", args=[Enterprise.plain.get().pk]) in text
