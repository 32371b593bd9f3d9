"""The audit's pages, and that each look leaves its own entry."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from loushi.foundation.audit import views
from loushi.foundation.audit.models import Entry
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, NotVisible

from .test_queries import THERE, auditor, write

PERIOD = {"since": "2026-10-12", "until": "2026-10-12"}


def get(view: Any, actor: Any, data: dict[str, str] | None = None, **kwargs: Any) -> HttpResponse:
    request: HttpRequest = RequestFactory().get("/audit/", data or {})
    request.actor = actor
    response: HttpResponse = view(request, **kwargs)
    return response


def looks() -> list[dict[str, Any]]:
    rows = Entry.objects.unscoped("test").filter(action="audit.look").order_by("pk")
    return [row.after for row in rows]


@pytest.mark.django_db
def test_the_list_shows_the_entry_and_records_the_look() -> None:
    write(why="材料齐全")
    page = get(views.listing, auditor(), PERIOD).content.decode()
    assert "GS-2026-000012" in page
    assert "材料齐全" in page
    assert looks() == [{"filter": PERIOD}]


@pytest.mark.django_db
def test_an_empty_period_says_what_to_do() -> None:
    page = get(views.listing, auditor(), {"since": "2020-01-01", "until": "2020-01-02"})
    assert "这个范围里没有留痕" in page.content.decode()


@pytest.mark.django_db
def test_a_reversed_period_is_explained_in_place() -> None:
    page = get(views.listing, auditor(), {"since": "2026-10-12", "until": "2026-10-01"})
    assert "结束日期早于开始日期" in page.content.decode()


@pytest.mark.django_db
def test_the_detail_pairs_old_and_new() -> None:
    (pk,) = write(before={"state": "submitted"}, after={"state": "accepted"})
    page = get(views.detail, auditor(), pk=pk).content.decode()
    assert "submitted" in page
    assert "accepted" in page
    assert len(looks()) == 1


@pytest.mark.django_db
def test_the_neighbours_entry_is_not_found_and_a_stranger_is_denied() -> None:
    (pk,) = write(path=THERE)
    with pytest.raises(NotVisible):
        get(views.detail, auditor(), pk=pk)
    with pytest.raises(Denied):
        get(views.listing, Actor(5, "路人"))
    assert looks() == []


@pytest.mark.django_db
@pytest.mark.parametrize(("form", "start"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")])
def test_exports_are_files_and_recorded(form: str, start: bytes) -> None:
    write(2)
    response: Any = get(views.export, auditor(), PERIOD, form=form)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    assert content.startswith(start)
    assert "attachment" in response["Content-Disposition"]
    assert looks() == [{"filter": PERIOD, "export": form}]
