"""Who sees and changes enterprises, and which of their columns stay hidden.

An enterprise is seen by the unit of its home, by the units of its running tenancies, by people with
a role at a building where it sits, and by its own people, who see their own enterprise only.
"""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, DateField, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.actor import BUILDING, ENTERPRISE, UNIT, Actor
from loushi.foundation.core.errors import Denied
from loushi.foundation.core.permissions import declare
from loushi.foundation.core.scoping import (
    Leg,
    LinkLeg,
    OwnLeg,
    UnitLeg,
    path_range,
    permits,
    scope,
)
from loushi.foundation.core.stamps import watch
from loushi.foundation.core.units import WIDTH
from loushi.foundation.lists.registry import WordList, offer
from loushi.registry.accounts.policy import can_at
from loushi.registry.enterprises.models import (
    BuildingTotals,
    ChangeReason,
    DuplicateProposal,
    Enterprise,
    EnterpriseAlias,
    EnterpriseContact,
    EnterpriseMembership,
    EnterpriseMerge,
    EnterpriseTag,
    MergeMove,
    OfficerPost,
    PlaceFact,
    SignUp,
    Stability,
    StabilityLevel,
    TagKind,
    Tenancy,
)

VIEW = declare("enterprises.view", _("查看企业"))
CHANGE = declare("enterprises.change", _("登记和更正企业、入驻与迁出"))
PHONE = declare("enterprises.phone", _("直接看到联系人电话（日常联系企业的岗位）"))
REVEAL = declare("enterprises.reveal", _("填写用途后查看联系人电话（留痕）"))
REVIEW = declare("enterprises.review", _("审核企业自助注册和关联申请"))
IMPORT = declare("enterprises.import", _("导入企业、入驻"))
EXPORT = declare("enterprises.export", _("导出企业"))
MERGE = declare("enterprises.merge", _("核对疑似重复的企业、并户和撤销并户"))
OWN = declare("enterprises.own", _("打开“我的企业”（企业的人）"))
INDUSTRIES = declare("enterprises.industries", _("维护行业目录"))
LISTS = declare("enterprises.lists", _("设定企业标签和规则、稳定度、变化原因"))


class Today(Value):
    """The date of the moment of asking, as an expression: a scope is declared once, but "still
    running" has to be decided anew with every question."""

    def __init__(self) -> None:
        super().__init__(None, output_field=DateField())

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return Value(timezone.localdate(), output_field=DateField()).as_sql(compiler, connection)


NOT_ENDED = Q(until__isnull=True) | Q(until__gt=Today())
"""Tenancies that run or will begin (`until` is the first day after). Rights follow them: who has
registered that a firm moves in next month has to see it."""
RUNNING = NOT_ENDED & (Q(since__isnull=True) | Q(since__lte=Today()))
"""Tenancies that run today."""


@dataclass(frozen=True)
class NearLeg(Leg):
    """What lies where an enterprise has its home or sits: at these units, and above and below
    them."""

    kind: str = ENTERPRISE

    def condition(self, model: type[models.Model], keys: frozenset[str]) -> Q:
        ids = sorted(int(key) for key in keys)
        why = "the places of the enterprises that the actor acts for"
        home = Enterprise.objects.unscoped(why).filter(pk__in=ids)
        sits = Tenancy.objects.unscoped(why).filter(RUNNING, enterprise__in=ids)
        paths = {path for rows in (home, sits) for path in rows.values_list("unit_path", flat=True)}
        found = Q(pk__in=[])
        for path in sorted(filter(None, paths)):
            above = [path[:end] for end in range(WIDTH, len(path), WIDTH)]
            found |= Q(unit_path__in=above) | path_range("unit_path", path)
        return found

    def covers(self, grant_key: str, row: models.Model) -> bool:
        near = self.condition(type(row), frozenset({grant_key}))
        return type(row)._base_manager.filter(near, pk=row.pk).exists()


IN_FORCE = Q(withdrawn_at__isnull=True)
"""Facts that were not withdrawn by a correction."""


def hidden_fields(actor: Actor, row: models.Model) -> frozenset[str]:
    """The contacts' phone, unless a grant that covers the row lets the actor see it directly."""
    return frozenset() if permits(actor, PHONE, row) else frozenset({"phone"})


def _sitting(kind: str, key: str, row: str) -> LinkLeg:
    return LinkLeg(kind, Tenancy, row=row, key=key, where=NOT_ENDED)


watch("rights", Enterprise, EnterpriseMembership)

