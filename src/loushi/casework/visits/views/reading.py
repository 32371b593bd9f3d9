"""Findings and rooms as they come from a form: blocks with names of their own.

A block of a finding is named by a token that the form carries in `f`; its fields are
"<token>-text" and so on, so that blocks can be added and removed without counting.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import uuid4

from django.http import QueryDict
from django.utils.translation import gettext as _

from loushi.casework.visits.commands import (
    PAYLOAD_VERSION,
    FindingInput,
    NewcomerInput,
    RoomInput,
    TenantInput,
)
from loushi.casework.visits.models import Finding
from loushi.foundation.core.errors import Refused

NEWCOMERS = 3
FINDING_FIELDS = (
    "text", "category", "valid_until", "what", "value", "contact_name", "contact_phone",
    "contact_title", "company",
)  # fmt: skip


def new_key() -> str:
    """A client key for a form: the same form sent twice saves once."""
    return uuid4().hex


def new_block(kind: str) -> dict[str, Any]:
    """An empty block of a finding."""
    return _block(uuid4().hex[:8], kind, {})


def blank_block(kind: str) -> dict[str, Any]:
    """A block for a script to copy where no line is; it puts its own token for TOKEN."""
    return _block("TOKEN", kind, {})


def _block(token: str, kind: str, values: Mapping[str, str]) -> dict[str, Any]:
    typed = {name: values.get(name, "") for name in FINDING_FIELDS}
    return {"token": token, "kind": kind, "typed": typed, "errors": []}


def blocks_from(data: QueryDict) -> list[dict[str, Any]]:
    """The blocks of findings as they were typed."""
    found = []
    for token in data.getlist("f"):
        prefix = f"{token}-"
        values = {
            name[len(prefix) :]: data[name].strip() for name in data if name.startswith(prefix)
        }
        if values.get("kind") and not values.get("gone"):
            found.append(_block(token, values["kind"], values))
    return found


def changes_blocks(data: QueryDict, blocks: list[dict[str, Any]]) -> bool:
    """Whether the form was sent to add or remove a block (no script); a new one is appended."""
    kind = data.get("more", "")
    if kind in Finding.Kind.values:
        blocks.append(new_block(kind))
        return True
    return any(name.endswith("-gone") for name in data)


def findings_from(blocks: list[dict[str, Any]]) -> tuple[FindingInput, ...]:
    """What the command takes. A correction's `what` is "area|17|180": field, tenancy, seen."""
    found = []
    for block in blocks:
        values: Mapping[str, str] = block["typed"]
        about, tenancy, seen = ([*values.get("what", "").split("|", 2), "", "", ""])[:3]
        found.append(
            FindingInput(
                kind=block["kind"],
                text=values.get("text", ""),
                category_id=whole(values.get("category", "")),
                valid_until=day(values.get("valid_until", "")),
                about=about,
                value=values.get("value", ""),
                seen=seen if about in ("staff_count", "area", "lease_until") else None,
                tenancy_id=whole(tenancy),
                contact_name=values.get("contact_name", ""),
                contact_phone=values.get("contact_phone", ""),
                contact_title=values.get("contact_title", ""),
                company=values.get("company", ""),
            )
        )
    return tuple(found)


def put_errors(blocks: list[dict[str, Any]], refusal: Any) -> list[Any]:
    """Puts sentences about "findings.<n>.<field>" into their blocks; returns the others."""
    rest = []
    for error in refusal.errors:
        parts = error.field.split(".")
        if parts[0] == "findings" and len(parts) > 1 and int(parts[1]) < len(blocks):
            blocks[int(parts[1])]["errors"].append(str(error.message))
        else:
            rest.append(error)
    return rest


def room_from(data: QueryDict, facts: Any, *, payload_version: int = PAYLOAD_VERSION) -> RoomInput:
    """The result of a room: only what differs from what the register says is a correction."""
    tenants = []
    for tenant in facts.tenants:
        one = _tenant(data, tenant)
        if one is not None:
            tenants.append(one)
    newcomers = [
        one for index in range(NEWCOMERS) if (one := _newcomer(data, f"n{index}-")) is not None
    ]
    state = data.get("state", "")
    area = number(data.get("area", ""), "area")
    return RoomInput(
        outcome=data.get("outcome", ""),
        version=whole(data.get("version", "")) or 0,
        stamp=data.get("stamp", "")[:40],
        note=data.get("note", "").strip(),
        tenants=tuple(tenants),
        newcomers=tuple(newcomers),
        state="" if state == facts.state else state,
        area=None if area == facts.area else area,
        notes={
            name.removeprefix("why-"): data[name].strip()
            for name in data
            if name.startswith("why-") and data[name].strip()
        },
        payload_version=payload_version,
    )


def _tenant(data: QueryDict, held: Any) -> TenantInput | None:
    prefix = f"t{held.tenancy_id}-"
    if f"{prefix}gone" not in data:
        return None
    at = f"tenants.{held.tenancy_id}"

    def text(name: str) -> str:
        return data.get(prefix + name, "").strip()

    staff = number(text("staff_count"), f"{at}.staff_count")
    area = number(text("area"), f"{at}.area")
    lease = strict_day(text("lease_until"), f"{at}.lease_until")
    given = TenantInput(
        tenancy_id=held.tenancy_id,
        gone=text("gone"),
        left_on=strict_day(text("left_on"), f"{at}.left_on") if text("gone") == "left" else None,
        presence="" if text("presence") == held.presence else text("presence"),
        staff_count=None if staff is None or staff == held.staff_count else int(staff),
        area=None if area == held.area else area,
        lease_until=None if lease == held.lease_until else lease,
        contact_name=text("contact_name"),
        contact_phone=text("contact_phone"),
        contact_title=text("contact_title"),
    )
    return None if given == TenantInput(held.tenancy_id) else given


def _newcomer(data: QueryDict, prefix: str) -> NewcomerInput | None:
    def text(name: str) -> str:
        return data.get(prefix + name, "").strip()

    at = f"newcomers.{prefix[1:-1]}"
    staff = number(text("staff_count"), f"{at}.staff_count")
    given = NewcomerInput(
        name=text("name"),
        credit_code=text("credit_code"),
        presence=text("presence") or "here_registered",
        staff_count=None if staff is None else int(staff),
        area=number(text("area"), f"{at}.area"),
        lease_until=strict_day(text("lease_until"), f"{at}.lease_until"),
        since=strict_day(text("since"), f"{at}.since"),
        contact_name=text("contact_name"),
        contact_phone=text("contact_phone"),
        contact_title=text("contact_title"),
    )
    filled = given.name or given.credit_code or given.contact_name or given.area is not None
    return given if filled else None


def whole(text: str) -> int | None:
    """A number in an address or a form, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def day(text: str) -> date | None:
    """A day, or None where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def strict_day(text: str, field: str) -> date | None:
    """A day, None where nothing was typed; Refused where it is none."""
    if not text:
        return None
    found = day(text)
    if found is None:
        raise Refused(_("日期请写成 2026-10-12 这样。"), field=field)
    return found


def number(text: str, field: str) -> Decimal | None:
    """A number, None where nothing was typed; Refused where it is none."""
    if not text.strip():
        return None
    try:
        found = Decimal(text.strip()).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise Refused(_("请填数字，例如 412。"), field=field) from None
    if not found.is_finite() or abs(found) > 10**7:
        raise Refused(_("数字太大，请核对。"), field=field)
    return found
