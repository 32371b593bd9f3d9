"""并户: two rows of one firm become one, with everything that hangs on them; and back again.

The row that goes is deleted, not hidden: no list, count or search has to remember to leave it out.
Its columns, and every row that moved, stay in the record of the merge for an undo within
`UNDO_DAYS`; its number, name and code lead to the enterprise that stays.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Refused
from loushi.foundation.core.events import publish
from loushi.foundation.core.scoping import fetch, require
from loushi.foundation.language.commands import remove_text
from loushi.foundation.transfer.models import ExternalKey
from loushi.registry.enterprises.commands.homes import FOLLOWERS
from loushi.registry.enterprises.commands.indexing import KIND, index_enterprises
from loushi.registry.enterprises.commands.settling import settle_enterprises
from loushi.registry.enterprises.models import (
    DuplicateProposal,
    Enterprise,
    EnterpriseAlias,
    EnterpriseMerge,
    MergeMove,
    Tenancy,
)
from loushi.registry.enterprises.policy import MERGE
from loushi.registry.enterprises.queries.merging import UNDO_DAYS, changed_since
from loushi.registry.enterprises.queries.relations import (
    ASIDE,
    ENDS,
    FOLDED,
    WITHDRAWN,
    Relation,
    everything,
    fates,
    relations,
    twin_of,
)
from loushi.registry.enterprises.queries.sealing import restored, seal_of, values_of

EXTERNAL_KIND = "enterprises.enterprise"
TAKEABLE = (
    "credit_code", "name", "short_name", "business_kind", "industry_id", "size", "status",
    "established_on", "staff_count", "officer_id",
)  # fmt: skip
"""Columns in which the enterprise that stays may take the other's value."""
WHY = "a merge moves every row, whoever sees it"
UNSEALED = "-"


@dataclass
class _Moving:
    """What one merge has moved so far."""

    merge: EnterpriseMerge
    moves: list[MergeMove] = field(default_factory=list)
    touched: dict[type[models.Model], list[int]] = field(default_factory=lambda: defaultdict(list))
    counts: Counter[str] = field(default_factory=Counter)

    def note(self, row: Any, before: dict[str, Any], after: dict[str, Any] | None) -> None:
        """Writes down one row; `after` None: the row itself is kept in `before`."""
        self.moves.append(
            MergeMove(
                merge=self.merge,
                unit_path=self.merge.unit_path,
                model=row._meta.label,
                object_id=row.pk,
                before=before,
                after=after or {},
                seal="" if after is None else UNSEALED,
            )
        )
        self.touched[type(row)].append(row.pk)
        self.counts[row._meta.label] += 1

    def change(self, row: Any, **values: Any) -> None:
        """Changes columns of a row and writes it down."""
        before = values_of(row, values)
        for name, value in values.items():
            setattr(row, name, value)
        everything(type(row)).filter(pk=row.pk).update(**values)
        row.refresh_from_db()
        self.note(row, before, values_of(row, values))


def merge_enterprises(
    *, actor: Actor, kept_id: int, former_id: int, take: Sequence[str] = (), why: str
) -> EnterpriseMerge:
    """Puts the enterprise `former_id` into `kept_id`; `take` names columns whose value comes from
    the one that goes. The actor needs the right at both. Refused names what is wrong."""
    if kept_id == former_id:
        raise Refused(_("请选择两家不同的企业。"))
    if not why.strip():
        raise Refused(_("请写明并户依据，例如“同一家，营业执照已核对”。"), field="why")
    if unknown := set(take) - set(TAKEABLE):
        raise Refused(_("不能沿用“%(name)s”这一项。") % {"name": min(unknown)}, field="take")
    with transaction.atomic():
        pair = {pk: _locked(actor, pk) for pk in sorted((kept_id, former_id))}
        kept, former = pair[kept_id], pair[former_id]
        _check_codes(kept, former)
        _check_status(kept, former, take)
        merge = _begin(actor, kept, former, take, why.strip())
        moving = _Moving(merge)
        for relation in relations():
            _move(moving, relation, kept, former)
        keys = ExternalKey.objects.filter(kind=EXTERNAL_KIND, object_id=former.pk)
        for key in keys:
            moving.change(key, object_id=kept.pk)
        _let_go(kept, former, merge, take)
        _follow_up(moving.touched, [kept.pk])
        _seal(moving.moves)
        MergeMove.objects.unscoped(WHY).bulk_create(moving.moves)
        record(
            actor=actor, action="enterprises.merge", subject=kept, why=merge.why,
            before={"former": f"{former_id} {merge.former_name}"}, after=dict(moving.counts),
        )  # fmt: skip
        publish("enterprises_merged", {"enterprise_id": kept.pk, "former_id": former_id})
    return merge