scope(
    Enterprise,
    view=VIEW,
    legs=[
        UnitLeg(),
        _sitting(UNIT, "unit_path", "enterprise_id"),
        _sitting(BUILDING, "building_id", "enterprise_id"),
        OwnLeg(ENTERPRISE, "id"),
    ],
    hidden=hidden_fields,
)
scope(
    EnterpriseContact,
    view=VIEW,
    legs=[
        UnitLeg(),
        _sitting(UNIT, "unit_path", "enterprise__contacts__id"),
        _sitting(BUILDING, "building_id", "enterprise__contacts__id"),
        OwnLeg(ENTERPRISE, "enterprise_id"),
    ],
    hidden=hidden_fields,
)
for _model, _name in (
    (PlaceFact, "facts"), (OfficerPost, "posts"), (EnterpriseTag, "tags"), (Stability, "stability"),
):  # fmt: skip
    scope(
        _model,
        view=VIEW,
        legs=[
            UnitLeg(),
            _sitting(UNIT, "unit_path", f"enterprise__{_name}__id"),
            _sitting(BUILDING, "building_id", f"enterprise__{_name}__id"),
            *([OwnLeg(ENTERPRISE, "enterprise_id")] if _model is PlaceFact else []),
        ],
    )
for _row in (DuplicateProposal, EnterpriseMerge, MergeMove):
    scope(_row, view=MERGE, legs=[UnitLeg()])
scope(EnterpriseAlias, view=VIEW, legs=[UnitLeg(), OwnLeg(ENTERPRISE, "enterprise_id")])
scope(EnterpriseMembership, view=VIEW, legs=[UnitLeg(), OwnLeg(ENTERPRISE, "enterprise_id")])
scope(
    Tenancy,
    view=VIEW,
    legs=[UnitLeg(), OwnLeg(BUILDING, "building_id"), OwnLeg(ENTERPRISE, "enterprise_id")],
)
scope(
    BuildingTotals,
    view=VIEW,
    legs=[
        LinkLeg(UNIT, BuildingTotals, row="id", key="building__unit_path"),
        OwnLeg(BUILDING, "building_id"),
    ],
)
scope(SignUp, view=REVIEW, legs=[UnitLeg()])


def _counted(rows: Any, column: str) -> dict[str, int]:
    found = rows.unscoped("how often a word is used").filter(**{f"{column}__isnull": False})
    return dict(found.order_by().values_list(column).annotate(n=Count("pk")))


def _tags() -> dict[str, int]:
    rows = EnterpriseTag.objects.unscoped("how often a word is used").filter(until__isnull=True)
    return dict(rows.order_by().values_list("kind_id").annotate(n=Count("pk")))


def _reasons() -> dict[str, int]:
    found: dict[str, int] = {}
    for model, columns in ((Tenancy, ("began_id", "ended_id")), (PlaceFact, ("reason_id",))):
        for column in columns:
            for code, count in _counted(model.objects, column).items():
                found[code] = found.get(code, 0) + count
    return found


SYSTEM_REASONS = frozenset(
    {"first", "new", "moved_in", "moved_out", "changed", "cancelled", "corrected"}
)
"""Reasons that commands write by themselves (`commands.facts`, `commands.settling`)."""

offer(
    WordList(
        key="tags", title=_("企业标签"),
        about=_("可以贴给企业的标签；有规则的每晚自动贴上和取下，手工贴的不受影响。"),
        permission=LISTS, model=TagKind, fields=("label", "group", "meaning", "order"),
        free=frozenset({"group", "meaning", "order"}), used=_tags,
        beside="loushi.registry.enterprises.queries.rules_beside",
    )
)  # fmt: skip
offer(
    WordList(
        key="levels", title=_("稳定度"), about=_("企业是不是稳得住，分几级、各是什么意思。"),
        permission=LISTS, model=StabilityLevel, fields=("label", "tone", "meaning", "order"),
        free=frozenset({"tone", "meaning", "order"}),
        used=lambda: _counted(Stability.objects, "level_id"),
    )
)  # fmt: skip
offer(
    WordList(
        key="reasons", title=_("变化原因"),
        about=_("入驻、迁出、注册地和纳税地变化的原因；标明可用于开始还是结束。"),
        permission=LISTS, model=ChangeReason, fields=("label", "order", "begins", "ends"),
        fixed=SYSTEM_REASONS, free=frozenset({"order"}), used=_reasons,
    )
)  # fmt: skip


def can_review(actor: Actor, row: SignUp) -> bool:
    """Whether the actor may decide about a sign-up: never about the own one."""
    if actor.user_id is not None and row.user_id == actor.user_id:
        return False
    return permits(actor, REVIEW, row)


def require_at(actor: Actor, permission: str, path: str) -> None:
    """Raises Denied unless a grant at this unit path or above carries the permission; rows that
    lie nowhere yet ('') need a grant at some unit."""
    if path:
        if not can_at(actor, permission, path):
            raise Denied
    elif not actor.system and not actor.keys(UNIT, permission):
        raise Denied
