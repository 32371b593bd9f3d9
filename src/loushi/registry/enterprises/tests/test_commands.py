"""Writing enterprises and tenancies: rules, consequences, refusals that change nothing."""

from datetime import date

import pytest

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.core.models import Event
from loushi.foundation.core.testing import at, make_actor
from loushi.foundation.language.queries import EVERYTHING, find
from loushi.registry.accounts.factories import make_user
from loushi.registry.buildings import commands as building_commands
from loushi.registry.buildings.factories import make_building, make_space
from loushi.registry.buildings.models import Space
from loushi.registry.enterprises import commands
from loushi.registry.enterprises.factories import (
    make_contact,
    make_enterprise,
    make_member,
    make_tenancy,
    valid_code,
)
from loushi.registry.enterprises.models import (
    Enterprise,
    EnterpriseContact,
    EnterpriseMembership,
    Tenancy,
)
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db
SYSTEM = system_actor()
CHANGE = ["enterprises.view", "enterprises.change", "buildings.view", "buildings.change"]


@pytest.fixture
def units():
    return make_district()


@pytest.fixture
def actor(units):
    return make_actor(path=units["C1"].path, permissions=CHANGE)


def stored(model) -> list[dict]:
    hidden = ("id", "created_at", "updated_at", "enterprise_id", "space_id", "building_id")
    rows = model.plain.order_by("pk").values()
    return [{k: v for k, v in row.items() if k not in hidden} for row in rows]


def state_of(room: Space) -> str:
    return Space.plain.get(pk=room.pk).state


def test_register_normalises_and_records(units, actor) -> None:
    code = valid_code(1)
    firm = commands.register_enterprise(
        actor=actor,
        values={"name": " 云栈  科技 ", "credit_code": f" {code[:8]}-{code[8:].lower()}",
                "unit_id": units["C1"].pk, "industry_id": "65"},
    )  # fmt: skip
    assert (firm.name, firm.credit_code, firm.unit_path) == ("云栈 科技", code, units["C1"].path)
    assert Entry.objects.unscoped("test").get(action="enterprises.register").subject_id == firm.pk
    found = find(kind="enterprise", query="云栈", scope=EVERYTHING)
    assert found.ids == (firm.pk,)
    assert find(kind="enterprise", query=code[-9:], scope=EVERYTHING).ids == (firm.pk,)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "请填写企业名称"),
        ("credit_code", "123", "应为 18 位"),
        ("size", "huge", "应为"),
        ("industry_id", "9999", "没有行业代码 9999"),
        ("staff_count", "许多", "应为整数"),
        ("established_on", date(2999, 1, 1), "不能晚于今天"),
        ("officer_id", 424242, "企业专员不存在"),
    ],
)
def test_wrong_values_are_refused_and_nothing_is_written(units, actor, field, value, words) -> None:
    values = {"name": "云栈科技", "unit_id": units["C1"].pk, field: value}
    with pytest.raises(Refused) as caught:
        commands.register_enterprise(actor=actor, values=values)
    assert caught.value.errors[0].field == field
    assert words in str(caught.value)
    assert not Enterprise.plain.exists()
    assert not Entry.objects.unscoped("test").filter(action__startswith="enterprises").exists()


def test_known_code_names_no_holder_in_single_and_bulk(units, actor) -> None:
    held = make_enterprise(units["C2"], name="邻区贸易有限公司")
    row = {"name": "冒名", "credit_code": held.credit_code, "unit_id": units["C1"].pk}
    for rows in ([row], [row, {"name": "另一家", "unit_id": units["C1"].pk}]):
        with pytest.raises(Refused) as caught:
            commands.register_enterprises(actor=actor, rows=rows)
        assert "申请关联" in str(caught.value)
        assert "邻区贸易" not in str(caught.value)
    assert Enterprise.plain.count() == 1