def undo_merge(*, actor: Actor, merge_id: int, confirmed: bool = False) -> Enterprise:
    """Brings the merged enterprise back with everything that was moved.

    Rows that were changed since are named in a Conflict and go back only when `confirmed`; then
    only the columns that the merge had changed return, later changes of others stay. Rows that
    came after the merge stay where they are.
    """
    with transaction.atomic():
        merge = fetch(EnterpriseMerge, actor, merge_id, permission=MERGE, lock=True)
        kept = _locked(actor, merge.enterprise_id)
        if merge.undone_at is not None:
            raise Conflict(_("这次并户已经撤销过。"))
        if timezone.now() > merge.merged_at + timedelta(days=UNDO_DAYS):
            raise Conflict(_("并户已超过 %(days)s 天，不能再撤销。") % {"days": UNDO_DAYS})
        if changed_since(merge) and not confirmed:
            raise Conflict(_("并户之后有内容改过。请先看清单，再确认撤销。"))
        EnterpriseAlias.objects.unscoped(WHY).filter(merge=merge).delete()
        _give_back(kept, merge)
        former = Enterprise(**restored(Enterprise, merge.snapshot))
        former.save(force_insert=True)
        touched: dict[type[models.Model], list[int]] = defaultdict(list)
        for move in MergeMove.objects.unscoped(WHY).filter(merge=merge).order_by("-pk"):
            _move_back(move, touched)
        merge.undone_at = timezone.now()
        merge.save(update_fields=["undone_at"])
        _follow_up(touched, [kept.pk, former.pk])
        record(actor=actor, action="enterprises.unmerge", subject=kept, why=merge.why,
               after={"former": f"{former.pk} {former.name}"})  # fmt: skip
        publish("enterprises_unmerged", {"enterprise_id": kept.pk, "former_id": former.pk})
    return former


def _locked(actor: Actor, pk: int) -> Enterprise:
    row = fetch(Enterprise, actor, pk, lock=True)
    require(actor, MERGE, row)
    return row


def _check_status(kept: Enterprise, former: Enterprise, take: Sequence[str]) -> None:
    """What still runs of one enterprise never ends up at one that is cancelled."""
    cancelled = Enterprise.Status.CANCELLED
    after = former.status if "status" in take else kept.status
    if after == cancelled and {kept.status, former.status} != {cancelled}:
        raise Refused(
            _("一家已注销、另一家没有，并户后不能是“注销”。请沿用没有注销一方的经营状态。"),
            field="take",
        )


def _check_codes(kept: Enterprise, former: Enterprise) -> None:
    """Two different codes with different bodies are two legal persons (GB 32100: characters 9 to
    17 are the organisation's own code)."""
    one, other = kept.credit_code or "", former.credit_code or ""
    if one and other and one[8:17] != other[8:17]:
        raise Refused(
            _(
                "两家的统一社会信用代码不同（%(one)s、%(other)s），是两个主体，不能并户。代码有误的，请先更正。"
            )
            % {"one": one, "other": other}
        )


def _begin(
    actor: Actor, kept: Enterprise, former: Enterprise, take: Sequence[str], why: str
) -> EnterpriseMerge:
    taken = {
        name: [values_of(kept, [name])[name], values_of(former, [name])[name]] for name in take
    }
    return EnterpriseMerge.objects.unscoped(WHY).create(
        enterprise=kept, unit_path=kept.unit_path, former_id=former.pk, former_name=former.name,
        snapshot=values_of(former), taken=taken, why=why[:200], merged_by=actor.user_id,
        merged_name=actor.name[:80],
    )  # fmt: skip


