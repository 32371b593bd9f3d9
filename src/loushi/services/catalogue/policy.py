"""Who sees policies, who may change them, and why a tax condition stays unknown to most.

A published policy is read by the staff of its unit and below, by enterprises that sit there, and by
departments. Changing needs a grant at the policy's own unit or above (`may_at`): the legs by which
one reads from below give nothing more.

**Tax.** A verdict on a tax condition tells whether a firm's tax lies above or below an edge. So it
is worked out for the firm itself and for those who may see bands (`tax.bands`, purpose of the day
stated, the look recorded). For everybody else the condition stays unknown, and with it the whole:
"met" would say the same. Pushing leaves tax conditions out for everybody, since the list of who was
told is seen by others.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.actor import ENTERPRISE, Actor
from loushi.foundation.core.permissions import declare
from loushi.foundation.core.scoping import DEPARTMENT, UNIT, Leg, OwnLeg, UnitLeg, UserLeg, scope
from loushi.foundation.core.units import WIDTH
from loushi.foundation.lists.registry import WordList, offer
from loushi.foundation.notices.registry import declare_kind
from loushi.registry.accounts.policy import can_at
from loushi.registry.enterprises.policy import LISTS, NearLeg
from loushi.services.catalogue.models import (
    BundleVersion,
    Declaration,
    ItemField,
    ItemSide,
    ItemVersion,
    MenuEntry,
    Policy,
    PolicyPush,
    PolicyVersion,
    PushRefusal,
    Resource,
    ResourceArea,
    ResourceBooking,
    ResourceKind,
    ResourceSlot,
    ResourceTimes,
    ServiceBundle,
    ServiceItem,
)

VIEW = declare("catalogue.view", _("查看惠企政策、服务清单和社区资源"))
CHANGE = declare("catalogue.change", _("登记、发布惠企政策、服务清单和社区资源"))
MATCH = declare("catalogue.match", _("查看哪些企业符合政策"))
PUSH = declare("catalogue.push", _("把政策推送给符合的企业"))
TRACK = declare("catalogue.track", _("查看政策申报"))
DECIDE = declare("catalogue.decide", _("登记政策申报进展和结果"))
EXPORT = declare("catalogue.export", _("导出政策匹配、申报和服务清单"))
IMPORT = declare("catalogue.import", _("导入惠企政策和服务清单"))
DESIGN = declare("catalogue.bundles", _("设计、检查、发布一类事"))
OWN = declare("catalogue.own", _("为本企业查看政策、登记申报"))
BOOK = declare("catalogue.book", _("预约社区资源、取消自己的预约"))
BOOKINGS = declare("catalogue.bookings", _("查看社区资源的预约名单"))
HOST = declare("catalogue.host", _("办理资源预约：登记到场、未到、代为预约"))

RECEIVE = declare("catalogue.receive", _("接待本企业提供的资源：查看谁来、登记到场"))

KIND_BOOKING = declare_kind(
    "catalogue.booking", _("资源预约：候补转为预约、被取消"), permission=BOOK
)
KIND_CALL = declare_kind(
    "catalogue.booking_call", _("资源预约：代为预约的人轮到了，要打电话"), permission=HOST
)
KIND_POLICY = declare_kind("catalogue.policy", _("适合本企业的政策"), permission=OWN)
KIND_DECLARED = declare_kind("catalogue.declared", _("政策申报的进展"), permission=OWN)

OUT = Q(state="published")


@dataclass(frozen=True)
class AboveLeg(Leg):
    """What is published at the units above one's own."""

    kind: str = UNIT

    def condition(self, model: type[models.Model], keys: frozenset[str]) -> Q:
        above = {key[:end] for key in keys for end in range(WIDTH, len(key), WIDTH)}
        return OUT & Q(unit_path__in=sorted(above))

    def covers(self, grant_key: str, row: models.Model) -> bool:
        path = str(getattr(row, "unit_path", ""))
        return getattr(row, "state", "") == "published" and (
            bool(path) and grant_key.startswith(path) and grant_key != path
        )


@dataclass(frozen=True)
class NearPublishedLeg(NearLeg):
    """What is published where an enterprise sits."""

    def condition(self, model: type[models.Model], keys: frozenset[str]) -> Q:
        return OUT & super().condition(model, keys)


@dataclass(frozen=True)
class PublishedLeg(Leg):
    """Whatever is published, for departments: they serve the whole district."""

    kind: str = DEPARTMENT

    def condition(self, model: type[models.Model], keys: frozenset[str]) -> Q:
        return OUT

    def covers(self, grant_key: str, row: models.Model) -> bool:
        return getattr(row, "state", "") == "published"


