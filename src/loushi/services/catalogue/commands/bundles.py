"""Bundles: founded (also from a shipped example), designed part by part, checked, published.

The design is one document; each command reads the draft under a lock, changes one part and writes
it back. `revision` is what the designer saw: who works on an older one is told, nothing is lost.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.core.scoping import fetch
from loushi.registry.accounts.models import Department
from loushi.registry.accounts.policy import can_at
from loushi.registry.territory.models import Unit
from loushi.services.catalogue.checking import faults
from loushi.services.catalogue.commands.parts import cleaned_part
from loushi.services.catalogue.models import BundleVersion, ServiceBundle
from loushi.services.catalogue.models.flow import flow_of
from loushi.services.catalogue.policy import DESIGN, may_at

WHY = "versions of a bundle that was checked"
LISTS = {"field": "fields", "material": "materials", "record": "records", "step": "steps"}
EXAMPLES = Path(__file__).resolve().parent.parent / "data" / "bundles"
MOST_PARTS = 60
Content = dict[str, Any]


@cache
def examples() -> dict[str, dict[str, Any]]:
    """The shipped examples by name: editable data, loaded into a draft of one's own."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(EXAMPLES.glob("*.json"))
    }


def create_bundle(
    *, actor: Actor, unit_id: int, values: Mapping[str, Any], example: str = ""
) -> ServiceBundle:
    """A new bundle with an empty draft, or with a copy of a shipped example."""
    unit = Unit.objects.filter(pk=unit_id).exclude(path="").first()
    if unit is None:
        raise Refused(_("请选择这件事归哪个社区。"), field="unit_id")
    if not can_at(actor, DESIGN, unit.path):
        raise Denied
    if example and example not in examples():
        raise Refused(_("没有这个示例。请从列表里选择。"), field="example")
    content = _from_example(examples()[example]) if example else {}
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=unit.pk)  # two presses of one button
        found = _cleaned(values, unit.pk, None)
        made = ServiceBundle.objects.unscoped("made at a unit that was checked").create(
            unit=unit, unit_path=unit.path, **found
        )
        _draft(made, 1, content, actor)
        record(actor=actor, action="catalogue.bundle_create", subject=made,
               after=found | {"example": example})  # fmt: skip
    return made


def update_bundle(*, actor: Actor, bundle_id: int, values: Mapping[str, Any]) -> ServiceBundle:
    """Corrects the name and what is told about a bundle; its steps have versions."""
    with transaction.atomic():
        row = _own(actor, bundle_id)
        found = _cleaned(values, row.unit_id, row.pk)
        before = {name: getattr(row, name) for name in found}
        for name, value in found.items():
            setattr(row, name, value)
        row.changed_at = timezone.now()
        row.save()
        record(actor=actor, action="catalogue.bundle_update", subject=row, before=before,
               after=found)  # fmt: skip
    return row


def begin_version(*, actor: Actor, bundle_id: int) -> BundleVersion:
    """A draft that starts from what is published; the one that is being designed, where there is
    one."""
    with transaction.atomic():
        row = _own(actor, bundle_id)
        versions = BundleVersion.objects.unscoped(WHY).filter(bundle=row)
        held = versions.filter(state=BundleVersion.State.DRAFT).first()
        if held is not None:
            return held
        last = versions.order_by("-number").first()
        live = versions.filter(state=BundleVersion.State.PUBLISHED).first() or last
        made = _draft(row, (last.number if last else 0) + 1, live.content if live else {}, actor)
        record(actor=actor, action="catalogue.bundle_version", subject=row,
               after={"version": made.number})  # fmt: skip
    return made


def discard_version(*, actor: Actor, bundle_id: int) -> ServiceBundle:
    """Throws away a draft; the published version stays as it is."""
    with transaction.atomic():
        row = _own(actor, bundle_id)
        draft = _held_draft(row)
        if not row.live:
            raise Conflict(_("这件事还没有发布过。不要了可以不管它，或接着设计。"))
        number = draft.number
        draft.delete()
        record(actor=actor, action="catalogue.bundle_discard", subject=row,
               before={"version": number})  # fmt: skip
    return row


