"""Pages of buildings, as people in their roles open them."""

import pytest
from django.test import Client
from django.urls import reverse

from loushi.registry.accounts.factories import make_staff
from loushi.registry.buildings.factories import make_building, make_space
from loushi.registry.buildings.models import Building
from loushi.registry.enterprises.factories import make_enterprise, make_tenancy
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db


@pytest.fixture
def units():
    return make_district()


@pytest.fixture
def secretary(units):
    client = Client()
    client.force_login(make_staff("community_secretary", units["C1"]))
    return client


def test_list_shows_own_community_only(units, secretary) -> None:
    make_building(units["C1"], name="望澜中心 A 座")
    make_building(units["C2"], name="邻区大厦")
    text = secretary.get(reverse("buildings:list")).content.decode()
    assert "望澜中心 A 座" in text
    assert "邻区大厦" not in text


def test_list_filters_and_clears(units, secretary) -> None:
    make_building(units["C1"], name="望澜中心", grade="甲级")
    make_building(units["C1"], name="临漕大厦", grade="乙级")
    text = secretary.get(reverse("buildings:list"), {"grade": "a"}).content.decode()
    assert "望澜中心" in text
    assert "临漕大厦" not in text
    none = secretary.get(reverse("buildings:list"), {"q": "没有这样的"}).content.decode()
    assert "没有符合条件的楼宇" in none


def test_empty_list_says_what_to_do(secretary) -> None:
    assert "导入楼宇清单" in secretary.get(reverse("buildings:list")).content.decode()


def test_list_takes_as_many_queries_for_2_and_20_rows(units, secretary, same_queries) -> None:
    def grow(count: int) -> None:
        for _number in range(count):
            make_space(make_building(units["C1"]))

    same_queries(lambda: secretary.get(reverse("buildings:list")), grow)


def test_page_draws_the_plan_with_tenants(units, secretary) -> None:
    tower = make_building(units["C1"], name="望澜中心", floors_above=28)
    room = make_space(tower, "1703", area=700)
    make_space(tower, "1704", area=300)
    firm = make_enterprise(units["C1"], name="云栈供应链有限公司", short_name="云栈")
    make_tenancy(firm, tower, space_id=room.pk)
    page = reverse("buildings:page", args=[tower.pk])
    text = secretary.get(page).content.decode()
    assert "云栈" in text
    assert "70.0" in text
    assert "空 300㎡" in text
    beside = secretary.get(page, {"space": room.pk}).content.decode()
    assert "云栈供应链有限公司" in beside
    assert "这间房的租户沿革" in beside


def test_plan_of_a_past_day_has_the_tenants_of_that_day(units, secretary) -> None:
    tower = make_building(units["C1"])
    room = make_space(tower, "1703", area=700)
    firm = make_enterprise(units["C1"], name="云栈供应链有限公司")
    make_tenancy(firm, tower, space_id=room.pk)
    page = reverse("buildings:page", args=[tower.pk])
    text = secretary.get(page, {"on": "2025-12-31"}).content.decode()
    assert "云栈" not in text
    assert "空 700㎡" in text


def test_neighbour_gets_404(units, secretary) -> None:
    tower = make_building(units["C2"])
    for name in ("page", "spaces", "facts", "edit", "create_space", "appoint"):
        answer = secretary.get(reverse(f"buildings:{name}", args=[tower.pk]))
        assert answer.status_code == 404, name


def test_viewer_may_not_change(units) -> None:
    tower = make_building(units["C1"])
    client = Client()
    client.force_login(make_staff("party_instructor", units["C1"]))
    assert client.get(reverse("buildings:page", args=[tower.pk])).status_code == 200
    for name in ("edit", "create_space", "appoint"):
        answer = client.get(reverse(f"buildings:{name}", args=[tower.pk]))
        assert answer.status_code == 403, name
    assert client.get(reverse("buildings:create")).status_code == 403
    assert client.get(reverse("buildings:list"), {"export": "xlsx"}).status_code == 403


def test_form_keeps_what_was_typed_and_names_the_field(units, secretary) -> None:
    answer = secretary.post(
        reverse("buildings:create"),
        {"name": "望澜中心", "unit_id": units["C1"].pk, "longitude": "120.1", "crs": "GCJ02"},
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "经度和纬度要同时填写" in text
    assert "120.1" in text
    assert "望澜中心" not in secretary.get(reverse("buildings:list")).content.decode()


def test_create_edit_and_add_a_room(units, secretary) -> None:
    made = secretary.post(
        reverse("buildings:create"), {"name": "望澜中心", "unit_id": units["C1"].pk}, follow=True
    )
    assert "已登记“望澜中心”" in made.content.decode()
    page = made.redirect_chain[-1][0]
    secretary.post(f"{page}edit/", {"name": "望澜中心 A 座", "unit_id": units["C1"].pk})
    secretary.post(f"{page}spaces/new/", {"number": "1703", "floor_number": 17, "state": "vacant"})
    assert "望澜中心 A 座" in secretary.get(page).content.decode()
    assert "1703" in secretary.get(f"{page}spaces/").content.decode()
    assert "望澜中心 A 座" in secretary.get(f"{page}facts/").content.decode()


def test_export_gives_a_workbook(units, secretary) -> None:
    tower = make_building(units["C1"], name="望澜中心")
    make_space(tower)
    for address in (reverse("buildings:list"), reverse("buildings:spaces", args=[tower.pk])):
        answer = secretary.get(address, {"export": "xlsx"})
        assert answer["Content-Type"].endswith("sheet")
        assert b"".join(answer.streaming_content)[:2] == b"PK"


def test_saving_the_form_unchanged_changes_nothing(units, secretary) -> None:
    tower = make_building(
        units["C1"], name="望澜中心", code="LW-001", longitude="120.1536", latitude="30.3191",
        crs="GCJ02", floors_above=28, lettable_area="38040.5", manager="望澜物业",
        outline={"type": "Polygon", "coordinates": [[[120, 30], [120.001, 30], [120.001, 30.001],
                                                      [120, 30]]]},
    )  # fmt: skip
    address = reverse("buildings:edit", args=[tower.pk])
    before = Building.plain.values().get()
    form = secretary.get(address).context["form"]
    typed = {field.name: "" if field.value() is None else field.value() for field in form}
    assert secretary.post(address, typed).status_code == 302
    assert Building.plain.values().get() == before
