"""Bundles are designed as drafts, published whole, and versioned; by those who may."""

from typing import Any

import pytest

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.registry.accounts.factories import make_department
from loushi.services.catalogue import commands, queries
from loushi.services.catalogue.models import BundleVersion, ServiceBundle

WHY = "test"
URL = "/catalogue/bundles/"


@pytest.fixture
def bundle(place: Any) -> ServiceBundle:
    place.department = make_department(place.units["Q"], name="区市场监管局")
    return commands.create_bundle(
        actor=place.actors["secretary"], unit_id=place.units["C1"].pk,
        values={"title": "开店", "founders": True},
    )  # fmt: skip


def put(place: Any, row: ServiceBundle, part: str, code: str = "", **values: Any) -> str:
    return commands.put_part(
        actor=place.actors["secretary"], bundle_id=row.pk, part=part, values=values, code=code
    )


def designed(place: Any, row: ServiceBundle) -> None:
    put(place, row, "field", label="业态", kind="choice", options=["餐饮", "办公"], required=True)
    put(place, row, "material", label="身份证明", required=True)
    first = put(place, row, "step", title="收件", window=True, limit_amount=1, materials=["m1"],
                needs=["f1"])  # fmt: skip
    put(place, row, "step", title="发照", department=place.department.pk, limit_amount=2,
        after=[first], closing=True)  # fmt: skip


def content(row: ServiceBundle, number: int = 1) -> Any:
    return BundleVersion.objects.unscoped(WHY).get(bundle=row, number=number).content


def test_it_is_published_whole_or_not_at_all(place: Any, bundle: ServiceBundle) -> None:
    put(place, bundle, "step", title="收件", limit_amount=1)
    with pytest.raises(Refused) as caught:
        commands.publish_bundle(actor=place.actors["secretary"], bundle_id=bundle.pk)
    sentences = [str(error.message) for error in caught.value.errors]
    assert len(sentences) == 2
    assert any("“收件”没有负责部门" in one for one in sentences)
    bundle.refresh_from_db()
    assert (bundle.state, bundle.live) == ("draft", 0)
    assert queries.offered(place.actors["boss"]) == []


def test_a_new_version_takes_the_place_of_the_old_one(place: Any, bundle: ServiceBundle) -> None:
    secretary = place.actors["secretary"]
    designed(place, bundle)
    commands.publish_bundle(actor=secretary, bundle_id=bundle.pk)
    (line,) = queries.offered(place.actors["boss"])
    assert (line.title, line.steps, line.version) == ("开店", 2, 1)
    with pytest.raises(Conflict):  # a published version is never changed
        put(place, bundle, "step", title="再加", window=True, limit_amount=1)
    commands.begin_version(actor=secretary, bundle_id=bundle.pk)
    assert commands.begin_version(actor=secretary, bundle_id=bundle.pk).number == 2
    put(place, bundle, "step", "s2", title="发照", window=True, limit_amount=1, after=["s1"],
        closing=True)  # fmt: skip
    assert content(bundle, 1)["steps"][1]["department"] == place.department.pk
    commands.publish_bundle(actor=secretary, bundle_id=bundle.pk)
    states = BundleVersion.objects.unscoped(WHY).filter(bundle=bundle).order_by("number")
    assert list(states.values_list("state", flat=True)) == ["retired", "published"]
    commands.withdraw_bundle(actor=secretary, bundle_id=bundle.pk)
    assert queries.offered(place.actors["boss"]) == []
    commands.offer_bundle(actor=secretary, bundle_id=bundle.pk)
    assert len(queries.offered(place.actors["boss"])) == 1


def test_a_deleted_step_leaves_no_gap(place: Any, bundle: ServiceBundle) -> None:
    secretary = place.actors["secretary"]
    designed(place, bundle)
    put(place, bundle, "step", title="送达", window=True, limit_amount=1, after=["s2"])
    given = {"actor": secretary, "bundle_id": bundle.pk}
    commands.drop_part(**given, part="step", code="s2")
    assert [(one["code"], one["after"]) for one in content(bundle)["steps"]] == [
        ("s1", []), ("s3", ["s1"]),
    ]  # fmt: skip
    assert put(place, bundle, "step", title="新的", window=True, limit_amount=1) == "s4"
    commands.drop_part(**given, part="material", code="m1")
    commands.drop_part(**given, part="field", code="f1")
    step = content(bundle)["steps"][0]
    assert (step["materials"], step["needs"]) == ([], [])
    commands.move_part(**given, part="step", code="s4", up=True)
    commands.move_part(**given, part="step", code="s1", up=True)
    assert [one["code"] for one in content(bundle)["steps"]] == ["s1", "s4", "s3"]


def test_who_works_on_an_old_revision_is_told(place: Any, bundle: ServiceBundle) -> None:
    put(place, bundle, "field", label="店名", kind="text")
    with pytest.raises(Conflict, match="被别人改过"):
        commands.put_part(
            actor=place.actors["secretary"], bundle_id=bundle.pk, part="field",
            values={"label": "业态", "kind": "text"}, revision=1,
        )  # fmt: skip
    assert len(content(bundle)["fields"]) == 1


