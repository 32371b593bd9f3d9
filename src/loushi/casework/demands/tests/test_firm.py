"""The enterprise's pages: who sees what, what a refusal leaves unchanged, what each page says."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from loushi.casework.demands.commands import make_rating_link, submit_demand
from loushi.casework.demands.commands.submit import Submission
from loushi.casework.demands.factories import World
from loushi.casework.demands.models import Demand, DemandEvent, Rating
from loushi.casework.demands.queries import firm
from loushi.casework.demands.queries.promises import accept_promise
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.testing import at, moment
from loushi.registry.accounts.commands import install_roles
from loushi.registry.accounts.factories import actor_of, make_user
from loushi.registry.accounts.models import Role, User
from loushi.registry.enterprises.models import EnterpriseMembership

WHY = "test"


def member(world: World, role: str, name: str, phone: str = "") -> User:
    """A real person of the enterprise, who can log in."""
    from loushi.foundation.core.actor import system_actor

    install_roles(actor=system_actor())
    user = make_user(name, phone=phone)
    EnterpriseMembership.objects.unscoped(WHY).create(
        enterprise=world.enterprise,
        unit_path=world.enterprise.unit_path,
        user=user,
        role=Role.objects.get(code=role),
        since=date(2020, 1, 1),
    )
    return user


@pytest.fixture
def contact(world: World) -> User:
    return member(world, "enterprise_contact", "陈屿", "13800002046")


@pytest.fixture
def employee(world: World) -> User:
    return member(world, "employee", "周小禾", "13900003057")


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def submitted(world: World, user: User, **fields: object) -> Demand:
    given = {"text": "中午电梯要等二十分钟", "category_id": world.category.pk,
             "contact_phone": user.phone, **fields}  # fmt: skip
    return submit_demand(
        actor=actor_of(user),
        submission=Submission(enterprise_id=world.enterprise.pk, **given),  # type: ignore[arg-type]
    )


def resolved(world: World, user: User) -> Demand:
    demand = world.move(submitted(world, user, building_id=world.tower.pk), "accept", world.clerk())
    world.move(demand, "dispatch", world.clerk(), lead=world.police.pk)
    world.move(demand, "sign", world.handler())
    return world.move(demand, "resolve", world.handler(), verdict="solved", answer="已加开一部。")


def form(world: World, **fields: object) -> dict[str, object]:
    return {
        "text": "桐川路违停堵住卸货口",
        "category": world.category.pk,
        "building": world.tower.pk,
        "urgency": "normal",
        "key": "k-1",
        "enterprise": world.enterprise.pk,
        **fields,
    }


def test_a_contact_sees_all_of_the_firm_an_employee_only_the_own(
    world: World, contact: User, employee: User
) -> None:
    by_contact = submitted(world, contact, text="开业证照")
    by_employee = submitted(world, employee, text="中午排队")
    assert firm.mine(actor_of(contact)).count() == 2
    assert list(firm.mine(actor_of(employee))) == [by_employee]
    assert logged_in(employee).get(f"/demands/mine/{by_contact.pk}/").status_code == 404
    page = logged_in(employee).get("/demands/mine/").content.decode()
    assert "中午排队" in page
    assert "开业证照" not in page


def test_staff_find_nothing_of_their_unit_among_the_own(world: World, contact: User) -> None:
    submitted(world, contact)
    assert not firm.mine(world.clerk()).exists()


def test_an_employee_is_not_told_of_what_others_of_the_firm_asked(
    world: World, contact: User, employee: User
) -> None:
    from loushi.casework.demands.commands.telling import firm_people

    assert set(firm_people(submitted(world, contact))) == {contact.pk}
    assert set(firm_people(submitted(world, employee))) == {contact.pk, employee.pk}


def test_submitting_gives_a_number_and_says_what_happens_next(world: World, contact: User) -> None:
    client = logged_in(contact)
    answer = client.post(reverse("demands:submit"), form(world))
    demand = Demand.objects.unscoped(WHY).get()
    assert answer.headers["Location"] == reverse("demands:sent", args=[demand.pk])
    page = client.get(answer.headers["Location"]).content.decode()
    assert demand.number in page
    assert (demand.side, demand.channel, demand.contact_phone) == (
        "enterprise", "online", "13800002046",
    )  # fmt: skip
    assert demand.submitter_id == contact.pk


def test_pressing_twice_submits_once(world: World, contact: User) -> None:
    client = logged_in(contact)
    first = client.post(reverse("demands:submit"), form(world))
    second = client.post(reverse("demands:submit"), form(world))
    assert first.headers["Location"] == second.headers["Location"]
    assert Demand.objects.unscoped(WHY).count() == 1


def test_an_employee_submits_on_the_employees_side(world: World, employee: User) -> None:
    logged_in(employee).post(reverse("demands:submit"), form(world, hide_name="on"))
    demand = Demand.objects.unscoped(WHY).get()
    assert (demand.side, demand.hide_name) == ("employee", True)


def test_a_wrong_form_keeps_what_was_typed_and_changes_nothing(world: World, contact: User) -> None:
    answer = logged_in(contact).post(reverse("demands:submit"), form(world, category=""))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "桐川路违停堵住卸货口" in page
    assert "请选择归哪一类" in page
    assert not Demand.objects.unscoped(WHY).exists()


def test_nobody_submits_for_another_enterprise(world: World, contact: User) -> None:
    answer = logged_in(contact).post(reverse("demands:submit"), form(world, enterprise=999999))
    assert answer.status_code == 403
    assert not Demand.objects.unscoped(WHY).exists()


def test_a_hidden_name_is_not_told_to_the_handling_unit(world: World, employee: User) -> None:
    from loushi.casework.demands.queries import case

    demand = submitted(world, employee, hide_name=True, building_id=world.tower.pk)
    world.move(demand, "accept", world.clerk())
    world.move(demand, "dispatch", world.clerk(), lead=world.police.pk)
    assert {"contact_name", "contact_phone"} <= case(world.handler(), demand.pk).hidden
    assert case(world.clerk(), demand.pk).contact == "周小禾"


def test_supplying_goes_on_where_it_stopped(world: World, contact: User) -> None:
    demand = submitted(world, contact)
    world.move(demand, "ask_info", world.clerk(), note="请上传 9 月缴费明细。")
    client = logged_in(contact)
    page = client.get(f"/demands/mine/{demand.pk}/").content.decode()
    assert "请上传 9 月缴费明细。" in page
    wrong = client.post(f"/demands/mine/{demand.pk}/supply_info/", {"note": "", "key": "s1"})
    demand.refresh_from_db()
    assert (wrong.status_code, demand.state) == (422, "need_info")
    client.post(f"/demands/mine/{demand.pk}/supply_info/", {"note": "已传", "key": "s1"})
    demand.refresh_from_db()
    assert demand.state == "submitted"


def test_a_second_urging_is_refused_with_a_sentence(world: World, contact: User) -> None:
    demand = world.move(submitted(world, contact), "accept", world.clerk())
    client = logged_in(contact)
    client.post(f"/demands/mine/{demand.pk}/urge/", {"key": "u1"})
    again = client.post(f"/demands/mine/{demand.pk}/urge/", {"key": "u2"})
    demand.refresh_from_db()
    assert (again.status_code, demand.urges) == (429, 1)
    assert "24 小时内已经催办过" in again.content.decode()


def test_other_moves_have_no_address_here(world: World, contact: User) -> None:
    demand = submitted(world, contact)
    answer = logged_in(contact).post(f"/demands/mine/{demand.pk}/accept/", {})
    demand.refresh_from_db()
    assert (answer.status_code, demand.state) == (404, "submitted")


def test_the_firm_reads_public_lines_only(world: World, contact: User) -> None:
    demand = world.move(submitted(world, contact), "accept", world.clerk())
    world.move(demand, "note", world.clerk(), note="这家常来投诉")
    page = logged_in(contact).get(f"/demands/mine/{demand.pk}/").content.decode()
    assert "这家常来投诉" not in page


def test_rating_stands_apart_from_the_verdict(world: World, contact: User) -> None:
    demand = resolved(world, contact)
    answer = logged_in(contact).post(
        f"/demands/mine/{demand.pk}/rate/",
        {"solved": "partly", "score": "3", "words": "还差一部", "key": "r1"},
    )
    demand.refresh_from_db()
    assert answer.status_code == 302
    assert (demand.state, demand.verdict, demand.solved, demand.score) == (
        "closed", "solved", "partly", 3,
    )  # fmt: skip


def test_a_case_that_was_closed_without_a_rating_promises_no_date(
    world: World, contact: User
) -> None:
    demand = resolved(world, contact)
    client = logged_in(contact)
    assert "前有效" in client.get(f"/demands/mine/{demand.pk}/").content.decode()
    world.move(demand, "close_unrated", system_actor("test"))
    page = client.get(f"/demands/mine/{demand.pk}/").content.decode()
    assert "您仍可以补评" in page
    assert "前有效" not in page
    assert "前有效" not in client.get(f"/demands/mine/{demand.pk}/rate/").content.decode()


def test_asking_again_rates_and_reopens_in_one_step(world: World, contact: User) -> None:
    demand = resolved(world, contact)
    client = logged_in(contact)
    address = f"/demands/mine/{demand.pk}/rate/"
    refused = client.post(address, {"again": "1", "words": "", "key": "r1"})
    demand.refresh_from_db()
    assert (refused.status_code, demand.state) == (422, "resolved")
    client.post(address, {"again": "1", "score": "1", "words": "电梯还是慢", "key": "r2"})
    demand.refresh_from_db()
    assert (demand.state, demand.reopened) == ("dispatched", 1)
    rating = Rating.objects.unscoped(WHY).get(demand=demand)
    assert (rating.score, rating.solved, rating.words) == (1, "no", "电梯还是慢")
    last = DemandEvent.objects.unscoped(WHY).filter(row=demand).latest("id")
    assert (last.move, last.note) == ("reopen", "电梯还是慢")


def test_a_rating_link_works_once_and_without_login(world: World, contact: User) -> None:
    demand = resolved(world, contact)
    address = f"/demands/rate/{make_rating_link(actor=world.clerk(), demand=demand)}/"
    client = Client()
    assert "已加开一部。" in client.get(address).content.decode()
    assert client.post(address, {"solved": "yes"}).status_code == 422
    answer = client.post(address, {"solved": "yes", "score": "5"})
    demand.refresh_from_db()
    assert (answer.status_code, demand.score) == (200, 5)
    assert client.get(address).status_code == 410
    assert client.get("/demands/rate/nobody-knows-this/").status_code == 404


def test_tracking_shows_state_and_dates_and_nothing_else(world: World, contact: User) -> None:
    demand = resolved(world, contact)
    page = Client().post("/demands/track/", {"number": demand.number, "digits": "2046"})
    text = page.content.decode()
    assert "已答复，等评价" in text
    assert demand.title not in text
    assert "已加开一部" not in text
    assert world.police.name not in text


def test_tracking_does_not_tell_whether_a_number_exists(world: World, contact: User) -> None:
    demand = submitted(world, contact)
    year = timezone.localdate().year
    wrong = [
        Client().post("/demands/track/", {"number": number, "digits": digits})
        for number, digits in ((demand.number, "0000"), (f"GS-{year}-999999", "2046"))
    ]
    assert {answer.status_code for answer in wrong} == {422}
    for answer in wrong:
        assert "没有查到。请核对编号和联系电话后四位" in answer.content.decode()


def test_tracking_is_limited(world: World) -> None:
    client = Client()
    codes = [
        client.post("/demands/track/", {"number": f"GS-2026-{n:06d}", "digits": "1234"}).status_code
        for n in range(11)
    ]
    assert codes == [422] * 10 + [429]


def test_the_accept_sentence_knows_lunch(world: World) -> None:
    with at("2026-10-12 11:20"):
        promise = accept_promise()
    assert promise is not None
    assert promise.due_at == moment("2026-10-12 14:50")
    assert promise.note == "午间 12:00–13:30 不计"
    assert promise.short == "工作时间 2 小时内受理"


def test_every_page_of_the_firm_opens(world: World, contact: User) -> None:
    demand = resolved(world, contact)
    client = logged_in(contact)
    for address in (
        "/demands/mine/", "/demands/mine/all/", "/demands/mine/all/?show=waiting",
        "/demands/mine/new/", f"/demands/mine/new/rooms/?building={world.tower.pk}",
        "/demands/mine/new/promise/?urgency=critical", f"/demands/mine/{demand.pk}/",
        f"/demands/mine/{demand.pk}/rate/", f"/demands/mine/{demand.pk}/sent/",
    ):  # fmt: skip
        assert client.get(address).status_code == 200, address
    assert (
        client.get(f"/demands/{demand.pk}/")
        .headers["Location"]
        .endswith(f"/demands/mine/{demand.pk}/")
    )
    assert client.get("/").headers["Location"] == "/demands/mine/"


def test_the_list_takes_the_same_queries_for_any_length(
    world: World, contact: User, same_queries: object
) -> None:
    client = logged_in(contact)

    def grow(count: int) -> None:
        for _n in range(count):
            submitted(world, contact)

    same_queries(lambda: client.get("/demands/mine/all/"), grow)  # type: ignore[operator]
