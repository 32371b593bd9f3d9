"""The fictional district: deterministic, whole, with valid codes and no broken promise."""

from datetime import date

import pytest

from loushi.casework.demands.models import Demand, DemandClock
from loushi.casework.demands.workflow import OPEN
from loushi.demo import commands
from loushi.demo.tests.conftest import small
from loushi.foundation.core.errors import Conflict
from loushi.registry.accounts.models import Appointment, Role, User
from loushi.registry.accounts.queries import actor_for
from loushi.registry.buildings.models import Building
from loushi.registry.enterprises.commands.credit_code import is_valid
from loushi.registry.enterprises.models import Enterprise, Tenancy
from loushi.registry.leads.models import InvestmentLead
from loushi.registry.territory.models import Unit

pytestmark = pytest.mark.slow


def numbers() -> list[tuple[str, str, str, object]]:
    rows = Demand.objects.unscoped("test").order_by("id")
    return list(rows.values_list("title", "state", "unit_path", "submitted_at"))


def test_the_district_has_the_size_of_its_template(district: None) -> None:
    assert Building.objects.unscoped("t").count() == 10
    landed = InvestmentLead.objects.unscoped("t").filter(state="moved_in").count()
    assert Enterprise.objects.unscoped("t").count() == 60 + landed
    assert Demand.objects.unscoped("t").count() == 120
    assert Unit.objects.filter(kind="micro_grid").count() == 10


def test_one_tower_holds_the_health_cluster_and_one_post_landed_firms(district: None) -> None:
    from loushi.registry.leads.models import Referral

    tower = Building.objects.unscoped("t").get(name="东清大厦")
    health = Tenancy.objects.unscoped("t").filter(
        building=tower, enterprise__industry__section="Q", until__isnull=True
    )
    assert health.exclude(presence="registered_only").count() == small().cluster
    assert health.filter(since__gt=date(2025, 1, 1)).count() >= small().cluster // 2
    landed = Referral.objects.unscoped("t").filter(lead__state="moved_in")
    assert landed.values("post").distinct().count() == 1
    assert landed.count() == small().landed


def test_every_credit_code_is_valid_and_used_once(district: None) -> None:
    codes = list(Enterprise.objects.unscoped("t").values_list("credit_code", flat=True))
    assert all(code and is_valid(code) for code in codes)
    assert len(set(codes)) == len(codes)


def test_everything_lies_within_the_tree(district: None) -> None:
    paths = set(Unit.objects.values_list("path", flat=True))
    for model in (Building, Enterprise, Tenancy, Demand):
        found = set(model.objects.unscoped("t").values_list("unit_path", flat=True))
        assert found <= paths


def test_running_clocks_belong_to_open_demands_only(district: None) -> None:
    stray = (
        DemandClock.objects.unscoped("t").filter(stopped_at=None).exclude(demand__state__in=OPEN)
    )
    assert not stray.exists()


def test_each_account_of_the_list_can_log_in_and_holds_its_role(district: None) -> None:
    rows = commands.accounts()
    assert len({row["role"] for row in rows}) == len(rows) >= 15
    for row in rows:
        user = User.objects.get(username=row["username"])
        assert user.check_password(row["password"])
    assert Appointment.objects.unscoped("t").filter(user__username="clerk1").exists()


def test_every_role_of_the_system_has_an_account_to_try(district: None) -> None:
    """Held in fact, not only named in the list: each account enters with the role's rights."""
    held = set()
    for row in commands.accounts():
        user = User.objects.get(username=row["username"])
        held |= {grant.role for grant in actor_for(user, date(2026, 11, 20)).grants}
    assert set(Role.objects.filter(is_active=True).values_list("code", flat=True)) <= held


def test_a_second_district_is_refused(district: None) -> None:
    before = numbers()
    with pytest.raises(Conflict):
        commands.build(shape=small())
    assert numbers() == before