def _move(moving: _Moving, relation: Relation, kept: Enterprise, former: Enterprise) -> None:
    today = timezone.localdate()
    attname = relation.model._meta.get_field(relation.name).attname  # type: ignore[union-attr]
    held = list(relation.rows(kept.pk)) if relation.model is Tenancy else []
    for fate in fates(relation, kept.pk, former.pk):
        row = fate.row
        values: dict[str, Any] = {attname: kept.pk}
        if relation.model in FOLLOWERS:
            values["unit_path"] = kept.unit_path
        if fate.verdict == FOLDED:
            _fold(moving, row, twin_of(row, held))
        if fate.verdict in (FOLDED, ASIDE):
            moving.note(row, values_of(row), None)
            everything(relation.model).filter(pk=row.pk).delete()
            continue
        if fate.verdict == ENDS:
            values["until"] = max(today, row.since or today)
        elif fate.verdict == WITHDRAWN:
            values["withdrawn_at"] = timezone.now()
        elif relation.model is Tenancy:
            values["is_main"] = False
        moving.change(row, **values)


def _fold(moving: _Moving, row: Tenancy, twin: Tenancy | None) -> None:
    """The stay that remains reaches as far as both did, and fills what it lacks."""
    if twin is None:
        return
    values: dict[str, Any] = {}
    if row.since and twin.since and row.since < twin.since:
        values["since"] = row.since
    if twin.until and (row.until is None or row.until > twin.until):
        values |= {"until": row.until, "ended_id": row.ended_id}
    for name in ("area", "lease_until"):
        if getattr(twin, name) is None and getattr(row, name) is not None:
            values[name] = getattr(row, name)
    if values:
        moving.change(twin, **values)


def _let_go(
    kept: Enterprise, former: Enterprise, merge: EnterpriseMerge, take: Sequence[str]
) -> None:
    """Deletes the row that goes, leaves its alias, and lets the other take what was chosen."""
    code = former.credit_code
    DuplicateProposal.objects.unscoped(WHY).filter(first_id=former.pk).delete()
    DuplicateProposal.objects.unscoped(WHY).filter(second_id=former.pk).delete()
    remove_text(kind=KIND, object_id=former.pk)
    Enterprise.objects.unscoped(WHY).filter(pk=former.pk).delete()
    for name in take:
        setattr(kept, name, restored(Enterprise, {name: merge.snapshot[name]})[name])
    if take:
        kept.save(update_fields=[*take, "updated_at"])
    own = kept.credit_code
    replaced = merge.taken.get("credit_code", ["", ""])[0]
    EnterpriseAlias.objects.unscoped(WHY).create(
        enterprise=kept, merge=merge, unit_path=kept.unit_path, former_id=merge.former_id,
        name=former.name, credit_code=replaced or None if code == own else code,
    )  # fmt: skip


def _give_back(kept: Enterprise, merge: EnterpriseMerge) -> None:
    """Takes back what the enterprise had taken, unless it was changed since."""
    names = []
    for name, (old, new) in merge.taken.items():
        if values_of(kept, [name])[name] == new:
            setattr(kept, name, restored(Enterprise, {name: old})[name])
            names.append(name)
    if names:
        kept.save(update_fields=[*names, "updated_at"])


def _move_back(move: MergeMove, touched: dict[type[models.Model], list[int]]) -> None:
    model = apps.get_model(move.model)
    values = restored(model, move.before)
    rows = everything(model).filter(pk=move.object_id)
    if not move.seal:
        if not rows.exists():
            model(**values).save(force_insert=True)
    elif not rows.update(**values):
        return
    touched[model].append(move.object_id)


def _seal(moves: Iterable[MergeMove]) -> None:
    """The rows as the merge leaves them, after everything that followed from it."""
    for move in moves:
        if move.seal == UNSEALED:
            row = everything(apps.get_model(move.model)).get(pk=move.object_id)
            move.seal = seal_of(row)


def _follow_up(touched: dict[type[models.Model], list[int]], ids: Iterable[int]) -> None:
    """Presence, spaces, homes and every index that names the enterprise."""
    firms = list(ids)
    stays = everything(Tenancy).filter(pk__in=touched.get(Tenancy, [])).order_by("pk")
    settle_enterprises(firms, tenancies=list(stays))
    for model, keys in touched.items():
        if (again := getattr(model, "index_again", "")) and model is not Tenancy:
            import_string(again)(keys)
    index_enterprises(firms)
