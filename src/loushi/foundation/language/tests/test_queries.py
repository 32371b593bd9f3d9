import pytest

from loushi.foundation.core.actor import BUILDING, DEPARTMENT, ENTERPRISE, UNIT, Actor, system_actor
from loushi.foundation.core.scoping import ModelScope, OwnLeg, UnitLeg, UserLeg
from loushi.foundation.core.testing import grant, make_actor
from loushi.foundation.language import queries
from loushi.foundation.language.models import IndexEntry
from loushi.foundation.language.queries import EVERYTHING, NOTHING, Scope, scope_of

HERE = "000001000007"


@pytest.fixture(autouse=True)
def _declared(monkeypatch):
    legs = (
        UnitLeg(),
        OwnLeg(DEPARTMENT, "department_id"),
        OwnLeg(ENTERPRISE, "enterprise_id"),
        UserLeg("submitter_id", frozenset({"demands.view"})),
    )
    declared = ModelScope(IndexEntry, "demands.view", legs)
    monkeypatch.setattr(queries, "declared_scope", lambda model: declared)
    monkeypatch.setattr(queries, "root_path", lambda: "000001")


def test_each_leg_gives_its_part_of_the_range():
    actor = make_actor(
        9,
        grants=[
            grant("secretary", UNIT, HERE, "demands.view"),
            grant("handler", DEPARTMENT, 7, "demands.view"),
            grant("contact", ENTERPRISE, 5, "demands.view"),
            grant("chief", BUILDING, 3, "demands.view"),  # no leg of this model
            grant("clerk", UNIT, "000001000008", "buildings.view"),  # another permission
        ],
    )
    assert scope_of(actor, IndexEntry) == Scope((HERE,), ("d7", "e5", "s9"))
    assert scope_of(actor, IndexEntry, "buildings.view") == Scope(("000001000008",))


def test_a_grant_at_the_root_needs_no_range():
    actor = make_actor(grants=[grant("viewer", UNIT, "000001", "demands.view")])
    assert scope_of(actor, IndexEntry) == EVERYTHING


def test_the_system_and_the_support_mode_read_everything():
    helper = Actor(user_id=1, name="支持", see_all=True)
    assert scope_of(system_actor(), IndexEntry) == EVERYTHING
    assert scope_of(helper, IndexEntry) == EVERYTHING
    assert scope_of(helper, IndexEntry, "demands.accept") == NOTHING


def test_a_stranger_has_no_range():
    assert not scope_of(Actor(user_id=None, name=""), IndexEntry)
