"""Setting the words of a list, each from a day on and with its basis."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import NotVisible, Refused
from loushi.foundation.lists.queries import list_for
from loushi.foundation.lists.registry import WordList, record


def save_word(
    *, actor: Actor, key: str, code: str = "", values: Mapping[str, Any],
    since: date | None = None, until: date | None = None, source: str = "",
) -> Any:  # fmt: skip
    """Adds a word to a list (no `code`), or changes one. Rows that carry it keep it.

    Refused: no name or one that another word has, no basis, a day in the past, ending a word that
    programs use or the last one that is offered.
    """
    listed = list_for(actor, key)
    given = {
        name: value.strip() if isinstance(value, str) else value
        for name, value in values.items()
        if name in listed.fields
    }
    with transaction.atomic():
        row: Any = _row(listed, code)
        before = _state(listed, row) if code else {}
        since = since if code or since else timezone.localdate()
        given |= {"since": since, "until": until}
        wrong = dict(_wrong(listed, row, given, bool(code)))
        if not source.strip():
            wrong["source"] = _("请写明依据，例如文件名或会议。")
        if wrong:
            raise Refused.many(wrong)
        for name, value in given.items():
            setattr(row, name, value)
        row.source = source.strip()[:120]
        row.save(force_insert=not code)
        after = _state(listed, row)
        line = {
            "subject": (row._meta.label_lower, None, str(row)), "why": row.source,
            "before": {name: value for name, value in before.items() if value != after[name]},
            "after": {name: value for name, value in after.items() if value != before.get(name)},
        }  # fmt: skip
        record(actor=actor, action="lists.word", lines=[line])
    return row


def _row(listed: WordList, code: str) -> Any:
    rows = listed.model._default_manager
    if not code:
        number = rows.count() + 1
        while rows.filter(pk=f"{listed.key}{number}").exists():
            number += 1
        fresh: Any = listed.model
        return fresh(code=f"{listed.key}{number}")
    row = rows.select_for_update().filter(pk=code).first()
    if row is None:
        raise NotVisible
    return row


def _wrong(
    listed: WordList, row: Any, given: Mapping[str, Any], held: bool
) -> Iterator[tuple[str, str]]:
    name, today = listed.fields[0], timezone.localdate()
    yield from _unfitting(listed, given)
    others = listed.model._default_manager.exclude(pk=row.pk)
    if others.filter(**{name: given.get(name)}).exists():
        yield (
            name,
            _("已经有“%(name)s”了。请换一个名称，或修改原来的那一项。") % {"name": given.get(name)},
        )
    since, until = given["since"], given["until"]
    if since != (row.since if held else None) and since is not None and since < today:
        yield "since", _("起用日期请选今天或以后：已经过去的日子按当时的清单。")
    if held and row.pk in listed.fixed:
        kept = [n for n in listed.fields if n not in {name, *listed.free}]
        if until or any(given.get(n, getattr(row, n)) != getattr(row, n) for n in kept):
            field = "until" if until else next(iter(kept), "until")
            yield field, _("系统按这一项办事，只能改名称、说明和顺序，不能停用。")
            return
    if until is None or (held and until == row.until):
        return
    if until < today:
        yield "until", _("停用日期请选今天或以后：已经过去的日子按当时的清单。")
    elif since is not None and until <= since:
        yield "until", _("停用日期要晚于起用日期。")
    elif not (listed.model.offered(until) & others).exists():
        yield "until", _("至少要留一项可选。请先新增一项，再停用这一项。")


def _unfitting(listed: WordList, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Columns that are empty, too long or not among the choices."""
    for field in listed.columns():
        value, label = given.get(field.name), field.verbose_name
        if value in (None, "") and not (field.blank or field.has_default()):
            yield field.name, _("请填写“%(field)s”。") % {"field": label}
        elif field.max_length and len(str(value or "")) > field.max_length:
            yield field.name, _("“%(field)s”最多 %(n)d 个字。请缩短。") % {
                "field": label, "n": field.max_length,
            }  # fmt: skip
        elif field.choices and value not in dict(field.flatchoices):
            yield field.name, _("请从列表里选择“%(field)s”。") % {"field": label}
        elif field.name == "order" and not 0 <= (value or 0) <= 9999:
            yield field.name, _("顺序请填 0 到 9999 之间的整数，小的在前。")


def _state(listed: WordList, row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in (*listed.fields, "since", "until")}
