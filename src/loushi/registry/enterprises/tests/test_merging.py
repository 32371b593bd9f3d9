"""Duplicates are proposed, merged with everything that hangs on them, and taken apart again."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.core.testing import at, make_actor
from loushi.foundation.language.queries import find, scope_of
from loushi.foundation.transfer.models import ExternalKey
from loushi.registry.accounts.factories import make_staff, make_user
from loushi.registry.buildings.factories import make_building, make_space
from loushi.registry.enterprises import commands, queries
from loushi.registry.enterprises.factories import (
    make_contact,
    make_enterprise,
    make_member,
    make_tenancy,
    valid_code,
)
from loushi.registry.enterprises.models import (
    DuplicateProposal,
    Enterprise,
    EnterpriseAlias,
    EnterpriseContact,
    EnterpriseMembership,
    MergeMove,
    Tenancy,
)
from loushi.registry.enterprises.queries import moments
from loushi.registry.enterprises.queries.relations import everything, relations
from loushi.registry.enterprises.queries.sealing import values_of
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db
SYSTEM = system_actor()
WHY = "同一家，营业执照已核对"


@pytest.fixture
def units():
    return make_district()


@pytest.fixture
def pair(units):
    """Two rows of one firm in one room, the second without a code."""
    building = make_building(units["C1"])
    space = make_space(building, "1703")
    kept = make_enterprise(units["C1"], name="临漕云栈数维科技有限公司", credit_code=valid_code(1))
    former = make_enterprise(
        units["C1"], name="云栈数维科技（临漕）有限公司", credit_code=None, staff_count=12
    )
    make_tenancy(kept, building, space_id=space.pk, since=date(2026, 3, 1))
    make_tenancy(former, building, space_id=space.pk, since=date(2025, 6, 1), area="120.00")
    make_contact(kept, "许念青", "13812342046")
    make_contact(former, "许念青", "13812342046")
    make_contact(former, "方砚", "13912340000")
    return kept, former


def state_of_register() -> dict:
    """Every row that hangs on an enterprise, and the enterprises themselves."""
    found = {
        relation.model._meta.label: {
            row.pk: values_of(row) for row in everything(relation.model).all()
        }
        for relation in relations()
        if relation.model._meta.label
        not in {"enterprises.EnterpriseMerge", "enterprises.EnterpriseAlias"}
    }
    firms = {row.pk: values_of(row) for row in everything(Enterprise)}
    for values in firms.values():
        values.pop("updated_at")
    return found | {"firms": firms}


def merge(kept: Enterprise, former: Enterprise, **more):
    return commands.merge_enterprises(
        actor=SYSTEM, kept_id=kept.pk, former_id=former.pk, why=WHY, **more
    )


# ---- proposals -----------------------------------------------------------------------------------


def test_a_pair_is_proposed_with_reasons_and_only_to_those_who_see_both(units, pair) -> None:
    assert commands.refresh_proposals() == 1
    here = make_actor(path=units["C1"].path, permissions=["enterprises.view", "enterprises.merge"])
    there = make_actor(path=units["C2"].path, permissions=["enterprises.view", "enterprises.merge"])
    line = queries.proposal_list(here).rows[0]
    assert {line.first_id, line.second_id} == {row.pk for row in pair}
    assert line.speaks_for
    assert queries.proposal_list(there).rows == []
    with pytest.raises(NotVisible):
        queries.proposal(there, line.id)
    with pytest.raises(Denied):
        queries.proposal_list(make_actor(path=units["C1"].path, permissions=["enterprises.view"]))


def test_a_pair_over_two_communities_is_shown_above_both_only(units) -> None:
    one = make_enterprise(units["C1"], name="临漕云栈数维科技有限公司", credit_code=None)
    two = make_enterprise(units["C2"], name="临漕云栈数维科技有限公司", credit_code=None)
    commands.refresh_proposals()
    permissions = ["enterprises.view", "enterprises.merge"]
    assert queries.open_proposals(make_actor(path=units["C1"].path, permissions=permissions)) == 0
    assert queries.open_proposals(make_actor(path=units["Q"].path, permissions=permissions)) == 1
    assert {one.pk, two.pk} == set(DuplicateProposal.plain.values_list("first_id", "second_id")[0])


def test_what_was_set_apart_is_not_proposed_again_until_it_is_put_back(pair) -> None:
    commands.refresh_proposals()
    row = DuplicateProposal.plain.get()
    with pytest.raises(Refused):
        commands.set_apart(actor=SYSTEM, proposal_id=row.pk, why=" ")
    commands.set_apart(actor=SYSTEM, proposal_id=row.pk, why="同名不同店")
    assert commands.refresh_proposals() == 0
    with pytest.raises(Conflict):
        commands.set_apart(actor=SYSTEM, proposal_id=row.pk, why="同名不同店")
    commands.reopen_proposal(actor=SYSTEM, proposal_id=row.pk)
    assert commands.refresh_proposals() == 1


def test_a_proposal_goes_when_the_rows_no_longer_look_alike(pair) -> None:
    commands.refresh_proposals()
    commands.update_enterprise(
        actor=SYSTEM, enterprise_id=pair[1].pk, values={"name": "平川向晚物流有限公司"}
    )
    assert commands.refresh_proposals() == 0


# ---- merging -------------------------------------------------------------------------------------


def test_the_preview_counts_every_relation_and_writes_nothing(pair) -> None:
    before = state_of_register()
    kept, former = pair
    listed = queries.what_moves(SYSTEM, kept.pk, former.pk)
    moves = {move.label: dict(move.fates) for move in listed}
    assert sum(sum(fates.values()) for fates in moves.values()) >= 3
    assert any("folded" in fates for fates in moves.values())
    assert state_of_register() == before


def test_a_merge_moves_everything_and_keeps_both_numbers_findable(units, pair) -> None:
    kept, former = pair
    member = make_member(former)
    merge(kept, former, take=["staff_count"])
    assert not Enterprise.plain.filter(pk=former.pk).exists()
    for relation in relations():
        assert not relation.rows(former.pk).exists(), relation
    stay = Tenancy.plain.get(enterprise=kept)
    assert (stay.since, str(stay.area)) == (date(2025, 6, 1), "120.00")
    assert EnterpriseContact.plain.filter(enterprise=kept).count() == 3
    assert EnterpriseMembership.plain.get(pk=member.pk).enterprise_id == kept.pk
    kept.refresh_from_db()
    assert kept.staff_count == 12
    assert queries.enterprise_now(SYSTEM, former.pk) == kept.pk
    found = find(kind="enterprise", query=former.name, scope=scope_of(SYSTEM, Enterprise))
    assert list(found.ids) == [kept.pk]
    entry = Entry.objects.unscoped("a test").get(action="enterprises.merge")
    assert str(former.pk) in entry.before["former"]
    assert DuplicateProposal.plain.count() == 0


def test_a_merge_and_its_undo_leave_the_register_as_it_was(pair) -> None:
    kept, former = pair
    make_member(former)
    ExternalKey.objects.create(
        kind="enterprises.enterprise", source="物业月报", external_id="A-17", object_id=former.pk
    )
    before = state_of_register()
    row = merge(kept, former, take=["staff_count", "short_name"])
    assert ExternalKey.objects.get(external_id="A-17").object_id == kept.pk
    assert queries.changes_since(SYSTEM, row.pk) == []
    commands.undo_merge(actor=SYSTEM, merge_id=row.pk)
    assert state_of_register() == before
    assert ExternalKey.objects.get(external_id="A-17").object_id == former.pk
    assert not EnterpriseAlias.plain.exists()
    with pytest.raises(Conflict):
        commands.undo_merge(actor=SYSTEM, merge_id=row.pk)


def test_the_timeline_tells_of_merge_and_undo_to_who_may_merge(pair) -> None:
    kept, former = pair
    name = former.name
    row = merge(kept, former)
    told = list(moments.merges(SYSTEM, kept.pk))
    assert [(one.title, one.text) for one in told] == [(f"“{name}”并入", row.why)]
    commands.undo_merge(actor=SYSTEM, merge_id=row.pk)
    assert [one.title for one in moments.merges(SYSTEM, kept.pk)] == [
        f"“{name}”并入", f"撤销并户，“{name}”重新单列",
    ]  # fmt: skip
    assert next(moments.merges(SYSTEM, former.pk)).title == f"并入“{kept.name}”"
    reader = make_actor(path=kept.unit_path, permissions={"enterprises.view"})
    assert list(moments.merges(reader, kept.pk)) == []


def test_rows_changed_since_are_listed_and_go_back_only_on_confirmation(pair) -> None:
    kept, former = pair
    row = merge(kept, former)
    contact = EnterpriseContact.plain.get(name="方砚")
    EnterpriseContact.plain.filter(pk=contact.pk).update(title="行政主管")
    changes = queries.changes_since(SYSTEM, row.pk)
    assert [change.text for change in changes] == ["方砚"]
    with pytest.raises(Conflict):
        commands.undo_merge(actor=SYSTEM, merge_id=row.pk)
    assert not Enterprise.plain.filter(pk=former.pk).exists()
    commands.undo_merge(actor=SYSTEM, merge_id=row.pk, confirmed=True)
    contact.refresh_from_db()
    assert (contact.enterprise_id, contact.title) == (former.pk, "行政主管")


def test_a_taken_value_that_was_corrected_since_is_listed_and_stays(pair) -> None:
    kept, former = pair
    row = merge(kept, former, take=["short_name"])
    assert queries.changes_since(SYSTEM, row.pk) == []
    Enterprise.plain.filter(pk=kept.pk).update(short_name="后来改的")
    assert [change.text for change in queries.changes_since(SYSTEM, row.pk)] == ["简称"]
    with pytest.raises(Conflict):
        commands.undo_merge(actor=SYSTEM, merge_id=row.pk)
    commands.undo_merge(actor=SYSTEM, merge_id=row.pk, confirmed=True)
    kept.refresh_from_db()
    assert kept.short_name == "后来改的"


def test_after_thirty_days_a_merge_stands(pair) -> None:
    row = merge(*pair)
    with at(timezone.now() + timedelta(days=31)), pytest.raises(Conflict):
        commands.undo_merge(actor=SYSTEM, merge_id=row.pk)


def test_two_legal_persons_are_not_merged(units) -> None:
    one = make_enterprise(units["C1"], name="临漕云栈科技有限公司", credit_code=valid_code(5))
    two = make_enterprise(units["C1"], name="临漕云栈科技有限公司", credit_code=valid_code(6))
    before = state_of_register()
    with pytest.raises(Refused):
        merge(one, two)
    with pytest.raises(Refused):
        merge(one, one)
    with pytest.raises(Refused):
        commands.merge_enterprises(actor=SYSTEM, kept_id=one.pk, former_id=two.pk, why="")
    assert state_of_register() == before


def test_the_right_is_needed_at_both(units, pair) -> None:
    kept, former = pair
    stranger = make_enterprise(units["C2"], name="临漕云栈数维科技有限公司", credit_code=None)
    here = make_actor(path=units["C1"].path, permissions=["enterprises.view", "enterprises.merge"])
    reader = make_actor(path=units["Q"].path, permissions=["enterprises.view"])
    before = state_of_register()
    with pytest.raises(NotVisible):
        commands.merge_enterprises(actor=here, kept_id=kept.pk, former_id=stranger.pk, why=WHY)
    with pytest.raises(Denied):
        commands.merge_enterprises(actor=reader, kept_id=kept.pk, former_id=former.pk, why=WHY)
    assert state_of_register() == before


def test_the_code_of_the_merged_row_stays_taken_and_leads_to_the_other(units) -> None:
    code = valid_code(8)
    kept = make_enterprise(units["C1"], name="临漕云栈科技有限公司", credit_code=None)
    former = make_enterprise(units["C1"], name="临漕云栈科技有限公司", credit_code=code)
    merge(kept, former)
    with pytest.raises(Refused):
        make_enterprise(units["C1"], credit_code=code)
    result = commands.upsert_enterprises(
        actor=SYSTEM, rows=[{"credit_code": code, "name": "临漕云栈科技有限公司", "staff_count": 7}]
    )
    assert result.ids == [kept.pk]
    kept.refresh_from_db()
    assert (kept.staff_count, kept.credit_code) == (7, None)


def test_taking_the_code_gives_it_to_the_enterprise_that_stays(units) -> None:
    code = valid_code(9)
    kept = make_enterprise(units["C1"], name="临漕云栈科技有限公司", credit_code=None)
    former = make_enterprise(units["C1"], name="临漕云栈科技有限公司", credit_code=code)
    row = merge(kept, former, take=["credit_code"])
    kept.refresh_from_db()
    assert kept.credit_code == code
    commands.undo_merge(actor=SYSTEM, merge_id=row.pk)
    kept.refresh_from_db()
    assert (kept.credit_code, Enterprise.plain.get(pk=former.pk).credit_code) == (None, code)


def test_a_running_post_of_the_other_ends(units, pair) -> None:
    kept, former = pair
    officers = [make_user("方既明"), make_user("许衡")]
    for firm, officer in zip(pair, officers, strict=True):
        commands.assign_officers(
            actor=SYSTEM,
            enterprise_ids=[firm.pk],
            user_id=officer.pk,
            since=date(2026, 1, 1),
            why="分片",
        )
    merge(kept, former)
    posts = {post.user_id: post.until for post in kept.posts.all()}
    assert posts[officers[0].pk] is None
    assert posts[officers[1].pk] is not None
    moved = MergeMove.plain.filter(model="enterprises.OfficerPost").get()
    assert moved.before["enterprise_id"] == former.pk


# ---- pages ---------------------------------------------------------------------------------------


@pytest.fixture
def secretary(units):
    client = Client()
    client.force_login(make_staff("community_secretary", units["C1"]))
    return client


def test_from_the_list_to_a_merge_and_back(secretary, pair) -> None:
    kept, former = pair
    commands.refresh_proposals()
    listed = secretary.get(reverse("enterprises:duplicates")).content.decode()
    assert former.name in listed
    address = reverse("enterprises:compare", args=[kept.pk, former.pk])
    assert "1703" in secretary.get(address).content.decode()
    assert secretary.post(address, {"why": ""}).status_code == 422
    answer = secretary.post(address, {"why": WHY, "take": ["staff_count"]})
    assert answer.url == reverse("enterprises:page", args=[kept.pk])
    gone = secretary.get(reverse("enterprises:page", args=[former.pk]))
    assert gone.url == reverse("enterprises:page", args=[kept.pk])
    record = secretary.get(reverse("enterprises:merges")).content.decode()
    assert former.name in record
    undo = reverse("enterprises:undo_merge", args=[kept.merges.get().pk])
    assert secretary.get(undo).status_code == 200
    assert secretary.post(undo).url == reverse("enterprises:page", args=[former.pk])


def test_two_are_compared_by_hand(secretary, pair) -> None:
    kept, former = pair
    address = reverse("enterprises:pair")
    answer = secretary.get(address, {"one": kept.credit_code, "other": former.name})
    assert answer.url == reverse("enterprises:compare", args=[kept.pk, former.pk])
    assert secretary.get(address, {"one": "没有", "other": former.name}).status_code == 422


def test_the_form_says_when_a_firm_is_probably_registered(secretary, pair) -> None:
    address = reverse("enterprises:look_alikes")
    text = secretary.get(address, {"name": "临漕云栈数维科技有限责任公司"}).content.decode()
    assert pair[0].name in text
    assert secretary.get(address, {"name": "临漕向晚物流"}).content.decode().strip() == ""


def test_others_meet_no_merge(units, pair) -> None:
    client = Client()
    client.force_login(make_staff("community_secretary", units["C2"]))
    kept, former = pair
    assert client.get(reverse("enterprises:compare", args=[kept.pk, former.pk])).status_code == 404
    clerk = Client()
    clerk.force_login(make_staff("window_clerk", units["C1"]))
    assert clerk.get(reverse("enterprises:duplicates")).status_code == 403
    address = reverse("enterprises:compare", args=[kept.pk, former.pk])
    assert clerk.post(address, {"why": WHY}).status_code == 403
    assert Enterprise.plain.filter(pk=former.pk).exists()


def test_what_runs_never_ends_up_at_a_cancelled_one() -> None:
    units = make_district()
    gone = make_enterprise(units["C1"], name="澄观贸易有限公司", credit_code=None)
    here = make_enterprise(units["C1"], name="澄观贸易公司", credit_code=None)
    Enterprise.plain.filter(pk=gone.pk).update(status="cancelled")
    for kept, former, take in ((gone, here, ()), (here, gone, ("status",))):
        with pytest.raises(Refused, match="并户后不能是“注销”"):
            commands.merge_enterprises(
                actor=SYSTEM, kept_id=kept.pk, former_id=former.pk, take=take, why=WHY
            )
    assert Enterprise.plain.filter(pk__in=[gone.pk, here.pk]).count() == 2
    commands.merge_enterprises(
        actor=SYSTEM, kept_id=gone.pk, former_id=here.pk, take=("status",), why=WHY
    )
    assert Enterprise.plain.get(pk=gone.pk).status == "operating"
