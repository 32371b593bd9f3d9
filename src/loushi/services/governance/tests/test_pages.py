"""The pages: every role's way through them, refusals in forms, files, the receipt."""

import io
import zipfile
from datetime import date
from typing import Any

import pytest

from loushi.services.catalogue.models import Resource
from loushi.services.governance import commands, queries
from loushi.services.governance.factories import begin
from loushi.services.governance.models import AgendaItem, Body, CouncilSeat, Resolution

WHY = "test"


def decided(place: Any, choices: str = "fffa") -> Resolution:
    """The item of the place, voted on; "f" for, "a" against."""
    begin(place.meeting, {seat.pk: "room" for seat in place.seats[: len(choices)]})
    actor = place.actors["secretary"]
    commands.open_vote(actor=actor, item_id=place.item.pk)
    for seat, letter in zip(place.seats, choices, strict=False):
        commands.cast_vote(
            actor=actor, item_id=place.item.pk, seat_id=seat.pk,
            choice="for" if letter == "f" else "against",
        )  # fmt: skip
    return commands.close_vote(actor=actor, item_id=place.item.pk)


def test_pages_open(place: Any, client_of: Any) -> None:
    made = decided(place)
    task = commands.add_task(
        actor=place.actors["secretary"], resolution_id=made.pk,
        values={"what": "签协议", "owner_name": "物业", "due_on": date(2026, 12, 20)},
    )  # fmt: skip
    body, meeting, item = place.body.pk, place.meeting.pk, place.item.pk
    paths = [
        "", "?kind=forum&q=无", "?ended=1", "new/", f"{body}/", f"{body}/edit/",
        f"{body}/seats/new/", f"{body}/seats/{place.seats[0].pk}/", f"{body}/rules/?matter=major",
        f"{body}/propose/", f"{body}/meet/", "meetings/", "meetings/?state=open",
        f"meetings/{meeting}/", f"meetings/{meeting}/attendance/", f"meetings/{meeting}/do/notes/",
        f"items/{item}/", f"items/{item}/edit/", f"items/{item}/do/withdraw/", "resolutions/",
        "resolutions/?late=1", f"resolutions/{made.pk}/", f"resolutions/{made.pk}/edit/",
        f"resolutions/{made.pk}/task/", f"resolutions/{made.pk}/report/", f"tasks/{task.pk}/",
    ]  # fmt: skip
    client = client_of("secretary")
    for path in paths:
        assert client.get(f"/governance/{path}").status_code == 200, path


def test_a_body_is_registered_and_gets_a_member(place: Any, client_of: Any) -> None:
    client = client_of("secretary")
    data = {"name": "望澜中心议事厅", "kind": "forum", "unit_id": place.units["C1"].pk}
    assert client.post("/governance/new/", data).status_code == 302
    row = Body.objects.unscoped(WHY).get(name="望澜中心议事厅")
    path = f"/governance/{row.pk}/seats/new/"
    answer = client.post(path, {"side": "owners", "post": "chair", "weight": "1", "votes": "on"})
    assert answer.status_code == 422
    assert "请填写委员姓名" in answer.content.decode()
    data = {"name": "周闻笛", "side": "owners", "post": "chair", "weight": "1", "votes": "on"}
    assert client.post(path, data).status_code == 302
    assert CouncilSeat.objects.unscoped(WHY).get(body=row).votes


def test_what_was_typed_stays_with_the_refusal(place: Any, client_of: Any) -> None:
    data = {"title": "临时会", "starts_at": "2026-12-01T09:00", "place": "会议室"}
    answer = client_of("secretary").post(f"/governance/{place.body.pk}/meet/", data)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "会议时间已过" in text
    assert 'value="临时会"' in text


