"""The pages of policies: a form without codes, lists, the phone, the file, the import."""

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from loushi.foundation.transfer.commands import ImportContext
from loushi.registry.accounts.commands import issue_token
from loushi.services.catalogue import commands
from loushi.services.catalogue.factories import make_policy
from loushi.services.catalogue.imports import PolicyImporter
from loushi.services.catalogue.models import Declaration, Policy, PushRefusal

WHY = "test"
SMALL = {"fact": "size", "values": ["small", "micro"]}
URL = "/catalogue/"


def test_a_clerk_ticks_and_types_the_conditions(place: Any, client_of: Any) -> None:
    clerk = client_of("clerk")
    given = {
        "title": "科创券", "unit_id": place.units["C1"].pk, "issuer": "科技局",
        "all-sections": ["I"], "all-codes": "73", "all-size": ["small", "micro"],
        "all-age_low": "1", "all-asked": "发明专利不少于 1 件\n无失信记录",
        "any-staff_low": "10", "any-registered": ["inside"],
    }  # fmt: skip
    wrong = clerk.post(f"{URL}new/", given | {"all-codes": "9999x", "title": ""})
    assert wrong.status_code == 422
    assert "行业目录里没有代码“9999x”" in wrong.content.decode()
    assert "无失信记录" in wrong.content.decode()
    assert not Policy.objects.unscoped(WHY).exists()
    assert clerk.post(f"{URL}new/", given).status_code == 302
    row = Policy.objects.unscoped(WHY).get()
    assert row.conditions == {
        "all": [
            {"fact": "industry", "values": ["I", "M73"]},
            {"fact": "size", "values": ["small", "micro"]},
            {"fact": "age", "low": 1.0, "high": None},
            {"fact": "asked", "text": "发明专利不少于 1 件"},
            {"fact": "asked", "text": "无失信记录"},
        ],
        "any": [
            {"fact": "registered", "values": ["inside"]},
            {"fact": "staff", "low": 10, "high": None},
        ],
    }
    page = clerk.get(f"{URL}{row.pk}/edit/").content.decode()
    assert 'value="73"' in page
    assert "发明专利不少于 1 件" in page
    again = clerk.post(f"{URL}{row.pk}/edit/", given | {"version": "1", "why": "x"})
    assert again.status_code == 302
    row.refresh_from_db()
    assert row.version == 1, "nothing changed, no new version"
    assert "行业：信息传输" in clerk.get(f"{URL}{row.pk}/").content.decode()


def test_the_list_of_firms_goes_out_under_the_same_right(place: Any, client_of: Any) -> None:
    policy = make_policy(place.units["C1"], SMALL)
    page = client_of("secretary").get(f"{URL}{policy.pk}/firms/").content.decode()
    assert "新芽科技" in page
    assert "邻区科技" not in page
    file = client_of("secretary").get(f"{URL}{policy.pk}/firms/?group=unknown&export=xlsx")
    cells = [[cell.value for cell in line] for line in load_workbook(io.BytesIO(
        b"".join(file) if file.streaming else file.content
    )).active.iter_rows()]  # fmt: skip
    assert cells[-1][0] == "空白商行"
    assert "登记册里没有规模" in str(cells[-1])
    assert client_of("clerk").get(f"{URL}{policy.pk}/firms/?export=xlsx").status_code == 403
    for name, status in (("neighbour", 404), ("boss", 403), ("employee", 403)):
        assert client_of(name).get(f"{URL}{policy.pk}/firms/").status_code == status


def test_on_the_phone_of_the_firm(place: Any, client_of: Any) -> None:
    policy = make_policy(place.units["Q"], SMALL, {"fact": "staff", "low": 20, "high": None})
    boss = client_of("boss")
    page = boss.get(f"{URL}own/").content.decode()
    assert "差一项" in page
    assert "本企业：8 人" in page
    assert boss.get(URL).status_code == 302
    boss.post(f"{URL}own/{policy.pk}/declare/", {"to": "interested"})
    boss.post(f"{URL}own/{policy.pk}/declare/", {"to": "declared"})
    row = Declaration.objects.unscoped(WHY).get()
    assert row.state == "declared"
    boss.post(f"{URL}own/{policy.pk}/declare/", {"to": "granted"}, follow=True)
    row.refresh_from_db()
    assert row.state == "declared"
    boss.post(f"{URL}own/pushes/", {"wanted": "0"})
    assert PushRefusal.objects.unscoped(WHY).get().enterprise == place.firms["young"]
    assert "恢复推送" in boss.get(f"{URL}own/").content.decode()
    assert client_of("employee").get(f"{URL}own/").status_code == 403


