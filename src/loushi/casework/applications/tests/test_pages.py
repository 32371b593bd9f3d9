"""The pages: applying on the phone and at the window, the case, the link without an account."""

import re
from typing import Any

import pytest
from django.test import Client

from loushi.casework.applications import commands
from loushi.casework.applications.factories import WHY, World, states_of
from loushi.casework.applications.models import Application, ApplicationEvent, ApplicationMaterial
from loushi.foundation.files.queries import attachments_of

URL = "/applications/"
ANSWERS = {"answer_f1": "一碗面馆", "answer_f2": "餐饮", "answer_f3": "80"}


def text_of(response: Any) -> str:
    text: str = response.content.decode()
    return text


def file_of(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode("utf-8-sig")


def key_in(page: str) -> str:
    return re.search(r'name="key" value="(\w+)"', page).group(1)  # type: ignore[union-attr]


def test_an_enterprise_applies_on_the_phone(
    world: World, client_of: Any, settings: Any, tmp_path: Any
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.MEDIA_ROOT = tmp_path
    client = client_of("boss")
    form = f"{URL}apply/{world.bundle.pk}/"
    assert "开店" in text_of(client.get(f"{URL}apply/"))
    given = ANSWERS | {"key": key_in(text_of(client.get(form))), "stage": "answers"}
    wrong = client.post(form, given | {"answer_f2": ""})
    assert wrong.status_code == 422
    assert "一碗面馆" in text_of(wrong), "what was typed stays"
    second = text_of(client.post(form, given))
    assert "消防检查" in second
    assert "平面图" in second
    sent = given | {"stage": "send", "paper_m2": "on", "paper_m3": "on"}
    missing = client.post(form, sent)
    assert missing.status_code == 422
    assert "请上传“身份证明”" in text_of(missing)
    upload = SimpleUploadedFile("证件.txt", "证件说明".encode())
    half = client.post(form, given | {"stage": "send", "paper_m2": "on", "material_m1": upload})
    assert half.status_code == 422
    assert "证件.txt" in text_of(half), "an uploaded file is not lost with an error elsewhere"
    done = client.post(form, sent)
    row = Application.objects.unscoped(WHY).get()
    assert done["Location"] == f"{URL}mine/{row.pk}/"
    assert (row.enterprise, row.channel, row.answers["f3"]) == (world.firm, "online", 80)
    first = ApplicationMaterial.objects.unscoped(WHY).get(code="m1")
    assert [one.name for one in attachments_of(first)] == ["证件.txt"]
    assert client.post(form, sent)["Location"] == done["Location"], "sent twice, made once"
    assert "一碗面馆" in text_of(client.get(f"{URL}mine/"))
    assert "还有 5 步" in text_of(client.get(f"{URL}mine/{row.pk}/"))
    assert client_of("rival").get(f"{URL}mine/{row.pk}/").status_code == 404


def test_the_window_registers_a_founder_who_follows_by_the_link(
    world: World, client_of: Any
) -> None:
    clerk = client_of("clerk")
    form = f"{URL}register/{world.bundle.pk}/"
    given = ANSWERS | {
        "key": key_in(text_of(clerk.get(form))), "stage": "answers", "applicant": "沈观",
        "contact_phone": "13800001234", "unit_id": world.here.pk,
    }  # fmt: skip
    unknown = clerk.post(form, given | {"firm": "没有这家"})
    assert unknown.status_code == 422
    assert "没有找到这家企业" in text_of(unknown)
    papers = {"paper_m1": "on", "paper_m2": "on", "paper_m3": "on"}
    nobody = clerk.post(form, given | papers | {"stage": "send", "applicant": ""})
    assert nobody.status_code == 422
    assert "请填写申请人" in text_of(nobody)
    receipt = clerk.post(form, given | papers | {"stage": "send"}, follow=True)
    row = Application.objects.unscoped(WHY).get()
    link = f"{URL}p/{commands.token_of(row)}/"
    assert link in text_of(receipt)
    phone = Client()
    assert "收件" in text_of(phone.get(link))
    assert phone.get(f"{link[:-2]}x/").status_code == 404
    world.move(row, "s1", "ask", said="身份证反面看不清")
    assert "身份证反面看不清" in text_of(phone.get(link))
    assert phone.post(link, {"do": "supply", "note": ""}).status_code == 422
    assert phone.post(link, {"do": "supply", "note": "已重拍"}).status_code == 302
    world.run(row)
    assert phone.post(link, {"do": "withdraw"}).status_code == 404
    assert phone.post(link, {"do": "rate", "solved": "yes", "score": "5"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.score) == ("closed", 5)
    assert "5 分" in text_of(phone.get(link))


def test_the_desk_moves_a_step_by_the_legal_buttons_only(world: World, client_of: Any) -> None:
    row = world.submit()
    case = f"{URL}{row.pk}/"
    clerk, market = client_of("clerk"), client_of("market")
    assert f"{case}steps/s1/done/" in text_of(clerk.get(case))
    assert f"{case}steps/s1/done/" not in text_of(market.get(case))
    assert market.get(f"{case}steps/s2/done/").status_code == 403, "not its turn yet"
    assert clerk.post(f"{case}steps/s1/start/").status_code == 302
    empty = clerk.post(f"{case}steps/s1/ask/", {"said": ""})
    assert empty.status_code == 422
    assert clerk.post(f"{case}steps/s1/done/", {"said": "齐了"}).status_code == 302
    inbox = text_of(market.get(URL))
    assert row.number in inbox
    assert "核发执照" in inbox
    assert market.post(f"{case}steps/s2/refuse/", {"said": "名称不合规"}).status_code == 302
    assert "名称不合规" in text_of(clerk.get(case))
    assert clerk.post(f"{case}steps/s1/magic/").status_code == 404
    assert client_of("neighbour").get(case).status_code == 404
    assert client_of("boss").get(case).status_code == 404


def test_records_are_corrected_and_totals_open_their_rows(world: World, client_of: Any) -> None:
    row = world.submit()
    clerk = client_of("clerk")
    act = f"{URL}{row.pk}/do/"
    assert clerk.post(f"{act}record/", {"code": "r1", "amount": ""}).status_code == 422
    for amount in ("8000", "12"):
        assert clerk.post(f"{act}record/", {"code": "r1", "amount": amount}).status_code == 302
    totals = text_of(clerk.get(f"{URL}totals/"))
    assert "8,012 人次" in totals
    held = re.findall(r'name="record" value="(\d+)"', text_of(clerk.get(f"{URL}{row.pk}/")))
    assert clerk.post(f"{act}unrecord/", {"record": held[0]}).status_code == 302
    rows = text_of(clerk.get(f"{URL}records/?label=开业人次&bundle={world.bundle.pk}"))
    assert "8,000 人次" in rows
    assert row.number in rows
    assert client_of("market").post(f"{act}withdraw/", {"reason": "x"}).status_code == 403
    assert client_of("boss").get(f"{URL}totals/").status_code == 403


def test_files_leave_with_the_permission_only(world: World, client_of: Any) -> None:
    world.submit()
    secretary = client_of("secretary")
    assert "一碗面馆" in file_of(secretary.get(f"{URL}?show=all&export=csv"))
    assert "记录人" in file_of(secretary.get(f"{URL}records/?export=csv"))
    assert client_of("clerk").get(f"{URL}?export=csv").status_code == 403


def test_the_inbox_costs_the_same_for_many(world: World, client_of: Any, same_queries: Any) -> None:
    client = client_of("clerk")

    def grow(count: int) -> None:
        for _number in range(count):
            world.submit()

    same_queries(lambda: client.get(f"{URL}?show=all"), grow, rows=8)


QUERIES = ("show=live", "show=late", "show=mine", "show=finished", "q=面馆", "q=YL-2026-1", "q=%00",
           "bundle=x&unit=9")  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_any_filter_answers(world: World, client_of: Any, query: str) -> None:
    world.submit()
    assert client_of("clerk").get(f"{URL}?{query}").status_code == 200


def test_the_firm_shows_on_its_page_and_its_timeline(world: World, client_of: Any) -> None:
    row = world.run(world.of_firm())
    page = text_of(client_of("clerk").get(f"/enterprises/{world.firm.pk}/"))
    assert row.number in page
    assert "申请一类事" in page
    assert ApplicationEvent.objects.unscoped(WHY).filter(row=row, move="finished").count() == 1
    assert set(states_of(row).values()) == {"done"}