def test_elsewhere_is_denied(units, actor) -> None:
    with pytest.raises(Denied):
        commands.register_enterprise(
            actor=actor, values={"name": "云栈", "unit_id": units["C2"].pk}
        )
    firm = make_enterprise(units["C2"], name="邻区贸易")
    with pytest.raises(NotVisible):
        commands.update_enterprise(actor=actor, enterprise_id=firm.pk, values={"name": "改名"})
    firm.refresh_from_db()
    assert firm.name == "邻区贸易"
    assert Enterprise.plain.count() == 1


def test_moving_in_lets_the_room_and_takes_the_home_along(units, actor) -> None:
    tower = make_building(units["C1"])
    room = make_space(tower, "1703", unit_id=units["C1-G1"].pk)
    firm = make_enterprise(units["C1"])
    contact, member = make_contact(firm), make_member(firm)
    commands.move_in(
        actor=actor, enterprise_id=firm.pk,
        values={"building_id": tower.pk, "space_number": "1703", "since": date(2026, 1, 5)},
    )  # fmt: skip
    firm.refresh_from_db()
    assert state_of(room) == "let"
    assert (firm.unit_id, firm.unit_path) == (units["C1-G1"].pk, units["C1-G1"].path)
    assert EnterpriseContact.plain.get(pk=contact.pk).unit_path == units["C1-G1"].path
    assert EnterpriseMembership.plain.get(pk=member.pk).unit_path == units["C1-G1"].path


def test_unknown_room_is_made_by_moving_in(units, actor) -> None:
    tower = make_building(units["C1"])
    firm = make_enterprise(units["C1"])
    commands.move_in(
        actor=actor, enterprise_id=firm.pk,
        values={"building_id": tower.pk, "space_number": "2001", "since": date(2026, 1, 5)},
    )  # fmt: skip
    assert Space.plain.get().number == "2001"
    assert state_of(Space.plain.get()) == "let"


def test_registered_only_does_not_fill_a_room_and_self_use_stays(units) -> None:
    tower = make_building(units["C1"])
    room, own = make_space(tower, "1"), make_space(tower, "2", state="self_used")
    make_tenancy(make_enterprise(units["C1"]), tower, space_id=room.pk, presence="registered_only")
    make_tenancy(make_enterprise(units["C1"]), tower, space_id=own.pk)
    assert (state_of(room), state_of(own)) == ("vacant", "self_used")


def test_moving_out_empties_the_room_and_says_so(units, actor) -> None:
    tower = make_building(units["C1"])
    room = make_space(tower)
    firm = make_enterprise(units["C1"])
    tenancy = make_tenancy(firm, tower, space_id=room.pk)
    with at("2026-06-01 09:00"):
        commands.move_out(
            actor=actor, tenancy_id=tenancy.pk, on=date(2026, 5, 31), why="租约到期不续"
        )
    tenancy.refresh_from_db()
    assert tenancy.until == date(2026, 5, 31)
    assert state_of(room) == "vacant"
    payload = Event.objects.get(name="enterprise_moved_out").payload
    assert payload["enterprise_id"] == firm.pk
    assert payload["unit_path"] == tower.unit_path
    assert payload["elsewhere"] is False
    entry = Entry.objects.unscoped("test").get(action="enterprises.move_out")
    assert entry.why == "租约到期不续"


@pytest.mark.parametrize(
    ("on", "why", "words"),
    [
        (date(2999, 1, 1), "到期", "不能晚于今天"),
        (date(2025, 1, 1), "到期", "早于入驻日期"),
        (date(2026, 5, 1), "  ", "请写明迁出原因"),
    ],
)
def test_wrong_moves_out_change_nothing(units, actor, on, why, words) -> None:
    tower = make_building(units["C1"])
    room = make_space(tower)
    tenancy = make_tenancy(make_enterprise(units["C1"]), tower, space_id=room.pk)
    with at("2026-06-01 09:00"), pytest.raises(Refused, match=words):
        commands.move_out(actor=actor, tenancy_id=tenancy.pk, on=on, why=why)
    tenancy.refresh_from_db()
    assert tenancy.until is None
    assert state_of(room) == "let"
    assert not Event.objects.filter(name="enterprise_moved_out").exists()