def test_staff_see_them_on_the_firms_page_and_move_declarations(place: Any, client_of: Any) -> None:
    policy, firm = make_policy(place.units["C1"], SMALL), place.firms["young"]
    clerk = client_of("clerk")
    assert policy.title in clerk.get(f"/enterprises/{firm.pk}/").content.decode()
    row = commands.begin_declaration(
        actor=place.actors["boss"], policy_id=policy.pk, enterprise_id=firm.pk
    )
    url = f"{URL}declarations/{row.pk}/"
    assert client_of("neighbour").post(url, {"to": "declared"}).status_code == 404
    assert client_of("boss").post(url, {"to": "declared"}).status_code == 403
    assert clerk.post(url, {"to": "declared", "on": "2026-11-02"}).status_code == 302
    assert clerk.post(url, {"to": "granted", "on": "2026-11-02"}).status_code == 422
    row.refresh_from_db()
    assert row.state == "declared"


def test_publishing_and_pushing_by_button(place: Any, client_of: Any) -> None:
    policy = make_policy(place.units["C1"], SMALL, published=False)
    clerk, act = client_of("clerk"), f"{URL}{policy.pk}/do"
    told = clerk.post(f"{act}/push/", follow=True).content.decode()
    assert "请先发布" in told
    clerk.post(f"{act}/publish/")
    assert "已推送给 2 家企业" in clerk.post(f"{act}/push/", follow=True).content.decode()
    assert client_of("neighbour").post(f"{act}/withdraw/").status_code == 404
    assert clerk.post(f"{act}/nothing/").status_code == 404
    policy.refresh_from_db()
    assert policy.state == "published"


def test_the_api_says_the_same(place: Any, client_of: Any) -> None:
    policy = make_policy(place.units["C1"], SMALL)
    secret = issue_token(username=place.users["clerk"].username)
    head = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    client = client_of("neighbour")
    client.logout()
    base = "/api/v1/catalogue"
    found = client.get(f"{base}/{policy.pk}/firms?group=unknown", **head).json()
    assert found["counts"] == {"met": 2, "asked": 0, "unknown": 1, "near": 0, "no": 0}
    assert found["items"][0]["reasons"][0]["verdict"] == "unknown"
    fits = client.get(f"{base}/enterprises/{place.firms['young'].pk}", **head).json()
    assert [(one["title"], one["group"]) for one in fits] == [(policy.title, "met")]
    assert client.get(f"{base}/enterprises/{place.firms['far'].pk}", **head).status_code == 404
    assert client.get(f"{base}/resources", **head).json()["items"] == []
    assert client.get(f"{base}", **head).json()["count"] == 1
    assert client.get(f"{base}/{policy.pk}", **head).json()["conditions"] == policy.conditions


@pytest.mark.parametrize("count", [2, 20])
def test_the_lists_ask_as_often_for_twenty_as_for_two(
    place: Any, client_of: Any, count: int, django_assert_max_num_queries: Any
) -> None:
    for n in range(count):
        make_policy(place.units["C1"], SMALL, title=f"政策{n}")
    client = client_of("clerk")
    client.get(URL)
    with django_assert_max_num_queries(26):
        client.get(URL)
    boss = client_of("boss")
    boss.get(f"{URL}own/")
    with django_assert_max_num_queries(26):
        boss.get(f"{URL}own/")


def test_an_import_reads_conditions_in_words(place: Any) -> None:
    context = ImportContext(actor=place.actors["leader"], permission="catalogue.import")
    importer = PolicyImporter(context)
    said: Any = {
        "industry": "I 73", "sizes": "小型、微型", "age_low": 1,
        "asked": "1、专利不少于 1 件； 2、企业在本省注册时间满3年\n3、无失信",
    }  # fmt: skip
    importer.prepare([said])
    assert importer._conditions(said) == {
        "all": [
            {"fact": "industry", "values": ["I", "M73"]},
            {"fact": "size", "values": ["small", "micro"]},
            {"fact": "age", "low": 1.0, "high": None},
            {"fact": "asked", "text": "1、专利不少于 1 件"},
            {"fact": "age", "low": 3.0, "high": None},
            {"fact": "asked", "text": "3、无失信"},
        ]
    }
