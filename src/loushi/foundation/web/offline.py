"""What was recorded without a network comes back: items in order, an answer for each.

The page keeps a form as it was typed (`Item.fields`) with a key of the client; upper packages say
how a kind of form is saved (`register`) and what somebody takes along (`register_pack`). Every item
is a transaction of its own: one that is refused stops none of the others.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, LoushiError, NotVisible, Refused
from loushi.foundation.core.idempotency import used

log = logging.getLogger(__name__)
LIMIT = 50  # items of one request
FIELDS = 400  # fields of one item
LENGTH = 5000  # characters of one field
BIGGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Item:
    """One form that was kept on a device. `unchanged` names the fields that the person did not
    touch: they are sent empty, so that they never undo what somebody else changed meanwhile."""

    kind: str
    target: int
    key: str
    fields: QueryDict
    payload_version: int
    recorded_at: datetime | None
    appointment: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """How items of a kind are saved. `command` is the name under which keys are remembered."""

    command: str
    save: Callable[[Actor, Item], Any]


@dataclass(frozen=True, slots=True)
class Part:
    """Pages that somebody may take along: the plan of the day, the rooms of one building."""

    code: str
    label: str
    addresses: tuple[str, ...]


_kinds: dict[str, Kind] = {}
_packs: list[Callable[[Actor], Iterable[Part]]] = []
_needs: list[str] = []
_files: list[str] = []


def register(kind: str, *, command: str, save: Callable[[Actor, Item], Any]) -> None:
    """Says how forms of a kind are saved; called once by the wiring."""
    _kinds[kind] = Kind(command, save)


def register_pack(
    pack: Callable[[Actor], Iterable[Part]], *permissions: str, files: Iterable[str] = ()
) -> None:
    """Adds pages to take along, for people with one of the permissions; `files` are the static
    files that those pages need besides the frame's."""
    _packs.append(pack)
    _needs.extend(permissions)
    _files.extend(files)


def files() -> tuple[str, ...]:
    """The static files of all pages that may be taken along."""
    return tuple(_files)


def works_offline(actor: Actor) -> bool:
    """Whether the person records outside: only then is anything personal kept on the device."""
    return actor.user_id is not None and any(actor.has(code) for code in _needs)


def parts_for(actor: Actor) -> list[Part]:
    """What the person may take along."""
    return [part for pack in _packs for part in pack(actor)] if works_offline(actor) else []


def sync(actor: Actor, items: list[Any]) -> list[dict[str, Any]]:
    """Saves the items one after the other; the answer for each says done, already, refused,
    conflict, foreign (somebody else's: untouched) or failed (try again later)."""
    if len(items) > LIMIT:
        raise Refused(_("一次最多上传 %(limit)d 条，请分几次。") % {"limit": LIMIT})
    return [_answer(actor, raw) for raw in items]


def _answer(actor: Actor, raw: Any) -> dict[str, Any]:
    key = str(raw.get("key", ""))[:80] if isinstance(raw, Mapping) else ""
    try:
        if not isinstance(raw, Mapping) or not key:
            raise Refused(_("这条记录不完整，没有编号。"), field="key")
        if raw.get("user") != str(actor.user_id):
            return {"key": key, "state": "foreign"}
        kind = _kinds.get(str(raw.get("kind", "")))
        if kind is None:
            raise Refused(_("这种记录现在的版本还不认识。请更新页面后再上传，内容不会丢。"))
        return _saved(actor, kind, _item(raw, key))
    except LoushiError as refusal:
        return {"key": key, "state": "refused"} | _told(refusal)
    except Exception:
        log.exception("an item from a device could not be saved")
        return {"key": key, "state": "failed", "message": _("服务器没有接住这一条，会再试。")}


def _saved(actor: Actor, kind: Kind, item: Item) -> dict[str, Any]:
    answer: dict[str, Any] = {"key": item.key, "state": "already"}
    if used(actor=actor, command=kind.command, key=item.key) is not None:
        return answer
    try:
        kind.save(actor, item)
    except Conflict as conflict:
        # The same item on two lines at once: the other was first, nothing is left to choose.
        if used(actor=actor, command=kind.command, key=item.key) is not None:
            return answer
        return answer | _told(conflict) | {"state": "conflict", "theirs": conflict.theirs}
    except LoushiError as refusal:
        return answer | _told(refusal) | {"state": "refused"}
    return answer | {"state": "done"}


def _told(refusal: LoushiError) -> dict[str, Any]:
    return {
        "message": refusal.message,
        "errors": [{"field": one.field, "message": str(one.message)} for one in refusal.errors],
        "hidden": isinstance(refusal, NotVisible),
    }


def _item(raw: Mapping[str, Any], key: str) -> Item:
    target, version = raw.get("target"), raw.get("payload_version")
    if not isinstance(target, int) or not 0 < target <= BIGGEST_ID or not isinstance(version, int):
        raise Refused(_("这条记录不完整，不知道记的是哪里。"), field="target")
    unchanged = set(map(str, raw.get("unchanged") or ()))
    fields = QueryDict(mutable=True)
    for pair in list(raw.get("fields") or ())[:FIELDS]:
        name, text = str(pair[0]), str(pair[1])[:LENGTH].replace("\x00", "")
        fields.appendlist(name, "" if name in unchanged else text)
    at = parse_datetime(str(raw.get("recorded_at", "")))
    return Item(
        kind=str(raw["kind"]),
        target=target,
        key=key,
        fields=fields,
        payload_version=version,
        recorded_at=at if at is not None and at.tzinfo is not None else None,
        appointment=str(raw.get("appointment", ""))[:200],
    )
