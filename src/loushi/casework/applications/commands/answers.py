"""The answers of an application: cleaned by the form of its bundle, every fault named."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.errors import Refused
from loushi.services.catalogue.models.flow import Field, Flow

TEXT, LONG, NUMBER = 200, 2000, 10**12


def cleaned_answers(flow: Flow, given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they are stored; what the form does not ask is left out. Raises Refused."""
    found: dict[str, Any] = {}
    wrong: dict[str, Any] = {}
    for one in flow.fields:
        value = given.get(one.code)
        value = value.strip() if isinstance(value, str) else value
        if value in (None, "", [], ()):
            if one.required:
                wrong[one.code] = _("请填写“%(field)s”。") % {"field": one.label}
            continue
        cleaned = _cleaned(one, value)
        if cleaned is None:
            wrong[one.code] = SENTENCES[one.kind]() % {"field": one.label}
        else:
            found[one.code] = cleaned
    asked = flow.claim()
    if asked and not wrong and found[asked[2].code] <= found[asked[1].code]:
        wrong[asked[2].code] = _("“%(field)s”要晚于开始时间。") % {"field": asked[2].label}
    if wrong:
        raise Refused.many(wrong)
    return found


def _cleaned(one: Field, value: Any) -> Any:
    """None where it makes no sense."""
    if one.kind in ("text", "long"):
        size = TEXT if one.kind == "text" else LONG
        return value if isinstance(value, str) and len(value) <= size else None
    if one.kind == "number":
        return _number(value)
    if one.kind == "date":
        return _day(value)
    if one.kind in ("begin", "end"):
        return _moment(value)
    if one.kind == "ticks":
        chosen = list(value) if isinstance(value, list | tuple) else [value]
        return [v for v in one.values if v in chosen] if set(chosen) <= set(one.values) else None
    return value if isinstance(value, str) and value in one.values else None


def _number(value: Any) -> float | int | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    if not -NUMBER <= number <= NUMBER:  # NaN fails this, too
        return None
    return int(number) if number.is_integer() else number


def _day(value: Any) -> str | None:
    try:
        return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()
    except ValueError:
        return None


def _moment(value: Any) -> str | None:
    """Local time to the minute."""
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return None
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    return local.replace(tzinfo=None).isoformat(timespec="minutes")


SENTENCES = {
    "text": lambda: _("“%(field)s”太长了，请写得简短些。"),
    "long": lambda: _("“%(field)s”太长了，最多 2,000 字，其余作为材料交。"),
    "number": lambda: _("“%(field)s”要填数字。"),
    "date": lambda: _("“%(field)s”要填日期，例如 2026-11-26。"),
    **dict.fromkeys(
        ("begin", "end"), lambda: _("“%(field)s”要填日期和时间，例如 2026-11-28 18:00。")
    ),
    **dict.fromkeys(("choice", "place"), lambda: _("“%(field)s”请从列出的选项里选。")),
    "ticks": lambda: _("“%(field)s”请从列出的选项里选。"),
    "yes": lambda: _("“%(field)s”请选是或否。"),
}
