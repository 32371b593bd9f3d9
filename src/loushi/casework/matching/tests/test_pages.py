"""The pages as people use them: refusals stay in the form, neighbours get 404."""

from itertools import count, islice
from typing import Any

import pytest
from django.test import Client

from loushi.casework.demands.models import Demand
from loushi.casework.matching import commands
from loushi.casework.matching.factories import MEETS, Place, make_meeting
from loushi.casework.matching.models import CommonIssue, CommonIssueDemand, JointMeeting
from loushi.foundation.core.testing import at

WHY = "test"


def live(pk: int) -> list[int]:
    rows = CommonIssueDemand.objects.unscoped(WHY).filter(issue=pk, is_live=True)
    return sorted(rows.values_list("demand_id", flat=True))


def test_ticked_in_the_list_named_and_grouped(place: Place, client_of: Any) -> None:
    demands = place.demands()
    client = client_of("clerk")
    assert "/matching/pick/" in client.get("/demands/").content.decode()
    text = client.get("/matching/pick/").content.decode()
    assert all(one.title in text for one in demands)
    ids = [one.pk for one in demands[:3]]
    answer = client.post("/matching/pick/", {"demands": ids, "into": ""})
    address = answer["Location"]
    page = client.get(address)
    assert page.context["ticked"]
    assert page.context["form"].initial["unit_id"] == place.here.pk
    assert [one.line.row.id for one in page.context["proposals"]] == [demands[3].pk]
    wrong = client.post(address, {"name": "", "unit_id": place.here.pk, "demands": ids})
    assert wrong.status_code == 422
    good = {"name": "写字楼分割办证", "unit_id": place.here.pk, "demands": ids, "key": "k"}
    answer = client.post(address, good)
    assert answer.status_code == 302
    assert client.post(address, good)["Location"] == answer["Location"]
    row = CommonIssue.objects.unscoped(WHY).get()
    assert live(row.pk) == ids
    text = client.get(answer["Location"]).content.decode()
    assert "可能是同一件事" in text
    assert demands[3].title in text
    assert f"已在 {row.number}" in client.get("/matching/pick/").content.decode()
    client.post(f"/matching/{row.pk}/add/", {"demands": [demands[3].pk]})
    assert len(live(row.pk)) == 4
    event = client.get(f"/matching/{row.pk}/").context["undo"]["event"]
    client.post(f"/matching/{row.pk}/do/undo/", {"event": event.pk})
    assert live(row.pk) == ids


def test_from_a_case_into_the_issue_that_fits(place: Place, client_of: Any) -> None:
    demands = place.demands()
    row = place.issue(demands[:2])
    client = client_of("clerk")
    path = f"/demands/{demands[2].pk}/"
    assert f"/matching/join/{demands[2].pk}/" in client.get(path).content.decode()
    page = client.get(f"/matching/join/{demands[2].pk}/")
    assert page.context["best"] == row.pk
    answer = client.post(
        f"/matching/join/{demands[2].pk}/", {"into": row.pk, "demands": [demands[3].pk]}
    )
    assert answer["Location"] == f"/matching/{row.pk}/"
    assert len(live(row.pk)) == 4
    assert row.number in client.get(path).content.decode()


def test_the_firm_sees_its_own_part_only(place: Place, client_of: Any) -> None:
    demands = place.demands()
    row = place.issue(demands)
    client = Client()
    client.force_login(place.contacts[0])
    text = client.get(f"/demands/mine/{demands[0].pk}/").content.decode()
    assert row.number in text
    assert "与同类诉求一起办理" in text
    for firm in place.firms[1:]:
        assert firm.name not in text
    assert client.get(f"/matching/{row.pk}/").status_code == 404
    assert client.get("/matching/").status_code == 403


def test_split_remove_merge_assign_and_the_rest(place: Place, client_of: Any) -> None:
    demands = place.demands()
    row = place.issue(demands)
    client = client_of("clerk")
    base = f"/matching/{row.pk}"
    empty = client.post(f"{base}/split/", {"name": "税", "summary": ""})
    assert empty.status_code == 422
    answer = client.post(f"{base}/split/", {"name": "分割的税", "demands": [demands[3].pk]})
    part = CommonIssue.objects.unscoped(WHY).latest("id")
    assert answer["Location"] == f"/matching/{part.pk}/"
    answer = client.post(f"/matching/{part.pk}/merge/", {"into": row.pk})
    assert answer["Location"] == f"{base}/"
    text = client.get(f"/matching/{part.pk}/").content.decode()
    assert row.number in text
    client.post(f"{base}/remove/", {"demands": [demands[3].pk], "reason": "不同"})
    assert len(live(row.pk)) == 3
    answer = client.post(
        f"{base}/assign/", {"lead": place.world.housing.pk, "dispatch": "on"}, follow=True
    )
    assert "一并交办诉求 3 件" in answer.content.decode()
    client.post(f"{base}/do/note/", {"note": "等测绘口径"})
    client.post(f"{base}/edit/", {"name": "整层分割办证", "summary": "没有先例"})
    text = client.get(f"{base}/").content.decode()
    assert "等测绘口径" in text
    assert "原名“写字楼分割办证”" in text
    assert client_of("lead").get(f"{base}/dissolve/").status_code == 404
    assert client_of("lead").get(f"{base}/edit/").status_code == 403
    client.post(f"{base}/do/dissolve/", {"why": "各办各的"})
    assert live(row.pk) == []


