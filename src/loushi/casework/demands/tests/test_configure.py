"""Categories and service levels: who may change them, what a refusal leaves, what is recorded."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from loushi.casework.demands.commands import configure
from loushi.casework.demands.commands.configure import LevelValues
from loushi.casework.demands.factories import World
from loushi.casework.demands.models import DemandCategory
from loushi.foundation.audit.models import Entry
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.clocks import Limit, LimitKind, service_level_for
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.models import ServiceLevel
from loushi.foundation.core.testing import make_actor
from loushi.registry.accounts.factories import make_staff
from loushi.registry.territory.models import Unit

ADMIN = make_actor(path="000001", permissions=["demands.configure"])


@pytest.mark.django_db
def test_the_shipped_list_has_two_levels_and_installs_once() -> None:
    assert configure.install_default_categories() == len(configure.shipped_categories())
    assert configure.install_default_categories() == 0
    tops = DemandCategory.objects.filter(parent=None).order_by("position")
    assert [row.name for row in tops][:5] == [
        "党群建设", "经济服务", "民生保障", "城市管理", "综合治理",
    ]  # fmt: skip
    for row in DemandCategory.objects.filter(parent__isnull=False).select_related("parent"):
        assert row.parent is not None
        assert row.code.startswith(f"{row.parent.code}.")
        assert row.name_en


@pytest.mark.django_db
def test_what_a_district_renamed_stays_renamed() -> None:
    configure.install_default_categories()
    row = DemandCategory.objects.get(code="30.01")
    configure.rename_category(actor=ADMIN, category_id=row.pk, name="食堂与就餐")
    configure.switch_category(actor=ADMIN, category_id=row.pk, active=False)
    configure.install_default_categories()
    row.refresh_from_db()
    assert (row.name, row.is_active) == ("食堂与就餐", False)
    entry = Entry.objects.unscoped("test").filter(action="demands.category_renamed").get()
    assert (entry.before["name"], entry.after["name"]) == ("就餐", "食堂与就餐")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "name", "field"),
    [("30.01", "重复", "code"), ("31.01", "不在上级之下", "code"), ("30.99", "", "name")],
)
def test_a_wrong_category_is_refused_and_nothing_changes(code: str, name: str, field: str) -> None:
    configure.install_default_categories()
    before = DemandCategory.objects.count()
    parent = DemandCategory.objects.get(code="30")
    with pytest.raises(Refused) as refused:
        configure.add_category(actor=ADMIN, code=code, name=name, parent_id=parent.pk)
    assert [error.field for error in refused.value.errors] == [field]
    assert DemandCategory.objects.count() == before


@pytest.mark.django_db
def test_without_the_permission_nothing_changes() -> None:
    with pytest.raises(Denied):
        configure.install_default_categories(actor=make_actor())
    with pytest.raises(Denied):
        configure.set_level(
            actor=make_actor(), values=LevelValues(date(2026, 1, 1), None, None, None)
        )
    assert not DemandCategory.objects.exists()
    assert not ServiceLevel.objects.exists()


@pytest.mark.django_db
def test_a_new_level_holds_from_its_day_and_is_recorded(world: World) -> None:
    today = timezone.localdate()
    limit = Limit(LimitKind.WORKING_DAYS, 3)
    configure.set_level(
        actor=ADMIN,
        values=LevelValues(today, None, None, limit, category_code="30", source="区办发 12 号"),
    )
    held = service_level_for("demand", "30.01", "normal", "community", today)
    assert held is not None
    assert held.limit("resolve") == limit
    day_before = today - timedelta(days=1)
    earlier = service_level_for("demand", "30.01", "normal", "community", day_before)
    assert earlier is not None
    assert earlier.limit("resolve") == Limit(LimitKind.WORKING_DAYS, 5)
    entry = Entry.objects.unscoped("test").get(action="demands.level_set")
    assert entry.after["resolve"] == "3 working_days"
    assert entry.why == "区办发 12 号"


@pytest.mark.django_db
def test_a_level_without_any_limit_is_refused(world: World) -> None:
    before = ServiceLevel.objects.count()
    with pytest.raises(Refused):
        configure.set_level(actor=ADMIN, values=LevelValues(timezone.localdate(), None, None, None))
    assert ServiceLevel.objects.count() == before


def test_the_pages_are_for_the_administrator(world: World) -> None:
    configure.install_default_categories(actor=system_actor())
    district = Unit.objects.get(code="D")
    client = Client()
    client.force_login(make_staff("system_admin", district))
    row = DemandCategory.objects.get(code="20.03")
    for address in (
        "/demands/settings/", "/demands/settings/categories/new/?parent=1",
        f"/demands/settings/categories/{row.pk}/", "/demands/settings/levels/new/",
    ):  # fmt: skip
        assert client.get(address).status_code == 200, address
    client.post(f"/demands/settings/categories/{row.pk}/", {"name": "融资"})
    wrong = client.post("/demands/settings/categories/new/", {"code": "20.03", "name": "又一个"})
    row.refresh_from_db()
    assert (row.name, wrong.status_code) == ("融资", 422)
    client.post(f"/demands/settings/categories/{row.pk}/switch/", {"active": "0"})
    row.refresh_from_db()
    assert not row.is_active
    posted = client.post(
        "/demands/settings/levels/new/",
        {
            "resolve_amount": "4", "resolve_kind": "working_days", "accept_kind": "working_minutes",
            "contact_kind": "working_days", "valid_from": "2026-12-01", "urgency": "normal",
        },
    )  # fmt: skip
    assert posted.status_code == 302
    assert ServiceLevel.objects.filter(resolve_amount=4, urgency="normal", tier="").exists()
    stranger = Client()
    stranger.force_login(make_staff("window_clerk", world.here))
    assert stranger.get("/demands/settings/").status_code == 403
    assert (
        stranger.post(f"/demands/settings/categories/{row.pk}/switch/", {"active": "1"}).status_code
        == 403
    )
    row.refresh_from_db()
    assert not row.is_active
