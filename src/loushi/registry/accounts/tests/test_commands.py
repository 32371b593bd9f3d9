"""Creating, appointing, ending, leaving, tokens, support: effects, refusals, traces."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.foundation.core.permissions import declared
from loushi.foundation.core.testing import at
from loushi.registry.accounts import commands, queries, tokens
from loushi.registry.accounts.factories import (
    PASSWORD,
    actor_of,
    make_department,
    make_staff,
    make_user,
)
from loushi.registry.accounts.models import (
    ApiToken,
    Appointment,
    Department,
    Role,
    SupportAccess,
    User,
)
from loushi.registry.territory import commands as territory
from loushi.registry.territory.factories import make_district
from loushi.registry.territory.models import Unit

pytestmark = pytest.mark.django_db
SYSTEM = system_actor()
TODAY = date(2026, 10, 12)


@pytest.fixture(autouse=True)
def noon():
    with at("2026-10-12 12:00"):
        yield


@pytest.fixture
def units() -> dict[str, Unit]:
    return make_district()


@pytest.fixture
def security(units: dict[str, Unit]) -> Any:
    return actor_of(make_staff("security_admin", units["Q"], name="安闻"))


def everything() -> tuple[object, ...]:
    """All rows of this package, to prove that a refusal changed nothing."""
    return (
        list(User.objects.order_by("pk").values()),
        list(Appointment.plain.order_by("pk").values()),
        list(Department.objects.order_by("pk").values()),
        list(ApiToken.plain.values()),
        list(SupportAccess.plain.values()),
        Entry.objects.unscoped("test").count(),
    )


def traces(action: str) -> int:
    return Entry.objects.unscoped("test").filter(action=action).count()


# ---- people --------------------------------------------------------------------------------------


def test_every_permission_of_every_role_is_declared() -> None:
    known = set(declared())
    for role in commands.install_roles(actor=SYSTEM):
        assert set(role.permissions) <= known, role.code


def test_shipped_roles_are_installed_once_and_brought_up_to_date() -> None:
    commands.install_roles(actor=SYSTEM)
    own = Role.objects.create(code="own_role", name="自设", kind="unit")
    Role.objects.filter(code="window_clerk").update(permissions=[])
    before = traces("accounts.install_roles")
    commands.install_roles(actor=SYSTEM)
    assert "demands.accept" in Role.objects.get(code="window_clerk").permissions
    assert Role.objects.filter(pk=own.pk).exists()
    assert traces("accounts.install_roles") == before + 1
    commands.install_roles(actor=SYSTEM)
    assert traces("accounts.install_roles") == before + 1


def test_the_three_administrators_share_no_power() -> None:
    powers = {
        role.code: set(role.permissions) - {"territory.view"}
        for role in commands.install_roles(actor=SYSTEM)
        if role.code in {"system_admin", "security_admin", "audit_admin"}
    }
    assert not powers["system_admin"] & powers["security_admin"]
    assert powers["audit_admin"] == {"audit.view", "audit.export"}
    for code, mine in powers.items():
        assert not any(permission.startswith("demands.") and permission != "demands.configure"
                       for permission in mine), code  # fmt: skip
    assert "accounts.appoint" not in powers["system_admin"]


def test_creating_names_every_wrong_field(security: Any) -> None:
    before = everything()
    with pytest.raises(Refused) as refusal:
        commands.create_user(actor=security, username="顾", name=" ", phone="abc", email="nowhere")
    assert {error.field for error in refusal.value.errors} == {
        "username", "name", "phone", "email"
    }  # fmt: skip
    assert everything() == before


def test_a_user_name_is_taken_once_whatever_its_case(security: Any) -> None:
    commands.create_user(actor=security, username="gu.nanqiao", name="顾南乔")
    before = everything()
    with pytest.raises(Refused, match="已被使用"):
        commands.create_user(actor=security, username="Gu.Nanqiao", name="另一人")
    assert everything() == before


@pytest.mark.parametrize("role", ["window_clerk", "community_secretary"])
def test_only_the_security_administrator_manages_accounts(
    units: dict[str, Unit], role: str
) -> None:
    actor = actor_of(make_staff(role, units["C1"]))
    victim = make_user()
    before = everything()
    for attempt in (
        lambda: commands.create_user(actor=actor, username="new.one", name="新"),
        lambda: commands.reset_password(actor=actor, user_id=victim.pk, why="x"),
        lambda: commands.deactivate_user(actor=actor, user_id=victim.pk, why="x"),
        lambda: commands.unlock_user(actor=actor, user_id=victim.pk),
        lambda: commands.change_user(actor=actor, user_id=victim.pk, name="改"),
        lambda: commands.leave(actor=actor, user_id=victim.pk, on=TODAY, why="x"),
        lambda: commands.grant_support(actor=actor, user_id=victim.pk, reason="x", hours=1),
        lambda: commands.appoint(
            actor=actor, user_id=victim.pk, role="window_clerk", unit_id=units["C1"].pk,
            since=TODAY,
        ),
    ):  # fmt: skip
        with pytest.raises(Denied):
            attempt()
    assert everything() == before


def test_the_system_administrator_configures_but_cannot_grant(units: dict[str, Unit]) -> None:
    actor = actor_of(make_staff("system_admin", units["Q"]))
    commands.create_department(actor=actor, code="D1", name="区商务局", unit_id=units["Q"].pk)
    before = everything()
    with pytest.raises(Denied):
        commands.appoint(
            actor=actor, user_id=make_user().pk, role="window_clerk",
            unit_id=units["C1"].pk, since=TODAY,
        )  # fmt: skip
    assert Appointment.plain.count() == len(before[1])  # type: ignore[arg-type]


def test_nobody_closes_resets_or_appoints_himself(units: dict[str, Unit], security: Any) -> None:
    before = everything()
    me = security.user_id
    for attempt in (
        lambda: commands.reset_password(actor=security, user_id=me, why="x"),
        lambda: commands.deactivate_user(actor=security, user_id=me, why="x"),
        lambda: commands.leave(actor=security, user_id=me, on=TODAY, why="x"),
        lambda: commands.grant_support(actor=security, user_id=me, reason="x", hours=1),
        lambda: commands.appoint(
            actor=security, user_id=me, role="window_clerk", unit_id=units["C1"].pk, since=TODAY
        ),
    ):
        with pytest.raises(Refused, match="自己"):
            attempt()
    assert everything() == before


def test_the_own_password_is_changed_under_rules(units: dict[str, Unit]) -> None:
    user = make_user(must_change_password=True)
    actor = actor_of(user)
    before = everything()
    for old, new, field in (
        ("wrong", "another-Good-1", "old"),
        (PASSWORD, PASSWORD, "new"),
        (PASSWORD, "short", "new"),
        (PASSWORD, "1234567890123", "new"),
    ):
        with pytest.raises(Refused) as refusal:
            commands.change_own_password(actor=actor, old=old, new=new)
        assert refusal.value.errors[0].field == field
    assert everything() == before
    commands.change_own_password(actor=actor, old=PASSWORD, new="another-Good-1")
    user.refresh_from_db()
    assert user.check_password("another-Good-1")
    assert not user.must_change_password
    assert "another-Good-1" not in str(list(Entry.objects.unscoped("test").values()))


def test_the_profile_is_the_persons_own(units: dict[str, Unit]) -> None:
    user = make_user()
    commands.change_profile(actor=actor_of(user), phone="138 0000 1234", email="a@b.cn")
    user.refresh_from_db()
    assert (user.phone, user.email) == ("13800001234", "a@b.cn")
    with pytest.raises(Refused):
        commands.change_profile(actor=actor_of(user), language="fr")


# ---- posts ---------------------------------------------------------------------------------------


def appoint(actor: Any, user: User, role: str, **more: Any) -> Appointment:
    more.setdefault("since", TODAY)
    return commands.appoint(actor=actor, user_id=user.pk, role=role, **more)


def test_a_post_makes_a_grant_from_day_to_day(units: dict[str, Unit], security: Any) -> None:
    user = make_user()
    appoint(security, user, "window_clerk", unit_id=units["C1"].pk, until=date(2026, 10, 30))
    (held,) = actor_of(user).grants
    assert (held.kind, held.key, held.role) == ("unit", units["C1"].path, "window_clerk")
    assert actor_of(user).appointment == "第1商务社区 窗口"
    assert actor_of(user, date(2026, 10, 30)).grants
    assert not actor_of(user, date(2026, 10, 31)).grants
    assert not actor_of(user, date(2026, 10, 11)).grants


def test_what_cannot_be_appointed(units: dict[str, Unit], security: Any) -> None:
    user, row = make_user(), make_department(units["Q"])
    make = {"unit_id": units["C1"].pk}
    before = everything()
    for role, place, field in (
        ("nothing", make, "role"),
        ("window_clerk", {"department_id": row.pk}, "unit"),
        ("window_clerk", {"unit_id": units["C1-G1"].pk}, "unit"),
        ("department_handler", make, "department"),
        ("building_chief", make, "role"),
        ("window_clerk", make | {"until": date(2026, 10, 1)}, "until"),
    ):
        with pytest.raises(Refused) as refusal:
            appoint(security, user, role, **place)
        assert refusal.value.errors[0].field == field, role
    assert everything() == before


def test_the_same_post_is_not_given_twice_at_a_time(units: dict[str, Unit], security: Any) -> None:
    user = make_user()
    appoint(security, user, "window_clerk", unit_id=units["C1"].pk, until=date(2026, 10, 20))
    before = everything()
    with pytest.raises(Refused, match="已任此职"):
        appoint(security, user, "window_clerk", unit_id=units["C1"].pk, since=date(2026, 10, 20))
    assert everything() == before
    appoint(security, user, "window_clerk", unit_id=units["C1"].pk, since=date(2026, 10, 21))


@pytest.mark.parametrize("second", ["security_admin", "audit_admin"])
def test_no_two_administrators_in_one_person(
    units: dict[str, Unit], security: Any, second: str
) -> None:
    user = make_staff("system_admin", units["Q"])
    before = everything()
    with pytest.raises(Refused, match="不能由同一人兼任"):
        appoint(security, user, second, unit_id=units["Q"].pk)
    assert everything() == before
    with pytest.raises(Refused, match="不能由同一人兼任"):
        commands.appoint_many(
            actor=security,
            appointments=[
                commands.NewAppointment(make_user().pk, "system_admin", TODAY, units["Q"].pk),
                commands.NewAppointment(user.pk, second, date(2027, 1, 1), units["Q"].pk),
            ],
        )


def test_many_give_the_same_rows_as_one_by_one(units: dict[str, Unit], security: Any) -> None:
    one, many = make_user("甲"), make_user("甲")
    single = appoint(security, one, "window_clerk", unit_id=units["C1"].pk, note="任〔1〕")
    (bulk,) = commands.appoint_many(
        actor=security,
        appointments=[
            commands.NewAppointment(many.pk, "window_clerk", TODAY, units["C1"].pk, note="任〔1〕")
        ],
    )
    skip = {"id", "user_id"}
    left, right = (
        {k: v for k, v in Appointment.plain.filter(pk=row.pk).values()[0].items() if k not in skip}
        for row in (single, bulk)
    )
    assert left == right
    assert traces("accounts.appoint") >= 2


def test_ending_a_post(units: dict[str, Unit], security: Any) -> None:
    user = make_staff("window_clerk", units["C1"])
    (post,) = queries.appointments_of(user.pk, TODAY)
    before = everything()
    with pytest.raises(Refused, match="不能早于"):
        commands.end_appointment(actor=security, appointment_id=post.pk, on=date(2025, 1, 1))
    with pytest.raises(Denied):
        commands.end_appointment(actor=actor_of(user), appointment_id=post.pk, on=TODAY)
    with pytest.raises(NotVisible):
        commands.end_appointment(actor=security, appointment_id=10**9, on=TODAY)
    assert everything() == before
    commands.end_appointment(actor=security, appointment_id=post.pk, on=TODAY, why="轮岗")
    assert queries.appointments_of(user.pk, TODAY)
    assert not queries.appointments_of(user.pk, TODAY + timedelta(days=1))


def test_leaving_ends_everything_and_closes_the_account_next_day(
    units: dict[str, Unit], security: Any
) -> None:
    user = make_staff("window_clerk", units["C1"])
    appoint(security, user, "enterprise_officer", unit_id=units["C1"].pk, since=date(2027, 1, 1))
    token = commands.issue_token(username=user.username)
    commands.leave(actor=security, user_id=user.pk, on=TODAY, why="调离")
    user.refresh_from_db()
    assert user.is_active
    assert commands.close_left() == 0
    with at("2026-10-13 00:30"):
        assert commands.close_left() == 1
        assert commands.close_left() == 0
        assert tokens.owner(token) is None
    assert not Appointment.plain.filter(user=user, until__isnull=True).exists()
    assert not Appointment.plain.filter(user=user, since__gt=TODAY).exists()


def test_the_handover_list_names_what_falls_empty(units: dict[str, Unit], security: Any) -> None:
    leaving = make_staff("window_clerk", units["C1"], name="江未眠")
    (one,) = queries.handover_of(security, leaving.pk)
    assert one.others == ()
    make_staff("window_clerk", units["C1"], name="林知微")
    (one,) = queries.handover_of(security, leaving.pk)
    assert one.others == ("林知微",)


def test_posts_of_a_dissolved_unit_end_on_its_eve(units: dict[str, Unit]) -> None:
    gone = make_staff("window_clerk", units["C2"], since=date(2026, 1, 1))
    stays = make_staff("micro_grid_chief", units["C2-G1"], since=date(2026, 1, 1))
    territory.merge_units(actor=SYSTEM, unit_ids=[units["C2"].pk], heir_id=units["C1"].pk, on=TODAY)
    territory.run_rewrites()
    payload = {"unit_id": units["C2"].pk, "on": TODAY.isoformat()}
    commands.end_appointments_of_unit(payload)
    commands.end_appointments_of_unit(payload)
    assert Appointment.plain.get(user=gone).until == TODAY - timedelta(days=1)
    assert not actor_of(gone).grants
    (held,) = actor_of(stays).grants
    assert held.key == queries.appointments_of(stays.pk, TODAY)[0].unit.path
    assert held.key.startswith(units["C1"].path)


# ---- departments ---------------------------------------------------------------------------------


def test_a_department_with_people_stays_open(units: dict[str, Unit]) -> None:
    row = make_department(units["Q"])
    make_staff("department_handler", row)
    before = everything()
    with pytest.raises(Refused, match="还有 1 人在职"):
        commands.change_department(
            actor=SYSTEM, department_id=row.pk, name=row.name, is_active=False
        )
    assert everything() == before


def test_a_department_needs_a_place_a_code_and_a_name(units: dict[str, Unit]) -> None:
    make_department(units["Q"], code="D01")
    before = everything()
    root = units["Q"].pk
    for code, name, unit in (("D01", "重码", root), ("D02", "", root), ("D3", "x", 0)):
        with pytest.raises(Refused):
            commands.create_department(actor=SYSTEM, code=code, name=name, unit_id=unit)
    assert everything() == before


# ---- tokens and support --------------------------------------------------------------------------


def test_a_token_opens_until_it_expires_or_is_revoked(units: dict[str, Unit]) -> None:
    user = make_staff("window_clerk", units["C1"])
    text = commands.issue_token(username=user.username, label="报表", days=30)
    row = ApiToken.plain.get()
    assert text not in str(ApiToken.plain.values()[0])
    assert tokens.owner(text) == user
    row.refresh_from_db()
    assert row.last_used_at == timezone.now()
    with at("2026-11-12 12:00"):
        assert tokens.owner(text) is None
    commands.revoke_token(actor=actor_of(user), token_id=row.pk)
    assert tokens.owner(text) is None
    assert tokens.owner("loushi_nonsense") is None
    assert tokens.owner("nonsense") is None


def test_nobody_issues_or_revokes_anothers_token(units: dict[str, Unit]) -> None:
    mine, other = make_staff("window_clerk", units["C1"]), make_user()
    commands.issue_token(username=other.username)
    before = everything()
    with pytest.raises(Denied):
        commands.issue_token(actor=actor_of(mine), username=other.username)
    with pytest.raises(NotVisible):
        commands.revoke_token(actor=actor_of(mine), token_id=ApiToken.plain.get().pk)
    with pytest.raises(Refused):
        commands.issue_token(username="nobody.here")
    assert everything() == before


def test_support_is_short_reasoned_and_read_only(units: dict[str, Unit], security: Any) -> None:
    helper = make_user("支援员")
    before = everything()
    for reason, hours in (("", 1), ("排查", 9), ("排查", 0)):
        with pytest.raises(Refused):
            commands.grant_support(actor=security, user_id=helper.pk, reason=reason, hours=hours)
    assert everything() == before
    access = commands.grant_support(actor=security, user_id=helper.pk, reason="排查", hours=8)
    with pytest.raises(NotVisible):
        commands.start_support(actor=actor_of(make_user()), access_id=access.pk)
    commands.start_support(actor=actor_of(helper), access_id=access.pk)
    with at("2026-10-12 20:00"), pytest.raises(Refused, match="已经结束"):
        commands.start_support(actor=actor_of(helper), access_id=access.pk)
    commands.end_support(actor=actor_of(helper), access_id=access.pk)
    for action in ("grant_support", "start_support", "end_support"):
        assert traces(f"accounts.{action}") == 1
