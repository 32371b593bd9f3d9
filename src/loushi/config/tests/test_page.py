"""The frame of a page: for strangers, for staff, for an enterprise's people."""

from datetime import date
from pathlib import Path

import pytest
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format

from loushi.config import navigation
from loushi.config.page import Frame, first_url, frame
from loushi.foundation.core.actor import DEPARTMENT, ENTERPRISE, UNIT, Actor, Grant
from loushi.foundation.core.permissions import declared
from loushi.foundation.web import assets
from loushi.registry.territory.factories import make_district

ENTRIES = (*navigation.RAIL, *navigation.PHONE, *navigation.PERSON)
ICONS = Path(assets.__file__).parent / "static/web/icons.svg"


def staff(*permissions: str) -> Actor:
    held = Grant("clerk", frozenset(permissions), UNIT, "000001", "望澜商务社区 窗口")
    return Actor(7, "周闻笛", (held,), appointment="望澜商务社区 窗口")


def frame_for(actor: Actor | None, path: str = "/") -> Frame:
    request = RequestFactory().get(path)
    if actor is not None:
        request.actor = actor
    return Frame(request)


def test_a_request_without_an_actor_gets_the_frame_of_a_stranger() -> None:
    bare = frame_for(None)
    assert bare.person is None
    assert bare.navigation == bare.bottom == bare.phone_entries == bare.person_links == []
    assert bare.place == []
    assert bare.unread == 0
    assert bare.search_url == bare.notices_url == bare.search_text == ""
    assert bare.theme == "auto"
    assert bare.language_tag == "zh-Hans"
    assert set(frame(RequestFactory().get("/"))) == {"frame", "actor", "support"}


def test_entries_without_permission_are_left_out() -> None:
    labels = [str(link.label) for link in frame_for(staff("buildings.view")).navigation]
    assert labels == ["楼宇"]
    assert frame_for(staff()).navigation == []


def test_entries_whose_address_does_not_exist_are_left_out() -> None:
    assert first_url(("nowhere:at-all",)) == ""
    assert first_url(("nowhere:at-all", "web:healthz")) == "/healthz"
    shown = {link.href for link in frame_for(staff("visits.view", "demands.view")).navigation}
    assert "" not in shown


def test_the_entry_of_an_address_below_is_active() -> None:
    links = frame_for(staff("buildings.view", "demands.view"), "/buildings/12/").navigation
    assert [(str(link.label), link.active) for link in links] == [("诉求", False), ("楼宇", True)]


def test_an_enterprise_never_sees_the_desk() -> None:
    held = Grant("contact", frozenset({"demands.view", "demands.submit"}), ENTERPRISE, "5")
    firm = frame_for(Actor(9, "陈屿", (held,)))
    rail = {link.href for link in firm.navigation}
    assert reverse("demands:inbox") not in rail
    assert rail == {link.href for link in firm.phone_entries}
    assert firm.home_url


def test_a_fifth_entry_of_an_enterprise_stays_within_reach(monkeypatch) -> None:
    held = Grant("contact", frozenset({"demands.submit"}), ENTERPRISE, "5")
    whole = (*navigation.PHONE[:2], navigation.PHONE[0], *navigation.PHONE[:2])
    firm = frame_for(Actor(9, "陈屿", (held,)))
    monkeypatch.setattr(Frame, "_links", lambda self, name: list(whole))
    assert (len(firm.phone_entries), len(firm.phone_more)) == (3, 2)
    monkeypatch.setattr(Frame, "_links", lambda self, name: list(whole[:4]))
    firm = frame_for(Actor(9, "陈屿", (held,)))
    assert (len(firm.phone_entries), len(firm.phone_more)) == (4, 0)


@pytest.mark.django_db
def test_the_person_and_the_place_come_from_the_appointment() -> None:
    mine = frame_for(staff("demands.view"))
    assert mine.person is not None
    assert (mine.person.name, mine.person.role) == ("周闻笛", "窗口")
    assert [step.label for step in mine.place][-1:] == ["望澜商务社区"]


@pytest.mark.django_db
def test_a_phone_never_shows_more_than_four() -> None:
    everything = frame_for(staff(*(code for entry in ENTRIES for code in entry.permissions)))
    assert len(everything.navigation) > 4
    assert len(everything.bottom) == 3  # the fourth place is 更多, which lists the others
    reached = [entry.href for entry in (*everything.bottom, *everything.more)]
    assert reached == [entry.href for entry in everything.navigation]


@pytest.mark.django_db
def test_four_entries_fit_without_more() -> None:
    four = frame_for(staff("demands.view", "buildings.view", "enterprises.view", "insights.view"))
    assert len(four.bottom) == 4
    assert four.more == []


@pytest.mark.django_db
def test_more_is_marked_where_the_page_stands_behind_it() -> None:
    rights = ("demands.view", "buildings.view", "enterprises.view", "insights.view")
    held = staff(*rights, "territory.view")
    assert [entry.active for entry in frame_for(held, "/units/3/").more] == [False, True]
    assert [entry.active for entry in frame_for(held, "/buildings/").more] == [False, False]


def test_the_theme_follows_cookie_and_address() -> None:
    request = RequestFactory().get("/", headers={"cookie": f"{assets.THEME_COOKIE}=dark"})
    assert Frame(request).theme == "dark"
    request = RequestFactory().get("/?theme=light", headers={"cookie": "loushi_theme=dark"})
    assert Frame(request).theme == "light"
    assert Frame(RequestFactory().get("/?theme=x%22")).theme == "auto"


def test_every_icon_is_drawn() -> None:
    sprite = ICONS.read_text(encoding="utf-8")
    assert [entry.icon for entry in ENTRIES if f'id="{entry.icon}"' not in sprite] == []


def test_permissions_of_entries_that_exist_are_declared() -> None:
    known = declared()
    for entry in ENTRIES:
        try:
            reverse(entry.names[0])
        except NoReverseMatch:
            continue
        assert not entry.permissions or set(entry.permissions) & known.keys(), entry.names


def test_labels_on_the_rail_have_two_characters() -> None:
    assert {len(str(entry.label)) for entry in navigation.RAIL} == {2}


@pytest.mark.django_db
def test_the_rail_says_how_much_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loushi.casework.demands.queries.waiting_count", lambda _actor: 120)
    shown = frame_for(staff("demands.view", "buildings.view"))
    assert [link.count for link in shown.rail] == ["99+", ""]
    monkeypatch.setattr("loushi.casework.demands.queries.waiting_count", lambda _actor: 0)
    assert [link.count for link in frame_for(staff("demands.view")).rail] == [""]


@pytest.mark.django_db
def test_other_posts_and_the_units_below_are_places_to_go() -> None:
    units = make_district(communities=1, grids=2)
    own = Grant("a", frozenset(), UNIT, units["C1"].path, "第1商务社区 窗口")
    other = Grant("b", frozenset(), DEPARTMENT, "5", "区交警大队 经办")
    shown = frame_for(Actor(7, "周闻笛", (own, other), appointment="第1商务社区 窗口")).places
    assert [(step.label, step.href) for step in shown] == [
        ("区交警大队 经办", ""),
        ("第1-1片区", reverse("territory:unit", args=[units["C1-G1"].pk])),
        ("第1-2片区", reverse("territory:unit", args=[units["C1-G2"].pk])),
    ]


def test_a_day_of_the_month_is_written_as_people_write_it() -> None:
    assert date_format(date(2026, 9, 7), "MONTH_DAY_FORMAT") == "9月7日"
