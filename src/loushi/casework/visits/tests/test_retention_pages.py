"""The retention list as people in their roles open it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from loushi.casework.visits.commands.retention import look_for_signs
from loushi.casework.visits.factories import World
from loushi.casework.visits.models import RetentionAlert, RetentionRule
from loushi.casework.visits.queries.signs import thresholds_on
from loushi.foundation.audit.models import Entry
from loushi.registry.accounts.factories import make_staff
from loushi.registry.enterprises.models import Tenancy
from loushi.registry.tax.factories import make_returns

LIST = "/visits/retention/"


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def alert(world: World) -> RetentionAlert:
    """The first firm's lease ends in a month; the second firm's band fell."""
    ends = timezone.localdate() + timedelta(days=30)
    Tenancy.plain.filter(pk=world.tenancies[0].pk).update(lease_until=ends)
    make_returns([world.firms[1]], [2_000_000], year=2024)
    make_returns([world.firms[1]], [700_000], year=2025)
    look_for_signs()
    return RetentionAlert.plain.get(sign="lease")


def text_of(response) -> str:
    return response.content.decode()


def test_the_list_says_why_and_of_how_many(world: World, alert: RetentionAlert) -> None:
    text = text_of(client_of(world.officer).get(LIST))
    assert world.firms[0].name in text
    assert "还没有登记续租" in text
    assert reverse("enterprises:page", args=[world.firms[0].pk]) in text
    assert "2025 年的税收档位比上一年低" in text
    assert Entry.objects.unscoped("test").filter(action="tax.look").count() == 1
    text = text_of(client_of(world.officer).get(LIST, {"sign": "lease"}))
    assert world.firms[1].name not in text
    assert Entry.objects.unscoped("test").filter(action="tax.look").count() == 1


def test_who_may_not_see_bands_sees_no_tax(world: World, alert: RetentionAlert) -> None:
    clerk = make_staff("window_clerk", world.units["C1"], name="窗口")
    text = text_of(client_of(clerk).get(LIST))
    assert "还没有登记续租" in text
    assert "税收档位比上一年低" not in text
    assert world.firms[1].name not in text


def test_handling_snoozing_and_reopening(world: World, alert: RetentionAlert) -> None:
    officer = client_of(world.officer)
    page = reverse("visits:retention_decide", args=[alert.pk])
    answer = officer.post(page, {"act": "handled", "outcome": ""})
    assert answer.status_code == 422
    assert "请写明处理结果" in text_of(answer)
    answer = officer.post(page, {"act": "snoozed", "outcome": "业主月底答复", "until": ""})
    assert answer.status_code == 422
    assert "请填暂缓到哪一天" in text_of(answer)
    assert "业主月底答复" in text_of(answer)
    until = timezone.localdate() + timedelta(days=20)
    form = {"act": "snoozed", "outcome": "业主月底答复", "until": until.isoformat()}
    assert officer.post(page, form).status_code == 302
    assert "业主月底答复" not in text_of(officer.get(LIST))
    assert "业主月底答复" in text_of(officer.get(LIST, {"state": "snoozed"}))
    form = {"act": "handled", "outcome": "已谈妥续租两年"}
    assert officer.post(page, form).status_code == 302
    assert "已谈妥续租两年" in text_of(officer.get(LIST, {"state": "all"}))
    again = reverse("visits:retention_reopen", args=[alert.pk])
    assert "已回到名单" in text_of(officer.post(again, follow=True))
    assert "已经在名单上" in text_of(officer.post(again, follow=True))


def test_refusals_change_nothing(world: World, alert: RetentionAlert) -> None:
    page = reverse("visits:retention_decide", args=[alert.pk])
    again = reverse("visits:retention_reopen", args=[alert.pk])
    form = {"act": "handled", "outcome": "谈妥"}
    stranger = client_of(world.neighbour)
    for answer in (stranger.get(page), stranger.post(page, form), stranger.post(again)):
        assert answer.status_code == 404
    assert world.firms[0].name not in text_of(stranger.get(LIST))
    reader = client_of(make_staff("district_viewer", world.units["Q"], name="只看"))
    for answer in (reader.get(page), reader.post(page, form), reader.post(again)):
        assert answer.status_code == 403
    assert client_of(world.contact()).get(LIST).status_code == 403
    assert client_of(world.officer).get(again).status_code == 405
    alert.refresh_from_db()
    assert (alert.state, alert.outcome) == ("open", "")


def test_the_export_is_for_those_who_may(world: World, alert: RetentionAlert) -> None:
    assert client_of(world.officer).get(LIST, {"export": "csv"}).status_code == 403
    answer = client_of(world.secretary).get(LIST, {"export": "csv", "sign": "lease"})
    text = b"".join(answer).decode("utf-8-sig")
    assert world.firms[0].name in text
    assert "还没有登记续租" in text


def test_an_empty_list_says_what_would_come(world: World) -> None:
    officer = client_of(world.officer)
    assert "现在没有要留心的企业" in text_of(officer.get(LIST))
    assert "没有符合条件的信号" in text_of(officer.get(LIST, {"sign": "lease"}))


def test_a_threshold_holds_from_its_day_and_only_the_office_sets_it(world: World) -> None:
    page, today = "/visits/rules/retention/", timezone.localdate()
    form = {"sign": "lease", "value": 20, "valid_from": today.isoformat(), "source": "会议纪要"}
    secretary = client_of(make_staff("community_secretary", world.units["C1"]))
    assert secretary.get(page).status_code == 403
    assert secretary.post(page, form).status_code == 403
    office = client_of(make_staff("district_office", world.units["Q"]))
    before = RetentionRule.objects.filter(sign="lease").count()
    refused = office.post(page, {**form, "value": 0, "source": "", "valid_from": "2020-01-01"})
    assert refused.status_code == 422
    for sentence in ("门槛至少是 1", "请写明依据", "起用日期请选今天或以后"):
        assert sentence in text_of(refused)
    assert RetentionRule.objects.filter(sign="lease").count() == before
    assert office.post(page, form).status_code == 302
    assert "会议纪要" in text_of(office.get(page))
    Tenancy.plain.filter(pk=world.tenancies[0].pk).update(lease_until=today + timedelta(days=30))
    look_for_signs()
    assert not RetentionAlert.plain.filter(sign="lease").exists(), "thirty days are not within 20"
    assert thresholds_on(today - timedelta(days=1))["lease"] == 90
    assert Entry.plain.filter(action="visits.rule").count() == 1