@pytest.mark.parametrize(
    ("part", "values", "field"),
    [
        ("field", {"label": " ", "kind": "text"}, "label"),
        ("field", {"label": "业态", "kind": "choice", "options": []}, "options"),
        ("field", {"label": "业态", "kind": "magic"}, "kind"),
        ("step", {"title": "", "limit_amount": 1}, "title"),
        ("step", {"title": "收件", "limit_amount": 0}, "limit_amount"),
        ("step", {"title": "收件", "limit_amount": 1, "department": 10**9}, "department"),
        ("step", {"title": "收件", "limit_amount": 1, "after": ["s9"]}, "after"),
        ("step", {"title": "收件", "limit_amount": 1,
                  "when": [{"field": "f9", "op": "any", "values": ["x"]}]}, "when"),
        ("material", {"label": ""}, "label"),
        ("record", {"label": "长" * 41}, "label"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(
    place: Any, bundle: ServiceBundle, part: str, values: Any, field: str
) -> None:
    with pytest.raises(Refused) as caught:
        put(place, bundle, part, **values)
    assert field in {error.field for error in caught.value.errors}
    assert content(bundle) == {}


def test_only_those_of_its_unit_design_it(place: Any, bundle: ServiceBundle) -> None:
    designed(place, bundle)
    for who in ("clerk", "leader"):
        assert queries.bundle_row(place.actors[who], bundle.pk) == bundle
    for who in ("boss", "neighbour"):
        with pytest.raises(NotVisible):  # a draft
            queries.bundle_row(place.actors[who], bundle.pk)
    commands.publish_bundle(actor=place.actors["leader"], bundle_id=bundle.pk)
    with pytest.raises(NotVisible):
        queries.bundle_row(place.actors["neighbour"], bundle.pk)
    before = Entry.objects.unscoped(WHY).count()
    for who, refusal in (("clerk", Denied), ("boss", Denied), ("neighbour", NotVisible)):
        for command in (commands.begin_version, commands.withdraw_bundle):
            with pytest.raises(refusal):
                command(actor=place.actors[who], bundle_id=bundle.pk)
    with pytest.raises(Denied):
        commands.create_bundle(
            actor=place.actors["secretary"], unit_id=place.units["C2"].pk, values={"title": "x"}
        )
    assert Entry.objects.unscoped(WHY).count() == before
    assert ServiceBundle.objects.unscoped(WHY).get().state == "published"


def test_an_example_is_a_copy_with_the_departments_that_are_here(place: Any) -> None:
    tax = make_department(place.units["Q"], name="区税务局")
    row = commands.create_bundle(
        actor=place.actors["secretary"], unit_id=place.units["C1"].pk,
        values={"title": "开店"}, example="shop",
    )  # fmt: skip
    found = queries.design_of(place.actors["secretary"], row.pk)
    step = found.flow.step("s3")
    assert step is not None
    assert step.department == tax.pk
    assert all("没有负责部门" in one.text for one in found.faults), "only departments are missing"
    assert not any("税务" in one.text for one in found.faults)


def test_a_bundle_is_built_in_the_browser_from_nothing(place: Any, client_of: Any) -> None:
    department = make_department(place.units["Q"], name="区市场监管局")
    client = client_of("secretary")
    given = {"title": "办证", "unit_id": place.units["C1"].pk, "founders": "on"}
    assert client.post(f"{URL}new/", given | {"title": ""}).status_code == 422
    assert client.post(f"{URL}new/", given).status_code == 302
    row = ServiceBundle.objects.unscoped(WHY).get()
    design = f"{URL}{row.pk}/design/"
    assert "还没有步骤" in client.get(design).content.decode()

    def send(part: str, code: str = "new", **values: Any) -> int:
        status: int = client.post(f"{design}{part}/{code}/", values).status_code
        return status

    assert send("field", label="业态", kind="choice", options="餐饮\n办公", required="on") == 302
    assert send("field", label="面积", kind="number", required="on") == 302
    assert send("material", label="身份证明", required="on") == 302
    step = {"owner": "window", "limit_amount": "1", "limit_kind": "working_days", "verb": "handle",
            "channel": "window"}  # fmt: skip
    assert send("step", **step) == 422, "a title is missing"
    assert send("step", title="收件", materials="m1", needs=["f1", "f2"], **step) == 302
    more = {"owner": str(department.pk), "after": "s1", "when-f1-any": "餐饮", "when-f2-low": "100"}
    assert send("step", title="发照", **step | more) == 302
    assert send("step", title="送达", after="s2", closing="on", **step) == 302
    page = client.get(design).content.decode()
    assert "没有问题，可以发布" in page
    assert "业态：餐饮；面积不少于 100" in page
    assert 'value="100' in client.get(f"{design}step/s2/").content.decode(), "what was typed stays"
    assert client.post(f"{design}step/s3/change/", {"do": "up"}).status_code == 302
    assert client.post(f"{design}step/s3/change/", {"do": "jump"}).status_code == 404
    assert client.post(f"{URL}{row.pk}/do/publish/").status_code == 302
    row.refresh_from_db()
    assert row.live == 1
    assert "发照" in client.get(f"{URL}{row.pk}/").content.decode()
    assert client_of("clerk").get(design).status_code == 403
    assert client_of("neighbour").get(f"{URL}{row.pk}/").status_code == 404
    assert client_of("boss").get(URL).status_code == 403
    assert "办证" in client_of("clerk").get(URL).content.decode()


def test_the_list_costs_the_same_for_many(place: Any, client_of: Any, same_queries: Any) -> None:
    client = client_of("secretary")

    def grow(count: int) -> None:
        for _number in range(count):
            held = ServiceBundle.objects.unscoped(WHY).count()
            commands.create_bundle(
                actor=place.actors["secretary"], unit_id=place.units["C1"].pk,
                values={"title": f"事 {held}"}, example="hiring",
            )  # fmt: skip

    same_queries(lambda: client.get(URL), grow)