@dataclass(frozen=True)
class GuideLeg(Leg):
    """The service lists of the units above one's own: a community reads the guide that it takes
    items from, also what begins on a later day."""

    kind: str = UNIT

    def condition(self, model: type[models.Model], keys: frozenset[str]) -> Q:
        above = {key[:end] for key in keys for end in range(WIDTH, len(key), WIDTH)}
        return Q(unit_path__in=sorted(above))

    def covers(self, grant_key: str, row: models.Model) -> bool:
        path = str(getattr(row, "unit_path", ""))
        return bool(path) and grant_key.startswith(path) and grant_key != path


@dataclass(frozen=True)
class ListLeg(Leg):
    """Every service list, for departments: their services stand in all of them."""

    kind: str = DEPARTMENT

    def condition(self, model: type[models.Model], keys: frozenset[str]) -> Q:
        return Q()

    def covers(self, grant_key: str, row: models.Model) -> bool:
        return True


@dataclass(frozen=True)
class ProviderLeg(Leg):
    """What an enterprise provides, for those of its people who receive there, and for nothing else:
    its kind is that of no grant, so that no other permission is widened by it."""

    field: str
    kind: str = "provider"

    def keys(self, actor: Actor, permission: str) -> frozenset[str]:
        return actor.keys(ENTERPRISE, RECEIVE) if permission == RECEIVE else frozenset()

    def condition(self, model: type[models.Model], keys: frozenset[str]) -> Q:
        return Q(**{f"{self.field}__in": sorted(int(key) for key in keys)})

    def covers(self, grant_key: str, row: models.Model) -> bool:
        return False


READERS = [UnitLeg(), AboveLeg(), NearPublishedLeg(), PublishedLeg()]
scope(Policy, view=VIEW, legs=READERS)
scope(Resource, view=VIEW, legs=[*READERS, ProviderLeg("firm_id")])
scope(ResourceArea, view=VIEW, legs=[UnitLeg()])
scope(ServiceBundle, view=VIEW, legs=READERS)
scope(BundleVersion, view=VIEW, legs=[UnitLeg()])
scope(ResourceTimes, view=VIEW, legs=[UnitLeg()])
scope(ResourceSlot, view=BOOKINGS, legs=[UnitLeg()])
scope(
    ResourceBooking, view=BOOKINGS,
    legs=[
        UnitLeg(), UserLeg("user_id", frozenset({BOOKINGS, BOOK})),
        ProviderLeg("resource__firm_id"),
    ],
)  # fmt: skip
scope(PolicyVersion, view=VIEW, legs=[UnitLeg()])
scope(PolicyPush, view=MATCH, legs=[UnitLeg()])
scope(PushRefusal, view=TRACK, legs=[UnitLeg(), OwnLeg(ENTERPRISE, "enterprise_id")])
scope(Declaration, view=TRACK, legs=[UnitLeg(), OwnLeg(ENTERPRISE, "enterprise_id")])
for _listed in (ServiceItem, ItemVersion, MenuEntry):
    scope(_listed, view=VIEW, legs=[UnitLeg(), GuideLeg(), NearLeg(), ListLeg()])


def may_at(
    actor: Actor, permission: str, row: Policy | ServiceItem | MenuEntry | ServiceBundle
) -> bool:
    """Whether the actor may do something with a row itself: by a grant at its unit or above."""
    return can_at(actor, permission, row.unit_path)


def _used() -> dict[str, int]:
    rows = Resource.objects.unscoped("how often a word is used").order_by()
    return dict(rows.values_list("kind_id").annotate(n=Count("pk")))


offer(
    WordList(
        key="resources", title=_("资源类型"), about=_("社区所能分哪些类。"), permission=LISTS,
        model=ResourceKind, fields=("label", "meaning", "order"), used=_used,
    )
)  # fmt: skip


def _words_in(column: str) -> Callable[[], dict[str, int]]:
    def used() -> dict[str, int]:
        rows = ItemVersion.objects.unscoped("how often a word is used").order_by()
        return dict(rows.values_list(column).annotate(n=Count("pk")))

    return used


for _key, _model, _column, _title, _about in (
    (
        "item_fields",
        ItemField,
        "field_id",
        _("服务清单的类别"),
        _("五位一体：服务清单按什么分。"),
    ),
    ("item_sides", ItemSide, "side_id", _("服务清单的三侧"), _("由谁提供：政府、社会、市场。")),
):
    offer(
        WordList(
            key=_key, title=_title, about=_about, permission=LISTS, model=_model,
            fields=("label", "meaning", "order"),
            used=_words_in(_column),
        )
    )  # fmt: skip
