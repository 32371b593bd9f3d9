"""The tree on any day, one unit, and the forms that change the tree."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from loushi.foundation.core.actor import UNIT, system_actor
from loushi.foundation.core.testing import at, grant, make_actor
from loushi.registry.territory import commands, queries
from loushi.registry.territory.factories import make_district
from loushi.registry.territory.models import Unit, UnitPlacement

pytestmark = pytest.mark.django_db
SYSTEM = system_actor()


@pytest.fixture(autouse=True)
def noon():
    with at("2026-10-12 12:00"):
        yield


@pytest.fixture
def units() -> dict[str, Unit]:
    return make_district()


@pytest.fixture
def acting(monkeypatch: pytest.MonkeyPatch, django_user_model: Any) -> Any:
    """Logs in with grants made by hand (accounts stand above this package)."""
    from loushi.registry.accounts import queries as accounts

    user = django_user_model.objects.create_user("keeper", "x", name="区划员")

    def enter(path: str, *permissions: str) -> Client:
        actor = make_actor(user.pk, grants=[grant("keeper", UNIT, path, *permissions)])
        monkeypatch.setattr(accounts, "actor_for", lambda *_args, **_more: actor)
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return enter


def test_the_tree_shows_any_day(units: dict[str, Unit], acting: Any) -> None:
    client = acting(units["Q"].path, "territory.view")
    commands.rename_unit(
        actor=SYSTEM, unit_id=units["C1"].pk, name="望澜商务社区", on=date(2026, 10, 12)
    )
    today = client.get(reverse("territory:tree")).content.decode()
    assert "望澜商务社区" in today
    before = client.get(reverse("territory:tree"), {"on": "2026-10-11"}).content.decode()
    assert "望澜商务社区" not in before.partition("<main")[2]  # the frame speaks of today
    assert client.get(reverse("territory:tree"), {"on": "2019-01-01"}).status_code == 200
    assert client.get(reverse("territory:tree"), {"on": "2019-99-01"}).status_code == 200


def test_a_unit_tells_its_life(units: dict[str, Unit], acting: Any) -> None:
    client = acting(units["Q"].path, "territory.view")
    commands.merge_units(
        actor=SYSTEM, unit_ids=[units["C2"].pk], heir_id=units["C1"].pk, on=date(2026, 10, 12)
    )
    page = client.get(reverse("territory:unit", args=[units["C2"].pk])).content.decode()
    assert "并入 第1商务社区" in page
    assert client.get(reverse("territory:unit", args=[999])).status_code == 404


@pytest.mark.parametrize("name", ["found", "rename", "move", "merge", "split"])
def test_only_those_who_may_open_the_forms(units: dict[str, Unit], acting: Any, name: str) -> None:
    address = reverse(f"territory:{name}", args=[units["C1"].pk])
    reader = acting(units["Q"].path, "territory.view")
    before = list(UnitPlacement.objects.values())
    assert reader.get(address).status_code == 403
    assert reader.post(address, {"name": "x", "on": "2026-10-12"}).status_code == 403
    neighbour = acting(units["C2"].path, "territory.change")
    assert neighbour.get(address).status_code == 403
    assert list(UnitPlacement.objects.values()) == before
    assert acting(units["Q"].path, "territory.change").get(address).status_code == 200


def test_a_move_shows_first_what_it_takes_along(units: dict[str, Unit], acting: Any) -> None:
    client = acting(units["Q"].path, "territory.change")
    address = reverse("territory:move", args=[units["C1-G1"].pk])
    form = {"parent": units["C2"].pk, "on": "2026-10-12", "why": ""}
    page = client.post(address, form)
    assert page.status_code == 200
    assert "第1-1片区" in page.content.decode()
    assert queries.path_on(units["C1-G1"].pk) == units["C1-G1"].path
    assert client.post(address, form | {"confirm": "1"}).status_code == 302
    assert queries.path_on(units["C1-G1"].pk).startswith(units["C2"].path)


def test_founding_renaming_splitting_merging_by_form(units: dict[str, Unit], acting: Any) -> None:
    client = acting(units["Q"].path, "territory.change")
    day = {"on": "2026-10-12", "why": ""}
    new = {"parent": units["C1"].pk, "kind": "grid", "code": "C1-G3", "name": "新片区",
           "prefix": "", "feature": "", "source": ""}  # fmt: skip
    below = reverse("territory:found", args=[units["C1"].pk])
    assert client.post(below, new | day).status_code == 302
    grid = Unit.objects.get(code="C1-G3")
    client.post(reverse("territory:rename", args=[grid.pk]), day | {"name": "东清片区"})
    assert queries.get_unit(grid.pk).name == "东清片区"
    part = {"heirs": "1", "heir_1_code": "C3", "heir_1_name": "东清商务社区",
            f"child_{grid.pk}": "1", "confirm": "1"}  # fmt: skip
    apart = reverse("territory:split", args=[units["C1"].pk])
    assert client.post(apart, day | part).status_code == 302
    heir = Unit.objects.get(code="C3")
    assert queries.path_on(grid.pk).startswith(heir.path)
    merge = {"on": "2026-10-13", "why": "", "units": [heir.pk], "confirm": "1"}
    assert client.post(reverse("territory:merge", args=[units["C2"].pk]), merge).status_code == 302
    assert queries.path_on(heir.pk, date(2026, 10, 13)) == ""


def halves(units: dict[str, Unit]) -> dict[str, Any]:
    """C1 goes to a new community and to C2, one grid each."""
    return {
        "on": "2026-10-12", "why": "区委〔2026〕9 号", "heirs": "2", "dissolve": "on",
        "heir_1_code": "C9", "heir_1_name": "东清商务社区", "heir_1_prefix": "dq",
        "heir_2_unit": str(units["C2"].pk),
        f"child_{units['C1-G1'].pk}": "1", f"child_{units['C1-G2'].pk}": "2",
    }  # fmt: skip


def test_a_unit_is_dissolved_into_several_heirs(units: dict[str, Unit], acting: Any) -> None:
    client = acting(units["Q"].path, "territory.change")
    address = reverse("territory:split", args=[units["C1"].pk])
    page = client.post(address, halves(units))
    assert page.status_code == 200
    text = page.content.decode()
    assert "承接单元 1·东清商务社区" in text
    assert "承接单元 2·第2商务社区" in text
    assert "原单元从这一天起撤销" in text
    assert queries.path_on(units["C1"].pk) == units["C1"].path  # only looked at so far
    assert client.post(address, halves(units) | {"confirm": "1"}).status_code == 302
    new = Unit.objects.get(code="C9")
    assert (new.prefix, queries.path_on(units["C1"].pk)) == ("DQ", "")
    assert queries.path_on(units["C1-G1"].pk).startswith(new.path)
    assert queries.path_on(units["C1-G2"].pk).startswith(units["C2"].path)
    assert queries.heirs(units["C1"].pk) == new.pk  # the first heir takes what nobody assigned


def test_another_heir_is_offered_without_script_and_keeps_what_was_typed(
    units: dict[str, Unit], acting: Any
) -> None:
    client = acting(units["Q"].path, "territory.change")
    address = reverse("territory:split", args=[units["C1"].pk])
    page = client.post(address, halves(units) | {"heir_1_name": "", "more": "1"})
    assert page.status_code == 200  # nothing is judged yet
    text = page.content.decode()
    assert 'name="heir_3_name"' in text
    assert 'value="C9"' in text
    assert "新单元的编码和名称都要填写" not in text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"heir_1_name": ""}, "新单元的编码和名称都要填写"),
        ({"heir_2_unit": ""}, "有下级或楼宇划给了它"),
        ({"heir_1_code": "C2"}, "已被使用"),
        ({"child": ""}, "请为这些下级单元选定去向"),
    ],
)
def test_a_split_that_cannot_be_says_why_and_changes_nothing(
    units: dict[str, Unit], acting: Any, typed: dict[str, str], sentence: str
) -> None:
    client = acting(units["Q"].path, "territory.change")
    form = halves(units) | {"confirm": "1"}
    if "child" in typed:
        form[f"child_{units['C1-G2'].pk}"] = ""
    before = list(UnitPlacement.objects.values())
    page = client.post(reverse("territory:split", args=[units["C1"].pk]), form | typed)
    assert page.status_code == 422
    text = page.content.decode()
    assert sentence in text
    assert "区委〔2026〕9 号" in text
    assert list(UnitPlacement.objects.values()) == before


def test_a_refusal_stands_beside_its_field(units: dict[str, Unit], acting: Any) -> None:
    client = acting(units["Q"].path, "territory.change")
    address = reverse("territory:rename", args=[units["C1"].pk])
    page = client.post(address, {"name": "第1商务社区", "on": "2026-10-12"})
    assert page.status_code == 422
    assert "新名称与原名称相同" in page.content.decode()


def test_hosts_and_details(units: dict[str, Unit], acting: Any) -> None:
    client = acting(units["Q"].path, "territory.change")
    commands.save_residential_communities(
        actor=SYSTEM, rows=[{"code": "330105001001", "name": "长庆街社区"}]
    )
    address = reverse("territory:add_host", args=[units["C1"].pk])
    client.post(address, {"community": "没有的", "since": "2026-10-12"})
    assert not queries.hosts_of(units["C1"].pk)
    client.post(address, {"community": "长庆街社区", "since": "2026-10-01"})
    (host,) = queries.hosts_of(units["C1"].pk)
    client.post(reverse("territory:end_host", args=[units["C1"].pk, host.pk]))
    assert not queries.hosts_of(units["C1"].pk)
    client.post(reverse("territory:details", args=[units["C1"].pk]), {"feature": "金融"})
    assert queries.get_unit(units["C1"].pk).feature == "金融"