def put_part(
    *, actor: Actor, bundle_id: int, part: str, values: Mapping[str, Any], code: str = "",
    revision: int | None = None,
) -> str:  # fmt: skip
    """Adds a step, field, material or record, or replaces the one of that code; returns its code.
    Whatever does not fit together yet is told by the checker, not refused here."""

    def change(content: Content) -> str:
        rows = content.setdefault(_list(part), [])
        place = _place(rows, code) if code else len(rows)
        if not code and place >= MOST_PARTS:
            raise Refused(_("最多 %(n)d 项，请合并一些。") % {"n": MOST_PARTS})
        new = cleaned_part(part, values, content, code)
        new["code"] = code or _free_code(content, part)
        rows[place:place + 1] = [new]  # fmt: skip
        return str(new["code"])

    return _change(actor, bundle_id, f"put_{part}", change, revision)


def move_part(
    *, actor: Actor, bundle_id: int, part: str, code: str, up: bool, revision: int | None = None
) -> str:
    """One place up or down in its list."""

    def change(content: Content) -> str:
        rows = content.get(_list(part), [])
        at = _place(rows, code)
        to = at - 1 if up else at + 1
        if 0 <= to < len(rows):
            rows[at], rows[to] = rows[to], rows[at]
        return code

    return _change(actor, bundle_id, f"move_{part}", change, revision)


def drop_part(
    *, actor: Actor, bundle_id: int, part: str, code: str, revision: int | None = None
) -> str:
    """Takes a part out. Whoever came after a deleted step comes after what it came after; ticks of
    a deleted material or field go with it. Conditions stay and are told by the checker."""

    def change(content: Content) -> str:
        rows = content.get(_list(part), [])
        gone = rows.pop(_place(rows, code))
        for step in content.get("steps", []):
            if part == "step" and code in step["after"]:
                rest = [one for one in step["after"] if one != code]
                step["after"] = list(dict.fromkeys([*rest, *gone["after"]]))
            for kind, name in (("material", "materials"), ("field", "needs")):
                if part == kind:
                    step[name] = [one for one in step[name] if one != code]
        return code

    return _change(actor, bundle_id, f"drop_{part}", change, revision)


def publish_bundle(*, actor: Actor, bundle_id: int, revision: int | None = None) -> ServiceBundle:
    """Makes the draft the version on which new applications run; refused with every fault at once.
    Running applications stay on theirs."""
    with transaction.atomic():
        row = _own(actor, bundle_id)
        draft = _held_draft(row)
        _fresh(draft, revision)
        wrong = faults(flow_of(draft.content), department_ids())
        if wrong:
            raise Refused.many({f"fault{n}": one.text for n, one in enumerate(wrong)})
        BundleVersion.objects.unscoped(WHY).filter(
            bundle=row, state=BundleVersion.State.PUBLISHED
        ).update(state=BundleVersion.State.RETIRED)
        draft.state, draft.published_at = BundleVersion.State.PUBLISHED, timezone.now()
        draft.by_name = actor.name[:80]
        draft.save()
        before = {"state": row.state, "version": row.live}
        row.state, row.live, row.changed_at = row.State.PUBLISHED, draft.number, timezone.now()
        row.save()
        record(actor=actor, action="catalogue.bundle_publish", subject=row, before=before,
               after={"state": row.state, "version": row.live})  # fmt: skip
    return row


def withdraw_bundle(*, actor: Actor, bundle_id: int) -> ServiceBundle:
    """No new applications; those that run go on to their end."""
    return _to(actor, bundle_id, ServiceBundle.State.WITHDRAWN, "catalogue.bundle_withdraw")


def offer_bundle(*, actor: Actor, bundle_id: int) -> ServiceBundle:
    """Takes a withdrawn bundle up again, with its published version."""
    return _to(actor, bundle_id, ServiceBundle.State.PUBLISHED, "catalogue.bundle_offer")


def department_ids() -> frozenset[int]:
    """The departments that may be given work today."""
    return frozenset(Department.objects.filter(is_active=True).values_list("pk", flat=True))


def _to(actor: Actor, bundle_id: int, state: str, action: str) -> ServiceBundle:
    with transaction.atomic():
        row = _own(actor, bundle_id)
        if not row.live:
            raise Conflict(_("这件事还没有发布过。请先设计好再发布。"))
        if row.state == state:
            return row
        before, row.state = row.state, state
        row.save(update_fields=["state"])
        record(actor=actor, action=action, subject=row, before={"state": before},
               after={"state": state})  # fmt: skip
    return row


