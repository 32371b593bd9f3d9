"""Pages of enterprises, as people in their roles open them."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.testing import make_actor
from loushi.registry.accounts.factories import PASSWORD, make_staff, make_user
from loushi.registry.buildings.factories import make_building, make_space
from loushi.registry.enterprises.exports import EnterpriseExporter
from loushi.registry.enterprises.factories import (
    make_contact,
    make_enterprise,
    make_member,
    make_tenancy,
    valid_code,
)
from loushi.registry.enterprises.models import Enterprise, SignUp
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def units():
    return make_district()


@pytest.fixture
def secretary(units):
    return client_of(make_staff("community_secretary", units["C1"]))


@pytest.fixture
def recorder(units):
    """Who must say what for before seeing a phone number."""
    return client_of(make_staff("information_officer", units["C1"]))


def form_of(enterprise: Enterprise, **changes: str) -> dict[str, str]:
    return {
        "name": enterprise.name,
        "credit_code": enterprise.credit_code or "",
        "business_kind": "company",
        "status": "operating",
        **changes,
    }


def sign_up_form(units, **changes: str) -> dict[str, str]:
    return {
        "credit_code": valid_code(7),
        "enterprise_name": "临漕云栈科技有限公司",
        "unit_id": str(units["C1"].pk),
        "contact_name": "许念青",
        "phone": "13812342046",
        "username": "xu.nianqing",
        "password": PASSWORD,
        **changes,
    }


def test_list_shows_own_community_only(units, secretary) -> None:
    make_enterprise(units["C1"], name="云栈科技")
    make_enterprise(units["C2"], name="邻区贸易")
    text = secretary.get(reverse("enterprises:list")).content.decode()
    assert "云栈科技" in text
    assert "邻区贸易" not in text


def test_list_filters(units, secretary) -> None:
    tower = make_building(units["C1"])
    here = make_enterprise(units["C1"], name="云栈科技", industry_id="65", size="small")
    make_tenancy(here, tower, presence="here_only")
    make_enterprise(units["C1"], name="半亩食集", industry_id="62", size="micro")
    page = reverse("enterprises:list")
    for asked in (
        {"section": "I"}, {"size": "small"}, {"presence": "here_only"}, {"q": "云栈"},
        {"q": here.credit_code}, {"building": tower.pk},
    ):  # fmt: skip
        text = secretary.get(page, asked).content.decode()
        assert "云栈科技" in text, asked
        assert "半亩食集" not in text, asked


def test_list_takes_as_many_queries_for_2_and_20_rows(units, secretary, same_queries) -> None:
    tower = make_building(units["C1"])

    def grow(count: int) -> None:
        for _number in range(count):
            firm = make_enterprise(units["C1"], industry_id="65")
            make_tenancy(firm, tower)
            make_contact(firm)

    columns = ["place", "presence", "contact", "staff", "code"]
    same_queries(lambda: secretary.get(reverse("enterprises:list"), {"columns": columns}), grow)


def test_page_tells_places_contacts_and_facts(units, secretary) -> None:
    tower = make_building(units["C1"], name="望澜中心")
    firm = make_enterprise(units["C1"], name="云栈科技")
    make_tenancy(firm, tower, space_number="1703")
    make_contact(firm)
    text = secretary.get(reverse("enterprises:page", args=[firm.pk])).content.decode()
    assert "望澜中心 1703" in text
    assert "13812342046" in text  # 书记 may see phones directly


def test_neighbour_gets_404(units, secretary) -> None:
    firm = make_enterprise(units["C2"])
    for name in ("page", "edit", "move_in", "contact"):
        assert secretary.get(reverse(f"enterprises:{name}", args=[firm.pk])).status_code == 404


def test_phone_is_masked_until_a_purpose_is_given(units, recorder) -> None:
    firm = make_enterprise(units["C1"])
    contact = make_contact(firm)
    page = reverse("enterprises:page", args=[firm.pk])
    text = recorder.get(page).content.decode()
    assert "138****2046" in text
    assert "13812342046" not in text
    address = reverse("enterprises:reveal", args=[contact.pk])
    refused = recorder.post(address, {"purpose": "看"})
    assert refused.status_code == 422
    assert "13812342046" not in refused.content.decode()
    looks = Entry.objects.unscoped("test").filter(action="enterprises.look")
    assert not looks.exists()
    shown = recorder.post(address, {"purpose": "核实诉求地点"})
    assert "13812342046" in shown.content.decode()
    assert looks.get().why == "核实诉求地点"


def test_phone_stays_hidden_from_those_who_need_it_not(units) -> None:
    firm = make_enterprise(units["C1"])
    contact = make_contact(firm)
    viewer = client_of(make_staff("party_instructor", units["C1"]))
    text = viewer.get(reverse("enterprises:page", args=[firm.pk])).content.decode()
    assert "138****2046" in text
    assert "查看号码" not in text
    address = reverse("enterprises:reveal", args=[contact.pk])
    assert viewer.post(address, {"purpose": "核实诉求地点"}).status_code == 403
    assert not Entry.objects.unscoped("test").filter(action="enterprises.look").exists()


def test_wrong_code_is_explained_and_nothing_is_registered(units, secretary) -> None:
    code = valid_code(3)
    wrong = code[:11] + "O" + code[12:]
    answer = secretary.post(
        reverse("enterprises:create"),
        {"name": "云栈科技", "credit_code": wrong, "business_kind": "company",
         "status": "operating", "unit_id": units["C1"].pk},
    )  # fmt: skip
    assert answer.status_code == 422
    assert "第 12 位是字母 O，疑似数字 0" in answer.content.decode()
    assert not Enterprise.plain.exists()


def test_known_code_names_no_holder(units, secretary) -> None:
    held = make_enterprise(units["C2"], name="邻区贸易有限公司")
    answer = secretary.post(
        reverse("enterprises:create"), form_of(held, name="别的名字", unit_id=str(units["C1"].pk))
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "申请关联" in text
    assert "邻区贸易" not in text
    assert Enterprise.plain.count() == 1


def test_register_move_in_and_out(units, secretary) -> None:
    tower = make_building(units["C1"], name="望澜中心")
    room = make_space(tower, "1703")
    made = secretary.post(
        reverse("enterprises:create"),
        {"name": "云栈科技", "business_kind": "company", "status": "operating",
         "unit_id": units["C1"].pk},
        follow=True,
    )  # fmt: skip
    assert "请接着登记入驻" in made.content.decode()
    firm = Enterprise.plain.get()
    secretary.post(
        reverse("enterprises:move_in", args=[firm.pk]),
        {"building_id": tower.pk, "space_number": "1703", "presence": "here_registered",
         "since": "2026-01-05"},
    )  # fmt: skip
    tenancy = firm.tenancies.get()
    assert tenancy.space_id == room.pk
    secretary.post(
        reverse("enterprises:move_out", args=[tenancy.pk]), {"on": "2026-02-01", "why": "到期不续"}
    )
    tenancy.refresh_from_db()
    assert tenancy.until is not None


def test_export_needs_its_permission_and_masks_phones(units, recorder) -> None:
    make_contact(make_enterprise(units["C1"]))
    page = reverse("enterprises:list")
    assert recorder.get(page, {"export": "csv"}).status_code == 403
    exporter = make_actor(
        path=units["C1"].path, permissions=["enterprises.view", "enterprises.export"]
    )
    lines = list(EnterpriseExporter.rows(exporter))
    assert [line.phone for line in lines] == ["138****2046"]


def test_stranger_signs_up_and_the_community_approves(units, secretary) -> None:
    stranger = Client()
    assert "企业自助注册" in stranger.get(reverse("enterprises:sign_up")).content.decode()
    answer = stranger.post(reverse("enterprises:sign_up"), sign_up_form(units), follow=True)
    assert "等社区核对" in answer.content.decode()
    waiting = SignUp.plain.get()
    review = reverse("enterprises:review", args=[waiting.pk])
    assert "临漕云栈科技有限公司" in secretary.get(review).content.decode()
    secretary.post(reverse("enterprises:approve", args=[waiting.pk]))
    person = client_of(waiting.user)
    text = person.get(reverse("enterprises:own")).content.decode()
    assert "临漕云栈科技有限公司" in text


def test_sign_up_with_a_known_code_offers_to_join_and_names_nobody(units) -> None:
    held = make_enterprise(units["C1"], name="真名不外露有限公司")
    stranger = Client()
    form = sign_up_form(units, credit_code=held.credit_code)
    answer = stranger.post(reverse("enterprises:sign_up"), form)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "申请关联" in text
    assert "真名不外露" not in text
    assert not SignUp.plain.exists()
    answer = stranger.post(reverse("enterprises:sign_up"), {**form, "join": "1"}, follow=True)
    assert SignUp.plain.get().enterprise_id == held.pk


def test_refusal_reaches_the_person(units, secretary) -> None:
    Client().post(reverse("enterprises:sign_up"), sign_up_form(units))
    waiting = SignUp.plain.get()
    address = reverse("enterprises:refuse", args=[waiting.pk])
    assert secretary.post(address, {"reason": ""}).status_code == 422
    waiting.refresh_from_db()
    assert waiting.state == "waiting"
    secretary.post(address, {"reason": "请先到窗口核对营业执照"})
    person = client_of(waiting.user)
    text = person.get(reverse("enterprises:own"), follow=True).content.decode()
    assert "请先到窗口核对营业执照" in text
    assert Enterprise.plain.count() == 0


def test_neighbour_cannot_decide(units) -> None:
    Client().post(reverse("enterprises:sign_up"), sign_up_form(units))
    waiting = SignUp.plain.get()
    neighbour = client_of(make_staff("community_secretary", units["C2"]))
    for name in ("review", "approve"):
        address = reverse(f"enterprises:{name}", args=[waiting.pk])
        answer = neighbour.get(address) if name == "review" else neighbour.post(address)
        assert answer.status_code == 404
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_own_page_shows_own_enterprise_only(units) -> None:
    mine = make_enterprise(units["C1"], name="云栈科技")
    other = make_enterprise(units["C1"], name="半亩食集")
    person = client_of(make_member(mine).user)
    assert "云栈科技" in person.get(reverse("enterprises:own")).content.decode()
    assert person.get(reverse("enterprises:page", args=[other.pk])).status_code == 404


def test_person_without_enterprise_is_led_to_sign_up(units) -> None:
    person = client_of(make_user())
    text = person.get(reverse("enterprises:own"), follow=True).content.decode()
    assert "您还没有关联企业" in text


def test_form_shows_what_is_stored_and_saving_it_unchanged_changes_nothing(units) -> None:
    """The second community where a firm sits may correct it, without touching its home."""
    firm = make_enterprise(
        units["C1"], industry_id="65", size="small", established_on=date(2019, 5, 20),
        staff_count=12, registered_address="桐川路 66 号",
    )  # fmt: skip
    make_tenancy(firm, make_building(units["C2"]), is_main=False)
    Enterprise.plain.update(unit=units["C1"], unit_path=units["C1"].path)
    second = client_of(make_staff("community_secretary", units["C2"]))
    address = reverse("enterprises:edit", args=[firm.pk])
    before = Enterprise.plain.values().get()
    form = second.get(address).context["form"]
    shown = {field.name: field.value() for field in form}
    page = second.get(address).content.decode()
    assert 'value="2019-05-20"' in page
    typed = {name: "" if value is None else value for name, value in shown.items()}
    answer = second.post(address, typed)
    assert answer.status_code == 302
    assert Enterprise.plain.values().get() == before
    second.post(address, {**typed, "short_name": "云栈"})
    firm.refresh_from_db()
    assert (firm.short_name, firm.unit_id) == ("云栈", units["C1"].pk)