def test_the_meeting_runs_through_its_pages(place: Any, client_of: Any) -> None:
    client = client_of("secretary")
    base = f"/governance/meetings/{place.meeting.pk}/"
    item = f"/governance/items/{place.item.pk}/"
    assert client.post(f"{base}do/open/", {"chair": "周闻笛"}).status_code == 302
    answer = client.post(f"{item}open/", {"secret": ""})
    assert answer.status_code == 422
    assert "到会不足" in answer.content.decode()
    there = {f"seat{seat.pk}": "room" for seat in place.seats[:5]}
    there |= {f"seat{place.seats[5].pk}": "absent", "guests": "陈屿 云栈餐饮"}
    assert client.post(f"{base}attendance/", there).status_code == 302
    assert client.post(f"{item}open/", {"secret": ""}).status_code == 302
    member = client_of("member1")
    assert "请您表决" in member.get(item).content.decode()
    assert member.post(f"{item}vote/", {"choice": "for"}).status_code == 302
    votes = {f"seat{seat.pk}": "for" for seat in place.seats[1:4]}
    assert client.post(f"{item}roll/", votes).status_code == 302
    assert client.post(f"{item}do/close/").status_code == 302
    text = client.get(item).content.decode()
    assert "赞成 4、反对 0、弃权 0，未投 1。通过。" in text
    assert client.post(f"{base}do/close/").status_code == 302
    assert "陈屿" in client.get(base).content.decode()


def test_a_receipt_is_shown_once_and_is_in_no_cookie(place: Any, client_of: Any) -> None:
    begin(place.meeting, {seat.pk: "room" for seat in place.seats})
    commands.open_vote(actor=place.actors["secretary"], item_id=place.item.pk, secret=True)
    client = client_of("member1")
    path = f"/governance/items/{place.item.pk}/"
    answer = client.post(f"{path}vote/", {"choice": "against"})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    code = answer.context["receipt"]
    assert code in answer.content.decode()
    assert code not in client.get(path).content.decode()
    assert code not in str(client.cookies)
    assert code not in str(dict(client.session))
    assert client.post(f"{path}vote/", {"choice": "for"}).status_code == 302
    assert "已经投过票" in client.get(path).content.decode()


def test_who_sees_a_running_vote_learns_no_choice(place: Any, client_of: Any) -> None:
    begin(place.meeting, {seat.pk: "room" for seat in place.seats})
    commands.open_vote(actor=place.actors["secretary"], item_id=place.item.pk)
    commands.cast_vote(actor=place.actors["member1"], item_id=place.item.pk, choice="against")
    text = client_of("member2").get(f"/governance/items/{place.item.pk}/").content.decode()
    assert "已投" in text
    assert "status-to-fix" not in text


def test_minutes_as_word_and_pdf(place: Any, client_of: Any) -> None:
    decided(place)
    commands.write_notes(
        actor=place.actors["secretary"], meeting_id=place.meeting.pk, notes="先试用三个月 <&>。"
    )
    client = client_of("secretary")
    base = f"/governance/meetings/{place.meeting.pk}/minutes"
    assert client.get(f"{base}.docx").status_code == 404
    commands.close_meeting(actor=place.actors["secretary"], meeting_id=place.meeting.pk)
    answer = client.get(f"{base}.docx")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        assert file.testzip() is None
        text = file.read("word/document.xml").decode()
    for words in ("改造一层为青年食堂", "赞成 3、反对 1", "先试用三个月 &lt;&amp;&gt;", "委员1"):
        assert words in text
    pdf = client.get(f"{base}.pdf")
    assert pdf.content.startswith(b"%PDF")
    assert pdf["Content-Type"] == "application/pdf"
    assert client.get(f"{base}.odt").status_code == 404
    assert client_of("neighbour").get(f"{base}.pdf").status_code == 404


def test_files(place: Any, client_of: Any) -> None:
    decided(place)
    client = client_of("secretary")
    text = b"".join(client.get("/governance/?export=csv").streaming_content).decode("utf-8-sig")
    assert place.body.name in text
    path = "/governance/resolutions/?export=csv"
    assert "青年食堂" in b"".join(client.get(path).streaming_content).decode("utf-8-sig")
    assert client_of("officer").get("/governance/?export=csv").status_code == 403


@pytest.mark.parametrize("path", ["", "meetings/", "resolutions/"])
def test_lists_are_closed_to_who_has_no_body(path: str, client_of: Any) -> None:
    assert client_of("stranger").get(f"/governance/{path}").status_code == 403
    assert client_of("member3").get(f"/governance/{path}").status_code == 200