def test_second_move_out_is_a_conflict(units, actor) -> None:
    tenancy = make_tenancy(make_enterprise(units["C1"]), make_building(units["C1"]))
    with at("2026-06-01 09:00"):
        commands.move_out(actor=actor, tenancy_id=tenancy.pk, on=date(2026, 5, 1), why="到期")
        with pytest.raises(Conflict):
            commands.move_out(actor=actor, tenancy_id=tenancy.pk, on=date(2026, 5, 1), why="到期")
    assert Event.objects.filter(name="enterprise_moved_out").count() == 1


def test_shared_room_stays_let_until_the_last_one_leaves(units, actor) -> None:
    tower = make_building(units["C1"])
    room = make_space(tower)
    one = make_tenancy(make_enterprise(units["C1"]), tower, space_id=room.pk)
    two = make_tenancy(make_enterprise(units["C1"]), tower, space_id=room.pk)
    with at("2026-06-01 09:00"):
        commands.move_out(actor=actor, tenancy_id=one.pk, on=date(2026, 5, 1), why="到期")
        assert state_of(room) == "let"
        commands.move_out(actor=actor, tenancy_id=two.pk, on=date(2026, 5, 1), why="到期")
    assert state_of(room) == "vacant"


def test_moving_ends_one_and_begins_another(units) -> None:
    district = make_actor(path=units["Q"].path, permissions=CHANGE)
    old, new = make_building(units["C1"]), make_building(units["C2"])
    firm = make_enterprise(units["C1"])
    tenancy = make_tenancy(firm, old)
    with at("2026-06-01 09:00"):
        commands.move(
            actor=district, tenancy_id=tenancy.pk, on=date(2026, 6, 1),
            values={"building_id": new.pk}, why="扩租",
        )  # fmt: skip
    firm.refresh_from_db()
    assert firm.unit_path == units["C2"].path
    assert Event.objects.get(name="enterprise_moved_out").payload["elsewhere"] is True
    assert Tenancy.plain.filter(until__isnull=True).count() == 1


def test_a_move_to_where_one_may_not_act_changes_nothing(units, actor) -> None:
    firm = make_enterprise(units["C1"])
    tenancy = make_tenancy(firm, make_building(units["C1"]))
    foreign = make_building(units["C2"])
    with pytest.raises(Denied):
        commands.move(
            actor=actor, tenancy_id=tenancy.pk, on=date(2026, 6, 1),
            values={"building_id": foreign.pk}, why="迁往邻区",
        )  # fmt: skip
    assert Tenancy.plain.get().until is None
    assert not Event.objects.filter(name="enterprise_moved_out").exists()


def test_lease_that_ends_before_it_begins_is_refused(units, actor) -> None:
    firm, tower = make_enterprise(units["C1"]), make_building(units["C1"])
    with pytest.raises(Refused, match="早于入驻日期"):
        commands.move_in(
            actor=actor, enterprise_id=firm.pk,
            values={"building_id": tower.pk, "since": date(2026, 5, 1),
                    "lease_until": date(2025, 5, 1)},
        )  # fmt: skip
    assert not Tenancy.plain.exists()


def test_a_second_main_place_takes_the_mark_from_the_first(units) -> None:
    firm = make_enterprise(units["C1"])
    first = make_tenancy(firm, make_building(units["C1"]), since=date(2025, 1, 1))
    make_tenancy(firm, make_building(units["C2"]), since=date(2026, 1, 1))
    first.refresh_from_db()
    firm.refresh_from_db()
    assert first.is_main is False
    assert firm.unit_path == units["C2"].path


