"""An empty required field names itself, in the reader's language."""

import pytest
from django import forms
from django.test import Client
from django.utils import translation

from loushi.registry.accounts.factories import make_staff
from loushi.registry.territory.factories import make_district


class Sample(forms.Form):
    phone = forms.CharField(label="联系电话")
    kind = forms.ChoiceField(label="类型", choices=[("a", "甲")])
    way = forms.ChoiceField(label="方式", choices=[("a", "甲")], widget=forms.RadioSelect)
    paper = forms.FileField(label="照片")
    agreed = forms.BooleanField(label="同意")
    own = forms.CharField(label="口令", error_messages={"required": "没有口令进不来。"})
    count = forms.IntegerField(label="人数")


def told(language: str) -> dict[str, list[str]]:
    with translation.override(language):
        form = Sample({"count": "三"}, {})
        assert not form.is_valid()
        return {field.name: list(field.errors) for field in form}


def test_each_kind_of_field_says_what_to_do() -> None:
    assert told("zh-hans") | {"count": []} == {
        "phone": ["请填写“联系电话”。"], "kind": ["请选择“类型”。"], "way": ["请选择“方式”。"],
        "paper": ["请选择“照片”的文件。"], "agreed": ["请勾选“同意”。"],
        "own": ["没有口令进不来。"], "count": [],
    }  # fmt: skip
    assert told("en")["phone"] == ["Please fill in “联系电话”."]
    assert told("zh-hans")["count"], "other mistakes keep their sentence"


def test_a_number_out_of_bounds_names_its_field_and_the_bound() -> None:
    class Bounds(forms.Form):
        order = forms.IntegerField(label="顺序", min_value=0)
        days = forms.IntegerField(label="天数", max_value=365)
        own = forms.IntegerField(
            label="层", min_value=1, error_messages={"min_value": "没有这层。"}
        )

    form = Bounds({"order": "-3", "days": "400", "own": "0"})
    assert list(form["order"].errors) == ["“顺序”不能小于 0。"]
    assert list(form["days"].errors) == ["“天数”不能大于 365。"]
    assert list(form["own"].errors) == ["没有这层。"]


@pytest.mark.django_db
def test_a_page_of_the_application_does() -> None:
    client = Client()
    client.force_login(make_staff("community_secretary", make_district()["C1"]))
    text = client.post("/enterprises/new/", {"short_name": "云杉"}).content.decode()
    assert "请填写“企业名称”。" in text
    assert "这个字段是必填项" not in text