def test_tasks_belong_to_their_owner(place: Any, client_of: Any) -> None:
    made = decided(place)
    task = commands.add_task(
        actor=place.actors["secretary"], resolution_id=made.pk,
        values={"what": "签协议", "owner_id": place.users["stranger"].pk,
                "due_on": date(2026, 12, 20)},
    )  # fmt: skip
    owner = client_of("stranger")
    assert "签协议" in owner.get("/governance/resolutions/").content.decode()
    answer = owner.post(f"/governance/tasks/{task.pk}/", {"state": "dropped"})
    assert "请写明原因" in answer.content.decode()
    assert owner.post(f"/governance/tasks/{task.pk}/", {"state": "done"}).status_code == 302
    assert owner.get(f"/governance/resolutions/{made.pk}/").status_code == 404
    assert client_of("neighbour").post(f"/governance/tasks/{task.pk}/", {}).status_code == 404
    page = queries.resolution_page(place.actors["secretary"], made.pk)
    assert page.open_tasks == 0
    answer = client_of("secretary").post(
        f"/governance/resolutions/{made.pk}/report/",
        {"verdict": "solved", "answer": "食堂下周开业。"},
    )
    assert answer.status_code == 302
    assert queries.resolution_page(place.actors["leader"], made.pk).row.state == "reported"


def test_a_report_waits_for_its_tasks(place: Any, client_of: Any) -> None:
    made = decided(place)
    commands.add_task(
        actor=place.actors["secretary"], resolution_id=made.pk,
        values={"what": "签协议", "owner_name": "物业", "due_on": date(2026, 12, 20)},
    )  # fmt: skip
    answer = client_of("secretary").post(
        f"/governance/resolutions/{made.pk}/report/",
        {"verdict": "solved", "answer": "食堂下周开业。"},
    )
    assert answer.status_code == 422
    assert "还有 1 项任务没有完成" in answer.content.decode()
    assert queries.resolution_page(place.actors["leader"], made.pk).row.state == "running"


def test_the_api(place: Any) -> None:
    from django.test import Client

    from loushi.registry.accounts.commands import issue_token

    def opened(name: str) -> Client:
        token = issue_token(username=place.users[name].username)
        return Client(headers={"authorization": f"Bearer {token}"})

    begin(place.meeting, {seat.pk: "room" for seat in place.seats})
    commands.open_vote(actor=place.actors["secretary"], item_id=place.item.pk, secret=True)
    path = f"/api/v1/governance/items/{place.item.pk}"
    given = [
        opened(user.username)
        .post(f"{path}/vote", {"choice": "for"}, content_type="application/json")
        .json()["receipt"]
        for user in place.members
    ]
    assert len(set(given)) == 7
    told = opened("leader").get(path).json()
    assert (told["voted"], told["roll"], told["result"]) == (7, 7, None)
    commands.close_vote(actor=place.actors["secretary"], item_id=place.item.pk)
    assert opened("leader").get(path).json()["result"]["adopted"]
    assert opened("neighbour").get(path).status_code == 404
    items = opened("leader").get("/api/v1/governance").json()["items"]
    assert [one["members"] for one in items] == [7]
    again = opened("member1").post(
        f"{path}/vote", {"choice": "for"}, content_type="application/json"
    )
    assert again.status_code == 409
    assert AgendaItem.objects.unscoped(WHY).get(pk=place.item.pk).state == "adopted"


def test_a_resolution_drafts_a_resource_once(place: Any, client_of: Any) -> None:
    row = decided(place)
    url = f"/governance/resolutions/{row.pk}/"
    assert client_of("neighbour").post(f"{url}resource/").status_code == 404
    assert client_of("officer").post(f"{url}resource/").status_code == 403
    assert not Resource.objects.unscoped("test").exists()
    secretary = client_of("secretary")
    assert "生成资源草稿" in secretary.get(url).content.decode()
    first = secretary.post(f"{url}resource/")
    assert secretary.post(f"{url}resource/").url == first.url
    made = Resource.objects.unscoped("test").get()
    assert (made.state, made.origin_label) == ("draft", row.number)
    assert made.name in secretary.get(url).content.decode()