def test_tenancies_follow_a_building_that_changes_its_unit(units) -> None:
    tower = make_building(units["C1"])
    firm = make_enterprise(units["C1"])
    tenancy = make_tenancy(firm, tower, space_number="1703")
    building_commands.update_building(
        actor=SYSTEM, building_id=tower.pk, values={"unit_id": units["C2"].pk}
    )
    payload = Event.objects.get(name="building_placed").payload
    for _again in range(2):  # a listener may be called twice
        commands.follow_building(payload)
    tenancy.refresh_from_db()
    firm.refresh_from_db()
    assert tenancy.unit_path == firm.unit_path == units["C2"].path
    assert firm.unit_id == units["C2"].pk


def test_bulk_and_single_give_identical_rows(units) -> None:
    tower = make_building(units["C1"])
    rooms = [make_space(tower, str(number)) for number in range(1, 6)]
    rows = [
        {"name": f"第{n}家", "credit_code": valid_code(500 + n), "unit_id": units["C1"].pk,
         "industry_id": "65", "size": "small", "staff_count": n, "source": "演示"}
        for n in range(5)
    ]  # fmt: skip
    stays = [
        {"building_id": tower.pk, "space_id": room.pk, "since": date(2026, 1, 1), "area": 20,
         "presence": "here_only", "lease_until": date(2027, 1, 1)}
        for room in rooms
    ]  # fmt: skip
    contact = {"name": "许念青", "phone": "13812342046", "is_primary": True}
    made = commands.upsert_enterprises(actor=SYSTEM, rows=rows)
    commands.upsert_tenancies(
        actor=SYSTEM,
        rows=[{**s, "enterprise_id": pk} for s, pk in zip(stays, made.ids, strict=True)],
    )
    commands.upsert_contacts(
        actor=SYSTEM, rows=[{**contact, "enterprise_id": pk} for pk in made.ids]
    )
    models = (Enterprise, Tenancy, EnterpriseContact, Space)
    many = [stored(model) for model in models]
    Enterprise.plain.all().delete()
    Space.plain.all().update(state="vacant")
    for row, stay in zip(rows, stays, strict=True):
        firm = commands.register_enterprise(actor=SYSTEM, values=row)
        commands.move_in(actor=SYSTEM, enterprise_id=firm.pk, values=stay)
        commands.save_contact(actor=SYSTEM, enterprise_id=firm.pk, values=contact)
    assert [stored(model) for model in models] == many


def test_upsert_counts_and_never_empties_absent_columns(units) -> None:
    first = {"name": "甲", "credit_code": valid_code(1), "unit_id": units["C1"].pk, "size": "micro"}
    commands.upsert_enterprises(actor=SYSTEM, rows=[first])
    again = commands.upsert_enterprises(
        actor=SYSTEM,
        rows=[{"name": "甲（改名）", "credit_code": valid_code(1)},
              {"name": "乙", "credit_code": valid_code(2)}],
    )  # fmt: skip
    assert (again.created, again.changed, again.unchanged) == (1, 1, 0)
    firm = Enterprise.plain.get(credit_code=valid_code(1))
    assert (firm.name, firm.size, firm.unit_id) == ("甲（改名）", "micro", units["C1"].pk)


def test_the_audit_keeps_phones_masked(units) -> None:
    make_contact(make_enterprise(units["C1"]))
    entry = Entry.objects.unscoped("test").get(action="enterprises.contact")
    assert entry.after["phone"] == "138****2046"


def test_member_is_made_once_and_needs_an_enterprise_role(units, actor) -> None:
    firm = make_enterprise(units["C1"])
    member = make_member(firm)
    again = make_member(firm, member.user)
    assert again.pk == member.pk
    with pytest.raises(Refused, match="没有可在企业担任"):
        commands.add_member(
            actor=actor, enterprise_id=firm.pk, user_id=make_user().pk,
            role="community_secretary", since=date(2026, 1, 1),
        )  # fmt: skip
    assert EnterpriseMembership.plain.count() == 1