def _own(actor: Actor, bundle_id: int) -> ServiceBundle:
    row = fetch(ServiceBundle, actor, bundle_id, lock=True)
    if not may_at(actor, DESIGN, row):
        raise Denied
    return row


def _draft(
    row: ServiceBundle, number: int, content: Mapping[str, Any], actor: Actor
) -> BundleVersion:
    made: BundleVersion = BundleVersion.objects.unscoped(WHY).create(
        bundle=row, unit_path=row.unit_path, number=number, content=dict(content),
        by_name=actor.name[:80], changed_at=timezone.now(),
    )  # fmt: skip
    return made


def _held_draft(row: ServiceBundle) -> BundleVersion:
    rows = BundleVersion.objects.unscoped(WHY).select_for_update()
    draft = rows.filter(bundle=row, state=BundleVersion.State.DRAFT).first()
    if draft is None:
        raise Conflict(_("没有正在设计的版本。请先点“设计新版本”。"))
    return draft


def _fresh(draft: BundleVersion, revision: int | None) -> None:
    if revision is not None and revision != draft.revision:
        raise Conflict(_("这份设计刚刚被别人改过。请刷新后看最新的，再改。"))


def _change(
    actor: Actor, bundle_id: int, what: str, change: Callable[[Content], str],
    revision: int | None,
) -> str:  # fmt: skip
    with transaction.atomic():
        row = _own(actor, bundle_id)
        draft = _held_draft(row)
        _fresh(draft, revision)
        content = json.loads(json.dumps(draft.content))
        code = change(content)
        draft.content, draft.revision = content, draft.revision + 1
        draft.changed_at, draft.by_name = timezone.now(), actor.name[:80]
        draft.save()
        record(actor=actor, action="catalogue.bundle_design", subject=row,
               after={"version": draft.number, "what": what, "code": code})  # fmt: skip
    return code


def _list(part: str) -> str:
    if part not in LISTS:
        raise NotVisible
    return LISTS[part]


def _place(rows: list[Any], code: str) -> int:
    for number, one in enumerate(rows):
        if one["code"] == code:
            return number
    raise NotVisible


def _free_code(content: Content, part: str) -> str:
    """The next code of its kind; the highest so far is kept, so that none means two things."""
    last = content.setdefault("last", {})
    last[part] = last.get(part, len(content.get(LISTS[part], []))) + 1
    return f"{part[0]}{last[part]}"


def _from_example(given: Mapping[str, Any]) -> Content:
    """An example's document; its departments are named, and those that are missing here are left
    open for the checker to tell."""
    names: dict[str, int] = {}
    for pk, name, short in Department.objects.filter(is_active=True).values_list(
        "pk", "name", "short_name"
    ):
        names |= {name: pk, short or name: pk}
    content: Content = json.loads(json.dumps(given["content"]))
    for step in content["steps"]:
        step["department"] = _department(step.pop("department_name", ""), names)
    content["last"] = {part: len(content.get(name, [])) for part, name in LISTS.items()}
    return content


def _department(wanted: str, names: Mapping[str, int]) -> int | None:
    """By its name, or by the first of its usual names that is part of one."""
    for word in filter(None, wanted.split("/")):
        for name, pk in names.items():
            if word in name:
                return pk
    return None


def _cleaned(values: Mapping[str, Any], unit_id: int, bundle_id: int | None) -> dict[str, Any]:
    title = " ".join(str(values.get("title") or "").split())
    summary = str(values.get("summary") or "").strip()
    wrong: dict[str, Any] = {}
    if not title:
        wrong["title"] = _("请填写名称，例如“开店一类事”。")
    elif len(title) > 40:
        wrong["title"] = _("最多 %(n)d 字。请写得简短些。") % {"n": 40}
    if len(summary) > 500:
        wrong["summary"] = _("最多 %(n)d 字。请写得简短些。") % {"n": 500}
    twins = ServiceBundle.objects.unscoped("a title is given once in a unit")
    if twins.filter(unit=unit_id, title=title).exclude(pk=bundle_id or 0).exists():
        wrong["title"] = _("已有同名的一类事。请打开它修改，或换一个名称。")
    if wrong:
        raise Refused.many(wrong)
    return {"title": title, "summary": summary, "founders": bool(values.get("founders"))}
