"""Words that a district sets itself: tags and their rules, levels, reasons."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.core.testing import at
from loushi.foundation.lists.commands import save_word
from loushi.registry.accounts.factories import make_staff
from loushi.registry.enterprises import commands, queries
from loushi.registry.enterprises.factories import make_enterprise
from loushi.registry.enterprises.models import (
    ChangeReason,
    EnterpriseTag,
    StabilityLevel,
    TagKind,
    TagRule,
)
from loushi.registry.territory.factories import make_district

TAGS, LEVELS, REASONS = (reverse("lists:list", args=[key]) for key in ("tags", "levels", "reasons"))


@pytest.fixture
def units(db):
    commands.install_lists(actor=system_actor("test"))
    return make_district()


@pytest.fixture
def office(units) -> Client:
    client = Client()
    client.force_login(make_staff("district_office", units["Q"]))
    return client


def text_of(response) -> str:
    return response.content.decode()


def test_a_new_tag_is_offered_from_its_day(office: Client, units) -> None:
    today = timezone.localdate()
    later = today + timedelta(days=10)
    form = {
        "label": "未来工厂", "group": "stage", "meaning": "省级名单", "order": 55,
        "since": later.isoformat(), "until": "", "source": "经信局 2026 年名单",
    }  # fmt: skip
    assert office.post(TAGS, form).status_code == 302
    assert "未来工厂" in text_of(office.get(TAGS))
    made = TagKind.objects.get(label="未来工厂")
    assert made.pk not in [code for _group, kinds in queries.tag_choices() for code, _ in kinds]
    with at(later.isoformat()):
        assert made.pk in [code for _group, kinds in queries.tag_choices() for code, _ in kinds]
    line = Entry.plain.get(action="lists.word")
    assert (line.after["label"], line.why) == ("未来工厂", "经信局 2026 年名单")


def test_what_was_typed_stays_and_each_field_says_what_is_wrong(office: Client, units) -> None:
    before = TagKind.objects.count()
    form = {"label": "规上", "group": "stage", "order": 1, "since": "2020-01-01", "source": " "}
    answer = office.post(TAGS, form)
    assert answer.status_code == 422
    form["source"] = "会议"
    answer = office.post(TAGS, form)
    for sentence in ("已经有“规上”了", "起用日期请选今天或以后"):
        assert sentence in text_of(answer)
    assert 'value="规上"' in text_of(answer)
    assert TagKind.objects.count() == before


def test_a_level_that_ends_is_no_longer_chosen_and_old_judgements_keep_it(
    office: Client, units
) -> None:
    actor = system_actor("test")
    firm = make_enterprise(units["C1"])
    today = timezone.localdate()
    commands.judge_stability(
        actor=actor, enterprise_id=firm.pk, level="blue", reason="扩租", on=today
    )
    held = StabilityLevel.objects.get(pk="blue")
    form = {
        "label": held.label, "tone": held.tone, "meaning": held.meaning, "order": held.order,
        "since": "", "until": today.isoformat(), "source": "区办 3 号文",
    }  # fmt: skip
    assert office.post(f"{LEVELS}?word=blue", form).status_code == 302
    assert "blue" not in dict(queries.levels())
    assert queries.marks_of([firm.pk])[firm.pk].level_label == held.label
    with pytest.raises(Refused, match="请选择稳定度"):
        commands.judge_stability(
            actor=actor, enterprise_id=firm.pk, level="blue", reason="扩租", on=today
        )
    assert office.post(f"{LEVELS}?word=blue", {**form, "until": ""}).status_code == 302
    assert "blue" in dict(queries.levels()), "taken back in"


def test_a_reason_that_programs_write_is_renamed_but_never_ended(office: Client, units) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    form = {"label": "搬走", "order": 40, "source": "口径"}
    for values, until in (({"label": "搬走"}, tomorrow), ({"label": "搬走", "ends": False}, None)):
        with pytest.raises(Refused, match="不能停用"):
            save_word(
                actor=system_actor("test"), key="reasons", code="moved_out", values=values,
                until=until, source="口径",
            )  # fmt: skip
    assert ChangeReason.objects.get(pk="moved_out").label == "迁出"
    assert office.post(f"{REASONS}?word=moved_out", form).status_code == 302
    assert ChangeReason.objects.get(pk="moved_out").label == "搬走"


def test_the_last_word_stays(office: Client, units) -> None:
    today = timezone.localdate()
    StabilityLevel.objects.exclude(pk="green").update(until=today)
    form = {
        "label": "稳定",
        "tone": "green",
        "order": 1,
        "until": today.isoformat(),
        "source": "无",
    }
    answer = office.post(f"{LEVELS}?word=green", form)
    assert "至少要留一项可选" in text_of(answer)
    assert StabilityLevel.objects.get(pk="green").until is None


def test_only_those_who_may_set_lists(units) -> None:
    secretary = Client()
    secretary.force_login(make_staff("community_secretary", units["C1"]))
    rule = reverse("enterprises:tag_rule", args=["startup"])
    form = {"label": "甲", "group": "other", "order": 1, "source": "乙"}
    before, rules = TagKind.objects.count(), TagRule.objects.count()
    for page in (TAGS, rule, reverse("lists:index")):
        assert secretary.get(page).status_code == 403
    assert secretary.post(TAGS, form).status_code == 403
    assert secretary.post(rule, {"since": "2099-01-01", "source": "乙"}).status_code == 403
    assert (TagKind.objects.count(), TagRule.objects.count()) == (before, rules)


def test_each_sees_the_lists_of_the_own_permissions(office: Client, units) -> None:
    text = text_of(office.get(reverse("lists:index")))
    for title in ("企业标签", "稳定度", "变化原因", "配套种类"):
        assert title in text
    assert office.get(reverse("lists:list", args=["nothing"])).status_code == 404
    assert office.get(TAGS, {"word": "nothing"}).status_code == 404


def test_a_rule_holds_from_its_day_and_the_tags_follow(office: Client, units) -> None:
    small = make_enterprise(units["C1"], staff_count=8)
    large = make_enterprise(units["C1"], staff_count=80)
    actor, today = system_actor("test"), timezone.localdate()
    page = reverse("enterprises:tag_rule", args=["focus"])
    refused = office.post(page, {"industry": "ZZ 63", "staff_at_least": 50, "since": "2020-01-01"})
    assert refused.status_code == 422
    form = {"staff_at_least": 50, "since": today.isoformat(), "source": "重点服务名单口径"}
    refused = office.post(page, {**form, "industry": "ZZ", "since": "2020-01-01"})
    for sentence in ("没有这些行业代码：ZZ", "起用日期请选今天或以后"):
        assert sentence in text_of(refused)
    assert not TagRule.objects.filter(kind_id="focus").exists()
    assert office.post(page, form).status_code == 302
    commands.apply_tag_rules(actor=actor)
    carried = EnterpriseTag.plain.filter(kind_id="focus", until__isnull=True)
    assert list(carried.values_list("enterprise_id", flat=True)) == [large.pk]
    later = today + timedelta(days=5)
    change = {"staff_at_least": 5, "since": later.isoformat(), "source": "放宽"}
    assert office.post(page, change).status_code == 302
    assert "员工不少于 50 人" in text_of(office.get(TAGS)), "until then the old rule"
    with at(later.isoformat()):
        commands.apply_tag_rules(actor=actor)
    assert set(carried.values_list("enterprise_id", flat=True)) == {small.pk, large.pk}
    end = later + timedelta(days=5)
    assert office.post(page, {"since": end.isoformat(), "source": "改为人工"}).status_code == 302
    with at(end.isoformat()):
        commands.apply_tag_rules(actor=actor)
        assert not carried.exists(), "what only the rule had set goes with it"
        assert queries.rules_beside(["focus"])["focus"].text == "由人工打标"
    assert Entry.plain.filter(action="enterprises.tag_rule").count() == 3