def test_a_meeting_from_the_issue_to_the_answer(place: Place, client_of: Any) -> None:
    row = place.issue(place.demands())
    client = client_of("secretary")
    client.post(f"/matching/{row.pk}/assign/", {
        "lead": place.world.housing.pk, "co": [place.world.urban.pk], "dispatch": "on",
    })  # fmt: skip
    form = client.get(f"/matching/meetings/new/?issue={row.pk}").context["form"]
    assert form.initial["issues"] == [row.pk]
    wrong = {"kind": "topic", "title": "对接会", "place": "", "convener": "望澜商务社区",
             "starts_at": "2026-12-05T14:00", "issues": [row.pk]}  # fmt: skip
    answer = client.post("/matching/meetings/new/", wrong)
    assert answer.status_code == 422
    assert "望澜商务社区" in answer.content.decode()
    answer = client.post("/matching/meetings/new/", wrong | {"place": "综合服务中心"})
    base = answer["Location"]
    assert client.post(f"{base}do/call/").status_code == 302
    with at(MEETS):
        client = client_of("secretary")  # the other login has run out
        client.post(f"{base}do/hold/", {"chair": "周闻笛"})
        seats = JointMeeting.objects.unscoped(WHY).get().seats.order_by("pk")
        there = {f"seat{one.pk}": "room" for one in seats} | {f"name{seats[0].pk}": "吴科"}
        client.post(f"{base}attendance/", there | {"guests": "陈屿 云栈"})
        client.post(f"{base}decide/", {
            "text": "出统一口径", "department_id": place.world.housing.pk,
            "due_on": "2026-12-20",
        })  # fmt: skip
        client.post(f"{base}do/notes/", {"notes": "一致同意。"})
        client.post(f"{base}do/close/")
        text = client.get(base).content.decode()
        for words in ("到会 2 / 2 家", "出统一口径", "一致同意", "吴科", "纪要 Word"):
            assert words in text
        page = client.get(f"/matching/{row.pk}/answer/")
        assert page.context["reached"] == 4
        answer = client.post(
            f"/matching/{row.pk}/answer/",
            {"verdict": "explained", "answer": "按统一口径办。"},
            follow=True,
        )
        assert "4 件诉求转为待评价" in answer.content.decode()
    assert set(Demand.objects.unscoped(WHY).values_list("state", flat=True)) == {"resolved"}
    lead = client_of("lead")
    task = lead.get("/matching/decisions/").context["lines"][0]["row"]
    answer = lead.post(f"/matching/decisions/{task.pk}/", {"state": "done"})
    assert answer.status_code == 302


def test_the_neighbour_gets_nothing(place: Place, client_of: Any) -> None:
    demands = place.demands()
    row = place.issue(demands[:2])
    meeting = make_meeting(place, [commands.assign_issue(
        actor=place.actor("clerk"), issue_id=row.pk, lead_id=place.world.housing.pk
    )])  # fmt: skip
    client = client_of("neighbour")
    for path in ("", "edit/", "remove/", "split/", "merge/", "assign/", "refer/", "answer/",
                 "do/note/"):  # fmt: skip
        assert client.get(f"/matching/{row.pk}/{path}").status_code == 404, path
    assert client.post(f"/matching/{row.pk}/add/", {"demands": [1]}).status_code == 404
    assert client.get(f"/matching/meetings/{meeting.pk}/").status_code == 404
    assert client.get(f"/matching/join/{demands[2].pk}/").status_code == 404
    assert row.number not in client.get("/matching/?state=all").content.decode()
    assert demands[2].title not in client.get("/matching/pick/").content.decode()
    assert len(live(row.pk)) == 2


def test_export_needs_its_permission(place: Place, client_of: Any) -> None:
    row = place.issue(place.demands())
    answer = client_of("secretary").get("/matching/?export=csv")
    assert row.number in b"".join(answer.streaming_content).decode("utf-8-sig")
    assert client_of("clerk").get("/matching/?export=csv").status_code == 403


@pytest.mark.parametrize("path", ["/matching/", "/matching/?q=GX-2026-1&state=all"])
def test_the_list_asks_as_often_for_many_rows(
    place: Place, client_of: Any, same_queries: Any, path: str
) -> None:
    client = client_of("secretary")
    numbers = count()

    def page() -> None:
        assert client.get(path).status_code == 200

    def grow(rows: int) -> None:
        for number in islice(numbers, rows):
            place.issue([place.demand(number % 4)], f"事{number}")

    same_queries(page, grow)


def test_words_in_the_address_narrow_the_list(place: Place, client_of: Any) -> None:
    row = place.issue(place.demands()[:2])
    client = client_of("secretary")
    for query in ("q=分割", f"q={row.number.lower()}", f"q={row.pk}", "category=30",
                  f"unit={place.here.pk}"):  # fmt: skip
        assert row.number in client.get(f"/matching/?{query}").content.decode(), query
    for query in ("q=电梯", "state=closed", "category=nothing", "lead=999"):
        text = client.get(f"/matching/?{query}").content.decode()
        assert row.number not in text, query
        assert "没有符合条件的共性问题" in text
